import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandParser

from reader_study.intake.description import Kind
from reader_study.intake.examination import examine
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import Quarantined, Refused, sentence
from reader_study.intake.sources import Source, is_empty_folder, sources

_NOTHING_THERE = 2  # exit status
_WITH_STATE = (Kind.SPECT, Kind.PET)  # they become images that are read
# Nothing of what is made here is kept, and the same file shall get the same verdict twice.
_NOBODYS = Pseudonyms(b"inspection of a file, kept by no")


class Command(BaseCommand):
    help = (
        "Say of every file what the intake would do with it: accept, quarantine or reject, and why. "
        "Reads files, folders and zip archives; keeps and sends nothing. Every kind of image that the platform "
        "knows is accepted here; which of them a study uses, its protocol says. What the intake will still ask of an "
        "accepted image is said with it. Exit: 0, or 2 if a path does not exist or holds no file."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths", nargs="+", type=Path, metavar="FILE", help="a file, folder or zip archive"
        )
        parser.add_argument(
            "--json",
            action="store_true",
            dest="as_json",
            help="a JSON list: file, verdict, code, reason; for accepted files kind, state, view and their "
            "sources, corrected (for attenuation) and asks: what the file does not say and a person must",
        )

    def handle(self, *args: Any, paths: list[Path], as_json: bool, **options: Any) -> None:
        wrong = {path: said for path in paths if (said := _nothing_at(path))}
        for path, said in wrong.items():
            self.stderr.write(f"{_printable(str(path))}: {said}")
        lines = (self._verdict(source) for source in sources(path for path in paths if path not in wrong))
        with contextlib.suppress(BrokenPipeError):  # as of `| head`
            for text in _as_json(lines) if as_json else map(_as_text, lines):
                self.stdout.write(text)
                self.stdout.flush()
            if wrong:
                sys.exit(_NOTHING_THERE)
            return
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _verdict(self, source: Source) -> dict[str, Any]:
        if source.data is None:
            return _not_taken(source.name, "reject", source.code)
        try:
            description = examine(source.data, pseudonyms=_NOBODYS, kinds=None).description
        except Refused as reason:
            return _not_taken(source.name, "reject", reason.code)
        except Quarantined as reason:
            return _not_taken(source.name, "quarantine", reason.code)
        return {
            "file": source.name,
            "verdict": "accept",
            "code": "",
            "reason": "",
            "kind": description.kind,
            "state": description.state or "unknown",
            "state_from": description.state_from,
            "view": description.view or "unknown",
            "view_from": description.view_from,
            "corrected": description.corrected,
            "asks": ["state"] if description.kind in _WITH_STATE and description.state is None else [],
        }


def _nothing_at(path: Path) -> str:
    """Why there is nothing to judge; empty if there may be something."""
    if not os.path.lexists(path):
        return "There is no such file or folder."
    return "There is no file in this folder." if is_empty_folder(path) else ""


def _not_taken(name: str, verdict: str, code: str) -> dict[str, Any]:
    return {"file": name, "verdict": verdict, "code": code, "reason": sentence(code)}


def _as_json(lines: Iterator[dict[str, Any]]) -> Iterator[str]:
    """One list, a line each, written as the verdicts come."""
    before = "["
    for line in lines:
        yield f"{before}{json.dumps(line)}"
        before = ","
    yield "]" if before == "," else "[]"


def _printable(name: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in name)


def _as_text(line: dict[str, Any]) -> str:
    name = _printable(line["file"])
    if line["verdict"] == "accept":
        corrected = ", attenuation-corrected" if line["corrected"] else ""
        asks = "; the intake will ask: stress or rest?" if line["asks"] else ""
        return (
            f"accept      {name}: {line['kind']}, state {line['state']}, view {line['view']}{corrected}{asks}"
        )
    return f"{line['verdict']:<11} {name}: {line['reason']} [{line['code']}]"
