"""Scores and uptake of each arm against the reference arm: same reader, same patient, segment by segment."""

from typing import Any

import numpy as np
from scipy import stats

from inference.heart.segments import SEGMENT_NAMES, TERRITORIES
from reader_study.agreement.analysis.frame import SEGMENTS, Frame
from reader_study.agreement.analysis.numbers import Resampling, described, mean_features, plain, ratio
from reader_study.agreement.statistics.multiplicity import benjamini_hochberg
from reader_study.agreement.statistics.paired import hodges_lehmann, signed_rank
from reader_study.agreement.statistics.proportions import rao_scott
from reader_study.agreement.statistics.result import Estimate, FloatArray, undefined

ALL = 0  # segment number of the row that pools the seventeen


def score_rows(frame: Frame, resampling: Resampling) -> list[dict[str, Any]]:
    """One row an arm, state and segment (0: all), arms against the reference.

    Counts are reads. Mean difference: over reads. Shift and test: readers averaged within patient first,
    because the patient is the sampling unit; p values are adjusted over the 17 segments of an arm and state.
    """
    rows = []
    for arm in frame.compared:
        for state, name in enumerate(frame.states):
            differences = frame.differences[:, :, arm, state]  # (cases, readers, 17)
            tables = [differences[:, :, [segment]] for segment in range(SEGMENTS)] + [differences]
            features = np.stack([mean_features(table, over=(1, 2)) for table in tables], axis=1)
            bounds = resampling.bounds(features, ratio)
            family = [
                {
                    **_counts(table),
                    "mean_difference": described(
                        _mean(table.reshape(len(table), -1), "mean score difference"), bounds, index
                    ),
                    **_shift(_patient_means(table)),
                }
                for index, table in enumerate(tables)
            ]
            rows += _labelled(frame, arm, name, family)
    return rows


def uptake_rows(frame: Frame, resampling: Resampling) -> list[dict[str, Any]]:
    """One row an arm, state and segment (0: mean of all): difference of uptake, points of per cent of
    maximum.
    """
    rows = []
    for arm in frame.compared:
        for state, name in enumerate(frame.states):
            differences = frame.uptake_differences[:, arm, state]  # (cases, 17)
            tables = [differences[:, [segment]] for segment in range(SEGMENTS)] + [differences]
            features = np.stack([mean_features(table, over=(1,)) for table in tables], axis=1)
            absolute = np.stack([mean_features(np.abs(table), over=(1,)) for table in tables], axis=1)
            bounds, absolute_bounds = resampling.bounds(features, ratio), resampling.bounds(absolute, ratio)
            family = []
            for index, table in enumerate(tables):
                means = _patient_means(table[:, None])
                known = table[~np.isnan(table)]
                family.append(
                    {
                        "n_cases": int(np.count_nonzero(~np.isnan(means))),
                        "mean_difference": described(_mean(table, "mean uptake difference"), bounds, index),
                        "mean_absolute_difference": described(
                            _mean(np.abs(table), "mean absolute uptake difference"), absolute_bounds, index
                        ),
                        "sd": float(known.std(ddof=1)) if known.size > 1 else None,
                        **_shift(means),
                    }
                )
            rows += _labelled(frame, arm, name, family)
    return rows


def reader_rows(frame: Frame) -> list[dict[str, Any]]:
    """Over- and under-scores of each reader, all segments."""
    rows = []
    for arm in frame.compared:
        for state, name in enumerate(frame.states):
            for reader, code in enumerate(frame.readers):
                table = frame.differences[:, [reader], arm, state]
                rows.append({"arm": frame.arms[arm].code, "state": name, "reader": code, **_counts(table)})
    return rows


def _counts(table: FloatArray) -> dict[str, Any]:
    """table (cases, readers, segments): how many reads lie over, under and on the reference; and by two or
    more.
    """
    known = ~np.isnan(table)
    trials = known.sum(axis=(1, 2))
    chosen = {"over": table > 0, "under": table < 0, "large": np.abs(table) >= 2}
    counts = {name: (mask & known).sum(axis=(1, 2)) for name, mask in chosen.items()}
    total = int(trials.sum())
    return {
        "n_reads": total,
        "n_cases": int(np.count_nonzero(trials)),
        **{name: int(count.sum()) for name, count in counts.items()},
        "equal": total - int(counts["over"].sum() + counts["under"].sum()),
        **{f"{name}_share": plain(rao_scott(count, trials)) for name, count in counts.items()},
    }


def _patient_means(table: FloatArray) -> FloatArray:
    known = ~np.isnan(table)
    number = known.sum(axis=(1, 2))
    total = np.where(known, table, 0.0).sum(axis=(1, 2))
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _mean(table: FloatArray, method: str) -> Estimate:
    """Mean over all values of (patients, values), standard error by patient, t interval on patients - 1."""
    known = ~np.isnan(table)
    number = known.sum(axis=1)
    totals = np.where(known, table, 0.0).sum(axis=1)[number > 0]
    number = number[number > 0]
    patients, values = number.size, int(number.sum())
    if patients == 0:
        return undefined("no pairs", method=method)
    mean = float(totals.sum() / values)
    if patients == 1:
        return Estimate(estimate=mean, n_cases=1, n_pairs=values, method=method)
    residual = totals - mean * number
    error = float(np.sqrt(patients / (patients - 1) * (residual @ residual)) / values)
    half = float(stats.t.ppf(0.975, patients - 1)) * error
    return Estimate(
        estimate=mean,
        standard_error=error,
        interval=(mean - half, mean + half),
        n_cases=patients,
        n_pairs=values,
        method=method,
        interval_method="t, by patient",
    )


def _shift(means: FloatArray) -> dict[str, Any]:
    test = signed_rank(means)
    return {"shift": plain(hodges_lehmann(means)), "p_value": test.p_value, "test": test.method}


def _labelled(frame: Frame, arm: int, state: str, family: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Seventeen segments and the pooled row, with p values adjusted over the seventeen."""
    raw = np.array([np.nan if row["p_value"] is None else row["p_value"] for row in family[:SEGMENTS]])
    adjusted: list[float | None] = [None if np.isnan(p) else float(p) for p in benjamini_hochberg(raw)]
    names: list[dict[str, Any]] = [
        {"segment": number, "name": SEGMENT_NAMES[number - 1], "territory": territory_of(number)}
        for number in range(1, SEGMENTS + 1)
    ]
    return [
        {"arm": frame.arms[arm].code, "state": state, **label, **row, "p_adjusted": p}
        for label, row, p in zip(
            [*names, {"segment": ALL, "name": "all", "territory": None}],
            family,
            [*adjusted, None],
            strict=True,
        )
    ]


def territory_of(segment: int) -> str:
    """Standard AHA assignment (Cerqueira 2002) of a segment number 1-17."""
    return next(name for name, segments in TERRITORIES.items() if segment in segments)
