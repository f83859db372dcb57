"""The 17 segments of the left ventricle (Cerqueira 2002, Circulation 105:539) and scores from uptake."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.heart.sampling import ANGLES, RINGS, RINGS_A_BAND, PolarMap

SEGMENT_NAMES = (
    "basal anterior",
    "basal anteroseptal",
    "basal inferoseptal",
    "basal inferior",
    "basal inferolateral",
    "basal anterolateral",
    "mid anterior",
    "mid anteroseptal",
    "mid inferoseptal",
    "mid inferior",
    "mid inferolateral",
    "mid anterolateral",
    "apical anterior",
    "apical septal",
    "apical inferior",
    "apical lateral",
    "apex",
)
# The standard assignment; a segment's true supply differs between people.
TERRITORIES = {
    "LAD": (1, 2, 7, 8, 13, 14, 17),
    "RCA": (3, 4, 9, 10, 15),
    "LCX": (5, 6, 11, 12, 16),
}
INFERIOR = (4, 10, 15)


def segment_index() -> NDArray[np.int64]:
    """[ring, angle] -> number of the segment, 1 to 17."""
    degrees = (np.arange(ANGLES) + 0.5) * 360 / ANGLES
    sixth = np.floor(((degrees + 30) % 360) / 60).astype(np.int64)
    quarter = np.floor(((degrees + 45) % 360) / 90).astype(np.int64)
    bands = (np.full(ANGLES, 17), 13 + quarter, 7 + sixth, 1 + sixth)  # from the centre outwards
    return np.repeat(np.stack(bands), RINGS_A_BAND, axis=0)


def ring_weights() -> NDArray[np.float64]:
    """[ring] -> the wall's area that a sample of the ring stands for, within its band.

    Equal steps along the axis cut equal areas from a cylinder and from a sphere alike; the rings of the cap
    are equal steps of angle, so that their areas grow as 1, 3, 5, …
    """
    weights = np.ones(RINGS)
    weights[:RINGS_A_BAND] = 2 * np.arange(RINGS_A_BAND) + 1
    return weights


def segment_values(polar: PolarMap) -> NDArray[np.float64]:
    """Area-weighted mean of each segment, float64 [17] in % of maximum; index 0 = segment 1."""
    weight = np.broadcast_to(ring_weights()[:, None], polar.shape).ravel()
    where = segment_index().ravel()
    total = np.bincount(where, polar.ravel() * weight, minlength=18)[1:]
    return np.asarray(total / np.bincount(where, weight, minlength=18)[1:], dtype=np.float64)


def scores_from_uptake(values: NDArray[np.float64], thresholds: Sequence[float]) -> NDArray[np.int64]:
    """Scores 0 (normal) to len(thresholds) of values in % of maximum.

    thresholds: descending; a value at or above the first scores 0, below the last it scores len(thresholds).
    For instance (70, 50, 30, 10). An automatic score never replaces a reader's.
    """
    if list(thresholds) != sorted(set(thresholds), reverse=True):
        raise ValueError("thresholds must fall from one to the next")
    return (np.asarray(values)[..., None] < np.asarray(thresholds)).sum(axis=-1)
