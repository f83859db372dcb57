"""Wall activity along rays from the long axis, on the neutral grid.

Hybrid sampling, across a cylinder and across a hemisphere at the apex, as in the tradition of Garcia
(1985, 1990); the value of a ray is its activity in the middle of the wall, which the rays find together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from inference.heart.frame import APEX_K, NEUTRAL_SHAPE, NEUTRAL_SPACING_MM
from inference.heart.surface import wall_surface

# Raised by whatever changes where the wall is met, and so the 17 values. 1: every ray by itself; 2: one smooth surface.
TRACING_VERSION = 2
RINGS, ANGLES = 24, 72
RINGS_A_BAND = 6  # cap, apical, mid, basal: every border between bands is a border between segments
HALF_WALL_MM = 5.0
ROBUST_QUANTILE = 0.99
_STEP_MM = 0.8
# How far from the fitted radius a maximum is looked for: 10 mm, and inwards 14 in the cap, whose peak blur moves
# towards the cavity, farthest in small hearts. Within, there is the cavity only, no neighbour to be caught.
_OUTWARDS, _INWARDS, _INWARDS_IN_CAP = 12, 12, 17  # steps
_STEPS = np.arange(-_INWARDS_IN_CAP - 1, _OUTWARDS + 2)
_FIRST = np.where(np.arange(RINGS) < RINGS_A_BAND, -_INWARDS_IN_CAP, -_INWARDS)[:, None]  # of each ring
_SEARCHED = (np.broadcast_to(_STEPS, (RINGS, len(_STEPS))) >= _FIRST) & (_STEPS <= _OUTWARDS)
_OFFSETS_MM = (_STEPS * _STEP_MM).astype(np.float64)
_BASE_INSET_MM = 6.0  # blur dims the last slice before the base

PolarMap = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Wall:
    """[ring, angle]. distance_mm: from a ray's origin to the middle of the wall, where its activity was read."""

    activity: PolarMap
    distance_mm: PolarMap


def trace_wall(voxels: NDArray[np.float32], *, base_k: float, radius_mm: float) -> Wall:
    """Activity of the wall and where it was met, on the neutral grid.

    The middle of the wall is one smooth surface (heart.surface) through the local maxima of the rays; a ray's value
    is the activity where it crosses that surface, to a hundredth of a millimetre, as the contour is kept.
    """
    profile = _profile(voxels, base_k=base_k, radius_mm=radius_mm, apex_k=APEX_K)
    surface = wall_surface(profile, _OFFSETS_MM, _SEARCHED)
    distance = np.round(radius_mm + surface, 2).astype(np.float32)
    return Wall(activity_at(voxels, distance, base_k=base_k, radius_mm=radius_mm), distance)


def ray_maxima(
    voxels: NDArray[np.float32], *, base_k: float, radius_mm: float, apex_k: float = APEX_K
) -> PolarMap:
    """[ring, angle]: the largest local maximum of each ray by itself; without one, the value at the fitted radius.

    What a ray shows whatever its neighbours show, which is evidence of a wall; where the wall is, `trace_wall` says.
    """
    profile = _profile(voxels, base_k=base_k, radius_mm=radius_mm, apex_k=apex_k)
    inner = profile[..., 1:-1]
    is_peak = (inner >= profile[..., :-2]) & (inner >= profile[..., 2:]) & _SEARCHED[:, None, 1:-1]
    peaks = np.where(is_peak, inner, -np.inf)
    at = np.where(is_peak.any(axis=-1), 1 + peaks.argmax(axis=-1), _INWARDS_IN_CAP + 1)
    return np.asarray(np.take_along_axis(profile, at[..., None], axis=-1)[..., 0])


def activity_at(
    voxels: NDArray[np.float32], distance_mm: PolarMap, *, base_k: float, radius_mm: float
) -> PolarMap:
    """[ring, angle] of another volume on the neutral grid, read where `trace_wall` of the first met the wall."""
    return _along_rays(voxels, distance_mm[..., None], base_k=base_k, radius_mm=radius_mm, apex_k=APEX_K)[
        ..., 0
    ]


def _profile(
    voxels: NDArray[np.float32], *, base_k: float, radius_mm: float, apex_k: float
) -> NDArray[np.float32]:
    """[ring, angle, step]: activity along each ray, on either side of the fitted radius."""
    distance = np.broadcast_to(radius_mm + _OFFSETS_MM, (RINGS, ANGLES, len(_STEPS)))
    return _along_rays(voxels, distance, base_k=base_k, radius_mm=radius_mm, apex_k=apex_k)


def _along_rays(
    voxels: NDArray[np.float32],
    distance_mm: NDArray[np.floating],
    *,
    base_k: float,
    radius_mm: float,
    apex_k: float,
) -> NDArray[np.float32]:
    """Trilinear samples [ring, angle, ...] at distances of that shape; 0 outside."""
    origin, direction = _rays((base_k - apex_k) * NEUTRAL_SPACING_MM, radius_mm)
    points = (
        origin[..., None] + direction[..., None] * distance_mm
    )  # [3 (i, j, k), ring, angle, distance], mm
    _, rows, columns = NEUTRAL_SHAPE
    middle = np.array([(columns - 1) / 2, (rows - 1) / 2, apex_k]).reshape(3, 1, 1, 1)
    index = (points / NEUTRAL_SPACING_MM + middle)[::-1]
    sampled = map_coordinates(voxels, index, output=np.float32, order=1, mode="constant", cval=0.0)
    return np.asarray(sampled, dtype=np.float32)


def _rays(length_mm: float, radius_mm: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Origins on the axis and unit directions, [3 (lateral, inferior, basal), ring, angle] from the apex."""
    height = ring_heights(length_mm, radius_mm)  # of the middle of the wall above the apex
    polar = np.where(height < radius_mm, np.arccos(np.clip(1 - height / radius_mm, -1, 1)), np.pi / 2)
    centre = np.where(height < radius_mm, radius_mm, height)
    theta = np.radians((np.arange(ANGLES) + 0.5) * 360 / ANGLES)
    direction = np.stack(
        [
            -np.sin(polar)[:, None] * np.sin(theta),
            -np.sin(polar)[:, None] * np.cos(theta),
            np.broadcast_to(-np.cos(polar)[:, None], (RINGS, ANGLES)),
        ]
    )
    origin = np.zeros_like(direction)
    origin[2] = centre[:, None]
    return origin, direction


def ring_heights(length_mm: float, radius_mm: float) -> NDArray[np.float64]:
    """Height of each ring's middle of the wall above the mid-wall apex, in mm.

    The cap ends with the cavity, half a wall above the apex; the rest up to the base is cut in thirds
    (Cerqueira 2002). Rings of the cap are equal steps of the polar angle, the others equal steps along the axis.
    """
    steps = (np.arange(RINGS_A_BAND) + 0.5) / RINGS_A_BAND
    cap_angle = np.arccos(1 - HALF_WALL_MM / radius_mm)
    cap = radius_mm * (1 - np.cos(cap_angle * steps))
    third = (length_mm - HALF_WALL_MM) / 3
    apical = HALF_WALL_MM + third * steps
    mid = HALF_WALL_MM + third * (1 + steps)
    basal = HALF_WALL_MM + 2 * third + (third - _BASE_INSET_MM) * steps
    return np.concatenate([cap, apical, mid, basal])
