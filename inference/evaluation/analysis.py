"""From segment values to every number of the report on the heart: one set of patients at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from inference.evaluation.association import association
from inference.evaluation.detection import ABNORMAL_BELOW, columns, detection
from inference.evaluation.differences import (
    against_rival,
    differences,
    equivalent_segments,
    least_squares_scaled,
)
from inference.evaluation.images import Values
from inference.evaluation.scoring import scored
from inference.evaluation.segments import Measured
from inference.evaluation.statistics import correlation, resampled
from inference.evaluation.uncertainty import calibration
from inference.evaluation.voxels import mean_likeness
from inference.heart.segments import INFERIOR


@dataclass(frozen=True, eq=False)
class HeartSet:
    """Patients measured together. likeness[kind]: voxels.likeness to PET, one dict a patient, both states' mean.

    members: {kind of a virtual PET: kinds of its members}, which are measured but not in `measured.images`.
    """

    measured: Measured
    members: Mapping[str, Mapping[str, Values]]
    likeness: Mapping[str, list[dict[str, float]]]


def references(measured: Measured) -> dict[str, Values]:
    """What an image can be compared with: PET, and the simulated truth if there is one."""
    pet = {"pet": measured.images["pet"]}
    return pet if measured.truth is None else {**pet, "truth": measured.truth}


def analysed(found: HeartSet) -> dict[str, Any]:
    """All tables of one set, against PET and against the truth; at least two patients."""
    measured = found.measured
    weights = resampled(len(measured.patients))
    against = {}
    for name, reference in references(measured).items():
        images = {kind: values for kind, values in measured.images.items() if kind != name}
        one = {
            kind: differences(values, reference, scaled=name == "truth", weights=weights)
            for kind, values in images.items()
        }
        against[name] = {
            "detection": detection(images, reference, territories=measured.territories, weights=weights),
            "differences": one,
            "less_ctac": {
                kind: against_rival(one[kind], one["ctac"], weights=weights)
                for kind in images
                if "ctac" in images and kind != "ctac"
            },
            "association": {
                kind: association(values, reference, weights=weights) for kind, values in images.items()
            },
            "uncertainty": {
                kind: calibration(list(members.values()), images[kind], reference, weights=weights)
                for kind, members in found.members.items()
                if len(members) > 1
            },
        }
    pet = measured.images["pet"]
    return {
        "patients": len(measured.patients),
        "women": sum(sex == "F" for sex in measured.sex),
        "diseased": sum(bool(territories) for territories in measured.territories),
        "doubted": measured.doubted,
        "left_out": measured.left_out,
        "against": against,
        "scores": scored({kind: v for kind, v in measured.images.items() if kind != "pet"}, pet),
        "likeness": mean_likeness(found.likeness),
        "members": {
            kind: {member: summary(measured, values) for member, values in members.items()}
            for kind, members in found.members.items()
        },
        "ensembles": {kind: summary(measured, measured.images[kind]) for kind in found.members},
        "sexes": _by_sex(measured),
    }


def _by_sex(measured: Measured) -> dict[str, Any]:
    parts = {sex: measured.only([one == sex for one in measured.sex]) for sex in ("F", "M")}
    return {sex: summaries(part) for sex, part in parts.items() if len(part.patients) > 1}


def summaries(measured: Measured) -> dict[str, Any]:
    """{kind: summary} of every image but PET."""
    return {kind: summary(measured, values) for kind, values in measured.images.items() if kind != "pet"}


def summary(measured: Measured, values: Values) -> dict[str, Any]:
    """The few numbers that tables of members, sexes and shifts show, for one image's values of the same patients.

    missed, of, false, of_normal: inferior segments against PET, false ones in patients without RCA disease.
    """
    pet, truth = measured.images["pet"], measured.truth
    inferior = columns(INFERIOR)
    present, called = pet[..., inferior] < ABNORMAL_BELOW, values[..., inferior] < ABNORMAL_BELOW
    free = np.array(["RCA" not in territories for territories in measured.territories], dtype=bool)
    error = values - pet
    found: dict[str, Any] = {
        "patients": len(pet),
        "missed": int((present & ~called).sum()),
        "of": int(present.sum()),
        "false": int((called & ~present)[free].sum()),
        "of_normal": int((~present)[free].sum()),
        "inferior_bias": float(error[..., inferior].mean()),
        "mae_pet": float(np.abs(error).mean()),
        "mae_pet_scaled": float(np.abs(least_squares_scaled(values, pet) - pet).mean()),
        "equivalent": equivalent_segments(error),
    }
    if truth is None:
        return found
    present = truth[..., inferior] < ABNORMAL_BELOW
    return {
        **found,
        "missed_truth": int((present & ~called).sum()),
        "of_truth": int(present.sum()),
        "mae_truth_scaled": float(np.abs(least_squares_scaled(values, truth) - truth).mean()),
        "correlation_truth": correlation(values, truth),
    }


def joined(sets: Sequence[HeartSet]) -> HeartSet:
    """The patients of several sets as one, with the kinds that all of them have."""
    parts = [one.measured for one in sets]
    kinds = [kind for kind in parts[0].images if all(kind in part.images for part in parts)]
    truths = [part.truth for part in parts if part.truth is not None]
    first = parts[0]
    measured = replace(
        first,
        patients=tuple(patient for part in parts for patient in part.patients),
        sex=tuple(sex for part in parts for sex in part.sex),
        territories=tuple(territories for part in parts for territories in part.territories),
        images={kind: np.concatenate([part.images[kind] for part in parts]) for kind in kinds},
        truth=np.concatenate(truths) if len(truths) == len(parts) else None,
        doubted={kind: sum(part.doubted[kind] for part in parts) for kind in kinds},
        left_out={patient: reason for part in parts for patient, reason in part.left_out.items()},
    )
    return HeartSet(
        measured,
        members={
            kind: {member: np.concatenate([one.members[kind][member] for one in sets]) for member in members}
            for kind, members in sets[0].members.items()
        },
        likeness={
            kind: [one for part in sets for one in part.likeness[kind]]
            for kind in sets[0].likeness
            if all(kind in part.likeness for part in sets)
        },
    )
