"""Intraclass correlation of readers' sums (SSS, SRS, SDS), with the intervals of McGraw & Wong.

Names after McGraw & Wong 1996 (Psychol Methods 1:30); Shrout & Fleiss 1979 (Psychol Bull 86:420) in brackets:
ICC(1) [1,1], ICC(A,1) [2,1], ICC(C,1) [3,1] for one reader; ICC(1,k) [1,k], ICC(A,k) [2,k], ICC(C,k) [3,k]
for the mean of k readers. A: absolute agreement, readers random; C: consistency.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from reader_study.agreement.statistics.result import Estimate, FloatArray, Interval, undefined

Form = Literal["1", "A,1", "C,1", "1,k", "A,k", "C,k"]
FLAT = 1e-12


@dataclass(frozen=True)
class Squares:
    """Mean squares of a complete cases x readers table; arrays or floats of one shape."""

    between: FloatArray  # MSB, n - 1
    within: FloatArray  # MSW, n(k - 1)
    readers: FloatArray  # MSC, k - 1
    error: FloatArray  # MSE, (n - 1)(k - 1)
    cases: FloatArray  # n
    columns: int  # k


def features(scores: FloatArray) -> FloatArray:
    """scores (cases, ..., k) -> (cases, ..., 3 + k): complete, sum of squares, squared sum, each reader's
    score.

    A case with a missing score contributes nothing: these forms are defined on complete tables only.
    """
    complete = ~np.isnan(scores).any(axis=-1, keepdims=True)
    values = np.where(complete, scores, 0.0)
    total = values.sum(axis=-1, keepdims=True)
    return np.concatenate(
        [complete.astype(np.float64), (values**2).sum(axis=-1, keepdims=True), total**2, values], axis=-1
    )


def squares(sums: FloatArray) -> Squares:
    """Mean squares from sums of `features` rows (..., 3 + k)."""
    n, square, squared_total, columns = sums[..., 0], sums[..., 1], sums[..., 2], sums[..., 3:]
    k = columns.shape[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        correction = columns.sum(axis=-1) ** 2 / (n * k)
        between = squared_total / k - correction
        readers = (columns**2).sum(axis=-1) / n - correction
        total = square - correction
        return Squares(
            between=between / (n - 1),
            within=(total - between) / (n * (k - 1)),
            readers=readers / (k - 1),
            error=np.maximum(0.0, total - between - readers) / ((n - 1) * (k - 1)),
            cases=n,
            columns=k,
        )


def coefficient(table: Squares, form: Form) -> FloatArray:
    """The coefficient of a form; NaN without any variation."""
    k, n = table.columns, table.cases
    noise = table.within if form[0] == "1" else table.error
    reader_term = (table.readers - table.error) / n if form[0] == "A" else 0.0
    if form.endswith("k"):
        denominator = table.between + reader_term
    else:
        denominator = table.between + (k - 1) * noise + k * reader_term
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = table.between + table.within
        varies = (scale > FLAT) & (np.abs(denominator) > FLAT * scale)
        return np.where(varies, (table.between - noise) / denominator, np.nan)


def icc(scores: FloatArray, *, form: Form = "A,1", level: float = 0.95) -> Estimate:
    """Intraclass correlation of scores (cases, readers); cases with a missing score are left out and not
    counted.
    """
    method = f"ICC({form})"
    scores = np.asarray(scores, np.float64)
    k = scores.shape[1]
    complete = scores[~np.isnan(scores).any(axis=1)]
    n = len(complete)
    pairs = n * k * (k - 1) // 2
    if k < 2:
        return undefined("fewer than two readers", method=method, n_cases=n)
    if n < 2:
        return undefined("fewer than two complete cases", method=method, n_cases=n, n_pairs=pairs)
    table = squares(features(complete - complete.mean()).sum(axis=0))
    value = float(coefficient(table, form))
    if np.isnan(value):
        return undefined("no variation", method=method, n_cases=n, n_pairs=pairs)
    interval = _interval(table, form, value, level)
    return Estimate(
        estimate=value,
        interval=interval,
        n_cases=n,
        n_pairs=pairs,
        method=method,
        interval_method="McGraw-Wong F",
        interval_reason=None if interval else "no disagreement to estimate from",
        notes=() if interval else ("degenerate",),
    )


def _interval(table: Squares, form: Form, value: float, level: float) -> Interval | None:
    n, k = int(table.cases), table.columns
    between, error = float(table.between), float(table.error)
    noise = float(table.within) if form[0] == "1" else error
    if noise <= FLAT * between:
        return None
    upper_tail = (1 + level) / 2
    if form[0] == "A":
        return _absolute_interval(table, form, value, upper_tail)
    df = n * (k - 1) if form[0] == "1" else (n - 1) * (k - 1)
    ratio = between / noise
    low = ratio / float(stats.f.ppf(upper_tail, n - 1, df))
    high = ratio * float(stats.f.ppf(upper_tail, df, n - 1))
    if form.endswith("k"):
        return 1 - 1 / low if low > 0 else -np.inf, 1 - 1 / high if high > 0 else -np.inf
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def _absolute_interval(table: Squares, form: Form, value: float, upper_tail: float) -> Interval | None:
    n, k = int(table.cases), table.columns
    between, readers, error = float(table.between), float(table.readers), float(table.error)
    single = value if form == "A,1" else float(coefficient(table, "A,1"))
    a = k * single / (n * (1 - single))
    b = 1 + k * single * (n - 1) / (n * (1 - single))
    df = (a * readers + b * error) ** 2 / (
        (a * readers) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1))
    )
    low_f = float(stats.f.ppf(upper_tail, n - 1, df))
    high_f = float(stats.f.ppf(upper_tail, df, n - 1))
    rest = k * readers + (k * n - k - n) * error
    lower = n * (between - low_f * error) / (low_f * rest + n * between)
    upper = n * (high_f * between - error) / (rest + n * high_f * between)
    if form == "A,k":
        lower, upper = (k * bound / (1 + (k - 1) * bound) for bound in (lower, upper))
    return (lower, upper) if np.isfinite(lower) and np.isfinite(upper) else None
