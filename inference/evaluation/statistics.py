"""Estimates with their uncertainty. Segments of one person are not independent: intervals resample patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Interval = tuple[float, float]

RESAMPLES = 2000
_SEED = 17


def resampled(patients: int) -> Floats:
    """[RESAMPLES, patients]: how often each patient is in each bootstrap sample; the same numbers every time."""
    generator = np.random.default_rng([_SEED, patients])
    return generator.multinomial(patients, np.full(patients, 1 / patients), size=RESAMPLES).astype(np.float64)


def percentile_interval(samples: Floats) -> Interval | None:
    """The middle 95 % of bootstrap estimates [RESAMPLES]; None where most of them do not exist."""
    defined = samples[np.isfinite(samples)]
    if len(defined) < RESAMPLES / 2:
        return None
    low, high = np.quantile(defined, (0.025, 0.975))
    return float(low), float(high)


def mean_interval(per_patient: Floats, weights: Floats) -> Interval | None:
    """Of the mean over patients [patients] of one number each."""
    return percentile_interval(weights @ per_patient / len(per_patient))


def share_interval(events: Floats, trials: Floats, weights: Floats) -> Interval | None:
    """Of events / trials summed over patients [patients]."""
    return percentile_interval(ratio(weights @ events, weights @ trials))


def sample_p(samples: Floats) -> float | None:
    """Two-sided p of a difference from its bootstrap samples: twice the share of them on the far side of 0."""
    defined = samples[np.isfinite(samples)]
    if len(defined) < RESAMPLES / 2:
        return None
    beyond = min((defined <= 0).sum(), (defined >= 0).sum())
    return float(min(1.0, 2 * (beyond + 1) / (len(defined) + 1)))


def wilson(events: int, trials: int) -> Interval | None:
    """95 % score interval of a share, as if trials were independent (Wilson 1927, J Am Stat Assoc 22:209)."""
    if trials == 0:
        return None
    found = stats.binomtest(events, trials).proportion_ci(0.95, method="wilson")
    return float(found.low), float(found.high)


def wilcoxon(differences: Floats) -> Floats:
    """Two-sided p of the signed-rank test along the first axis; 1 where nothing differs at all."""
    moved = (differences != 0).any(axis=0)
    p = np.ones(differences.shape[1:])
    if moved.any():
        p[moved] = stats.wilcoxon(differences[:, moved], axis=0).pvalue
    return np.nan_to_num(p, nan=1.0)


def bonferroni(p: Floats) -> Floats:
    return np.minimum(1.0, p * p.size)


def holm(p: Floats) -> Floats:
    """Step-down adjusted p of one family (Holm 1979, Scand J Stat 6:65), in the shape of `p`."""
    order = np.argsort(p, axis=None)
    steps = p.ravel()[order] * np.arange(p.size, 0, -1)
    adjusted = np.empty(p.size)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted.reshape(p.shape)


@dataclass(frozen=True, eq=False)
class Equivalence:
    """Two one-sided t tests (Schuirmann 1987, J Pharmacokinet Biopharm 15:657) for each column.

    low, high: 90 % interval of the mean difference; equivalent: it lies within the margin, which is p < .05.
    """

    mean: Floats
    low: Floats
    high: Floats
    p: Floats
    equivalent: Flags


def equivalence(differences: Floats, *, margin: float) -> Equivalence:
    """differences [patients, columns]; margin in their unit. At least two patients."""
    patients = len(differences)
    mean = differences.mean(axis=0)
    error = np.maximum(differences.std(axis=0, ddof=1) / np.sqrt(patients), 1e-12)
    reach = stats.t.ppf(0.95, patients - 1) * error
    p = np.maximum(
        stats.t.sf((mean + margin) / error, patients - 1), stats.t.cdf((mean - margin) / error, patients - 1)
    )
    low, high = mean - reach, mean + reach
    return Equivalence(mean, low, high, p, (low > -margin) & (high < margin))


def correlation(values: Floats, reference: Floats) -> float | None:
    """Pearson's over all elements; None where one side does not vary."""
    x, y = values - values.mean(), reference - reference.mean()
    spread = np.sqrt((x * x).sum() * (y * y).sum())
    return float((x * y).sum() / spread) if spread > 1e-9 else None


def correlation_samples(values: Floats, reference: Floats, weights: Floats) -> Floats:
    """values, reference: [patients, elements] -> [samples]."""
    x, y = values - values.mean(), reference - reference.mean()
    n = weights.sum(axis=1) * values.shape[1]
    sums = weights @ np.stack([v.sum(axis=1) for v in (x, y, x * x, y * y, x * y)], axis=1)
    sx, sy, sxx, syy, sxy = (sums / n[:, None]).T
    return ratio(sxy - sx * sy, np.sqrt(np.maximum((sxx - sx**2) * (syy - sy**2), 0)))


def correlation_interval(values: Floats, reference: Floats, weights: Floats) -> Interval | None:
    """values, reference: [patients, elements]."""
    return percentile_interval(correlation_samples(values, reference, weights))


def auc_samples(score: Floats, positive: Flags, weights: Floats) -> Floats:
    """Chance that a positive scores higher than a negative, ties counting half; NaN without both.

    score, positive: [patients, elements]; a score of NaN is that of a positive that no threshold finds, and of a
    negative that does not count. weights: [samples, patients] -> [samples].
    """
    unread = np.isnan(score).ravel()
    counted = ~unread | positive.ravel()
    each = np.repeat(weights, score.shape[1], axis=1)[:, counted]
    lowest = np.where(unread, -np.finfo(np.float64).max / 4, score.ravel())
    return _auc(lowest[counted], positive.ravel()[counted], each)


def auc(score: Floats, positive: Flags) -> float | None:
    """Of all elements once; None without positives and negatives."""
    found = float(auc_samples(score.reshape(1, -1), positive.reshape(1, -1), np.ones((1, 1)))[0])
    return found if np.isfinite(found) else None


def auc_interval(score: Floats, positive: Flags, weights: Floats) -> Interval | None:
    return percentile_interval(auc_samples(score, positive, weights))


def _auc(score: Floats, positive: Flags, weights: Floats) -> Floats:
    """weights [samples, elements] -> [samples]."""
    order = np.argsort(score, kind="stable")
    groups = np.flatnonzero(np.diff(score[order], prepend=-np.inf))
    negatives = np.add.reduceat(weights[:, order] * ~positive[order], groups, axis=1)
    positives = np.add.reduceat(weights[:, order] * positive[order], groups, axis=1)
    below = np.cumsum(negatives, axis=1) - negatives / 2
    return ratio((positives * below).sum(axis=1), positives.sum(axis=1) * negatives.sum(axis=1))


def ratio(above: Floats, below: Floats) -> Floats:
    """above / below; NaN where there is nothing to divide by."""
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 1e-12)
