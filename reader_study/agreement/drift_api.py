"""The door to the drift chart: open to whom the protocol names, and to nobody else."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.agreement.drift import look_at_drift
from reader_study.agreement.statistics.drift import BLOCK, NO_VARIATION, TOO_FEW
from reader_study.studies.queries import study_for


class DriftPointSerializer(serializers.Serializer[Any]):
    first = serializers.IntegerField(help_text="Place of the block's first read among those compared")
    last = serializers.IntegerField()
    pairs = serializers.IntegerField(help_text="Scores compared")
    agreement = serializers.FloatField(help_text="Share of equal scores")
    difference = serializers.FloatField(help_text="Mean absolute difference, points of score")
    lower = serializers.FloatField(allow_null=True)
    upper = serializers.FloatField(allow_null=True)
    outside = serializers.BooleanField(source="is_outside")


class DriftChartSerializer(serializers.Serializer[Any]):
    centre = serializers.FloatField(allow_null=True)
    reason = serializers.ChoiceField(
        choices=[TOO_FEW, NO_VARIATION], allow_null=True, help_text="Why there are no limits"
    )
    provisional = serializers.BooleanField(source="is_provisional")
    points = DriftPointSerializer(many=True)


class ReaderDriftSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    full_name = serializers.CharField()
    signed = serializers.IntegerField()
    compared = serializers.IntegerField(help_text="Reads that another reader has signed, too")
    chart = DriftChartSerializer()


class DriftSerializer(serializers.Serializer[Any]):
    block = serializers.IntegerField(help_text="Reads of a point")
    readers = ReaderDriftSerializer(many=True)


class Drift(APIView):
    @extend_schema(request=None, responses=DriftSerializer)
    def post(self, request: Request, study_id: UUID) -> Response:
        """Look at the drift of the readers' agreement, arms pooled; that you did is journaled."""
        user = signed_in(request)
        readers = look_at_drift(actor=user, study=study_for(user, study_id))
        answer = DriftSerializer({"block": BLOCK, "readers": readers}).data
        return Response(answer, headers={"Cache-Control": "private, no-store"})
