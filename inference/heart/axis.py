"""From a rough ring to the long axis, the radius, the base and the apex of the left ventricle.

Circles per slice (weighted algebraic fit), a line through their centres, the base at half of the wall's
activity, the apex where a dome fits best and the axis meets a wall.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, map_coordinates

from inference.heart.search import GRID_MM, Ring
from inference.volume import Voxels

_THETA = np.arange(36) * 2 * np.pi / 36
_ROUNDS = 3
_WINDOW_MM = 7.0  # how far from the expected radius a wall is believed
_SHARE_OF_ANGLES = 0.4  # a slice shows the wall if its activity at this quantile of the angles does
_STEP_MM = 1.0
# From simulated hearts (`evaluate finder`, seed 11), where the true ends are known: what lies behind the base shines
# into it, and blur draws a curved wall inwards.
_END_OF_WALL, _BASE_TOO_FAR_MM = 0.6, 2.0
_SHARP_MM, _SHARE_OF_BLUR = (
    6.0,
    0.75,
)  # distance from the peak to half of it outside: a wall seen without blur
_DEEPEST_MM, _SHARE_OF_RIM = 3.0, 0.8
# Without a wall on the axis the dome ends where the loss begins: 13 mm too soon in simulated hearts that have lost much
# of the apex, 2 mm in a half sphere that has lost segment 17 alone.
_DOME_TOO_SHORT_MM = 8.0
_STRETCHES = (1.0, 1.35, 1.7)  # how pointed the apex may be: depth of the dome over its radius
_STEEPEST = np.tan(np.radians(20.0))  # an operator's short axis is not tilted further

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Apex:
    """Height of the middle of the apical wall, and what speaks for it.

    share: activity met on the axis, of the wall's level (0: none was met). depth_mm: how far behind the dome's own
    middle it was met. contrast: mean capped contrast of the dome with its inside and outside, -0.85 to 0.7.
    """

    z: float
    share: float
    depth_mm: float
    contrast: float

    @property
    def seen(self) -> bool:
        return self.share > 0


@dataclass(frozen=True)
class Base:
    """Height at which the wall ends, whether inside of the volume, and what speaks for it.

    uneven_mm: between the heights at which the first and the last tenth of the angles lose the wall.
    """

    z: float
    seen: bool
    uneven_mm: float


@dataclass(frozen=True)
class Axis:
    """Long axis in mm of the working volume: x, y at height z are `offset + slope * z`; apex.z < base.z.

    level: activity of the wall in mid slices. wobble_mm: root mean square distance of the slices' centres from it.
    """

    offset: Floats
    slope: Floats
    radius_mm: float
    apex: Apex
    base: Base
    level: float
    wobble_mm: float

    @property
    def tilt_degrees(self) -> float:
        return float(np.degrees(np.arctan(np.hypot(*self.slope))))

    def at(self, z: float) -> Floats:
        """The point (x, y, z) of the axis at height z."""
        return np.array([*(self.offset + self.slope * z), z])


def fit_axis(voxels: Voxels, ring: Ring) -> Axis:
    """Refines a ring found in the working volume [k, j, i] at GRID_MM."""
    heights = np.arange(len(voxels), dtype=np.float64) * GRID_MM
    offset, slope = np.array([ring.x_mm, ring.y_mm]), np.zeros(2)
    radius = ring.radius_mm
    first, last = ring.first, ring.last
    for _ in range(_ROUNDS):
        centres = offset + slope * heights[:, None]
        circles, activity = _circles(voxels, centres, radius)
        shown = np.quantile(activity, 1 - _SHARE_OF_ANGLES, axis=1)
        low, high = _extent(shown, first, last)
        # Away from the taper of the apex and from the last slices, as far as the ventricle is long enough.
        inner = slice(low + int(0.3 * (high - low)), high - int(0.15 * (high - low)) + 1)
        radius = float(np.clip(np.median(circles[inner, 2]), 14.0, 44.0))
        offset, slope = _line(heights[inner], circles[inner, :2])
        first, last = inner.start, inner.stop - 1
    wobble = _wobble(circles[inner, :2], offset + slope * heights[inner, None])
    _, activity = _circles(voxels, offset + slope * heights[:, None], radius)
    shown = np.quantile(activity, 1 - _SHARE_OF_ANGLES, axis=1)
    # Not the median: where half of the base has lost its activity, the blood pool would pass for its wall.
    level = max(float(np.quantile(shown[first : last + 1], 0.75)), 1e-12)
    apex = _apex(voxels, (offset, slope), radius=radius, level=level, start=float(heights[first]))
    base = _base(heights, activity / level, shown / level, start=min(last, len(heights) - 2))
    return Axis(offset, slope, radius, apex, base, level, wobble)


def _wobble(centres: Floats, line: Floats) -> float:
    return float(np.sqrt(((centres - line) ** 2).sum(axis=1).mean()))


def _circles(voxels: Voxels, centres: Floats, radius: float) -> tuple[Floats, Floats]:
    """Per slice a circle (x, y, r) through the wall; the wall's activity [slice, angle]."""
    theta = _THETA
    distance = np.arange(4.0, radius + 12.0, _STEP_MM)
    rays = np.stack([np.cos(theta), np.sin(theta)])  # x, y
    points = centres[:, :, None, None] + rays[None, :, :, None] * distance  # [slice, xy, angle, distance]
    z = np.broadcast_to(np.arange(len(voxels))[:, None, None] * GRID_MM, points[:, 0].shape)
    profile = _sample(voxels, points[:, 0], points[:, 1], z)
    believed = profile * np.exp(-0.5 * ((distance - radius) / _WINDOW_MM) ** 2)
    at = believed.argmax(axis=2)
    height = np.take_along_axis(profile, at[..., None], axis=2)[..., 0]
    # Weak angles say little about where the wall is, and hot ones (a liver) no more than normal ones.
    weight = np.clip(height / (np.median(height, axis=1, keepdims=True) + 1e-12), 0, 1) ** 2
    circles = np.empty((len(voxels), 3))
    for n, centre in enumerate(centres):
        circles[n] = _circle(centre + (rays * distance[at[n]]).T, weight[n])
    drift = np.hypot(*(circles[:, :2] - centres).T)
    circles[drift > 12, :2] = centres[drift > 12]
    return circles, height


