"""Simulated hearts that a finder of left ventricles gets wrong: hot neighbours, lost walls, off the middle.

Harder than a cohort on purpose. Bodies, counts and cameras are drawn as a cohort draws them; what is added, and how
often, is documented at each constant, so that a rate of errors can be read for what it is.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from inference.physics import spect
from inference.physics.anatomy import ATTENUATION, Array, build_anatomy
from inference.physics.camera import Camera
from inference.physics.patient import STATES, Lesion, Patient, Sex, State, Territory, Triple, sample_patient
from inference.physics.short_axis import VOXEL_MM, affine, as_operator_sees, reorient
from inference.physics.ventricle import coverage, frame_of, wall_and_cavity
from inference.volume import Kind, Volume

Defect = Literal["normal", "usual", "apical", "basal", "territory"]
Organ = Literal["none", "liver", "gut", "liver and gut"]

# Dense defects are over-represented: of a dozen referred patients, perhaps one is like the last three.
_DEFECTS: tuple[tuple[Defect, float], ...] = (
    ("normal", 0.15),
    ("usual", 0.35),
    ("apical", 0.2),
    ("basal", 0.2),
    ("territory", 0.1),
)
_ORGANS: tuple[tuple[Organ, float], ...] = (
    ("none", 0.5),
    ("liver", 0.2),
    ("gut", 0.2),
    ("liver and gut", 0.1),
)
_ACTIVITY = (0.8, 2.2)  # of an organ beside the heart, in units of normal muscle
_GAP_MM = (0.0, 14.0)  # between the inferior wall's outer surface and the organ
_OFF_CENTRE_SHARE, _OFF_CENTRE_MM = 0.33, 25.0
_TERRITORIES: tuple[Territory, ...] = ("LAD", "RCA", "LCX")
_MIDDLE_OF_TERRITORY = {"LAD": (25.0, 0.75), "RCA": (180.0, 0.45), "LCX": (265.0, 0.45)}


@dataclass(frozen=True)
class Neighbour:
    """An ellipsoid below the inferior wall: `activity` of normal muscle, `gap_mm` from the wall, place and radii.

    `along_mm` is towards the apex, `lateral_mm` towards the lateral wall, both from the ventricle's middle; radii
    along, across downwards and sideways.
    """

    activity: float
    gap_mm: float
    along_mm: float
    lateral_mm: float
    radii_mm: Triple


@dataclass(frozen=True)
class Setting:
    """What is added to one study of a patient."""

    organ: Organ
    neighbours: tuple[Neighbour, ...]
    off_centre_mm: Triple

    @property
    def activity(self) -> float:
        """Of the hottest organ added, in units of normal muscle; 0 if none was."""
        return max((one.activity for one in self.neighbours), default=0.0)


@dataclass(frozen=True)
class Subject:
    patient: Patient
    defect: Defect
    camera: Camera
    settings: dict[State, Setting]

    def as_json(self, state: State) -> dict[str, Any]:
        setting = self.settings[state]
        return {
            "defect": self.defect,
            "organ": setting.organ,
            "activity": round(setting.activity, 3),
            "off_centre_mm": round(float(np.linalg.norm(setting.off_centre_mm)), 1),
            "sex": self.patient.sex,
            "neighbours": [asdict(one) for one in setting.neighbours],
        }


def subject(*, seed: int, index: int) -> Subject:
    """Person `index`, whose two studies are two hearts for the finder."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(index,)))
    sexes: tuple[Sex, Sex] = ("M", "F")
    sex = sexes[int(rng.integers(2))]
    defect = _drawn(rng, _DEFECTS)
    territory = _TERRITORIES[int(rng.integers(3))]
    patient = sample_patient(rng, sex=sex, territories=(territory,) if defect == "usual" else ())
    if defect not in ("normal", "usual"):
        patient = replace(patient, lesions=(_dense(rng, defect, territory),))
    camera = Camera(
        radius_mm=rng.uniform(200, 260), sensitivity=rng.uniform(0.7, 1.3), post_filter_mm=rng.uniform(7, 11)
    )
    return Subject(patient, defect, camera, {state: _setting(rng) for state in STATES})


