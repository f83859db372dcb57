"""Reports of what was done to the attributes of a file: checked when a sender hands them in, stored once each."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from reader_study.intake.models import Report
from reader_study.problems import Invalid

MAX_REPORTS = 400
MAX_ENTRIES = 3_000
MAX_ENTRIES_OF_ALL = 200_000
_STEP = r"(?:(?:private )?[0-9A-Fa-fx]{4},[0-9A-Fa-fx]{4}(?:\[\d{0,5}\])?|unknown|preamble|trailing)"
_PATH = re.compile(rf"{_STEP}(?:\.{_STEP}){{0,12}}")
_REASON = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ACTIONS = ("kept", "changed", "removed")
Entries = Sequence[Mapping[str, str]]


def digest_of(entries: Entries) -> str:
    """SHA-256 (hex) over path, tab, action, tab, reason, newline of each entry in order."""
    text = "".join(f"{entry['path']}\t{entry['action']}\t{entry['reason']}\n" for entry in entries)
    return hashlib.sha256(text.encode()).hexdigest()


def check(reports: Mapping[str, Any]) -> None:
    """What a sender says about its files: tags, actions and keys of reasons in their strict form, no free text.

    Raises
    ------
    Invalid
        code "report": too many, another form, or not what their digest says.
    """
    if not isinstance(reports, Mapping):
        raise Invalid("report", _("A report of the manifest is not a list of path, action and reason."))
    if len(reports) > MAX_REPORTS or sum(map(_length, reports.values())) > MAX_ENTRIES_OF_ALL:
        raise Invalid("report", _("The manifest has more different reports than any folder gives."))
    for digest, entries in reports.items():
        if not isinstance(entries, list) or len(entries) > MAX_ENTRIES or not all(map(_is_entry, entries)):
            raise Invalid("report", _("A report of the manifest is not a list of path, action and reason."))
        if digest != digest_of(entries):
            raise Invalid("report", _("A report of the manifest is not what its digest says."))


def _length(entries: Any) -> int:
    return len(entries) if isinstance(entries, list) else 0


def _is_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and set(entry) == {"path", "action", "reason"}
        and all(isinstance(value, str) for value in entry.values())
        and _PATH.fullmatch(entry["path"]) is not None
        and entry["action"] in _ACTIONS
        and _REASON.fullmatch(entry["reason"]) is not None
    )


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
