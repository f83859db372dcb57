"""The middle of the wall as one smooth closed surface, from the maxima that rays across it met.

A ray by itself may have no maximum where the wall is dim or something hot lies beside it, or one that is a
neighbour's. The wall has no such holes and steps. So all rays together decide where it lies, as in the weighted
splines of other packages: a smooth surface is fitted to their maxima, those far from it count less the farther they
are, and it is fitted again. Where no maximum is near, it goes on as it does round about.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Splines from apex to base and waves round the axis: bends of about 25 mm each way, twice what a camera resolves.
_SPLINES, _WAVES = 8, 6
_RINGS_OF_APEX = 4.0  # near the apex all rays of a ring meet one place: waves fade within about this many
# Weights of bends along the axis, of waves (by the fourth power of how many go round), and of any departure from the
# fitted radius, beside maxima of full height, which weigh 1 each.
_BEND, _WAVE, _DEPARTURE = 4.0, 1 / 32, 1e-3
# Waves that are allowed, and how far in mm a maximum may lie from the surface that was found before: the shape is
# found from coarse to fine, so that no neighbour's maxima can draw it over by being many in one place.
_FITS = ((2, 16.0), (4, 8.0), (6, 6.0), (6, 6.0))


@dataclass(frozen=True, eq=False)
class _Maxima:
    """[ring, angle, step]. offset_mm: from the fitted radius. height: 0 where there is none, at most 1."""

    offset_mm: Array
    height: Array


def wall_surface(profile: NDArray[np.float32], offset_mm: Array, searched: NDArray[np.bool_]) -> Array:
    """[ring, angle]: how far outside the fitted radius the middle of the wall lies, in mm; 0 if nothing shows it.

    profile: activity [ring, angle, step] at `offset_mm` [step] from the fitted radius, equal steps outwards.
    searched [ring, step]: where a maximum may be the wall's; neither the first nor the last step.
    """
    maxima = _maxima(profile, offset_mm, searched)
    surface = np.zeros(profile.shape[:2])
    for waves, far_mm in _FITS:
        off = maxima.offset_mm - surface[..., None]
        near = maxima.height * np.clip(1 - (off / far_mm) ** 2, 0, None) ** 2
        best = near.argmax(axis=-1)[..., None]
        weight = np.take_along_axis(near * maxima.height, best, axis=-1)[..., 0]
        surface = _fitted(np.take_along_axis(maxima.offset_mm, best, axis=-1)[..., 0], weight, waves)
    return np.clip(surface, offset_mm[0], offset_mm[-1])


def _maxima(profile: NDArray[np.float32], offset_mm: Array, searched: NDArray[np.bool_]) -> _Maxima:
    """Local maxima to a part of a step, by the parabola through three samples."""
    before, here, after = profile[..., :-2], profile[..., 1:-1], profile[..., 2:]
    is_one = (here > before) & (here >= after) & searched[:, None, 1:-1]
    height = np.where(is_one, here, 0).astype(np.float64)
    usual = float(np.quantile(height.max(axis=-1), 0.9))
    bend = np.where(is_one, before - 2 * here + after, -1.0)
    offset = offset_mm[1:-1] + 0.5 * (before - after) / bend * (offset_mm[1] - offset_mm[0])
    return _Maxima(np.where(is_one, offset, 0.0), np.minimum(height / usual, 1) if usual > 0 else height)


def _fitted(offset_mm: Array, weight: Array, waves: int) -> Array:
    """The smooth surface nearest to `offset_mm` [ring, angle], whose squares count by `weight`.

    Sums of products, and no matrix product: these may run on several threads, and then sums round otherwise. What is
    solved at the end is small, and one machine solves it the same each time; another may differ in the last bits.
    """
    rings, angles = offset_mm.shape
    shapes = 2 * waves + 1
    round_axis, along = _round_axis(angles)[:, :shapes], _along_axis(rings)[:, :shapes]
    together = np.einsum("ra,am,an->rmn", weight, round_axis, round_axis)
    normal = np.einsum("rmn,rmi,rnj->minj", together, along, along).reshape(2 * (shapes * _SPLINES,))
    wanted = np.einsum("ra,am,rmi->mi", weight * offset_mm, round_axis, along).ravel()
    part = np.linalg.solve(normal + _stiffness(waves), wanted).reshape(shapes, _SPLINES)
    return np.asarray(np.einsum("mi,rmi,am->ra", part, along, round_axis))


@cache
def _round_axis(angles: int) -> Array:
    """[angle, shape]: 1, cosine and sine of one wave round the axis, of two, …"""
    theta = (np.arange(angles) + 0.5) * 2 * np.pi / angles
    waves = [turn(n * theta) for n in range(1, _WAVES + 1) for turn in (np.cos, np.sin)]
    return np.stack([np.ones(angles), *waves], axis=1)


@cache
def _along_axis(rings: int) -> Array:
    """[ring, shape, spline]: cubic splines from apex to base, faded towards the apex by their shape's waves."""
    ring = np.arange(rings) + 0.5
    from_knot = np.abs(ring[:, None] * (_SPLINES - 3) / rings - np.arange(-1, _SPLINES - 1))
    splines = np.where(
        from_knot < 1,
        2 / 3 - from_knot**2 + from_knot**3 / 2,
        np.clip(2 - from_knot, 0, None) ** 3 / 6,
    )
    fading = 1 - np.exp(-ring[:, None] / _RINGS_OF_APEX)
    return splines[:, None, :] * fading[..., None] ** np.minimum(_waves_of(_WAVES), 2)[:, None]


@cache
def _stiffness(waves: int) -> Array:
    """Square, one row each for a spline of a shape: what a bent surface costs."""
    bend = np.diff(np.eye(_SPLINES), 2, axis=0)
    each = _BEND * bend.T @ bend + _DEPARTURE * np.eye(_SPLINES)
    wavy = np.repeat(_WAVE * _waves_of(waves).astype(np.float64) ** 4, _SPLINES)
    return np.asarray(np.kron(np.eye(2 * waves + 1), each) + np.diag(wavy))


def _waves_of(waves: int) -> NDArray[np.int64]:
    """[shape]: 0, 1, 1, 2, 2, …"""
    return (np.arange(2 * waves + 1) + 1) // 2
