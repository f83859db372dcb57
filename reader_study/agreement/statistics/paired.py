"""Paired shifts of scores: exact signed-rank test with ties and zeros, Hodges-Lehmann estimate.

Scores 0-4 always give zeros and ties. Tables of the untied distribution (scipy's method="exact") are then
wrong, so the distribution is built from the ranks at hand: every sign pattern equally likely, by dynamic
programming on doubled mid-ranks (integers).
"""

from typing import Literal

import numpy as np
from scipy import stats

from reader_study.agreement.statistics.result import Estimate, FloatArray, undefined

Zeros = Literal["pratt", "wilcoxon"]
Alternative = Literal["two-sided", "greater", "less"]
EXACT_UP_TO = 500  # pairs; the exact distribution costs n^3 operations
DECIMALS = 9  # differences equal to this precision are ties: means over three readers are not exact in binary


def signed_rank(
    differences: FloatArray, *, zeros: Zeros = "pratt", alternative: Alternative = "two-sided"
) -> Estimate:
    """Wilcoxon's signed-rank test, conditional on the ranks. differences: (n,), NaN dropped.

    `zeros="pratt"` ranks zeros with the rest and then leaves their ranks out (Pratt 1959, JASA 54:655);
    "wilcoxon" drops them first. The estimate is the sum of positive ranks. Without a non-zero difference p is
    1.
    """
    method = f"signed-rank ({zeros.capitalize()} zeros)"
    values = _cleaned(differences)
    if values.size == 0:
        return undefined("no pairs", method=method)
    if zeros == "wilcoxon":
        values = values[values != 0]
    ranks = stats.rankdata(np.abs(values))[values != 0]
    positive = values[values != 0] > 0
    doubled = np.rint(2 * ranks).astype(np.int64)
    observed = int(doubled[positive].sum())
    exact = doubled.size <= EXACT_UP_TO
    below, above = _exact_tails(doubled, observed) if exact else _asymptotic_tails(ranks, observed / 2)
    p_value = {"greater": above, "less": below, "two-sided": min(1.0, 2 * min(below, above))}[alternative]
    return Estimate(
        estimate=observed / 2,
        p_value=p_value,
        n_cases=int(_cleaned(differences).size),
        n_pairs=int(doubled.size),
        method=("exact " if exact else "asymptotic ") + method,
        notes=() if doubled.size else ("degenerate",),
    )


def hodges_lehmann(differences: FloatArray, *, level: float = 0.95) -> Estimate:
    """Median of the Walsh averages with its exact interval (Hollander & Wolfe, sections 3.2 and 3.3).

    differences: (n,), NaN dropped. The interval uses the untied distribution of all n ranks, so it is
    conservative with ties and zeros; below 6 pairs no 95 % interval exists and it is None.
    """
    method = "Hodges-Lehmann shift"
    values = _cleaned(differences)
    n = values.size
    if n == 0:
        return undefined("no pairs", method=method)
    first, second = np.triu_indices(n)
    walsh = np.sort((values[first] + values[second]) / 2)
    cumulative = np.cumsum(_distribution(np.arange(1, n + 1)))
    rank = int(np.searchsorted(cumulative, (1 - level) / 2))  # smallest t with P(T+ <= t) >= alpha / 2
    interval = (float(walsh[rank - 1]), float(walsh[walsh.size - rank])) if rank > 0 else None
    return Estimate(
        estimate=float(np.median(walsh)),
        interval=interval,
        n_cases=n,
        n_pairs=n,
        method=method,
        interval_method="exact order statistics",
        interval_reason=None if interval else "too few pairs for this level",
    )


def _cleaned(differences: FloatArray) -> FloatArray:
    values = np.asarray(differences, np.float64).ravel()
    return np.round(values[~np.isnan(values)], DECIMALS)


def _distribution(ranks: np.ndarray) -> FloatArray:
    """Probability of each sum of positive ranks 0..sum(ranks), signs fair and independent. ranks: positive
    integers.
    """
    probability = np.zeros(int(ranks.sum()) + 1)
    probability[0] = 1.0
    for rank in ranks:
        shifted = np.zeros_like(probability)
        shifted[rank:] = probability[: probability.size - rank]
        probability = (probability + shifted) / 2
    return probability


def _exact_tails(doubled: np.ndarray, observed: int) -> tuple[float, float]:
    probability = _distribution(doubled)
    return float(probability[: observed + 1].sum()), float(probability[observed:].sum())


def _asymptotic_tails(ranks: FloatArray, observed: float) -> tuple[float, float]:
    z = (observed - ranks.sum() / 2) / np.sqrt((ranks**2).sum() / 4)
    return float(stats.norm.cdf(z)), float(stats.norm.sf(z))
