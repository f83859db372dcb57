from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.due.queries import due_for
from reader_study.studies.due import Kind


class DueStudySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="due.study")
    title = serializers.CharField(help_text="The one for readers, for everybody")


class DueSerializer(serializers.Serializer[Any]):
    study = DueStudySerializer(source="*")
    kind = serializers.ChoiceField(source="due.kind", choices=[(kind.value, kind.value) for kind in Kind])
    count = serializers.IntegerField(source="due.count")
    link = serializers.CharField(source="due.link")


class DueForMe(APIView):
    @extend_schema(responses=DueSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What waits for the signed-in person, over all studies."""
        found = due_for(signed_in(request))
        return Response(DueSerializer(found, many=True).data, headers={"Cache-Control": "no-store"})
