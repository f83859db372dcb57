from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.cases.models import Cine, Image
from reader_study.cases.queries import case_for
from reader_study.intake.companions import companions_of
from reader_study.intake.description import Kind


class CineSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Cine.Kind.choices)
    status = serializers.ChoiceField(choices=Cine.Status.choices)
    frames = serializers.IntegerField(allow_null=True)


class CompanionSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in Kind])
    state = serializers.ChoiceField(
        choices=Image.State.choices, allow_blank=True, help_text="Empty if the file says none"
    )
    files = serializers.IntegerField()
    expected = serializers.IntegerField(help_text="How many files make it complete")
    cine = CineSerializer(allow_null=True)
    message = serializers.CharField(help_text="What became of it, one sentence")


class Companions(APIView):
    @extend_schema(responses=CompanionSerializer(many=True))
    def get(self, request: Request, case_id: UUID) -> Response:
        """What came with a case beside its images, and the cines made of it."""
        case = case_for(signed_in(request), case_id)
        return Response(CompanionSerializer(companions_of(case), many=True).data)
