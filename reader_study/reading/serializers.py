"""Exactly what a reader's browser may send and receive: allow-lists, with no model behind them."""

import math
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reader_study.reading.actions import MEANINGS
from reader_study.reading.desk_serializers import WaitingSerializer
from reader_study.reading.form import TEXT_LIMIT
from reader_study.reading.models import Event, Read, ReadCine
from reader_study.reading.queries import ReadState
from reader_study.reading.standing import UnlockState

EVENTS_PER_REQUEST = 500
LONGEST_MS = 2**53 - 1  # the largest whole number a browser counts to
FULL_SCALE = 40000
POLAR_GRID = {"rings": 24, "angles": 72, "full_scale": FULL_SCALE}

_SCORE = {"oneOf": [{"type": "integer"}, {"type": "string", "enum": ["NE"]}], "nullable": True}
_VALUE = {"oneOf": [{"type": "integer"}, {"type": "string"}]}
_ANSWER = {"oneOf": [*_VALUE["oneOf"], {"type": "array", "items": _VALUE}]}
_CONDITION = {
    "oneOf": [
        {
            "type": "object",
            "required": ["field", "in"],
            "properties": {"field": {"type": "string"}, "in": {"type": "array", "items": _VALUE}},
        },
        {
            "type": "object",
            "required": ["scores", "at_least"],
            "properties": {
                "scores": {"type": "array", "items": {"type": "integer"}},
                "at_least": {"type": "integer"},
            },
        },
    ],
    "nullable": True,
}


@extend_schema_field(_SCORE)
class ScoreField(serializers.JSONField):
    """0 .. 4, "NE" or null."""


@extend_schema_field(_VALUE)
class ValueField(serializers.JSONField):
    """One of the values that a question of the form offers."""


@extend_schema_field(_ANSWER)
class AnswerField(serializers.JSONField):
    """The answer to a question of the form."""


@extend_schema_field(_CONDITION)
class ConditionField(serializers.JSONField):
    """When a question is asked; null: always."""


@extend_schema_field({})
class AnyField(serializers.JSONField):
    """What a score, an answer or the state of the display is set to."""


class AheadSerializer(serializers.Serializer[Any]):
    ahead = serializers.BooleanField(
        default=False, help_text="Only to fetch its pictures: the read is not shown, whatever its state"
    )


class ReadStudySerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    simulated = serializers.BooleanField()


class PositionSerializer(serializers.Serializer[Any]):
    session = serializers.IntegerField()
    number = serializers.IntegerField()
    of = serializers.IntegerField(help_text="Reads of this session")


class StepSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()


class DraftSerializer(serializers.Serializer[Any]):
    scores = serializers.DictField(child=serializers.ListField(child=ScoreField()))
    fields = serializers.DictField(child=AnswerField())  # type: ignore[assignment]  # as above


class SignatureSerializer(serializers.Serializer[Any]):
    full_name = serializers.CharField()
    signed_at = serializers.DateTimeField()
    meaning = serializers.CharField()
    content_sha256 = serializers.CharField()


class AmendmentSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField()
    version = serializers.IntegerField(help_text="The one that will be signed")
    signed = DraftSerializer(help_text="What the version in force says")


class OwnUnlockSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in UnlockState])
    reason = serializers.CharField()
    requested_at = serializers.DateTimeField()
    answer = serializers.CharField(allow_blank=True, help_text="Why it was allowed or refused")


class QuestionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=[(k, k) for k in ("choice", "choices", "number", "text")])
    values = serializers.ListField(child=ValueField())
    required = serializers.BooleanField()  # type: ignore[assignment]  # as the form calls it
    minimum = serializers.IntegerField(allow_null=True)
    maximum = serializers.IntegerField(allow_null=True)
    when = ConditionField(allow_null=True)


class FormSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    segments = serializers.IntegerField()
    regions = serializers.ListField(
        child=serializers.CharField(), help_text="What is scored, in order; empty: numbered segments"
    )
    states = serializers.ListField(child=serializers.CharField())
    scores = serializers.ListField(child=serializers.IntegerField())
    fields = QuestionSerializer(many=True)  # type: ignore[assignment]  # as the form calls them


class StripSerializer(serializers.Serializer[Any]):
    view = serializers.CharField()
    state = serializers.CharField()
    set = serializers.IntegerField()
    row = serializers.IntegerField()
    column = serializers.IntegerField()
    count = serializers.IntegerField()
    first = serializers.IntegerField()


class LayoutSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    columns = serializers.IntegerField()
    rows = serializers.IntegerField()
    strips = StripSerializer(many=True)


class DisplaySerializer(serializers.Serializer[Any]):
    tables = serializers.ListField(child=serializers.CharField())
    default_table = serializers.CharField()
    show_difference = serializers.BooleanField()
    show_sums = serializers.BooleanField()
    sums_when_complete = serializers.BooleanField()
    click_scores = serializers.BooleanField()
    show_time = serializers.BooleanField()
    layouts = LayoutSerializer(many=True)
    default_layout = serializers.CharField()


class ReadVentricleSerializer(serializers.Serializer[Any]):
    apex_k = serializers.FloatField()
    base_k = serializers.FloatField()
    radius_mm = serializers.FloatField()


class PolarGridSerializer(serializers.Serializer[Any]):
    rings = serializers.IntegerField()
    angles = serializers.IntegerField()
    full_scale = serializers.IntegerField()


class PictureSerializer(serializers.Serializer[Any]):
    state = serializers.CharField()
    dims = serializers.ListField(child=serializers.IntegerField(), help_text="i, j, k")
    spacing_mm = serializers.FloatField()
    full_scale = serializers.IntegerField(help_text="The value that stands for 100 %")
    lv = ReadVentricleSerializer(allow_null=True)


