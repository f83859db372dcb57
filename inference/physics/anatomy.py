"""The torso as arrays: attenuation for both photon energies, and activity for each state and tracer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from inference.physics.patient import STATES, Patient, State, Torso, Triple
from inference.physics.ventricle import BEAT, Pose, coverage, frame_of, perfusion, wall_and_cavity

Array = NDArray[np.floating]
Tracer = Literal["spect", "pet"]


@dataclass(frozen=True)
class Tissue:
    """Linear attenuation in 1/mm."""

    soft: float
    lung: float
    bone: float
    fat: float


# 140 keV (99mTc) and 511 keV (annihilation).
ATTENUATION: dict[Tracer, Tissue] = {
    "spect": Tissue(soft=0.0150, lung=0.0045, bone=0.0215, fat=0.0140),
    "pet": Tissue(soft=0.0096, lung=0.0030, bone=0.0130, fat=0.0090),
}
# 99mTc agents are extracted less at high flow and so show a defect milder than it is; ammonia follows flow.
_EXTRACTION_EXPONENT: dict[Tracer, float] = {"spect": 0.85, "pet": 1.0}


@dataclass(frozen=True)
class Anatomy:
    """`attenuation[tracer]` in 1/mm, `activity[state, tracer]` in units of normal muscle; all [z, y, x]."""

    attenuation: dict[Tracer, Array]
    activity: dict[tuple[State, Tracer], Array]


@dataclass(frozen=True)
class _Organs:
    """Coverage 0..1 of every voxel of the field of view."""

    body: Array
    breast: Array
    lung: Array
    spine: Array
    liver: Array
    gut: Array
    spleen: Array


@dataclass(frozen=True)
class _Heart:
    """The same inside a box round the heart, with the place of each voxel on the left ventricle."""

    box: tuple[slice, slice, slice]
    chambers: Array
    right_wall: Array
    wall: Array
    cavity: Array
    theta_deg: Array
    height: Array


def build_anatomy(
    patient: Patient, *, side: int, slices: int, voxel_mm: float, beat: Sequence[Pose] = BEAT
) -> Anatomy:
    """Rasterise `patient` on `slices` x `side` x `side` cubic voxels centred on the field of view.

    The ventricle is the mean over `beat`.
    """
    across = _centred(side, voxel_mm)
    axial = _centred(slices, voxel_mm)
    z, y, x = np.meshgrid(axial, across, across, indexing="ij", sparse=True)
    heart = _heart(patient, x, y, z, voxel_mm, beat=beat)
    organs = _organs(patient, x, y, z, voxel_mm)
    activity: dict[tuple[State, Tracer], Array] = {}
    for state in STATES:
        flow = perfusion(patient, state, heart.theta_deg, heart.height)
        for tracer in ATTENUATION:
            still = _activity(patient, organs, heart, flow, state=state, tracer=tracer)
            study = patient.study(state)
            travel = study.spect_breathing_mm if tracer == "spect" else study.pet_breathing_mm
            activity[state, tracer] = _breathe(still, travel_mm=travel, voxel_mm=voxel_mm)
    return Anatomy({tracer: _attenuation(patient.torso, organs, tracer) for tracer in ATTENUATION}, activity)


def _centred(count: int, step_mm: float) -> Array:
    return ((np.arange(count) - (count - 1) / 2) * step_mm).astype(np.float32)


def _ellipsoid(x: Array, y: Array, z: Array, centre: Triple, radii: Triple) -> Array:
    """Signed distance, exact on the surface and scaled by the smallest radius away from it."""
    reach = np.sqrt(
        ((x - centre[0]) / radii[0]) ** 2
        + ((y - centre[1]) / radii[1]) ** 2
        + ((z - centre[2]) / radii[2]) ** 2
    )
    return (reach - 1) * min(radii)


def _organs(patient: Patient, x: Array, y: Array, z: Array, voxel_mm: float) -> _Organs:
    torso = patient.torso
    wide, deep = torso.half_width_mm, torso.half_depth_mm
    whole = np.ones((z.shape[0], y.shape[1], x.shape[2]), np.float32)
    body = coverage((np.hypot(x / wide, y / deep) - 1) * deep, voxel_mm) * whole
    inside_ribs = coverage((np.hypot(x / (wide - 26), y / (deep - 24)) - 1) * deep, voxel_mm)
    floor = _floor_of_heart(patient)
    diaphragm = _diaphragm(torso, floor, x, y)
    abdomen = coverage(z - diaphragm, voxel_mm) * body
    lung = np.clip(inside_ribs * (1 - abdomen) * (1 - _mediastinum(patient, x, y, z, voxel_mm)), 0, 1) * body
    spine = coverage(np.hypot(x, y - (deep - 42)) - 21, voxel_mm) * whole

    def below(depth_mm: float, centre: Triple, radii: Triple) -> Array:
        shape = np.maximum(_ellipsoid(x, y, z, centre, radii), depth_mm + z - diaphragm)
        return coverage(shape, voxel_mm) * inside_ribs

    return _Organs(
        body=body,
        breast=_breast(torso, x, y, z, voxel_mm) * (1 - body),
        lung=lung,
        spine=spine,
        liver=below(6, (-0.38 * wide, 0, floor - 62), (0.62 * wide, deep - 30, 85)),
        gut=below(8, (0.42 * wide, -10, floor - 38), (45, 45, 32)),
        spleen=below(8, (0.58 * wide, 0.45 * deep, floor - 25), (28, 38, 45)),
    )


def _floor_of_heart(patient: Patient) -> float:
    """Height of the lowest point of the inferior wall."""
    frame, ventricle = frame_of(patient.ventricle), patient.ventricle
    hang = frame.anterior[2] * ventricle.radius_mm + abs(frame.long[2]) * 0.2 * ventricle.length_mm
    return float(ventricle.centre_mm[2] - hang - 4)


def _diaphragm(torso: Torso, floor: float, x: Array, y: Array) -> Array:
    """Two broad domes, the left one behind and beside the heart, over a floor that falls off sideways."""
    left = floor + torso.dome_mm - ((x - 0.28 * torso.half_width_mm) ** 2 + (y - 20) ** 2) / 420
    right = floor + torso.right_dome_mm - ((x + 0.45 * torso.half_width_mm) ** 2 + (y - 10) ** 2) / 420
    return np.maximum(np.maximum(left, right), floor - 12 - 0.0012 * (x**2 + y**2))


def _breast(torso: Torso, x: Array, y: Array, z: Array, voxel_mm: float) -> Array:
    if torso.breast is None:
        return np.zeros((z.shape[0], y.shape[1], x.shape[2]), np.float32)
    breast = torso.breast
    radii = (breast.radius_mm, breast.thickness_mm + 8, breast.radius_mm)
    left, right = (
        _ellipsoid(x, y, z, (side * breast.x_mm, -torso.half_depth_mm + 8, breast.z_mm), radii)
        for side in (1, -1)
    )
    return coverage(np.minimum(left, right), voxel_mm)


def _local(patient: Patient, x: Array, y: Array, z: Array) -> tuple[Array, Array, Array]:
    """Coordinates along the long axis (+ apex), anterior and lateral, in mm from the ventricle's middle."""
    frame = frame_of(patient.ventricle)
    centre = frame.centre_mm
    along, anterior, lateral = (
        ((x - centre[0]) * axis[0] + (y - centre[1]) * axis[1] + (z - centre[2]) * axis[2]).astype(np.float32)
        for axis in (frame.long, frame.anterior, frame.lateral)
    )
    return along, anterior, lateral


