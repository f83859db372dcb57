import hashlib
import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from string import ascii_letters
from uuid import UUID

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from inference.dicom.read import read_volume
from reader_study.intake.allowlist import ALLOWED, CT_STORAGE, Keep, Rule, vocabulary
from reader_study.intake.deidentification import rebuild
from reader_study.intake.examination import examine
from reader_study.intake.pseudonyms import Pseudonyms, shifted
from reader_study.intake.structure import PIXEL_DATA, Element, Item, Structure, read_structure
from reader_study.intake.verification import left_over
from reader_study.studies.protocol import ImageSet
from tests.reader_study.intake.files import Secrets, finished, heart, nm_file, noise, pt_files

SITE, OTHER_SITE = UUID(int=1), UUID(int=2)
STUDY, OTHER_STUDY = Pseudonyms(b"k" * 32), Pseudonyms(b"q" * 32)


def rebuilt(data: bytes, *, study: Pseudonyms = STUDY, site: UUID = SITE, subject: str = "A-0001") -> bytes:
    examined = examine(data, pseudonyms=study, site=site, image_sets=list(ImageSet))
    return examined.rebuilt.finished(subject=subject, description=examined.description)


def header_of(data: bytes) -> Dataset:
    return dcmread(io.BytesIO(data))


def traces(value: str) -> set[bytes]:
    """The forms in which a value could survive."""
    forms = {
        value.encode(code, "ignore") for code in ("utf-8", "utf-16-le", "shift_jis", "euc_jp", "iso2022_jp")
    }
    forms |= {hashlib.new(name, value.encode()).hexdigest().encode() for name in ("md5", "sha1", "sha256")}
    return {form.lower() for form in forms if len(form) > 3}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", ["NM", "PT"])
@pytest.mark.parametrize("implicit", [False, True])
def test_no_planted_value_is_in_the_new_file(kind: str, seed: int, implicit: bool) -> None:
    secrets = Secrets(seed)
    volume = noise((3, 16, 16))
    data = (
        nm_file(volume, state="stress", secrets=secrets)
        if kind == "NM"
        else pt_files(volume, state="rest", secrets=secrets)[0]
    )
    if implicit:
        ds = header_of(data)
        ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        out = io.BytesIO()
        ds.save_as(out, implicit_vr=True)
        data = out.getvalue()
    result = rebuilt(data).lower()
    found = {place for place, value in secrets.planted.items() for trace in traces(value) if trace in result}
    assert len(secrets.planted) > 60
    assert found == set()


def test_what_the_study_needs_is_kept() -> None:
    secrets = Secrets(3)
    volume = noise((5, 16, 18))
    source = nm_file(volume, state="stress", secrets=secrets)
    old, new = header_of(source), header_of(rebuilt(source))
    for keyword in [
        "SOPClassUID",
        "Modality",
        "ImageType",
        "PatientSex",
        "PatientWeight",
        "PatientSize",
        "PixelSpacing",
        "SliceThickness",
        "SliceVector",
        "SpacingBetweenSlices",
        "FrameIncrementPointer",
        "NumberOfFrames",
        "Rows",
        "Columns",
        "BitsStored",
        "SeriesTime",
        "StudyTime",
    ]:
        assert new[keyword].value == old[keyword].value, keyword
    detector, before = new.DetectorInformationSequence[0], old.DetectorInformationSequence[0]
    assert detector.ImageOrientationPatient == before.ImageOrientationPatient
    assert detector.ImagePositionPatient == before.ImagePositionPatient
    assert detector.ViewCodeSequence[0].CodeValue == before.ViewCodeSequence[0].CodeValue
    tracer = new.RadiopharmaceuticalInformationSequence[0]
    assert tracer.RadiopharmaceuticalStartTime == "092500"
    assert tracer.RadionuclideCodeSequence[0].CodeMeaning == "^99m^Technetium"  # from the dictionary again
    assert [item.ValueType for item in new.AcquisitionContextSequence] == ["CODE"]
    np.testing.assert_array_equal(new.pixel_array, old.pixel_array)


