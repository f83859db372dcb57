"""A beating heart on the neutral grid of the ungated image: where a reader knows each wall already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.heart.frame import APEX_K, NEUTRAL_SHAPE, NEUTRAL_SPACING_MM, Point, axis_grid, base_k
from inference.heart.neutral import FULL_SCALE
from inference.heart.sampling import ROBUST_QUANTILE, trace_wall
from inference.heart.ventricle import LeftVentricle, VentricleNotFound, find_left_ventricle
from inference.volume import Affine, Kind, Volume

# What the summed beat and the ungated image must agree in: they are the same counts, filtered otherwise. Another
# heart, or this one 8 mm away, agrees less.
_LEAST_AGREEMENT = 0.9
_AROUND_MM = 16.0  # outwards from the middle of the wall: as far as the agreement is looked at


class BeatElsewhere(ValueError):
    """The frames do not show the heart where the ungated image shows it."""


def neutral_beat(beat: Sequence[Volume], image: Volume, lv: LeftVentricle) -> NDArray[np.uint16]:
    """[frame, k, j, i] on the neutral grid of `lv`, the ventricle of the ungated image.

    FULL_SCALE is the robust maximum of the mean frame's wall, one factor for all, so that what moves and what
    thickens stays visible. The frames are placed by what their headers say of the patient; if the heart is not there,
    as if they lay on the image's own grid; if it is not there either, by the ventricle found in their sum.

    Raises BeatElsewhere if the heart of the summed frames is at none of these places that of the image.
    """
    whole = Volume(np.mean([one.voxels for one in beat], axis=0), beat[0].affine, beat[0].kind)
    ungated = image.resample(_neutral_affine(image, lv), NEUTRAL_SHAPE).voxels
    for affine in _places(whole, image, lv):
        mean = whole.resample(affine, NEUTRAL_SHAPE).voxels
        if _agreement(mean, ungated, lv) >= _LEAST_AGREEMENT:
            break
    else:
        raise BeatElsewhere("The frames do not show the heart where the ungated image shows it.")
    wall = trace_wall(mean, base_k=base_k(lv.length_mm), radius_mm=lv.radius_mm)
    scale = FULL_SCALE / float(np.quantile(wall.activity, ROBUST_QUANTILE))
    frames = [np.rint(one.resample(affine, NEUTRAL_SHAPE).voxels * scale) for one in beat]
    return np.clip(np.stack(frames), 0, 65_535).astype("<u2")


def _places(whole: Volume, image: Volume, lv: LeftVentricle) -> Iterator[Affine]:
    """Where the neutral grid may lie among the frames, the likeliest first."""
    yield _neutral_affine(image, lv)
    yield _neutral_affine(whole, lv)
    if whole.kind is Kind.SHORT_AXIS:
        try:
            yield _neutral_affine(whole, find_left_ventricle(whole))
        except VentricleNotFound:
            return


def _neutral_affine(volume: Volume, lv: LeftVentricle) -> Affine:
    """(i, j, k, 1) of the neutral grid -> LPS mm, for a ventricle given in the volume's own short-axis frame."""
    grid = axis_grid(lv.apex_mm, lv.base_mm)
    first: Point = grid[:, 0, 0, 0]
    steps = np.stack([grid[:, 0, 0, 1] - first, grid[:, 0, 1, 0] - first, grid[:, 1, 0, 0] - first], axis=1)
    turn = volume.affine[:3, :3] / volume.spacing
    affine = np.eye(4)
    affine[:3, :3] = turn @ steps
    affine[:3, 3] = volume.affine[:3, 3] + turn @ first
    return affine


def _agreement(one: NDArray[np.float32], other: NDArray[np.float32], lv: LeftVentricle) -> float:
    """Correlation of two volumes on the neutral grid, in the ventricle and round it."""
    k, j, i = np.meshgrid(
        *(np.arange(n, dtype=np.float64) for n in NEUTRAL_SHAPE), indexing="ij", sparse=True
    )
    rows, columns = NEUTRAL_SHAPE[1:]
    off_mm = NEUTRAL_SPACING_MM * np.hypot(j - (rows - 1) / 2, i - (columns - 1) / 2)
    near = (off_mm < lv.radius_mm + _AROUND_MM) & (k > APEX_K - 4) & (k < base_k(lv.length_mm))
    a, b = one[near], other[near]
    if a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])
