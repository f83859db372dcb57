"""Segment values of every image of the same patients, each found and sampled on its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.images import PatientImages, Values, read_images
from inference.evaluation.writing import csv_text
from inference.heart.neutral import neutral_volume
from inference.heart.polar import polar_map
from inference.heart.segments import segment_values
from inference.heart.ventricle import LeftVentricle, VentricleNotFound, find_left_ventricle
from inference.physics.patient import STATES
from inference.translation.task import NotTranslatable
from inference.volume import Volume

# Reports rest on values as the CSV prints them, so that whoever starts from the CSV gets the same report.
DECIMALS = 2


@dataclass(frozen=True, eq=False)
class MeasuredPatient:
    """One patient of Measured: values[kind] is [state, segment]; ventricles[kind][state] is where they were read."""

    patient_id: str
    sex: str
    territories: tuple[str, ...]
    truth: Values | None
    values: dict[str, Values]
    ventricles: Mapping[str, Mapping[str, LeftVentricle]]


@dataclass(frozen=True, eq=False)
class Measured:
    """images[kind]: per cent of each image's own robust maximum, float64 [patient, state, segment]; as STATES.

    Kinds: spect (uncorrected), chang, ctac, virtual_pet, pet, ideal: those that the patients have. sex, territories:
    of each patient; truth: None if the cohort has none (only simulated ones do). doubted: how many images of a
    kind have a ventricle whose position a person should check. left_out: patients without values, and why.
    """

    patients: tuple[str, ...]
    sex: tuple[str, ...]
    territories: tuple[tuple[str, ...], ...]
    images: dict[str, Values]
    truth: Values | None
    doubted: dict[str, int]
    left_out: dict[str, str]

    def only(self, wanted: Sequence[bool] | NDArray[np.bool_]) -> Measured:
        """The patients that `wanted` [patient] keeps; `doubted` and `left_out` go on telling of all."""
        keep = np.asarray(wanted, dtype=bool)
        return replace(
            self,
            patients=tuple(one for one, kept in zip(self.patients, keep, strict=True) if kept),
            sex=tuple(one for one, kept in zip(self.sex, keep, strict=True) if kept),
            territories=tuple(one for one, kept in zip(self.territories, keep, strict=True) if kept),
            images={kind: values[keep] for kind, values in self.images.items()},
            truth=None if self.truth is None else self.truth[keep],
        )


def measure(
    folders: Sequence[Path], *, translate: Callable[[Volume], Volume] | None, truth: dict[str, Any] | None
) -> Measured:
    """Measures every patient of the folders, in their order, and the virtual PET that `translate` makes of his SPECT.

    truth: `truth.json` of the cohort. A patient without a ventricle, or whom `translate` refuses, is left out and named
    with the reason. Raises what read_images raises.
    """
    measured, left_out = [], {}
    for folder in folders:
        patient = read_images(folder, truth=truth)
        try:
            if translate is not None:
                made: dict[str, Volume] = {
                    state: translate(patient.images["spect"][state]) for state in STATES
                }
                patient = replace(patient, images={**patient.images, "virtual_pet": made})
            measured.append(measure_patient(patient))
        except (NotTranslatable, VentricleNotFound) as problem:
            left_out[patient.patient_id] = str(problem)
    return together(measured, left_out=left_out)


def measure_patient(patient: PatientImages) -> MeasuredPatient:
    """Raises VentricleNotFound if one image shows none."""
    ventricles: dict[str, dict[str, LeftVentricle]] = {
        kind: {state: find_left_ventricle(by_state[state]) for state in STATES}
        for kind, by_state in patient.images.items()
    }
    values = {
        kind: np.stack([_segments(by_state[state], ventricles[kind][state]) for state in STATES])
        for kind, by_state in patient.images.items()
    }
    return MeasuredPatient(
        patient.patient_id, patient.sex, patient.territories, patient.truth, values, ventricles
    )


def together(measured: Sequence[MeasuredPatient], *, left_out: dict[str, str]) -> Measured:
    """Only kinds that all patients have. Raises ValueError if nobody was measured."""
    if not measured:
        reasons = "; ".join(f"{patient}: {reason}" for patient, reason in left_out.items())
        raise ValueError(f"no patient could be measured: {reasons or 'there are none'}")
    kinds = [kind for kind in measured[0].values if all(kind in one.values for one in measured)]
    truths = [one.truth for one in measured if one.truth is not None]
    return Measured(
        patients=tuple(one.patient_id for one in measured),
        sex=tuple(one.sex for one in measured),
        territories=tuple(one.territories for one in measured),
        images={kind: np.stack([one.values[kind] for one in measured]).round(DECIMALS) for kind in kinds},
        truth=np.stack(truths).round(DECIMALS) if len(truths) == len(measured) else None,
        doubted={
            kind: sum(bool(found.flags) for one in measured for found in one.ventricles[kind].values())
            for kind in kinds
        },
        left_out=dict(left_out),
    )


def made_by(cohort: Path) -> dict[str, Any]:
    """Seed, sites, mix and version of a simulated cohort; nothing for patients from elsewhere."""
    try:
        found: dict[str, Any] = json.loads((cohort / ".cohort.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def values_csv(sets: Mapping[str, Measured]) -> str:
    """One row for each set, patient, state and segment, one column for each kind; per cent of the maximum."""
    columns = {
        name: one.images if one.truth is None else {**one.images, "truth": one.truth}
        for name, one in sets.items()
    }
    kinds = list(dict.fromkeys(kind for images in columns.values() for kind in images))
    rows = [
        (
            *(name, patient, one.sex[n], "+".join(one.territories[n]), state, segment + 1),
            *(f"{columns[name][kind][n, s, segment]:.2f}" if kind in columns[name] else "" for kind in kinds),
        )
        for name, one in sets.items()
        for n, patient in enumerate(one.patients)
        for s, state in enumerate(STATES)
        for segment in range(17)
    ]
    return csv_text(("set", "patient", "sex", "territories", "state", "segment", *kinds), rows)


def _segments(volume: Volume, ventricle: LeftVentricle) -> Values:
    return segment_values(polar_map(neutral_volume(volume, ventricle)))