def test_slopes_of_pet_and_negative_spacing_of_spect_survive() -> None:
    secrets = Secrets(4)
    source = pt_files(noise((3, 8, 8)), state="rest", secrets=secrets)
    assert [header_of(rebuilt(data)).RescaleSlope for data in source] == [
        header_of(data).RescaleSlope for data in source
    ]
    spect = nm_file(noise(), state="rest", secrets=secrets, more={"SpacingBetweenSlices": "-6.4"})
    assert header_of(rebuilt(spect)).SpacingBetweenSlices == -6.4


def test_the_new_file_is_the_same_volume() -> None:
    source = nm_file(heart(), state="stress", secrets=Secrets(5))
    before, after = read_volume([source]), read_volume([rebuilt(source)])
    np.testing.assert_allclose(after.voxels, before.voxels)
    np.testing.assert_allclose(after.affine, before.affine)
    assert after.flags == ()


def test_a_view_and_a_state_that_only_words_told_are_still_told() -> None:
    ds = nm_file(heart(), state=None, secrets=Secrets(6), more={"SeriesDescription": "負荷 短軸像"})
    ds_ = header_of(ds)
    ds_.AcquisitionContextSequence = []
    del ds_.DetectorInformationSequence[0].ViewCodeSequence
    ds_.SpecificCharacterSet = "ISO_IR 192"
    out = io.BytesIO()
    ds_.save_as(out)
    result = rebuilt(out.getvalue())
    assert header_of(result).SeriesDescription == "SPECT stress short axis"
    assert read_volume([result]).kind == "short_axis"


def test_it_says_truthfully_what_was_done() -> None:
    new = header_of(rebuilt(nm_file(noise(), state="stress", secrets=Secrets(7))))
    assert (new.PatientName, new.PatientID, new.PatientIdentityRemoved) == ("A-0001", "A-0001", "YES")
    assert new.PatientAge == "090Y" and new.PatientBirthDate == ""
    assert {item.CodeValue for item in new.DeidentificationMethodCodeSequence} == {
        "113100",
        "113105",
        "113107",
        "113108",
    }
    assert new.LongitudinalTemporalInformationModified == "MODIFIED"
    assert new.ContributingEquipmentSequence[0].PurposeOfReferenceCodeSequence[0].CodeValue == "109104"


def test_the_same_patient_keeps_uids_and_gaps_across_uploads_and_no_other_study_can_link_them() -> None:
    secrets = Secrets(8)
    first = header_of(rebuilt(nm_file(noise(seed=1), state="stress", secrets=secrets)))
    later_date = f"{int(secrets.planted['StudyDate']) // 10000}1231"
    later_file = nm_file(noise(seed=2), state="rest", secrets=secrets, more={"SeriesDate": later_date})
    later = header_of(rebuilt(later_file))
    other = header_of(rebuilt(later_file, study=OTHER_STUDY))
    assert first.StudyInstanceUID == later.StudyInstanceUID != other.StudyInstanceUID
    assert first.StudyDate == later.StudyDate != other.StudyDate
    gap = date.fromisoformat(later.SeriesDate) - date.fromisoformat(later.StudyDate)
    assert gap == date.fromisoformat(later_date) - date.fromisoformat(secrets.planted["StudyDate"])


def test_equal_patient_ids_of_two_sites_are_two_subjects() -> None:
    data = nm_file(noise(), state="stress", secrets=Secrets(9))
    subjects = {
        examine(data, pseudonyms=STUDY, site=site, image_sets=list(ImageSet)).subject
        for site in (SITE, OTHER_SITE)
    }
    assert len(subjects) == 2


