"""Who is in a cohort: a function of seed, options and a patient's number, whatever else is made in what order."""

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

import numpy as np

from inference.physics.camera import Camera
from inference.physics.patient import Patient, Sex, Territory, sample_patient

# Raise it when the same seed no longer gives the same patients: cohorts of two versions are never mixed.
VERSION = 2


class Mix(StrEnum):
    """Which disease a cohort holds. Sex is drawn apart from disease, so that neither predicts the other."""

    REFERRED = "referred"
    RCA = "rca"
    NORMAL = "normal"


class Shift(StrEnum):
    """One thing that differs from every hospital that a model was trained on."""

    ORBIT = "orbit"
    COUNTS = "counts"
    RESOLUTION = "resolution"
    DOME = "dome"


@dataclass(frozen=True)
class Options:
    """What a cohort is made of.

    sex: None for two thirds men. corrections: Chang's and SPECT/CT images too. gated: SPECT in frames of a beat too.
    """

    mix: Mix = Mix.REFERRED
    sex: Sex | None = None
    shift: Shift | None = None
    corrections: bool = False
    gated: bool = False


REFERRED = Options()

_NORMAL: tuple[Territory, ...] = ()
_RCA: tuple[Territory, ...] = ("RCA",)
_LAD: tuple[Territory, ...] = ("LAD",)
_LCX: tuple[Territory, ...] = ("LCX",)
# A dozen of each mix. Referred: a third normal, five with right coronary disease (what attenuation imitates), the
# rest elsewhere.
_DISEASE: dict[Mix, tuple[tuple[Territory, ...], ...]] = {
    Mix.REFERRED: (*[_NORMAL] * 4, *[_RCA] * 3, _RCA + _LAD, _RCA + _LCX, *[_LAD] * 2, _LCX),
    Mix.RCA: (*[_RCA] * 8, *[_RCA + _LAD] * 2, *[_RCA + _LCX] * 2),
    Mix.NORMAL: (_NORMAL,) * 12,
}
_SEXES: tuple[Sex, ...] = ("M",) * 8 + ("F",) * 4
# Beyond the largest orbit, resolution and dome of the cohorts' hospitals and people.
_SHIFTED_RADIUS_MM = 300.0
_SHIFTED_COUNTS = 0.5
_SHIFTED_HOLE_MM = 2.1
_SHIFTED_DOME_MM = 15.0


class Stream(IntEnum):
    """Separate random numbers for separate things: a new name must not change a photon."""

    PLAN = 0
    ANATOMY = 1
    NOISE = 2
    IDENTITY = 3
    CORRECTION = 4
    SCATTER_WINDOW = 5
    GATE = 6


def stream(*, seed: int, index: int, of: Stream) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(of, index)))


def planned_patient(*, seed: int, index: int, options: Options = REFERRED) -> Patient:
    """Patient `index` (from 0) of the cohort `seed`; every dozen holds the same mix in its own order."""
    disease = _DISEASE[options.mix]
    dozen, place = divmod(index, len(disease))
    shuffle = stream(seed=seed, index=dozen, of=Stream.PLAN)
    territories = disease[shuffle.permutation(len(disease))[place]]
    sex = _SEXES[shuffle.permutation(len(_SEXES))[place]]
    patient = sample_patient(
        stream(seed=seed, index=index, of=Stream.ANATOMY), sex=options.sex or sex, territories=territories
    )
    if options.shift is Shift.DOME:
        torso = patient.torso
        raised = replace(
            torso,
            dome_mm=torso.dome_mm + _SHIFTED_DOME_MM,
            right_dome_mm=torso.right_dome_mm + _SHIFTED_DOME_MM,
        )
        return replace(patient, torso=raised)
    return patient


def shifted(camera: Camera, shift: Shift | None) -> Camera:
    """The camera that a shifted cohort's hospital would have instead of its own."""
    match shift:
        case Shift.ORBIT:
            return replace(camera, radius_mm=_SHIFTED_RADIUS_MM)
        case Shift.COUNTS:
            return replace(camera, sensitivity=camera.sensitivity * _SHIFTED_COUNTS)
        case Shift.RESOLUTION:
            return replace(camera, hole_mm=_SHIFTED_HOLE_MM)
    return camera
