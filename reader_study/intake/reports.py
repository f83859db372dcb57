"""Reports of what was done to the attributes of a file: checked when a sender hands them in, stored once each."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from reader_study.intake.allowlist import PROCEDURE_VERSION
from reader_study.intake.grounds import REASONS, RETIRED
from reader_study.intake.models import Report
from reader_study.intake.reporting import Entry, path_of, report_digest
from reader_study.intake.tree import MAX_DEPTH
from reader_study.problems import Invalid

MAX_REPORTS = 200  # a sender with more leaves them out: the server makes its own of every file
MAX_ENTRIES = 3_000
MAX_ENTRIES_OF_ALL = 200_000
_STEP = re.compile(r"(private )?([0-9A-F]{2}[0-9A-Fx]{2}),(xx)?([0-9A-F]{2,4})")
_WHOLE = ("preamble", "0002,xxxx")  # what is no attribute of the data set
_UNKNOWN = "unknown"
_ACTIONS = ("kept", "changed", "removed")
_FIRST_BLOCK = 0x1000
_LONGEST_PATH = 200
Entries = Sequence[Mapping[str, str]]


def digest_of(entries: Entries) -> str:
    """SHA-256 (hex) over path, tab, action, tab, reason, newline of each entry in order."""
    return report_digest(Entry(entry["path"], entry["action"], entry["reason"]) for entry in entries)


def check(reports: Mapping[str, Any]) -> None:
    """What a sender says about its files: in the very words of the procedure, no free text.

    Raises
    ------
    Invalid
        code "report": too many, another form, paths or reasons that no procedure writes, or not what their digest
        says.
    """
    if not isinstance(reports, Mapping):
        raise _not_as_written()
    if len(reports) > MAX_REPORTS or sum(map(_length, reports.values())) > MAX_ENTRIES_OF_ALL:
        raise Invalid("report", _("The manifest has more different reports than any folder gives."))
    for digest, entries in reports.items():
        if not isinstance(entries, list) or len(entries) > MAX_ENTRIES or not all(map(_is_entry, entries)):
            raise _not_as_written()
        if digest != digest_of(entries):
            raise Invalid("report", _("A report of the manifest is not what its digest says."))


def _not_as_written() -> Invalid:
    return Invalid(
        "report",
        _("A report of the manifest is not a list of path, action and reason as the procedure writes them."),
    )


def check_procedure(version: str) -> None:
    """Raises Invalid (code "procedure") for a version of the procedure that there never was; "" is none."""
    known = version.isascii() and version.isdecimal() and not version.startswith("0")
    if version and not (known and len(version) < 6 and int(version) <= int(PROCEDURE_VERSION)):
        raise Invalid(
            "procedure",
            _("This version of the procedure is not known here. Reload the page, or update your program."),
        )


def _length(entries: Any) -> int:
    return len(entries) if isinstance(entries, list) else 0


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and set(entry) == {"path", "action", "reason"}
        and all(isinstance(value, str) for value in entry.values())
        and len(entry["path"]) <= _LONGEST_PATH
        and _is_path(entry["path"])
        and entry["action"] in _ACTIONS
        and (entry["reason"] in REASONS or entry["reason"] in RETIRED)
    )


@lru_cache(maxsize=1 << 14)
def _is_path(path: str) -> bool:
    """Whether it is one that the procedure writes: nothing that a sender chose is kept or shown."""
    *outer, last = path.split(".")
    return path in _WHOLE or (
        len(outer) <= MAX_DEPTH
        and all(step.endswith("[]") and _is_step(step[:-2]) for step in outer)
        and _is_step(last.removesuffix("[]"))
    )


def _is_step(step: str) -> bool:
    found = _STEP.fullmatch(step)
    if found is None:
        return step == _UNKNOWN
    _private, group, block, number = found.groups()
    element = int(number, 16) + (_FIRST_BLOCK if block else 0)
    return path_of(int(group.replace("x", "0"), 16) << 16 | element) == step


def keep(many: Iterable[Entries]) -> list[str]:
    """Store reports; equal ones once. Their digests, in order."""
    rows = [
        Report(
            digest=digest_of(entries),
            entries=[{key: entry[key] for key in ("path", "action", "reason")} for entry in entries],
        )
        for entries in many
    ]
    # Most are there already. Of an insert that finds its row, PostgreSQL still runs the trigger.
    known = set(Report.objects.filter(pk__in=[row.digest for row in rows]).values_list("pk", flat=True))
    Report.objects.bulk_create((row for row in rows if row.digest not in known), ignore_conflicts=True)
    return [row.digest for row in rows]