def test_an_old_style_date_is_shifted_and_a_broken_one_goes() -> None:
    week = date(2000, 1, 8) - date(2000, 1, 1)
    assert shifted("1993.11.24", week) == "19931117"
    assert shifted("20200102101500.5+0900", week) == "20191226101500.5+0900"
    assert shifted("20201399", week) is None
    assert shifted("20200102 Yamada", week) is None


def test_ct_is_rebuilt_too() -> None:
    secrets = Secrets(10)
    ds = pt_files(noise((1, 16, 16)), state=None, secrets=secrets)[0]
    ct = header_of(ds)
    ct.SOPClassUID = ct.file_meta.MediaStorageSOPClassUID = CT_STORAGE
    ct.Modality, ct.KVP = "CT", "120"
    data = finished(ct, secrets)
    result = rebuild(read_structure(data), pseudonyms=STUDY, subject=b"s").finished(
        subject="A-0001", description="CT"
    )
    assert header_of(result).KVP == 120
    assert left_over(data, result, own_words=("A-0001", "CT")) == []


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("SeriesDescription", None),
        ("ImageComments", None),
        ("PatientName", "family kanji"),
        ("PatientID", "PatientID"),
    ],
)
def test_the_verifier_finds_what_a_broken_rule_would_let_through(keyword: str, value: str | None) -> None:
    secrets = Secrets(11)
    data = nm_file(noise(), state="stress", secrets=secrets)
    leaky = header_of(rebuilt(data))
    leaky.SpecificCharacterSet = "ISO_IR 192"
    leaky.SeriesDescription = f"stress {secrets.planted[value or keyword]}"
    out = io.BytesIO()
    leaky.save_as(out)
    assert left_over(data, out.getvalue(), own_words=("A-0001",)) != []


@pytest.mark.parametrize(
    ("identifier", "survivor"),
    [
        ("0012345678", "12345678"), ("12345678", "0012345678"), ("12-345-678", "12345678"),
        ("KUH 0012345", "12345"), ("Ａ００１２３４５", "+12345"), ("0012345678", "12345678.0"),
    ],
)  # fmt: skip
def test_the_verifier_finds_a_number_however_it_is_written(identifier: str, survivor: str) -> None:
    data = nm_file(
        noise(),
        state="stress",
        secrets=Secrets(13),
        more={"PatientID": identifier, "SpecificCharacterSet": "ISO_IR 192"},
    )
    leaky = header_of(rebuilt(data))
    leaky.SliceThickness = survivor
    out = io.BytesIO()
    leaky.save_as(out)
    assert left_over(data, rebuilt(data), own_words=("A-0001", "SPECT stress short axis")) == []
    assert "(0010,0020)" in left_over(data, out.getvalue(), own_words=("A-0001",))


@pytest.mark.parametrize("keyword", ["SeriesNumber", "InstanceNumber"])
@pytest.mark.parametrize(
    ("place", "identifier"),
    [("PatientID", "0012345678"), ("AccessionNumber", "N12345678"), ("other", "12345678")],
)
def test_a_series_numbered_by_an_identifier_loses_its_number(
    keyword: str, place: str, identifier: str
) -> None:
    source = header_of(
        nm_file(noise(), state="stress", secrets=Secrets(14), more={"SeriesNumber": 7, "InstanceNumber": 7})
    )
    if place == "other":
        source.OtherPatientIDsSequence[0].PatientID = identifier
    else:
        setattr(source, place, identifier)
    setattr(source, keyword, 12345678)
    out = io.BytesIO()
    source.save_as(out)
    result = rebuilt(out.getvalue())
    new = header_of(result)
    kept = ({"SeriesNumber", "InstanceNumber"} - {keyword}).pop()
    assert (new[keyword].value, int(new[kept].value)) == (None, 7)
    assert left_over(out.getvalue(), result, own_words=("A-0001", "SPECT stress short axis")) == []


