"""STOW-RS: files in requests of a bounded size, each part as it is stored."""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _

from reader_study.interop.sending import Answer, Outgoing, Unreachable

MOST_FILES, MOST_BYTES = 100, 64 * 2**20  # in one request, unless a single file is larger
_ANSWER_BYTES = 4 * 2**20


@dataclass(frozen=True)
class WebArchive:
    """A DICOMweb service, e.g. "https://pacs.example.org/dicom-web". token: sent as a bearer token if there is one."""

    url: str
    token: str = field(default="", repr=False)
    seconds: float = 60

    @classmethod
    def parse(cls, text: str, *, token: str = "") -> "WebArchive":
        """Raises ValueError with a sentence: a token over a network needs TLS."""
        parts = urlsplit(text)
        here = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise ValueError(_("A DICOMweb archive is an address like https://pacs.example.org/dicom-web."))
        if token and parts.scheme == "http" and not here:
            raise ValueError(_("A token is sent over https only."))
        return cls(text.rstrip("/"), token)

    @property
    def name(self) -> str:
        return self.url

    def send(self, files: Iterable[Outgoing]) -> Iterator[Answer]:
        headers = {"Accept": "application/dicom+json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        # No redirects: a token or a patient's file is for this archive, not for where it points.
        with httpx.Client(headers=headers, timeout=self.seconds, follow_redirects=False) as client:
            for group in _groups(files):
                yield from self._stored(client, group)

    def _stored(self, client: httpx.Client, group: Sequence[Outgoing]) -> Iterator[Answer]:
        boundary = secrets.token_hex(20)
        kind = f'multipart/related; type="application/dicom"; boundary={boundary}'
        length = sum(len(piece) for piece in _body(group, boundary))
        headers = {"Content-Type": kind, "Content-Length": str(length)}
        try:
            response = client.post(f"{self.url}/studies", content=_body(group, boundary), headers=headers)
        except httpx.HTTPError as error:
            raise Unreachable(
                _("%(archive)s does not take files: %(why)s.")
                % {"archive": self.name, "why": type(error).__name__}
            ) from error
        if response.status_code not in (200, 202, 409):
            raise Unreachable(
                _("%(archive)s does not take files: %(why)s.")
                % {"archive": self.name, "why": f"HTTP {response.status_code}"}
            )
        failed, stored = _verdicts(response)
        for file in group:
            kept = file.sop_uid in stored
            yield Answer(file.sop_uid, kept, "0000" if kept else failed.get(file.sop_uid, "not_mentioned"))


def _groups(files: Iterable[Outgoing]) -> Iterator[list[Outgoing]]:
    group: list[Outgoing] = []
    size = 0
    for file in files:
        if group and (len(group) == MOST_FILES or size + len(file.data) > MOST_BYTES):
            yield group
            group, size = [], 0
        group.append(file)
        size += len(file.data)
    if group:
        yield group


def _body(group: Sequence[Outgoing], boundary: str) -> Iterator[bytes]:
    for file in group:
        yield f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        yield file.data
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _verdicts(response: httpx.Response) -> tuple[Mapping[str, str], set[str]]:
    """(SOP Instance UID -> reason of failure in hex, UIDs that were kept), of whatever the archive answered."""
    try:
        body = json.loads(response.content[:_ANSWER_BYTES])
        answer = body[0] if isinstance(body, list) else body
        failed = {_uid(item): _reason(item) for item in _items(answer, "00081198")}
        return failed, {_uid(item) for item in _items(answer, "00081199")}
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return {}, set()


def _items(answer: Any, tag: str) -> list[Any]:
    return list(answer.get(tag, {}).get("Value", []))


def _uid(item: Any) -> str:
    return str(item["00081155"]["Value"][0])


def _reason(item: Any) -> str:
    return f"{int(item['00081197']['Value'][0]):04X}"
