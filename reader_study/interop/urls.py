from django.urls import path, register_converter

from reader_study.interop import api
from reader_study.interop.dicomweb import views


class Uid:
    """A DICOM UID (PS3.5 9.1)."""

    regex = "[0-9.]{1,64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Uid, "dicom_uid")
_ROOT = "studies/<uuid:study_id>/dicomweb"
_STUDY = f"{_ROOT}/studies/<dicom_uid:study>"
_SERIES = f"{_STUDY}/series/<dicom_uid:series>"
_INSTANCE = f"{_SERIES}/instances/<dicom_uid:instance>"

urlpatterns = [
    path(f"{_ROOT}/studies", views.studies),
    path(f"{_ROOT}/series", views.SearchSeries.as_view()),
    path(f"{_ROOT}/instances", views.SearchInstances.as_view()),
    path(_STUDY, views.one_study),
    path(f"{_STUDY}/series", views.SearchSeries.as_view()),
    path(f"{_STUDY}/instances", views.SearchInstances.as_view()),
    path(f"{_STUDY}/metadata", views.Metadata.as_view()),
    path(_SERIES, views.Retrieve.as_view()),
    path(f"{_SERIES}/instances", views.SearchInstances.as_view()),
    path(f"{_SERIES}/metadata", views.Metadata.as_view()),
    path(_INSTANCE, views.Retrieve.as_view()),
    path(f"{_INSTANCE}/metadata", views.Metadata.as_view()),
    path(f"{_INSTANCE}/frames/<str:frames>", views.Frames.as_view()),
    path(f"{_INSTANCE}/bulkdata/<path:value>", views.BulkData.as_view()),
    path("studies/<uuid:study_id>/scores", api.Scores.as_view()),
    path("studies/<uuid:study_id>/scores/again", api.ScoresAgain.as_view()),
    path("studies/<uuid:study_id>/scores/<str:name>", api.ScoreFile.as_view()),
]
