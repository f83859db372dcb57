from django.urls import path, register_converter

from reader_study.interop import api


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
    path(f"{_ROOT}/studies", api.SearchStudies.as_view()),
    path(f"{_ROOT}/series", api.SearchSeries.as_view()),
    path(f"{_ROOT}/instances", api.SearchInstances.as_view()),
    path(_STUDY, api.Retrieve.as_view()),
    path(f"{_STUDY}/series", api.SearchSeries.as_view()),
    path(f"{_STUDY}/instances", api.SearchInstances.as_view()),
    path(f"{_STUDY}/metadata", api.Metadata.as_view()),
    path(_SERIES, api.Retrieve.as_view()),
    path(f"{_SERIES}/instances", api.SearchInstances.as_view()),
    path(f"{_SERIES}/metadata", api.Metadata.as_view()),
    path(_INSTANCE, api.Retrieve.as_view()),
    path(f"{_INSTANCE}/metadata", api.Metadata.as_view()),
    path(f"{_INSTANCE}/frames/<str:frames>", api.Frames.as_view()),
    path(f"{_INSTANCE}/bulkdata/<path:value>", api.BulkData.as_view()),
]
