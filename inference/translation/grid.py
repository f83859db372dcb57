"""The heart's grid: one size, one spacing, the left ventricle always in the same place; and its scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.heart.frame import sample_mm
from inference.heart.ventricle import LeftVentricle
from inference.translation.task import Line
from inference.volume import Volume, Voxels

SHAPE = (40, 64, 64)  # k apex -> base, j anterior -> inferior, i septal -> lateral
SPACING_MM = 4.0
APEX_K = 8
_CYLINDER_MM = 55.0
_QUANTILE = 0.995

Matrix = NDArray[np.float64]


class NoActivity(ValueError):
    """There is nothing to scale by."""


def frame_of(ventricle: LeftVentricle) -> Matrix:
    """[4, 4]: (i, j, k, 1) of the grid -> mm of the volume's own short-axis frame.

    The long axis runs along k through the middle of j and i, the mid-wall apex lies at k = APEX_K;
    septal-lateral stays as near to that of the volume as it can.
    """
    along = (ventricle.base_mm - ventricle.apex_mm) / np.linalg.norm(ventricle.base_mm - ventricle.apex_mm)
    lateral = np.array([1.0, 0.0, 0.0]) - along[0] * along
    lateral /= np.linalg.norm(lateral)
    matrix = np.eye(4)
    matrix[:3, :3] = SPACING_MM * np.column_stack([lateral, np.cross(along, lateral), along])
    matrix[:3, 3] = ventricle.apex_mm - matrix[:3, :3] @ [_MIDDLE[1], _MIDDLE[0], APEX_K]
    return matrix


def in_frame(volume: Volume, frame: Matrix) -> Volume:
    """The volume on the grid that `frame_of` placed; trilinear, 0 outside. Its affine leads into the patient."""
    k, j, i = np.meshgrid(*(np.arange(n, dtype=np.float64) for n in SHAPE), indexing="ij")
    points = np.tensordot(frame[:3, :3], np.stack([i, j, k]), axes=1) + frame[:3, 3].reshape(3, 1, 1, 1)
    if "geometry_unverified" in volume.flags:
        # The volume's directions mean nothing, and a tilt of nothing must not pass for a direction.
        affine = np.diag([SPACING_MM, SPACING_MM, SPACING_MM, 1.0])
    else:
        affine = volume.affine @ np.diag([*(1 / np.array(volume.spacing)), 1.0]) @ frame
    return Volume(sample_mm(volume, points), affine, volume.kind, volume.flags)


def coordinates(*, length_mm: float, radius_mm: float) -> tuple[Line, Line, Line]:
    """Along k the height above the apex in lengths of the axis, along j and i the distance from it in radii."""
    height = (np.arange(SHAPE[0]) - APEX_K) * SPACING_MM / length_mm
    down, across = (
        (np.arange(n) - middle) * SPACING_MM / radius_mm for n, middle in zip(SHAPE[1:], _MIDDLE, strict=True)
    )
    return height.astype(np.float32), down.astype(np.float32), across.astype(np.float32)


def scale_of(on_grid: Voxels) -> float:
    """The activity that the network calls 1: a high percentile within 55 mm of the axis.

    Not the maximum of the series: liver and gut can be hotter than the heart. Raises NoActivity.
    """
    scale = float(np.quantile(on_grid[:, cylinder()], _QUANTILE))
    if not np.isfinite(scale) or scale <= 0:
        raise NoActivity("There is no activity where the heart should be.")
    return scale


def cylinder(radius_mm: float = _CYLINDER_MM) -> NDArray[np.bool_]:
    """[j, i] of the grid: within `radius_mm` of the axis."""
    j, i = (np.arange(n) - middle for n, middle in zip(SHAPE[1:], _MIDDLE, strict=True))
    return np.asarray(np.hypot(j[:, None], i) * SPACING_MM <= radius_mm)


_MIDDLE = ((SHAPE[1] - 1) / 2, (SHAPE[2] - 1) / 2)  # j, i
