"""Who is in a cohort: a function of its seed and a patient's number, whatever else is made in what order."""

from enum import IntEnum

import numpy as np

from inference.physics.patient import Patient, Sex, Territory, sample_patient

# Raise it when the same seed no longer gives the same patients: cohorts of two versions are never mixed.
VERSION = 1
# One dozen: a third normal, five with right coronary disease (what attenuation imitates), the rest elsewhere.
# Sex is drawn apart from disease, so that neither predicts the other.
_DISEASE: tuple[tuple[Territory, ...], ...] = (
    (),
    (),
    (),
    (),
    ("RCA",),
    ("RCA",),
    ("RCA",),
    ("RCA", "LAD"),
    ("RCA", "LCX"),
    ("LAD",),
    ("LAD",),
    ("LCX",),
)
_SEXES: tuple[Sex, ...] = ("M",) * 8 + ("F",) * 4


class Stream(IntEnum):
    """Separate random numbers for separate things: a new name must not change a photon."""

    PLAN = 0
    ANATOMY = 1
    NOISE = 2
    IDENTITY = 3


def stream(*, seed: int, index: int, of: Stream) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(of, index)))


def planned_patient(*, seed: int, index: int) -> Patient:
    """Patient `index` (from 0) of the cohort `seed`; every dozen holds the same mix in its own order."""
    dozen, place = divmod(index, len(_DISEASE))
    shuffle = stream(seed=seed, index=dozen, of=Stream.PLAN)
    territories = _DISEASE[shuffle.permutation(len(_DISEASE))[place]]
    sex = _SEXES[shuffle.permutation(len(_SEXES))[place]]
    return sample_patient(stream(seed=seed, index=index, of=Stream.ANATOMY), sex=sex, territories=territories)
