"""What is read off a brain image: regional means, left against right, striatum against background, lesions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.brain.regions import SIDES, BrainRegions, Side
from inference.physics.head_shape import REGIONS
from inference.volume import Voxels

RegionKey = tuple[str, Side]
# White matter is for noise; it is no region that is read.
READ_REGIONS: tuple[RegionKey, ...] = tuple(
    (name, side) for name in REGIONS if name != "white" for side in SIDES
)


def regional_means(voxels: Voxels, regions: BrainRegions) -> dict[RegionKey, float]:
    """Mean of each region that holds voxels; an image that ends below the cerebellum has none."""
    masks = {key: regions.of(*key) for key in READ_REGIONS}
    return {key: float(voxels[mask].mean()) for key, mask in masks.items() if mask.any()}


def asymmetry_index(left: float, right: float) -> float:
    """200 (left - right) / (left + right) in per cent: positive where the right side has less."""
    return 200 * (left - right) / (left + right)


def binding_ratio(voxels: Voxels, regions: BrainRegions, *, name: str, side: Side) -> float:
    """Specific binding ratio: (mean of caudate or putamen - background) / background, the occipital lobes'."""
    background = float(voxels[regions.of("occipital", "left") | regions.of("occipital", "right")].mean())
    return (float(voxels[regions.of(name, side)].mean()) - background) / background


def relative_error(value: float, reference: float) -> float:
    """In per cent of the reference."""
    return 100 * (value / reference - 1)


def nmse(voxels: Voxels, reference: Voxels, mask: NDArray[np.bool_]) -> float:
    """Sum of squared differences over sum of squares of the reference, in the mask."""
    seen, wanted = voxels[mask].astype(np.float64), reference[mask].astype(np.float64)
    return float(((seen - wanted) ** 2).sum() / (wanted**2).sum())


def scaled_to(voxels: Voxels, reference: Voxels, mask: NDArray[np.bool_]) -> Voxels:
    """The image with the reference's mean in the mask: what is left is shape, not scale."""
    return voxels * np.float32(reference[mask].mean() / voxels[mask].mean())


def coefficient_of_variation(voxels: Voxels, mask: NDArray[np.bool_]) -> float:
    """Standard deviation over mean, in per cent."""
    return float(100 * voxels[mask].std() / voxels[mask].mean())


def contrast(voxels: Voxels, lesion: NDArray[np.bool_], mirror: NDArray[np.bool_]) -> float:
    """1 - lesion / mirror: the share of uptake that is lost against the same place on the other side."""
    return float(1 - voxels[lesion].mean() / voxels[mirror].mean())
