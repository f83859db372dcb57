"""What an investigator does to end a study, and what comes of it. Nothing here answers a reader."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.agreement import actions, queries
from reader_study.agreement.files import CONTENT_TYPES, PDF, RESULT, is_analysed
from reader_study.agreement.models import Report
from reader_study.cases.storage import store
from reader_study.studies.models import Role, Study
from reader_study.studies.queries import current_protocol, study_for

NONE, SEALED = "none", "sealed"


class NewLockSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(trim_whitespace=False, max_length=1024)
    reason = serializers.CharField(max_length=500)
    missing_reads_reason = serializers.CharField(
        max_length=500, required=False, allow_blank=True, help_text="Why reads are missing, where they are"
    )


class LockSerializer(serializers.Serializer[Any]):
    digest = serializers.CharField()
    locked_at = serializers.DateTimeField()
    by = serializers.CharField()


class ReportFileSerializer(serializers.Serializer[Any]):
    name = serializers.ChoiceField(choices=list(CONTENT_TYPES))
    url = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()


class ReportSerializer(serializers.Serializer[Any]):
    """`result` is the content of report.json, schema "reader-study/agreement/1"; null until it is ready. A report that
    was computed stays sealed until the study is unblinded.

    `note` says so where the study's design has no such report.
    """

    state = serializers.ChoiceField(choices=[(NONE, "Not locked"), (SEALED, "Sealed"), *Report.State.choices])
    lock = LockSerializer(allow_null=True)
    result = serializers.DictField(allow_null=True)
    note = serializers.CharField(allow_null=True)
    files = ReportFileSerializer(many=True)


def _note(study: Study) -> str | None:
    if is_analysed(current_protocol(study).document):
        return None
    return _(
        "The report of a brain study is not computed yet: its data can be locked, and the tables and the lock"
        " hold every score and every value."
    )


def _report(study: Study) -> dict[str, Any]:
    report, note = queries.report_of(study), _note(study)
    if report is None:
        return {"state": NONE, "lock": None, "result": None, "note": note, "files": []}
    lock = report.lock
    computed = report.state == Report.State.READY
    ready = computed and study.state == Study.State.UNBLINDED
    return {
        "state": SEALED if computed and not ready else report.state,
        "lock": {"digest": lock.sha256, "locked_at": lock.locked_at, "by": lock.locked_by.full_name},
        "result": json.loads(store().get(report.files[RESULT]["key"]))
        if ready and RESULT in report.files
        else None,
        "note": note,
        "files": [
            {
                "name": name,
                "url": f"/api/studies/{study.id}/report/{name}",
                "sha256": report.files[name]["key"],
                "size": report.files[name]["size"],
            }
            for name in CONTENT_TYPES
            if ready and name in report.files
        ],
    }


class StudyLock(APIView):
    @extend_schema(request=NewLockSerializer, responses={202: ReportSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewLockSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        actions.lock_data(actor=signed_in(request), study=study, **given.validated_data)
        return Response(ReportSerializer(_report(study)).data, status=202)


class StudyReport(APIView):
    @extend_schema(responses=ReportSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        study = queries.reported_study(signed_in(request), study_id)
        return Response(ReportSerializer(_report(study)).data)


class StudyReportAgain(APIView):
    @extend_schema(request=None, responses={202: ReportSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        """Order a report anew that could not be computed."""
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        actions.compute_again(actor=signed_in(request), study=study)
        return Response(ReportSerializer(_report(study)).data, status=202)


class ReportFile(APIView):
    @extend_schema(
        operation_id="studies_report_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, study_id: UUID, name: str) -> HttpResponse:
        """One file of a report that is ready."""
        key = queries.file_key(signed_in(request), study_id, name)
        response = HttpResponse(store().get(key), content_type=CONTENT_TYPES[name])
        kind = "inline" if name == PDF else "attachment"
        response["Content-Disposition"] = f'{kind}; filename="{name}"'
        response["Cache-Control"] = "private, no-store"
        return response
