"""What we write is a function of what we were given, and a derived image says that it is one."""

import io

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from inference.dicom.derived import derived_nm
from inference.dicom.read import read_header, read_volume
from inference.dicom.write import nm_dataset, pt_datasets, to_bytes, uid_from
from inference.model import ModelIdentity
from inference.volume import Kind, Volume
from tests.inference.dicom.hearts import MIRRORS, lopsided, stored_as

MODEL = ModelIdentity(name="heart-spect-to-pet", version="1.0", digest="a1" * 32)
NAME = "5e" * 32


def source(mirror: str = "") -> Dataset:
    header = {
        "PatientID": "A-0007",
        "PatientName": "A-0007",
        "StudyInstanceUID": "2.25.77",
        "FrameOfReferenceUID": "2.25.78",
        "OperatorsName": "Someone",
        "ImageComments": "free text",
        "SeriesNumber": 4,
    }
    data = to_bytes(nm_dataset(stored_as(lopsided(), mirror=mirror), header=header, state="stress"))
    return dcmread(io.BytesIO(data))


def doubled() -> Volume:
    return Volume(lopsided().voxels * 2, lopsided().affine, Kind.SHORT_AXIS)


def test_the_same_arguments_give_the_same_bytes() -> None:
    def files() -> list[bytes]:
        nm = nm_dataset(lopsided(), header={"PatientID": "1"}, state="rest")
        pt = pt_datasets(lopsided(), header={"PatientID": "1"}, state="rest")
        derived = derived_nm(doubled(), source=source(), model=MODEL, name=NAME)
        return [to_bytes(ds) for ds in (nm, *pt, derived)]

    assert files() == files()


def test_stress_rest_and_slices_have_their_own_uids_in_one_study() -> None:
    stress, rest = (nm_dataset(lopsided(), header={"PatientID": "1"}, state=s) for s in ("stress", "rest"))
    slices = pt_datasets(lopsided(), header={"PatientID": "1"}, state="rest")
    everything = [stress, rest, *slices]
    assert len({ds.SOPInstanceUID for ds in everything}) == len(everything)
    assert len({ds.SeriesInstanceUID for ds in everything}) == 3
    assert len({ds.StudyInstanceUID for ds in everything}) == 1
    assert all(ds.SOPInstanceUID.is_valid and ds.SOPInstanceUID.startswith("2.25.") for ds in everything)


def test_the_header_overrides_and_must_be_dicom() -> None:
    ds = nm_dataset(lopsided(), header={"PatientName": "山田^太郎", "Manufacturer": "ACME"}, state=None)
    assert (str(ds.PatientName), ds.Manufacturer) == ("山田^太郎", "ACME")
    with pytest.raises(ValueError, match="Patientname"):
        nm_dataset(lopsided(), header={"Patientname": "x"}, state=None)


def test_a_skewed_grid_is_refused() -> None:
    skewed = lopsided().affine.copy()
    skewed[:3, 2] += skewed[:3, 0] * 0.2
    with pytest.raises(ValueError, match="orthogonal"):
        nm_dataset(Volume(lopsided().voxels, skewed, Kind.SHORT_AXIS), header={}, state=None)


def test_a_derived_image_says_so_in_every_place_that_the_standard_offers() -> None:
    original = source()
    ds = derived_nm(doubled(), source=original, model=MODEL, name=NAME)
    assert ds.SyntheticData == "YES"
    assert list(ds.ImageType) == ["DERIVED", "PRIMARY", "RECON TOMO", "EMISSION"]
    assert (ds.StudyInstanceUID, ds.FrameOfReferenceUID, ds.PatientID) == ("2.25.77", "2.25.78", "A-0007")
    assert ds.SeriesInstanceUID == uid_from("virtual PET series", NAME) != original.SeriesInstanceUID
    assert ds.SOPInstanceUID != original.SOPInstanceUID
    assert ds.SourceImageSequence[0].ReferencedSOPInstanceUID == original.SOPInstanceUID
    assert ds.DerivationCodeSequence[0].CodeValue == "123110"
    equipment = ds.ContributingEquipmentSequence[0]
    assert list(equipment.SoftwareVersions) == [MODEL.version, MODEL.digest]
    assert MODEL.digest in ds.DerivationDescription
    assert "research" in ds.ImageComments
    assert ds.SeriesDescription == "vPET STRESS SA (AI, research)"
    header = read_header(to_bytes(ds))
    assert (header.ai_generated, header.modality, header.state) == (True, "NM", "stress")


def test_a_derived_image_takes_over_nothing_it_was_not_told_to() -> None:
    text = str(derived_nm(doubled(), source=source(), model=MODEL, name=NAME))
    assert "Someone" not in text
    assert "free text" not in text


