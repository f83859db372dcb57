"""What those who run a study may know of its reading: how far each reader is. Never by arm."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.reading import opening, queries
from reader_study.reading.serializers import ReadingSessionSerializer
from reader_study.studies.models import Role
from reader_study.studies.queries import study_for


class NewOpeningSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(trim_whitespace=False, max_length=1024)
    reason = serializers.CharField(max_length=500)


class OpeningSerializer(serializers.Serializer[Any]):
    opened_at = serializers.DateTimeField()
    reads = serializers.IntegerField(source="reads.count")


class ReaderProgressSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    full_name = serializers.CharField()
    signed = serializers.IntegerField()
    total = serializers.IntegerField()
    sessions = ReadingSessionSerializer(many=True)


class ProgressSerializer(serializers.Serializer[Any]):
    readers = ReaderProgressSerializer(many=True)


class Opening(APIView):
    @extend_schema(request=NewOpeningSerializer, responses={201: OpeningSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewOpeningSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        opened = opening.open_study(actor=signed_in(request), study=study, **given.validated_data)
        return Response(OpeningSerializer(opened).data, status=201)


class Progress(APIView):
    @extend_schema(responses=ProgressSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR, Role.MONITOR)
        return Response(ProgressSerializer({"readers": queries.progress(study.id)}).data)
