import io
from typing import IO, Any
from uuid import UUID

from django.utils.http import parse_etags
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import SessionCookie, signed_in
from reader_study.cases.models import Image
from reader_study.cases.queries import UNBLINDED
from reader_study.intake import actions, queries
from reader_study.intake.allowlist import PROCEDURE_VERSION
from reader_study.intake.doors.tokens import IntakeToken
from reader_study.intake.models import Kind, Upload, UploadedFile
from reader_study.intake.reasons import sentence
from reader_study.intake.reports import MAX_ENTRIES
from reader_study.problems import TooLarge
from reader_study.studies.models import Role
from reader_study.studies.queries import study_for
from reader_study.studies.serializers import SiteSerializer


class AnnouncedSerializer(serializers.Serializer[Any]):
    n = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    size = serializers.IntegerField(min_value=0, max_value=2**62)
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}$")
    report = serializers.RegexField(
        r"^([0-9a-f]{64})?$",
        required=False,
        default="",
        allow_blank=True,
        help_text="Digest of one of `reports`: what the sender did to the file",
    )


class EntrySerializer(serializers.Serializer[Any]):
    """What became of one attribute."""

    path = serializers.CharField(max_length=200, help_text="Tags only, e.g. 0054,0016[].0018,1072")
    action = serializers.ChoiceField(choices=["kept", "changed", "removed"])
    reason = serializers.CharField(max_length=40, help_text="Key of the procedure's reasons")


@extend_schema_field(
    serializers.DictField(child=serializers.ListField(child=EntrySerializer(), max_length=MAX_ENTRIES))
)
class ReportsField(serializers.JSONField):
    """Tens of thousands of entries: `reports.check` looks at them once, a serializer for each would take seconds."""


class ManifestSerializer(serializers.Serializer[Any]):
    files = serializers.ListField(
        child=AnnouncedSerializer(), min_length=1, max_length=actions.MAX_FILES, allow_empty=False
    )
    site_id = serializers.UUIDField(
        required=False, default=None, allow_null=True, help_text="Only for who coordinates several sites"
    )
    door = serializers.ChoiceField(choices=["browser", "script"], default="browser")
    procedure = serializers.RegexField(
        r"^[\w. -]{0,40}$",
        default="",
        allow_blank=True,
        help_text="Version by which the sender de-identified the files; empty if it did not",
    )
    reports = ReportsField(
        default=dict,
        help_text="Reports by digest: SHA-256 over path, tab, action, tab, reason, newline of each entry",
    )


class LimitsSerializer(serializers.Serializer[Any]):
    file_bytes = serializers.IntegerField()
    files = serializers.IntegerField()
    upload_bytes = serializers.IntegerField()


class UploadOpenedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    missing = serializers.ListField(child=serializers.CharField())
    limits = LimitsSerializer()


class PlaceSerializer(serializers.Serializer[Any]):
    image_set = serializers.ChoiceField(choices=Image.Set.choices)
    state = serializers.ChoiceField(choices=Image.State.choices)


class TermsSerializer(serializers.Serializer[Any]):
    """What a site needs to de-identify its files before they leave it."""

    procedure = serializers.CharField(help_text="Version of the procedure")
    key = serializers.RegexField(r"^[0-9a-f]{64}$", help_text="Secret of the site's pseudonyms, hex")
    site = SiteSerializer()
    limits = LimitsSerializer()
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=Kind.values), help_text="What the protocol collects"
    )
    places = PlaceSerializer(many=True, help_text="What a site has to send of each case")
    quarantine_days = serializers.IntegerField()


class UploadedFileSerializer(serializers.Serializer[Any]):
    n = serializers.IntegerField()
    verdict = serializers.ChoiceField(choices=UploadedFile.Verdict.choices)
    code = serializers.CharField()
    message = serializers.CharField()
    case = serializers.UUIDField(allow_null=True, help_text="The case that a taken file belongs to")


class SubjectSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    subject = serializers.CharField()


class UploadSummarySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=Upload.State.values)
    door = serializers.ChoiceField(choices=Upload.Door.values)
    site = SiteSerializer()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Number of files by verdict")
    cases = SubjectSerializer(many=True)


class UploadSerializer(UploadSummarySerializer):
    files = UploadedFileSerializer(many=True)


class _WhichSite(serializers.Serializer[Any]):
    site_id = serializers.UUIDField(required=False, default=None)


class RawBody(BaseParser):
    """Hands the unread body on: a file is never held in memory by the web tier."""

    media_type = "application/octet-stream"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        return stream


LIMITS = {
    "file_bytes": actions.MAX_FILE_BYTES,
    "files": actions.MAX_FILES,
    "upload_bytes": actions.MAX_UPLOAD_BYTES,
}


