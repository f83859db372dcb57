"""From DICOM files to what a reader will see: neutral volume, polar map, 17 values. Pure; no database."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom import dcmread

from inference.dicom.read import Unreadable, read_volume
from inference.heart.neutral import Neutral, neutral_volume
from inference.heart.polar import encode, polar_map
from inference.heart.reorientation import reoriented
from inference.heart.sampling import ROBUST_QUANTILE, PolarMap, activity_at, trace_wall
from inference.heart.segments import segment_values
from inference.heart.ventricle import LeftVentricle, find_left_ventricle
from inference.volume import Kind, Volume

UNUSABLE = "uncertainty_unusable"


@dataclass(frozen=True)
class Uncertainty:
    """neutral, polar: as those of the image, on its grid and its scale; segments: 17 values in points of that scale."""

    neutral: bytes
    polar: bytes
    segments: list[float]


@dataclass(frozen=True)
class Derived:
    """neutral: uint16 LE [64, 80, 80]; polar: uint16 LE [24, 72]; segments: 17 values in % of the maximum."""

    neutral: bytes
    polar: bytes
    lv: dict[str, Any]
    segments: list[float]
    flags: list[str]
    uncertainty: Uncertainty | None


def derive(files: Sequence[bytes], *, uncertainty: bytes | None = None) -> Derived:
    """Prepare an image for reading, and the uncertainty that came with it, an NM file on the image's grid.

    A transaxial image is reoriented first, with the flag "reoriented". An uncertainty that cannot be used leaves the
    image as it is, with the flag "uncertainty_unusable". Raises Unreadable, VentricleNotFound.
    """
    volume = read_volume(files)
    if volume.kind is Kind.TRANSAXIAL:
        volume = reoriented(volume)
    ventricle = find_left_ventricle(volume)
    neutral = neutral_volume(volume, ventricle)
    polar = polar_map(neutral)
    flags = {*volume.flags, *ventricle.flags}
    spread: Uncertainty | None = None
    if uncertainty is not None:
        try:
            deviation = _in_units_of(uncertainty, image=files[0], grid=volume)
        except Unreadable:
            flags.add(UNUSABLE)
        else:
            spread = _derive_uncertainty(deviation, neutral, ventricle)
    return Derived(
        neutral=neutral.to_bytes(),
        polar=encode(polar),
        lv=dict(neutral.lv),
        segments=_rounded(polar),
        flags=sorted(flags),
        uncertainty=spread,
    )


def _in_units_of(data: bytes, *, image: bytes, grid: Volume) -> Volume:
    """The standard deviation in the units in which the image is read. Raises Unreadable.

    Each file may store its numbers in steps of its own; Real World Value Mapping (PS3.3 C.7.6.16.2.11) makes
    them comparable.
    """
    deviation = read_volume([data])
    same_grid = deviation.voxels.shape == grid.voxels.shape and np.allclose(
        deviation.affine, grid.affine, atol=1e-3
    )
    if not same_grid or not np.isfinite(deviation.voxels).all() or float(deviation.voxels.min()) < 0:
        raise Unreadable("header", "The uncertainty does not lie on the grid of its image.")
    voxels = deviation.voxels * (_real_world_slope(data) / _real_world_slope(image))
    return Volume(voxels, deviation.affine, deviation.kind, deviation.flags)


def _real_world_slope(data: bytes) -> float:
    header = dcmread(io.BytesIO(data), stop_before_pixels=True)
    mapping = header.get("RealWorldValueMappingSequence") or []
    slope = float(mapping[0].RealWorldValueSlope) if mapping else 1.0
    if not np.isfinite(slope) or slope <= 0:
        raise Unreadable("header", "The real-world value of a stored value is missing.")
    return slope


def _derive_uncertainty(deviation: Volume, image: Neutral, ventricle: LeftVentricle) -> Uncertainty:
    """The image's own ventricle places and scales it: 40,000 is 100 points of % of the image's robust maximum."""
    neutral = neutral_volume(deviation, ventricle)
    polar = _uncertainty_of_wall(image, neutral)
    return Uncertainty(neutral=neutral.to_bytes(), polar=encode(polar), segments=_rounded(polar))


def _uncertainty_of_wall(image: Neutral, deviation: Neutral) -> PolarMap:
    """The standard deviation where the image's polar map found its value, in points of % of its maximum."""
    place = {"base_k": image.lv["base_k"], "radius_mm": image.lv["radius_mm"]}
    wall = trace_wall(image.voxels.astype(np.float32), **place)
    there = activity_at(deviation.voxels.astype(np.float32), wall.distance_mm, **place)
    highest = float(np.quantile(wall.activity, ROBUST_QUANTILE))
    return np.asarray(there * (100 / highest), dtype=np.float32)


def _rounded(polar: PolarMap) -> list[float]:
    return [round(float(value), 3) for value in segment_values(polar)]
