"""Patient-cluster bootstrap: one matrix product for every coefficient of the report, BCa intervals.

All coefficients here are smooth functions of few sums over patients. So replicates need no resampled tables:
with features X (patients x columns) and multinomial counts W (replicates x patients), all replicate sums are
W @ X, and the leave-one-out sums are the column totals minus X. Sums of integers stay exact in double
precision.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from reader_study.agreement.statistics.result import FloatArray

MAX_UNDEFINED = 0.10
TIE = 1e-12


@dataclass(frozen=True)
class Bounds:
    """BCa bounds, one entry a coefficient; NaN where there is no interval. undefined: share of lost
    replicates.
    """

    lower: FloatArray
    upper: FloatArray
    undefined: FloatArray


def case_weights(strata: np.ndarray, *, replicates: int, seed: int) -> FloatArray:
    """How often each patient is drawn: (replicates, patients), patients resampled with replacement within
    stratum.

    strata: (patients,) site labels. The same seed gives the same weights (PCG64, strata in sorted order).
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    weights = np.zeros((replicates, strata.size))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        counts = generator.multinomial(members.size, np.full(members.size, 1 / members.size), size=replicates)
        weights[:, members] = counts
    return weights


def replicate_sums(features: FloatArray, weights: FloatArray) -> FloatArray:
    """features (patients, ...) and weights (replicates, patients) -> (replicates, ...)."""
    flat = features.reshape(features.shape[0], -1)
    return (weights @ flat).reshape(weights.shape[0], *features.shape[1:])


def leave_one_out_sums(features: FloatArray) -> FloatArray:
    """features (patients, ...) -> sums without each patient, same shape."""
    return features.sum(axis=0) - features


def bca(
    estimate: FloatArray, replicates: FloatArray, leave_one_out: FloatArray, *, level: float = 0.95
) -> Bounds:
    """Bias-corrected and accelerated bounds (Efron 1987, JASA 82:171).

    estimate: (coefficients,); replicates: (B, coefficients); leave_one_out: (patients, coefficients); NaN
    marks an undefined coefficient. Replicates equal to the estimate count half in the bias correction;
    undefined ones are left out and counted, and above 10 % there is no interval. Nor is there one where all
    replicates are equal.
    """
    estimate = np.atleast_1d(np.asarray(estimate, np.float64))
    size, columns = replicates.shape
    ordered = np.sort(replicates, axis=0)  # NaN last
    defined = np.count_nonzero(~np.isnan(ordered), axis=0)
    tolerance = TIE * np.maximum(1.0, np.abs(estimate))
    below = np.count_nonzero(replicates < estimate - tolerance, axis=0)
    equal = np.count_nonzero(np.abs(replicates - estimate) <= tolerance, axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (below + 0.5 * equal) / defined
        bias = stats.norm.ppf(np.clip(share, 0.5 / size, 1 - 0.5 / size))
        tails = np.array([(1 - level) / 2, (1 + level) / 2])
        z = bias + stats.norm.ppf(tails)[:, None]
        position = stats.norm.cdf(bias + z / (1 - _acceleration(leave_one_out) * z))  # (2, coefficients)
    with np.errstate(invalid="ignore"):
        spread = np.nanmax(ordered, axis=0, initial=-np.inf) - np.nanmin(ordered, axis=0, initial=np.inf)
    usable = (defined >= (1 - MAX_UNDEFINED) * size) & ~np.isnan(estimate) & (spread > 2 * tolerance)
    bounds = np.full((2, columns), np.nan)
    for column in np.flatnonzero(usable):
        bounds[:, column] = np.quantile(ordered[: defined[column], column], position[:, column])
    return Bounds(lower=bounds[0], upper=bounds[1], undefined=1 - defined / size)


def _acceleration(leave_one_out: FloatArray) -> FloatArray:
    known = ~np.isnan(leave_one_out)
    values = np.where(known, leave_one_out, 0.0)
    count = np.maximum(1, known.sum(axis=0))
    deviation = np.where(known, values.sum(axis=0) / count - values, 0.0)
    scale = (deviation**2).sum(axis=0)
    cubed = (deviation**3).sum(axis=0)
    return np.where(scale > 0, cubed / (6 * np.maximum(scale, np.finfo(float).tiny) ** 1.5), 0.0)
