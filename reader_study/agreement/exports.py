"""The lock as files for statisticians: long CSV tables and their dictionary. Pure functions of the snapshot.

UTF-8, LF, fixed columns, rows in a fixed order, an empty cell where there is nothing.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from inference.heart.segments import TERRITORIES

READS, SEGMENTS, DICTIONARY = "reads.csv", "segments.csv", "dictionary.csv"
NOT_EVALUABLE, NOT_READ = "not_evaluable", "not_read"
_TERRITORY = {segment: name for name, segments in TERRITORIES.items() for segment in segments}
_STATES = "stress or rest"
_ARMS = "spect, virtual_pet or pet"

# file, column, unit or values, meaning: the columns of both tables in their order
COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    (READS, "study_id", "UUID", "Study"),
    (READS, "lock_id", "SHA-256, hex", "Digest of the data lock"),
    (READS, "site", "code", "Site of the case"),
    (READS, "case_id", "pseudonym", "Case"),
    (READS, "reader_id", "R1, R2, …", "Reader; names are in the lock"),
    (READS, "modality", _ARMS, "Image set that was read"),
    (READS, "state", _STATES, "State of the heart"),
    (READS, "read_no", "1, 2", "1 first read, 2 hidden repeat"),
    (READS, "segment", "1 to 17", "Segment (Cerqueira 2002)"),
    (READS, "territory", "LAD, RCA or LCX", "Standard AHA assignment of the segment"),
    (READS, "score", "0 to 4", "0 normal, 1 equivocal, 2 moderate, 3 severe, 4 absent"),
    (READS, "missing_reason", f"{NOT_EVALUABLE} or {NOT_READ}", "Why there is no score"),
    (READS, "confidence", "1 to 5", "The reader's confidence in the read"),
    (READS, "sss", "0 to 68", "Summed stress score; empty unless all 17 segments are scored"),
    (READS, "srs", "0 to 68", "Summed rest score; empty unless all 17 segments are scored"),
    (READS, "sds", "-68 to 68", "SSS minus SRS, signed"),
    (READS, "read_order", "1, 2, …", "Place of the read among all of the reader's"),
    (READS, "started_utc", "ISO 8601", "When the read was first shown to its reader"),
    (READS, "finished_utc", "ISO 8601", "When the read was signed"),
    (READS, "set", "full", "Analysis set: all reads of the lock"),
    (SEGMENTS, "case_id", "pseudonym", "Case"),
    (SEGMENTS, "modality", _ARMS, "Image set"),
    (SEGMENTS, "state", _STATES, "State of the heart"),
    (SEGMENTS, "segment", "1 to 17", "Segment (Cerqueira 2002)"),
    (SEGMENTS, "mean", "% of maximum", "Area-weighted mean of the polar map within the segment"),
    (SEGMENTS, "unit", "text", "Unit of the values"),
)


def reads_csv(snapshot: Mapping[str, Any], *, digest: str) -> bytes:
    """One row a segment score, of every allocated read."""
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
    arms = {arm["code"]: arm["image_set"] for arm in snapshot["protocol"]["document"]["arms"]}
    in_force = {read["token"]: read for read in snapshot["reads"] if read["in_force"]}
    entries = snapshot["allocation"]["entries"]
    order: dict[str, int] = {}
    for reader in codes:
        own = [entry for entry in entries if entry["reader"] == reader]
        own.sort(key=lambda entry: (entry["session"], entry["position"]))
        order |= {entry["token"]: number for number, entry in enumerate(own, start=1)}
    for entry in entries:
        read, case = in_force.get(entry["token"]), cases[entry["case"]]
        common = {
            "study_id": snapshot["study"]["id"],
            "lock_id": digest,
            "site": case["site"],
            "case_id": case["subject"],
            "reader_id": codes[entry["reader"]],
            "modality": arms[entry["arm"]],
            "read_no": entry["repetition"] + 1,
            "read_order": order[entry["token"]],
            "set": "full",
            **(_of_read(read) if read else {}),
        }
        for state in snapshot["protocol"]["document"]["states"]:
            for segment in range(1, 18):
                score = read["scores"][state][segment - 1] if read else None
                scored = isinstance(score, int)
                reason = "" if scored else NOT_EVALUABLE if read else NOT_READ
                yield {
                    **common,
                    "state": state,
                    "segment": segment,
                    "territory": _TERRITORY[segment],
                    "score": score if scored else "",
                    "missing_reason": reason,
                }


def _of_read(read: Mapping[str, Any]) -> dict[str, Any]:
    sums = {state: _sum(scores) for state, scores in read["scores"].items()}
    stress, rest = sums["stress"], sums["rest"]
    return {
        "confidence": read["fields"].get("confidence", ""),
        "sss": stress,
        "srs": rest,
        "sds": stress - rest if isinstance(stress, int) and isinstance(rest, int) else "",
        "started_utc": read["first_shown_at"] or "",
        "finished_utc": read["signature"]["at"],
    }


def _sum(scores: Sequence[int | str]) -> int | str:
    known = [score for score in scores if isinstance(score, int)]
    return sum(known) if len(known) == len(scores) else ""


def _score_order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("site", "case_id", "reader_id", "modality", "state", "read_no", "segment")
    return tuple(row[name] for name in names)


def _table(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