def _drawn(rng: np.random.Generator, table: tuple[tuple[Any, float], ...]) -> Any:
    return table[int(rng.choice(len(table), p=[share for _, share in table]))][0]


def _dense(rng: np.random.Generator, defect: Defect, territory: Territory) -> Lesion:
    loss = 0.9 if defect == "apical" else rng.uniform(0.7, 0.9)
    theta, height = _MIDDLE_OF_TERRITORY[territory]
    half_width, half_height = rng.uniform(55, 80), rng.uniform(0.5, 0.7)
    if defect == "apical":  # all round: no angle is far from its middle
        theta, half_width, height, half_height = 0.0, 1000.0, 1.0, rng.uniform(0.12, 0.3)
    elif defect == "basal":
        theta, half_width = rng.uniform(0, 360), rng.uniform(60, 130)
        height, half_height = 0.05, rng.uniform(0.25, 0.45)
    return Lesion(territory, theta, half_width, height, half_height, stress=loss, rest=loss)


def _setting(rng: np.random.Generator) -> Setting:
    organ: Organ = _drawn(rng, _ORGANS)
    neighbours = []
    if "liver" in organ:  # a lobe that reaches under the heart from the septal side
        radii = (rng.uniform(30, 50), rng.uniform(22, 40), rng.uniform(35, 55))
        neighbours.append(_beside(rng, (-30.0, 25.0), (-40.0, -5.0), radii))
    if "gut" in organ:  # a loop under the heart, or the stomach's wall under its lateral part
        radii = (rng.uniform(12, 28), rng.uniform(9, 18), rng.uniform(12, 35))
        neighbours.append(_beside(rng, (-30.0, 30.0), (-10.0, 35.0), radii))
    away = np.zeros(3)
    if rng.random() < _OFF_CENTRE_SHARE:
        direction = rng.normal(size=3)
        away = direction / np.linalg.norm(direction) * rng.uniform(5, _OFF_CENTRE_MM)
    return Setting(organ, tuple(neighbours), (float(away[0]), float(away[1]), float(away[2])))


def _beside(
    rng: np.random.Generator, along: tuple[float, float], lateral: tuple[float, float], radii: Triple
) -> Neighbour:
    return Neighbour(
        activity=rng.uniform(*_ACTIVITY),
        gap_mm=rng.uniform(*_GAP_MM),
        along_mm=rng.uniform(*along),
        lateral_mm=rng.uniform(*lateral),
        radii_mm=radii,
    )


@dataclass(frozen=True, eq=False)
class Heart:
    """An uncorrected SPECT of one state, and where its ventricle truly lies in it.

    apex_mm (middle of the apical wall), base_mm: x, y, z in mm of the short-axis frame, voxel (i, j, k) at
    (i, j, k) * spacing. radius_mm: from the axis to the middle of the wall at mid height. Means over a heart beat.
    """

    volume: Volume
    apex_mm: NDArray[np.float64]
    base_mm: NDArray[np.float64]
    radius_mm: float


