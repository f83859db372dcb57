"""However a hospital encodes an image, the same anatomy comes out on a right-handed grid, or one sentence."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from inference.dicom.read import Unreadable, read_beat, read_ct, read_header, read_volume, summed
from inference.dicom.write import STORED_MAXIMUM, nm_dataset, pt_datasets, to_bytes
from inference.volume import Kind, Volume
from tests.inference.dicom.hearts import MIRRORS, lopsided, stored_as
from tests.inference.dicom.sent import (
    SCANNED,
    as_files,
    beating,
    ct_slices,
    enhanced_pet,
    gated_nm,
    gated_pt,
    nm_slices,
    transaxial,
)

SMALL = lopsided((4, 5, 6))
FORMS: dict[str, Callable[[Volume], list[Dataset]]] = {
    "NM": lambda volume: [nm_dataset(volume, header={}, state="stress")],
    "NM, one file a slice": nm_slices,
    "PT": lambda volume: pt_datasets(volume, header=SCANNED, state="stress"),
    "enhanced PET": lambda volume: [enhanced_pet([volume])],
}
ORIGINALS = {"short axis": SMALL, "transaxial": transaxial((4, 5, 6))}


def step_of(volume: Volume) -> np.ndarray:
    """Half of what one stored number is worth, the most that any form rounds."""
    return 0.52 * volume.voxels.max(axis=(1, 2), keepdims=True) / 30_000 + 0.51


def shuffled(files: list[bytes], seed: int) -> list[bytes]:
    random.Random(seed).shuffle(files)
    return files


def check_same(read: Volume, original: Volume) -> None:
    assert np.linalg.det(read.affine[:3, :3]) > 0
    assert read.kind is original.kind
    np.testing.assert_allclose(read.affine, original.affine, atol=2e-3)
    assert read.voxels.shape == original.voxels.shape
    assert (np.abs(read.voxels - original.voxels) <= step_of(original)).all()


def in_the_detector(ds: Dataset) -> None:
    """As the standard wants it, which is how it was written."""


def at_the_top(ds: Dataset) -> None:
    for detector in ds.get("DetectorInformationSequence") or []:
        ds.ImageOrientationPatient = detector.ImageOrientationPatient
        ds.ImagePositionPatient = detector.ImagePositionPatient
        detector.ImageOrientationPatient = detector.ImagePositionPatient = None  # type 2


def dummy_in_the_detector(ds: Dataset) -> None:
    at_the_top(ds)
    for detector in ds.get("DetectorInformationSequence") or []:
        detector.ImageOrientationPatient, detector.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, 0]


def in_three_digits(ds: Dataset) -> None:
    for place in [ds, *(ds.get("DetectorInformationSequence") or [])]:
        if place.get("ImageOrientationPatient"):
            place.ImageOrientationPatient = [f"{float(v):.4f}" for v in place.ImageOrientationPatient]


def other_words(ds: Dataset) -> None:
    """Old dates, empty attributes of type 2, and the slope and thickness that nobody asked for."""
    ds.StudyDate = ds.AcquisitionDate = ""
    ds.StudyTime, ds.PatientBirthDate = "", "1993.11.24"
    ds.PatientOrientationCodeSequence = []
    if "SliceThickness" in ds:
        ds.SliceThickness = "9.5"


PLACES = (in_the_detector, at_the_top, dummy_in_the_detector)
NUMBERS: dict[str, Callable[[int, int], int]] = {
    "rising": lambda n, of: n + 1,
    "falling": lambda n, of: of - n,
    "useless": lambda n, of: 1,
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(deadline=None, max_examples=60)
@given(
    what=st.sampled_from(list(ORIGINALS)),
    form=st.sampled_from(list(FORMS)),
    mirror=st.sampled_from(MIRRORS),
    transposed=st.booleans(),
    place=st.sampled_from(PLACES),
    numbers=st.sampled_from(list(NUMBERS)),
    slope=st.sampled_from([1.0, 0.25, 3.0]),
    odd=st.booleans(),
    order=st.integers(0, 99),
)
def test_one_anatomy_comes_out_of_every_encoding(
    what: str,
    form: str,
    mirror: str,
    transposed: bool,
    place: Callable[[Dataset], None],
    numbers: str,
    slope: float,
    odd: bool,
    order: int,
) -> None:
    original = ORIGINALS[what]
    datasets = FORMS[form](stored_as(original, mirror=mirror, transposed=transposed))
    for n, ds in enumerate(datasets):
        place(ds)
        ds.InstanceNumber = NUMBERS[numbers](n, len(datasets))
        if odd:
            other_words(ds)
        if ds.Modality == "NM" and slope != 1:  # which NM has no right to
            ds.RescaleSlope = str(slope)
    read = read_volume(shuffled(as_files(datasets), order))
    factor = slope if form.startswith("NM") else 1.0
    check_same(Volume(read.voxels / factor, read.affine, read.kind), original)
    assert read.flags == ()


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("mirror", MIRRORS)
def test_an_orientation_in_four_digits_is_made_perpendicular_again(form: str, mirror: str) -> None:
    datasets = FORMS[form](stored_as(SMALL, mirror=mirror))
    for ds in datasets:
        in_three_digits(ds)
    read = read_volume(as_files(datasets))
    axes = read.affine[:3, :3] / read.spacing
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-9)
    check_same(read, SMALL)


@given(
    form=st.sampled_from(["NM", "NM, one file a slice"]),
    orientation=st.sampled_from([None, "1 0 0 0 1 0", "1 0 0 0 0 -1"]),
    position=st.sampled_from([None, "the same", "its own"]),
    spacing=st.sampled_from(["positive", "negative", "missing", "zero", "empty"]),
    progression=st.sampled_from(["", "APEX_TO_BASE", "BASE_TO_APEX"]),
    order=st.integers(0, 99),
)
@settings(deadline=None, max_examples=60)
def test_without_a_true_orientation_a_person_is_asked(
    form: str, orientation: str | None, position: str | None, spacing: str, progression: str, order: int
) -> None:
    datasets = FORMS[form](SMALL)
    own_places = form != "NM" and orientation is not None and position == "its own"
    directions = [float(v) for v in (orientation or "1 0 0 0 1 0").split()]
    normal = np.cross(directions[:3], directions[3:])
    sign = -1 if spacing == "negative" else 1
    for n, ds in enumerate(datasets):
        (detector,) = ds.DetectorInformationSequence
        detector.ImageOrientationPatient = None if orientation is None else directions
        detector.ImagePositionPatient = {
            None: None,
            "the same": [0, 0, 0],
            "its own": [float(v) for v in 4.0 * sign * n * normal],
        }[position]
        ds.SpacingBetweenSlices = {"positive": "4", "negative": "-4", "zero": "0", "empty": None}.get(spacing)
        if spacing == "missing":
            del ds.SpacingBetweenSlices
        if progression:
            ds.SliceProgressionDirection = progression
    read = read_volume(shuffled(as_files(datasets), order))
    assert np.linalg.det(read.affine[:3, :3]) > 0
    assert "geometry_unverified" in read.flags
    assert ("slice_order_assumed" in read.flags) == (form != "NM" and not own_places)
    assert ("slice_spacing_assumed" in read.flags) == (
        spacing in ("missing", "zero", "empty") and not own_places
    )
    turned = progression == "BASE_TO_APEX" or (progression == "" and spacing == "negative")
    np.testing.assert_allclose(read.voxels, SMALL.voxels[::-1] if turned else SMALL.voxels)


BAD: dict[str, Sequence[Any]] = {
    "ImageOrientationPatient": (None, [1, 0, 0], [0, 0, 0, 0, 0, 0], [1, 0, 0, 1, 0, 0], ["1e300"] * 6),
    "ImagePositionPatient": (None, [0, 0], [0, 0, 0], ["1e9"] * 3, [0, 0, "-3"]),
    "PixelSpacing": (None, ["4"], ["0", "0"], ["-4", "4"], ["1e9", "4"]),
    "SpacingBetweenSlices": (None, "0", "1e-9", "1e9", "-4"),
    "SliceThickness": (None, "0", "-4", "1e9"),
    "SliceVector": (None, [1, 1, 1, 1], [4, 3, 2, 1], [1]),
    "NumberOfSlices": (None, 0, 3, 65_535),
    "NumberOfFrames": (None, 0, 3, "999999999"),
    "InstanceNumber": (None, 1, -5),
    "RescaleSlope": (None, "0", "-1", "1e300"),
    "ImageType": (None, "ORIGINAL", ["DERIVED", "PRIMARY", "RECON GATED TOMO", "EMISSION"]),
    "SliceProgressionDirection": ("BASE_TO_APEX", "ANT_TO_INF"),
    "SeriesType": (["DYNAMIC", "IMAGE"], ["GATED", "IMAGE"], None),
    "SeriesInstanceUID": ("2.25.9", None),
    "Rows": (0, 65_535, 4),
    "BitsAllocated": (8, 32, 12),
    "DetectorInformationSequence": (None, []),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(deadline=None, max_examples=120)
@given(
    what=st.sampled_from(list(ORIGINALS)),
    form=st.sampled_from(list(FORMS)),
    mirror=st.sampled_from(MIRRORS),
    wrong=st.lists(st.sampled_from([(key, n) for key, values in BAD.items() for n in range(len(values))]), max_size=3),
    lost=st.integers(0, 3),
    of_all=st.booleans(),
)  # fmt: skip
def test_a_contradictory_header_gives_a_right_handed_volume_or_one_sentence(
    what: str, form: str, mirror: str, wrong: list[tuple[str, int]], lost: int, of_all: bool
) -> None:
    datasets = FORMS[form](stored_as(ORIGINALS[what], mirror=mirror))
    for ds in datasets if of_all else datasets[:1]:
        for keyword, n in wrong:
            places = [ds, *(ds.get("DetectorInformationSequence") or [])]
            for place in places:
                if keyword in place:
                    setattr(place, keyword, BAD[keyword][n])
    try:
        read = read_volume(as_files(datasets)[lost if len(datasets) > 1 else 0 :])
    except Unreadable as refused:
        assert refused.message.endswith(".") and refused.message.count(". ") == 0 and refused.code
        return
    assert np.linalg.det(read.affine[:3, :3]) > 0
    assert np.isfinite(read.affine).all()


@pytest.mark.parametrize("mirror", MIRRORS)
@pytest.mark.parametrize("form", ["NM", "PT", "enhanced PET"])
def test_the_frames_of_a_beat_and_their_sum_come_out_of_every_encoding(form: str, mirror: str) -> None:
    frames = beating(stored_as(SMALL, mirror=mirror))
    files = {
        "NM": lambda: as_files([gated_nm(frames)]),
        "PT": lambda: shuffled(as_files(gated_pt(frames)), 3),
        "enhanced PET": lambda: as_files([enhanced_pet(frames)]),
    }[form]()
    beat = read_beat(files)
    assert len(beat) == 4
    for slot, volume in enumerate(beat):
        check_same(volume, Volume(SMALL.voxels / (1 + slot), SMALL.affine, SMALL.kind))
    np.testing.assert_allclose(summed(beat).voxels, np.sum([one.voxels for one in beat], axis=0), rtol=1e-6)
    with pytest.raises(Unreadable, match="cannot be read as one") as refused:
        read_volume(files)
    assert refused.value.code == "gated"


def test_a_gated_image_without_vectors_has_the_order_of_the_standard() -> None:
    ds = gated_nm(beating(SMALL))
    del ds.TimeSlotVector, ds.SliceVector, ds.RRIntervalVector
    for slot, volume in enumerate(read_beat([to_bytes(ds)])):
        check_same(volume, Volume(SMALL.voxels / (1 + slot), SMALL.affine, SMALL.kind))


def test_frames_that_vary_in_the_other_order_are_sorted_by_their_vectors() -> None:
    ds = gated_nm(beating(SMALL))
    order = [slot * 4 + k for k in range(4) for slot in range(4)]
    stored = np.frombuffer(ds.PixelData, "<u2").reshape(16, 5, 6)
    ds.TimeSlotVector = [ds.TimeSlotVector[n] for n in order]
    ds.SliceVector = [ds.SliceVector[n] for n in order]
    ds.PixelData = stored[order].tobytes()
    check_same(read_beat([to_bytes(ds)])[2], Volume(SMALL.voxels / 3, SMALL.affine, SMALL.kind))


def refused(read: Callable[[list[bytes]], Any], files: list[bytes]) -> str:
    with pytest.raises(Unreadable) as caught:
        read(files)
    assert caught.value.message.endswith(".")
    return caught.value.code


def test_a_beat_that_is_none_or_not_whole_is_refused() -> None:
    def without(*keywords: str, **changes: Any) -> list[bytes]:
        ds = gated_nm(beating(SMALL))
        for keyword in keywords:
            delattr(ds, keyword)
        for keyword, value in changes.items():
            setattr(ds, keyword, value)
        return [to_bytes(ds)]

    assert refused(read_beat, without("TimeSlotVector", "NumberOfTimeSlots")) == "gated"
    assert refused(read_beat, without(RRIntervalVector=[1] * 8 + [2] * 8)) == "gated"
    assert refused(read_beat, without(SliceVector=[4, 3, 2, 1] * 4)) == "slice_order"
    assert refused(read_beat, without(TimeSlotVector=[1] * 8)) == "header"
    assert refused(read_beat, as_files(FORMS["NM"](SMALL))) == "not_gated"
    assert refused(read_beat, as_files(FORMS["PT"](SMALL))) == "not_gated"
    files = as_files(gated_pt(beating(SMALL)))
    assert refused(read_beat, files[1:]) == "slice_missing"
    assert refused(read_beat, [*files, files[0]]) in ("slice_missing", "slice_duplicate")


def hounsfield() -> Volume:
    lying = transaxial()
    return Volume(np.round(lying.voxels % 3000) - 1000, lying.affine, Kind.TRANSAXIAL)


@pytest.mark.parametrize("mirror", MIRRORS)
@pytest.mark.parametrize("transposed", [False, True])
def test_ct_comes_in_hounsfield_units_in_canonical_order(mirror: str, transposed: bool) -> None:
    original = hounsfield()
    datasets = ct_slices(stored_as(original, mirror=mirror, transposed=transposed))
    read = read_ct(shuffled(as_files(datasets), 7))
    np.testing.assert_array_equal(read.voxels, original.voxels)
    np.testing.assert_allclose(read.affine, original.affine, atol=1e-9)
    assert refused(read_volume, as_files(datasets)) == "sop_class"  # no image of activity


def test_ct_padding_is_air_and_what_is_no_slice_is_refused() -> None:
    datasets = ct_slices(hounsfield())
    for ds in datasets:
        ds.PixelPaddingValue = 1024 - 503
    padded, whole = read_ct(as_files(datasets)).voxels, hounsfield().voxels
    np.testing.assert_array_equal(padded, np.where(whole == -503, -1000, whole))
    assert (whole == -503).any()
    datasets[0].ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    assert refused(read_ct, as_files(datasets)) == "localizer"
    tilted = ct_slices(hounsfield())
    for n, ds in enumerate(tilted):
        ds.ImagePositionPatient[1] += 1.5 * n
    assert refused(read_ct, as_files(tilted)) == "orientation"


@pytest.mark.parametrize(
    ("form", "change", "code"),
    [
        ("PT", lambda files: files[:1] + files[2:], "slice_missing"),
        ("PT", lambda files: [*files, files[0]], "slice_duplicate"),
        ("PT", lambda files: files[:1], "slice_missing"),
        ("NM, one file a slice", lambda files: files[:1], "slice_missing"),
        ("NM, one file a slice", lambda files: files[1:], "slice_missing"),
        ("NM, one file a slice", lambda files: [*files[1:], files[1]], "slice_duplicate"),
        ("NM, one file a slice", lambda files: [*files[1:], *as_files(FORMS["PT"](SMALL))[:1]], "sop_class"),
        ("enhanced PET", lambda files: files * 2, "too_many_files"),
        ("NM", lambda files: files * 2, "too_many_files"),
    ],
)
def test_what_is_not_one_whole_image_is_refused(
    form: str, change: Callable[[list[bytes]], list[bytes]], code: str
) -> None:
    assert refused(read_volume, change(as_files(FORMS[form](SMALL)))) == code


def test_slices_by_number_need_numbers_without_gaps() -> None:
    def numbered(*numbers: int | None) -> list[bytes]:
        datasets = nm_slices(SMALL)
        for ds, number in zip(datasets, numbers, strict=True):
            ds.DetectorInformationSequence[0].ImagePositionPatient = None
            ds.InstanceNumber = number
        return as_files(datasets)

    read = read_volume(numbered(11, 12, 13, 14)[::-1])
    assert read.flags == ("slice_order_assumed",)
    np.testing.assert_allclose(read.voxels, SMALL.voxels)
    assert refused(read_volume, numbered(1, 2, 3, 5)) == "slice_missing"
    assert refused(read_volume, numbered(1, 1, 1, 1)) == "slice_order"
    assert refused(read_volume, numbered(1, None, 3, 4)) == "slice_order"


def old_heart() -> Dataset:
    """The shape of a public cardiac file of the 1990s: no detector item, dotted dates, 13 thick slices."""
    ds = nm_dataset(lopsided((13, 16, 16)), header={"SeriesDescription": ""}, state=None)
    del ds.DetectorInformationSequence, ds.FrameOfReferenceUID
    for keyword in ("PatientOrientationCodeSequence", "PatientGantryRelationshipCodeSequence"):
        delattr(ds, keyword)
    ds.PixelSpacing, ds.SliceThickness, ds.SpacingBetweenSlices = ["3.116", "3.116"], "6.232", "6.232"
    ds.AcquisitionDate = ds.StudyDate = "1993.11.24"
    ds.ProcessingFunction, ds.ImageID = "Wnr/Ramp/", "H Long Ax"
    return ds


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_an_old_file_without_any_orientation_is_read_as_far_as_it_says_what_it_shows() -> None:
    ds = old_heart()
    header = read_header(to_bytes(ds))
    assert (header.view, header.view_source) == ("horizontal_long_axis", "ImageID")
    assert refused(read_volume, [to_bytes(ds)]) == "not_short_axis"
    ds.ImageID = "Short Axis"
    read = read_volume([to_bytes(ds)])
    assert (read.kind, read.flags) == (Kind.SHORT_AXIS, ("geometry_unverified",))
    assert read.spacing == pytest.approx((3.116, 3.116, 6.232))
    ds.ImageID = ""
    assert refused(read_volume, [to_bytes(ds)]) == "geometry_missing"


def test_slopes_differ_from_slice_to_slice() -> None:
    datasets = FORMS["PT"](
        Volume(SMALL.voxels * [[[1.0]], [[0.01]], [[0.1]], [[1.0]]], SMALL.affine, SMALL.kind)
    )
    assert len({str(ds.RescaleSlope) for ds in datasets}) > 2
    read = read_volume(as_files(datasets))
    original = SMALL.voxels * [[[1.0]], [[0.01]], [[0.1]], [[1.0]]]
    assert (
        np.abs(read.voxels - original) <= 0.51 * original.max(axis=(1, 2), keepdims=True) / STORED_MAXIMUM
    ).all()
