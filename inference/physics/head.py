"""A head as arrays: attenuation, tracer, and which region every voxel belongs to. Volumes are [z, y, x], LPS."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inference.physics import head_shape as shape
from inference.physics.head_patient import HeadPatient, Pair, Pose, Tracer
from inference.physics.head_shape import REGIONS, Points
from inference.physics.patient import Triple
from inference.physics.ventricle import coverage

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Raster:
    """`slices` x `side` x `side` cubic voxels centred on the field of view."""

    side: int
    slices: int
    voxel_mm: float


# 1/mm at 140 keV (99mTc) and 159 keV (123I); bone is drawn per person at 140 keV and lower at 159 by this factor.
SOFT: dict[Tracer, float] = {"perfusion": 0.0150, "dat": 0.0146}
_BONE_FACTOR: dict[Tracer, float] = {"perfusion": 1.0, "dat": 0.95}
_AIR = 0.0005
_LESION_EDGE_MM = 4.0
# Grey matter deeper than this below the surface is no cortex; white matter shallower than that is mixed with it.
_CORTEX_REGION_MM, _WHITE_REGION_MM = 14.0, 20.0


def attenuation(patient: HeadPatient, raster: Raster) -> Array:
    """Linear attenuation at the tracer's energy in 1/mm, float32 [z, y, x]."""
    skull, soft = patient.skull, SOFT[patient.tracer]
    points = _template_points(patient, raster)
    step = raster.voxel_mm
    head = coverage(shape.skin(points, shell_mm=skull.thickness_mm + skull.scalp_mm), step)
    cranium = shape.cranium(points)
    bone: Array = coverage(cranium - skull.thickness_mm, step) - coverage(cranium, step)
    # Below the skull base a vertebra's worth of bone would matter little; the face is soft tissue and air.
    bone = bone * coverage(-60 - points.z, step)
    density: Array = head * soft + head * bone * (skull.attenuation * _BONE_FACTOR[patient.tracer] - soft)
    density = density + _inside(points, shape.mastoid, step) * head * (skull.mastoid_attenuation - density)
    air: Array = _inside(points, lambda some: shape.air(some, skull.sinus_size), step)
    density = density + air * head * (_AIR - density)
    return _as_volume(density, raster)


def activity(patient: HeadPatient, raster: Raster) -> Array:
    """Tracer in units of normal grey matter, float32 [z, y, x]."""
    uptake, build, skull = patient.uptake, patient.shape, patient.skull
    points, step = _template_points(patient, raster), raster.voxel_mm
    head = coverage(shape.skin(points, shell_mm=skull.thickness_mm + skull.scalp_mm), step)
    cranium = coverage(shape.cranium(points) - skull.thickness_mm, step)
    level: Array = uptake.scalp * head * (1 - cranium)
    level += _inside(points, shape.glands, step) * (1 - cranium) * (uptake.glands - level)
    level = _filled(level, _inside(points, shape.stem, step), 0.6 * uptake.white + 0.2)
    level = _filled(level, _inside(points, shape.cerebellum, step), _sided(points, uptake.cerebellum))
    surface = shape.cerebrum(points)
    inside = np.flatnonzero(surface < step)
    here, depth = points.at(inside), surface[inside]
    cortex = 1 - coverage(depth + build.cortex_mm, step)
    lobes = np.where(here.x > 0, *(np.array(side, np.float32)[shape.lobe(here)] for side in uptake.lobes))
    grey = lobes * shape.folds(here, build.folds, build.fold_depth)
    tissue = cortex * grey + (1 - cortex) * uptake.white
    tissue = _with_nuclei(patient, here, tissue, step)
    fluid = coverage(shape.ventricles(here, build.ventricle_size), step)
    tissue = _filled(tissue, fluid, uptake.fluid)
    level[inside] = _filled(level[inside], coverage(depth, step), tissue)
    for lesion in patient.lesions:
        level *= 1 - lesion.loss * _lesion_share(points, lesion.centre_mm, lesion.radii_mm) * (cranium > 0)
    return _as_volume(level, raster)


def regions(patient: HeadPatient, raster: Raster) -> NDArray[np.int8]:
    """Which region owns a voxel, int8 [z, y, x]: 0 none, else 1 + 2 * place in REGIONS (left), one more (right)."""
    points = _template_points(patient, raster)
    surface = shape.cerebrum(points)
    number = np.full(surface.shape, -1, np.int8)
    inside = np.flatnonzero(surface < 0)
    number[inside] = np.where(surface[inside] > -_CORTEX_REGION_MM, shape.lobe(points.at(inside)), -1)
    number[surface < -_WHITE_REGION_MM] = REGIONS.index("white")
    number[shape.cerebellum(points) < 0] = REGIONS.index("cerebellum")
    fluid = shape.ventricles(points, patient.shape.ventricle_size) < 0
    number[fluid] = -1
    # White matter that touches a nucleus or a ventricle is not pure.
    for name, (centre, radii) in _nuclei(patient).items():
        for side in (1, -1):
            distance = shape.ellipsoid(points, (side * centre[0], *centre[1:]), radii)
            number[(distance < 8) & (number == REGIONS.index("white"))] = -1
            number[distance < 0] = REGIONS.index(name)
    number[
        (shape.ventricles(points, patient.shape.ventricle_size) < 6) & (number == REGIONS.index("white"))
    ] = -1
    labels = np.where(number < 0, 0, 1 + 2 * number + (points.x <= 0))
    return labels.astype(np.int8).reshape(raster.slices, raster.side, raster.side)


