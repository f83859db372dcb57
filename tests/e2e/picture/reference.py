"""The same pictures by numpy and scipy alone, from what the documentation says of the views."""

from collections.abc import Mapping
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

SPACING_MM = 2.0
FULL_SCALE = 40_000
# DICOM PS3.6 B.1.2, and the ten steps.
COOL = ((0, 0x000000), (63, 0x00807D), (128, 0x8000FF), (192, 0xFF8000), (255, 0xFFFFFF))
TEN_STEPS = (
    (0, 0x000000), (26, 0x260076), (52, 0x0018BC), (78, 0x007358), (104, 0x00D515),
    (130, 0xB7D500), (156, 0xFFB700), (182, 0xFF5D00), (208, 0xFF0606), (234, 0xFFACD0),
)  # fmt: skip

Pixels = NDArray[np.uint8]
Table = NDArray[np.float64]


def rgb(colour: int) -> tuple[int, int, int]:
    return colour >> 16, colour >> 8 & 255, colour & 255


def gray() -> Table:
    return np.repeat(np.arange(256.0)[:, None], 3, axis=1)


def between(points: tuple[tuple[int, int], ...]) -> Table:
    """256 colours, linear between control points."""
    at = [place for place, _ in points]
    channels = np.array([rgb(colour) for _, colour in points], dtype=float).T
    return np.stack([np.interp(np.arange(256), at, channel) for channel in channels], axis=1)


def grid(
    volumes: Mapping[str, tuple[NDArray[np.uint16], Mapping[str, float]]],
    layout: Mapping[str, Any],
    side: int,
    table: Table,
    *,
    smooth: bool = True,
) -> Pixels:
    """RGB of the whole grid; tiles of side - 1 pixels, then one dark line."""
    strips = layout["strips"]
    counts = {
        view: max(strip["first"] + strip["count"] for strip in strips if strip["view"] == view)
        for view in {strip["view"] for strip in strips}
    }
    lengths = [(lv["base_k"] - lv["apex_k"]) * SPACING_MM for _, lv in volumes.values()]
    length, width = max(lengths), 2 * (max(lv["radius_mm"] for _, lv in volumes.values()) + 5)
    extent = {"SA": length + 6 + 3, "VLA": width, "HLA": width}
    step = {view: ceil(extent[view] / (count - 1) / 0.1) * 0.1 for view, count in counts.items()}
    field = max(90, 10 * ceil(max(length + 20, width * 1.25) / 10))
    out = np.zeros((layout["rows"] * side, layout["columns"] * side, 3), dtype=np.uint8)
    for strip in strips:
        voxels, lv = volumes[f"{strip['set']} {strip['state']}"]
        for column in range(strip["count"]):
            view, number = strip["view"], strip["first"] + column
            points = _points(view, number, counts[view], step[view], field, voxels.shape, lv, side - 1)
            values = _sampled(voxels, points, smooth=smooth) / FULL_SCALE
            shown = table[np.clip(np.floor(values * 255 + 0.5), 0, 255).astype(int)]
            top, left = strip["row"] * side, (strip["column"] + column) * side
            out[top : top + side - 1, left : left + side - 1] = np.rint(shown)
    return out


def _points(
    view: str,
    number: int,
    count: int,
    step: float,
    field: float,
    shape: tuple[int, ...],
    lv: Mapping[str, float],
    pixels: int,
) -> NDArray[np.float64]:
    """[3 (k, j, i), row, column] of a tile."""
    nk, nj, ni = shape
    axis_i, axis_j = (ni - 1) / 2, (nj - 1) / 2
    middle_k = (lv["apex_k"] + lv["base_k"]) / 2
    down, right = np.meshgrid(
        *[((np.arange(pixels) + 0.5) / pixels - 0.5) * field / SPACING_MM] * 2, indexing="ij"
    )
    aside = (number - (count - 1) / 2) * step / SPACING_MM
    if view == "SA":  # from 6 mm before the apex; septum left, anterior up
        k = lv["apex_k"] + (number * step - 6) / SPACING_MM
        return np.stack([np.full_like(right, k), axis_j + down, axis_i + right])
    if view == "VLA":  # septal to lateral; apex right, anterior up
        return np.stack([middle_k - right, axis_j + down, np.full_like(right, axis_i + aside)])
    return np.stack(
        [middle_k + down, np.full_like(right, axis_j - aside), axis_i + right]
    )  # HLA, inferior first


def _sampled(voxels: NDArray[np.uint16], points: NDArray[np.float64], *, smooth: bool) -> NDArray[np.float64]:
    sizes = np.array(voxels.shape).reshape(3, 1, 1)
    outside = ((points < -0.5) | (points > sizes - 0.5)).any(axis=0)
    order, at = (1, points) if smooth else (0, np.clip(np.floor(points + 0.5), 0, sizes - 1))
    values = map_coordinates(voxels.astype(np.float64), at, order=order, mode="nearest")
    return np.where(outside, 0, values)