def simulate(one: Subject, *, seed: int, index: int) -> dict[State, Heart]:
    """Both studies of a subject, about 1.5 CPU seconds; volumes [40, 64, 64] at 4 mm. Single-threaded if torch is."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(index, 1)))
    body, patient = spect.BODY, one.patient
    anatomy = build_anatomy(patient, side=body.side, slices=body.slices, voxel_mm=body.voxel_mm)
    activity = [anatomy.activity[state, "spect"] for state in STATES]
    attenuation = anatomy.attenuation["spect"]
    for place, state in enumerate(STATES):
        breathing = patient.study(state).spect_breathing_mm
        for neighbour in one.settings[state].neighbours:
            share = _occupied(patient, neighbour, breathing_mm=breathing)
            activity[place] = activity[place] * (1 - share) + neighbour.activity * share
            attenuation = np.maximum(attenuation, share * ATTENUATION["spect"].soft)
    acquired = spect.acquire(
        torch.from_numpy(np.stack(activity).astype(np.float32)),
        torch.from_numpy(attenuation.astype(np.float32)),
        counts=[patient.study(state).spect_counts for state in STATES],
        camera=one.camera,
        rng=rng,
    )
    images = spect.reconstruct(acquired)
    return {state: _reoriented(one, state, images[place : place + 1]) for place, state in enumerate(STATES)}


def _occupied(patient: Patient, neighbour: Neighbour, *, breathing_mm: float) -> Array:
    """Share of each voxel of the body that the organ fills; never the ventricle's own."""
    body, frame, ventricle = spect.BODY, frame_of(patient.ventricle), patient.ventricle
    axes = [
        (np.arange(n) - (n - 1) / 2) * step
        for n, step in (
            (body.slices, body.slice_mm),
            (body.side, body.voxel_mm),
            (body.side, body.voxel_mm),
        )
    ]
    z, y, x = np.meshgrid(*axes, indexing="ij", sparse=True)
    along, anterior, lateral = (
        (x - frame.centre_mm[0]) * axis[0]
        + (y - frame.centre_mm[1]) * axis[1]
        + (z - frame.centre_mm[2]) * axis[2]
        for axis in (frame.long, frame.anterior, frame.lateral)
    )
    forth, down, sideways = neighbour.radii_mm
    low = ventricle.radius_mm + neighbour.gap_mm + down
    reach = np.sqrt(
        ((along - neighbour.along_mm) / forth) ** 2
        + ((anterior + low) / down) ** 2
        + ((lateral - neighbour.lateral_mm) / sideways) ** 2
    )
    filled = coverage((reach - 1) * min(neighbour.radii_mm), body.voxel_mm)
    muscle, blood = wall_and_cavity(ventricle, along, np.hypot(anterior, lateral), lateral, body.voxel_mm)
    filled = filled * (1 - np.clip(muscle + blood, 0, 1))
    return np.asarray(gaussian_filter1d(filled, breathing_mm / 2.6 / body.slice_mm, axis=0, mode="nearest"))


def _reoriented(one: Subject, state: State, image: torch.Tensor) -> Heart:
    study, frame = one.patient.study(state), frame_of(one.patient.ventricle)
    across, down, up = np.add(study.operator_shift_mm, one.settings[state].off_centre_mm)
    seen = as_operator_sees(
        frame, tilt_deg=study.operator_tilt_deg, shift_mm=(float(across), float(down), float(up))
    )
    voxel = (spect.CAMERA.slice_mm, spect.CAMERA.voxel_mm, spect.CAMERA.voxel_mm)
    matrix = affine(seen)
    volume = Volume(reorient(image, seen, voxel_mm=voxel)[0].numpy(), matrix, Kind.SHORT_AXIS)
    apex, base, radius = _mid_wall(one.patient)
    in_volume = np.linalg.inv(matrix)
    ends = [
        (in_volume @ [*(frame.centre_mm + height * frame.long), 1.0])[:3] * VOXEL_MM
        for height in (apex, base)
    ]
    return Heart(volume, ends[0], ends[1], radius)


def _mid_wall(patient: Patient) -> tuple[float, float, float]:
    """Heights of apex and base on the axis (towards the apex), and the radius, of the wall that a scan averages."""
    ventricle, step = patient.ventricle, 0.25
    line = np.arange(-80.0, 80.0, step)
    nowhere = np.zeros_like(line)
    muscle, blood = wall_and_cavity(ventricle, line, nowhere, nowhere, step)
    apical = muscle * (line > 0)
    apex = float((line * apical).sum() / apical.sum())
    base = -float((muscle + blood)[line < 0].sum() * step)
    across = line[line > 0]
    muscle, _ = wall_and_cavity(ventricle, np.zeros_like(across), across, nowhere[line > 0], step)
    return apex, base, float((across * muscle).sum() / muscle.sum())
