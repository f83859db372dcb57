"""The lock as files for statisticians: long CSV tables and their dictionary. Pure functions of the snapshot.

UTF-8, LF, fixed columns, rows in a fixed order, an empty cell where there is nothing.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from inference.heart.segments import TERRITORIES
from reader_study.agreement.analysis import sums
from reader_study.agreement.analysis.steps import modality, sheets_of, steps_of

READS, SEGMENTS, DICTIONARY = "reads.csv", "segments.csv", "dictionary.csv"
NOT_EVALUABLE, NOT_READ = "not_evaluable", "not_read"
_TERRITORY = {segment: name for name, segments in TERRITORIES.items() for segment in segments}
_STATES = "stress or rest; perfusion of a brain"
_ARMS = "names of image sets, with + where two were shown side by side"
_SEGMENT = "Segment of the heart (Cerqueira 2002), or number of the region of a brain"

# file, column, unit or values, meaning: the columns of both tables in their order
COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    (READS, "study_id", "UUID", "Study"),
    (READS, "lock_id", "SHA-256, hex", "Digest of the data lock"),
    (READS, "site", "code", "Site of the case"),
    (READS, "case_id", "pseudonym", "Case"),
    (READS, "reader_id", "R1, R2, …", "Reader; names are in the lock"),
    (READS, "modality", _ARMS, "Image set that was read"),
    (READS, "state", _STATES, "State in which the organ was imaged"),
    (READS, "read_no", "1, 2", "1 first read, 2 hidden repeat"),
    (READS, "step", "1, 2, …", "Step of the read; a later one was shown when the one before was signed"),
    (READS, "segment", "1 to 17; brain 1 to 12", _SEGMENT),
    (READS, "territory", "LAD, RCA or LCX; brain: name", "Standard AHA assignment, or the region of a brain"),
    (READS, "score", "0 to 4", "0 normal, 1 equivocal, 2 moderate, 3 severe, 4 absent"),
    (READS, "missing_reason", f"{NOT_EVALUABLE} or {NOT_READ}", "Why there is no score"),
    (READS, "confidence", "0 to 100; heart form 1: 1 to 5", "The reader's confidence in the read"),
    (READS, "sss", "0 to 68", "Summed stress score of a heart; empty unless all 17 segments are scored"),
    (READS, "srs", "0 to 68", "Summed rest score of a heart; empty unless all 17 segments are scored"),
    (READS, "sds", "-68 to 68", "SSS minus SRS, signed"),
    (READS, "read_order", "1, 2, …", "Place of the read among all of the reader's"),
    (READS, "started_utc", "ISO 8601", "When the read was first shown to its reader"),
    (READS, "finished_utc", "ISO 8601", "When the step was signed"),
    (
        READS,
        "set",
        "full or emergency",
        "Analysis set: all reads of the lock; emergency: its key was opened early",
    ),
    (SEGMENTS, "case_id", "pseudonym", "Case"),
    (SEGMENTS, "modality", _ARMS, "Image set"),
    (SEGMENTS, "state", _STATES, "State in which the organ was imaged"),
    (SEGMENTS, "segment", "1 to 17; brain 1 to 12", _SEGMENT),
    (
        SEGMENTS,
        "mean",
        "% of maximum",
        "Mean of the polar map within the segment, or of the volume in the region",
    ),
    (SEGMENTS, "unit", "text", "Unit of the values"),
)


def reads_csv(snapshot: Mapping[str, Any], *, digest: str) -> bytes:
    """One row a segment score, of every step of every allocated read."""
    return _table(columns(READS), sorted(_score_rows(snapshot, digest), key=_score_order))


def segments_csv(snapshot: Mapping[str, Any]) -> bytes:
    """One row an uptake value."""
    subjects = {case["id"]: case["subject"] for case in snapshot["cases"]}
    rows = [
        {
            "case_id": subjects[value["case"]],
            "modality": value["image_set"],
            "state": value["state"],
            "segment": segment,
            "mean": repr(float(mean)),
            "unit": "% of maximum",
        }
        for value in snapshot["values"]
        for segment, mean in enumerate(value["segments"], start=1)
    ]
    names = ("case_id", "modality", "state", "segment")
    return _table(columns(SEGMENTS), sorted(rows, key=lambda row: [row[name] for name in names]))


def dictionary_csv() -> bytes:
    """What each column of each table means."""
    names = ("file", "column", "values", "meaning")
    return _table(names, (dict(zip(names, row, strict=True)) for row in COLUMNS))


def columns(file: str) -> list[str]:
    return [column for name, column, _values, _meaning in COLUMNS if name == file]


def _score_rows(snapshot: Mapping[str, Any], digest: str) -> Iterator[dict[str, Any]]:
    cases = {case["id"]: case for case in snapshot["cases"]}
    codes = {reader["id"]: reader["code"] for reader in snapshot["readers"]}
    document = snapshot["protocol"]["document"]
    arms = {arm["code"]: steps_of(arm) for arm in document["arms"]}
    places = _places(document["form"])
    sheets = sheets_of(snapshot)
    opened = {row["case"] for row in snapshot.get("emergency_unblinded", [])}
    entries = snapshot["allocation"]["entries"]
    order: dict[str, int] = {}
    for reader in codes:
        own = [entry for entry in entries if entry["reader"] == reader]
        own.sort(key=lambda entry: (entry["session"], entry["position"]))
        order |= {entry["token"]: number for number, entry in enumerate(own, start=1)}
    steps = [(entry, *step) for entry in entries for step in enumerate(arms[entry["arm"]], start=1)]
    for entry, step, shown in steps:
        read, case = sheets.get((entry["token"], step)), cases[entry["case"]]
        common = {
            "study_id": snapshot["study"]["id"],
            "lock_id": digest,
            "site": case["site"],
            "case_id": case["subject"],
            "reader_id": codes[entry["reader"]],
            "modality": modality(shown),
            "read_no": entry["repetition"] + 1,
            "step": step,
            "read_order": order[entry["token"]],
            "set": "emergency" if entry["case"] in opened else "full",
            **(_of_read(read) if read else {}),
        }
        for state in document["states"]:
            for segment, territory in enumerate(places, start=1):
                score = read["scores"][state][segment - 1] if read else None
                scored = isinstance(score, int)
                reason = "" if scored else NOT_EVALUABLE if read else NOT_READ
                yield {
                    **common,
                    "state": state,
                    "segment": segment,
                    "territory": territory,
                    "score": score if scored else "",
                    "missing_reason": reason,
                }


def _places(form: Mapping[str, Any]) -> list[str]:
    """The territory of each segment, or the names of the regions."""
    regions: list[str] = form.get("regions") or [_TERRITORY[n] for n in range(1, form["segments"] + 1)]
    return regions


def _of_read(read: Mapping[str, Any]) -> dict[str, Any]:
    totals = {state: sums.total(scores) for state, scores in read["scores"].items()}
    stress, rest = totals.get("stress"), totals.get("rest")
    told = {"sss": stress, "srs": rest, "sds": sums.difference(stress, rest)}
    return {
        "confidence": read["fields"].get("confidence", ""),
        **{name: "" if value is None else value for name, value in told.items()},
        "started_utc": read["first_shown_at"] or "",
        "finished_utc": read["signature"]["at"],
    }


def _score_order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("site", "case_id", "reader_id", "modality", "state", "read_no", "step", "segment")
    return tuple(row[name] for name in names)


def _table(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