class SlotSerializer(PictureSerializer):
    set = serializers.IntegerField(help_text="1 or 2: image sets that are shown beside each other")
    polar = PolarGridSerializer(allow_null=True)
    contour = serializers.BooleanField(help_text="Whether the contour that was used can be shown")


class ReadCineSerializer(PictureSerializer):
    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in ReadCine.Kind])
    frames = serializers.IntegerField()


class ReadSerializer(serializers.Serializer[Any]):
    token = serializers.UUIDField()
    purpose = serializers.ChoiceField(choices=[(purpose.value, purpose.value) for purpose in Read.Purpose])
    study = ReadStudySerializer()
    position = PositionSerializer()
    state = serializers.ChoiceField(
        choices=[(state.value, state.value) for state in ReadState],
        help_text="ahead: not its turn yet, and not looked at by asking",
    )
    step = StepSerializer()
    step_before = SignatureSerializer(
        allow_null=True, help_text="Of the step before this one; null in the first"
    )
    amendment = AmendmentSerializer(allow_null=True, help_text="Null but for a read that was opened again")
    unlock = OwnUnlockSerializer(allow_null=True)
    form = FormSerializer()
    display = DisplaySerializer()
    slots = SlotSerializer(many=True, help_text="Of the current step; empty once the read is signed")
    cines = ReadCineSerializer(many=True)
    last_seq = serializers.IntegerField()
    last_hash = serializers.CharField(help_text="The end of the chain of events")
    draft = DraftSerializer(allow_null=True, help_text="Null unless the read is open")
    signature = SignatureSerializer(allow_null=True)
    display_check_due = serializers.BooleanField()
    break_due = serializers.BooleanField(help_text="The reader is to be asked to take a break")


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
            raise serializers.ValidationError(
                _("What is kept of the display is a text of at most %(limit)s characters.")
                % {"limit": TEXT_LIMIT}
            )
        return attrs


class BatchField(serializers.ListField):
    """A list that is counted before anything in it is looked at."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and len(data) > EVENTS_PER_REQUEST:
            self.fail("max_length", max_length=EVENTS_PER_REQUEST)
        return super().to_internal_value(data)


class EventsSerializer(serializers.Serializer[Any]):
    events = BatchField(child=EventSerializer(), max_length=EVENTS_PER_REQUEST)
    step = serializers.IntegerField(
        required=False, help_text="The step that is on the screen: refused when it was signed meanwhile"
    )


class EndOfLedgerSerializer(serializers.Serializer[Any]):
    last_seq = serializers.IntegerField()
    hash = serializers.CharField(help_text="Of the event with that number, and so of all before it")


class NewSignatureSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(trim_whitespace=False, max_length=1024)
    meaning = serializers.ChoiceField(choices=[(meaning, meaning) for meaning in MEANINGS])
    content_sha256 = serializers.RegexField(r"\A[0-9a-f]{64}\Z")
    last_seq = serializers.IntegerField(min_value=0)
    step = serializers.IntegerField(min_value=1)


class SignedSerializer(serializers.Serializer[Any]):
    signature = SignatureSerializer()
    next = serializers.UUIDField(allow_null=True)
    upcoming = serializers.ListField(child=serializers.UUIDField())
    more = serializers.BooleanField(help_text="A further step of the same read follows")
    waiting = WaitingSerializer(allow_null=True)
    break_due = serializers.BooleanField()


class StateFeedbackSerializer(serializers.Serializer[Any]):
    state = serializers.CharField()
    own = serializers.ListField(child=ScoreField())
    reference = serializers.ListField(child=ScoreField())


class FeedbackSerializer(serializers.Serializer[Any]):
    token = serializers.UUIDField(source="read.token")
    number = serializers.IntegerField(source="read.position")
    regions = serializers.ListField(
        source="form.regions",
        child=serializers.CharField(),
        help_text="What is scored, in order; empty: numbered segments",
    )
    states = StateFeedbackSerializer(many=True)


class NewUnlockSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


class DisplayAnswersSerializer(serializers.Serializer[Any]):
    """Whether all steps of gray differ, the dark and the bright patch show, and the bar of colours is smooth."""

    steps = serializers.BooleanField()
    dark = serializers.BooleanField()
    bright = serializers.BooleanField()
    bar = serializers.BooleanField()


class FactorField(serializers.FloatField):
    """A number that the database can keep: "nan" is none."""

    def to_internal_value(self, data: Any) -> float:
        number = super().to_internal_value(data)
        if not math.isfinite(number):
            self.fail("invalid")
        return number


class ScreenSerializer(serializers.Serializer[Any]):
    width = serializers.IntegerField(min_value=1, max_value=100_000)
    height = serializers.IntegerField(min_value=1, max_value=100_000)
    window_width = serializers.IntegerField(min_value=1, max_value=100_000)
    window_height = serializers.IntegerField(min_value=1, max_value=100_000)
    ratio = FactorField(min_value=0.01, max_value=100)
    gamut = serializers.CharField(max_length=20, allow_blank=True)
    zoom = FactorField(min_value=0.01, max_value=100)


class NewDisplayCheckSerializer(serializers.Serializer[Any]):
    answers = DisplayAnswersSerializer()
    screen = ScreenSerializer()


class DisplayCheckSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()


def _is_storable(value: object) -> bool:
    """None or a short text, without what UTF-8 or the database cannot hold."""
    return value is None or (
        isinstance(value, str)
        and len(value) <= TEXT_LIMIT
        and not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value)
    )
