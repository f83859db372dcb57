"""Chance-corrected agreement between readers, with missing reads, any agreement weights, and clustered cases.

Ratings are (cases, readers) with NaN for a missing read; categories are always explicit. Variances are Gwet's
linearised ones (Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., chapters 4-6); with `clusters` (one
label a row, say the patient of each segment) the linearised values are summed by cluster first, because 17
segments of one heart are not 17 patients. Intervals are t intervals on clusters - 1, cut at -1 and 1.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from scipy import stats

from reader_study.agreement.statistics import agreement_sums
from reader_study.agreement.statistics.result import Estimate, FloatArray, Interval, undefined

Weighting = Literal["identity", "linear", "quadratic"] | FloatArray
NO_PAIRS = "no case with two ratings"
NO_VARIATION = "no variation"


def agreement_weights(weighting: Weighting, categories: Sequence[float]) -> FloatArray:
    """Similarity weights (q, q), 1 on the diagonal: identity, 1 - |k-l|/range or 1 - ((k-l)/range)^2."""
    if not isinstance(weighting, str):
        return np.asarray(weighting, np.float64)
    values = np.asarray(categories, np.float64)
    distance = np.abs(values[:, None] - values) / (values.max() - values.min())
    return {"identity": (distance == 0) * 1.0, "linear": 1 - distance, "quadratic": 1 - distance**2}[
        weighting
    ]


def percent_agreement(
    ratings: FloatArray,
    *,
    categories: Sequence[float],
    weighting: Weighting = "identity",
    clusters: np.ndarray | None = None,
    level: float = 0.95,
) -> Estimate:
    """Share of agreeing reader pairs (weighted: mean similarity), not corrected for chance."""
    return _estimate(
        ratings,
        categories,
        _no_expectation,
        weighting=weighting,
        clusters=clusters,
        level=level,
        name="percent agreement",
    )


def conger(
    ratings: FloatArray,
    *,
    categories: Sequence[float],
    weighting: Weighting = "identity",
    clusters: np.ndarray | None = None,
    level: float = 0.95,
) -> Estimate:
    """Conger's (1980) kappa for two or more readers; equals Cohen's for two readers without missing reads."""
    return _estimate(
        ratings,
        categories,
        _conger_expectation,
        weighting=weighting,
        clusters=clusters,
        level=level,
        name="Conger kappa",
    )


def fleiss(
    ratings: FloatArray,
    *,
    categories: Sequence[float],
    weighting: Weighting = "identity",
    clusters: np.ndarray | None = None,
    level: float = 0.95,
) -> Estimate:
    """Fleiss' (1971) kappa, readers exchangeable; weighted as in Gwet."""
    return _estimate(
        ratings,
        categories,
        _fleiss_expectation,
        weighting=weighting,
        clusters=clusters,
        level=level,
        name="Fleiss kappa",
    )


def gwet(
    ratings: FloatArray,
    *,
    categories: Sequence[float],
    weighting: Weighting = "identity",
    clusters: np.ndarray | None = None,
    level: float = 0.95,
) -> Estimate:
    """Gwet's AC1 (identity weights) or AC2 (other weights). Constant ratings: 1 with SE 0, and a note."""
    name = "Gwet AC1" if isinstance(weighting, str) and weighting == "identity" else "Gwet AC2"
    return _estimate(
        ratings, categories, _gwet_expectation, weighting=weighting, clusters=clusters, level=level, name=name
    )


def cohen(
    ratings: FloatArray,
    *,
    categories: Sequence[float],
    weighting: Weighting = "identity",
    level: float = 0.95,
) -> Estimate:
    """Cohen's (1960; weighted 1968) kappa of two readers, cases with a missing read dropped.

    ratings: (cases, 2). Standard error: Fleiss, Cohen & Everitt 1969 (Psychol Bull 72:323), non-null; normal
    interval. For several rows a patient use `conger` with clusters: on two complete columns it is the same
    coefficient.
    """
    method = "Cohen kappa" + _weight_name(weighting)
    ratings = np.asarray(ratings, np.float64)
    ratings = ratings[~np.isnan(ratings).any(axis=1)]
    size = len(ratings)
    if size == 0:
        return undefined(NO_PAIRS, method=method)
    weights = agreement_weights(weighting, categories)
    given = ratings[..., None] == np.asarray(categories, np.float64)
    if not given.any(axis=-1).all():
        raise ValueError(f"ratings outside the categories {list(categories)}")
    table = np.einsum("ik,il->kl", given[:, 0].astype(float), given[:, 1].astype(float)) / size
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed, expected = float((weights * table).sum()), float(rows @ weights @ columns)
    if 1 - expected <= agreement_sums.FLAT:
        return undefined(NO_VARIATION, method=method, n_cases=size, n_pairs=size)
    kappa = (observed - expected) / (1 - expected)
    marginal = (weights @ columns)[:, None] + (rows @ weights)[None, :]
    spread = (table * (weights - marginal * (1 - kappa)) ** 2).sum() - (kappa - expected * (1 - kappa)) ** 2
    error = float(np.sqrt(max(0.0, spread) / size) / (1 - expected))
    return Estimate(
        estimate=kappa,
        standard_error=error,
        interval=_clipped(kappa, float(stats.norm.ppf((1 + level) / 2)) * error),
        n_cases=size,
        n_pairs=size,
        method=method,
        interval_method="Fleiss-Cohen-Everitt 1969",
        notes=("degenerate",) if error == 0 else (),
    )


