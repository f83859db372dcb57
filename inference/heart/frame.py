"""The neutral grid: one size, one spacing, the left ventricle always in the same place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from inference.volume import Volume, Voxels

NEUTRAL_SHAPE = (64, 80, 80)  # k apex -> base, j anterior -> inferior, i septal -> lateral
NEUTRAL_SPACING_MM = 2.0
APEX_K = 8

Point = NDArray[np.float64]


def axis_grid(apex_mm: Point, base_mm: Point) -> NDArray[np.float64]:
    """Positions [3, k, j, i] (x, y, z in mm of the short-axis frame) of the voxels of the neutral grid.

    apex_mm, base_mm: end points of the long axis. The axis runs along k through the middle of j and i, its
    mid-wall apex lies at k = APEX_K; septal-lateral stays as near to that of the volume as it can.
    """
    along = (base_mm - apex_mm) / np.linalg.norm(base_mm - apex_mm)
    lateral = np.array([1.0, 0.0, 0.0]) - along[0] * along
    lateral /= np.linalg.norm(lateral)
    inferior = np.cross(along, lateral)
    k, j, i = (np.arange(n, dtype=np.float64) for n in NEUTRAL_SHAPE)
    steps = (
        (k - APEX_K)[:, None, None, None] * along
        + (j - (len(j) - 1) / 2)[None, :, None, None] * inferior
        + (i - (len(i) - 1) / 2)[None, None, :, None] * lateral
    )
    return np.moveaxis(apex_mm + NEUTRAL_SPACING_MM * steps, -1, 0)


def base_k(length_mm: float) -> float:
    """Where on k a ventricle of this length (mid-wall apex to base) ends, at most the last slice."""
    return min(APEX_K + length_mm / NEUTRAL_SPACING_MM, float(NEUTRAL_SHAPE[0] - 1))


def sample_mm(volume: Volume, points_mm: NDArray[np.float64]) -> Voxels:
    """Trilinear samples at points [3, ...] given as x, y, z in mm of the short-axis frame; 0 outside.

    The short-axis frame is the volume's own: voxel (i, j, k) lies at (i, j, k) * spacing. No direction in
    the patient enters, so that a study gives the same values bit for bit however its file was mirrored.
    """
    index = points_mm[::-1] / np.array(volume.spacing[::-1]).reshape(3, *[1] * (points_mm.ndim - 1))
    sampled = map_coordinates(
        volume.voxels, index, output=np.float32, order=1, mode="grid-constant", cval=0.0
    )
    return np.asarray(sampled, dtype=np.float32)
