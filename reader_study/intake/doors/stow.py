"""STOW-RS (DICOM PS3.18 10.5): a program stores files over the web, and is told at once what became of each.

The body is a stream of parts, each written to staging as it comes and parsed by nobody but the sandbox. An answer
names the files by the UIDs that the sender knows; what is stored carries the study's own.
"""

import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.authentication import SessionCookie, signed_in
from reader_study.accounts.models import User
from reader_study.intake import actions, processing, queries, staging
from reader_study.intake.doors.multipart import BadMultipart, Part, Readable, boundary_of, content_type, parts
from reader_study.intake.doors.tokens import IntakeToken
from reader_study.intake.examination import Identity, identify
from reader_study.intake.models import Upload, UploadedFile
from reader_study.intake.reasons import NotTaken
from reader_study.intake.sandbox import SandboxFailed
from reader_study.problems import Invalid, NotFound, TooLarge
from reader_study.studies.models import Role, Site, Study
from reader_study.studies.queries import study_for

MAX_REQUEST_BYTES = 2 << 30
MAX_REQUEST_FILES = 2_000
MAX_REQUEST_SECONDS = 1_800.0
SLOWEST, GRACE = 4_096, 60.0  # bytes a second, after these seconds: a thread of the server is not for waiting
# So many are examined while the sender waits; with more, the worker does it and the answer may come before the verdict.
FILES_AT_ONCE = 100
WAIT_SECONDS = 25.0

_Tags = dict[str, dict[str, Any]]
_CLASS, _INSTANCE, _REASON, _WARNING, _COMMENT = "00081150", "00081155", "00081197", "00081196", "00000902"
_STORED, _FAILED, _OTHER = "00081199", "00081198", "0008119A"
# PS3.18 table I.2-2, PS3.4 B.2.3
_PROCESSING, _NOT_THIS_CLASS, _NOT_THIS_SYNTAX, _MISMATCH, _NOT_UNDERSTOOD = (
    0x0110, 0x0122, 0xC122, 0xA900, 0xC000,
)  # fmt: skip
_HELD = (
    0xB007  # "data set does not match SOP class": the warning that comes nearest to "a person has to look"
)
_FAILURES: Mapping[str, int] = {
    "sop_class": _NOT_THIS_CLASS,
    "not_in_protocol": _NOT_THIS_CLASS,
    "unsupported_syntax": _NOT_THIS_SYNTAX,
    "other_examination": _MISMATCH,
    "not_dicom": _NOT_UNDERSTOOD,
    "no_part10": _NOT_UNDERSTOOD,
    "empty": _NOT_UNDERSTOOD,
}
Verdict = UploadedFile.Verdict


@dataclass(frozen=True)
class _Sent:
    """A part of the request: the number of its file in the delivery, and what the sender calls it (None: unknown)."""

    number: int
    identity: Identity | None


class _Body:
    """The request's body, bounded in bytes and time, whether its length was announced or it comes in chunks."""

    def __init__(self, request: HttpRequest) -> None:
        chunked = "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
        if chunked and not request.META.get("wsgi.input_terminated"):  # reading it would never end
            raise Invalid("length", _("The request must say how long it is (Content-Length)."))
        self.stream: Readable = request.META["wsgi.input"] if chunked else request
        self.received, self.began = 0, time.monotonic()

    def read(self, size: int, /) -> bytes:
        seconds = time.monotonic() - self.began
        if seconds > MAX_REQUEST_SECONDS or (seconds > GRACE and self.received < SLOWEST * seconds):
            raise TooLarge("too_slow", _("The request took too long. Send the files in several requests."))
        block = self.stream.read(size)
        self.received += len(block)
        if self.received > MAX_REQUEST_BYTES:
            raise TooLarge(
                "too_large", _("This is more than one request may hold. Send the files in several.")
            )
        return block


class DicomJson(JSONRenderer):
    media_type = "application/dicom+json"
    format = "dicom"


class _Unread(BaseParser):
    """The view reads the body itself."""

    media_type = "multipart/related"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        return None


