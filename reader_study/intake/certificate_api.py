from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language, override
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.audit.actions import record
from reader_study.cases.models import Case
from reader_study.cases.queries import case_for
from reader_study.intake import certificate, certificate_pdf
from reader_study.intake.models import Instance
from reader_study.problems import NotFound

LANGUAGE = OpenApiParameter(
    "language", str, enum=["en", "ja"], description="Of its sentences; yours if absent"
)


class CertificateSerializer(serializers.Serializer[Any]):
    """The facts (see `certificate.document`), the digest that the PDF shows too, and the words for their keys."""

    sha256 = serializers.CharField(help_text=f"Of `certificate`: {certificate.CHECK}")
    certificate = serializers.JSONField()
    words = serializers.JSONField()


def _case(request: Request, case_id: UUID) -> Case:
    case = case_for(signed_in(request), case_id)
    if not Instance.objects.filter(case=case).exists():
        raise NotFound()
    return case


def _language(request: Request) -> str:
    asked = request.query_params.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else get_language() or "en"


class Certificate(APIView):
    @extend_schema(parameters=[LANGUAGE], responses=CertificateSerializer)
    def get(self, request: Request, case_id: UUID) -> Response:
        """What was done to the files of a case, without anything that names a person."""
        case = _case(request, case_id)
        facts = certificate.document(case)
        with override(_language(request)):
            words = certificate.words(facts)
        _given(request, case, "json")
        answer = {"sha256": certificate.digest_of(facts), "certificate": facts, "words": words}
        name = f"{case.subject}-de-identification.json"
        return Response(
            CertificateSerializer(answer).data,
            headers={
                "Cache-Control": "no-store",
                "Content-Disposition": f'inline; filename="{name}"',
            },
        )


class CertificatePdf(APIView):
    @extend_schema(parameters=[LANGUAGE], responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, case_id: UUID) -> HttpResponse:
        """The same as pages, for the ethics file."""
        case = _case(request, case_id)
        with override(_language(request)):
            made = certificate_pdf.render(certificate.document(case))
        _given(request, case, "pdf")
        response = HttpResponse(made, content_type="application/pdf")
        response["Cache-Control"] = "no-store"
        response["Content-Disposition"] = f'attachment; filename="{case.subject}-de-identification.pdf"'
        return response


def _given(request: Request, case: Case, form: str) -> None:
    record(
        action="intake.certificate_given",
        actor=signed_in(request).id,
        study=case.study_id,
        subject=case.subject,
        detail={"form": form},
    )
