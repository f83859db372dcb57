"""Where in a short-axis volume is a ring that could be the left ventricle?

The wall is brighter than what lies inside and outside of it, at most angles, at the same place over many
slices. Contrasts are ratios and capped, so that a liver or a gut loop hotter than the heart counts for no more
than any other bright angle, and a solid organ, which has no darker inside, for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.volume import Voxels

GRID_MM = 4.0  # of the working volume
_ANGLES = 24
_RADII_MM = np.arange(16.0, 41.0, 4.0)
_OUTSIDE_MM = 16.0  # how far out of the wall "outside" is
_RUN = 5  # tried slices that must agree: 40 mm
_STRIDE = 2  # voxels between centres, and between slices, that are tried
_MOST_CONTRAST = 0.35
_PRIOR_MM, _FARTHEST_MM = 70.0, 64.0  # operators centre what they reorient


@dataclass(frozen=True)
class Ring:
    """Centre in mm of the working volume, radius of the middle of the wall, the slices that agree.

    score: mean capped contrast, 0 (nothing) to about 0.5 (a complete bright ring).
    """

    x_mm: float
    y_mm: float
    radius_mm: float
    first: int
    last: int
    score: float


def best_ring(voxels: Voxels) -> Ring:
    """The most ring-like place of a slightly smoothed volume [k, j, i] at GRID_MM."""
    _, rows, columns = voxels.shape
    tried = voxels[::_STRIDE]
    run = min(_RUN, len(tried))
    floor = 0.1 * float(np.quantile(voxels, 0.995)) + 1e-12
    y, x = np.meshgrid(
        np.arange(_STRIDE * 2, rows - _STRIDE * 2, _STRIDE),
        np.arange(_STRIDE * 2, columns - _STRIDE * 2, _STRIDE),
        indexing="ij",
    )
    off_centre = np.hypot(y - (rows - 1) / 2, x - (columns - 1) / 2) * GRID_MM
    near = off_centre <= _FARTHEST_MM
    centres = np.stack([y[near], x[near]])
    penalty = 0.2 * (off_centre[near] / _PRIOR_MM) ** 2
    contrast = _contrast(tried, centres, floor)  # [radius, slice, centre]
    summed = np.cumsum(np.pad(contrast, ((0, 0), (1, 0), (0, 0))), axis=1)
    mean = (summed[:, run:] - summed[:, :-run]) / run
    scored = mean - penalty
    radius, first, centre = np.unravel_index(int(scored.argmax()), scored.shape)
    return Ring(
        x_mm=float(centres[1, centre]) * GRID_MM,
        y_mm=float(centres[0, centre]) * GRID_MM,
        radius_mm=float(_RADII_MM[radius]),
        first=int(first) * _STRIDE,
        last=(int(first) + run - 1) * _STRIDE,
        score=float(mean[radius, first, centre]),
    )


def _contrast(voxels: Voxels, centres: NDArray[np.int64], floor: float) -> NDArray[np.float32]:
    """[radius, slice, centre]: mean capped contrast with the inside, and half of that with the outside."""
    slices, rows, columns = voxels.shape
    theta = np.arange(_ANGLES) * 2 * np.pi / _ANGLES
    steps = int((_RADII_MM[-1] + _OUTSIDE_MM) / GRID_MM) + 1
    distance = np.arange(steps)
    row = np.rint(centres[0][:, None, None] + distance * np.sin(theta)[:, None]).astype(np.int64)
    column = np.rint(centres[1][:, None, None] + distance * np.cos(theta)[:, None]).astype(np.int64)
    seen = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    flat = np.clip(row, 0, rows - 1) * columns + np.clip(column, 0, columns - 1)
    star = voxels.reshape(slices, -1)[:, flat] * seen  # [slice, centre, angle, distance]
    found = []
    for radius in np.rint(_RADII_MM / GRID_MM).astype(int):
        wall = star[..., radius]
        inside = star[..., : max(radius - 2, 1)].mean(axis=(2, 3))[..., None]
        outside = star[..., radius + int(_OUTSIDE_MM / GRID_MM)]
        against_inside = np.clip((wall - inside) / (wall + inside + floor), -0.5, _MOST_CONTRAST)
        against_outside = np.clip(
            (wall - outside) / (wall + outside + floor), -_MOST_CONTRAST, _MOST_CONTRAST
        )
        found.append((against_inside + 0.5 * against_outside).mean(axis=2))
    return np.stack(found).astype(np.float32)
