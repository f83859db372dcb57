"""The left ventricle in its own frame: axes, wall, perfusion, and the true value of each of 17 segments."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.physics.patient import Patient, State, Ventricle

Array = NDArray[np.floating]
Vector = NDArray[np.float64]

# The wall is widest at this share of the length from the middle; apex and base are half a length away.
_WIDEST_AT = -0.15
_APICAL_HALF_AXIS = 0.65
_BASAL_TAPER = 2.6
_SHARPNESS_OF_LESION = 8.0
# The normal apex is thinner than the rest of the wall, hence seen less bright by every camera.
_APICAL_THICKNESS = 0.65
# The lateral wall reaches farther back than the septum, whose last part is a membrane: half the difference.
_BASAL_TILT_MM = 3.0


@dataclass(frozen=True)
class Pose:
    """How the ventricle stands for a share of the beat: change of outer radius, wall and length in mm."""

    share: float
    wider_mm: float
    thicker_mm: float
    longer_mm: float


RELAXED = Pose(0.6, 0.0, 0.0, 0.0)
CONTRACTED = Pose(0.4, -4.5, 3.0, -5.0)
BEAT = (RELAXED, CONTRACTED)


@dataclass(frozen=True)
class Frame:
    """Unit vectors in LPS: `long` base -> apex, `anterior` across it and most superior, `lateral`."""

    centre_mm: Vector
    long: Vector
    anterior: Vector
    lateral: Vector


def frame_of(ventricle: Ventricle) -> Frame:
    azimuth, elevation, roll = np.radians(
        [ventricle.azimuth_deg, ventricle.elevation_deg, ventricle.roll_deg]
    )
    long = np.array(
        [np.cos(elevation) * np.sin(azimuth), -np.cos(elevation) * np.cos(azimuth), -np.sin(elevation)]
    )
    upright = np.array([0.0, 0.0, 1.0]) - long[2] * long
    upright /= np.linalg.norm(upright)
    sideways = np.cross(upright, long)
    return Frame(
        centre_mm=np.array(ventricle.centre_mm),
        long=long,
        anterior=np.cos(roll) * upright + np.sin(roll) * sideways,
        lateral=np.cos(roll) * sideways - np.sin(roll) * upright,
    )


def coverage(distance_mm: Array, voxel_mm: float) -> Array:
    """Share of a voxel inside a surface, from the signed distance of its centre (negative inside)."""
    return np.clip(0.5 - distance_mm / voxel_mm, 0, 1)


def wall_and_cavity(
    ventricle: Ventricle,
    along: Array,
    radius: Array,
    lateral: Array,
    voxel_mm: float,
    *,
    beat: Sequence[Pose] = BEAT,
) -> tuple[Array, Array]:
    """Share of muscle and of blood, over a beat, at points `along` the axis (+ apex), `radius` off it.

    `lateral`: how far towards the lateral wall (septum: negative); all in mm from the ventricle's middle.

    Averaging end-diastole and end-systole is what an ungated scan sees; the shares of `beat` sum to one.
    """
    shape = np.broadcast_shapes(along.shape, radius.shape, lateral.shape)
    wall, cavity = np.zeros(shape, along.dtype), np.zeros(shape, along.dtype)
    # Straight where the muscle ends, so that blood does not bulge out beside it.
    leaning = along + _BASAL_TILT_MM * np.clip(lateral / ventricle.radius_mm, -1, 1)
    for pose in beat:
        length, reach = ventricle.length_mm + pose.longer_mm, ventricle.radius_mm + pose.wider_mm
        thickness = ventricle.wall_mm + pose.thicker_mm
        outer = _signed_distance(along, radius, leaning, length=length, reach=reach, depth=0.0)
        inner = _signed_distance(
            along,
            radius,
            leaning,
            length=length,
            reach=reach - thickness,
            depth=_APICAL_THICKNESS * thickness,
        )
        filled = coverage(inner, voxel_mm)
        wall += pose.share * np.clip(coverage(outer, voxel_mm) - filled, 0, 1)
        cavity += pose.share * filled
    return wall, cavity


def _signed_distance(
    along: Array, radius: Array, leaning: Array, *, length: float, reach: float, depth: float
) -> Array:
    """Half ellipsoid towards the apex (its tip `depth` short of it), gently tapered towards the open base.

    The base cuts it where `leaning` is half a length from the middle.
    """
    beyond_base = -(leaning + 0.5 * length)
    around = np.hypot(radius / reach, _share_of_half_axis(along, length=length, depth=depth))
    return np.maximum((around - 1) * reach, beyond_base)


def _share_of_half_axis(along: Array, *, length: float, depth: float) -> Array:
    past_widest = along - _WIDEST_AT * length
    half_axis = _APICAL_HALF_AXIS * length - depth
    return np.where(past_widest > 0, past_widest / half_axis, past_widest / (_BASAL_TAPER * half_axis))


def perfusion(patient: Patient, state: State, theta_deg: Array, height: Array) -> Array:
    """Flow relative to normal at an angle (from anterior towards the septum) and height (0 base, 1 apex)."""
    flow = np.ones_like(theta_deg)
    for lesion in patient.lesions:
        across = np.abs((theta_deg - lesion.theta_deg + 180) % 360 - 180) / lesion.half_width_deg
        along = np.abs(height - lesion.height) / lesion.half_height
        loss = lesion.stress if state == "stress" else lesion.rest
        edge = (np.hypot(across, along) - 1) * _SHARPNESS_OF_LESION
        flow = flow * (1 - loss / (1 + np.exp(np.minimum(edge, 50))))
    theta = np.radians(theta_deg)
    waves = (
        np.cos(theta),
        np.sin(theta),
        np.cos(2 * theta),
        np.sin(2 * theta),
        2 * height - 1,
        np.cos(3 * theta),
    )
    for amplitude, wave in zip(patient.study(state).unevenness, waves, strict=True):
        flow = flow * (1 + amplitude * wave)
    return np.clip(flow, 0.02, 1.3)


def true_segments(patient: Patient, state: State) -> list[float]:
    """Perfusion of the 17 AHA segments in % of the best perfused hundredth of the wall; index 0 = segment 1.

    Area-weighted over the middle of the wall: equal thirds from base to end of cavity, the cap beyond it.
    No camera, no blur, no noise: this is what an ideal image would say.
    """
    ventricle = patient.ventricle
    base, tip = -ventricle.length_mm / 2, ventricle.length_mm / 2
    apical_wall = _APICAL_THICKNESS * ventricle.wall_mm
    along = np.linspace(base, tip - apical_wall / 2, 240, dtype=np.float32)
    theta = np.arange(0.5, 360, 1, dtype=np.float32)
    circumference = _mid_wall_radius(ventricle, along, apical_wall / 2)
    # The wall's slope makes a ring near the apex wider than its step along the axis.
    area = circumference * np.hypot(1, np.gradient(circumference, along))
    thetas, heights = np.meshgrid(theta, along / ventricle.length_mm + 0.5)
    flow = perfusion(patient, state, thetas, heights)
    weight = np.broadcast_to(area[:, None], flow.shape)
    share = (along - base) / (tip - apical_wall - base)
    segment = _segment_numbers(share[:, None], theta[None, :])
    totals = np.bincount(segment.ravel(), (flow * weight).ravel(), minlength=18)[1:]
    weights = np.bincount(segment.ravel(), weight.ravel(), minlength=18)[1:]
    best = _weighted_quantile(flow.ravel(), weight.ravel(), 0.99)
    return [float(value) for value in 100 * totals / weights / best]


def _mid_wall_radius(ventricle: Ventricle, along: Array, depth: float) -> Array:
    share = _share_of_half_axis(along, length=ventricle.length_mm, depth=depth)
    return (ventricle.radius_mm - ventricle.wall_mm / 2) * np.sqrt(np.clip(1 - share**2, 0, None))


def _segment_numbers(share: Array, theta_deg: Array) -> NDArray[np.int64]:
    sixth = np.floor(((theta_deg + 30) % 360) / 60).astype(np.int64)
    quarter = np.floor(((theta_deg + 45) % 360) / 90).astype(np.int64)
    return np.select(
        [share < 1 / 3, share < 2 / 3, share < 1], [1 + sixth, 7 + sixth, 13 + quarter], default=17
    )


def _weighted_quantile(values: Array, weights: Array, quantile: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order], dtype=np.float64)
    return float(values[order][np.searchsorted(reached, quantile * reached[-1])])
