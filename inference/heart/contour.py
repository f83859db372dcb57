"""The middle of the wall as the sampler met it: a radius for each ring and angle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, median_filter

from inference.heart.frame import axis_grid, base_k, sample_mm
from inference.heart.sampling import ROBUST_QUANTILE, trace_wall
from inference.heart.ventricle import LeftVentricle
from inference.volume import Volume

_LOST = 0.4  # of the robust maximum: weaker places do not say where the wall is
_FARTHEST_MM = 8.0  # from the fitted radius; what a ray meets at its ends is a neighbour's
_MEDIAN = (5, 7)  # rings, angles
_SMOOTHING = (1.0, 2.0)


def wall_contour(volume: Volume, lv: LeftVentricle) -> NDArray[np.float64]:
    """[24, 72], ring and angle: distance in mm from a ray's origin to the middle of the wall.

    The origin is the axis, and in the rings of the dome its centre. Taken from where the rays met the wall, made
    smooth; where the wall has lost its activity, the fitted radius.
    """
    on_grid = sample_mm(volume, axis_grid(lv.apex_mm, lv.base_mm))
    wall = trace_wall(on_grid, base_k=base_k(lv.length_mm), radius_mm=lv.radius_mm)
    met = wall.distance_mm.astype(np.float64)
    clear = wall.activity >= _LOST * float(np.quantile(wall.activity, ROBUST_QUANTILE))
    clear &= np.abs(met - lv.radius_mm) <= _FARTHEST_MM
    filled = np.where(clear, met, lv.radius_mm)
    # Round the axis the map has no edge, from apex to base it has two.
    around = _MEDIAN[1] // 2
    wrapped = np.pad(filled, ((0, 0), (around, around)), mode="wrap")
    steady = median_filter(wrapped, size=_MEDIAN, mode="nearest")[:, around:-around]
    smooth = gaussian_filter1d(steady, _SMOOTHING[0], axis=0, mode="nearest")
    return np.asarray(gaussian_filter1d(smooth, _SMOOTHING[1], axis=1, mode="wrap"))
