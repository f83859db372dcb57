"""What the network sees of a short-axis volume: one grid, one scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.volume import Volume, Voxels

SHAPE = (40, 64, 64)  # k apex -> base, j anterior -> inferior, i septal -> lateral
SPACING_MM = 4.0
_CYLINDER_MM = 55.0
_QUANTILE = 0.995


class NoActivity(ValueError):
    """There is nothing to scale by."""


def to_grid(volume: Volume) -> Volume:
    """The volume on the network's grid, which keeps its directions and its middle; trilinear, 0 outside."""
    directions = volume.affine[:3, :3] / volume.spacing
    middle = volume.affine @ [*(_middle(volume.voxels.shape)), 1.0]
    affine = np.eye(4)
    affine[:3, :3] = directions * SPACING_MM
    affine[:3, 3] = middle[:3] - affine[:3, :3] @ _middle(SHAPE)
    return volume.resample(affine, SHAPE)


def scale_of(on_grid: Voxels) -> float:
    """The activity that the network calls 1: a high percentile within 55 mm of the middle axis.

    Not the maximum of the series: liver and gut can be hotter than the heart. Raises NoActivity.
    """
    scale = float(np.quantile(on_grid[:, cylinder()], _QUANTILE))
    if not np.isfinite(scale) or scale <= 0:
        raise NoActivity("There is no activity where the heart should be.")
    return scale


def cylinder(radius_mm: float = _CYLINDER_MM) -> NDArray[np.bool_]:
    """[j, i] of the grid: within `radius_mm` of the axis through its middle."""
    j, i = (np.arange(n) - (n - 1) / 2 for n in SHAPE[1:])
    return np.asarray(np.hypot(j[:, None], i) * SPACING_MM <= radius_mm)


def _middle(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Index (i, j, k) of the middle of an array [k, j, i]."""
    return (np.array(shape[::-1], dtype=np.float64) - 1) / 2
