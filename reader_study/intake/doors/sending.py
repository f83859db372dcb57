"""A program's side of the upload: files sealed on this machine, a manifest without names, per-file PUT, their verdicts.

What a coordinator's browser does, for scripts; the same address, the same de-identification, before the first byte
leaves. Sent again after a broken line, only what is missing goes. Nothing here asks the database.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _

from reader_study.intake.allowlist import PROCEDURE_VERSION
from reader_study.intake.deidentification import report_digest
from reader_study.intake.description import Kind
from reader_study.intake.examination import examine
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import NotTaken
from reader_study.intake.reports import MAX_REPORTS
from reader_study.intake.sources import Source

IN_FLIGHT = 4
TRIES = 8  # of a request; with growing pauses, about a minute
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0  # seconds between tries
_TIMEOUT = httpx.Timeout(60.0, read=300.0)
_AGAIN = (408, 425, 429, 500, 502, 503, 504)
Shown = Callable[[str, int, int], None]  # what is being done; how many files of how many


class CannotSend(Exception):
    """Nothing more can be done by this program: one sentence why."""


@dataclass(frozen=True)
class Terms:
    """What the server says before anything is sent. key: of the site's pseudonyms."""

    site: str
    key: bytes
    kinds: frozenset[Kind]
    file_bytes: int
    files: int


@dataclass(frozen=True)
class Sealed:
    """A file as it may leave: its bytes lie at `path`."""

    path: Path
    size: int
    sha256: str
    report: str


@dataclass
class Line:
    """What became of a file. verdict: "kept_back" here, before sending, or the server's."""

    n: int
    name: str
    verdict: str = ""
    code: str = ""
    sealed: Sealed | None = None


class Server:
    """The platform's API as a program with a token sees it."""

    def __init__(self, url: str, token: str, *, authorities: Path | None = None, tries: int = TRIES) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            raise CannotSend(_("The address must begin with https://: a token is never sent unprotected."))
        self.tries = tries
        self.http = httpx.Client(
            base_url=url.rstrip("/"),
            headers={"authorization": f"Bearer {token}"},
            timeout=_TIMEOUT,
            verify=str(authorities) if authorities else True,
            limits=httpx.Limits(max_connections=IN_FLIGHT + 1),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.http.close()

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """The answer, after as many tries as the line needs. Raises CannotSend for an answer that stays a no."""
        for attempt in range(self.tries):
            if attempt:
                time.sleep(min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE))
            try:
                answer = self.http.request(method, path, **request)
            except httpx.TransportError:
                continue
            if answer.status_code not in _AGAIN:
                return _good(answer)
        raise CannotSend(
            _("The server cannot be reached. What was sent is kept: start the same command again.")
        )

    def put_file(self, upload: str, sealed: Sealed) -> None:
        """Send one file. Raises CannotSend when it changes on its way time after time, or nobody wants it any more."""
        for attempt in range(self.tries):
            answer = self.ask(
                "PUT",
                f"/api/uploads/{upload}/blobs/{sealed.sha256}",
                content=sealed.path.read_bytes(),
                headers={"content-type": "application/octet-stream"},
            )
            if answer.status_code != httpx.codes.CONFLICT:
                return
            if answer.json().get("code") != "digest" or attempt == self.tries - 1:
                raise CannotSend(_message(answer))


def _good(answer: httpx.Response) -> httpx.Response:
    """An answer that lets us go on: success, nothing changed, or a conflict that the caller knows."""
    if answer.is_success or answer.status_code in (httpx.codes.NOT_MODIFIED, httpx.codes.CONFLICT):
        return answer
    raise CannotSend(_message(answer))


