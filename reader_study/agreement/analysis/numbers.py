"""Numbers as the result prints them: intervals by patient bootstrap, flags of the too few, JSON that is the
same on every run.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from reader_study.agreement.statistics import bootstrap
from reader_study.agreement.statistics.result import Estimate, FloatArray

FEW_CASES = 30  # flagged below: coverage of the intervals was simulated from 30 patients up
FEW_ABNORMAL = 10  # patients with a score above 0
NOT_ESTIMABLE = 5  # no interval below
DIGITS = 12  # the last bits depend on the number of BLAS threads
BCA = "BCa bootstrap, patients within site"


@dataclass(frozen=True)
class Resampling:
    """The patients' weights of one analysis: (replicates, patients)."""

    weights: FloatArray

    def bounds(
        self, features: FloatArray, coefficient: Callable[[FloatArray], FloatArray]
    ) -> bootstrap.Bounds:
        """BCa bounds of `coefficient`, which maps sums (..., *tables, columns) to (..., *tables).

        features: (patients, *tables, columns). The bounds come flat, tables in C order.
        """
        patients = features.shape[0]

        def flat(sums: FloatArray) -> FloatArray:
            return coefficient(sums).reshape(sums.shape[0], -1)

        return bootstrap.bca(
            flat(features.sum(axis=0)[None])[0],
            flat(bootstrap.replicate_sums(features, self.weights)),
            flat(bootstrap.leave_one_out_sums(features)) if patients > 1 else np.zeros((1, 1)),
        )


def ratio(sums: FloatArray) -> FloatArray:
    """Mean of values: features are (sum, count)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums[..., 0] / sums[..., 1]


def mean_features(values: FloatArray, *, over: tuple[int, ...]) -> FloatArray:
    """(sum, count) of values without NaN, reduced over the axes `over` (never the first, the patients)."""
    known = ~np.isnan(values)
    return np.stack([np.where(known, values, 0.0).sum(axis=over), known.sum(axis=over)], axis=-1)


def described(
    estimate: Estimate, bounds: bootstrap.Bounds, index: int, *, abnormal: int | None = None
) -> dict[str, Any]:
    """An estimate with its bootstrap interval (printed) and its analytic one (beside it), and flags.

    abnormal: patients with a score above 0, where that decides whether agreement beyond chance can be
    estimated.
    """
    flags = list(estimate.notes)
    if estimate.n_cases < FEW_CASES:
        flags.append("few_cases")
    if abnormal is not None and abnormal < FEW_ABNORMAL:
        flags.append("few_abnormal")
    interval: list[float] | None = None
    reason = estimate.reason
    if estimate.estimate is not None:
        scarce = min(estimate.n_cases, estimate.n_cases if abnormal is None else abnormal)
        if scarce < NOT_ESTIMABLE:
            reason = "not estimable: fewer than 5 patients contribute"
        elif math.isnan(bounds.lower[index]):
            undefined = float(bounds.undefined[index])
            reason = (
                "more than 10 % of the resamples are undefined"
                if undefined > bootstrap.MAX_UNDEFINED
                else "no variation between resamples"
            )
        else:
            interval = [float(bounds.lower[index]), float(bounds.upper[index])]
    return {
        **plain(estimate),
        "interval": interval,
        "interval_method": BCA,
        "interval_reason": None if interval else reason,
        "analytic_interval": None if interval is None else plain(estimate)["interval"],
        "analytic_method": estimate.interval_method,
        "flags": flags,
    }


def plain(estimate: Estimate) -> dict[str, Any]:
    """An estimate with the interval it came with."""
    return {
        "estimate": estimate.estimate,
        "standard_error": estimate.standard_error,
        "interval": None if estimate.interval is None else list(estimate.interval),
        "interval_method": estimate.interval_method,
        "interval_reason": estimate.interval_reason or estimate.reason,
        "n_cases": estimate.n_cases,
        "n_pairs": estimate.n_pairs,
        "method": estimate.method,
        "reason": estimate.reason,
        "flags": list(estimate.notes),
    }


def as_json(value: Any) -> Any:
    """Plain JSON types: numpy scalars unwrapped, reals to 12 significant digits, NaN to None, keys sorted."""
    if isinstance(value, dict):
        return {str(key): as_json(value[key]) for key in sorted(value, key=str)}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(f"{value:.{DIGITS}g}") + 0.0 if math.isfinite(value) else None
    return value
