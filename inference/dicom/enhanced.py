"""Enhanced PET: one file whose frames say in functional groups where they lie and what their numbers mean.

PS3.3 A.56 (Enhanced PET Image IOD), C.7.6.16 (functional groups).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.dicom.geometry import Plane, Vector, in_time, pixel_spacing, placed, stack_affine, stacked
from inference.dicom.state import view_of
from inference.dicom.values import (
    Unreadable,
    frames_of,
    intercept_of,
    number_of,
    numbers_of,
    pixels_of,
    slope_of,
)
from inference.volume import Volume

ENHANCED_PET = "1.2.840.10008.5.1.4.1.1.130"
LEGACY_CONVERTED_PET = "1.2.840.10008.5.1.4.1.1.128.1"


def enhanced_volume(datasets: Sequence[Dataset]) -> Volume:
    """The frames of an ungated, static enhanced PET file. Raises Unreadable, ImplausibleOrientation."""
    beat = enhanced_beat(datasets)
    if len(beat) != 1:
        raise Unreadable("gated", "This file holds several volumes in time, and cannot be read as one.")
    return beat[0]


def enhanced_beat(datasets: Sequence[Dataset]) -> tuple[Volume, ...]:
    """The volumes of an enhanced PET file in the order of their times; one if it is static.

    Raises Unreadable, ImplausibleOrientation.
    """
    if len(datasets) != 1:
        raise Unreadable("too_many_files", "An enhanced PET image must be one multi-frame file.")
    (ds,) = datasets
    count = frames_of(ds)
    per_frame = list(ds.get("PerFrameFunctionalGroupsSequence") or [])
    shared = next(iter(ds.get("SharedFunctionalGroupsSequence") or []), Dataset())
    if len(per_frame) != count:
        raise Unreadable("header", "This file does not describe each of its frames.")
    groups = [_Groups(own, shared) for own in per_frame]
    pixels = pixels_of(ds).reshape(count, int(ds.Rows), int(ds.Columns))
    slots = in_time([group.plane() for group in groups], [group.time() for group in groups])
    return tuple(_volume(ds, [groups[n] for n in slot], pixels[slot]) for slot in slots)


class _Groups:
    """The functional groups of one frame: its own, or else those that all frames share."""

    def __init__(self, own: Dataset, shared: Dataset) -> None:
        self.own, self.shared = own, shared

    def item(self, name: str) -> Dataset:
        for place in (self.own, self.shared):
            for item in place.get(name) or []:
                return item
        return Dataset()

    def plane(self) -> Plane:
        orientation = numbers_of(
            self.item("PlaneOrientationSequence"), keyword="ImageOrientationPatient", count=6
        )
        position = numbers_of(self.item("PlanePositionSequence"), keyword="ImagePositionPatient", count=3)
        return Plane(orientation, position)

    def spacing(self) -> tuple[float, float]:
        return pixel_spacing(self.item("PixelMeasuresSequence"))

    def scaled(self, stored: NDArray[np.float64]) -> NDArray[np.float64]:
        meaning = self.item("PixelValueTransformationSequence")
        return stored * slope_of(meaning) + intercept_of(meaning)

    def time(self) -> float:
        """What orders frames at one place: time after the R wave, or else the index in time."""
        trigger = self.item("CardiacSynchronizationSequence").get("NominalCardiacTriggerDelayTime")
        index = self.item("FrameContentSequence").get("TemporalPositionIndex")
        for value in (trigger, index):
            if value not in (None, ""):
                return number_of(value)
        return 0.0


def _volume(ds: Dataset, groups: Sequence[_Groups], stored: NDArray[np.float64]) -> Volume:
    planes: list[Plane] = [group.plane() for group in groups]
    spacings: list[Vector] = [np.array(group.spacing()) for group in groups]
    if np.ptp(spacings, axis=0).max() > 1e-3 * np.min(spacings):
        raise Unreadable("mixed_series", "The frames of this file do not have pixels of one size.")
    order, step = stacked(planes)
    start = planes[order[0]]
    size = (len(order), int(ds.Rows), int(ds.Columns))
    return placed(
        np.stack([groups[n].scaled(stored[n]) for n in order]).astype(np.float32),
        affine=stack_affine(start, spacing=groups[order[0]].spacing(), step=step, size=size),
        plane=start,
        view=view_of(ds),
        progression=str(ds.get("SliceProgressionDirection") or ""),
    )
