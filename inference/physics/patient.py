"""One simulated patient as plain numbers: a few hundred bytes of JSON from which every image follows."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

Sex = Literal["M", "F"]
State = Literal["stress", "rest"]
Territory = Literal["LAD", "RCA", "LCX"]
Triple = tuple[float, float, float]

STATES: tuple[State, State] = ("stress", "rest")

# Where a lesion of a territory may sit: its angle in degrees from anterior towards the septum, and its height
# on the long axis (0 base, 1 apex). Standard AHA territories, which real coronaries only approximate.
_SITE_OF_LESION: dict[Territory, tuple[tuple[float, float], tuple[float, float]]] = {
    "LAD": ((-10.0, 60.0), (0.35, 1.0)),
    "RCA": ((150.0, 210.0), (0.1, 0.7)),
    "LCX": ((230.0, 300.0), (0.1, 0.7)),
}
# Wider bodies would be cut by the 410 mm field of view.
_WIDEST_HALF_BODY_MM = 195.0


@dataclass(frozen=True)
class Breast:
    thickness_mm: float
    x_mm: float
    z_mm: float
    radius_mm: float


@dataclass(frozen=True)
class Torso:
    """The body round the heart.

    `dome_mm` is the height of the left diaphragm, behind and beside the heart, above the inferior wall: more
    than anything else it decides how many of that wall's photons are lost.
    """

    half_width_mm: float
    half_depth_mm: float
    dome_mm: float
    right_dome_mm: float
    lung_density: float
    breast: Breast | None


@dataclass(frozen=True)
class Ventricle:
    """Left ventricle: centre of its long axis, the axis' direction, and its end-diastolic size."""

    centre_mm: Triple
    azimuth_deg: float
    elevation_deg: float
    roll_deg: float
    length_mm: float
    radius_mm: float
    wall_mm: float


@dataclass(frozen=True)
class Lesion:
    """Smooth loss of perfusion round (theta, height); `stress` and `rest`: fractions lost in its middle."""

    territory: Territory
    theta_deg: float
    half_width_deg: float
    height: float
    half_height: float
    stress: float
    rest: float


@dataclass(frozen=True)
class Study:
    """What differs between stress and rest. Activities are relative to normally perfused myocardium."""

    background: float
    lung: float
    spleen: float
    right_ventricle: float
    spect_liver: float
    spect_gut: float
    spect_blood: float
    spect_counts: float
    spect_breathing_mm: float
    pet_liver: float
    pet_blood: float
    pet_breathing_mm: float
    unevenness: tuple[float, ...]
    operator_tilt_deg: Triple
    operator_shift_mm: Triple
    spect_table_mm: Triple
    pet_table_mm: Triple


@dataclass(frozen=True)
class Patient:
    sex: Sex
    body_mass_index: float
    torso: Torso
    ventricle: Ventricle
    lesions: tuple[Lesion, ...]
    stress: Study
    rest: Study

    def study(self, state: State) -> Study:
        return self.stress if state == "stress" else self.rest

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def sample_patient(rng: np.random.Generator, *, sex: Sex, territories: Sequence[Territory] = ()) -> Patient:
    """Draw a patient with one lesion in each of `territories`; none means normal perfusion.

    The dome's height was tuned to published ratios of inferior to anterior uptake in uncorrected SPECT (men
    about 0.8, women about 0.95); the pattern over segments was not.
    """
    bmi = float(np.clip(rng.normal(24.5, 3.5), 18.0, 36.0))
    girth = math.sqrt(bmi / 24.5)
    torso = _sample_torso(rng, sex=sex, girth=girth)
    return Patient(
        sex=sex,
        body_mass_index=bmi,
        torso=torso,
        ventricle=_sample_ventricle(rng, sex=sex, half_depth_mm=torso.half_depth_mm),
        lesions=tuple(_sample_lesion(rng, territory) for territory in territories),
        stress=_sample_study(rng, state="stress"),
        rest=_sample_study(rng, state="rest"),
    )


