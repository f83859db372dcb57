"""What de-identification leaves of a file is read as the file itself was: same voxels, same place, same doubts."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from pydicom.dataset import Dataset

from inference.dicom.read import read_beat, read_ct, read_header, read_volume
from inference.dicom.write import nm_dataset, pt_datasets, to_bytes
from inference.volume import Volume
from reader_study.intake.chain import examined
from reader_study.intake.deidentification import Answers, named
from reader_study.intake.pseudonyms import Pseudonyms
from tests.inference.dicom.hearts import lopsided, stored_as
from tests.inference.dicom.sent import (
    SCANNED,
    beating,
    ct_slices,
    enhanced_pet,
    gated_nm,
    gated_pt,
    nm_slices,
    transaxial,
)
from tests.inference.dicom.test_encodings import at_the_top, dummy_in_the_detector, other_words

PSEUDONYMS = Pseudonyms(key=b"k" * 32)
HEART = lopsided((4, 32, 32))
LYING = transaxial((5, 32, 32))
HOUNSFIELD = Volume(np.round(LYING.voxels % 2000) - 500, LYING.affine, LYING.kind)
Read = Callable[[Sequence[bytes]], Volume | tuple[Volume, ...]]


def base_first(volume: Volume) -> list[Dataset]:
    return [nm_dataset(stored_as(volume, mirror="k"), header={}, state="stress")]


def changed(change: Callable[[Dataset], None]) -> Callable[[Volume], list[Dataset]]:
    def made(volume: Volume) -> list[Dataset]:
        datasets = base_first(volume)
        for ds in datasets:
            change(ds)
        return datasets

    return made


def no_orientation(ds: Dataset) -> None:
    del ds.DetectorInformationSequence[0].ImageOrientationPatient


def no_spacing(ds: Dataset) -> None:
    del ds.SpacingBetweenSlices


def scaled(ds: Dataset) -> None:
    ds.RescaleSlope, ds.RescaleIntercept = "0.125", "-3"


SENT: dict[str, tuple[Read, Volume, Callable[[Volume], list[Dataset]]]] = {
    "NM, base first": (read_volume, HEART, base_first),
    "geometry at the top level": (read_volume, HEART, changed(at_the_top)),
    "a dummy in the detector": (read_volume, HEART, changed(dummy_in_the_detector)),
    "no orientation": (read_volume, HEART, changed(no_orientation)),
    "no spacing": (read_volume, HEART, changed(no_spacing)),
    "a rescale slope": (read_volume, HEART, changed(scaled)),
    "other words": (read_volume, HEART, changed(other_words)),
    "NM, one file a slice": (read_volume, HEART, nm_slices),
    "NM, transaxial": (read_volume, LYING, lambda volume: [nm_dataset(volume, header={}, state="rest")]),
    "PT": (read_volume, HEART, lambda volume: pt_datasets(volume, header=SCANNED, state="rest")),
    "enhanced PET": (read_volume, HEART, lambda volume: [enhanced_pet([volume])]),
    "gated NM": (read_beat, HEART, lambda volume: [gated_nm(beating(volume))]),
    "gated PT": (read_beat, HEART, lambda volume: gated_pt(beating(volume))),
    "gated enhanced PET": (read_beat, HEART, lambda volume: [enhanced_pet(beating(volume))]),
    "CT": (read_ct, HOUNSFIELD, ct_slices),
}


def sealed(ds: Dataset) -> bytes:
    ds.PatientID, ds.PatientName = "0123456", "YAMADA^TARO"
    result = examined(to_bytes(ds), pseudonyms=PSEUDONYMS, kinds=None, answers=Answers())
    return named(result.data, subject="A-0001")


def volumes(read: Read, files: list[bytes]) -> tuple[Volume, ...]:
    found = read(files)
    return (found,) if isinstance(found, Volume) else found


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", list(SENT))
def test_a_sealed_file_is_the_same_image(name: str) -> None:
    read, volume, form = SENT[name]
    datasets = form(volume)
    before = volumes(read, [to_bytes(ds) for ds in datasets])
    files = [sealed(ds) for ds in datasets]
    after = volumes(read, files)
    assert len(before) == len(after)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.voxels, other.voxels)
        np.testing.assert_array_equal(one.affine, other.affine)
        assert (one.kind, one.flags) == (other.kind, other.flags)
    old, new = read_header(to_bytes(datasets[0])), read_header(files[0])
    assert (old.state, old.view, old.attenuation_corrected, old.is_uncorrected_spect) == (
        new.state,
        new.view,
        new.attenuation_corrected,
        new.is_uncorrected_spect,
    )
