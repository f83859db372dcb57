"""The files of a report, from the lock's bytes alone: the same lock gives the same bytes.

A design that the analysis does not know gets the tables and the lock, and no report.
"""

import json
from collections.abc import Mapping
from typing import Any

from reader_study.agreement import exports
from reader_study.agreement.analysis import analyse
from reader_study.agreement.analysis.compute import canonical, digest_of
from reader_study.agreement.report import render

RESULT, PDF, LOCK = "report.json", "report.pdf", "lock.json"
CONTENT_TYPES = {
    PDF: "application/pdf",
    RESULT: "application/json",
    exports.READS: "text/csv; charset=utf-8",
    exports.SEGMENTS: "text/csv; charset=utf-8",
    exports.DICTIONARY: "text/csv; charset=utf-8",
    LOCK: "application/json",
}


def is_analysed(protocol: Mapping[str, Any]) -> bool:
    """Whether the analysis knows studies of this protocol document: seventeen segments at stress and rest."""
    return bool(protocol["organ"] == "heart")


def files_of(lock: bytes) -> dict[str, bytes]:
    """lock: the canonical snapshot as it was stored. Names are among CONTENT_TYPES, in their order."""
    snapshot = json.loads(lock)
    made = {
        exports.READS: exports.reads_csv(snapshot, digest=digest_of(snapshot)),
        exports.SEGMENTS: exports.segments_csv(snapshot),
        exports.DICTIONARY: exports.dictionary_csv(),
        LOCK: lock,
    }
    if is_analysed(snapshot["protocol"]["document"]):
        result = analyse(snapshot)
        made |= {PDF: render(result), RESULT: canonical(result)}
    return {name: made[name] for name in CONTENT_TYPES if name in made}
