"""Limits of agreement between two methods: simple pairs, and several linked pairs a patient."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from reader_study.agreement.statistics.result import Estimate, FloatArray, undefined


@dataclass(frozen=True)
class Limits:
    """Bias and limits of agreement, each with its interval; `sd` is that of single differences."""

    bias: Estimate
    lower: Estimate
    upper: Estimate
    sd: float | None


def limits(differences: FloatArray, *, multiplier: float = 1.96, level: float = 0.95) -> Limits:
    """One difference a patient, (n,), NaN dropped: mean +- multiplier SD (Bland & Altman 1986, Lancet i:307).

    Standard error of a limit: sqrt(3 s^2 / n) as printed there; t intervals on n - 1.
    """
    values = np.asarray(differences, np.float64)
    values = values[~np.isnan(values)]
    n = values.size
    if n < 2:
        return _undefined(n)
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    t = float(stats.t.ppf((1 + level) / 2, n - 1))

    def around(value: float, error: float, name: str) -> Estimate:
        return Estimate(
            estimate=value,
            standard_error=error,
            interval=(value - t * error, value + t * error),
            n_cases=n,
            n_pairs=n,
            method=name,
            interval_method="t (Bland-Altman 1986)",
        )

    limit_error = float(np.sqrt(3 * sd**2 / n))
    return Limits(
        bias=around(mean, sd / float(np.sqrt(n)), "mean difference"),
        lower=around(mean - multiplier * sd, limit_error, "lower limit of agreement"),
        upper=around(mean + multiplier * sd, limit_error, "upper limit of agreement"),
        sd=sd,
    )


def linked_limits(differences: FloatArray, *, multiplier: float = 1.96, level: float = 0.95) -> Limits:
    """Several linked differences a patient, (patients, readers), NaN missing; the true value may vary.

    Variance of a single difference: between- plus within-patient components of a one-way analysis of variance
    (Bland & Altman 1999, Stat Methods Med Res 8:135, section 5.3). Bias: mean of all differences, standard
    error by patient. Intervals by MOVER (Zou 2013, Stat Methods Med Res 22:630). One difference a patient
    gives the estimates of `limits`.
    """
    values = np.asarray(differences, np.float64)
    values = values[~np.isnan(values).all(axis=1)]
    n, total = len(values), int(np.count_nonzero(~np.isnan(values)))
    if n < 2:
        return _undefined(n)
    number = np.count_nonzero(~np.isnan(values), axis=1)
    means = np.nanmean(values, axis=1)
    grand = float(np.nansum(values) / total)
    between = float((number * (means - grand) ** 2).sum() / (n - 1))
    within_df = total - n
    within = float(np.nansum((values - means[:, None]) ** 2) / within_df) if within_df else 0.0
    per_case = (total - float((number**2).sum()) / total) / (n - 1)
    parts = [(between / per_case, n - 1), ((1 - 1 / per_case) * within, within_df)]
    variance = sum(part for part, _ in parts)
    sd = float(np.sqrt(variance))
    tails = (1 + level) / 2
    wide, narrow = 0.0, 0.0
    for part, df in parts:
        if df and part > 0:
            wide += (part * (df / float(stats.chi2.ppf(1 - tails, df)) - 1)) ** 2
            narrow += (part * (1 - df / float(stats.chi2.ppf(tails, df)))) ** 2
    sd_low = float(np.sqrt(max(0.0, variance - np.sqrt(narrow))))
    sd_high = float(np.sqrt(variance + np.sqrt(wide)))
    residual = number * (means - grand)
    bias_error = float(np.sqrt(n / (n - 1) * (residual @ residual)) / total)
    half = float(stats.t.ppf(tails, n - 1)) * bias_error

    def limit(sign: int, name: str) -> Estimate:
        away, near = multiplier * (sd_high - sd), multiplier * (sd - sd_low)
        value = grand + sign * multiplier * sd
        below, above = (away, near) if sign < 0 else (near, away)
        return Estimate(
            estimate=value,
            interval=(value - float(np.hypot(half, below)), value + float(np.hypot(half, above))),
            n_cases=n,
            n_pairs=total,
            method=name,
            interval_method="MOVER (Zou 2013)",
        )

    return Limits(
        bias=Estimate(
            estimate=grand,
            standard_error=bias_error,
            interval=(grand - half, grand + half),
            n_cases=n,
            n_pairs=total,
            method="mean difference",
            interval_method="t on patients - 1, by patient",
        ),
        lower=limit(-1, "lower limit of agreement"),
        upper=limit(1, "upper limit of agreement"),
        sd=sd,
    )


def _undefined(n: int) -> Limits:
    nothing = undefined("fewer than two cases", method="limits of agreement", n_cases=n)
    return Limits(bias=nothing, lower=nothing, upper=nothing, sd=None)
