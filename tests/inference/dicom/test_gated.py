"""A beating heart is one file: frames of one scale on one grid, numbered as the standard says."""

import io

import numpy as np
import pytest
from pydicom import dcmread

from inference.dicom.gated import gated_dataset
from inference.dicom.read import Unreadable, read_header, read_volume
from inference.dicom.write import STORED_MAXIMUM, to_bytes
from inference.volume import Volume
from tests.inference.dicom.hearts import lopsided


def beat() -> list[Volume]:
    """Each frame darker than the one before."""
    still = lopsided((4, 5, 6))
    return [Volume(still.voxels / (1 + slot), still.affine, still.kind) for slot in range(8)]


def test_frames_follow_each_other_slot_by_slot_with_one_factor() -> None:
    ds = dcmread(io.BytesIO(to_bytes(gated_dataset(beat(), header={}, state="stress", beat_ms=800))))
    stored = ds.pixel_array.reshape(8, 4, 5, 6)
    assert stored.max() == STORED_MAXIMUM
    for slot, frame in enumerate(beat()):
        np.testing.assert_allclose(stored[slot], frame.voxels, atol=0.51)  # the brightest voxel is 32 000
    assert [int(tag) for tag in ds.FrameIncrementPointer] == [0x00540060, 0x00540070, 0x00540080]
    assert list(ds.TimeSlotVector) == [1 + frame // 4 for frame in range(32)]
    assert list(ds.SliceVector) == [1, 2, 3, 4] * 8
    assert (ds.NumberOfTimeSlots, ds.NumberOfSlices, set(ds.RRIntervalVector)) == (8, 4, {1})
    assert float(ds.GatedInformationSequence[0].DataInformationSequence[0].FrameTime) == 100


def test_a_gated_image_is_refused_where_one_volume_is_wanted() -> None:
    data = to_bytes(gated_dataset(beat(), header={}, state="rest", beat_ms=800))
    header = read_header(data)
    assert (header.state, header.view, header.is_uncorrected_spect) == ("rest", "short_axis", False)
    with pytest.raises(Unreadable, match="gated"):
        read_volume([data])


def test_frames_on_different_grids_are_not_written() -> None:
    moved = beat()
    moved[3] = lopsided((4, 6, 6))
    with pytest.raises(ValueError, match="one grid"):
        gated_dataset(moved, header={}, state=None, beat_ms=800)
