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


@dataclass(frozen=True)
class Unread:
    """One study of which an image has no values: no ventricle was found in it, or the model refused its source."""

    patient: str
    kind: str
    state: str
    reason: str


@dataclass(frozen=True, eq=False)
class MeasuredPatient:
    """One patient of Measured: values[kind] is [state, segment], NaN in what could not be read.

    ventricles[kind][state] is where values were read.
    """

    patient_id: str
    sex: str
    territories: tuple[str, ...]
    truth: Values | None
    values: dict[str, Values]
    ventricles: Mapping[str, Mapping[str, LeftVentricle]]
    unread: tuple[Unread, ...]


@dataclass(frozen=True, eq=False)
class Measured:
    """images[kind]: per cent of each image's own robust maximum, float64 [patient, state, segment]; as STATES.

    Kinds: spect (uncorrected), chang, ctac, virtual_pet, pet, ideal: those that the patients have. A study that is in
    `unread` is NaN; PET has none of those. sex, territories: of each patient; truth: None if the cohort has none (only
    simulated ones do). doubted: how many images of a kind have a ventricle whose position a person should check.
    left_out: patients without any values, and why.
    """

    patients: tuple[str, ...]
    sex: tuple[str, ...]
    territories: tuple[tuple[str, ...], ...]
    images: dict[str, Values]
    truth: Values | None
    doubted: dict[str, int]
    left_out: dict[str, str]
    unread: tuple[Unread, ...] = ()

    def only(self, wanted: Sequence[bool] | NDArray[np.bool_]) -> Measured:
        """The patients that `wanted` [patient] keeps; `doubted` and `left_out` go on telling of all."""
        keep = np.asarray(wanted, dtype=bool)
        patients = tuple(one for one, kept in zip(self.patients, keep, strict=True) if kept)
        return replace(
            self,
            patients=patients,
            sex=tuple(one for one, kept in zip(self.sex, keep, strict=True) if kept),
            territories=tuple(one for one, kept in zip(self.territories, keep, strict=True) if kept),
            images={kind: values[keep] for kind, values in self.images.items()},
            truth=None if self.truth is None else self.truth[keep],
            unread=tuple(one for one in self.unread if one.patient in patients),
        )

    @property
    def complete(self) -> NDArray[np.bool_]:
        """[patient]: every image of his could be read."""
        return np.all([np.isfinite(values).all(axis=(1, 2)) for values in self.images.values()], axis=0)

    def completely(self) -> Measured:
        """Only patients of whom every image could be read; the others are left out, with the reason."""
        reasons = {one.patient: f"{one.kind}, {one.state}: {one.reason}" for one in reversed(self.unread)}
        return replace(self.only(self.complete), left_out={**self.left_out, **reasons})


def measure(
    folders: Sequence[Path], *, translate: Callable[[Volume], Volume] | None, truth: dict[str, Any] | None
) -> Measured:
    """Measures every patient of the folders, in their order, and the virtual PET that `translate` makes of his SPECT.

    truth: `truth.json` of the cohort. A patient whose PET shows no ventricle is left out and named with the reason;
    what else cannot be read, or is refused by `translate`, is `unread`. Raises what read_images raises.
    """
    measured, left_out = [], {}
    for folder in folders:
        patient = read_images(folder, truth=truth)
        refused: dict[str, dict[str, str]] = {}
        if translate is not None:
            made: dict[str, Volume] = {}
            for state in STATES:
                try:
                    made[state] = translate(patient.images["spect"][state])
                except NotTranslatable as problem:
                    refused.setdefault("virtual_pet", {})[state] = str(problem)
            patient = replace(patient, images={**patient.images, "virtual_pet": made})
        try:
            measured.append(measure_patient(patient, refused=refused))
        except VentricleNotFound as problem:
            left_out[patient.patient_id] = str(problem)
    return together(measured, left_out=left_out)


def measure_patient(
    patient: PatientImages, *, refused: Mapping[str, Mapping[str, str]] | None = None
) -> MeasuredPatient:
    """refused[kind][state]: why that image was not made; `patient` has it not.

    Raises VentricleNotFound if PET, which all is compared with, shows none.
    """
    reasons = {kind: dict(by_state) for kind, by_state in (refused or {}).items()}
    ventricles: dict[str, dict[str, LeftVentricle]] = {kind: {} for kind in patient.images}
    values = {kind: np.full((len(STATES), 17), np.nan) for kind in patient.images}
    for kind, by_state in patient.images.items():
        for n, state in enumerate(STATES):
            if state not in by_state:
                continue
            try:
                found = find_left_ventricle(by_state[state])
            except VentricleNotFound as problem:
                if kind == "pet":
                    raise
                reasons.setdefault(kind, {})[state] = str(problem)
                continue
            ventricles[kind][state] = found
            values[kind][n] = _segments(by_state[state], found)
    return MeasuredPatient(
        patient.patient_id,
        patient.sex,
        patient.territories,
        patient.truth,
        values,
        ventricles,
        tuple(
            Unread(patient.patient_id, kind, state, reason)
            for kind, by_state in reasons.items()
            for state, reason in by_state.items()
        ),
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
        unread=tuple(unread for one in measured for unread in one.unread),
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
            *(_cell(columns[name].get(kind), (n, s, segment)) for kind in kinds),
        )
        for name, one in sets.items()
        for n, patient in enumerate(one.patients)
        for s, state in enumerate(STATES)
        for segment in range(17)
    ]
    return csv_text(("set", "patient", "sex", "territories", "state", "segment", *kinds), rows)


def _cell(values: Values | None, at: tuple[int, int, int]) -> str:
    return "" if values is None or np.isnan(values[at]) else f"{values[at]:.2f}"


def _segments(volume: Volume, ventricle: LeftVentricle) -> Values:
    return segment_values(polar_map(neutral_volume(volume, ventricle)))
