"""The left ventricle of a short-axis volume: long axis, base, apex, radius, scale, and doubts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from inference.heart.axis import Axis, activity_on_axis, fit_axis
from inference.heart.confidence import Evidence, calibration, evidence
from inference.heart.frame import axis_grid, base_k, sample_mm
from inference.heart.sampling import ROBUST_QUANTILE, ray_maxima
from inference.heart.search import GRID_MM, best_ring
from inference.volume import Kind, Volume, Voxels

_SMOOTHING_MM = 2.4
_LEAST_EXTENT_MM = 90.0
# Limits outside of which a person must look. The lower ones leave room for small hearts of small people.
_RADIUS_MM = (14.0, 42.0)
_LENGTH_MM = (48.0, 115.0)
_TILT_DEGREES = 10.0
_HOT = 2.2  # times the wall's level: organs beside the hearts that confidence was fitted to were no hotter
# Raised by whatever moves a ventricle: what was placed otherwise is another image. How its wall is then read has a
# version of its own (heart.sampling.TRACING_VERSION).
PLACING_VERSION = 2
# What is like a ventricle: contrasts of ring and dome (heart.confidence.Evidence), added, less a part for each oddity.
# Measured on simulated images: 918 ventricles (SPECT, Chang, CTAC and PET of patients of training and validation, 278
# hard hearts of `evaluate finder`, seed 11), all but one that was misplaced, reach 0.41 to 1.21, the lowest being the
# smallest hearts and the densest defects; 127 heads in three orientations, solid organs, noises, flat volumes and
# hearts moved out of the field at most 0.39. The ring alone, which blur fills in small hearts, refused 1.5 % of
# ordinary SPECT.
_LIKE_A_VENTRICLE, _ODDITY = 0.4, 0.2
# No ventricle that was found wobbles more, shows less of its apical and mid wall, or is as bright inside as its wall.
_STEADY_MM, _COMPLETE, _FILLED = 0.4, 0.5, 0.95


class VentricleNotFound(ValueError):
    """There is no left ventricle to be looked for in this volume."""


@dataclass(frozen=True, eq=False)
class LeftVentricle:
    """apex_mm (mid-wall) and base_mm: ends of the long axis, x, y, z in mm of the short-axis frame.

    The frame is the volume's own: voxel (i, j, k) lies at (i, j, k) * spacing. radius_mm: axis to the middle
    of the wall. robust_max: 99th percentile of the rays' maxima, in the units of the volume. confidence: 0 to 1, the
    share of simulated hearts measured like this one that were well placed (heart.confidence).
    flags: reasons to check the position by eye: "low_confidence", "not_ventricle_like",
    "radius_implausible", "length_implausible", "axis_tilted", "apex_uncertain", "base_outside", "cut_off",
    "hot_neighbour", "apex_base_reversed".
    """

    apex_mm: NDArray[np.float64]
    base_mm: NDArray[np.float64]
    radius_mm: float
    length_mm: float
    robust_max: float
    confidence: float
    flags: tuple[str, ...]
    evidence: Evidence


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
    apex, base = axis.at(axis.apex.z), axis.at(axis.base.z)
    length = float(np.linalg.norm(base - apex))
    on_grid = sample_mm(volume, axis_grid(apex, base))
    shown = ray_maxima(on_grid, base_k=base_k(length), radius_mm=axis.radius_mm)
    robust_max = float(np.quantile(shown, ROBUST_QUANTILE))
    if robust_max <= 0:
        raise VentricleNotFound("No activity was found where the wall of the left ventricle should be.")
    neighbour = _neighbour(working, axis)
    measured = evidence(ring, axis, shown, on_grid=on_grid, length_mm=length, neighbour=neighbour)
    confidence = float(calibration().confidence(measured.as_row()))
    doubts = {
        "low_confidence": confidence < calibration().doubt_below,
        "hot_neighbour": neighbour > _HOT * axis.level,
        **_doubts(working, axis=axis, length_mm=length, measured=measured),
    }
    return LeftVentricle(
        apex_mm=apex,
        base_mm=base,
        radius_mm=axis.radius_mm,
        length_mm=length,
        robust_max=robust_max,
        confidence=confidence,
        flags=tuple(name for name, true in doubts.items() if true),
        evidence=measured,
    )


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


def _doubts(working: Voxels, *, axis: Axis, length_mm: float, measured: Evidence) -> dict[str, bool]:
    apex, base = axis.at(axis.apex.z), axis.at(axis.base.z)
    edge = (np.array(working.shape[::-1]) - 1) * GRID_MM
    outer = axis.radius_mm + 5.0
    around = np.array([outer, outer, 0.0])
    odd_length = not _LENGTH_MM[0] <= length_mm <= _LENGTH_MM[1]
    cut = (np.minimum(apex, base) - around < 0).any() or (np.maximum(apex, base) + around > edge).any()
    return {
        "not_ventricle_like": _likeness(measured, cavity=_cavity(working, axis), odd_length=odd_length)
        < _LIKE_A_VENTRICLE,
        "radius_implausible": not _RADIUS_MM[0] <= axis.radius_mm <= _RADIUS_MM[1],
        "length_implausible": odd_length,
        "axis_tilted": axis.tilt_degrees > _TILT_DEGREES,
        "apex_uncertain": not axis.apex.seen,
        "base_outside": not axis.base.seen,
        "cut_off": bool(cut),
        "apex_base_reversed": _closed_at_the_base(working, axis),
    }


def _likeness(measured: Evidence, *, cavity: float, odd_length: bool) -> float:
    """How much what was found looks like a ventricle, about 0 (nothing) to 1.2. cavity: its activity, of the wall's."""
    odd = (
        odd_length,
        cavity > _FILLED,
        measured.wobble_mm > _STEADY_MM,
        measured.middle_complete < _COMPLETE,
    )
    return measured.ring + measured.dome - _ODDITY * sum(odd)


def _cavity(working: Voxels, axis: Axis) -> float:
    """Mean activity on the long axis, clear of apex and base, over the wall's level."""
    heights = axis.apex.z + (axis.base.z - axis.apex.z) * np.linspace(0.35, 0.85, 11)
    return float(activity_on_axis(working, axis, heights).mean() / axis.level)


def _neighbour(working: Voxels, axis: Axis) -> float:
    """The hottest activity beside the ventricle that can shine into its wall."""
    z, y, x = np.meshgrid(*(np.arange(n) * GRID_MM for n in working.shape), indexing="ij", sparse=True)
    off = np.hypot(x - (axis.offset[0] + axis.slope[0] * z), y - (axis.offset[1] + axis.slope[1] * z))
    beside = (off > axis.radius_mm + 14) & (off < axis.radius_mm + 32)
    beside &= (z > axis.apex.z - 10) & (z < axis.base.z)
    return float(np.quantile(working[beside], 0.99)) if beside.any() else 0.0


def _closed_at_the_base(working: Voxels, axis: Axis) -> bool:
    """Muscle closes a ventricle at its apex, not at its base: else the stack runs the other way."""
    at_apex = activity_on_axis(working, axis, np.arange(axis.apex.z - 4, axis.apex.z + 5)).max()
    at_base = activity_on_axis(working, axis, np.arange(axis.base.z - 16, axis.base.z)).max()
    return bool(at_base > 0.65 * axis.level and at_base > at_apex + 0.2 * axis.level)
