from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.reading import amending
from reader_study.studies.amendments import Until
from reader_study.studies.charter_api import DocumentSerializer
from reader_study.studies.differences import Kind
from reader_study.studies.models import Role
from reader_study.studies.queries import study_for
from reader_study.studies.serializers import ProtocolSerializer


class EffectSerializer(serializers.Serializer[Any]):
    path = serializers.CharField(source="difference.place")
    kind = serializers.ChoiceField(source="difference.kind", choices=[kind.value for kind in Kind])
    before = serializers.JSONField(source="difference.before", allow_null=True)
    after = serializers.JSONField(source="difference.after", allow_null=True)
    until = serializers.ChoiceField(choices=[until.value for until in Until])
    allowed = serializers.BooleanField(source="is_allowed")
    effect = serializers.CharField(source="sentence")


class ReadsOfAmendmentSerializer(serializers.Serializer[Any]):
    opened = serializers.IntegerField()
    signed = serializers.IntegerField()


class AmendmentPreviewSerializer(serializers.Serializer[Any]):
    sha256 = serializers.CharField(source="amendment.before.sha256", help_text="Of the version in force")
    amended_sha256 = serializers.CharField(source="amendment.sha256")
    allowed = serializers.BooleanField(source="amendment.is_allowed")
    differences = EffectSerializer(source="amendment.effects", many=True)
    reads = ReadsOfAmendmentSerializer(source="*")


class NewAmendmentSerializer(DocumentSerializer):
    password = serializers.CharField(trim_whitespace=False, max_length=1024)
    reason = serializers.CharField(max_length=500)
    sha256 = serializers.RegexField(r"\A[0-9a-f]{64}\Z", help_text="Of the version in force, as previewed")


class ClauseSerializer(serializers.Serializer[Any]):
    path = serializers.CharField(help_text="Of all below it; the longest counts; empty: of the rest")
    until = serializers.ChoiceField(choices=[until.value for until in Until])
    allowed = serializers.BooleanField(source="is_allowed")
    message = serializers.CharField(source="sentence", help_text="Why it can no longer be amended")


class Preview(APIView):
    @extend_schema(request=DocumentSerializer, responses=AmendmentPreviewSerializer)
    def post(self, request: Request, study_id: UUID) -> Response:
        """What an amendment would change, whether it still may, and what it does to the reads. Nothing is stored."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = DocumentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        found = amending.preview(study=study, **given.validated_data)
        return Response(AmendmentPreviewSerializer(found).data)


class Amendment(APIView):
    @extend_schema(responses=ClauseSerializer(many=True))
    def get(self, request: Request, study_id: UUID) -> Response:
        """What of a frozen protocol may still be amended."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        return Response(ClauseSerializer(amending.clauses(study), many=True).data)

    @extend_schema(request=NewAmendmentSerializer, responses={201: ProtocolSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewAmendmentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        version = amending.amend(actor=signed_in(request), study=study, **given.validated_data)
        return Response(ProtocolSerializer(version).data, status=201)
