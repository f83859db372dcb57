"""What those who run a study do and see of its adjudication. Never which arm a read is of, nor what is a decoy."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.reading.adjudicating import make_round
from reader_study.reading.adjudication_progress import summary
from reader_study.studies.charter_conduct import MODES, RESULTS
from reader_study.studies.models import Role, Study
from reader_study.studies.queries import study_for


class NewRoundSerializer(serializers.Serializer[Any]):
    seed = serializers.RegexField(
        r"\A[0-9a-f]{64}\Z", required=False, help_text="Simulated data only; else the seed is drawn"
    )


class DiscordanceSerializer(serializers.Serializer[Any]):
    segment_difference = serializers.IntegerField(allow_null=True)
    summed_difference = serializers.IntegerField(allow_null=True)
    category_field = serializers.CharField(allow_null=True)


class AdjudicationRuleSerializer(serializers.Serializer[Any]):
    when = DiscordanceSerializer()
    decoy_fraction = serializers.FloatField()
    mode = serializers.ChoiceField(choices=MODES)
    panel_size = serializers.IntegerField()
    result = serializers.ChoiceField(choices=RESULTS)


class AdjudicationRoundSerializer(serializers.Serializer[Any]):
    round = serializers.IntegerField()
    digest = serializers.CharField(help_text="Of the sealed list, as the journal says it")
    algorithm = serializers.CharField()
    made_at = serializers.DateTimeField()
    reads = serializers.IntegerField()
    signed = serializers.IntegerField()


class AdjudicatorProgressSerializer(serializers.Serializer[Any]):
    full_name = serializers.CharField()
    here = serializers.BooleanField(help_text="Whether the role is still held")
    signed = serializers.IntegerField()
    total = serializers.IntegerField()


class AdjudicationProgressSerializer(serializers.Serializer[Any]):
    rule = AdjudicationRuleSerializer()
    adjudicators = serializers.IntegerField(help_text="Who hold the role now")
    pairs = serializers.IntegerField(help_text="Cases times arms")
    read = serializers.IntegerField(help_text="Pairs whose readers are done")
    waiting = serializers.IntegerField(help_text="What a further round would take, decoys not counted")
    unfinished = serializers.IntegerField(
        help_text="Discordant and in no round, or in a round and not signed by all"
    )
    rounds = AdjudicationRoundSerializer(many=True)
    people = AdjudicatorProgressSerializer(many=True)


class AdjudicationSerializer(serializers.Serializer[Any]):
    """Null where the protocol asks for no adjudication."""

    adjudication = AdjudicationProgressSerializer(allow_null=True)


def _adjudication(study: Study) -> dict[str, Any]:
    found = {"adjudication": summary(study)}
    return dict(AdjudicationSerializer(found).data)


class StudyAdjudication(APIView):
    @extend_schema(responses=AdjudicationSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        """How far the adjudication is."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR, Role.MONITOR)
        return Response(_adjudication(study))

    @extend_schema(request=NewRoundSerializer, responses={201: AdjudicationSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        """Make a round of what waits for adjudication."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewRoundSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        seed = given.validated_data.get("seed")
        make_round(actor=signed_in(request), study=study, seed=bytes.fromhex(seed) if seed else None)
        return Response(_adjudication(study), status=201)
