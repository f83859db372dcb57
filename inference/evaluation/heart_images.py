"""Virtual PET of test patients, measured beside every other image of theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from inference.evaluation.analysis import HeartSet
from inference.evaluation.images import PatientImages, read_images
from inference.evaluation.segments import MeasuredPatient, measure_patient, together
from inference.evaluation.voxels import METRICS, likeness
from inference.heart.ventricle import VentricleNotFound
from inference.physics.patient import STATES
from inference.translation.pairs import patient_folders, read_truth
from inference.translation.predict import Answers, Model, answers
from inference.translation.task import NotTranslatable
from inference.volume import Volume

_MEMBER = "#"


class NotEvaluable(ValueError):
    """What was given cannot be evaluated, in one sentence."""


@dataclass(frozen=True, eq=False)
class Maker:
    """A model under the name that its images have in the report; those of its members alone are KIND#1, KIND#2, …"""

    kind: str
    model: Model

    @property
    def members(self) -> list[str]:
        """None for a model of one network: that would be the model again."""
        count = len(self.model.members)
        return [f"{self.kind}{_MEMBER}{n}" for n in range(1, count + 1)] if count > 1 else []

    def made_of(self, spect: Volume) -> dict[str, Volume]:
        """What `translate` makes, and what it would make of each member alone. Raises NotTranslatable."""
        model = self.model
        refusal = model.task.refuse(None, spect)
        if refusal is not None:
            raise NotTranslatable(refusal)
        said = answers(model, spect)
        alone = [Answers(said.placed, said.members[n : n + 1]) for n in range(len(self.members))]
        return {
            kind: each.translation(model.contrast_exponent).image
            for kind, each in zip((self.kind, *self.members), (said, *alone), strict=True)
        }


def measured_set(
    cohort: Path,
    makers: Sequence[Maker],
    *,
    tell: Callable[[int, int], None],
    members: bool = True,
    only: tuple[str, ...] | None = None,
    sex: str | None = None,
) -> HeartSet:
    """Measures every patient of a cohort and what the makers make of his SPECT.

    members: measure also each network of an ensemble alone. only: of the images that the cohort has, these kinds.
    sex: only patients of it. A study that a model refuses, or in whose image no ventricle is found, has no values
    there and is named with the reason. Raises what read_images raises; NotEvaluable.
    """
    folders = patient_folders(cohort)
    if not folders:
        raise NotEvaluable(f"{cohort} holds no folders of patients below folders of sites")
    truth = read_truth(cohort)
    measured: list[MeasuredPatient] = []
    like: dict[str, list[dict[str, float]]] = defaultdict(list)
    left_out = {}
    for number, folder in enumerate(folders, start=1):
        patient = read_images(folder, truth=truth, only=only)
        if sex not in {None, patient.sex}:
            continue
        patient, refused = _with_virtual(patient, makers, members=members)
        try:
            one = measure_patient(patient, refused=refused)
        except VentricleNotFound as problem:
            left_out[patient.patient_id] = str(problem)
            continue
        finally:
            tell(number, len(folders))
        measured.append(one)
        if not one.unread:
            for kind, found in _likeness(patient, one).items():
                like[kind].append(found)
    every = together(measured, left_out=left_out)
    if len(every.patients) < 2:
        raise NotEvaluable(f"{cohort}: nothing can be said about fewer than two patients")
    apart = {member for maker in makers for member in maker.members}
    return HeartSet(
        replace(every, images={kind: values for kind, values in every.images.items() if kind not in apart}),
        members={
            maker.kind: {member: every.images[member] for member in maker.members}
            for maker in makers
            if members and maker.members
        },
        likeness=like,
    )


def _with_virtual(
    patient: PatientImages, makers: Sequence[Maker], *, members: bool
) -> tuple[PatientImages, dict[str, dict[str, str]]]:
    """The patient with what the makers make; and {kind: {state: why it was not made}}."""
    images: dict[str, Mapping[str, Volume]] = dict(patient.images)
    refused: dict[str, dict[str, str]] = {}
    for maker in makers:
        kinds = (maker.kind, *(maker.members if members else ()))
        made: dict[str, dict[str, Volume]] = {kind: {} for kind in kinds}
        for state in STATES:
            try:
                found = maker.made_of(patient.images["spect"][state])
            except NotTranslatable as problem:
                for kind in kinds:
                    refused.setdefault(kind, {})[state] = str(problem)
                continue
            for kind in kinds:
                made[kind][state] = found[kind]
        images |= made
    return replace(patient, images=images), refused


def _likeness(patient: PatientImages, measured: MeasuredPatient) -> dict[str, dict[str, float]]:
    found = {}
    for kind, by_state in patient.images.items():
        if kind in {"pet", "ideal"} or _MEMBER in kind:
            continue
        states = [
            likeness(
                by_state[state],
                measured.ventricles[kind][state],
                scanner=patient.images["spect"][state],
                pet=patient.images["pet"][state],
                pet_found=measured.ventricles["pet"][state],
            )
            for state in STATES
        ]
        found[kind] = {metric: float(np.mean([one[metric] for one in states])) for metric in METRICS}
    return found
