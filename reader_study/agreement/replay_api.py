"""The doors to signed reads after unblinding; see replay.py."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.agreement import replay
from reader_study.problems import NotFound
from reader_study.reading.models import Event, Read, ReadVolume
from reader_study.reading.pictures import BYTES, bytes_of
from reader_study.reading.serializers import (
    AnswerField,
    AnyField,
    DisplaySerializer,
    FormSerializer,
    ReadCineSerializer,
    ScoreField,
    SlotSerializer,
)


class ListedReplaySerializer(serializers.Serializer[Any]):
    token = serializers.UUIDField()
    reader = serializers.CharField()
    session = serializers.IntegerField()
    position = serializers.IntegerField()
    subject = serializers.CharField()
    arm = serializers.CharField(help_text="The label of the arm")
    steps = serializers.IntegerField()
    versions = serializers.IntegerField(help_text="1, and one for each correction")
    signed_at = serializers.DateTimeField()


class ReplaysSerializer(serializers.Serializer[Any]):
    replays = ListedReplaySerializer(many=True)


class ReplaySlotSerializer(SlotSerializer):
    step = serializers.IntegerField()


class ReplayEventSerializer(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in Event.Kind])
    state = serializers.CharField(allow_blank=True)
    segment = serializers.IntegerField(allow_null=True)
    name = serializers.CharField(allow_blank=True)
    value = AnyField(allow_null=True)
    elapsed_ms = serializers.IntegerField()
    at = serializers.DateTimeField()


class ReadingTimeSerializer(serializers.Serializer[Any]):
    """Seconds from the beginning of the read."""

    active = serializers.FloatField()
    idle = serializers.FloatField()
    hidden = serializers.FloatField()


class ReplaySheetSerializer(serializers.Serializer[Any]):
    step = serializers.IntegerField()
    version = serializers.IntegerField()
    last_seq = serializers.IntegerField(help_text="The last event that it covers")
    scores = serializers.DictField(child=serializers.ListField(child=ScoreField(allow_null=True)))
    fields = serializers.DictField(child=AnswerField())  # type: ignore[assignment]  # as the form calls them
    content_sha256 = serializers.CharField()
    full_name = serializers.CharField()
    meaning = serializers.CharField()
    signed_at = serializers.DateTimeField()
    reason = serializers.CharField(
        allow_blank=True, help_text="Why it was corrected; empty for a first version"
    )
    time = ReadingTimeSerializer()


class ReplaySerializer(serializers.Serializer[Any]):
    read = ListedReplaySerializer()
    form = FormSerializer()
    display = DisplaySerializer(help_text="With the layouts of all steps")
    slots = ReplaySlotSerializer(many=True)
    cines = ReadCineSerializer(many=True)
    events = ReplayEventSerializer(many=True)
    first_broken = serializers.IntegerField(
        allow_null=True, help_text="From this event on not proven to be what was signed; null: all is"
    )
    sheets = ReplaySheetSerializer(many=True)


class StepSerializer(serializers.Serializer[Any]):
    step = serializers.IntegerField(
        required=False, min_value=1, max_value=99, help_text="Without it, the last"
    )


class Replays(APIView):
    @extend_schema(operation_id="studies_replays_list", responses=ReplaysSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        study = replay.unblinded_study(signed_in(request), study_id)
        return Response(ReplaysSerializer({"replays": replay.replays(study)}).data)


class OneReplay(APIView):
    @extend_schema(responses=ReplaySerializer)
    def get(self, request: Request, study_id: UUID, token: UUID) -> Response:
        study = replay.unblinded_study(signed_in(request), study_id)
        return Response(ReplaySerializer(replay.replay(study, token)).data)


class ReplayVolume(APIView):
    @extend_schema(parameters=[StepSerializer], responses=BYTES)
    def get(self, request: Request, study_id: UUID, token: UUID, set: int, state: str) -> HttpResponse:
        return bytes_of(_picture(request, study_id, token, set, state).neutral_key)


class ReplayPolar(APIView):
    @extend_schema(parameters=[StepSerializer], responses=BYTES)
    def get(self, request: Request, study_id: UUID, token: UUID, set: int, state: str) -> HttpResponse:
        return bytes_of(_picture(request, study_id, token, set, state).polar_key)


class ReplayContour(APIView):
    @extend_schema(parameters=[StepSerializer], responses=BYTES)
    def get(self, request: Request, study_id: UUID, token: UUID, set: int, state: str) -> HttpResponse:
        return bytes_of(_picture(request, study_id, token, set, state).contour_key)


class ReplayCine(APIView):
    @extend_schema(responses=BYTES)
    def get(self, request: Request, study_id: UUID, token: UUID, kind: str, state: str) -> HttpResponse:
        cine = _read(request, study_id, token).cines.filter(kind=kind, state=state).first()
        return bytes_of(cine.key if cine else "")


def _read(request: Request, study_id: UUID, token: UUID) -> Read:
    return replay.signed_read(replay.unblinded_study(signed_in(request), study_id), token)


def _picture(request: Request, study_id: UUID, token: UUID, set: int, state: str) -> ReadVolume:
    given = StepSerializer(data=request.query_params)
    given.is_valid(raise_exception=True)
    volumes = _read(request, study_id, token).volumes.filter(set=set, state=state).order_by("-step")
    if "step" in given.validated_data:
        volumes = volumes.filter(step=given.validated_data["step"])
    volume = volumes.first()
    if volume is None:
        raise NotFound()
    return volume
