from typing import Any

from django.conf import settings
from rest_framework import serializers

from reader_study.studies.models import Role, Study
from reader_study.studies.templates import TEMPLATES


class SiteSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True)
    code = serializers.RegexField(r"^[A-Z][A-Z0-9]{0,7}$")
    name = serializers.CharField(max_length=120)


class StudySummarySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=Study.State.values)
    simulated = serializers.BooleanField()


class NewStudySerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    investigator = serializers.EmailField(help_text="Account of the principal investigator")
    monitor = serializers.EmailField(
        required=False,
        allow_blank=True,
        default="",
        help_text="Account of a monitor, who can approve unblinding because no investigator chose them",
    )
    document = serializers.JSONField()


class ProtocolTemplateSerializer(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices=list(TEMPLATES))
    document = serializers.JSONField(help_text="With empty titles, which a study must have")


class CharterSignatureSerializer(serializers.Serializer[Any]):
    full_name = serializers.CharField(source="signature.full_name")
    meaning = serializers.CharField(source="signature.meaning")
    signed_at = serializers.DateTimeField(source="signature.signed_at")


class ProtocolSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(read_only=True)
    sha256 = serializers.CharField(read_only=True)
    document = serializers.JSONField()
    reason = serializers.CharField(max_length=500)
    signature = CharterSignatureSerializer(source="charter_signature", read_only=True, allow_null=True)


class NewProtocolSerializer(serializers.Serializer[Any]):
    document = serializers.JSONField()
    reason = serializers.CharField(max_length=500)
    sha256 = serializers.RegexField(
        r"\A[0-9a-f]{64}\Z", required=False, help_text="Of the version that was edited"
    )


class StudySerializer(StudySummarySerializer):
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.values))
    sites = SiteSerializer(many=True)
    takes_readers = serializers.BooleanField(help_text="Whether somebody can still join as a reader")
    protocol = ProtocolSerializer(allow_null=True)


class MembershipSerializer(serializers.Serializer[Any]):
    """A role of the signed-in person."""

    study = StudySummarySerializer()
    role = serializers.ChoiceField(choices=Role.values)
    site = SiteSerializer(allow_null=True)


class PersonSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    full_name = serializers.CharField()
    language = serializers.ChoiceField(choices=settings.LANGUAGES)
    is_staff = serializers.BooleanField()
    reminders = serializers.BooleanField()


class SessionSerializer(serializers.Serializer[Any]):
    user = PersonSerializer()
    memberships = MembershipSerializer(many=True)


class JournalEntrySerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    action = serializers.CharField()
    actor = serializers.CharField(allow_null=True)
    subject = serializers.CharField()
    detail = serializers.JSONField()
