"""Scores 0 to 4 from uptake by named thresholds, and where they are higher or lower than the reference's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.images import Values
from inference.evaluation.statistics import bonferroni, holm, wilcoxon
from inference.heart.scores import DEFAULT, NAMED, Thresholds

Scores = NDArray[np.int64]

# The default cannot call mild attenuation abnormal; the tighter one can.
THRESHOLDS = (DEFAULT, NAMED["tight"])
READINGS = ("stress", "rest", "difference")


def scored(images: Mapping[str, Values], reference: Values) -> dict[str, Any]:
    """{thresholds: {kind: {"stress" | "rest" | "difference": over- and underscored segments, "summed": …}}}.

    over, under: patients in whom the image scores the segment higher (worse) or lower than the reference does;
    "difference" is the score at stress less that at rest. The 51 tests of an image are one family.
    """
    return {
        thresholds.name: {
            kind: _against(_readings(values, thresholds), _readings(reference, thresholds))
            for kind, values in images.items()
        }
        for thresholds in THRESHOLDS
    }


def _readings(values: Values, thresholds: Thresholds) -> Scores:
    """[patient, state, segment] in per cent -> scores [patient, reading, segment]."""
    scores = thresholds.scores(values)
    return np.concatenate([scores, scores[:, :1] - scores[:, 1:]], axis=1)


def _against(scores: Scores, reference: Scores) -> dict[str, Any]:
    apart = scores - reference
    p = wilcoxon(apart.astype(np.float64))
    corrected, stepped = bonferroni(p), holm(p)
    summed = apart.sum(axis=2)
    return {
        **{
            reading: {
                "mean": apart[:, n].mean(axis=0).tolist(),
                "over": (apart[:, n] > 0).sum(axis=0).tolist(),
                "under": (apart[:, n] < 0).sum(axis=0).tolist(),
                "p": p[n].tolist(),
                "bonferroni": corrected[n].tolist(),
                "holm": stepped[n].tolist(),
            }
            for n, reading in enumerate(READINGS)
        },
        "summed": {
            reading: {
                "image": float(scores[:, n].sum(axis=1).mean()),
                "reference": float(reference[:, n].sum(axis=1).mean()),
                "difference": float(summed[:, n].mean()),
                "p": float(wilcoxon(summed[:, n : n + 1].astype(np.float64))[0]),
            }
            for n, reading in enumerate(READINGS)
        },
    }