def _circle(points: Floats, weight: Floats) -> Floats:
    """Weighted algebraic fit (Kasa 1976), repeated once without the points that it misses most."""
    for _ in range(2):
        design = np.column_stack([points, np.ones(len(points))]) * weight[:, None]
        solution = np.linalg.lstsq(design, (points**2).sum(axis=1) * weight, rcond=None)[0]
        centre = solution[:2] / 2
        radius = np.sqrt(max(solution[2] + centre @ centre, 1e-6))
        miss = np.abs(np.hypot(*(points - centre).T) - radius)
        weight = weight * (miss <= max(2.0 * float(np.median(miss)), 1.0))
    return np.array([*centre, radius])


def _extent(shown: Floats, first: int, last: int) -> tuple[int, int]:
    """The run of slices round first..last in which the wall is seen at half of its usual activity."""
    bright = shown >= 0.5 * np.median(shown[first : last + 1])
    low, high = first, last
    while low > 0 and bright[low - 1]:
        low -= 1
    while high < len(shown) - 1 and bright[high + 1]:
        high += 1
    return low, high


def _line(heights: Floats, centres: Floats) -> tuple[Floats, Floats]:
    """Theil-Sen lines through x and y of the centres: a few slices beside a hot liver do not bend them."""
    first, second = np.triu_indices(len(heights), k=max(len(heights) // 3, 1))
    rise = heights[second] - heights[first]
    slope = np.median((centres[second] - centres[first]) / rise[:, None], axis=0)
    slope = np.clip(slope, -_STEEPEST, _STEEPEST)
    return np.median(centres - slope * heights[:, None], axis=0), slope


def _base(heights: Floats, activity: Floats, shown: Floats, *, start: int) -> Base:
    """Where the wall ends, going from mid slices to the base; activities are of the wall's level."""
    lost = activity[start + 1 :] < _END_OF_WALL
    ends = np.where(lost.any(axis=0), heights[start] + GRID_MM * lost.argmax(axis=0), heights[-1])
    uneven = float(np.quantile(ends, 0.9) - np.quantile(ends, 0.1))
    for k in range(start, len(shown) - 1):
        if shown[k + 1] < _END_OF_WALL:
            share = (shown[k] - _END_OF_WALL) / max(shown[k] - shown[k + 1], 1e-6)
            z = float(heights[k] + np.clip(share, 0, 1) * GRID_MM - _BASE_TOO_FAR_MM)
            return Base(z, seen=True, uneven_mm=uneven)
    return Base(float(heights[-1]), seen=False, uneven_mm=uneven)


def _apex(voxels: Voxels, line: tuple[Floats, Floats], *, radius: float, level: float, start: float) -> Apex:
    """The wall met on the axis near where the dome fits best.

    Blur moves the brightest point of so curved a wall inwards and its outer edge outwards: the wall lies between
    them. Where the apex has lost its activity nothing is met: the dome decides, which the other walls hold up.
    """
    dome, contrast = _dome(voxels, line, radius=radius, level=level, start=start)
    z = np.arange(max(dome - 40.0, 0.0), dome + 18.0, _STEP_MM)
    on_axis = gaussian_filter1d(_along(voxels, line, z), 2.0 / _STEP_MM)
    is_peak = (on_axis[1:-1] >= on_axis[:-2]) & (on_axis[1:-1] > on_axis[2:])
    is_peak &= (on_axis[1:-1] > 0.25 * level) & (z[1:-1] > dome - 12.0)
    peaks = np.flatnonzero(is_peak) + 1
    if not len(peaks):
        return Apex(max(dome - _DOME_TOO_SHORT_MM, 0.0), share=0.0, depth_mm=0.0, contrast=contrast)
    peak = int(peaks[on_axis[peaks].argmax()])
    below = np.flatnonzero(on_axis[:peak] < 0.5 * on_axis[peak])
    edge = z[below[-1]] if len(below) else z[0]
    depth = float(z[peak] - dome)
    apex = z[peak] - _SHARE_OF_BLUR * max(z[peak] - edge - _SHARP_MM, 0.0)
    # Met deeper than the dome's own middle, it is the rim of a defect that shines on to the axis.
    apex -= _SHARE_OF_RIM * max(depth - _DEEPEST_MM, 0.0)
    apex = float(np.clip(apex, max(dome - 10.0, 0.0), dome + 4.0))
    return Apex(apex, share=float(on_axis[peak] / level), depth_mm=depth, contrast=contrast)


def _dome(
    voxels: Voxels, line: tuple[Floats, Floats], *, radius: float, level: float, start: float
) -> tuple[float, float]:
    """Apex of the half ellipsoid that is most like one (bright wall, darker inside and outside), and its contrast."""
    theta = _THETA
    polar = np.radians(np.arange(15.0, 91.0, 15.0))
    sideways = (
        np.sin(polar)[:, None] * np.stack([np.cos(theta), np.sin(theta)])[:, None, :]
    )  # [xy, polar, theta]
    (x0, y0), (sx, sy) = line
    centre = np.arange(max(start - 60.0, 0.0), start + 40.0, 2.0)[
        :, None, None, None
    ]  # where the dome begins
    best, apex = -np.inf, 0.0
    for stretch in _STRETCHES:
        wall_mm = radius / np.hypot(np.sin(polar), np.cos(polar) / stretch)
        distance = wall_mm[:, None, None] + np.array([-12.0, 0.0, 12.0])
        z = centre - np.cos(polar)[:, None, None] * distance
        x = x0 + sx * z + sideways[0][..., None] * distance
        y = y0 + sy * z + sideways[1][..., None] * distance
        z = np.broadcast_to(z, x.shape)
        inside, wall, outside = np.moveaxis(np.minimum(_sample(voxels, x, y, z), level), -1, 0)
        floor = 0.1 * level
        contrast = np.clip((wall - inside) / (wall + inside + floor), -0.5, 0.35)
        contrast += np.clip((wall - outside) / (wall + outside + floor), -0.35, 0.35)
        score = (contrast * np.sin(polar)[:, None]).sum(axis=(1, 2))
        if score.max() > best:
            best, apex = float(score.max()), float(centre.ravel()[score.argmax()] - stretch * radius)
    return max(apex, 0.0), best / (len(theta) * float(np.sin(polar).sum()))


def activity_on_axis(voxels: Voxels, axis: Axis, z: Floats) -> Floats:
    """Activity on the long axis at heights z, averaged over a small disc across it."""
    return _along(voxels, (axis.offset, axis.slope), z)


def _along(voxels: Voxels, line: tuple[Floats, Floats], z: Floats) -> Floats:
    disc = np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]) * GRID_MM
    offset, slope = line
    x, y = (offset[n] + slope[n] * z + disc[:, n, None] for n in (0, 1))
    return _sample(voxels, x, y, np.broadcast_to(z, x.shape)).mean(axis=0)


def _sample(voxels: Voxels, x: Floats, y: Floats, z: Floats) -> Floats:
    index = np.stack([z, y, x]) / GRID_MM
    return np.asarray(map_coordinates(voxels, index, output=np.float64, order=1, mode="grid-constant"))
