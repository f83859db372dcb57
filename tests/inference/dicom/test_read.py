"""However a short-axis study is stored, it is read the same; what is not one is refused by name."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid
from scipy.spatial.transform import Rotation

from inference.dicom import codes
from inference.dicom.orientation import ImplausibleOrientation, canonical_short_axis
from inference.dicom.read import Unreadable, read_header, read_volume
from inference.dicom.write import STORED_MAXIMUM, nm_dataset, pt_datasets, to_bytes
from inference.volume import Kind, Volume
from tests.inference.dicom.hearts import MIRRORS, lopsided, stored_as


def nm_file(change: Callable[[Dataset], None] | None = None, volume: Volume | None = None) -> bytes:
    ds = nm_dataset(volume or lopsided(), header={}, state=None)
    if change:
        change(ds)
    return to_bytes(ds)


def refusal(*files: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        read_volume(files)
    assert caught.value.message.endswith(".")
    return caught.value.code


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("mirror", MIRRORS)
def test_every_order_of_an_nm_stack_reads_as_the_same_volume(mirror: str, transposed: bool) -> None:
    original = lopsided()
    stored = stored_as(original, mirror=mirror, transposed=transposed)
    ds = nm_dataset(stored, header={}, state="stress")
    right_handed = np.linalg.det(stored.affine[:3, :3]) > 0
    assert (float(ds.SpacingBetweenSlices) > 0) == right_handed
    read = read_volume([to_bytes(ds)])
    np.testing.assert_array_equal(read.voxels, original.voxels)
    np.testing.assert_allclose(read.affine, original.affine, atol=1e-9)
    assert (read.kind, read.flags) == (Kind.SHORT_AXIS, ())


@pytest.mark.parametrize("mirror", MIRRORS)
def test_pt_slices_are_sorted_by_place_and_scaled_one_by_one(mirror: str) -> None:
    original = lopsided()
    original.voxels[3] *= 0.01  # a faint slice has its own slope
    slices = pt_datasets(stored_as(original, mirror=mirror), header={}, state="rest")
    assert len({str(ds.RescaleSlope) for ds in slices}) > 1
    for ds in slices:
        ds.InstanceNumber = 1  # says nothing about the place
    files = [to_bytes(ds) for ds in slices]
    random.Random(5).shuffle(files)
    read = read_volume(files)
    half_a_step = 0.51 * original.voxels.max(axis=(1, 2), keepdims=True) / STORED_MAXIMUM
    assert (np.abs(read.voxels - original.voxels) <= half_a_step).all()
    np.testing.assert_allclose(read.affine, original.affine, atol=1e-9)


def test_geometry_at_the_top_level_is_read_when_the_detector_has_none() -> None:
    def move_up(ds: Dataset) -> None:
        detector = ds.DetectorInformationSequence[0]
        ds.ImageOrientationPatient = detector.ImageOrientationPatient
        ds.ImagePositionPatient = detector.ImagePositionPatient
        detector.ImagePositionPatient = None  # type 2: present and empty
        del detector.ImageOrientationPatient

    read = read_volume([nm_file(move_up)])
    np.testing.assert_allclose(read.affine, lopsided().affine, atol=1e-9)


def test_a_rescale_slope_of_an_nm_file_is_applied() -> None:
    def scale(ds: Dataset) -> None:
        ds.RescaleSlope, ds.RescaleIntercept = "0.5", "3"

    np.testing.assert_allclose(read_volume([nm_file(scale)]).voxels, lopsided().voxels * 0.5 + 3)


def no_orientation(ds: Dataset) -> None:
    del ds.DetectorInformationSequence[0].ImageOrientationPatient


def dummy_orientation(ds: Dataset) -> None:
    ds.DetectorInformationSequence[0].ImageOrientationPatient = [1, 0, 0, 0, 1, 0]


@pytest.mark.parametrize("lose", [no_orientation, dummy_orientation])
@pytest.mark.parametrize(
    ("progression", "sign", "turned"),
    [("", 1, False), ("", -1, True), ("APEX_TO_BASE", -1, False), ("BASE_TO_APEX", 1, True)],
)
def test_without_a_true_orientation_the_display_convention_is_used_and_flagged(
    lose: Callable[[Dataset], None], progression: str, sign: int, turned: bool
) -> None:
    def change(ds: Dataset) -> None:
        lose(ds)
        ds.SpacingBetweenSlices = sign * ds.SpacingBetweenSlices
        if progression:
            ds.SliceProgressionDirection = progression

    read = read_volume([nm_file(change)])
    assert read.flags == ("geometry_unverified",)
    voxels = lopsided().voxels
    np.testing.assert_array_equal(read.voxels, voxels[::-1] if turned else voxels)
    again = read_volume([to_bytes(nm_dataset(read, header={}, state=None))])
    np.testing.assert_array_equal(again.voxels, read.voxels)


def test_a_progression_that_contradicts_the_geometry_is_flagged_and_the_geometry_followed() -> None:
    def contradict(ds: Dataset) -> None:
        ds.SliceProgressionDirection = "BASE_TO_APEX"

    read = read_volume([nm_file(contradict)])
    assert read.flags == ("slice_order_conflict",)
    np.testing.assert_array_equal(read.voxels, lopsided().voxels)


def test_a_missing_spacing_is_taken_from_the_thickness_and_flagged() -> None:
    def lose(ds: Dataset) -> None:
        del ds.SpacingBetweenSlices

    assert read_volume([nm_file(lose)]).flags == ("slice_spacing_assumed",)


def test_a_heart_on_the_right_side_is_refused() -> None:
    affine = np.diag([-1.0, 1.0, 1.0, 1.0]) @ lopsided().affine
    assert refusal(nm_file(volume=Volume(lopsided().voxels, affine, Kind.SHORT_AXIS))) == "orientation"


@given(st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: np.linalg.norm(q) > 0.1), st.sampled_from(MIRRORS))
def test_any_orientation_is_read_alike_in_every_order_or_refused(
    quaternion: tuple[float, ...], mirror: str
) -> None:
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_quat(quaternion).as_matrix() * 4.0
    volume = Volume(lopsided((3, 4, 5)).voxels, affine, Kind.SHORT_AXIS)
    results = []
    for stored in (
        volume,
        stored_as(volume, mirror=mirror),
        stored_as(volume, mirror=mirror, transposed=True),
    ):
        try:
            voxels, directions = canonical_short_axis(stored.voxels, stored.affine)
            assert np.linalg.det(directions[:3, :3]) > 0
            results.append((voxels.tolist(), directions.round(9).tolist()))
        except ImplausibleOrientation:
            results.append(None)
    assert results[0] == results[1]
    # In a plane turned by exactly 45 degrees, rows and columns run equally along the patient.
    if abs(abs(affine[2, 0]) - abs(affine[2, 1])) > 1e-6:
        assert results[0] == results[2]


def test_a_transaxial_volume_is_read_and_named_so() -> None:
    volume = Volume(lopsided().voxels, np.diag([4.0, 4.0, 3.0, 1.0]), Kind.TRANSAXIAL)
    read = read_volume(
        [to_bytes(ds) for ds in pt_datasets(volume, header={"SeriesDescription": ""}, state=None)]
    )
    assert read.kind is Kind.TRANSAXIAL


def set_value(keyword: str, value: object) -> Callable[[Dataset], None]:
    def change(ds: Dataset) -> None:
        setattr(ds, keyword, value)

    return change


def long_axis(ds: Dataset) -> None:
    ds.DetectorInformationSequence[0].ViewCodeSequence = codes.HORIZONTAL_LONG_AXIS.sequence()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (set_value("ImageType", ["ORIGINAL", "PRIMARY", "TOMO", "EMISSION"]), "not_reconstructed"),
        (set_value("ImageType", ["DERIVED", "PRIMARY", "RECON GATED TOMO", "EMISSION"]), "gated"),
        (set_value("SliceVector", list(range(10, 0, -1))), "slice_order"),
        (set_value("PixelSpacing", None), "geometry_missing"),
        (set_value("PixelSpacing", ["0", "4"]), "geometry_missing"),
        (set_value("SOPClassUID", "1.2.840.10008.5.1.4.1.1.7"), "sop_class"),
        (set_value("Rows", 65_000), "pixels"),
        (set_value("PixelData", b"\0\0"), "pixels"),
        (long_axis, "not_short_axis"),
    ],
)
def test_what_is_not_a_short_axis_volume_is_refused_with_its_reason(
    change: Callable[[Dataset], None], code: str
) -> None:
    assert refusal(nm_file(change)) == code


def test_infinite_geometry_is_refused() -> None:
    data = nm_file(set_value("SpacingBetweenSlices", "4.0000000000"))
    assert refusal(data.replace(b"4.0000000000", b"Infinity    ")) == "header"


def test_an_incomplete_or_mixed_pt_series_is_refused() -> None:
    files = [to_bytes(ds) for ds in pt_datasets(lopsided(), header={}, state=None)]
    assert refusal(*files[:4], *files[5:]) == "slice_missing"
    assert refusal(*files[:-1]) == "slice_missing"
    assert refusal(*files, files[3]) == "slice_duplicate"
    other = pt_datasets(lopsided(), header={"SeriesInstanceUID": generate_uid()}, state=None)
    assert refusal(*files[:-1], to_bytes(other[-1])) == "mixed_series"
    assert refusal(*files[:-1], nm_file()) == "sop_class"
    assert refusal(nm_file(), nm_file()) == "too_many_files"
    assert refusal() == "sop_class"


def test_sizes_that_nothing_has_are_refused_before_anything_is_built_from_them() -> None:
    def countless(ds: Dataset) -> None:
        ds.NumberOfFrames = 2**31 - 1
        del ds.SliceVector

    def vast(ds: Dataset) -> None:
        ds.PixelSpacing = [500, 500]

    assert refusal(nm_file(countless)) == "pixels"
    assert refusal(nm_file(vast)) == "header"


@given(st.binary(max_size=300))
def test_bytes_that_are_no_dicom_are_refused(data: bytes) -> None:
    assert refusal(data) == "not_dicom"


@pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom remarks on what it meets
@settings(deadline=None)
@given(st.integers(132, 3_500), st.binary(min_size=1, max_size=8))
@example(413, b"\0")  # the value representation of the SOP class
@example(946, b"\1")  # the length of Rows
def test_a_damaged_header_is_read_or_refused_and_nothing_else(place: int, damage: bytes) -> None:
    data = bytearray(nm_file(volume=lopsided((3, 4, 5))))
    place = min(place, len(data) - len(damage))
    data[place : place + len(damage)] = damage
    for read in (lambda: read_volume([bytes(data)]), lambda: read_header(bytes(data))):
        try:
            read()
        except Unreadable as refused:
            assert refused.code


def test_the_header_says_what_the_file_says() -> None:
    header = {"PatientID": "A-0001", "StudyInstanceUID": "2.25.1", "SeriesInstanceUID": "2.25.2"}
    data = to_bytes(nm_dataset(lopsided(), header=header, state="rest"))
    read = read_header(data)
    assert (read.modality, read.patient_id, read.study_uid, read.series_uid) == (
        "NM",
        "A-0001",
        "2.25.1",
        "2.25.2",
    )
    assert (read.state, read.state_source) == ("rest", "AcquisitionContextSequence")
    assert (read.view, read.frames, read.ai_generated) == ("short_axis", 10, False)
    assert read_header(nm_file(set_value("SyntheticData", "YES"))).ai_generated


@pytest.mark.parametrize(
    ("keyword", "text", "state"),
    [
        ("SeriesDescription", "SA_STRESS1", "stress"),
        ("SeriesDescription", "Str SA [Recon]", "stress"),
        ("ProtocolName", "Adenosine MIBI", "stress"),
        ("ProtocolName", "ATP負荷心筋", "stress"),
        ("SeriesDescription", "負荷時短軸", "stress"),
        ("SeriesDescription", "安静時短軸", "rest"),
        ("ImageID", "RST", "rest"),
        ("SeriesDescription", "Tl 再分布", "rest"),
        ("StudyDescription", "Myocardial perfusion rest/stress", None),
        ("StudyDescription", "負荷・安静心筋血流", None),
        ("SeriesDescription", "Forest green", None),
        ("SeriesDescription", "Restored strong", None),
        ("SeriesDescription", "Chest extra", None),
    ],
)
def test_the_state_is_read_from_english_and_japanese_text_and_its_place_is_named(
    keyword: str, text: str, state: str | None
) -> None:
    header: dict[str, object] = {"SeriesDescription": "", keyword: text}
    read = read_header(to_bytes(nm_dataset(lopsided(), header=header, state=None)))
    assert (read.state, read.state_source) == (state, keyword if state else "")


def test_a_code_outranks_every_text_and_a_specific_text_a_general_one() -> None:
    header = {"ProtocolName": "rest", "SeriesDescription": "rest"}
    assert read_header(to_bytes(nm_dataset(lopsided(), header=header, state="stress"))).state == "stress"
    header = {"SeriesDescription": "rest", "StudyDescription": "stress"}
    assert read_header(to_bytes(nm_dataset(lopsided(), header=header, state=None))).state == "rest"


@pytest.mark.parametrize(
    ("change", "corrected"),
    [
        ({"CorrectedImage": ["ATTN", "SCAT"]}, True),
        ({"CorrectedImage": "ATTN"}, True),
        ({"CorrectedImage": ["UNIF", "DECY"], "SeriesDescription": "STRESS SA AC"}, False),
        ({"SeriesDescription": "Stress SA [Recon - AC]"}, True),
        ({"SeriesDescription": "IRAC_SA_REST"}, True),
        ({"ImageID": "SA CTAC"}, True),
        ({"SeriesDescription": "負荷 短軸像 減弱補正"}, True),
        ({"SeriesDescription": "負荷 短軸像 減弱補正なし"}, False),
        ({"SeriesDescription": "STRESS SA NAC"}, False),
        ({"SeriesDescription": "STRESS SA no AC"}, False),
        ({"SeriesDescription": "IRNC SA"}, False),
        ({"SeriesDescription": "Cardiac tracer SA"}, False),
        ({}, False),
    ],
)
def test_a_correction_is_known_by_code_or_by_words(change: dict[str, object], corrected: bool) -> None:
    read = read_header(to_bytes(nm_dataset(lopsided(), header=change, state="stress")))
    assert (read.attenuation_corrected, read.is_uncorrected_spect) == (corrected, not corrected)


def test_pet_is_corrected_and_neither_it_nor_an_ai_image_is_uncorrected_spect() -> None:
    pet = read_header(to_bytes(pt_datasets(lopsided(), header={}, state=None)[0]))
    assert pet.attenuation_corrected and not pet.is_uncorrected_spect
    assert not read_header(nm_file(set_value("SyntheticData", "YES"))).is_uncorrected_spect


def test_contradicting_codes_decide_nothing() -> None:
    ds = nm_dataset(lopsided(), header={"SeriesDescription": ""}, state="stress")
    rest = nm_dataset(lopsided(), header={}, state="rest")
    ds.AcquisitionContextSequence = Sequence(
        [ds.AcquisitionContextSequence[0], rest.AcquisitionContextSequence[0]]
    )
    assert read_header(to_bytes(ds)).state is None


def test_shift_jis_text_is_understood() -> None:
    ds = nm_dataset(lopsided(), header={"SeriesDescription": ""}, state=None)
    ds.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    ds.SeriesDescription = "負荷"
    data = to_bytes(ds)
    assert "負荷".encode() not in data
    assert read_header(data).state == "stress"
