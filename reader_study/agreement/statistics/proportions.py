"""Intervals for a proportion: independent trials (Wilson, Clopper-Pearson) and clustered ones (Rao-Scott)."""

import numpy as np
from scipy import stats

from reader_study.agreement.statistics.result import Estimate, FloatArray, Interval, undefined


def wilson(events: float, trials: float, *, level: float = 0.95) -> Estimate:
    """Score interval without continuity correction (Newcombe 1998, Stat Med 17:857, method 3)."""
    method = "proportion"
    if trials <= 0:
        return undefined("no trials", method=method)
    share = events / trials
    return Estimate(
        estimate=share,
        standard_error=float(np.sqrt(share * (1 - share) / trials)),
        interval=_wilson_bounds(share, trials, level),
        n_cases=int(trials),
        n_pairs=int(trials),
        method=method,
        interval_method="Wilson",
    )


def clopper_pearson(events: int, trials: int, *, level: float = 0.95) -> Estimate:
    """Exact binomial interval from beta quantiles (Clopper & Pearson 1934, Biometrika 26:404)."""
    method = "proportion"
    if trials <= 0:
        return undefined("no trials", method=method)
    tail = (1 - level) / 2
    lower = 0.0 if events == 0 else float(stats.beta.ppf(tail, events, trials - events + 1))
    upper = 1.0 if events == trials else float(stats.beta.ppf(1 - tail, events + 1, trials - events))
    share = events / trials
    return Estimate(
        estimate=share,
        standard_error=float(np.sqrt(share * (1 - share) / trials)),
        interval=(lower, upper),
        n_cases=trials,
        n_pairs=trials,
        method=method,
        interval_method="Clopper-Pearson",
    )


def rao_scott(events: FloatArray, trials: FloatArray, *, level: float = 0.95) -> Estimate:
    """Proportion pooled over clusters (patients), with the interval widened by the design effect.

    events, trials: (clusters,). The ratio estimator's variance gives the design effect (Rao & Scott 1992,
    Biometrics 48:577, eq. 1-2); Wilson's interval is then taken with trials / design effect (Korn & Graubard
    1998). The design effect is not let below 1, and where it cannot be estimated (no event, all events, or
    one cluster) every cluster counts as one trial: the widest answer, because the data say nothing about
    independence.
    """
    method = "pooled proportion"
    events, trials = np.asarray(events, np.float64), np.asarray(trials, np.float64)
    events, trials = events[trials > 0], trials[trials > 0]
    clusters, total = events.size, trials.sum()
    if clusters == 0:
        return undefined("no trials", method=method)
    share = float(events.sum() / total)
    residual = events - share * trials
    binomial = share * (1 - share) / total
    if clusters > 1 and binomial > 0:
        variance = clusters / (clusters - 1) * float(residual @ residual) / total**2
        effective = total / max(1.0, variance / binomial)
        standard_error: float | None = float(np.sqrt(variance))
    else:
        effective, standard_error = clusters, None
    return Estimate(
        estimate=share,
        standard_error=standard_error,
        interval=_wilson_bounds(share, effective, level),
        n_cases=clusters,
        n_pairs=int(total),
        method=method,
        interval_method="Wilson with Rao-Scott design effect",
    )


def _wilson_bounds(share: float, trials: float, level: float) -> Interval:
    z = float(stats.norm.ppf((1 + level) / 2))
    centre = share + z * z / (2 * trials)
    half = z * np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    lower = 0.0 if share == 0 else max(0.0, float((centre - half) / scale))
    upper = 1.0 if share == 1 else min(1.0, float((centre + half) / scale))
    return lower, upper
