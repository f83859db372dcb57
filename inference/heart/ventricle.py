"""The left ventricle of a short-axis volume: long axis, base, apex, radius, scale, and doubts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from inference.heart.axis import Axis, activity_on_axis, fit_axis
from inference.heart.frame import axis_grid, base_k, sample_mm
from inference.heart.sampling import ROBUST_QUANTILE, wall_activity
from inference.heart.search import GRID_MM, Ring, best_ring
from inference.volume import Kind, Volume, Voxels

_SMOOTHING_MM = 2.4
_LEAST_EXTENT_MM = 90.0
# Limits outside of which a person must look. The lower ones leave room for small hearts of small people.
_RADIUS_MM = (14.0, 42.0)
_LENGTH_MM = (48.0, 115.0)
_TILT_DEGREES = 10.0
_SCORE = 0.2
_HOT = 1.3


class VentricleNotFound(ValueError):
    """There is no left ventricle to be looked for in this volume."""


@dataclass(frozen=True, eq=False)
class LeftVentricle:
    """apex_mm (mid-wall) and base_mm: ends of the long axis, x, y, z in mm of the short-axis frame.

    The frame is the volume's own: voxel (i, j, k) lies at (i, j, k) * spacing. radius_mm: axis to the middle
    of the wall. robust_max: 99th percentile of wall activity, in the units of the volume. flags: reasons to
    check the position by eye: "not_ventricle_like", "radius_implausible", "length_implausible", "axis_tilted",
    "apex_uncertain", "base_outside", "cut_off", "hot_neighbour", "apex_base_reversed".
    """

    apex_mm: NDArray[np.float64]
    base_mm: NDArray[np.float64]
    radius_mm: float
    length_mm: float
    robust_max: float
    flags: tuple[str, ...]


def find_left_ventricle(volume: Volume) -> LeftVentricle:
    """Finds the left ventricle of a short-axis volume on any grid.

    Raises VentricleNotFound for a volume that is not short axis, too small to hold a heart, or empty.
    """
    if volume.kind is not Kind.SHORT_AXIS:
        raise VentricleNotFound(
            "Only a short-axis volume shows the left ventricle as this search expects it."
        )
    extent = np.array(volume.voxels.shape) * volume.spacing[::-1]
    if extent.min() < _LEAST_EXTENT_MM:
        raise VentricleNotFound("The volume is too small to hold a left ventricle.")
    if not np.isfinite(volume.voxels).all() or float(volume.voxels.max()) <= 0:
        raise VentricleNotFound("The volume shows no activity.")
    working = _working(volume)
    ring = best_ring(working)
    axis = fit_axis(working, ring)
    apex, base = axis.at(axis.apex_z), axis.at(axis.base_z)
    length = float(np.linalg.norm(base - apex))
    on_grid = sample_mm(volume, axis_grid(apex, base))
    wall = wall_activity(on_grid, base_k=base_k(length), radius_mm=axis.radius_mm)
    robust_max = float(np.quantile(wall, ROBUST_QUANTILE))
    if robust_max <= 0:
        raise VentricleNotFound("No activity was found where the wall of the left ventricle should be.")
    flags = _flags(working, ring=ring, axis=axis, length_mm=length)
    return LeftVentricle(apex, base, axis.radius_mm, length, robust_max, flags)


def _working(volume: Volume) -> Voxels:
    """The volume at GRID_MM, smoothed to about the resolution of SPECT, from the same first voxel."""
    sigma = [_SMOOTHING_MM / step for step in volume.spacing[::-1]]
    smooth = Volume(gaussian_filter(volume.voxels, sigma), volume.affine, volume.kind)
    counts = [
        int((n - 1) * step / GRID_MM + 1e-6) + 1
        for n, step in zip(volume.voxels.shape, volume.spacing[::-1], strict=True)
    ]
    z, y, x = np.meshgrid(*(np.arange(n) * GRID_MM for n in counts), indexing="ij")
    return sample_mm(smooth, np.stack([x, y, z]))


def _flags(working: Voxels, *, ring: Ring, axis: Axis, length_mm: float) -> tuple[str, ...]:
    apex, base = axis.at(axis.apex_z), axis.at(axis.base_z)
    tilt = np.degrees(np.arctan(np.hypot(*axis.slope)))
    edge = (np.array(working.shape[::-1]) - 1) * GRID_MM
    outer = axis.radius_mm + 5.0
    around = np.array([outer, outer, 0.0])
    cut = (np.minimum(apex, base) - around < 0).any() or (np.maximum(apex, base) + around > edge).any()
    doubts = {
        "not_ventricle_like": ring.score < _SCORE,
        "radius_implausible": not _RADIUS_MM[0] <= axis.radius_mm <= _RADIUS_MM[1],
        "length_implausible": not _LENGTH_MM[0] <= length_mm <= _LENGTH_MM[1],
        "axis_tilted": tilt > _TILT_DEGREES,
        "apex_uncertain": not axis.apex_seen,
        "base_outside": not axis.base_seen,
        "cut_off": cut,
        "hot_neighbour": _neighbour(working, axis) > _HOT * axis.level,
        "apex_base_reversed": _closed_at_the_base(working, axis),
    }
    return tuple(name for name, true in doubts.items() if true)


def _neighbour(working: Voxels, axis: Axis) -> float:
    """The hottest activity beside the ventricle that can shine into its wall."""
    z, y, x = np.meshgrid(*(np.arange(n) * GRID_MM for n in working.shape), indexing="ij", sparse=True)
    off = np.hypot(x - (axis.offset[0] + axis.slope[0] * z), y - (axis.offset[1] + axis.slope[1] * z))
    beside = (off > axis.radius_mm + 14) & (off < axis.radius_mm + 32)
    beside &= (z > axis.apex_z - 10) & (z < axis.base_z)
    return float(np.quantile(working[beside], 0.99)) if beside.any() else 0.0


def _closed_at_the_base(working: Voxels, axis: Axis) -> bool:
    """Muscle closes a ventricle at its apex, not at its base: else the stack runs the other way."""
    at_apex = activity_on_axis(working, axis, np.arange(axis.apex_z - 4, axis.apex_z + 5)).max()
    at_base = activity_on_axis(working, axis, np.arange(axis.base_z - 16, axis.base_z)).max()
    return bool(at_base > 0.65 * axis.level and at_base > at_apex + 0.2 * axis.level)
