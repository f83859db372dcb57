"""How far a study is, for who conducts or watches it. Nothing here tells an arm, or answers a reader."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.agreement.milestones import Condition, milestones
from reader_study.studies.models import Role, Study
from reader_study.studies.queries import study_for


class CheckSerializer(serializers.Serializer[Any]):
    condition = serializers.ChoiceField(choices=[condition.value for condition in Condition])
    met = serializers.BooleanField(source="is_met")
    needed = serializers.BooleanField(source="is_needed")
    done = serializers.IntegerField(allow_null=True)
    of = serializers.IntegerField(allow_null=True)
    detail = serializers.CharField()


class ReachedSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    by = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    signed = serializers.BooleanField(source="is_signed")


class MilestoneSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=Study.State.values)
    reached = ReachedSerializer(allow_null=True)
    checks = CheckSerializer(many=True)


class Milestones(APIView):
    @extend_schema(responses=MilestoneSerializer(many=True))
    def get(self, request: Request, study_id: UUID) -> Response:
        """Every state of a study in order: who reached it, or what is missing before the next."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR, Role.MONITOR)
        return Response(MilestoneSerializer(milestones(study), many=True).data)
