"""Scores for other systems. Nothing here answers a reader of the study."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.agreement.queries import reported_study
from reader_study.cases.storage import store
from reader_study.interop import queries, score_exports
from reader_study.interop.exporting import CONTENT_TYPES
from reader_study.interop.models import ScoreExport
from reader_study.problems import NotFound
from reader_study.studies.models import Role, Study
from reader_study.studies.queries import study_for


class ScoreFileSerializer(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices=list(CONTENT_TYPES))
    url = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()


class ScoresSerializer(serializers.Serializer[Any]):
    """Scores for other systems; "none" until the study is unblinded."""

    state = serializers.ChoiceField(choices=[("none", "Not unblinded"), *ScoreExport.State.choices])
    files = ScoreFileSerializer(many=True)


def _scores(study: Study) -> dict[str, Any]:
    export = queries.score_export_of(study)
    if export is None:
        # Unblinded a moment ago: the next sweep orders it.
        unblinded = study.state == Study.State.UNBLINDED
        return {"state": ScoreExport.State.COMPUTING if unblinded else "none", "files": []}
    files = [
        {
            "name": name,
            "url": f"/api/studies/{study.id}/scores/{name}",
            "sha256": export.files[name]["key"],
            "size": export.files[name]["size"],
        }
        for name in CONTENT_TYPES
        if name in export.files
    ]
    return {"state": export.state, "files": files}


class Scores(APIView):
    @extend_schema(responses=ScoresSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        study = reported_study(signed_in(request), study_id)
        return Response(ScoresSerializer(_scores(study)).data)


class ScoresAgain(APIView):
    @extend_schema(request=None, responses={202: ScoresSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        """Order scores anew that could not be prepared."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        score_exports.order_again(actor=signed_in(request), study=study)
        return Response(ScoresSerializer(_scores(study)).data, status=202)


class ScoreFile(APIView):
    @extend_schema(
        operation_id="studies_score_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, study_id: UUID, name: str) -> HttpResponse:
        """The scores as DICOM SR (a ZIP archive of one file for each read) or as a FHIR R4 Bundle."""
        if name not in CONTENT_TYPES:
            raise NotFound()
        key = queries.score_file_key(signed_in(request), study_id, name)
        response = HttpResponse(store().get(key), content_type=CONTENT_TYPES[name])
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "private, no-store"
        return response
