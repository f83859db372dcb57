"""The short report that a model carries on its card: agreement with PET and with the truth, and a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from inference.evaluation.analysis import refused
from inference.evaluation.detection import ABNORMAL_BELOW, Called, inferior, without_disease
from inference.evaluation.differences import least_squares_scaled
from inference.evaluation.images import LABELS, VIRTUAL, Values
from inference.evaluation.markdown import number
from inference.evaluation.segments import Measured
from inference.evaluation.statistics import Flags, auc, correlation
from inference.heart.segments import SEGMENT_NAMES
from inference.physics.patient import STATES

_SHOWN = ("spect", "ctac", VIRTUAL)


def agreement(measured: Measured) -> dict[str, Any]:
    """Everything that the card and the table state, ready for JSON; as the report on the heart counts and scales.

    Bias and error are in points of per cent of the maximum, against the truth after least squares, of the patients of
    whom every image could be read; None if there is nobody. Inferior segments are 4, 10 and 15, an image calls one
    abnormal below 70 %. "over_called": normal in PET, abnormal in the image. "missed": abnormal in PET (or in truth),
    not in the image; for virtual PET that is a defect filled in, or one of a study that was refused.
    """
    images = {kind: measured.images[kind] for kind in _SHOWN if kind in measured.images}
    pet, truth = measured.images["pet"], measured.truth
    return {
        "patients": len(measured.patients),
        "refused": refused(measured),
        "abnormal_below": ABNORMAL_BELOW,
        "ventricle_position_doubted": measured.doubted,
        "against_pet": _all_against(images, pet, measured, scaled=False),
        "against_truth": {}
        if truth is None
        else _all_against({**images, "pet": pet}, truth, measured, scaled=True),
    }


def _all_against(
    images: dict[str, Values], reference: Values, measured: Measured, *, scaled: bool
) -> dict[str, Any]:
    free, readable = without_disease(measured.territories), measured.complete
    return {
        kind: {
            **_errors(values[readable], reference[readable], scaled=scaled),
            "inferior": {
                "bias": _inferior_bias(values[readable], reference[readable], scaled=scaled),
                **_counts(inferior(values), inferior(reference), free),
            },
        }
        for kind, values in images.items()
    }


def _counts(values: Values, reference: Values, free: Flags) -> dict[str, Any]:
    one, present = Called.of(values, reference), reference < ABNORMAL_BELOW
    return {
        "normal": int(one.negatives.sum()),
        "over_called": int(one.false.sum()),
        "normal_without_disease": int(one.negatives[free].sum()),
        "over_called_without_disease": int(one.false[free].sum()),
        "abnormal": int(one.positives.sum()),
        "patients_with_abnormal": int((one.positives > 0).sum()),
        "missed": int(one.missed.sum()),
        "auc": _rounded(auc(-values, present), 3),
    }


def _errors(values: Values, reference: Values, *, scaled: bool) -> dict[str, Any]:
    if not len(values):
        return {"bias": None, "segment_mae": None, "correlation": None}
    error = _image(values, reference, scaled=scaled) - reference
    return {
        "bias": {
            state: [round(float(v), 1) for v in error[:, n].mean(axis=0)] for n, state in enumerate(STATES)
        },
        "segment_mae": round(float(np.abs(error).mean()), 2),
        "correlation": _rounded(correlation(values, reference), 3),
    }


def _inferior_bias(values: Values, reference: Values, *, scaled: bool) -> float | None:
    if not len(values):
        return None
    return round(float(inferior(_image(values, reference, scaled=scaled) - reference).mean()), 1)


def _image(values: Values, reference: Values, *, scaled: bool) -> Values:
    return least_squares_scaled(values, reference) if scaled else values


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def as_text(report: dict[str, Any]) -> str:
    """The report as two Markdown tables: bias of each segment, and the summary."""
    images = report["against_pet"]
    heads = [f"{LABELS[kind]}, {state}" for kind in images for state in STATES]
    lines = [
        f"{report['patients']} patients, stress and rest. "
        "Bias against PET in points of per cent of the maximum.",
        "",
        _row(["segment", *heads]),
        _row(["---", *["---:"] * len(heads)]),
    ]
    for n, name in enumerate(SEGMENT_NAMES):
        biases = [_bias(images[kind]["bias"], state, n) for kind in images for state in STATES]
        lines.append(_row([f"{n + 1} {name}", *biases]))
    lines += ["", *_summary(report)]
    return "\n".join(lines) + "\n"


def _summary(report: dict[str, Any]) -> list[str]:
    below = f"{report['abnormal_below']:.0f} %"
    columns = [
        (f"{LABELS[kind]} against {against}", found)
        for key, against in (("against_pet", "PET"), ("against_truth", "truth"))
        for kind, found in report[key].items()
    ]
    wall = [found["inferior"] for _, found in columns]
    rows = {
        "mean absolute error of 17 segments (against truth after least squares)": [
            number(found["segment_mae"]) for _, found in columns
        ],
        "correlation": [number(found["correlation"], 3) for _, found in columns],
        "bias of inferior segments (4, 10, 15)": [number(one["bias"], 1, signed=True) for one in wall],
        f"inferior defects (< {below}) missed": [f"{one['missed']} of {one['abnormal']}" for one in wall],
        f"inferior segments over-called (< {below}), all patients": [
            f"{one['over_called']} of {one['normal']}" for one in wall
        ],
        "the same, patients without RCA disease": [
            f"{one['over_called_without_disease']} of {one['normal_without_disease']}" for one in wall
        ],
        "AUC of inferior segments": [number(one["auc"], 3) for one in wall],
    }
    return [
        _row(["", *[name for name, _ in columns]]),
        _row(["---", *["---:"] * len(columns)]),
        *[_row([name, *cells]) for name, cells in rows.items()],
    ]


def _bias(by_state: dict[str, list[float]] | None, state: str, n: int) -> str:
    return number(None if by_state is None else by_state[state][n], 1, signed=True)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
