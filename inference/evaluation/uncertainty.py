"""Whether an ensemble knows when it is wrong: the spread of its members beside the error of their mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from inference.evaluation.detection import ABNORMAL_BELOW, columns
from inference.evaluation.images import Values
from inference.evaluation.markdown import with_interval
from inference.evaluation.statistics import Floats, percentile_interval
from inference.evaluation.writing import rounded
from inference.heart.segments import INFERIOR

_GROUPS = 10


def calibration(
    members: Sequence[Values], ensemble: Values, reference: Values, *, weights: Floats, against: str
) -> dict[str, Any]:
    """members: segment values [patient, state, segment] of each network alone; two at least.

    deciles: segments in order of their spread (standard deviation over members), a tenth each: mean spread and mean
    absolute error of the ensemble. rank_correlation: Spearman's, of spread and absolute error; interval over
    patients. missed, found: median spread at inferior segments that are abnormal in the reference. says: what that
    comes to, in one sentence; against: the reference in words.
    """
    spread = np.std(np.stack(members), axis=0, ddof=1)
    error = np.abs(ensemble - reference)
    tenths = np.array_split(np.argsort(spread, axis=None, kind="stable"), _GROUPS)
    inferior = columns(INFERIOR)
    present = reference[..., inferior] < ABNORMAL_BELOW
    called = ensemble[..., inferior] < ABNORMAL_BELOW
    numbers = {
        "rank_correlation": _rank_correlation(spread, error),
        "interval": percentile_interval(_resampled_correlation(spread, error, weights)),
        "mean_error": float(error.mean()),
        "deciles": [
            {"spread": float(spread.ravel()[tenth].mean()), "error": float(error.ravel()[tenth].mean())}
            for tenth in tenths
        ],
        "missed": _median(spread[..., inferior][present & ~called]),
        "found": _median(spread[..., inferior][present & called]),
    }
    return {**numbers, "says": _in_words(rounded(numbers), against=against)}


_TELLS = (
    (0.2, "hardly tells"),
    (0.4, "tells only a little of"),
    (0.6, "tells something of"),
    (1.1, "tells well"),
)


def _in_words(found: Mapping[str, Any], *, against: str) -> str:
    rank = found["rank_correlation"]
    if rank is None:
        return "The networks agree everywhere: their spread says nothing about the error."
    tells = next(words for bound, words in _TELLS if rank < bound)
    least, most = (found["deciles"][n]["error"] for n in (0, -1))
    times = f"{most / least:.1f} times" if least > 0 else "more than"
    return (
        f"The spread of the networks {tells} where the error is: its rank correlation with the error against {against} "
        f"is {with_interval(rank, found['interval'])}; the tenth of the segments with the most spread has {times} the "
        "error of the tenth with the least."
    )


def _rank_correlation(spread: Floats, error: Floats) -> float | None:
    if np.ptp(spread) == 0 or np.ptp(error) == 0:
        return None
    return float(stats.spearmanr(spread, error, axis=None).statistic)


def _resampled_correlation(spread: Floats, error: Floats, weights: Floats) -> Floats:
    """Of the ranks in the full sample: ranking anew in each sample changes the third decimal."""
    ranks = np.stack([stats.rankdata(v).reshape(len(v), -1) for v in (spread, error)])
    x, y = ranks - ranks.mean(axis=(1, 2), keepdims=True)
    sums = weights @ np.stack([v.mean(axis=1) for v in (x, y, x * x, y * y, x * y)], axis=1) / len(x)
    sx, sy, sxx, syy, sxy = sums.T
    below = np.sqrt(np.maximum((sxx - sx**2) * (syy - sy**2), 0))
    return np.divide(sxy - sx * sy, below, out=np.full(len(below), np.nan), where=below > 0)


def _median(values: Floats) -> float | None:
    return float(np.median(values)) if values.size else None
