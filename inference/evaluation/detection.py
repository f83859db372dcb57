"""Misses and false positives: which segments an image calls abnormal, and which are.

A defect that an image does not show is the worst that a correction can do, so this is reported first. An image that
was refused or could not be read (NaN) shows nothing: each defect of its study is missed (intention to diagnose).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.evaluation.images import Values
from inference.evaluation.statistics import (
    Flags,
    Floats,
    auc_samples,
    percentile_interval,
    ratio,
    share_interval,
    wilson,
)
from inference.heart.segments import INFERIOR, TERRITORIES

ABNORMAL_BELOW = 70.0  # per cent of the maximum
AREAS: dict[str, tuple[int, ...]] = {"inferior": INFERIOR, **TERRITORIES, "all": tuple(range(1, 18))}
NEAR = 5.0  # points
RIVAL = "ctac"


@dataclass(frozen=True, eq=False)
class Called:
    """What an image calls abnormal, counted for each patient [patients]. read: of studies that have values."""

    positives: Floats
    positives_read: Floats
    missed: Floats
    missed_read: Floats
    negatives: Floats
    false: Floats

    @classmethod
    def of(cls, values: Values, reference: Values) -> Called:
        """values, reference: [patient, state, segment]."""
        present, read = reference < ABNORMAL_BELOW, np.isfinite(values)
        called = values < ABNORMAL_BELOW
        return cls(
            positives=_per_patient(present),
            positives_read=_per_patient(present & read),
            missed=_per_patient(present & ~called),
            missed_read=_per_patient(present & read & ~called),
            negatives=_per_patient(~present & read),
            false=_per_patient(~present & called),
        )


@dataclass(frozen=True, eq=False)
class Matched:
    """Thresholds that give an image a false-positive rate, and the share of defects missed there: [samples] each."""

    threshold: Floats
    missed: Floats


def columns(segments: Sequence[int]) -> list[int]:
    """Where segments, counted from 1, stand in arrays of values."""
    return [segment - 1 for segment in segments]


def inferior(values: Values) -> Values:
    return values[..., columns(INFERIOR)]


def without_disease(territories: Sequence[Sequence[str]], area: str = "inferior") -> Flags:
    """[patient]: no lesion in the territory of the area (inferior: RCA; all: none at all)."""
    looked_for = {"inferior": {"RCA"}, "all": set(TERRITORIES)}.get(area, {area})
    return np.array([not looked_for & set(diseased) for diseased in territories], dtype=bool)


def detection(
    images: Mapping[str, Values],
    reference: Values,
    *,
    territories: Sequence[Sequence[str]],
    weights: Floats,
) -> dict[str, Any]:
    """{area: {"reference": counts, "images": {kind: counts}}}; values [patient, state, segment].

    missed: abnormal in the reference, not called so by the image; missed_read: of the studies alone that the image has
    values of. false: called, normal in the reference; false_without_disease: the same in patients without a lesion in
    the territory of the area. wilson: 95 % interval over segments; interval: bootstrap over patients.

    The inferior area has the AUC too, and what is missed at CTAC's rate of false segments: each image's threshold
    where it calls as many normal segments as CTAC does at 70 % (CTAC's too, so that nobody gains from where between two
    segments the threshold lies). where_*: by segment and in how many patients; near: within NEAR points of 70 %.
    """
    found = {
        area: _in_area(
            {kind: values[..., columns(segments)] for kind, values in images.items()},
            reference[..., columns(segments)],
            free=without_disease(territories, area),
            weights=weights,
        )
        for area, segments in AREAS.items()
    }
    of_images = found["inferior"]["images"]
    for kind, values in images.items():
        of_images[kind] |= _free_of_thresholds(images, kind, reference, weights)
        of_images[kind] |= _where(inferior(values), inferior(reference))
    return found


def _in_area(
    images: Mapping[str, Values], reference: Values, *, free: Flags, weights: Floats
) -> dict[str, Any]:
    positives = _per_patient(reference < ABNORMAL_BELOW)
    found = {}
    for kind, values in images.items():
        one = Called.of(values, reference)
        found[kind] = {
            "missed": _share(one.missed, one.positives, weights),
            "missed_read": {"count": int(one.missed_read.sum()), "of": int(one.positives_read.sum())},
            "false": _share(one.false, one.negatives, weights),
            "false_without_disease": _share(one.false * free, one.negatives * free, weights),
        }
    return {
        "reference": {"segments": int(positives.sum()), "patients": int((positives > 0).sum())},
        "images": found,
    }


def _free_of_thresholds(
    images: Mapping[str, Values], kind: str, reference: Values, weights: Floats
) -> dict[str, Any]:
    score, present = inferior(images[kind]), inferior(reference) < ABNORMAL_BELOW
    samples = auc_samples(-_flat(score), _flat(present), with_estimate(weights))
    found: dict[str, Any] = {"auc": estimated(samples)}
    if RIVAL in images:
        matched = at_false_rate_of_rival(images, kind, reference, with_estimate(weights))
        threshold = float(matched.threshold[0])
        found["matched"] = {
            **estimated(matched.missed),
            "threshold": threshold if np.isfinite(threshold) else None,
        }
    return found


def _where(values: Values, reference: Values) -> dict[str, Any]:
    present, called = reference < ABNORMAL_BELOW, values < ABNORMAL_BELOW
    near = np.abs(values - ABNORMAL_BELOW) <= NEAR
    return {
        name: {
            "segments": dict(zip(map(str, INFERIOR), flags.sum(axis=(0, 1)).tolist(), strict=True)),
            "patients": int(flags.any(axis=(1, 2)).sum()),
            "near": int((flags & near).sum()),
            "unread": int((flags & np.isnan(values)).sum()),
        }
        for name, flags in (("where_missed", present & ~called), ("where_false", called & ~present))
    }


def at_false_rate_of_rival(
    images: Mapping[str, Values], kind: str, reference: Values, weights: Floats
) -> Matched:
    """Of inferior segments, in each sample of patients [samples, patients]; the rate is CTAC's in that sample."""
    values, wanted, present = (
        inferior(images[kind]),
        inferior(images[RIVAL]),
        inferior(reference) < ABNORMAL_BELOW,
    )
    rival = Called.of(wanted, inferior(reference))
    rate = ratio(weights @ rival.false, weights @ rival.negatives)
    patient = np.broadcast_to(np.arange(len(values))[:, None, None], values.shape)
    normal = ~present & np.isfinite(values)
    order = np.argsort(values[normal], kind="stable")
    lowest, whose = values[normal][order], patient[normal][order]
    called = np.cumsum(weights[:, whose], axis=1)
    # The first normal segment that would be one too many is where the threshold is: below it all are called.
    place = (called <= rate[:, None] * called[:, -1:] + 1e-9).sum(axis=1)
    threshold = np.append(lowest, np.inf)[place]
    defects, of = values[present], patient[present]
    missed = ~(defects[None] < threshold[:, None])
    each = weights[:, of]
    return Matched(threshold, ratio((each * missed).sum(axis=1), each.sum(axis=1)))


def with_estimate(weights: Floats) -> Floats:
    """Everybody once, before the bootstrap samples."""
    return np.vstack([np.ones(weights.shape[1]), weights])


def estimated(samples: Floats) -> dict[str, Any]:
    """samples: of `with_estimate`."""
    value = float(samples[0])
    return {
        "estimate": value if np.isfinite(value) else None,
        "interval": percentile_interval(samples[1:]),
    }


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


def _flat(values: Any) -> Any:
    return values.reshape(len(values), -1)
