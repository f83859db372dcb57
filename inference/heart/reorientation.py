"""From a transaxial image of the chest to the short axis: the left ventricle is looked for in every direction.

A cup, a half ellipsoid with a short cylinder, bright wall round a darker cavity, is correlated with the image, whose
activity is divided by its surroundings', so that a liver hotter than the heart counts for no more. The most cup-like
places are then turned into short-axis images and the ventricle is found in them as in any other; its axis corrects
the direction, and the place that looks most like a ventricle is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, maximum_filter
from scipy.signal import fftconvolve

from inference.heart.ventricle import LeftVentricle, VentricleNotFound, find_left_ventricle
from inference.volume import Affine, Kind, Volume, Voxels

SHAPE, VOXEL_MM = (40, 64, 64), 4.0  # of the short-axis image that is made
_GRID_MM = 8.0  # of the search
_SURROUNDINGS_MM, _MOST_CONTRAST = 40.0, 2.5
_RADII_MM = (22.0, 30.0)
_LENGTH_MM = 70.0
# To the base from the apex: right, back and up (as in dicom.orientation), and as far from it as hearts lie.
_AZIMUTHS, _ELEVATIONS = (10.0, 35.0, 60.0, 85.0), (0.0, 25.0, 50.0)
_TRIED, _ROUNDS = 4, 8
# Slices across a tilted ventricle are ellipses, whose centres follow the axis too little: it is turned farther.
_FARTHER, _SETTLED_DEGREES = 2.0, 0.5
_AS_LIKELY, _WORTH_TURNING = 0.15, 0.3
_APART_MM = 40.0

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class _Place:
    """A cup-like place: its middle in LPS mm, the direction from apex to base, and how cup-like it is."""

    centre_mm: Vector
    to_base: Vector
    score: float


@dataclass(frozen=True, eq=False)
class _Turned:
    """A short-axis image, how like a ventricle what it shows is, and the cosine of that one's tilt."""

    image: Volume
    likeness: float
    straight: float


def reoriented(volume: Volume) -> Volume:
    """The short-axis image of the heart in a transaxial volume: [40, 64, 64] at 4 mm, flag "reoriented".

    A person has to look at what was found. Raises VentricleNotFound.
    """
    if volume.kind is not Kind.TRANSAXIAL:
        raise VentricleNotFound("Only a transaxial volume can be reoriented.")
    if not np.isfinite(volume.voxels).all() or float(volume.voxels.max()) <= 0:
        raise VentricleNotFound("The volume shows no activity.")
    seen = [
        (likeness, place)
        for place in _places(volume)
        if (likeness := max((one.likeness for one in _turned(volume, place, rounds=1)), default=None))
        is not None
    ]
    if not seen:
        raise VentricleNotFound("No left ventricle was found in the transaxial volume.")
    most = max(likeness for likeness, _ in seen)
    found = [_settled(volume, place) for likeness, place in seen if likeness >= most - _WORTH_TURNING]
    return max(found, key=lambda one: one.likeness).image


def short_axis_affine(centre_mm: Vector, to_base: Vector) -> Affine:
    """(i septal -> lateral, j anterior -> inferior, k apex -> base, 1) -> LPS mm of the image round a centre.

    Anterior is what lies most superior across the axis, as operators set it.
    """
    anterior = np.array([0.0, 0.0, 1.0]) - to_base[2] * to_base
    anterior /= np.linalg.norm(anterior)
    lateral = np.cross(to_base, anterior)
    affine = np.eye(4)
    affine[:3, :3] = np.stack([lateral, -anterior, to_base], axis=1) * VOXEL_MM
    affine[:3, 3] = centre_mm - affine[:3, :3] @ ((np.array(SHAPE[::-1]) - 1) / 2)
    return affine


def _settled(volume: Volume, place: _Place) -> _Turned:
    """The image round a place that is turned best along its own axis, among those that look like a ventricle."""
    tried = _turned(volume, place, rounds=_ROUNDS)
    likeness = max(one.likeness for one in tried)
    return max((one for one in tried if one.likeness >= likeness - _AS_LIKELY), key=lambda one: one.straight)


def _turned(volume: Volume, place: _Place, *, rounds: int) -> list[_Turned]:
    """Short-axis images round a place, each turned along the axis that was found in the one before."""
    centre, to_base = place.centre_mm, place.to_base
    tried: list[_Turned] = []
    for _ in range(rounds):
        affine = short_axis_affine(centre, to_base)
        flags = (*volume.flags, "reoriented")
        image = Volume(volume.resample(affine, SHAPE).voxels, affine, Kind.SHORT_AXIS, flags)
        try:
            ventricle = find_left_ventricle(image)
        except VentricleNotFound:
            break
        apex, base = (
            affine[:3, 3] + affine[:3, :3] @ end / VOXEL_MM for end in (ventricle.apex_mm, ventricle.base_mm)
        )
        along = (base - apex) / np.linalg.norm(base - apex)
        tried.append(_Turned(image, likeness=_likeness(ventricle), straight=float(along @ to_base)))
        if along @ to_base > np.cos(np.radians(_SETTLED_DEGREES)):
            break
        centre = (apex + base) / 2
        to_base = to_base + _FARTHER * (along - to_base)
        to_base /= np.linalg.norm(to_base)
    return tried


