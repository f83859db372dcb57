"""What a study would take, asked by its investigator before anything is allocated or opened."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.agreement.rehearsal import (
    FEWEST_CASES,
    MOST_CASES,
    MOST_READERS,
    MOST_SITES,
    rehearse,
)
from reader_study.problems import Conflict
from reader_study.studies.models import Role, Study
from reader_study.studies.protocol import parse
from reader_study.studies.queries import current_protocol, study_for


class NewRehearsalSerializer(serializers.Serializer[Any]):
    cases = serializers.IntegerField(min_value=FEWEST_CASES, max_value=MOST_CASES)
    readers = serializers.IntegerField(min_value=1, max_value=MOST_READERS)
    sites = serializers.IntegerField(min_value=1, max_value=MOST_SITES, default=3)
    seed = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=1)
    template_endpoints = serializers.BooleanField(default=False)
    changed = serializers.DictField(
        child=serializers.FloatField(), default=dict, help_text="Assumptions by name"
    )


class AssumptionSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.FloatField()
    least = serializers.FloatField()
    most = serializers.FloatField()
    basis = serializers.CharField(help_text="charter, assumed or given")


class LaidOutSessionSerializer(serializers.Serializer[Any]):
    session = serializers.IntegerField()
    reads = serializers.ListField(
        child=serializers.FloatField(), help_text="Of a reader: fewest, on the average, most"
    )
    arms = serializers.DictField(child=serializers.IntegerField())
    site_difference = serializers.IntegerField()


class RehearsedLayoutSerializer(serializers.Serializer[Any]):
    algorithm = serializers.CharField()
    cases = serializers.IntegerField()
    reads = serializers.IntegerField()
    repeats = serializers.IntegerField()
    distance = serializers.IntegerField(allow_null=True)
    sessions = LaidOutSessionSerializer(many=True)


class SessionHoursSerializer(serializers.Serializer[Any]):
    session = serializers.IntegerField()
    reads = serializers.FloatField()
    reading_hours = serializers.FloatField()
    break_hours = serializers.FloatField()
    reading_days = serializers.IntegerField()
    calendar_days = serializers.IntegerField()


class RehearsedHoursSerializer(serializers.Serializer[Any]):
    sessions = SessionHoursSerializer(many=True)
    reading_hours = serializers.FloatField()
    break_hours = serializers.FloatField()
    hours = serializers.FloatField()
    quick = serializers.FloatField()
    slow = serializers.FloatField()
    reading_days = serializers.IntegerField()
    calendar_days = serializers.IntegerField()


class PowerSerializer(serializers.Serializer[Any]):
    power = serializers.FloatField()
    error = serializers.FloatField()
    interval = serializers.ListField(child=serializers.FloatField())
    reversed = serializers.FloatField(allow_null=True)
    effect = serializers.FloatField()
    half_width = serializers.FloatField()
    replicates = serializers.IntegerField()


class EndpointPowerSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    measure = serializers.CharField()
    test = serializers.CharField()
    compare = serializers.ListField(child=serializers.CharField())
    against = serializers.CharField(allow_null=True)
    margin = serializers.FloatField(allow_null=True)
    alpha = serializers.FloatField()
    result = PowerSerializer()


class RehearsalSerializer(serializers.Serializer[Any]):
    """All of it is simulated. `layout` is null where the list would take too long to make."""

    schema = serializers.CharField()
    simulated = serializers.BooleanField()
    cases = serializers.IntegerField()
    readers = serializers.IntegerField()
    sites = serializers.IntegerField()
    seed = serializers.IntegerField()
    endpoints_from = serializers.CharField(help_text="charter, template or none")
    offered = serializers.ListField(child=serializers.CharField())
    layout = RehearsedLayoutSerializer(allow_null=True)
    hours = RehearsedHoursSerializer()
    power = EndpointPowerSerializer(many=True)
    assumptions = AssumptionSerializer(many=True)


class StudyRehearsal(APIView):
    @extend_schema(request=NewRehearsalSerializer, responses={200: RehearsalSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        """Rehearse the protocol in force with simulated cases and readers; nothing is stored."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewRehearsalSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        if study.state not in (Study.State.DRAFT, Study.State.FROZEN):
            raise Conflict("state", _("A study is rehearsed before it is opened."))
        rehearsal = rehearse(parse(current_protocol(study).document), **given.validated_data)
        return Response(RehearsalSerializer(rehearsal.as_document()).data)