def _right_ventricle(patient: Patient, along: Array, anterior: Array, lateral: Array) -> Array:
    length, radius = patient.ventricle.length_mm, patient.ventricle.radius_mm
    return _ellipsoid(
        along,
        anterior,
        lateral,
        (-0.12 * length, 4, -1.15 * radius),
        (0.5 * length, 1.05 * radius, 0.95 * radius),
    )


def _atria(patient: Patient, along: Array, anterior: Array, lateral: Array) -> Array:
    return _ellipsoid(
        along, anterior, lateral, (-0.5 * patient.ventricle.length_mm - 24, 4, -12), (30, 36, 44)
    )


def _mediastinum(patient: Patient, x: Array, y: Array, z: Array, voxel_mm: float) -> Array:
    """Everything between the lungs: pericardium, atria, great vessels and the tissue before the spine."""
    along, anterior, lateral = _local(patient, x, y, z)
    length, radius = patient.ventricle.length_mm, patient.ventricle.radius_mm + 6
    pericardium = np.minimum(
        _ellipsoid(along, anterior, lateral, (-6, 0, 0), (0.62 * length, radius, radius)),
        _right_ventricle(patient, along, anterior, lateral) - 5,
    )
    vessels = np.maximum(np.abs(x) - 30, np.abs(y + 5) - patient.torso.half_depth_mm + 26)
    shape = np.minimum(np.minimum(pericardium, _atria(patient, along, anterior, lateral)), vessels)
    return coverage(shape, voxel_mm)


