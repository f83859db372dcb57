"""Agreement between readers within an arm: weighted kappa, AC2 and raw agreement, per segment and pooled."""

from collections.abc import Callable
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from reader_study.agreement.analysis.frame import SCORES, Frame
from reader_study.agreement.analysis.numbers import Resampling, described
from reader_study.agreement.analysis.versus_reference import ALL
from reader_study.agreement.statistics import agreement_sums, chance_corrected
from reader_study.agreement.statistics.result import Estimate, FloatArray

BOTH = "both"  # stress and rest in one pooled table
LINEAR = chance_corrected.agreement_weights("linear", SCORES)
IDENTITY = chance_corrected.agreement_weights("identity", SCORES)

Analytic = Callable[..., Estimate]
COEFFICIENTS: dict[str, tuple[FloatArray, Callable[[FloatArray], FloatArray], Analytic]] = {
    "weighted_kappa": (
        LINEAR,
        partial(agreement_sums.conger, weights=LINEAR),
        partial(chance_corrected.conger, categories=SCORES, weighting="linear"),
    ),
    "ac2": (
        LINEAR,
        partial(agreement_sums.gwet, weights=LINEAR),
        partial(chance_corrected.gwet, categories=SCORES, weighting="linear"),
    ),
    "agreement": (
        IDENTITY,
        agreement_sums.observed_agreement,
        partial(chance_corrected.percent_agreement, categories=SCORES),
    ),
}


def overall_rows(frame: Frame, resampling: Resampling) -> list[dict[str, Any]]:
    """One row an arm and state (stress, rest, both): all segments in one table, patients as clusters."""
    rows = []
    for arm, state, scores in _tables(frame):
        row = {"arm": frame.arms[arm].code, "state": state, "segment": ALL}
        rows.append({**row, **_coefficients(scores, resampling, pooled=True)[0]})
    return rows


def segment_rows(frame: Frame, resampling: Resampling) -> list[dict[str, Any]]:
    """One row an arm, state and segment."""
    rows = []
    for arm, state, scores in _tables(frame, both=False):
        for segment, found in enumerate(_coefficients(scores, resampling, pooled=False), start=1):
            rows.append({"arm": frame.arms[arm].code, "state": state, "segment": segment, **found})
    return rows


def pair_rows(frame: Frame, resampling: Resampling) -> list[dict[str, Any]]:
    """One row an arm and pair of readers, both states and all segments pooled (Cohen's kappa)."""
    rows = []
    for arm, state, scores in _tables(frame):
        if state == BOTH:
            for first, second in combinations(range(len(frame.readers)), 2):
                pair = {"readers": [frame.readers[first], frame.readers[second]]}
                found = _coefficients(scores[..., [first, second]], resampling, pooled=True)[0]
                rows.append({"arm": frame.arms[arm].code, **pair, **found})
    return rows


def _tables(frame: Frame, *, both: bool = True) -> list[tuple[int, str, FloatArray]]:
    """(arm, state, scores (cases, cells, readers)); both states together have 34 cells."""
    tables = []
    for arm in range(len(frame.arms)):
        scores = np.moveaxis(frame.scores[:, :, arm], 1, -1)  # (cases, states, 17, readers)
        tables += [(arm, name, scores[:, state]) for state, name in enumerate(frame.states)]
        if both:
            tables.append((arm, BOTH, scores.reshape(len(scores), -1, len(frame.readers))))
    return tables


def _coefficients(scores: FloatArray, resampling: Resampling, *, pooled: bool) -> list[dict[str, Any]]:
    """scores (cases, cells, readers): one entry a cell, or one for the pooled table."""
    cases, cells, readers = scores.shape
    patients = np.repeat(np.arange(cases), cells)
    groups = [scores] if pooled else [scores[:, [cell]] for cell in range(cells)]
    found: list[dict[str, Any]] = [{} for _ in groups]
    for name, (weights, coefficient, analytic) in COEFFICIENTS.items():
        features = agreement_sums.features(scores, categories=np.array(SCORES), weights=weights)
        if pooled:
            features = features.sum(axis=1, keepdims=True)
        bounds = resampling.bounds(features, coefficient)
        for index, group in enumerate(groups):
            clusters = patients if pooled else np.arange(cases)
            estimate = analytic(group.reshape(-1, readers), clusters=clusters)
            abnormal = int(np.count_nonzero((np.nan_to_num(group) > 0).any(axis=(1, 2))))
            found[index][name] = described(
                estimate, bounds, index, abnormal=None if name == "agreement" else abnormal
            )
            found[index]["n_abnormal"] = abnormal
    return found
