"""Exactly what a reader's browser may send and receive: allow-lists, with no model behind them."""

import json
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reader_study.reading.actions import MEANING
from reader_study.reading.models import Event
from reader_study.reading.schedule import SessionState

EVENTS_PER_REQUEST = 500
VIEW_LIMIT = 2000
LONGEST_MS = 2**53 - 1  # the largest whole number a browser counts to
NEUTRAL_GRID = {"dims": [80, 80, 64], "spacing_mm": 2, "full_scale": 40000}
POLAR_GRID = {"rings": 24, "angles": 72, "full_scale": 40000}

_SCORE = {"oneOf": [{"type": "integer"}, {"type": "string", "enum": ["NE"]}], "nullable": True}
_ANSWER = {"oneOf": [{"type": "integer"}, {"type": "string"}]}


@extend_schema_field(_SCORE)
class ScoreField(serializers.JSONField):
    """0 .. 4, "NE" or null."""


@extend_schema_field(_ANSWER)
class AnswerField(serializers.JSONField):
    """The answer to a question of the form."""


@extend_schema_field({})
class AnyField(serializers.JSONField):
    """What a score, an answer or the state of the display is set to."""


class ReadingSessionSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    total = serializers.IntegerField()
    signed = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in SessionState])
    opens_at = serializers.DateTimeField(allow_null=True)


class AgendaSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="study.pk")
    title = serializers.CharField(source="study.title")
    simulated = serializers.BooleanField(source="study.simulated")
    sessions = ReadingSessionSerializer(many=True)
    next = serializers.UUIDField(allow_null=True)


class WorklistSerializer(serializers.Serializer[Any]):
    studies = AgendaSerializer(many=True)


class ReadStudySerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    simulated = serializers.BooleanField()


class PositionSerializer(serializers.Serializer[Any]):
    session = serializers.IntegerField()
    number = serializers.IntegerField()
    of = serializers.IntegerField(help_text="Reads of this session")


class QuestionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=[("choice", "choice"), ("text", "text")])
    values = serializers.ListField(child=AnswerField())
    required = serializers.BooleanField()  # type: ignore[assignment]  # as the form calls it


class FormSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    segments = serializers.IntegerField()
    states = serializers.ListField(child=serializers.CharField())
    scores = serializers.ListField(child=serializers.IntegerField())
    fields = QuestionSerializer(many=True)  # type: ignore[assignment]  # as the form calls them


class DisplaySerializer(serializers.Serializer[Any]):
    tables = serializers.ListField(child=serializers.CharField())
    default_table = serializers.CharField()
    show_difference = serializers.BooleanField()
    show_sums = serializers.BooleanField()


class ReadVentricleSerializer(serializers.Serializer[Any]):
    apex_k = serializers.FloatField()
    base_k = serializers.FloatField()
    radius_mm = serializers.FloatField()


class PolarGridSerializer(serializers.Serializer[Any]):
    rings = serializers.IntegerField()
    angles = serializers.IntegerField()
    full_scale = serializers.IntegerField()


class SlotSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    dims = serializers.ListField(child=serializers.IntegerField(), help_text="i, j, k")
    spacing_mm = serializers.IntegerField()
    full_scale = serializers.IntegerField(help_text="The value that stands for 100 %")
    lv = ReadVentricleSerializer()
    polar = PolarGridSerializer()


class DraftSerializer(serializers.Serializer[Any]):
    scores = serializers.DictField(child=serializers.ListField(child=ScoreField()))
    fields = serializers.DictField(child=AnswerField())  # type: ignore[assignment]  # as above


class SignatureSerializer(serializers.Serializer[Any]):
    full_name = serializers.CharField()
    signed_at = serializers.DateTimeField()
    meaning = serializers.CharField()
    content_sha256 = serializers.CharField()


class ReadSerializer(serializers.Serializer[Any]):
    token = serializers.UUIDField()
    study = ReadStudySerializer()
    position = PositionSerializer()
    state = serializers.ChoiceField(choices=[("open", "open"), ("signed", "signed")])
    form = FormSerializer()
    display = DisplaySerializer()
    slots = SlotSerializer(many=True, help_text="Empty once the read is signed")
    last_seq = serializers.IntegerField()
    draft = DraftSerializer(allow_null=True, help_text="Null once the read is signed")
    signature = SignatureSerializer(allow_null=True)


class EventSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    seq = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in Event.Kind])
    state = serializers.CharField(max_length=12, required=False)
    segment = serializers.IntegerField(min_value=1, max_value=99, required=False)
    name = serializers.CharField(max_length=40, required=False)
    value = AnyField(allow_null=True, required=False)
    elapsed_ms = serializers.IntegerField(min_value=0, max_value=LONGEST_MS)
    at = serializers.DateTimeField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A score has a state and a segment, everything else has a name, and nothing has both."""
        about = {key for key in ("state", "segment", "name") if key in attrs}
        if about != ({"state", "segment"} if attrs["kind"] == Event.Kind.SCORE else {"name"}):
            raise serializers.ValidationError(
                _("A score needs a state and a segment; an answer and a view need a name.")
            )
        if attrs["kind"] == Event.Kind.VIEW and not _is_storable(attrs.get("value")):
            raise serializers.ValidationError(_("What is kept of the display is too long."))
        return attrs


class EventsSerializer(serializers.Serializer[Any]):
    events = serializers.ListField(child=EventSerializer(), max_length=EVENTS_PER_REQUEST)


class LastSeqSerializer(serializers.Serializer[Any]):
    last_seq = serializers.IntegerField()


class NewSignatureSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(trim_whitespace=False, max_length=1024)
    meaning = serializers.ChoiceField(choices=[(MEANING, MEANING)])
    content_sha256 = serializers.RegexField(r"\A[0-9a-f]{64}\Z")
    last_seq = serializers.IntegerField(min_value=0)


class SignedSerializer(serializers.Serializer[Any]):
    signature = SignatureSerializer()
    next = serializers.UUIDField(allow_null=True)


def _is_storable(value: object) -> bool:
    """Short, and without the two things that the database cannot keep in a JSON value."""
    text = json.dumps(value, ensure_ascii=False)
    unpaired = any("\ud800" <= c <= "\udfff" for c in text)
    return len(text) <= VIEW_LIMIT and "\\u0000" not in text and not unpaired
