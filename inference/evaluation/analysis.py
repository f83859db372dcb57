"""From segment values to every number of the report on the heart: one set of patients at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from inference.evaluation.association import association
from inference.evaluation.comparisons import compared
from inference.evaluation.detection import (
    ABNORMAL_BELOW,
    RIVAL,
    Called,
    detection,
    inferior,
    without_disease,
)
from inference.evaluation.differences import differences, equivalent_segments, least_squares_scaled
from inference.evaluation.images import NAMES, SEXES, VIRTUAL, Values
from inference.evaluation.scoring import scored
from inference.evaluation.segments import Measured
from inference.evaluation.statistics import Flags, correlation, resampled
from inference.evaluation.uncertainty import calibration
from inference.evaluation.voxels import mean_likeness
from inference.physics.patient import STATES


@dataclass(frozen=True, eq=False)
class HeartSet:
    """Patients measured together. likeness[kind]: voxels.likeness to PET, one dict a patient, both states' mean.

    members: {kind of a virtual PET: kinds of its members}, which are measured but not in `measured.images`.
    """

    measured: Measured
    members: Mapping[str, Mapping[str, Values]]
    likeness: Mapping[str, list[dict[str, float]]]

    @property
    def readable(self) -> Flags:
        """[patient]: every image of his could be read, those of single members too."""
        alone = [values for members in self.members.values() for values in members.values()]
        return np.all([self.measured.complete, *(np.isfinite(one).all(axis=(1, 2)) for one in alone)], axis=0)


def references(measured: Measured) -> dict[str, Values]:
    """What an image can be compared with: PET, and the simulated truth if there is one."""
    pet = {"pet": measured.images["pet"]}
    return pet if measured.truth is None else {**pet, "truth": measured.truth}


def analysed(found: HeartSet) -> dict[str, Any]:
    """All tables of one set, against PET and against the truth; at least two patients of whom all could be read.

    Misses and false segments are of everybody; errors, equivalence, correlations, scores and uncertainty of those of
    whom every image could be read, so that all images are judged by the same patients.
    """
    everybody, readable = found.measured, found.readable
    measured = everybody.only(readable)
    if len(measured.patients) < 2:
        raise ValueError(
            "Fewer than two patients have images that could all be read: nothing can be said about them."
        )
    members = {
        kind: {member: values[readable] for member, values in of_kind.items()}
        for kind, of_kind in found.members.items()
    }
    weights, weights_readable = resampled(len(everybody.patients)), resampled(len(measured.patients))
    against = {}
    for name, reference in references(everybody).items():
        images = {kind: values for kind, values in everybody.images.items() if kind != name}
        read = {kind: values[readable] for kind, values in images.items()}
        those = reference[readable]
        against[name] = {
            "detection": detection(images, reference, territories=everybody.territories, weights=weights),
            "compared": compared(
                images,
                reference,
                pairs=_pairs(images),
                readable=readable,
                territories=everybody.territories,
                weights=weights,
                weights_readable=weights_readable,
            ),
            "differences": {
                kind: differences(values, those, scaled=name == "truth", weights=weights_readable)
                for kind, values in read.items()
            },
            "association": {
                kind: association(values, those, weights=weights_readable) for kind, values in read.items()
            },
            "uncertainty": {
                kind: calibration(
                    list(alone.values()), read[kind], those, weights=weights_readable, against=NAMES[name]
                )
                for kind, alone in members.items()
                if len(alone) > 1
            },
        }
    pet = measured.images["pet"]
    return {
        "patients": len(everybody.patients),
        "patients_readable": len(measured.patients),
        "women": sum(sex == "F" for sex in everybody.sex),
        "diseased": sum(bool(territories) for territories in everybody.territories),
        "doubted": everybody.doubted,
        "left_out": everybody.left_out,
        "refused": refused(everybody),
        "unread": _unread(everybody),
        "against": against,
        "scores": scored({kind: v for kind, v in measured.images.items() if kind != "pet"}, pet),
        "likeness": mean_likeness(found.likeness),
        "members": {
            kind: {
                member: summary(everybody, values, readable=readable) for member, values in of_kind.items()
            }
            for kind, of_kind in found.members.items()
        },
        "ensembles": {
            kind: summary(everybody, everybody.images[kind], readable=readable) for kind in found.members
        },
        "sexes": _by_sex(everybody),
        "missed_in_sexes": _missed_in_sexes(everybody),
    }


def _pairs(images: Mapping[str, Values]) -> list[tuple[str, str]]:
    """Every image beside CTAC, and each virtual PET beside the others that a hospital may have."""
    made = [kind for kind in images if is_virtual(kind)]
    with_rival = [(kind, RIVAL) for kind in images if kind != RIVAL] if RIVAL in images else []
    return [
        *with_rival,
        *((kind, rival) for kind in made for rival in ("spect", "chang") if rival in images),
        *((made[0], other) for other in made[1:]),
    ]


def is_virtual(kind: str) -> bool:
    return kind.startswith(VIRTUAL)


def refused(measured: Measured) -> dict[str, dict[str, int]]:
    """{kind: {"patients", "studies"}} that have no values of it; of every image but PET."""
    return {
        kind: {
            "patients": int(np.isnan(values).any(axis=(1, 2)).sum()),
            "studies": int(np.isnan(values).any(axis=2).sum()),
        }
        for kind, values in measured.images.items()
        if kind != "pet"
    }


def _unread(measured: Measured) -> list[dict[str, Any]]:
    """One dict a study of which an image has no values, with the inferior defects that PET shows in it."""
    return [
        {
            "patient": one.patient,
            "kind": one.kind,
            "state": one.state,
            "reason": one.reason,
            "sex": measured.sex[n],
            "territories": list(measured.territories[n]),
            "inferior": int((inferior(measured.images["pet"])[n, s] < ABNORMAL_BELOW).sum()),
            "all": int((measured.images["pet"][n, s] < ABNORMAL_BELOW).sum()),
        }
        for one in measured.unread
        for n, s in [(measured.patients.index(one.patient), STATES.index(one.state))]
        if one.kind in measured.images
    ]


def _by_sex(measured: Measured) -> dict[str, Any]:
    parts = {sex: measured.only([one == sex for one in measured.sex]) for sex in SEXES}
    return {sex: summaries(part) for sex, part in parts.items() if part.complete.sum() > 1}


def _missed_in_sexes(measured: Measured) -> dict[str, Any]:
    """{sex: {reference: {rival: comparison}}}: inferior defects missed by virtual PET less those missed by another."""
    found: dict[str, Any] = {}
    rivals = [kind for kind in ("spect", RIVAL) if kind in measured.images]
    for sex in SEXES:
        part = measured.only([one == sex for one in measured.sex])
        readable = part.complete
        if VIRTUAL not in part.images or readable.sum() < 2:
            continue
        for name, reference in references(part).items():
            beside = compared(
                part.images,
                reference,
                pairs=[(VIRTUAL, rival) for rival in rivals],
                readable=readable,
                territories=part.territories,
                weights=resampled(len(part.patients)),
                weights_readable=resampled(int(readable.sum())),
            )[VIRTUAL]
            found.setdefault(sex, {})[name] = {rival: one["missed"] for rival, one in beside.items()}
    return found


def summaries(measured: Measured, *, readable: Flags | None = None) -> dict[str, Any]:
    """{kind: summary} of every image but PET; readable: of whom errors are, else of all of whom every image is read."""
    among = measured.complete if readable is None else readable
    return {
        kind: summary(measured, values, readable=among)
        for kind, values in measured.images.items()
        if kind != "pet"
    }


def summary(measured: Measured, values: Values, *, readable: Flags | None = None) -> dict[str, Any]:
    """The few numbers that tables of members, sexes and shifts show, for one image's values of the same patients.

    missed, of, false, of_normal: inferior segments against PET, what could not be read being missed; *_free: in
    patients without RCA disease. Bias, errors and correlation: of the patients that `readable` [patient] marks, or
    else of those that have values.
    """
    among = np.isfinite(values).all(axis=(1, 2)) if readable is None else readable
    pet = measured.images["pet"]
    free = without_disease(measured.territories)
    one = Called.of(inferior(values), inferior(pet))
    image, wanted = values[among], pet[among]
    error = image - wanted
    found: dict[str, Any] = {
        "patients": len(pet),
        "refused": int(np.isnan(values).any(axis=(1, 2)).sum()),
        "refused_studies": int(np.isnan(values).any(axis=2).sum()),
        "missed": int(one.missed.sum()),
        "of": int(one.positives.sum()),
        "false": int(one.false.sum()),
        "of_normal": int(one.negatives.sum()),
        "false_free": int(one.false[free].sum()),
        "of_normal_free": int(one.negatives[free].sum()),
    }
    if measured.truth is not None:
        one = Called.of(inferior(values), inferior(measured.truth))
        found |= {"missed_truth": int(one.missed.sum()), "of_truth": int(one.positives.sum())}
    if len(image) < 2:
        return found
    found |= {
        "inferior_bias": float(inferior(error).mean()),
        "mae_pet": float(np.abs(error).mean()),
        "mae_pet_scaled": float(np.abs(least_squares_scaled(image, wanted) - wanted).mean()),
        "equivalent": equivalent_segments(error),
    }
    if measured.truth is not None:
        truth = measured.truth[among]
        found |= {
            "mae_truth_scaled": float(np.abs(least_squares_scaled(image, truth) - truth).mean()),
            "correlation_truth": correlation(image, truth),
        }
    return found


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
        unread=tuple(one for part in parts for one in part.unread),
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
