"""Which voxels are brain, from the image alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.volume import Volume

_SHARE_OF_TISSUE = 0.55
_NECK_MM = 7.0
_ROUNDS = 4
_FEWEST_ML = 500.0


class BrainNotFound(ValueError):
    """There is no brain in this image that could be measured. One sentence."""


def tissue_level(volume: Volume) -> float:
    """The level of ordinary brain: the median of what is brighter than 55 % of it. Raises BrainNotFound.

    A median does not care how hot a striatum or a salivary gland is.
    """
    voxels = volume.voxels
    if not np.isfinite(voxels).all() or voxels.max() <= 0:
        raise BrainNotFound("There is no activity in this image; give one of a head.")
    level = float(np.median(voxels[voxels > voxels.mean()]))
    for _ in range(_ROUNDS):
        level = float(np.median(voxels[voxels > _SHARE_OF_TISSUE * level]))
    return level


def brain_mask(volume: Volume) -> NDArray[np.bool_]:
    """bool [k, j, i]: the brain with its ventricles; scalp and glands, which hang on by a neck at most, are cut off.

    volume: transaxial, any spacing. Raises BrainNotFound.
    """
    bright = volume.voxels > _SHARE_OF_TISSUE * tissue_level(volume)
    bright = ndimage.binary_fill_holes(bright)
    core = _eroded(bright, volume, _NECK_MM)
    labels, count = ndimage.label(core)
    if count == 0:
        raise BrainNotFound("Nothing in this image is large enough to be a brain.")
    largest = labels == 1 + np.argmax(np.bincount(labels.ravel())[1:])
    grown = _distance(~largest, volume) <= _NECK_MM + max(volume.spacing) / 2
    mask = _holes_filled(grown & bright)
    millilitres = mask.sum() * np.prod(volume.spacing) / 1000
    if millilitres < _FEWEST_ML:
        raise BrainNotFound(f"What is bright in this image is {millilitres:.0f} ml, too little for a brain.")
    return mask


def _holes_filled(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """In every slice too: ventricles open downwards."""
    return np.stack([ndimage.binary_fill_holes(plane) for plane in ndimage.binary_fill_holes(mask)])


def _eroded(mask: NDArray[np.bool_], volume: Volume, by_mm: float) -> NDArray[np.bool_]:
    return np.asarray(_distance(mask, volume) > by_mm)


def _distance(mask: NDArray[np.bool_], volume: Volume) -> NDArray[np.float64]:
    """Millimetres from each voxel of the mask to what is outside it; the edge of the field is not outside."""
    return np.asarray(ndimage.distance_transform_edt(mask, sampling=volume.spacing[::-1]))
