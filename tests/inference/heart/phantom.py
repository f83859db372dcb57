"""A ventricle of known shape: half sphere and cylinder, 17 segments of known activity, a liver beside it.

Built on 2 mm with soft edges, blurred to a camera's resolution, averaged to 4 mm. A wall point belongs to the
segment of its ray's middle of the wall, the rule that the sampler uses too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from inference.heart.segments import segment_index
from inference.volume import Kind, Volume
from tests.inference.dicom.hearts import short_axis_affine

SHAPE = (40, 64, 64)
FINE_MM, VOXEL_MM = 2.0, 4.0
RADIUS_MM, WALL_MM, LENGTH_MM = 26.0, 10.0, 72.0


@dataclass(frozen=True)
class Ball:
    """A hot organ: centre relative to the ventricle's axis and mid-wall apex, in mm."""

    lateral_mm: float
    inferior_mm: float
    basal_mm: float
    radius_mm: float
    activity: float


@dataclass(frozen=True)
class Shape:
    """Where the phantom's ventricle lies: mid-wall apex in mm of the short-axis frame, and its size."""

    apex_mm: tuple[float, float, float] = (129.3, 123.1, 41.7)
    radius_mm: float = RADIUS_MM
    length_mm: float = LENGTH_MM


def volume(
    segments: Sequence[float] = (1.0,) * 17,
    *,
    fwhm_mm: float = 8.0,
    background: float = 0.0,
    noise: float = 0.0,
    balls: tuple[Ball, ...] = (),
    shape: Shape | None = None,
) -> Volume:
    """A short-axis volume [40, 64, 64] at 4 mm. noise: standard deviation relative to normal wall."""
    shape = shape or Shape()
    parts = _blurred_segments(shape, fwhm_mm)
    image = np.tensordot(np.asarray(segments, dtype=np.float32), parts, axes=1)
    for ball in balls:
        image += _blurred_ball(shape, ball, fwhm_mm)
    image += background
    if noise:
        counts = 1 / noise**2
        image = np.random.default_rng(11).poisson(image * counts).astype(np.float32) / counts
    affine = short_axis_affine(SHAPE, spacing=(VOXEL_MM,) * 3)
    return Volume(image * 1000, affine, Kind.SHORT_AXIS)


def one_defect(segment: int, *, remaining: float = 0.5) -> list[float]:
    """Normal everywhere but in one segment (1 to 17)."""
    return [remaining if n == segment else 1.0 for n in range(1, 18)]


def _grid(shape: Shape) -> tuple[NDArray[np.float32], ...]:
    """Lateral, inferior, basal distance in mm from axis and apex, on the fine grid."""
    axes = []
    for count, origin in zip(SHAPE[::-1], shape.apex_mm, strict=True):
        fine = (np.arange(2 * count, dtype=np.float32) + 0.5) * FINE_MM - VOXEL_MM / 2
        axes.append(fine - origin)
    return axes[0][None, None, :], axes[1][None, :, None], axes[2][:, None, None]


@cache
def _blurred_segments(shape: Shape, fwhm_mm: float) -> NDArray[np.float32]:
    """[17, k, j, i]: each segment's share of the image. All is linear, so any pattern is a sum."""
    lateral, inferior, basal = _grid(shape)
    across = np.hypot(lateral, inferior)
    in_cap = basal < shape.radius_mm
    distance = np.where(in_cap, np.hypot(across, basal - shape.radius_mm), across)
    wall = np.clip((WALL_MM / 2 - np.abs(distance - shape.radius_mm)) / FINE_MM + 0.5, 0, 1)
    wall = wall * np.clip((shape.length_mm - basal) / FINE_MM + 0.5, 0, 1)
    cosine = (shape.radius_mm - basal) / np.maximum(distance, 1e-6)
    height = np.where(in_cap, shape.radius_mm * (1 - np.minimum(cosine, 1)), basal)
    share = (height - WALL_MM / 2) / (shape.length_mm - WALL_MM / 2)  # 0 end of cavity, 1 base
    band = np.clip(np.floor(share * 3).astype(int) + 1, 0, 3) * 6
    theta = np.degrees(np.arctan2(-lateral, -inferior)) % 360 + 0 * band
    number = segment_index()[band, (theta / 5).astype(int) % 72]
    parts = [_seen(np.where(number == n, wall, 0).astype(np.float32), fwhm_mm) for n in range(1, 18)]
    return np.stack(parts)


@cache
def _blurred_ball(shape: Shape, ball: Ball, fwhm_mm: float) -> NDArray[np.float32]:
    lateral, inferior, basal = _grid(shape)
    away = np.sqrt(
        (lateral - ball.lateral_mm) ** 2 + (inferior - ball.inferior_mm) ** 2 + (basal - ball.basal_mm) ** 2
    )
    inside = np.clip((ball.radius_mm - away) / FINE_MM + 0.5, 0, 1) * ball.activity
    return _seen(inside.astype(np.float32), fwhm_mm)


def _seen(fine: NDArray[np.float32], fwhm_mm: float) -> NDArray[np.float32]:
    blurred = gaussian_filter(fine, fwhm_mm / 2.3548 / FINE_MM, truncate=3)
    k, j, i = SHAPE
    return blurred.reshape(k, 2, j, 2, i, 2).mean(axis=(1, 3, 5))
