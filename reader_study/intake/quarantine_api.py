import base64
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import signed_in
from reader_study.cases.models import Case
from reader_study.cases.queries import UNBLINDED
from reader_study.intake import quarantine_actions, quarantine_answers, queries
from reader_study.intake.deidentification import Blank
from reader_study.intake.description import STATES, VIEWS, Description, Kind
from reader_study.intake.examination import HeaderLine
from reader_study.intake.models import KeptApart
from reader_study.intake.quarantine_answers import HELPS
from reader_study.intake.reasons import instead, sentence
from reader_study.studies.queries import study_for
from reader_study.studies.serializers import SiteSerializer

FRAMES_AT_ONCE = 64
NO_STORE = {"Cache-Control": "no-store"}
_LONGEST_PATIENT_ID = 64
_NUMBERS = frozenset({"US", "SS", "UL", "SL", "FL", "FD", "UV", "SV", "SQ"})  # binary: nobody types into them


class WaitingCountSerializer(serializers.Serializer[Any]):
    site = serializers.CharField(help_text="Its code")
    code = serializers.CharField()
    message = serializers.CharField()
    files = serializers.IntegerField()
    expires_at = serializers.DateTimeField(help_text="When the first of them is destroyed")


class WaitingCaseSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    subject = serializers.CharField()


class ShowsSerializer(serializers.Serializer[Any]):
    """What the file says that it shows, and which attributes say so."""

    kind = serializers.ChoiceField(choices=list(Kind))
    state = serializers.ChoiceField(choices=STATES, allow_null=True)
    state_from = serializers.CharField()
    view = serializers.ChoiceField(choices=VIEWS, allow_null=True)
    view_from = serializers.CharField()
    corrected = serializers.BooleanField()


class WaitingFileSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    upload = serializers.UUIDField()
    n = serializers.IntegerField(help_text="Place of the file in its upload")
    site = SiteSerializer()
    size = serializers.IntegerField()
    shows = ShowsSerializer(allow_null=True, help_text="Null if the file cannot say it")
    case = WaitingCaseSerializer(allow_null=True, help_text="Of the file's patient, if there is one already")
    patient = serializers.CharField(help_text="The same for files of one patient; empty without a patient ID")
    series = serializers.CharField(help_text="The same for files of one series; empty if it has none")
    code = serializers.CharField()
    message = serializers.CharField()
    helps = serializers.ListField(
        child=serializers.ChoiceField(choices=["state", "patient_id", "pixels", "replace"]),
        help_text="What can be said so that the file may yet be taken",
    )
    instead = serializers.CharField(
        help_text="Where nothing can be said: that the file can only be looked at and thrown away, and what to do"
    )
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="When it is destroyed if nobody decides")


class QuarantineSerializer(serializers.Serializer[Any]):
    """Counts for everybody who may see the sites; the files themselves for their coordinators only."""

    counts = WaitingCountSerializer(many=True)
    files = WaitingFileSerializer(many=True)


class HeaderLineSerializer(serializers.Serializer[Any]):
    path = serializers.CharField()
    name = serializers.CharField(help_text="Keyword of the attribute; empty if unknown")
    vr = serializers.CharField()
    value = serializers.CharField(help_text="Masked unless asked for")
    masked = serializers.BooleanField()


class PictureSerializer(serializers.Serializer[Any]):
    rows = serializers.IntegerField()
    columns = serializers.IntegerField()
    count = serializers.IntegerField(help_text="Frames of the file")
    first = serializers.IntegerField(help_text="The first of those given here")
    frames = serializers.ListField(child=serializers.CharField(), help_text="PNG, base64")


class BoxSerializer(serializers.Serializer[Any]):
    """Half open: `right` and `bottom` are the first that stay. frame: from 0; null: all."""

    frame = serializers.IntegerField(min_value=0, allow_null=True)
    left = serializers.IntegerField(min_value=0)
    top = serializers.IntegerField(min_value=0)
    right = serializers.IntegerField(min_value=1)
    bottom = serializers.IntegerField(min_value=1)


class AnswerSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=STATES, required=False, allow_null=True, default=None)
    view = serializers.ChoiceField(choices=VIEWS, required=False, allow_null=True, default=None)
    patient_id = serializers.CharField(
        max_length=_LONGEST_PATIENT_ID, required=False, allow_null=True, default=None
    )
    pixels = serializers.ChoiceField(
        choices=["seen", "blanked"], required=False, allow_null=True, default=None
    )
    blank = serializers.ListField(
        child=BoxSerializer(), max_length=quarantine_answers.MAX_BOXES, required=False, default=list
    )
    replace = serializers.CharField(
        max_length=500,
        allow_blank=True,
        required=False,
        default="",
        help_text="Why the image that has the place is rejected for this one",
    )


