"""The reader's list: what is to be read, how far it is, and what must come before the next read. Allow-lists."""

from typing import Any

from rest_framework import serializers

from reader_study.reading.models import Read, ReadingQualification
from reader_study.reading.qualification import State
from reader_study.reading.queries import Reason
from reader_study.reading.schedule import SessionState
from reader_study.reading.standing import UnlockState


class TodaySerializer(serializers.Serializer[Any]):
    signed = serializers.IntegerField()
    cap = serializers.IntegerField(allow_null=True, help_text="Most reads of a day; null: no limit")
    ends_at = serializers.DateTimeField(help_text="Midnight at the study's offset from UTC")


class WaitingSerializer(serializers.Serializer[Any]):
    study = serializers.UUIDField()
    reason = serializers.ChoiceField(choices=[(reason.value, reason.value) for reason in Reason])
    session = serializers.IntegerField(help_text="The one that is asked about, or that goes on")
    until = serializers.DateTimeField(allow_null=True)


class NextPlaceSerializer(serializers.Serializer[Any]):
    session = serializers.IntegerField()
    number = serializers.IntegerField()


class ReadingSessionSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    total = serializers.IntegerField()
    signed = serializers.IntegerField()
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in SessionState])
    opens_at = serializers.DateTimeField(allow_null=True)
    questions_due = serializers.BooleanField(help_text="Finished; what is asked at its end is not answered")


class SignedReadSerializer(serializers.Serializer[Any]):
    token = serializers.UUIDField(source="read.token")
    session = serializers.IntegerField(source="read.session")
    number = serializers.IntegerField(source="read.position")
    signed_at = serializers.DateTimeField(source="in_force.signature.signed_at")
    version = serializers.IntegerField(source="in_force.version")
    unlock = serializers.ChoiceField(
        source="unlock_state",
        choices=[(state.value, state.value) for state in UnlockState],
        allow_null=True,
        help_text="Of the version in force; null when nobody asked",
    )
    answer = serializers.CharField(
        source="unlock_answer", allow_blank=True, help_text="Why it was allowed or refused"
    )


class AgendaSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="study.pk")
    title = serializers.CharField(source="study.title")
    simulated = serializers.BooleanField(source="study.simulated")
    purpose = serializers.ChoiceField(choices=[(purpose.value, purpose.value) for purpose in Read.Purpose])
    attempt = serializers.IntegerField(help_text="Above 1 where a test is repeated")
    ended = serializers.BooleanField(help_text="Reading is over: nothing can be read or corrected any more")
    barred = serializers.BooleanField(
        help_text="Nothing can be read or corrected without a certificate that is in force"
    )
    sessions = ReadingSessionSerializer(many=True)
    washout_days = serializers.IntegerField(help_text="Days between two sessions")
    today = TodaySerializer()
    next = serializers.UUIDField(allow_null=True)
    next_place = NextPlaceSerializer(allow_null=True)
    begun = serializers.BooleanField(help_text="The next read was opened before")
    waiting = WaitingSerializer(allow_null=True, help_text="Why there is no next read, where it comes later")
    upcoming = serializers.ListField(
        child=serializers.UUIDField(), help_text="Reads after the next whose pictures may be fetched already"
    )
    amendments = serializers.ListField(
        child=serializers.UUIDField(), help_text="Signed reads that were opened again"
    )
    signed = SignedReadSerializer(many=True)


class ThresholdSerializer(serializers.Serializer[Any]):
    measure = serializers.ChoiceField(choices=ReadingQualification.Measure.values)
    at_least = serializers.FloatField()


class TestResultSerializer(ThresholdSerializer):
    value = serializers.FloatField()
    passed = serializers.BooleanField()
    at = serializers.DateTimeField()


class DeskSerializer(serializers.Serializer[Any]):
    signed = serializers.IntegerField()
    total = serializers.IntegerField()


class AttemptSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="Of all attempts of the reader in the study")
    signed = serializers.IntegerField(source="desk.signed")
    total = serializers.IntegerField(source="desk.total")
    result = TestResultSerializer(allow_null=True, help_text="Null until the last read is signed")


class ReaderCertificateSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="Within the study")
    issued_at = serializers.DateTimeField()
    protocol_sha256 = serializers.CharField(source="result.protocol_sha256")


class QualifyingSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=[(state.value, state.value) for state in State])
    training = DeskSerializer()
    attempts = AttemptSerializer(many=True)
    current = serializers.IntegerField(help_text="Attempts laid out since the newest certificate")
    allowed = serializers.IntegerField(help_text="Attempts that there may be since then")
    certificate = ReaderCertificateSerializer(
        allow_null=True, help_text="The newest, also when it has expired"
    )
    valid_until = serializers.DateTimeField(allow_null=True, help_text="Null: for good, or none")


class OwnQualifyingSerializer(QualifyingSerializer):
    study = serializers.UUIDField(source="study.pk")
    title = serializers.CharField(source="study.title")
    training_reads = serializers.IntegerField(source="asked.training_reads")
    test_reads = serializers.IntegerField(source="asked.test_reads")
    threshold = ThresholdSerializer(source="asked")


class WorklistSerializer(serializers.Serializer[Any]):
    studies = AgendaSerializer(many=True)
    qualifications = OwnQualifyingSerializer(many=True)
    display_check_due = serializers.BooleanField()
    break_due = serializers.BooleanField(help_text="The reader has read for long without a pause")
