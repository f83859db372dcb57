"""Where the polar map met the wall, in bytes that a reader's page can draw: a distance for each ring and angle."""

from __future__ import annotations

import numpy as np

from inference.heart.sampling import ANGLES, RINGS, PolarMap

_STEPS_A_MM = 100  # of what is kept


def encode(distance_mm: PolarMap) -> bytes:
    """3,456 bytes: uint16 little endian [ring, angle], hundredths of a millimetre from a ray's origin."""
    return np.clip(np.rint(distance_mm * _STEPS_A_MM), 0, 65_535).astype("<u2").tobytes()


def decode(data: bytes) -> PolarMap:
    """The distances that `encode` wrote, in mm."""
    return (np.frombuffer(data, "<u2").reshape(RINGS, ANGLES) / _STEPS_A_MM).astype(np.float32)