Expectation = Callable[[FloatArray, FloatArray, FloatArray], tuple[float, FloatArray]]
"""(features, sums, weights) -> expected agreement, and its linearised value for each row (mean: the
expected).
"""


def _estimate(
    ratings: FloatArray,
    categories: Sequence[float],
    expectation: Expectation,
    *,
    weighting: Weighting,
    clusters: np.ndarray | None,
    level: float,
    name: str,
) -> Estimate:
    method = name + _weight_name(weighting)
    ratings = np.asarray(ratings, np.float64)
    rated = ~np.isnan(ratings).all(axis=1)
    labels = (np.arange(len(ratings)) if clusters is None else np.asarray(clusters))[rated]
    ratings = ratings[rated]
    weights = agreement_weights(weighting, categories)
    rows = agreement_sums.features(ratings, categories=np.asarray(categories, np.float64), weights=weights)
    sums = rows.sum(axis=0)
    paired = int(sums[1])
    groups, cluster = np.unique(labels, return_inverse=True)
    size = groups.size
    if paired == 0:
        return undefined(NO_PAIRS, method=method, n_cases=size)
    counts = np.count_nonzero(~np.isnan(ratings), axis=1)
    n_pairs = int((counts * (counts - 1)).sum() // 2)
    observed = float(sums[0] / paired)
    expected, case_expected = expectation(rows, sums, weights)
    if 1 - expected <= agreement_sums.FLAT:
        return undefined(NO_VARIATION, method=method, n_cases=size, n_pairs=n_pairs)
    value = (observed - expected) / (1 - expected)
    linear = len(rows) / paired * (rows[:, 0] - expected * rows[:, 1]) / (1 - expected)
    linear = linear - 2 * (1 - value) * (case_expected - expected) / (1 - expected) - value
    by_cluster = np.bincount(cluster, weights=linear, minlength=size)
    if size < 2:
        return Estimate(
            estimate=value,
            n_cases=size,
            n_pairs=n_pairs,
            method=method,
            interval_reason="fewer than two cases",
        )
    error = float(np.sqrt(size / (size - 1) * (by_cluster @ by_cluster)) / len(rows))
    error = 0.0 if error < agreement_sums.FLAT else error
    return Estimate(
        estimate=value,
        standard_error=error,
        interval=_clipped(value, float(stats.t.ppf((1 + level) / 2, size - 1)) * error),
        n_cases=size,
        n_pairs=n_pairs,
        method=method,
        interval_method="linearised, t" if clusters is None else "linearised by cluster, t",
        notes=("degenerate",) if error == 0 else (),
    )


def _no_expectation(rows: FloatArray, sums: FloatArray, weights: FloatArray) -> tuple[float, FloatArray]:
    return 0.0, np.zeros(len(rows))


def _fleiss_expectation(rows: FloatArray, sums: FloatArray, weights: FloatArray) -> tuple[float, FloatArray]:
    size = len(weights)
    share = agreement_sums.category_shares(sums, categories=size)
    toward = (weights @ share + share @ weights) / 2
    return float(share @ weights @ share), rows[:, 3 : 3 + size] @ toward


def _gwet_expectation(rows: FloatArray, sums: FloatArray, weights: FloatArray) -> tuple[float, FloatArray]:
    size = len(weights)
    share = agreement_sums.category_shares(sums, categories=size)
    factor = weights.sum() / (size * (size - 1))
    return float(factor * (share * (1 - share)).sum()), factor * (rows[:, 3 : 3 + size] @ (1 - share))


def _conger_expectation(rows: FloatArray, sums: FloatArray, weights: FloatArray) -> tuple[float, FloatArray]:
    size = len(weights)
    margins, present = agreement_sums.reader_margins(sums, categories=size)
    margins = margins[present]
    readers = len(margins)
    others = margins.sum(axis=0) - margins  # (R, q)
    toward = (others @ weights.T + others @ weights) / 2
    expected = float((margins * (others @ weights.T)).sum() / (readers * (readers - 1)))
    given = rows[:, 3 + size :].reshape(len(rows), -1, size)[:, present]
    reads = given.sum(axis=2)
    number = reads.sum(axis=0)
    deviation = given - reads[..., None] * margins
    change = (len(rows) / number * (deviation * toward).sum(axis=2)).sum(axis=1) / (readers * (readers - 1))
    return expected, expected + change


def _weight_name(weighting: Weighting) -> str:
    if isinstance(weighting, str):
        return "" if weighting == "identity" else f", {weighting} weights"
    return ", given weights"


def _clipped(value: float, half: float) -> Interval:
    """Within -1 to 1. Where single ratings enter the expectation but no pair, a coefficient may lie below -1; then
    its interval starts there too.
    """
    return max(min(-1.0, value), value - half), min(1.0, value + half)
