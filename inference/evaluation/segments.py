"""Segment values of SPECT, virtual PET and PET of the same patients, each found and sampled on its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.heart.neutral import neutral_volume
from inference.heart.polar import polar_map
from inference.heart.segments import segment_values
from inference.heart.ventricle import find_left_ventricle
from inference.translation.pairs import STATES, read_pairs
from inference.volume import Volume

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Measured:
    """Per cent of each image's own robust maximum, float64 [patient, state, segment]; states as in STATES.

    virtual_pet: None if no model was given; truth: None if the cohort has none (only simulated ones do).
    doubted: how many images of each kind have a ventricle whose position a person should check.
    """

    patients: tuple[str, ...]
    spect: Values
    pet: Values
    virtual_pet: Values | None
    truth: Values | None
    doubted: dict[str, int]


def measure(
    folders: Sequence[Path], *, translate: Callable[[Volume], Volume] | None, truth: dict[str, Any] | None
) -> Measured:
    """Measures every patient of the folders, in their order.

    truth: `truth.json` of the cohort. Raises Unreadable and ValueError as read_pairs does, VentricleNotFound, and
    KeyError for a patient whom the truth does not know.
    """
    columns: dict[str, list[list[Values]]] = {"spect": [], "pet": [], "virtual_pet": []}
    doubted = dict.fromkeys(columns, 0)
    patients = []
    for folder in folders:
        pairs = read_pairs(folder)
        patients.append(pairs.patient_id)
        images = {"spect": pairs.spect, "pet": pairs.pet}
        if translate is not None:
            images["virtual_pet"] = {state: translate(pairs.spect[state]) for state in STATES}
        for kind, by_state in images.items():
            measured = [_segments(by_state[state]) for state in STATES]
            columns[kind].append([values for values, _ in measured])
            doubted[kind] += sum(doubt for _, doubt in measured)
    return Measured(
        patients=tuple(patients),
        spect=np.array(columns["spect"]),
        pet=np.array(columns["pet"]),
        virtual_pet=np.array(columns["virtual_pet"]) if translate is not None else None,
        truth=None if truth is None else _true_values(truth, patients),
        doubted={kind: doubted[kind] for kind in columns if columns[kind]},
    )


def read_truth(cohort: Path) -> dict[str, Any] | None:
    """The ground truth beside a simulated cohort; None if there is none."""
    try:
        found: dict[str, Any] = json.loads((cohort / "truth.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return found


def _segments(volume: Volume) -> tuple[Values, bool]:
    ventricle = find_left_ventricle(volume)
    return segment_values(polar_map(neutral_volume(volume, ventricle))), bool(ventricle.flags)


def _true_values(truth: dict[str, Any], patients: list[str]) -> Values:
    return np.array(
        [[truth["patients"][patient]["true_segments"][state] for state in STATES] for patient in patients]
    )
