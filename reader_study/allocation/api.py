from typing import Any
from uuid import UUID

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


class AllocationSerializer(serializers.Serializer[Any]):
    """Neither the list nor the seed: both would unblind."""

    digest = serializers.CharField()
    algorithm = serializers.CharField()
    reads = serializers.IntegerField()
    sessions = serializers.IntegerField()
    readers = serializers.IntegerField()
    cases = serializers.IntegerField()
    withheld = WithheldSerializer(many=True)
    created_at = serializers.DateTimeField()


class StudyAllocation(APIView):
    @extend_schema(responses=AllocationSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR, Role.MONITOR)
        return Response(AllocationSerializer(queries.summary(queries.allocation_of(study))).data)

    @extend_schema(request=NewAllocationSerializer, responses={201: AllocationSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewAllocationSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        seed = given.validated_data.get("seed")
        allocation = actions.allocate(
            actor=signed_in(request), study=study, seed=bytes.fromhex(seed) if seed else None
        )
        return Response(AllocationSerializer(queries.summary(allocation)).data, status=201)
