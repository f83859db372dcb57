"""From DICOM files to what a reader will see: neutral volume, polar map, 17 values. Pure; no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inference.dicom.read import read_volume
from inference.heart.neutral import neutral_volume
from inference.heart.polar import encode, polar_map
from inference.heart.segments import segment_values
from inference.heart.ventricle import find_left_ventricle


@dataclass(frozen=True)
class Derived:
    """neutral: uint16 LE [64, 80, 80]; polar: uint16 LE [24, 72]; segments: 17 values in % of the maximum."""

    neutral: bytes
    polar: bytes
    lv: dict[str, Any]
    segments: list[float]
    flags: list[str]


def derive(files: Sequence[bytes]) -> Derived:
    """Prepare an image for reading. Raises Unreadable, VentricleNotFound."""
    volume = read_volume(files)
    ventricle = find_left_ventricle(volume)
    neutral = neutral_volume(volume, ventricle)
    polar = polar_map(neutral)
    return Derived(
        neutral=neutral.to_bytes(),
        polar=encode(polar),
        lv=dict(neutral.lv),
        segments=[round(float(value), 3) for value in segment_values(polar)],
        flags=sorted({*volume.flags, *ventricle.flags}),
    )
