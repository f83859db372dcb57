"""Misses and false positives: which segments an image calls abnormal, and which are.

A defect that an image does not show is the worst that a correction can do, so this is reported first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from inference.evaluation.images import Values
from inference.evaluation.statistics import (
    Flags,
    Floats,
    percentile_interval,
    share_difference_interval,
    share_interval,
    wilson,
)
from inference.heart.segments import INFERIOR, TERRITORIES

ABNORMAL_BELOW = 70.0  # per cent of the maximum
AREAS: dict[str, tuple[int, ...]] = {"inferior": INFERIOR, **TERRITORIES, "all": tuple(range(1, 18))}
_RIVAL = "ctac"


def columns(segments: Sequence[int]) -> list[int]:
    """Where segments, counted from 1, stand in arrays of values."""
    return [segment - 1 for segment in segments]


def detection(
    images: dict[str, Values], reference: Values, *, territories: Sequence[Sequence[str]], weights: Floats
) -> dict[str, Any]:
    """{area: {"reference": counts, "images": {kind: counts}}}; values [patient, state, segment].

    missed: abnormal in the reference, not in the image; false: the other way round; false_without_disease: the
    same in patients without a lesion in the territory of the area (inferior: RCA; all: none at all).
    wilson: 95 % interval over segments; interval: bootstrap over patients. missed_less_ctac: share missed less
    the share that CTAC misses, of the same segments.
    """
    return {
        area: _in_area(
            {kind: values[..., columns(segments)] for kind, values in images.items()},
            reference[..., columns(segments)],
            free=_without_disease(area, territories),
            weights=weights,
        )
        for area, segments in AREAS.items()
    }


def _without_disease(area: str, territories: Sequence[Sequence[str]]) -> Flags:
    looked_for = {"inferior": {"RCA"}, "all": set(TERRITORIES)}.get(area, {area})
    return np.array([not looked_for & set(diseased) for diseased in territories], dtype=bool)


def _in_area(images: dict[str, Values], reference: Values, *, free: Flags, weights: Floats) -> dict[str, Any]:
    present = reference < ABNORMAL_BELOW
    positives = _per_patient(present)
    rival = None
    if _RIVAL in images:
        rival = _per_patient(present & ~(images[_RIVAL] < ABNORMAL_BELOW))
    found = {}
    for kind, values in images.items():
        called = values < ABNORMAL_BELOW
        missed = _per_patient(present & ~called)
        false, negatives = called & ~present, ~present
        found[kind] = {
            "missed": _share(missed, positives, weights),
            "false": _share(_per_patient(false), _per_patient(negatives), weights),
            "false_without_disease": _share(
                _per_patient(false) * free, _per_patient(negatives) * free, weights
            ),
        }
        if rival is not None and kind != _RIVAL and positives.sum():
            found[kind]["missed_less_ctac"] = {
                "difference": float((missed - rival).sum() / positives.sum()),
                "interval": share_difference_interval(missed, rival, positives, weights),
                "one_sided_upper": _upper(missed, rival, positives, weights),
            }
    return {
        "reference": {"segments": int(positives.sum()), "patients": int((positives > 0).sum())},
        "images": found,
    }


def _upper(missed: Floats, rival: Floats, positives: Floats, weights: Floats) -> float | None:
    """The 95 % bound that a claim of not being worse has to keep."""
    total = weights @ positives
    samples = (weights @ (missed - rival))[total > 0] / total[total > 0]
    return None if percentile_interval(samples) is None else float(np.quantile(samples, 0.95))


def _share(events: Floats, trials: Floats, weights: Floats) -> dict[str, Any]:
    count, of = int(events.sum()), int(trials.sum())
    return {
        "count": count,
        "of": of,
        "share": count / of if of else None,
        "wilson": wilson(count, of),
        "interval": share_interval(events, trials, weights),
    }


def _per_patient(flags: Flags) -> Floats:
    return flags.sum(axis=(1, 2)).astype(np.float64)