def _likeness(ventricle: LeftVentricle) -> float:
    """What speaks for a ventricle: the contrasts of its ring and dome, less a part for each doubt."""
    doubts = set(ventricle.flags) - {"hot_neighbour", "axis_tilted", "low_confidence"}
    return ventricle.evidence.ring + ventricle.evidence.dome - 0.15 * len(doubts)


def _places(volume: Volume) -> list[_Place]:
    """The most cup-like places, far enough from each other, the best first."""
    image, affine = _searched(volume)
    found: list[_Place] = []
    for azimuth in _AZIMUTHS:
        for elevation in _ELEVATIONS:
            a, e = np.radians((azimuth, elevation))
            to_base = np.array([-np.cos(e) * np.sin(a), np.cos(e) * np.cos(a), np.sin(e)])
            for radius in _RADII_MM:
                likeness = fftconvolve(image, _cup(to_base, radius)[::-1, ::-1, ::-1], mode="same")
                peaks = np.argwhere((likeness == maximum_filter(likeness, 5)) & (likeness > 0))
                strongest = sorted(peaks, key=lambda at: -likeness[tuple(at)])[:_TRIED]
                found += [
                    _Place(affine[:3, :3] @ at[::-1] + affine[:3, 3], to_base, float(likeness[tuple(at)]))
                    for at in strongest
                ]
    chosen: list[_Place] = []
    for place in sorted(found, key=lambda place: -place.score):
        if all(np.linalg.norm(place.centre_mm - other.centre_mm) > _APART_MM for other in chosen):
            chosen.append(place)
        if len(chosen) == _TRIED:
            break
    return chosen


def _searched(volume: Volume) -> tuple[Voxels, Affine]:
    """The volume at the grid of the search, each voxel divided by its surroundings, and capped."""
    lowest, highest = _corners(volume)
    counts = np.ceil((highest - lowest) / _GRID_MM).astype(int) + 1
    affine = np.diag([_GRID_MM, _GRID_MM, _GRID_MM, 1.0])
    affine[:3, 3] = lowest
    smooth = Volume(
        gaussian_filter(volume.voxels, [0.4 * _GRID_MM / step for step in volume.spacing[::-1]]),
        volume.affine,
        volume.kind,
    )
    coarse = smooth.resample(affine, (int(counts[2]), int(counts[1]), int(counts[0]))).voxels
    around = gaussian_filter(coarse, _SURROUNDINGS_MM / _GRID_MM)
    contrast = coarse / (around + 0.1 * float(np.quantile(around, 0.99)) + 1e-12)
    return np.minimum(contrast, _MOST_CONTRAST).astype(np.float32), affine


def _corners(volume: Volume) -> tuple[Vector, Vector]:
    size = np.array(volume.voxels.shape[::-1]) - 1.0
    corners = np.array([[(n >> axis) & 1 for axis in range(3)] for n in range(8)]) * size
    places = corners @ volume.affine[:3, :3].T + volume.affine[:3, 3]
    return places.min(axis=0), places.max(axis=0)


def _cup(to_base: Vector, radius_mm: float) -> Voxels:
    """The ventricle's wall, less what lies inside and outside of it, with the mean 0 and the norm 1 [z, y, x]."""
    half = int((_LENGTH_MM / 2 + radius_mm + 16) / _GRID_MM)
    z, y, x = np.meshgrid(*[np.arange(-half, half + 1) * _GRID_MM] * 3, indexing="ij")
    along = x * to_base[0] + y * to_base[1] + z * to_base[2] + _LENGTH_MM / 2  # from the apex
    across = np.sqrt(np.maximum(x**2 + y**2 + z**2 - (along - _LENGTH_MM / 2) ** 2, 0))
    depth = 1.3 * radius_mm  # of the half ellipsoid
    scaled = np.sqrt(across**2 + (np.minimum(along - depth, 0) / 1.3) ** 2)
    wall = np.exp(-0.5 * ((scaled - radius_mm) / 6.0) ** 2)
    inside = (scaled < radius_mm - 10).astype(np.float64)
    outside = ((scaled > radius_mm + 10) & (scaled < radius_mm + 20)).astype(np.float64)
    seen = (along > -16) & (along < _LENGTH_MM)
    cup = np.zeros_like(wall)
    for part, weight in ((wall, 1.0), (inside, -0.5), (outside, -0.5)):
        cup += weight * part * seen / (part * seen).sum()
    return np.asarray(cup / np.linalg.norm(cup), dtype=np.float32)