def _summary(upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "created_at": upload.created_at,
        "state": upload.state,
        "door": upload.door,
        "site": upload.site,
        "counts": queries.counts(upload),
        "cases": queries.cases_touched(upload),
    }


def _files(upload: Upload) -> list[dict[str, Any]]:
    files = upload.files.order_by("number").values_list("number", "verdict", "code", "case")
    return [
        {"n": n, "verdict": verdict, "code": code, "message": sentence(code), "case": case}
        for n, verdict, code, case in files
    ]


class Intake(APIView):
    authentication_classes = [SessionCookie, IntakeToken]

    @extend_schema(
        parameters=[OpenApiParameter("site_id", UUID, description="Only for who coordinates several sites")],
        responses=TermsSerializer,
    )
    def get(self, request: Request, study_id: UUID) -> Response:
        """Hand out the key of a site's pseudonyms: to who coordinates the site, and into the journal."""
        user = signed_in(request)
        study = study_for(user, study_id, Role.COORDINATOR)
        asked = _WhichSite(data=request.query_params)
        asked.is_valid(raise_exception=True)
        terms = actions.give_terms(actor=user, study=study, site_id=asked.validated_data["site_id"])
        answer = {
            "procedure": PROCEDURE_VERSION,
            "key": terms.key.hex(),
            "site": terms.site,
            "limits": LIMITS,
            "kinds": terms.kinds,
            "places": [{"image_set": image_set, "state": state} for image_set, state in terms.places],
            "quarantine_days": terms.quarantine_days,
        }
        return Response(TermsSerializer(answer).data, headers={"Cache-Control": "no-store"})


class Uploads(APIView):
    authentication_classes = [SessionCookie, IntakeToken]

    @extend_schema(responses=UploadSummarySerializer(many=True))
    def get(self, request: Request, study_id: UUID) -> Response:
        study = study_for(signed_in(request), study_id, *UNBLINDED)
        found = [_summary(upload) for upload in queries.visible_uploads(signed_in(request), study)]
        return Response(UploadSummarySerializer(found, many=True).data)

    @extend_schema(request=ManifestSerializer, responses={201: UploadOpenedSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        """Announce a folder. File names stay in the browser: `n` is the place of a file in its own list."""
        study = study_for(signed_in(request), study_id, Role.COORDINATOR)
        given = ManifestSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        upload, missing = actions.open_upload(
            actor=signed_in(request),
            study=study,
            files=[actions.Announced(**line) for line in given.validated_data["files"]],
            site_id=given.validated_data["site_id"],
            door=Upload.Door(given.validated_data["door"]),
            procedure=given.validated_data["procedure"],
            reports_sent=given.validated_data["reports"],
        )
        answer = {"id": upload.id, "missing": missing, "limits": LIMITS}
        return Response(UploadOpenedSerializer(answer).data, status=201)


class OneUpload(APIView):
    authentication_classes = [SessionCookie, IntakeToken]

    @extend_schema(responses={200: UploadSerializer, 304: OpenApiResponse(description="Nothing changed")})
    def get(self, request: Request, upload_id: UUID) -> Response:
        upload = queries.upload_for(signed_in(request), upload_id)
        etag = f'"{upload.id.hex}-{upload.revision}-{get_language()}"'
        headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Cookie"}
        if etag in parse_etags(request.headers.get("If-None-Match", "")):
            return Response(status=304, headers=headers)
        answer = {**_summary(upload), "files": _files(upload)}
        return Response(UploadSerializer(answer).data, headers=headers)


class Blob(APIView):
    """Outside a transaction (see urls): a slow line must not hold one open."""

    authentication_classes = [SessionCookie, IntakeToken]
    parser_classes = [RawBody]

    @extend_schema(
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={
            201: OpenApiResponse(description="Received"),
            200: OpenApiResponse(description="Was here already"),
        },
    )
    def put(self, request: Request, upload_id: UUID, sha256: str) -> Response:
        stated = request.headers.get("Content-Length") or "0"
        if not stated.isdecimal() or int(stated) > actions.MAX_FILE_BYTES:
            raise TooLarge("too_large", sentence("too_large"))
        body: Any = request.data if int(stated) else io.BytesIO()  # REST framework parses no empty body
        new = actions.receive_blob(actor=signed_in(request), upload_id=upload_id, sha256=sha256, body=body)
        return Response(status=201 if new else 200)


class Complete(APIView):
    authentication_classes = [SessionCookie, IntakeToken]

    @extend_schema(request=None, responses={202: UploadSummarySerializer})
    def post(self, request: Request, upload_id: UUID) -> Response:
        upload = actions.complete_upload(actor=signed_in(request), upload_id=upload_id)
        return Response(UploadSummarySerializer(_summary(upload)).data, status=202)
