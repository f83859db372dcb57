"""From DICOM files to what a reader will see: neutral volume, polar map, contour, 17 values. Pure; no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.dicom.read import Unreadable, read_volume
from inference.heart import contour
from inference.heart.neutral import Neutral, neutral_volume
from inference.heart.polar import encode, in_per_cent, wall_of
from inference.heart.reorientation import reoriented
from inference.heart.sampling import ROBUST_QUANTILE, PolarMap, Wall, activity_at
from inference.heart.segments import segment_values
from inference.heart.ventricle import LeftVentricle, find_left_ventricle
from inference.volume import Kind, Volume
from reader_study.cases.spread import UNUSABLE, in_units_of


@dataclass(frozen=True)
class Uncertainty:
    """neutral, polar: as those of the image, on its grid and its scale; segments: 17 values in points of that scale."""

    neutral: bytes
    polar: bytes
    segments: list[float]


@dataclass(frozen=True)
class Derived:
    """neutral: uint16 LE [64, 80, 80]; polar, contour: uint16 LE [24, 72]; segments: 17 values in % of the maximum.

    contour: where the polar map met the wall.
    """

    neutral: bytes
    polar: bytes
    contour: bytes
    lv: dict[str, Any]
    segments: list[float]
    flags: list[str]
    uncertainty: Uncertainty | None


def derive(files: Sequence[bytes], *, uncertainty: bytes | None = None) -> Derived:
    """Prepare an image for reading, and the uncertainty that came with it, an NM file on the image's grid.

    A transaxial image is reoriented first, with the flag "reoriented". An uncertainty that cannot be used leaves the
    image as it is, with the flag "uncertainty_unusable". Raises Unreadable, VentricleNotFound.
    """
    volume, ventricle = heart_of(files)
    neutral = neutral_volume(volume, ventricle)
    wall = wall_of(neutral)
    polar = in_per_cent(wall.activity)
    flags = {*volume.flags, *ventricle.flags}
    spread: Uncertainty | None = None
    if uncertainty is not None:
        try:
            deviation = in_units_of(uncertainty, image=files[0], grid=volume)
        except Unreadable:
            flags.add(UNUSABLE)
        else:
            spread = _derive_uncertainty(deviation, neutral, wall, ventricle)
    return Derived(
        neutral=neutral.to_bytes(),
        polar=encode(polar),
        contour=contour.encode(wall.distance_mm),
        lv=dict(neutral.lv),
        segments=_rounded(polar),
        flags=sorted(flags),
        uncertainty=spread,
    )


def heart_of(files: Sequence[bytes]) -> tuple[Volume, LeftVentricle]:
    """The short-axis image of a heart and the left ventricle in it. Raises Unreadable, VentricleNotFound."""
    volume = read_volume(files)
    if volume.kind is Kind.TRANSAXIAL:
        volume = reoriented(volume)
    return volume, find_left_ventricle(volume)


def _derive_uncertainty(
    deviation: Volume, image: Neutral, wall: Wall, ventricle: LeftVentricle
) -> Uncertainty:
    """The image's own ventricle places and scales it: 40,000 is 100 points of % of the image's robust maximum."""
    neutral = neutral_volume(deviation, ventricle)
    polar = _uncertainty_of_wall(image, wall, neutral)
    return Uncertainty(neutral=neutral.to_bytes(), polar=encode(polar), segments=_rounded(polar))


def _uncertainty_of_wall(image: Neutral, wall: Wall, deviation: Neutral) -> PolarMap:
    """The standard deviation where the image's polar map found its value, in points of % of its maximum."""
    there = activity_at(
        deviation.voxels.astype(np.float32),
        wall.distance_mm,
        base_k=image.lv["base_k"],
        radius_mm=image.lv["radius_mm"],
    )
    highest = float(np.quantile(wall.activity, ROBUST_QUANTILE))
    return np.asarray(there * (100 / highest if highest > 0 else 0), dtype=np.float32)


def _rounded(polar: PolarMap) -> list[float]:
    return [round(float(value), 3) for value in segment_values(polar)]
