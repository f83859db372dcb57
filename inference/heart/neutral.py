"""The volume a reader sees: the same grid, type and scale for every source, and nothing else in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.heart.frame import APEX_K, axis_grid, base_k, sample_mm
from inference.heart.ventricle import LeftVentricle
from inference.volume import Volume

FULL_SCALE = 40_000


@dataclass(frozen=True, eq=False)
class Neutral:
    """voxels: uint16 [64, 80, 80] (k, j, i) at 2 mm; FULL_SCALE is 100 % of the ventricle's robust maximum.

    lv: where the ventricle lies: apex_k (always 8, mid-wall), base_k, radius_mm (mid-wall); rounded, so that
    they tell no source from another.
    """

    voxels: NDArray[np.uint16]
    lv: dict[str, float]

    def to_bytes(self) -> bytes:
        """819,200 bytes, little endian, i fastest."""
        return self.voxels.astype("<u2").tobytes()


def neutral_volume(volume: Volume, lv: LeftVentricle) -> Neutral:
    """The volume on the neutral grid: axis along k through the middle of i and j, mid-wall apex at k = 8."""
    sampled = sample_mm(volume, axis_grid(lv.apex_mm, lv.base_mm))
    scaled = np.clip(np.rint(sampled * (FULL_SCALE / lv.robust_max)), 0, 65_535)
    return Neutral(
        voxels=scaled.astype("<u2"),
        lv={"apex_k": APEX_K, "base_k": round(base_k(lv.length_mm), 1), "radius_mm": round(lv.radius_mm, 1)},
    )
