"""The short report that a model carries on its card: agreement with PET and with the truth, and a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from inference.evaluation.images import LABELS, Values
from inference.evaluation.segments import Measured
from inference.heart.segments import INFERIOR, SEGMENT_NAMES
from inference.physics.patient import STATES

ABNORMAL_BELOW = 70.0
_INFERIOR = [segment - 1 for segment in INFERIOR]
_SHOWN = ("spect", "ctac", "virtual_pet")


def agreement(measured: Measured) -> dict[str, Any]:
    """Everything that the card and the table state, ready for JSON.

    Bias and error are in points of per cent of the maximum. Inferior segments are 4, 10 and 15, an image calls one
    abnormal below 70 %. "over_called": normal in PET, abnormal in the image. "missed": abnormal in PET (or in truth),
    not in the image; for virtual PET that is a defect filled in.
    """
    images = {kind: measured.images[kind] for kind in _SHOWN if kind in measured.images}
    pet, truth = measured.images["pet"], measured.truth
    return {
        "patients": len(measured.patients),
        "abnormal_below": ABNORMAL_BELOW,
        "ventricle_position_doubted": measured.doubted,
        "against_pet": _all_against(images, pet),
        "against_truth": {} if truth is None else _all_against({**images, "pet": pet}, truth),
    }


def _all_against(images: dict[str, Values], reference: Values) -> dict[str, Any]:
    return {kind: _against(values, reference) for kind, values in images.items()}


def _against(values: Values, reference: Values) -> dict[str, Any]:
    error = values - reference
    called, present = values[..., _INFERIOR] < ABNORMAL_BELOW, reference[..., _INFERIOR] < ABNORMAL_BELOW
    return {
        "bias": {
            state: [round(float(v), 1) for v in error[:, n].mean(axis=0)] for n, state in enumerate(STATES)
        },
        "segment_mae": round(float(np.abs(error).mean()), 2),
        "correlation": _correlation(values, reference),
        "inferior": {
            "bias": round(float(error[..., _INFERIOR].mean()), 1),
            "normal": int((~present).sum()),
            "over_called": int((called & ~present).sum()),
            "abnormal": int(present.sum()),
            "patients_with_abnormal": int(present.any(axis=(1, 2)).sum()),
            "missed": int((present & ~called).sum()),
        },
    }


def _correlation(values: Values, reference: Values) -> float | None:
    """Pearson's, over all segments; None where one side does not vary."""
    if np.ptp(values) == 0 or np.ptp(reference) == 0:
        return None
    return round(float(np.corrcoef(values.ravel(), reference.ravel())[0, 1]), 3)


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
        biases = [f"{images[kind]['bias'][state][n]:+.1f}" for kind in images for state in STATES]
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
    inferior = [found["inferior"] for _, found in columns]
    rows = {
        "mean absolute error of 17 segments": [f"{found['segment_mae']:.2f}" for _, found in columns],
        "correlation": [_number(found["correlation"]) for _, found in columns],
        "bias of inferior segments (4, 10, 15)": [f"{one['bias']:+.1f}" for one in inferior],
        f"inferior segments over-called (< {below})": [
            f"{one['over_called']} of {one['normal']}" for one in inferior
        ],
        f"inferior defects (< {below}) missed": [f"{one['missed']} of {one['abnormal']}" for one in inferior],
    }
    return [
        _row(["", *[name for name, _ in columns]]),
        _row(["---", *["---:"] * len(columns)]),
        *[_row([name, *cells]) for name, cells in rows.items()],
    ]


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
