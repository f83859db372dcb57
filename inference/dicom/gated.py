"""A beating heart as one NM file: the reconstructed frames of a gated acquisition."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.tag import Tag

from inference.dicom.write import (
    STORED_MAXIMUM,
    decimal,
    nm_dataset,
    override,
    set_pixels,
    stored_values,
    uid_from,
)
from inference.volume import Volume

# What numbers the frames of a RECON GATED TOMO image, the last varying fastest (PS3.3 C.8.4.8.1.1).
_VECTORS = ("RRIntervalVector", "TimeSlotVector", "SliceVector")


def gated_dataset(
    frames: Sequence[Volume], *, header: Mapping[str, object], state: str | None, beat_ms: float
) -> Dataset:
    """An NM RECON GATED TOMO image (PS3.3 A.5, C.8.4.14) of equally long frames, the first after the R wave.

    The frames lie on one grid and are stored with one factor, so that they can be compared. header, state: as in
    nm_dataset. beat_ms: from one R wave to the next.
    """
    first = frames[0]
    if any(
        one.voxels.shape != first.voxels.shape or not np.allclose(one.affine, first.affine) for one in frames
    ):
        raise ValueError("the frames of a beat must lie on one grid")
    voxels = np.concatenate([one.voxels for one in frames])
    slots, slices = len(frames), len(first.voxels)
    ds = nm_dataset(first, header={}, state=state)
    ds.SeriesDescription += " GATED"
    series = uid_from("gated series", str(header.get("StudyInstanceUID", ds.StudyInstanceUID)), state or "")
    ds.SeriesInstanceUID = str(header.get("SeriesInstanceUID", "")) or series
    ds.SOPInstanceUID = uid_from(
        "instance", ds.SeriesInstanceUID, hashlib.sha256(voxels.tobytes()).hexdigest()
    )
    ds.ImageType = ["DERIVED", "PRIMARY", "RECON GATED TOMO", "EMISSION"]
    ds.NumberOfFrames = slots * slices
    ds.FrameIncrementPointer = [Tag(keyword) for keyword in _VECTORS]
    ds.RRIntervalVector = [1] * (slots * slices)
    ds.TimeSlotVector = [1 + frame // slices for frame in range(slots * slices)]
    ds.SliceVector = [1 + frame % slices for frame in range(slots * slices)]
    ds.NumberOfRRIntervals, ds.NumberOfTimeSlots, ds.NumberOfSlices = 1, slots, slices
    ds.GatedInformationSequence = Items([_timing(beat_ms, slots)])
    highest = float(voxels.max())
    set_pixels(ds, stored_values(voxels, highest / STORED_MAXIMUM if highest > 0 else 1.0))
    override(ds, header)
    return ds


def _timing(beat_ms: float, slots: int) -> Dataset:
    data = Dataset()
    data.FrameTime = decimal(beat_ms / slots)
    data.NominalInterval = round(beat_ms)
    data.LowRRValue, data.HighRRValue = round(0.9 * beat_ms), round(1.1 * beat_ms)
    gated = Dataset()
    gated.CardiacFramingType = "FORW"
    gated.DataInformationSequence = Items([data])
    return gated
