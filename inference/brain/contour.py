"""The outline of a head from its uncorrected image alone: as a clinic draws it for Chang's correction, and finer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.brain.mask import BrainNotFound, tissue_level
from inference.volume import Volume, Voxels

# Of the brightest hundredth. With the widening the area is that of the head within a tenth (seed 9001).
THRESHOLD = 0.20
_QUANTILE = 0.99
# Skull and skin beyond what the tracer shows. The literature widens by 3 to 7 mm.
_WIDENED_MM = 5.0
_SMALLEST_MM2 = 600.0
# Of ordinary brain. The dim edge is skin or the blur of it; the bright one says how much of it is blur.
_DIM, _BRIGHT = 0.05, 0.20
# What the dim edge would lie outside the skin if both edges were one (in mm), and the slices below the vertex where
# that was seen (in mm), above the face. The outline is that of the head within 1 mm (41 heads, seeds 4111 and 4112).
_BLUR_MM = 16.2
_VAULT_MM = (20.0, 72.0)


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


def head_tissue(uncorrected: Volume) -> Voxels:
    """Share of each voxel inside the skin, float32 [k, j, i].

    Skin takes up little tracer and is blurred: how far outside it the image fades, and how steeply, is read off the
    vault, and the outline of the whole dim edge is drawn in by as much. Fitted to simulated heads of one camera.
    Raises BrainNotFound.
    """
    level = tissue_level(uncorrected)
    dim, bright = (_filled(uncorrected.voxels > share * level) for share in (_DIM, _BRIGHT))
    i_mm, j_mm, k_mm = uncorrected.spacing
    areas = dim.sum(axis=(1, 2)) * i_mm * j_mm
    if areas.max() < _SMALLEST_MM2:
        raise BrainNotFound("What is bright in this image is no head.")
    vertex = int(np.flatnonzero(areas >= _SMALLEST_MM2).max())
    from_top, to = (round(depth / k_mm) for depth in _VAULT_MM)
    vault = slice(max(vertex - to, 0), max(vertex - from_top, 0) + 1)
    radius, inner = (_radius(plane[vault], i_mm * j_mm) for plane in (dim, bright))
    margin = _BLUR_MM - (radius - inner)
    # Voxels at the edge of the mask lie half a voxel inside it.
    depth = ndimage.distance_transform_edt(dim, sampling=(k_mm, j_mm, i_mm)) - i_mm / 2
    return np.asarray(np.clip((depth - margin) / i_mm + 0.5, 0, 1), np.float32)


def _filled(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.stack([ndimage.binary_fill_holes(plane) for plane in mask])


def _radius(planes: NDArray[np.bool_], pixel_mm2: float) -> float:
    """Of circles with the areas of the planes, their mean in mm."""
    return float(np.sqrt(planes.sum(axis=(1, 2)) * pixel_mm2 / np.pi).mean())


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
