"""Cases whose key was opened in an emergency: they stay in every number, and the main ones are told without them.

Their readers learned nothing, so that their reads are as blind as the others; who doubts it looks at the second set.
"""

from collections.abc import Mapping
from typing import Any

from reader_study.agreement.analysis import between_readers, versus_reference
from reader_study.agreement.analysis.frame import Frame
from reader_study.agreement.analysis.numbers import Resampling
from reader_study.agreement.statistics import bootstrap


def sensitivity(
    snapshot: Mapping[str, Any], frame: Frame, *, replicates: int, seed: int
) -> dict[str, Any] | None:
    """None where no key was opened. `without`: the pooled comparisons of the other cases; None if there are none."""
    opened = snapshot.get("emergency_unblinded")
    if not opened:
        return None
    rest = frame.without({row["case"] for row in opened})
    return {"cases": opened, "without": _pooled(rest, replicates, seed) if rest.cases else None}


def _pooled(frame: Frame, replicates: int, seed: int) -> dict[str, Any]:
    resampling = Resampling(bootstrap.case_weights(frame.sites, replicates=replicates, seed=seed))
    rows = versus_reference.score_rows(frame, resampling)
    return {
        "n_cases": len(frame.cases),
        "score_differences": [row for row in rows if row["segment"] == versus_reference.ALL],
        "reader_agreement": between_readers.overall_rows(frame, resampling),
    }
