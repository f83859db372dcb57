"""The qualification of a study's readers, for those who run it: its cases, its reference scores, each reader's way."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.allocation.models import Qualification as Sealed
from reader_study.cases import reference
from reader_study.cases.models import Case
from reader_study.cases.queries import cases_of, places, waiting_for
from reader_study.reading import qualification, qualifying
from reader_study.reading.desk_serializers import QualifyingSerializer, ThresholdSerializer
from reader_study.studies.models import BLIND, Role, Study
from reader_study.studies.queries import members, protocol_of, study_for
from reader_study.studies.serializers import SiteSerializer

MAY_LOOK = (Role.INVESTIGATOR, Role.MONITOR)


class AskedSerializer(serializers.Serializer[Any]):
    training_cases = serializers.IntegerField()
    test_cases = serializers.IntegerField()
    threshold = ThresholdSerializer()
    attempts = serializers.IntegerField()
    valid_days = serializers.IntegerField(allow_null=True)


class ReferenceSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    by = serializers.CharField(source="by.full_name")
    at = serializers.DateTimeField()
    reason = serializers.CharField()


class QualificationCaseSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    subject = serializers.CharField()
    site = SiteSerializer()
    purpose = serializers.ChoiceField(choices=[(purpose.value, purpose.value) for purpose in Case.Purpose])
    waiting_for = serializers.ListField(child=serializers.CharField(), help_text="Empty: it is complete")
    reference = ReferenceSerializer(allow_null=True)


class QualifyingReaderSerializer(QualifyingSerializer):
    id = serializers.UUIDField()
    full_name = serializers.CharField()
    role = serializers.ChoiceField(choices=[(role.value, role.value) for role in sorted(BLIND)])


class QualificationSerializer(serializers.Serializer[Any]):
    asked = AskedSerializer(allow_null=True, help_text="By the protocol; null: everybody may read")
    opened_at = serializers.DateTimeField(allow_null=True)
    changeable = serializers.BooleanField(help_text="Whether the purposes of cases can still be changed")
    cases = QualificationCaseSerializer(many=True)
    readers = QualifyingReaderSerializer(many=True, help_text="Empty until it is opened")


class NewPurposeSerializer(serializers.Serializer[Any]):
    purpose = serializers.ChoiceField(choices=[(purpose.value, purpose.value) for purpose in Case.Purpose])


class NewReferenceSerializer(serializers.Serializer[Any]):
    table = serializers.CharField(
        trim_whitespace=False, help_text="CSV with the columns subject, state, segment, score"
    )
    reason = serializers.CharField(max_length=500)


class NewAttemptSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


def _qualification(study: Study) -> Response:
    protocol = protocol_of(study)
    opened = Sealed.objects.filter(study=study).first()
    references, wanted = reference.references(study), places(protocol)
    cases = [
        {
            "id": case.id,
            "subject": case.subject,
            "site": case.site,
            "purpose": case.purpose,
            "waiting_for": waiting_for(case, wanted),
            "reference": references.get(case.id),
        }
        for case in cases_of(study)
    ]
    found = {
        "asked": protocol.qualification,
        "opened_at": opened and opened.created_at,
        "changeable": opened is None and study.allocated_at is None,
        "cases": cases,
        "readers": _readers(study) if opened else [],
    }
    return Response(QualificationSerializer(found).data)


def _readers(study: Study) -> list[dict[str, Any]]:
    people = members(study, *BLIND).select_related("user").order_by("user__full_name", "user_id")
    found = qualification.of_study(study.pk, [member.user_id for member in people])
    names: list[str] = list(QualifyingSerializer().get_fields())
    return [
        {
            **{name: getattr(found[member.user_id], name) for name in names},
            "id": member.user_id,
            "full_name": member.user.full_name,
            "role": member.role,
        }
        for member in people
    ]


class Qualification(APIView):
    @extend_schema(responses=QualificationSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        return _qualification(study_for(signed_in(request), study_id, *MAY_LOOK))


class Opening(APIView):
    @extend_schema(request=None, responses={201: QualificationSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        """Train and test readers from now on."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        qualifying.open_qualification(actor=signed_in(request), study=study)
        return _created(study)


class Purpose(APIView):
    @extend_schema(request=NewPurposeSerializer, responses={201: QualificationSerializer})
    def post(self, request: Request, study_id: UUID, case_id: UUID) -> Response:
        """Say whether a case belongs to the study, trains readers or tests them."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewPurposeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        purpose = Case.Purpose(given.validated_data["purpose"])
        qualifying.set_purpose(actor=signed_in(request), study=study, case_id=case_id, purpose=purpose)
        return _created(study)


class Reference(APIView):
    @extend_schema(request=NewReferenceSerializer, responses={201: QualificationSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        """Keep reference scores, until readers are trained and tested by them."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewReferenceSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        qualifying.keep_reference(
            actor=signed_in(request),
            study=study,
            text=given.validated_data["table"],
            reason=given.validated_data["reason"],
        )
        return _created(study)


class ReferenceTable(APIView):
    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, study_id: UUID) -> HttpResponse:
        """The reference scores that hold, as they can be imported."""
        study = study_for(signed_in(request), study_id, *MAY_LOOK)
        response = HttpResponse(reference.as_csv(study), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="reference.csv"'
        response["Cache-Control"] = "no-store"
        return response


class FurtherAttempts(APIView):
    @extend_schema(request=NewAttemptSerializer, responses={201: QualificationSerializer})
    def post(self, request: Request, study_id: UUID, reader_id: UUID) -> Response:
        """Grant a reader who has used up all attempts one more."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewAttemptSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        qualifying.grant_attempt(
            actor=signed_in(request), study=study, reader_id=reader_id, **given.validated_data
        )
        return _created(study)


def _created(study: Study) -> Response:
    answer = _qualification(study)
    answer.status_code = 201
    return answer
