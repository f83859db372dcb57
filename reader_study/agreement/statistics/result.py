"""What every estimator returns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Interval = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One number with what is needed to print it honestly.

    `n_cases` counts sampling units (patients, or units where there are no clusters); `n_pairs` counts the
    reader pairs, paired differences or reads that entered. `reason` says why `estimate` is None;
    `interval_reason` why only the interval is. `notes` carries machine-readable remarks such as "degenerate".
    """

    estimate: float | None
    standard_error: float | None = None
    interval: Interval | None = None
    p_value: float | None = None
    n_cases: int = 0
    n_pairs: int = 0
    method: str = ""
    interval_method: str = ""
    reason: str | None = None
    interval_reason: str | None = None
    notes: tuple[str, ...] = ()


def undefined(reason: str, *, method: str, n_cases: int = 0, n_pairs: int = 0) -> Estimate:
    """A null estimate that says why: never a silent 0 or 1, never an exception for data that can occur."""
    return Estimate(estimate=None, n_cases=n_cases, n_pairs=n_pairs, method=method, reason=reason)