def test_a_short_number_is_no_identifier() -> None:
    more = {"PatientID": "0007", "SeriesNumber": 7, "InstanceNumber": 7}
    data = nm_file(noise(), state="stress", secrets=Secrets(15), more=more)
    assert (header_of(rebuilt(data)).SeriesNumber, header_of(rebuilt(data)).InstanceNumber) == (7, 7)
    assert left_over(data, rebuilt(data), own_words=("A-0001", "SPECT stress short axis")) == []


def test_the_verifier_finds_a_name_among_the_pixels() -> None:
    secrets = Secrets(12)
    ds = nm_file(noise(), state="stress", secrets=secrets)
    source = header_of(ds)
    name = str(source.PatientName).split("=")[0].encode()
    source.PixelData = source.PixelData[:64] + name + source.PixelData[64 + len(name) :]
    out = io.BytesIO()
    source.save_as(out)
    assert "(0010,0010)" in left_over(out.getvalue(), rebuilt(out.getvalue()), own_words=("A-0001",))


def test_plain_headers_have_nothing_to_find() -> None:
    """A verifier that always cries is as useless as one that never does."""
    for seed in range(20, 26):
        data = nm_file(noise(), state="rest", secrets=Secrets(seed))
        assert left_over(data, rebuilt(data), own_words=("A-0001", "SPECT rest short axis")) == []


REAL = Path(__file__).parents[4] / "shared/data/pt-siemens-168.dcm"


@pytest.mark.skipif(not REAL.exists(), reason="the public sample file is not on this machine")
def test_a_real_file_with_old_codes_is_rebuilt_and_found_clean() -> None:
    source = REAL.read_bytes()
    structure = read_structure(source)
    result = rebuild(structure, pseudonyms=STUDY, subject=b"s").finished(subject="A-0001", description="PET")
    assert left_over(source, result, own_words=("A-0001", "PET")) == []
    old, new = header_of(source), header_of(result)
    np.testing.assert_array_equal(new.pixel_array, old.pixel_array)
    assert new.PatientOrientationCodeSequence[0].CodeMeaning == "Recumbent body position (finding)"
    assert "ACRIN" not in str(new)


def filled(rules: Mapping[int, Rule], text: bytes) -> Item:
    """Every listed attribute at every level, with this text in it."""
    item = {}
    for tag, rule in rules.items():
        within = {**CODE_ITEM, **getattr(rule, "within", {})}
        vr = dictionary_VR(tag)
        if vr == "SQ":
            item[tag] = Element("SQ", b"", [filled(within, text)])
        elif vr in ("CS", "LO", "SH", "DS", "IS", "DA", "DT", "TM", "AS", "UI"):
            item[tag] = Element(vr, text, [])
    return item


CODE_ITEM: Mapping[int, Rule] = {0x00080100: Keep.NUMBER, 0x00080102: Keep.NUMBER, 0x00080104: Keep.NUMBER}


@settings(max_examples=40, deadline=None)
@given(
    sop_class=st.sampled_from(sorted(ALLOWED)), text=st.text(ascii_letters + " ^.-", min_size=4, max_size=16)
)
def test_no_listed_attribute_lets_free_text_through(sop_class: str, text: str) -> None:
    """Whatever stands in the attributes that may stay: letters that the lists do not know do not come out."""

    def out(content: str) -> bytes:
        root = filled(ALLOWED[sop_class], content.encode())
        uids = {
            0x0020000D: b"1.2.3",
            0x0020000E: b"1.2.4",
            0x00080018: b"1.2.5",
            0x00080016: sop_class.encode(),
        }
        root.update({tag: Element("UI", uid, []) for tag, uid in uids.items()})
        root[PIXEL_DATA] = Element("OW", bytes(8), [])
        structure = Structure(ExplicitVRLittleEndian, dict(sorted(root.items())), pixels=4, pixel_bytes=8)
        return rebuild(structure, pseudonyms=STUDY, subject=b"s").finished(subject="A-0001", description="x")

    assume(any(letter.isalpha() for letter in text) and text.strip().casefold() not in vocabulary())
    assert text.encode() not in out(text) or text.encode() in out("")
