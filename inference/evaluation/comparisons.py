"""One image beside another, in the same patients: by how much it is better, and whether chance can explain it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.evaluation.detection import (
    ABNORMAL_BELOW,
    RIVAL,
    Called,
    at_false_rate_of_rival,
    inferior,
    with_estimate,
    without_disease,
)
from inference.evaluation.differences import least_squares_scaled
from inference.evaluation.images import Values
from inference.evaluation.statistics import (
    Flags,
    Floats,
    auc_samples,
    correlation_samples,
    percentile_interval,
    ratio,
    sample_p,
    wilcoxon,
)

SIGNIFICANT = 0.05
_NO_WIDTH = 1e-9
BETTER, WORSE, SAME = "better", "worse", "not distinguishable"


@dataclass(frozen=True)
class Figure:
    """says: in words. good: +1 if more is better, -1 if less is. factor: to the unit it is shown in."""

    says: str
    unit: str
    good: int
    factor: float
    digits: int


FIGURES = {
    "missed": Figure("inferior defects missed at 70 %", "points of %", -1, 100, 0),
    "false": Figure("false inferior segments at 70 %, all patients", "points of %", -1, 100, 0),
    "false_without_disease": Figure(
        "false inferior segments at 70 %, patients without RCA disease", "points of %", -1, 100, 0
    ),
    "matched": Figure("inferior defects missed at CTAC's rate of false segments", "points of %", -1, 100, 0),
    "auc": Figure("AUC, inferior", "", 1, 1, 3),
    "error_max": Figure("segment error, % of maximum", "points", -1, 1, 2),
    "error": Figure("segment error, least squares", "points", -1, 1, 2),
    "correlation": Figure("correlation over all segments", "", 1, 1, 3),
}


def compared(
    everybody: Mapping[str, Values],
    reference: Values,
    *,
    pairs: Sequence[tuple[str, str]],
    readable: Flags,
    territories: Sequence[Sequence[str]],
    weights: Floats,
    weights_readable: Floats,
) -> dict[str, Any]:
    """{kind: {rival: {figure of FIGURES: {"difference", "interval", "p", "verdict"}}}}: kind less rival.

    everybody, reference: [patient, state, segment], NaN where an image could not be read; there its defects are
    missed. Errors and correlation are of the patients that `readable` marks. p: from the bootstrap samples that give
    the interval, of errors Wilcoxon's over patients; not adjusted for the number of comparisons. "missed" has the upper
    end of the one-sided 95 % interval too.
    """
    samples = with_estimate(weights)
    free = without_disease(territories)
    kinds = {kind for pair in pairs for kind in pair}
    rates = {kind: _rates(everybody, kind, reference, free, samples) for kind in kinds}
    among = {kind: values[readable] for kind, values in everybody.items() if kind in kinds}
    found: dict[str, Any] = {}
    for kind, rival in pairs:
        one: dict[str, Any] = {
            figure: _difference(rates[kind][figure] - rates[rival][figure], FIGURES[figure].good)
            for figure in rates[kind]
        }
        bound = rates[kind]["missed"][1:] - rates[rival]["missed"][1:]
        known = one["missed"]["interval"] is not None
        one["missed"]["one_sided_upper"] = float(np.nanquantile(bound, 0.95)) if known else None
        one |= _of_errors(among[kind], among[rival], reference[readable], weights_readable)
        found.setdefault(kind, {})[rival] = one
    return found


def verdict(difference: float, interval: Sequence[float] | None, p: float | None, *, good: int) -> str:
    """BETTER or WORSE only where the interval has a width and leaves out 0, and p is below .05."""
    if interval is None or p is None or p >= SIGNIFICANT or interval[0] <= 0 <= interval[1]:
        return SAME
    if says_nothing(interval):
        return SAME
    return BETTER if difference * good > 0 else WORSE


def says_nothing(interval: Sequence[float] | None) -> bool:
    """Whether all bootstrap samples are alike: nothing then tells what other patients would have shown."""
    return interval is not None and interval[1] - interval[0] < _NO_WIDTH


def _rates(
    images: Mapping[str, Values], kind: str, reference: Values, free: Flags, weights: Floats
) -> dict[str, Floats]:
    values, truth = inferior(images[kind]), inferior(reference)
    one = Called.of(values, truth)
    present = truth < ABNORMAL_BELOW
    rates = {
        "missed": ratio(weights @ one.missed, weights @ one.positives),
        "false": ratio(weights @ one.false, weights @ one.negatives),
        "false_without_disease": ratio(weights @ (one.false * free), weights @ (one.negatives * free)),
        "auc": auc_samples(-values.reshape(len(values), -1), present.reshape(len(values), -1), weights),
    }
    if RIVAL in images:
        rates["matched"] = at_false_rate_of_rival(images, kind, reference, weights).missed
    return rates


def _difference(samples: Floats, good: int, p: float | None = None) -> dict[str, Any]:
    """samples: the estimate, then the bootstrap's."""
    if not np.isfinite(samples[0]):
        return {"difference": None, "interval": None, "p": None, "verdict": SAME}
    ends = percentile_interval(samples[1:])
    p = sample_p(samples[1:]) if p is None else p
    difference = float(samples[0])
    return {
        "difference": difference,
        "interval": ends,
        "p": p,
        "verdict": verdict(difference, ends, p, good=good),
    }


def _of_errors(values: Values, other: Values, reference: Values, weights: Floats) -> dict[str, Any]:
    samples = with_estimate(weights)
    found = {
        figure: error_difference((values, reference), (other, reference), scaled=scaled, weights=weights)
        for figure, scaled in (("error_max", False), ("error", True))
    }
    ours, theirs = (
        correlation_samples(one.reshape(len(one), -1), reference.reshape(len(one), -1), samples)
        for one in (values, other)
    )
    found["correlation"] = _difference(ours - theirs, FIGURES["correlation"].good)
    return found


def error_difference(
    one: tuple[Values, Values], other: tuple[Values, Values], *, scaled: bool, weights: Floats
) -> dict[str, Any]:
    """Mean absolute error of one image less that of another of the same patients; each beside its reference.

    scaled: after least squares.
    """
    less = _error(*one, scaled=scaled) - _error(*other, scaled=scaled)
    p = float(wilcoxon(less[:, None])[0])
    return _difference(with_estimate(weights) @ less / len(less), FIGURES["error"].good, p)


def _error(values: Values, reference: Values, *, scaled: bool) -> Floats:
    """Of each patient."""
    image = least_squares_scaled(values, reference) if scaled else values
    return np.asarray(np.abs(image - reference).mean(axis=(1, 2)))
