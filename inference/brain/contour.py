"""The outline of a head for Chang's correction, from the uncorrected image alone, as a clinic must draw it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.volume import Volume

# Of the brightest hundredth. With the widening the area is that of the head within a tenth (seed 9001).
THRESHOLD = 0.20
_QUANTILE = 0.99
# Skull and skin beyond what the tracer shows. The literature widens by 3 to 7 mm.
_WIDENED_MM = 5.0
_SMALLEST_MM2 = 600.0


def head_contour(uncorrected: Volume, *, threshold: float = THRESHOLD) -> NDArray[np.bool_]:
    """Inside of one ellipse a slice, bool [k, j, i]; a slice with too little in it has none.

    `threshold` is a share of the brightest hundredth; holes are filled, and the ellipse of the same second moments is
    widened by 5 mm. Chang 1978; the limits of one threshold are those of the method.
    """
    voxels = uncorrected.voxels
    seen = voxels > threshold * np.quantile(voxels, _QUANTILE)
    i_mm, j_mm, _ = uncorrected.spacing
    outline = np.zeros(voxels.shape, bool)
    for k, plane in enumerate(seen):
        outline[k] = _ellipse(_largest(ndimage.binary_fill_holes(plane)), j_mm, i_mm)
    return outline


def _largest(plane: NDArray[np.bool_]) -> NDArray[np.bool_]:
    labels, count = ndimage.label(plane)
    if count == 0:
        return plane
    return np.asarray(labels == 1 + np.argmax(np.bincount(labels.ravel())[1:]))


def _ellipse(plane: NDArray[np.bool_], j_mm: float, i_mm: float) -> NDArray[np.bool_]:
    if plane.sum() * j_mm * i_mm < _SMALLEST_MM2:
        return np.zeros_like(plane)
    points = np.argwhere(plane) * (j_mm, i_mm)
    centre = points.mean(axis=0)
    # A filled ellipse has a quarter of its squared half axes as variance along them.
    variance, axes = np.linalg.eigh(np.cov(points.T))
    half_axes = 2 * np.sqrt(variance) + _WIDENED_MM
    j, i = np.indices(plane.shape)
    away = np.stack([j * j_mm - centre[0], i * i_mm - centre[1]], axis=-1) @ axes
    return np.asarray(np.sum((away / half_axes) ** 2, axis=-1) < 1)
