import json
import os
import secrets
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from reader_study.intake.allowlist import METHOD, PROCEDURE_VERSION
from reader_study.intake.deidentification import Deidentified, Entry, report_digest
from reader_study.intake.examination import examine
from reader_study.intake.grounds import reason_text
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import NotTaken, Quarantined, sentence
from reader_study.intake.sources import Source, sources

_KEY_BYTES = 32
_AT_ONCE = max(2, min(4, os.cpu_count() or 2))  # as many files as there are children to read them
_Answer = tuple[str, str, Deidentified | None]  # verdict, code, what came of it


class Command(BaseCommand):
    help = (
        "De-identify a file, folder or zip archive by exactly the procedure of the intake. Accepted images are "
        "written to TARGET as 000001.dcm and so on, in the order of the sources' names; nothing of a source's name "
        "or content is printed or written but what the procedure keeps. The same key gives the same pseudonyms."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="a file, folder or zip archive")
        parser.add_argument("target", type=Path, help="a folder that does not exist yet, or is empty")
        parser.add_argument(
            "--report", type=Path, help="write what was done with every file and attribute as JSON"
        )
        parser.add_argument(
            "--key-file", type=Path, help="the secret key: 64 hexadecimal digits, or 32 bytes; else a new one"
        )
        parser.add_argument(
            "--key-out", type=Path, help="keep the new key in this file; otherwise it is written nowhere"
        )
        parser.add_argument(
            "--names",
            type=Path,
            help="write which number in the report is which source file. Names of files may name patients: for the "
            "site's own use",
        )

    def handle(self, *args: Any, source: Path, target: Path, **options: Any) -> None:
        if not source.exists():
            raise CommandError("The source does not exist.")
        _make_empty(target, source)
        pseudonyms = Pseudonyms(_key(options["key_file"], options["key_out"]))
        files: list[dict[str, Any]] = []
        reports: dict[str, list[dict[str, str]]] = {}
        names: dict[str, str] = {}
        for number, (item, (verdict, code, made)) in enumerate(_answers(source, pseudonyms), start=1):
            names[str(number)] = item.name
            line: dict[str, Any] = {
                "number": number,
                "verdict": verdict,
                "code": code,
                "reason": sentence(code),
            }
            if made is not None:
                digest = report_digest(made.report)
                reports.setdefault(digest, _readable(made.report))
                line |= {"file": f"{number:06}.dcm", **_facts(made), "report": digest}
                (target / line["file"]).write_bytes(made.data)
            files.append(line)
            if verdict != "accept":
                self.stdout.write(f"file {number}: {verdict}: {line['reason']} [{code}]")
        summary = dict(Counter(line["verdict"] for line in files))
        if options["report"]:
            document = {
                "procedure": PROCEDURE_VERSION,
                "method": METHOD,
                "summary": {"files": len(files), **summary},
                "files": files,
                "reports": reports,
            }
            options["report"].write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
        if options["names"]:
            _write_secret(options["names"], json.dumps(names, ensure_ascii=False, indent=1).encode())
        counted = ", ".join(f"{count} {verdict}" for verdict, count in sorted(summary.items()))
        self.stdout.write(f"{len(files)} files: {counted or 'nothing to do'}")


def _answers(source: Path, pseudonyms: Pseudonyms) -> Iterator[tuple[Source, _Answer]]:
    """Every source with its answer, in order; a few are examined at a time, and no more are in memory."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting: deque[tuple[Source, Future[_Answer]]] = deque()
        for item in sources([source]):
            waiting.append((Source(item.name, None, item.code), pool.submit(_answer, item, pseudonyms)))
            if len(waiting) > _AT_ONCE:
                first, answer = waiting.popleft()
                yield first, answer.result()
        while waiting:
            first, answer = waiting.popleft()
            yield first, answer.result()


def _answer(item: Source, pseudonyms: Pseudonyms) -> _Answer:
    if item.data is None:
        return "reject", item.code, None
    try:
        return "accept", "", examine(item.data, pseudonyms=pseudonyms, kinds=None)
    except NotTaken as reason:
        return ("quarantine" if isinstance(reason, Quarantined) else "reject"), reason.code, None


def _facts(made: Deidentified) -> dict[str, Any]:
    said = made.description
    return {
        "subject": made.subject.token,
        "study_uid": made.study_uid,
        "series_uid": made.series_uid,
        "sop_uid": made.sop_uid,
        "kind": said.kind,
        "state": said.state or "unknown",
        "state_from": said.state_from,
        "view": said.view or "unknown",
        "view_from": said.view_from,
    }


def _readable(report: tuple[Entry, ...]) -> list[dict[str, str]]:
    return [{**entry._asdict(), "sentence": reason_text(entry.reason)} for entry in report]


def _make_empty(target: Path, source: Path) -> None:
    if source.is_dir() and target.resolve().is_relative_to(source.resolve()):
        raise CommandError("The target lies within the source: choose another folder.")
    try:
        target.mkdir(parents=True, exist_ok=True)
        empty = not any(target.iterdir())
    except (FileExistsError, NotADirectoryError):
        raise CommandError("The target is a file: name a folder.") from None
    if not empty:
        raise CommandError("The target is not empty: choose another folder.")


def _key(key_file: Path | None, key_out: Path | None) -> bytes:
    if key_file is None:
        key = secrets.token_bytes(_KEY_BYTES)
        if key_out is not None:
            _write_secret(key_out, key.hex().encode() + b"\n")
        return key
    if key_out is not None:
        raise CommandError("--key-out keeps a new key; with --key-file there is none.")
    try:
        content = key_file.read_bytes()
        key = content if len(content) == _KEY_BYTES else bytes.fromhex(content.decode("ascii").strip())
    except OSError:
        raise CommandError("The key file cannot be read.") from None
    except ValueError:
        raise CommandError("The key file holds no key: 64 hexadecimal digits, or 32 bytes.") from None
    if len(key) != _KEY_BYTES:
        raise CommandError("The key file holds no key: 64 hexadecimal digits, or 32 bytes.")
    return key


def _write_secret(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CommandError(f"{path} exists; it is not overwritten.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