def label_of(region: str, side: str) -> int:
    """The number that `regions` gives to a region's "left" or "right" part."""
    return 1 + 2 * REGIONS.index(region) + ("left", "right").index(side)


def lesion_share(patient: HeadPatient, raster: Raster, *, centre_mm: Triple, radii_mm: Triple) -> Array:
    """How far each voxel belongs to an ellipsoid given in the template's frame, 0 to 1, float32 [z, y, x]."""
    points = _template_points(patient, raster)
    return _as_volume(_lesion_share(points, centre_mm, radii_mm), raster)


def moved(patient: HeadPatient, by: Pose) -> HeadPatient:
    """The same head after it turned and shifted a little in the scanner."""
    turn = tuple(np.add(patient.pose.turn_deg, by.turn_deg).tolist())
    shift = tuple(np.add(patient.pose.shift_mm, by.shift_mm).tolist())
    return replace(patient, pose=Pose(turn, shift))


def to_scanner(patient: HeadPatient) -> NDArray[np.float64]:
    """4 x 4: (x, y, z, 1) in the template's frame -> LPS in the scanner, in mm."""
    nod, tilt, turn = np.radians(patient.pose.turn_deg)
    about_x = np.array([[1, 0, 0], [0, np.cos(nod), -np.sin(nod)], [0, np.sin(nod), np.cos(nod)]])
    about_y = np.array([[np.cos(tilt), 0, np.sin(tilt)], [0, 1, 0], [-np.sin(tilt), 0, np.cos(tilt)]])
    about_z = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    matrix = np.eye(4)
    matrix[:3, :3] = about_z @ about_y @ about_x @ np.diag(patient.shape.size)
    matrix[:3, 3] = patient.pose.shift_mm
    return matrix


def _template_points(patient: HeadPatient, raster: Raster) -> Points:
    across = (np.arange(raster.side) - (raster.side - 1) / 2) * raster.voxel_mm
    axial = (np.arange(raster.slices) - (raster.slices - 1) / 2) * raster.voxel_mm
    inverse = np.linalg.inv(to_scanner(patient))
    z, y, x = np.meshgrid(axial, across, across, indexing="ij", sparse=True)
    axes = [(row[0] * x + row[1] * y + row[2] * z + row[3]).astype(np.float32).ravel() for row in inverse[:3]]
    return Points(*axes)


def _nuclei(patient: HeadPatient) -> dict[str, tuple[Triple, Triple]]:
    """Caudate, putamen and thalamus of the left side, where this person has them."""
    out, back, up = patient.shape.nuclei_shift_mm
    return {
        name: ((centre[0] + out, centre[1] + back, centre[2] + up), radii)
        for name, (centre, radii) in (
            ("caudate", shape.CAUDATE),
            ("putamen", shape.PUTAMEN),
            ("thalamus", shape.THALAMUS),
        )
    }


def _with_nuclei(patient: HeadPatient, points: Points, tissue: Array, step: float) -> Array:
    uptake, placed = patient.uptake, _nuclei(patient)
    for name, levels in (
        ("thalamus", uptake.thalamus),
        ("caudate", uptake.caudate),
        ("putamen", uptake.putamen),
    ):
        (x, y, z), radii = placed[name]
        for side, level, tail in zip((1, -1), levels, uptake.putamen_tail, strict=True):
            centre = (side * x, y, z)
            near = points.near(centre, (radii[0] + step, radii[1] + step, radii[2] + step))
            some = points.at(near)
            here = np.full(len(near), level, np.float32)
            if name == "putamen":
                # Its tail is its posterior half.
                here *= 1 + (tail - 1) / (1 + np.exp(-(some.y - y) / 3.0))
            tissue[near] = _filled(tissue[near], coverage(shape.ellipsoid(some, centre, radii), step), here)
    return tissue


def _lesion_share(points: Points, centre: Triple, radii: Triple) -> Array:
    return np.asarray(
        1 / (1 + np.exp(np.clip(shape.ellipsoid(points, centre, radii) / _LESION_EDGE_MM * 2, -30, 30)))
    )


def _filled(level: Array, share: Array, value: Array | float) -> Array:
    return level + share * (value - level)


def _sided(points: Points, pair: Pair) -> Array:
    return np.where(points.x > 0, np.float32(pair[0]), np.float32(pair[1]))


def _inside(points: Points, distance: Callable[[Points], Array], step: float) -> Array:
    return coverage(distance(points), step)


def _as_volume(values: Array, raster: Raster) -> Array:
    return values.astype(np.float32).reshape(raster.slices, raster.side, raster.side)