class Stow(APIView):
    """POST …/studies and …/studies/{study_uid}. Outside a transaction: a slow line must not hold one open."""

    authentication_classes = [SessionCookie, IntakeToken]
    parser_classes = [_Unread]
    renderer_classes = [DicomJson, JSONRenderer]

    @extend_schema(
        request={"multipart/related": OpenApiTypes.BINARY},
        responses={(200, "application/dicom+json"): OpenApiTypes.OBJECT},
    )
    def post(self, request: Request, study_id: UUID, study_uid: str | None = None) -> Response:
        study = study_for(signed_in(request), study_id, Role.COORDINATOR)
        site = _site(signed_in(request), study, request.query_params.get("site"))
        boundary = _boundary(request.headers.get("Content-Type", ""))
        stated = request.headers.get("Content-Length") or "0"
        if not stated.isdecimal() or int(stated) > MAX_REQUEST_BYTES:
            raise TooLarge(
                "too_large", _("This is more than one request may hold. Send the files in several.")
            )
        upload = actions.open_delivery(
            study=study, site=site, door=Upload.Door.STOW, actor=signed_in(request)
        )
        try:
            sent = _received(upload, parts(_Body(request._request), boundary), study_uid)
        except BaseException as error:
            actions.finish_upload(upload_id=upload.id)  # the sender is told that nothing was stored
            if isinstance(error, BadMultipart):
                raise Invalid("multipart", _("The body is not a complete multipart/related one.")) from None
            raise
        if not sent:
            actions.finish_upload(upload_id=upload.id)
            raise Invalid("multipart", _("There is no file in the request."))
        _process(upload, len(sent))
        verdicts = {file.number: file for file in upload.files.all()}
        return _answer([(part, verdicts[part.number]) for part in sent])


def _site(user: User, study: Study, code: str | None) -> Site:
    """The site for which somebody sends; `?site=CODE` only for who coordinates several."""
    sites = queries.uploading_sites(user, study)
    found = list(sites.filter(code=code) if code else sites)
    if not found:
        raise NotFound()
    if len(found) > 1:
        raise Invalid("site", _("You coordinate several sites. Say for which of them the files are."))
    return found[0]


def _boundary(header: str) -> bytes:
    """Raises UnsupportedMediaType (415) for anything but DICOM files in a multipart/related body."""
    try:
        kind, parameters = content_type(header)
        if kind == "multipart/related" and parameters.get("type", "application/dicom") == "application/dicom":
            return boundary_of(parameters)
    except BadMultipart:
        raise Invalid("multipart", _("The body is not a complete multipart/related one.")) from None
    raise UnsupportedMediaType(kind)


def _received(upload: Upload, found: Iterable[Part], study_uid: str | None) -> list[_Sent]:
    """Every part of the request on disk, hashed, and identified in the sandbox."""
    sent = list[_Sent]()
    for part in found:
        if len(sent) >= MAX_REQUEST_FILES:
            raise TooLarge(
                "too_large", _("This is more than one request may hold. Send the files in several.")
            )
        file = actions.take_file(upload=upload, body=part)
        identity = None
        data = staging.read(upload=upload.id, sha256=file.sha256)
        if data is not None:
            with contextlib.suppress(NotTaken):  # its verdict will say why
                identity = identify(data)
        if study_uid is not None and identity is not None and identity.study_uid != study_uid:
            file.verdict, file.code = Verdict.REFUSED, "other_examination"
            file.save(update_fields=["verdict", "code"])
            staging.discard(upload=upload.id, sha256=file.sha256)
        sent.append(_Sent(file.number, identity))
    return sent


def _process(upload: Upload, files: int) -> None:
    if files <= FILES_AT_ONCE:
        actions.complete_delivery(upload=upload, send=False)
        with contextlib.suppress(
            SandboxFailed
        ):  # too busy: a worker goes on, and the rest is answered as pending
            processing.process(upload.id)
        return
    actions.complete_delivery(upload=upload)
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until and upload.files.filter(verdict=Verdict.PENDING).exists():
        time.sleep(0.2)


def _answer(files: Sequence[tuple[_Sent, UploadedFile]]) -> Response:
    """PS3.18 10.5.3: 200 when all are stored, 409 when none is, 202 in between and where a person has to look."""
    body: dict[str, dict[str, Any]] = {}
    for part, file in files:
        name, item = _item(part, file)
        body.setdefault(name, {"vr": "SQ", "Value": []})["Value"].append(item)
    stored = body.get(_STORED, {"Value": []})["Value"]
    all_well = len(stored) == len(files) and not any(_WARNING in item for item in stored)
    return Response(body, status=200 if all_well else 202 if stored else 409)


def _item(part: _Sent, file: UploadedFile) -> tuple[str, _Tags]:
    """In which sequence a file stands, and what is said of it there."""
    item: _Tags = {}
    if part.identity is not None:
        item[_CLASS] = {"vr": "UI", "Value": [part.identity.sop_class]}
        item[_INSTANCE] = {"vr": "UI", "Value": [part.identity.sop_uid]}
    if file.verdict in (Verdict.ACCEPTED, Verdict.DUPLICATE):
        return _STORED, item
    item[_COMMENT] = {"vr": "LO", "Value": [file.code or "pending"]}
    if file.verdict in (Verdict.QUARANTINED, Verdict.PENDING):
        item[_WARNING] = {"vr": "US", "Value": [_HELD]}
        return _STORED, item
    item[_REASON] = {"vr": "US", "Value": [_FAILURES.get(file.code, _PROCESSING)]}
    return (_FAILED if part.identity is not None else _OTHER), item
