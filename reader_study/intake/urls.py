from django.db.transaction import non_atomic_requests
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from reader_study.intake import api, certificate_api, companions_api, quarantine_api


class Sha256Converter(StringConverter):
    regex = "[0-9a-f]{64}"


register_converter(Sha256Converter, "sha256")

urlpatterns = [
    path("studies/<uuid:study_id>/intake", api.Intake.as_view()),
    path("studies/<uuid:study_id>/uploads", api.Uploads.as_view()),
    path("uploads/<uuid:upload_id>", api.OneUpload.as_view()),
    path("uploads/<uuid:upload_id>/blobs/<sha256:sha256>", non_atomic_requests(api.Blob.as_view())),
    path("uploads/<uuid:upload_id>/complete", api.Complete.as_view()),
    path("cases/<uuid:case_id>/companions", companions_api.Companions.as_view()),
    path("cases/<uuid:case_id>/certificate", certificate_api.Certificate.as_view()),
    path("cases/<uuid:case_id>/certificate.pdf", certificate_api.CertificatePdf.as_view()),
    path("studies/<uuid:study_id>/quarantine", quarantine_api.Quarantine.as_view()),
    path("quarantine/<uuid:kept_id>/header", non_atomic_requests(quarantine_api.Header.as_view())),
    path("quarantine/<uuid:kept_id>/picture", non_atomic_requests(quarantine_api.Picture.as_view())),
    path("quarantine/<uuid:kept_id>/answer", non_atomic_requests(quarantine_api.Answer.as_view())),
    path("quarantine/<uuid:kept_id>/discard", non_atomic_requests(quarantine_api.Discard.as_view())),
]