class AnsweredSerializer(serializers.Serializer[Any]):
    taken = serializers.BooleanField()
    code = serializers.CharField()
    message = serializers.CharField()
    case = WaitingCaseSerializer(allow_null=True)


class DiscardSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500, allow_blank=True, default="")


def _file(kept: KeptApart, cases: Mapping[bytes, Case]) -> dict[str, Any]:
    subject_key = bytes(kept.subject_key or b"")
    return {
        "id": kept.id,
        "upload": kept.upload_id,
        "n": kept.number,
        "site": kept.site,
        "size": kept.size,
        "shows": Description.parse(kept.description),
        "case": cases.get(subject_key),
        "patient": subject_key[:4].hex(),
        "series": kept.series_uid,
        "code": kept.code,
        "message": sentence(kept.code),
        "helps": HELPS.get(kept.code, ()),
        "instead": instead(kept.code),
        "created_at": kept.created_at,
        "expires_at": kept.expires_at,
    }


class Quarantine(APIView):
    @extend_schema(responses=QuarantineSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        user = signed_in(request)
        study = study_for(user, study_id, *UNBLINDED)
        counts = [{**row, "message": sentence(row["code"])} for row in queries.kept_apart_counts(user, study)]
        held = list(queries.kept_apart_of(user, study))
        cases = queries.cases_kept_apart(study, held)
        files = [_file(kept, cases.get(kept.site_id, {})) for kept in held]
        return Response(QuarantineSerializer({"counts": counts, "files": files}).data, headers=NO_STORE)


def _may_name(line: HeaderLine) -> bool:
    """Whether a value is hidden: it is none that the procedure keeps, nor a number that the standard defines."""
    return line.value != "" and not line.stays and not (line.name and line.vr in _NUMBERS)


class Header(APIView):
    """Outside a transaction (see urls), as all below: reading a file takes time."""

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "values", bool, description="Show every value; otherwise what may name is masked"
            ),
            OpenApiParameter("path", str, description="Show the value of this attribute alone"),
        ],
        responses=HeaderLineSerializer(many=True),
    )
    def get(self, request: Request, kept_id: UUID) -> Response:
        everything = request.query_params.get("values") in ("1", "true")
        reveal = everything or request.query_params.get("path") or False
        lines = quarantine_actions.see_header(actor=signed_in(request), kept_id=kept_id, reveal=reveal)
        shown = [
            {
                "path": line.path,
                "name": line.name,
                "vr": line.vr,
                "value": "" if masked else line.value,
                "masked": masked,
            }
            for line in lines
            for masked in [reveal not in (True, line.path) and _may_name(line)]
        ]
        return Response(HeaderLineSerializer(shown, many=True).data, headers=NO_STORE)


class Picture(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("first", int, description="From this frame on, counted from 0")],
        responses=PictureSerializer,
    )
    def get(self, request: Request, kept_id: UUID) -> Response:
        given = request.query_params.get("first", "0")
        first = int(given) if given.isdecimal() and len(given) < 6 else 0
        seen = quarantine_actions.see_frames(
            actor=signed_in(request), kept_id=kept_id, frames=range(first, first + FRAMES_AT_ONCE)
        )
        frames = [base64.b64encode(frame).decode() for frame in seen.frames]
        picture = {
            "rows": seen.rows,
            "columns": seen.columns,
            "count": seen.count,
            "first": first,
            "frames": frames,
        }
        return Response(PictureSerializer(picture).data, headers=NO_STORE)


class Answer(APIView):
    @extend_schema(request=AnswerSerializer, responses=AnsweredSerializer)
    def post(self, request: Request, kept_id: UUID) -> Response:
        """Say what the file does not; it is examined again at once."""
        given = AnswerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said: dict[str, Any] = dict(given.validated_data)
        boxes: Sequence[Mapping[str, Any]] = said.pop("blank")
        answered = quarantine_answers.answer(
            actor=signed_in(request),
            kept_id=kept_id,
            given=quarantine_answers.Given(**said, blank=[Blank(**box) for box in boxes]),
        )
        shown = {
            "taken": answered.taken,
            "code": answered.code,
            "message": sentence(answered.code),
            "case": answered.case,
        }
        return Response(AnsweredSerializer(shown).data, headers=NO_STORE)


class Discard(APIView):
    @extend_schema(request=DiscardSerializer, responses={204: None})
    def post(self, request: Request, kept_id: UUID) -> Response:
        given = DiscardSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        quarantine_actions.discard(actor=signed_in(request), kept_id=kept_id, **given.validated_data)
        return Response(status=204)
