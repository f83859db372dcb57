from django.db.transaction import non_atomic_requests
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from reader_study.intake import api


class Sha256Converter(StringConverter):
    regex = "[0-9a-f]{64}"


register_converter(Sha256Converter, "sha256")

urlpatterns = [
    path("studies/<uuid:study_id>/intake", api.Intake.as_view()),
    path("studies/<uuid:study_id>/uploads", api.Uploads.as_view()),
    path("uploads/<uuid:upload_id>", api.OneUpload.as_view()),
    path("uploads/<uuid:upload_id>/blobs/<sha256:sha256>", non_atomic_requests(api.Blob.as_view())),
    path("uploads/<uuid:upload_id>/complete", api.Complete.as_view()),
]
