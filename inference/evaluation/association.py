"""How much of the truth an image carries: correlation at three depths, and telling abnormal segments from normal."""

from __future__ import annotations

from typing import Any

import numpy as np

from inference.evaluation.detection import ABNORMAL_BELOW
from inference.evaluation.images import Values
from inference.evaluation.statistics import (
    Floats,
    auc,
    auc_interval,
    correlation,
    correlation_interval,
)


def association(values: Values, reference: Values, *, weights: Floats) -> dict[str, Any]:
    """values, reference: [patient, state, segment].

    correlation: over all segments. within_patient: after taking from each image its own mean, so that only the
    pattern over the wall counts. patient_specific: after taking also the mean of each segment over patients, so
    that a pattern that everybody shares counts nothing. auc: of segments below 70 % in the reference.
    """
    depths = {
        "correlation": (values, reference),
        "within_patient": (_pattern(values), _pattern(reference)),
        "patient_specific": (_own_pattern(values), _own_pattern(reference)),
    }
    found = {name: _correlated(x, y, weights) for name, (x, y) in depths.items()}
    return {**found, "auc": _discriminates(values, reference, weights)}


def _correlated(values: Values, reference: Values, weights: Floats) -> dict[str, Any]:
    x, y = _flat(values), _flat(reference)
    return {"estimate": correlation(x, y), "interval": correlation_interval(x, y, weights)}


def _discriminates(values: Values, reference: Values, weights: Floats) -> dict[str, Any]:
    positive = _flat(reference) < ABNORMAL_BELOW
    score = -_flat(values)
    return {
        "estimate": auc(score, positive),
        "interval": auc_interval(score, positive, weights),
        "positive": int(positive.sum()),
    }


def _pattern(values: Values) -> Values:
    return np.asarray(values - values.mean(axis=-1, keepdims=True))


def _own_pattern(values: Values) -> Values:
    pattern = _pattern(values)
    return np.asarray(pattern - pattern.mean(axis=0))


def _flat(values: Values) -> Values:
    return values.reshape(len(values), -1)
