"""The charter: checked before it is stored, signed, looked back on, compared, taken away as a file."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.problems import Invalid, NotFound
from reader_study.studies import freezing
from reader_study.studies.differences import Kind, differences
from reader_study.studies.models import Role, Study
from reader_study.studies.notation import Notation, read_as, written_as
from reader_study.studies.protocol import Breach, breaches, digest, parse_new
from reader_study.studies.queries import current_protocol, study_for, version_of, versions_of
from reader_study.studies.serializers import CharterSignatureSerializer, ProtocolSerializer

MAY_SEE = (Role.INVESTIGATOR, Role.MONITOR)
LONGEST_FILE = 1_000_000  # characters
CONTENT_TYPES = {Notation.JSON: "application/json", Notation.TOML: "application/toml"}


class NewFreezeSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(trim_whitespace=False, max_length=1024)
    reason = serializers.CharField(max_length=500)
    sha256 = serializers.RegexField(r"\A[0-9a-f]{64}\Z", help_text="Of the version that was read")


class DocumentSerializer(serializers.Serializer[Any]):
    document = serializers.JSONField()


class NewCheckSerializer(serializers.Serializer[Any]):
    """A document, or the content of a file in a notation."""

    document = serializers.JSONField(required=False)
    content = serializers.CharField(required=False, trim_whitespace=False, max_length=LONGEST_FILE)
    notation = serializers.ChoiceField(
        choices=[notation.value for notation in Notation],
        required=False,
        help_text="Of the content; without one, in which the checked document is written out",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("document" in attrs) == ("content" in attrs) or ("content" in attrs and "notation" not in attrs):
            raise serializers.ValidationError("Give either a document, or a content with its notation.")
        return attrs


class BreachSerializer(serializers.Serializer[Any]):
    place = serializers.CharField(
        help_text='As in endpoints.0.margin; "" where it is the document as a whole'
    )
    message = serializers.CharField(source="sentence")


class CheckedSerializer(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    message = serializers.CharField(help_text="What is wrong, in one sentence; empty where nothing is")
    breaches = BreachSerializer(many=True)
    sha256 = serializers.CharField(help_text="Of the canonical form")
    document = serializers.JSONField(allow_null=True, help_text="The canonical form")
    written = serializers.CharField(help_text="That in the notation asked for")


class VersionSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    sha256 = serializers.CharField()
    reason = serializers.CharField()
    stored_at = serializers.DateTimeField()
    author = serializers.CharField(allow_null=True)
    signature = CharterSignatureSerializer(allow_null=True)
    in_force = serializers.BooleanField()


class DifferenceSerializer(serializers.Serializer[Any]):
    path = serializers.CharField(source="place", help_text="As in endpoints.0.margin")
    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


class DifferencesSerializer(serializers.Serializer[Any]):
    from_version = serializers.IntegerField()
    to_version = serializers.IntegerField()
    differences = DifferenceSerializer(many=True)


class Freeze(APIView):
    @extend_schema(request=NewFreezeSerializer, responses={201: ProtocolSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        study = study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        given = NewFreezeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        version = freezing.freeze(actor=signed_in(request), study=study, **given.validated_data)
        return Response(ProtocolSerializer(version).data, status=201)


class Check(APIView):
    @extend_schema(request=NewCheckSerializer, responses=CheckedSerializer)
    def post(self, request: Request, study_id: UUID) -> Response:
        """Whether a document could be stored; nothing is."""
        study_for(signed_in(request), study_id, Role.INVESTIGATOR)
        return _checked(request)


class CheckOfNew(APIView):
    @extend_schema(request=NewCheckSerializer, responses=CheckedSerializer)
    def post(self, request: Request) -> Response:
        """Whether a study could be founded with a document."""
        if not signed_in(request).is_staff:
            raise NotFound()
        return _checked(request)


def _checked(request: Request) -> Response:
    given = NewCheckSerializer(data=request.data)
    given.is_valid(raise_exception=True)
    asked = given.validated_data
    found: dict[str, Any] = {"ok": False, "sha256": "", "document": None, "written": ""}
    try:
        document = (
            read_as(asked["content"].encode(), Notation(asked["notation"]))
            if "content" in asked
            else asked["document"]
        )
        broken = breaches(document)
    except Invalid as problem:
        broken = [Breach("", problem.message)]
    if not broken:
        document = parse_new(document).as_document()
        text = written_as(document, Notation(asked["notation"])).decode() if "notation" in asked else ""
        found = {"ok": True, "sha256": digest(document), "document": document, "written": text}
    message = broken[0].sentence if broken else ""
    return Response(CheckedSerializer({**found, "message": message, "breaches": broken}).data)


class Versions(APIView):
    @extend_schema(responses=VersionSerializer(many=True))
    def get(self, request: Request, study_id: UUID) -> Response:
        """Every version, newest first."""
        study = study_for(signed_in(request), study_id, *MAY_SEE)
        found = [
            {
                "version": version.version,
                "sha256": version.sha256,
                "reason": version.reason,
                "stored_at": version.created_at,
                "author": author,
                "signature": getattr(version, "charter_signature", None),
                "in_force": place == 0,
            }
            for place, (version, author) in enumerate(versions_of(study))
        ]
        return Response(VersionSerializer(found, many=True).data)


class OneVersion(APIView):
    @extend_schema(responses=ProtocolSerializer)
    def get(self, request: Request, study_id: UUID, version: int) -> Response:
        study = study_for(signed_in(request), study_id, *MAY_SEE)
        return Response(ProtocolSerializer(version_of(study, version)).data)


class Differences(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("from", int, required=True), OpenApiParameter("to", int, required=True)],
        responses=DifferencesSerializer,
    )
    def get(self, request: Request, study_id: UUID) -> Response:
        """How one version differs from another, place by place."""
        study = study_for(signed_in(request), study_id, *MAY_SEE)
        before, after = (_version_asked(request, study, name) for name in ("from", "to"))
        found = {
            "from_version": before.version,
            "to_version": after.version,
            "differences": differences(before.document, after.document),
        }
        return Response(DifferencesSerializer(found).data)


class Export(APIView):
    @extend_schema(
        parameters=[
            OpenApiParameter("notation", str, enum=[notation.value for notation in Notation]),
            OpenApiParameter("version", int, description="Without it, the one in force"),
        ],
        responses={(200, kind): OpenApiTypes.BINARY for kind in CONTENT_TYPES.values()},
    )
    def get(self, request: Request, study_id: UUID) -> HttpResponse:
        """A version as a file: canonical JSON, whose SHA-256 is the version's, or TOML."""
        study = study_for(signed_in(request), study_id, *MAY_SEE)
        asked = request.query_params.get("notation", Notation.JSON)
        if asked not in list(Notation):
            raise NotFound()
        notation = Notation(asked)
        version = (
            _version_asked(request, study, "version")
            if "version" in request.query_params
            else current_protocol(study)
        )
        name = f"protocol-{version.version}.{notation}"
        return HttpResponse(
            written_as(version.document, notation),
            content_type=CONTENT_TYPES[notation],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _version_asked(request: Request, study: Study, name: str) -> Any:
    number = request.query_params.get(name, "")
    if not (number.isascii() and number.isdecimal() and len(number) < 7):
        raise NotFound()
    return version_of(study, int(number))
