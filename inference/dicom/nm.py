"""NM files as volumes: one multi-frame file, one file a slice, and the frames of a beating heart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.dicom.geometry import (
    Plane,
    pixel_spacing,
    placed,
    plane_of,
    slice_step,
    stack_affine,
    stacked,
)
from inference.dicom.state import view_of
from inference.dicom.values import Unreadable, count_of, frames_of, scaled_pixels, texts_of, vector_of
from inference.volume import Volume

# Where the number of a slice stands in a file that holds one, the most telling first.
_NUMBERS = ("SliceVector", "InstanceNumber", "SliceLocation")


def nm_volume(datasets: Sequence[Dataset]) -> Volume:
    """A reconstructed, ungated emission image: one multi-frame file, or all of its slices, one a file.

    Raises Unreadable, ImplausibleOrientation.
    """
    for ds in datasets:
        check_reconstructed(ds)
        if "RECON GATED TOMO" in texts_of(ds, "ImageType"):
            raise Unreadable("gated", "A gated image cannot be read as one volume.")
    if len(datasets) == 1:
        return nm_stack(datasets[0])
    if any(frames_of(ds) != 1 for ds in datasets):
        raise Unreadable(
            "too_many_files", "An NM volume is one multi-frame file, or one file for each slice."
        )
    return _slice_by_slice(datasets)


def nm_beat(datasets: Sequence[Dataset]) -> tuple[Volume, ...]:
    """The frames of a gated reconstruction (PS3.3 C.8.4.8.1.1), in the order of their time slots, on one grid.

    Raises Unreadable, ImplausibleOrientation.
    """
    if len(datasets) != 1:
        raise Unreadable("too_many_files", "A gated NM image is one multi-frame file.")
    (ds,) = datasets
    check_reconstructed(ds)
    if "RECON GATED TOMO" not in texts_of(ds, "ImageType"):
        raise Unreadable("not_gated", "This NM image is not gated.")
    frames = frames_of(ds)
    slots, slices = _beat_numbers(ds, frames)
    pixels = scaled_pixels(ds).reshape(frames, int(ds.Rows), int(ds.Columns))
    beat = []
    for slot in sorted(set(slots)):
        own = [frame for frame in range(frames) if slots[frame] == slot]
        if [slices[frame] for frame in own] != list(range(1, len(own) + 1)):
            raise Unreadable("slice_order", "The slices of each time slot are not numbered 1 to N in order.")
        beat.append(_stack(ds, pixels[own]))
    if len({one.voxels.shape for one in beat}) != 1:
        raise Unreadable("slice_missing", "The time slots of this gated image do not have the same slices.")
    return tuple(beat)


def nm_stack(ds: Dataset) -> Volume:
    """The frames of a reconstructed NM image, whatever they show. Raises Unreadable, ImplausibleOrientation."""
    frames = frames_of(ds)
    if (vector_of(ds, "SliceVector") or list(range(1, frames + 1))) != list(range(1, frames + 1)):
        if frames == 1:
            raise Unreadable(
                "slice_missing", "This file holds one slice of an image; all of them are needed."
            )
        raise Unreadable("slice_order", "The slices of this file are not numbered 1 to N in order.")
    if frames == 1 and count_of(ds, "NumberOfSlices") > 1:
        raise Unreadable("slice_missing", "This file holds one slice of an image; all of them are needed.")
    return _stack(ds, scaled_pixels(ds).reshape(frames, int(ds.Rows), int(ds.Columns)))


def check_reconstructed(ds: Dataset) -> None:
    """Raises Unreadable for what is no reconstruction, or none of activity."""
    image_type = texts_of(ds, "ImageType")
    if not {"RECON TOMO", "RECON GATED TOMO"} & set(image_type):
        raise Unreadable("not_reconstructed", "This NM image is not a reconstructed volume.")
    if "TRANSMISSION" in image_type:
        raise Unreadable("transmission", "This NM image is a map of tissue, not of activity.")


def _stack(ds: Dataset, pixels: NDArray[np.float64]) -> Volume:
    """Frames in the order of their slices, the first of which the header places."""
    step, flags = slice_step(ds)
    return _volume(ds, pixels, plane=_plane(ds), step=step, flags=flags)


def _volume(
    ds: Dataset, pixels: NDArray[np.float64], *, plane: Plane, step: float, flags: Sequence[str]
) -> Volume:
    slices, rows, columns = pixels.shape
    return placed(
        np.asarray(pixels, dtype=np.float32),
        affine=stack_affine(plane, spacing=pixel_spacing(ds), step=step, size=(slices, rows, columns)),
        plane=plane,
        view=view_of(ds),
        progression=str(ds.get("SliceProgressionDirection") or ""),
        flags=flags,
    )


def _plane(ds: Dataset) -> Plane:
    """NM says its geometry in the detector item (PS3.3 C.8.4.11); many systems say it at the top level."""
    return plane_of(*(ds.get("DetectorInformationSequence") or [])[:1], ds)


def _beat_numbers(ds: Dataset, frames: int) -> tuple[list[int], list[int]]:
    """Time slot and slice of each frame. Without vectors the order is what the standard allows: slices fastest."""
    slots, slices = vector_of(ds, "TimeSlotVector"), vector_of(ds, "SliceVector")
    intervals = vector_of(ds, "RRIntervalVector")
    if len(set(intervals)) > 1 or count_of(ds, "NumberOfRRIntervals") > 1:
        raise Unreadable(
            "gated", "This gated image keeps beats of different length apart; one kind is needed."
        )
    if not slots:
        number = count_of(ds, "NumberOfTimeSlots")
        if number < 1 or frames % number:
            raise Unreadable("gated", "This gated image does not say which frame belongs to which time slot.")
        slots = [1 + frame // (frames // number) for frame in range(frames)]
    if not slices:
        seen: dict[int, int] = {}
        slices = [seen.setdefault(slot, 0) for slot in slots]
        for frame, slot in enumerate(slots):
            seen[slot] += 1
            slices[frame] = seen[slot]
    if len(slots) != frames or len(slices) != frames:
        raise Unreadable(
            "header", "The header of this gated image numbers more or fewer frames than there are."
        )
    return slots, slices


def _slice_by_slice(datasets: Sequence[Dataset]) -> Volume:
    first = datasets[0]
    check_same(datasets)
    planes = [_plane(ds) for ds in datasets]
    if any((plane.orientation is None) != (planes[0].orientation is None) for plane in planes):
        raise Unreadable(
            "mixed_series", "Some slices of this series have an orientation, and others have none."
        )
    expected = count_of(first, "NumberOfSlices")
    if expected > 1 and expected != len(datasets):
        raise Unreadable(
            "slice_missing", f"The series is not complete: {len(datasets)} of {expected} slices."
        )
    flags: list[str] = []
    if _say_their_place(planes):
        order, step = stacked(planes)
        if planes[0].is_dummy and _runs_down(datasets, order):
            order, step = order[::-1], -step  # a stated progression means the order of the numbers
    else:
        order = _numbered(datasets)
        step, flags = slice_step(first)
        flags = [*flags, "slice_order_assumed"]
    pixels = [scaled_pixels(datasets[n]).reshape(int(first.Rows), int(first.Columns)) for n in order]
    return _volume(first, np.stack(pixels), plane=planes[order[0]], step=step, flags=flags)


def _say_their_place(planes: Sequence[Plane]) -> bool:
    """Whether each slice has a position of its own; some systems write that of the first one into all."""
    if any(plane.orientation is None or plane.position is None for plane in planes):
        return False
    positions = np.array([plane.position for plane in planes])
    return bool(np.ptp(positions, axis=0).max() > 1e-3)


def _runs_down(datasets: Sequence[Dataset], order: Sequence[int]) -> bool:
    """Whether the numbers of the slices fall along the normal."""
    for keyword in _NUMBERS[:2]:
        numbers = [vector_of(ds, keyword) for ds in datasets]
        if all(len(number) == 1 for number in numbers):
            steps = np.diff([numbers[n][0] for n in order])
            if (steps != 0).all():
                return bool((steps < 0).all())
    return False


def _numbered(datasets: Sequence[Dataset]) -> list[int]:
    """The order of slices that do not say where they lie, by the first number that tells them all apart."""
    for keyword in _NUMBERS:
        values = [ds.get(keyword) for ds in datasets]
        if any(value in (None, "") or len(np.atleast_1d(value)) != 1 for value in values):
            continue
        numbers = np.array([float(np.atleast_1d(value)[0]) for value in values])
        order = np.argsort(numbers, kind="stable")
        steps = np.diff(numbers[order])
        if not np.isfinite(numbers).all() or steps.min() <= 0:
            continue
        if np.ptp(steps) > 0.05 * steps.min():
            raise Unreadable("slice_missing", "Slices are missing between others: their numbers have gaps.")
        return [int(n) for n in order]
    raise Unreadable(
        "slice_order", "The slices of this series say neither where they lie nor which comes first."
    )


def check_same(datasets: Sequence[Dataset]) -> None:
    """Raises Unreadable("mixed_series") unless the files are slices of one series, one size and one place."""
    same = ("SeriesInstanceUID", "Rows", "Columns", "FrameOfReferenceUID")
    for keyword in same:
        if len({str(ds.get(keyword) or "") for ds in datasets}) != 1:
            raise Unreadable("mixed_series", "The slices do not belong to one series of one size.")
    spacings = np.array([pixel_spacing(ds) for ds in datasets])
    if np.ptp(spacings, axis=0).max() > 1e-3 * spacings.min():
        raise Unreadable("mixed_series", "The slices of this series do not have pixels of one size.")
    uids = [str(ds.get("SOPInstanceUID") or "") for ds in datasets]
    if len(set(uids) - {""}) != len([uid for uid in uids if uid]):
        raise Unreadable("slice_duplicate", "One slice was given twice.")