def _heart(
    patient: Patient, x: Array, y: Array, z: Array, voxel_mm: float, *, beat: Sequence[Pose]
) -> _Heart:
    # Nothing of the heart is farther than 115 mm from the left ventricle's middle.
    centre = patient.ventricle.centre_mm
    inside = [
        np.flatnonzero(np.abs(axis.ravel() - middle) < 115)
        for axis, middle in zip((x, y, z), centre, strict=True)
    ]
    in_x, in_y, in_z = (slice(int(found[0]), int(found[-1]) + 1) for found in inside)
    along, anterior, lateral = _local(patient, x[:, :, in_x], y[:, in_y], z[in_z])
    length = patient.ventricle.length_mm
    radius = np.hypot(anterior, lateral)
    right = _right_ventricle(patient, along, anterior, lateral)
    wall, cavity = wall_and_cavity(patient.ventricle, along, radius, lateral, voxel_mm, beat=beat)
    outside_left = 1 - coverage(radius - patient.ventricle.radius_mm, voxel_mm)
    atria = coverage(_atria(patient, along, anterior, lateral), voxel_mm)
    return _Heart(
        box=(in_z, in_y, in_x),
        chambers=np.clip(coverage(right, voxel_mm) + atria, 0, 1),
        right_wall=np.clip(coverage(right, voxel_mm) - coverage(right + 4, voxel_mm), 0, 1) * outside_left,
        wall=wall,
        cavity=cavity,
        theta_deg=np.degrees(np.arctan2(-lateral, anterior)) % 360,
        height=np.clip(along / length + 0.5, 0, 1),
    )


def _attenuation(torso: Torso, organs: _Organs, tracer: Tracer) -> Array:
    mu = ATTENUATION[tracer]
    density = organs.body * mu.soft + organs.breast * mu.fat
    density += organs.lung * (mu.lung * torso.lung_density - mu.soft)
    density += organs.spine * (mu.bone - mu.soft)
    return density.astype(np.float32)


def _activity(
    patient: Patient, organs: _Organs, heart: _Heart, flow: Array, *, state: State, tracer: Tracer
) -> Array:
    study = patient.study(state)
    base = study.background
    liver, blood = (
        (study.spect_liver, study.spect_blood) if tracer == "spect" else (study.pet_liver, study.pet_blood)
    )
    activity = base * organs.body + (study.lung - base) * organs.lung
    activity += (liver - base) * organs.liver + (study.spleen - base) * organs.spleen
    if tracer == "spect":  # excreted through bile; ammonia is not
        activity += (study.spect_gut - base) * organs.gut
    around = activity[heart.box] * (1 - heart.chambers) + heart.chambers * blood
    around += heart.right_wall * study.right_ventricle
    around *= 1 - np.clip(heart.wall + heart.cavity, 0, 1)
    around += heart.wall * flow ** _EXTRACTION_EXPONENT[tracer] + heart.cavity * blood
    activity[heart.box] = around
    return activity


def _breathe(activity: Array, *, travel_mm: float, voxel_mm: float) -> Array:
    """Blur along z by the heart's travel in free breathing; the field's edge is repeated, never wrapped."""
    slices = activity.shape[0]
    reach = np.arange(-4, 5)
    kernel = np.exp(-0.5 * (reach / max(travel_mm / 2.6 / voxel_mm, 0.2)) ** 2)
    kernel /= kernel.sum()
    mixing = np.zeros((slices, slices), np.float32)
    for offset, share in zip(reach, kernel, strict=True):
        np.add.at(mixing, (np.arange(slices), np.clip(np.arange(slices) + offset, 0, slices - 1)), share)
    blurred = mixing @ activity.reshape(slices, -1)
    return np.maximum(blurred, 0).astype(np.float32).reshape(activity.shape)
