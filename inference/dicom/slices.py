"""PT and CT series, one file a slice, as volumes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.dicom.geometry import in_time, pixel_spacing, placed, plane_of, stack_affine, stacked
from inference.dicom.nm import check_same
from inference.dicom.state import view_of
from inference.dicom.values import Unreadable, count_of, number_of, scaled_pixels, texts_of
from inference.volume import Volume

_AIR_HU = -1000.0


def pt_volume(datasets: Sequence[Dataset]) -> Volume:
    """All slices of one static PT series, each with its own rescale slope.

    Raises Unreadable, ImplausibleOrientation.
    """
    kind = texts_of(datasets[0], "SeriesType")[:1]
    if kind == ("GATED",):
        raise Unreadable("gated", "A gated image cannot be read as one volume.")
    if kind == ("DYNAMIC",):
        raise Unreadable("dynamic", "A dynamic PET series is many volumes in time; the static one is needed.")
    _check_no_reprojection(datasets)
    return _series(datasets, [scaled_pixels(ds) for ds in datasets])


def pt_beat(datasets: Sequence[Dataset]) -> tuple[Volume, ...]:
    """The frames of a gated PT series in the order of their time slots, on one grid.

    Files at one place are told apart by Trigger Time, or else by Image Index (PS3.3 C.8.9.4.1.9).
    Raises Unreadable, ImplausibleOrientation.
    """
    if texts_of(datasets[0], "SeriesType")[:1] != ("GATED",):
        raise Unreadable("not_gated", "This PET series is not gated.")
    _check_no_reprojection(datasets)
    if max(count_of(ds, "NumberOfRRIntervals") for ds in datasets) > 1:
        raise Unreadable(
            "gated", "This gated image keeps beats of different length apart; one kind is needed."
        )
    slots = in_time([plane_of(ds) for ds in datasets], [_time_of(ds) for ds in datasets])
    if (count_of(datasets[0], "NumberOfTimeSlots") or len(slots)) != len(slots):
        raise Unreadable("slice_missing", "The time slots of this gated image do not have the same slices.")
    return tuple(
        _series(own, [scaled_pixels(ds) for ds in own])
        for own in ([datasets[n] for n in slot] for slot in slots)
    )


def ct_volume(datasets: Sequence[Dataset]) -> Volume:
    """All slices of one CT series in Hounsfield units, padding as air. Raises Unreadable, ImplausibleOrientation."""
    if any("LOCALIZER" in texts_of(ds, "ImageType") for ds in datasets):
        raise Unreadable("localizer", "A CT localizer is a projection, not a slice.")
    if any(str(ds.get("RescaleType") or "HU") not in ("HU", "HU_MOD") for ds in datasets):
        raise Unreadable("units", "This CT series is not in Hounsfield units.")
    return _series(datasets, [_hounsfield(ds) for ds in datasets])


def _hounsfield(ds: Dataset) -> NDArray[np.float64]:
    values = scaled_pixels(ds)
    padding = ds.get("PixelPaddingValue")
    if padding in (None, ""):
        return values
    limits = sorted((number_of(padding), number_of(ds.get("PixelPaddingRangeLimit") or padding)))
    stored = np.asarray(ds.pixel_array, dtype=np.float64)
    values[(stored >= limits[0]) & (stored <= limits[1])] = _AIR_HU
    return values


def _time_of(ds: Dataset) -> float:
    for keyword in ("TriggerTime", "ImageIndex"):
        value = ds.get(keyword)
        if value not in (None, ""):
            return number_of(value)
    raise Unreadable("gated", "This gated image does not say which frame belongs to which time slot.")


def _check_no_reprojection(datasets: Sequence[Dataset]) -> None:
    if any("REPROJECTION" in texts_of(ds, "SeriesType") for ds in datasets):
        raise Unreadable("not_reconstructed", "This PET series shows projections, not slices.")


def _series(datasets: Sequence[Dataset], pixels: Sequence[NDArray[np.float64]]) -> Volume:
    first = datasets[0]
    check_same(datasets)
    planes = [plane_of(ds) for ds in datasets]
    order, step = stacked(planes)
    expected = count_of(first, "NumberOfSlices") or len(datasets)
    if expected != len(datasets):
        raise Unreadable(
            "slice_missing", f"The series is not complete: {len(datasets)} of {expected} slices."
        )
    start = planes[order[0]]
    voxels = np.stack([pixels[n] for n in order]).astype(np.float32)
    affine = stack_affine(
        start, spacing=pixel_spacing(first), step=step, size=(len(order), int(first.Rows), int(first.Columns))
    )
    return placed(
        voxels,
        affine=affine,
        plane=start,
        view=view_of(first),
        progression=str(first.get("SliceProgressionDirection") or ""),
    )
