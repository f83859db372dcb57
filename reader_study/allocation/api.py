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
from reader_study.allocation import actions, queries
from reader_study.studies.models import Role
from reader_study.studies.queries import study_for


class NewAllocationSerializer(serializers.Serializer[Any]):
    seed = serializers.RegexField(
        r"\A[0-9a-f]{64}\Z", required=False, help_text="Simulated data only; else the seed is drawn"
    )


class WithheldSerializer(serializers.Serializer[Any]):
    case = serializers.UUIDField()
    subject = serializers.CharField()
    reason = serializers.CharField()


class AllocationBlockSerializer(serializers.Serializer[Any]):
    block = serializers.IntegerField()
    digest = serializers.CharField()
    algorithm = serializers.CharField()
    protocol_version = serializers.IntegerField()
    reads = serializers.IntegerField()
    sessions = serializers.IntegerField()
    readers = serializers.IntegerField()
    cases = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class AllocationSerializer(serializers.Serializer[Any]):
    """Neither a list nor a seed: both would unblind. Counts of all blocks; digest, algorithm, time of the newest."""

    digest = serializers.CharField()
    algorithm = serializers.CharField()
    reads = serializers.IntegerField()
    sessions = serializers.IntegerField()
    readers = serializers.IntegerField()
    cases = serializers.IntegerField()
    withheld = WithheldSerializer(many=True)
    created_at = serializers.DateTimeField()
    blocks = AllocationBlockSerializer(many=True)
    further_cases = serializers.IntegerField(help_text="Complete cases that no block has")


class StudyAllocation(APIView):
    @extend_schema(responses=AllocationSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR, Role.MONITOR)
        return Response(AllocationSerializer(queries.summary(study)).data)

    @extend_schema(request=NewAllocationSerializer, responses={201: AllocationSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        """Allocate all complete cases or, while the study is open, a further block of those that came late."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewAllocationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        seed = given.validated_data.get("seed")
        actions.allocate(actor=signed_in(request), study=study, seed=bytes.fromhex(seed) if seed else None)
        return Response(AllocationSerializer(queries.summary(study)).data, status=201)


class SealedList(APIView):
    @extend_schema(responses={(200, "application/json"): OpenApiTypes.BINARY})
    def get(self, request: Request, study_id: UUID) -> HttpResponse:
        """The lists of an unblinded study with seeds and inputs, as a file that `allocation_verify --file` checks."""
        study = study_for(signed_in(request), study_id, *actions.MAY_EXPORT)
        file = actions.export_list(actor=signed_in(request), study=study)
        response = HttpResponse(file, content_type="application/json")
        response["Content-Disposition"] = 'attachment; filename="read-lists.json"'
        response["Cache-Control"] = "private, no-store"
        return response