def _sample_torso(rng: np.random.Generator, *, sex: Sex, girth: float) -> Torso:
    man = sex == "M"
    half_width = min(_WIDEST_HALF_BODY_MM, rng.uniform(160, 180) * girth * (1.0 if man else 0.93))
    half_depth = rng.uniform(108, 122) * girth * (1.0 if man else 0.95)
    dome = float(rng.normal(44 if man else 30, 10))
    breast = None
    if not man:
        thickness = float(np.clip(rng.normal(32, 12) * girth, 10, 65))
        breast = Breast(thickness, rng.uniform(55, 90), rng.uniform(-30, 35), rng.uniform(50, 75))
    return Torso(
        half_width_mm=half_width,
        half_depth_mm=half_depth,
        dome_mm=dome,
        right_dome_mm=dome + rng.uniform(5, 20),
        lung_density=rng.uniform(0.8, 1.25),
        breast=breast,
    )


def _sample_ventricle(rng: np.random.Generator, *, sex: Sex, half_depth_mm: float) -> Ventricle:
    size = float(np.clip((1.0 if sex == "M" else 0.9) * rng.normal(1, 0.09), 0.8, 1.25))
    return Ventricle(
        centre_mm=(rng.uniform(25, 48), -half_depth_mm + rng.uniform(62, 80), rng.uniform(-8, 8)),
        azimuth_deg=rng.normal(45, 8),
        elevation_deg=rng.normal(25, 7),
        roll_deg=rng.normal(0, 6),
        length_mm=rng.uniform(78, 90) * size,
        radius_mm=rng.uniform(31, 35) * size,
        wall_mm=rng.uniform(9.5, 11.5),
    )


def _sample_lesion(rng: np.random.Generator, territory: Territory) -> Lesion:
    angles, heights = _SITE_OF_LESION[territory]
    loss = rng.uniform(0.35, 0.9)
    # Ischaemia recovers at rest, a scar stays, and a quarter are both.
    kept = (0.0, rng.uniform(0.3, 0.8), 1.0)[rng.choice(3, p=[0.45, 0.25, 0.3])]
    return Lesion(
        territory=territory,
        theta_deg=rng.uniform(*angles),
        half_width_deg=rng.uniform(28, 62),
        height=rng.uniform(*heights),
        half_height=rng.uniform(0.2, 0.45),
        stress=loss,
        rest=loss * kept,
    )


def _sample_study(rng: np.random.Generator, *, state: State) -> Study:
    # Exercise or vasodilators take blood, and so tracer, from liver and gut.
    splanchnic = 0.7 if state == "stress" else 1.0
    median_counts = 3.2e6 if state == "stress" else 4.5e6
    return Study(
        background=rng.uniform(0.04, 0.08),
        lung=rng.uniform(0.04, 0.1),
        spleen=rng.uniform(0.2, 0.5),
        right_ventricle=rng.uniform(0.2, 0.4),
        spect_liver=rng.uniform(0.3, 0.95) * _retained(rng) * splanchnic,
        spect_gut=rng.uniform(0.05, 0.9) * _retained(rng) * splanchnic,
        spect_blood=rng.uniform(0.06, 0.13),
        spect_counts=float(rng.lognormal(math.log(median_counts), 0.3)),
        spect_breathing_mm=rng.uniform(4, 12),
        pet_liver=rng.uniform(0.35, 0.75),
        pet_blood=rng.uniform(0.08, 0.2),
        pet_breathing_mm=rng.uniform(3, 10),
        unevenness=tuple(float(value) for value in rng.normal(0, 0.02, 6)),
        operator_tilt_deg=_triple(rng, 2.0),
        operator_shift_mm=_triple(rng, 1.5),
        spect_table_mm=_triple(rng, 8.0),
        pet_table_mm=_triple(rng, 8.0),
    )


def _retained(rng: np.random.Generator) -> float:
    """How many times the usual an organ of digestion holds; in one study of seven it outshines the heart."""
    return rng.uniform(1.2, 2.4) if rng.random() < 1 / 7 else 1.0


def _triple(rng: np.random.Generator, spread: float) -> Triple:
    first, second, third = (float(value) for value in rng.normal(0, spread, 3))
    return first, second, third
