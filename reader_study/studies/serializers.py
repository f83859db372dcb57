from typing import Any

from django.conf import settings
from rest_framework import serializers

from reader_study.studies.models import Role, Study


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
    document = serializers.JSONField()


class ProtocolSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField(read_only=True)
    sha256 = serializers.CharField(read_only=True)
    document = serializers.JSONField()
    reason = serializers.CharField(max_length=500)


class StudySerializer(StudySummarySerializer):
    roles = serializers.ListField(child=serializers.ChoiceField(choices=Role.values))
    sites = SiteSerializer(many=True)
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


class SessionSerializer(serializers.Serializer[Any]):
    user = PersonSerializer()
    memberships = MembershipSerializer(many=True)


class NewMemberSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=Role.values)
    site_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class MemberSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    full_name = serializers.CharField(source="user.full_name")
    email = serializers.EmailField(source="user.email")
    role = serializers.ChoiceField(choices=Role.values)
    site = SiteSerializer(allow_null=True)


class JournalEntrySerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    action = serializers.CharField()
    actor = serializers.CharField(allow_null=True)
    subject = serializers.CharField()
    detail = serializers.JSONField()
