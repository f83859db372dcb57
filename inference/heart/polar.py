"""Polar map of the left ventricle: one value of wall activity for each ring and angle."""

from __future__ import annotations

import numpy as np

from inference.heart.neutral import FULL_SCALE, Neutral
from inference.heart.sampling import ANGLES, RINGS, ROBUST_QUANTILE, PolarMap, Wall, trace_wall


def polar_map(neutral: Neutral) -> PolarMap:
    """[ring, angle], in per cent of the map's own robust maximum (99th percentile).

    Ring 0 is the centre of the apex, ring 23 the base. Rings 0-5 are the cap (segment 17), 6-11 apical,
    12-17 mid, 18-23 basal. Angle a covers [5a, 5a + 5) degrees from anterior towards the septum, which is
    counter-clockwise on the displayed map. All zero if the ventricle shows no activity.
    """
    return in_per_cent(wall_of(neutral).activity)


def wall_of(neutral: Neutral) -> Wall:
    """What the rays of the polar map met, and where."""
    return trace_wall(
        neutral.voxels.astype(np.float32),
        base_k=neutral.lv["base_k"],
        radius_mm=neutral.lv["radius_mm"],
    )


def in_per_cent(activity: PolarMap) -> PolarMap:
    """The activity of a wall in per cent of its robust maximum; all zero if there is none."""
    highest = float(np.quantile(activity, ROBUST_QUANTILE))
    return (activity * (100 / highest)).astype(np.float32) if highest > 0 else np.zeros_like(activity)


def encode(polar: PolarMap) -> bytes:
    """3,456 bytes: uint16 little endian [ring, angle], FULL_SCALE = 100 %, clipped at 65,535."""
    return np.clip(np.rint(polar * (FULL_SCALE / 100)), 0, 65_535).astype("<u2").tobytes()


def decode(data: bytes) -> PolarMap:
    """The map that `encode` wrote, in per cent."""
    return (np.frombuffer(data, "<u2").reshape(RINGS, ANGLES) * (100 / FULL_SCALE)).astype(np.float32)
