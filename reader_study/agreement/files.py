"""The files of a report, from the lock's bytes alone: the same lock gives the same bytes."""

import json

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


def files_of(lock: bytes) -> dict[str, bytes]:
    """lock: the canonical snapshot as it was stored. Names are those of CONTENT_TYPES, in their order."""
    snapshot = json.loads(lock)
    result = analyse(snapshot)
    made = {
        PDF: render(result),
        RESULT: canonical(result),
        exports.READS: exports.reads_csv(snapshot, digest=digest_of(snapshot)),
        exports.SEGMENTS: exports.segments_csv(snapshot),
        exports.DICTIONARY: exports.dictionary_csv(),
        LOCK: lock,
    }
    return {name: made[name] for name in CONTENT_TYPES}