def _message(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return _("The server answered %(status)d.") % {"status": answer.status_code}


def terms_of(server: Server, *, study: str, site: str | None) -> Terms:
    """Ask for the site's key and the study's wishes. Raises CannotSend, also when the procedures differ."""
    told = server.ask(
        "GET", f"/api/studies/{study}/intake", params={"site_id": site} if site else None
    ).json()
    if told["procedure"] != PROCEDURE_VERSION:
        raise CannotSend(
            _(
                "The server de-identifies by procedure %(theirs)s, this program by %(ours)s. Bring both to one version."
            )
            % {"theirs": told["procedure"], "ours": PROCEDURE_VERSION}
        )
    return Terms(
        site=told["site"]["id"],
        key=bytes.fromhex(told["key"]),
        kinds=frozenset(Kind(kind) for kind in told["kinds"]),
        file_bytes=told["limits"]["file_bytes"],
        files=told["limits"]["files"],
    )


def sealed_files(
    found: Iterable[Source], *, terms: Terms, folder: Path, shown: Shown
) -> tuple[list[Line], dict[str, Any]]:
    """Seal every file into `folder`; what cannot be proven safe stays here, with its reason.

    Returns the files in their order, and the reports of what was done to them by digest.
    """
    lines, reports = list[Line](), dict[str, Any]()
    pseudonyms = Pseudonyms(terms.key)

    def seal(line: Line, source: Source) -> None:
        if source.data is None:
            line.verdict, line.code = "kept_back", source.code
            return
        try:
            made = examine(source.data, pseudonyms=pseudonyms, kinds=terms.kinds)
        except NotTaken as reason:
            line.verdict, line.code = "kept_back", reason.code
            return
        if len(made.data) > terms.file_bytes:
            line.verdict, line.code = "kept_back", "too_large"
            return
        sha256 = hashlib.sha256(made.data).hexdigest()
        path = folder / sha256
        path.write_bytes(made.data)
        digest = report_digest(made.report)
        reports.setdefault(
            digest, [{"path": e.path, "action": e.action, "reason": e.reason} for e in made.report]
        )
        line.sealed = Sealed(path, len(made.data), sha256, digest)

    with ThreadPoolExecutor(max(2, (os.cpu_count() or 2))) as pool:
        running = set[Future[None]]()
        for source in found:
            if len(lines) >= terms.files:
                raise CannotSend(_("The folder holds more files than one upload may. Send it in parts."))
            lines.append(Line(len(lines), source.name))
            running.add(pool.submit(seal, lines[-1], source))
            if len(running) > 2 * IN_FLIGHT:  # so that no archive is unpacked faster than it is read
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for one in done:
                    one.result()
            shown(_("de-identified"), len(lines) - len(running), len(lines))
        for one in running:
            one.result()
    shown(_("de-identified"), len(lines), len(lines))
    return lines, reports


def send(
    server: Server, lines: Sequence[Line], reports: dict[str, Any], *, study: str, terms: Terms, shown: Shown
) -> str:
    """Announce the sealed files, send those that the server does not have, complete; returns the upload's id."""
    going = [line for line in lines if line.sealed is not None]
    manifest: dict[str, Any] = {
        "door": "script",
        "site_id": terms.site,
        "procedure": PROCEDURE_VERSION,
        "files": [],
        "reports": reports if len(reports) <= MAX_REPORTS else {},
    }
    by_digest = dict[str, Sealed]()
    for line in going:
        sealed = line.sealed
        assert sealed is not None  # noqa: S101  # they were chosen so
        by_digest[sealed.sha256] = sealed
        entry = {"n": line.n, "size": sealed.size, "sha256": sealed.sha256}
        manifest["files"].append({**entry, "report": sealed.report} if manifest["reports"] else entry)
    opened = server.ask("POST", f"/api/studies/{study}/uploads", json=manifest).json()
    missing, upload = opened["missing"], str(opened["id"])
    shown(_("sent"), 0, len(missing))
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        running = [pool.submit(server.put_file, upload, by_digest[sha256]) for sha256 in missing]
        try:
            for n, one in enumerate(running, start=1):
                one.result()
                shown(_("sent"), n, len(missing))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    server.ask("POST", f"/api/uploads/{upload}/complete")
    return upload


def verdicts(server: Server, upload: str, lines: Sequence[Line], *, seconds: float, shown: Shown) -> bool:
    """Wait for the server's verdict on every file, and write it into `lines`; whether all have come in time."""
    by_number, etag, until = {line.n: line for line in lines}, "", time.monotonic() + seconds
    while True:
        answer = server.ask(
            "GET", f"/api/uploads/{upload}", headers={"if-none-match": etag} if etag else None
        )
        if answer.status_code != httpx.codes.NOT_MODIFIED:
            etag, told = answer.headers.get("etag", ""), answer.json()
            judged = [file for file in told["files"] if file["verdict"] != "pending"]
            for file in judged:
                by_number[file["n"]].verdict, by_number[file["n"]].code = file["verdict"], file["code"]
            shown(_("examined"), len(judged), len(told["files"]))
            if told["state"] == "done":
                return True
        if time.monotonic() > until:
            return False
        time.sleep(1.0)