@pytest.mark.parametrize(
    ("character_set", "name"),
    [
        ("ISO_IR 100", "MÜLLER^JOSÉ"),
        (["", "ISO 2022 IR 100", "ISO 2022 IR 87"], "GÖTZ^ANDRÉ=山本^能登=ソ^ひょう"),
        (["ISO 2022 IR 13", "ISO 2022 IR 87"], "ﾔﾏﾓﾄ^ﾋｮｳ=山本^表=やまもと^ひょう"),
        ("GB18030", "Wang^XiaoDong=王^小东"),
    ],
)
def test_names_of_the_source_are_kept_whatever_its_character_set(character_set: object, name: str) -> None:
    ds = nm_dataset(
        lopsided(), header={"SpecificCharacterSet": character_set, "PatientName": name}, state=None
    )
    tracer = ds.RadiopharmaceuticalInformationSequence[0]
    tracer.RadiopharmaceuticalRoute = name
    tracer.RadiopharmaceuticalCodeSequence[0].CodeMeaning = name
    # An item may have a set of its own.
    ds.EnergyWindowInformationSequence[0].SpecificCharacterSet = "ISO_IR 101"
    ds.EnergyWindowInformationSequence[0].EnergyWindowName = "ŁÓDŹ"
    original = dcmread(io.BytesIO(to_bytes(ds)))
    untouched = to_bytes(original)
    made = dcmread(io.BytesIO(to_bytes(derived_nm(doubled(), source=original, model=MODEL, name=NAME))))
    assert made.SpecificCharacterSet == "ISO_IR 192"
    assert str(made.PatientName) == name
    tracer = made.RadiopharmaceuticalInformationSequence[0]
    assert tracer.RadiopharmaceuticalRoute == name
    assert tracer.RadiopharmaceuticalCodeSequence[0].CodeMeaning == name
    window = made.EnergyWindowInformationSequence[0]
    assert window.EnergyWindowName == "ŁÓDŹ" and "SpecificCharacterSet" not in window
    assert to_bytes(original) == untouched


def test_a_number_in_the_source_that_nobody_can_read_stops_nothing() -> None:
    original = source()
    tracer = original.RadiopharmaceuticalInformationSequence[0]
    tracer.RadionuclideTotalDose = "555"
    data = to_bytes(original).replace(b"DS\x04\x00555 ", b"DS\x04\x00high")
    made = derived_nm(doubled(), source=dcmread(io.BytesIO(data)), model=MODEL, name=NAME)
    assert b"DS\x04\x00high" in to_bytes(made)


def test_an_uncertainty_says_what_it_is_and_shares_the_units_of_its_image() -> None:
    """A stored value times the slope is in the units of the source, for both, whatever the maxima."""
    original = source()
    spread = Volume(lopsided().voxels * 0.01, lopsided().affine, Kind.SHORT_AXIS)
    image = derived_nm(doubled(), source=original, model=MODEL, name=NAME)
    ds = derived_nm(spread, source=original, model=MODEL, name=NAME, role="uncertainty")
    assert ds.SeriesDescription == "vPET UNCERTAINTY STRESS SA (AI, research)"
    assert "standard deviation" in ds.DerivationDescription and "UNCERTAINTY" in ds.ImageComments
    assert ds.SyntheticData == "YES" and ds.PatientID == "A-0007"
    assert read_header(to_bytes(ds)).uncertainty and not read_header(to_bytes(image)).uncertainty
    assert len({image.SOPInstanceUID, ds.SOPInstanceUID, image.SeriesInstanceUID, ds.SeriesInstanceUID}) == 4
    slopes = [one.RealWorldValueMappingSequence[0].RealWorldValueSlope for one in (image, ds)]
    np.testing.assert_allclose(read_volume([to_bytes(ds)]).voxels * slopes[1], spread.voxels, atol=slopes[1])
    np.testing.assert_allclose(
        read_volume([to_bytes(image)]).voxels * slopes[0], doubled().voxels, atol=slopes[0]
    )


def test_a_derived_image_may_lie_on_its_own_grid_and_says_so() -> None:
    moved = lopsided().affine.copy()
    moved[:3, 3] += 7
    own = Volume(lopsided().voxels[:, :8, :8], moved, Kind.SHORT_AXIS)
    ds = derived_nm(own, source=source(), model=MODEL, name=NAME)
    np.testing.assert_allclose(read_volume([to_bytes(ds)]).affine, moved, atol=1e-9)
    assert ds.FrameOfReferenceUID == "2.25.78"
    assert ds.SourceImageSequence[0].SpatialLocationsPreserved == "NO"
    same = derived_nm(doubled(), source=source(), model=MODEL, name=NAME)
    assert same.SourceImageSequence[0].SpatialLocationsPreserved == "YES"


def test_a_derived_brain_is_a_brain() -> None:
    lying = Volume(lopsided().voxels, np.diag([4.0, 4.0, 4.0, 1.0]), Kind.TRANSAXIAL)
    original = dcmread(io.BytesIO(to_bytes(nm_dataset(lying, header={}, state=None, organ="brain"))))
    ds = derived_nm(lying, source=original, model=MODEL, name=NAME, title="AI AC")
    header = read_header(to_bytes(ds))
    assert (header.body_part, header.view, header.state) == ("BRAIN", "transaxial", None)
    assert ds.SeriesDescription == "AI AC TRANSAXIAL (AI, research)"
    assert read_volume([to_bytes(ds)]).kind is Kind.TRANSAXIAL


@pytest.mark.parametrize("mirror", MIRRORS)
def test_a_derived_image_lies_where_its_source_lies(mirror: str) -> None:
    original = source(mirror)
    ds = derived_nm(doubled(), source=original, model=MODEL, name=NAME)
    read = read_volume([to_bytes(ds)])
    np.testing.assert_allclose(read.affine, lopsided().affine, atol=1e-9)
    assert ds.pixel_array.max() == original.pixel_array.max()
    factor = ds.RealWorldValueMappingSequence[0].RealWorldValueSlope
    np.testing.assert_allclose(read.voxels * factor, doubled().voxels, atol=factor)
