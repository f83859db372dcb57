"""How far the segments of an image are from a reference: bias, error, limits, tests and equivalence."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from inference.evaluation.detection import ABNORMAL_BELOW, columns
from inference.evaluation.images import Values
from inference.evaluation.statistics import (
    Floats,
    bonferroni,
    equivalence,
    holm,
    mean_interval,
    percentile_interval,
    wilcoxon,
)
from inference.heart.segments import INFERIOR
from inference.physics.patient import STATES

MARGIN = 5.0  # points; stated before any test set was opened


def least_squares_scaled(values: Values, reference: Values) -> Values:
    """Each image [..., segment] times the one factor that brings it closest to its reference.

    Steadier than per cent of the maximum: a single hot segment does not move the others.
    """
    factor = (values * reference).sum(axis=-1) / np.maximum((values * values).sum(axis=-1), 1e-9)
    return np.asarray(values * factor[..., None])


def differences(values: Values, reference: Values, *, scaled: bool, weights: Floats) -> dict[str, Any]:
    """values, reference: [patient, state, segment] in per cent of the maximum; at least two patients.

    scaled: take bias, tests and limits after least-squares scaling. Against the truth nothing else is fair: no
    camera blurs it, so that the per cent of the maximum of every image, PET too, lie lower at every border.

    segments: for each state lists over the 17 segments; p is Wilcoxon's over patients, its 34 tests (17 segments,
    two states) are the family of bonferroni and holm; tost_* belong to equivalence within MARGIN (90 % interval).
    segment_mae: mean absolute error, of values as they are ("max": each image in per cent of its own maximum)
    and after least-squares scaling.
    """
    of_maximum, of_scaled = values - reference, least_squares_scaled(values, reference) - reference
    error = of_scaled if scaled else of_maximum
    p = wilcoxon(error)
    corrected, stepped = bonferroni(p), holm(p)
    inferior = error[..., columns(INFERIOR)].mean(axis=(1, 2))
    return {
        "segments": {
            state: _of_segments(error[:, n], p=p[n], bonferroni=corrected[n], holm=stepped[n])
            for n, state in enumerate(STATES)
        },
        "equivalent": equivalent_segments(error),
        "segment_mae": {
            "max": _mean_absolute(of_maximum, weights),
            "least_squares": _mean_absolute(of_scaled, weights),
        },
        "inferior_bias": {
            "mean": float(inferior.mean()),
            "interval": mean_interval(inferior, weights),
            **_by_state_of_the_wall(error[..., columns(INFERIOR)], reference[..., columns(INFERIOR)]),
        },
        "limits": _limits(error, weights),
    }


def _by_state_of_the_wall(error: Floats, reference: Values) -> dict[str, float | None]:
    """Mean error in segments that are normal in the reference, and in those that are not."""
    present = reference < ABNORMAL_BELOW
    return {
        name: float(error[flags].mean()) if flags.any() else None
        for name, flags in (("normal", ~present), ("abnormal", present))
    }


def equivalent_segments(error: Floats) -> int:
    """How many of the 17 segments at stress and the 17 at rest are equivalent; error [patient, state, segment]."""
    return sum(int(equivalence(error[:, n], margin=MARGIN).equivalent.sum()) for n in range(error.shape[1]))


def _of_segments(error: Floats, *, p: Floats, bonferroni: Floats, holm: Floats) -> dict[str, Any]:
    """error: [patient, segment] of one state."""
    patients = len(error)
    reach = stats.t.ppf(0.975, patients - 1) * error.std(axis=0, ddof=1) / np.sqrt(patients)
    same = equivalence(error, margin=MARGIN)
    return {
        "bias": same.mean.tolist(),
        "low": (same.mean - reach).tolist(),
        "high": (same.mean + reach).tolist(),
        "absolute": np.abs(error).mean(axis=0).tolist(),
        "p": p.tolist(),
        "bonferroni": bonferroni.tolist(),
        "holm": holm.tolist(),
        "tost_low": same.low.tolist(),
        "tost_high": same.high.tolist(),
        "tost_p": same.p.tolist(),
        "equivalent": same.equivalent.tolist(),
    }


def _mean_absolute(error: Floats, weights: Floats) -> dict[str, Any]:
    each = np.abs(error).mean(axis=(1, 2))
    return {"mean": float(each.mean()), "interval": mean_interval(each, weights)}


def _limits(error: Floats, weights: Floats) -> dict[str, Any]:
    """Limits of agreement of single segments (Bland & Altman 1986, Lancet 327:307), patients resampled."""
    per_patient = np.stack([error.mean(axis=(1, 2)), (error**2).mean(axis=(1, 2))], axis=1)
    mean, square = (weights @ per_patient / len(error)).T
    spread = 1.96 * np.sqrt(np.maximum(square - mean**2, 0))
    bias, reach = float(error.mean()), 1.96 * float(error.std())
    return {
        "bias": bias,
        "low": bias - reach,
        "high": bias + reach,
        "low_interval": percentile_interval(mean - spread),
        "high_interval": percentile_interval(mean + spread),
    }
