import io
from collections.abc import Iterator, Mapping
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
from pydicom.uid import ExplicitVRLittleEndian

from inference.dicom.read import read_volume
from reader_study.intake.allowlist import ALLOWED, CT_STORAGE, vocabulary
from reader_study.intake.concepts import lists, meanings
from reader_study.intake.deidentification import (
    Answers,
    Blank,
    Deidentified,
    deidentify,
    named,
    options_claimed,
    report_digest,
)
from reader_study.intake.description import Description, Kind, Pixels
from reader_study.intake.pseudonyms import Pseudonyms, shifted, site_key
from reader_study.intake.reasons import NotTaken, Quarantined, Refused
from reader_study.intake.rules import Number, Rule
from reader_study.intake.structure import PIXEL_DATA, Element, Item, Structure, read_structure
from reader_study.intake.verification import left_over
from tests.reader_study.intake.files import Secrets, finished, heart, nm_file, noise, pt_files
from tests.reader_study.intake.vectors import edited

SITE, OTHER_SITE = (Pseudonyms(site_key(study_key=b"k" * 32, site=UUID(int=number))) for number in (1, 2))


def sealed(data: bytes, *, site: Pseudonyms = SITE, answers: Answers | None = None) -> Deidentified:
    return deidentify(read_structure(data), pseudonyms=site, answers=answers)


def header_of(data: bytes) -> Dataset:
    return dcmread(io.BytesIO(data))


def leftovers(source: bytes, made: Deidentified, result: bytes | None = None) -> list[str]:
    said = made.description
    own = (made.subject.token, said.series_description(), made.line)
    return left_over(source, read_structure(source), result or made.data, own_words=own)


def test_the_new_file_is_the_same_volume() -> None:
    source = nm_file(heart(), state="stress", secrets=Secrets(5))
    before, after = read_volume([source]), read_volume([named(sealed(source).data, subject="A-0001")])
    np.testing.assert_array_equal(after.voxels, before.voxels)
    np.testing.assert_array_equal(after.affine, before.affine)
    assert after.flags == before.flags


def test_a_view_and_a_state_that_only_words_told_are_still_told() -> None:
    ds = header_of(nm_file(heart(), state=None, secrets=Secrets(6)))
    ds.AcquisitionContextSequence = []
    del ds.DetectorInformationSequence[0].ViewCodeSequence
    ds.SpecificCharacterSet, ds.SeriesDescription = "ISO_IR 192", "負荷 短軸像 吸収補正"
    out = io.BytesIO()
    ds.save_as(out)
    made = sealed(out.getvalue())
    assert (made.description.state, made.description.state_from) == ("stress", "SeriesDescription")
    new = header_of(made.data)
    assert new.SeriesDescription == "SPECT stress short axis AC"
    assert new.AcquisitionContextSequence[0].ConceptCodeSequence[0].CodeValue == "432655005"
    assert read_volume([made.data]).kind == "short_axis"


def test_it_says_truthfully_what_was_done() -> None:
    source = nm_file(noise(), state="stress", secrets=Secrets(7))
    made = sealed(source)
    new = header_of(made.data)
    assert str(new.PatientName) == new.PatientID == made.subject.token
    assert (new.PatientIdentityRemoved, new.LongitudinalTemporalInformationModified) == ("YES", "MODIFIED")
    assert new.PatientAge == "090Y" and new.PatientBirthDate == ""
    claimed = [item.CodeValue for item in new.DeidentificationMethodCodeSequence]
    assert claimed == ["113100", "113105", "113107", "113108"]
    assert new.ContributingEquipmentSequence[0].PurposeOfReferenceCodeSequence[0].CodeValue == "109104"
    looked = header_of(sealed(source, answers=Answers(pixels=Pixels.SEEN)).data)
    assert looked.DeidentificationMethodCodeSequence[-1].CodeValue == "113101"
    assert [code for code, _ in options_claimed(Pixels.BLANKED)][-1] == "113101"


def test_only_the_name_tells_a_named_file_from_a_sealed_one() -> None:
    once = sealed(nm_file(noise(), state="stress", secrets=Secrets(8)))
    final = named(once.data, subject="A-0001")
    old, new = header_of(once.data), header_of(final)
    assert new.PatientName == new.PatientID == "A-0001"
    new.PatientName = new.PatientID = once.subject.token
    assert new == old


def test_the_same_patient_keeps_uids_and_gaps_across_uploads_and_no_other_site_can_link_them() -> None:
    secrets = Secrets(8)
    first = header_of(sealed(nm_file(noise(seed=1), state="stress", secrets=secrets)).data)
    later_date = f"{int(secrets.planted['StudyDate']) // 10000}1231"
    later_file = nm_file(noise(seed=2), state="rest", secrets=secrets, more={"SeriesDate": later_date})
    later = header_of(sealed(later_file).data)
    other = header_of(sealed(later_file, site=OTHER_SITE).data)
    assert first.StudyInstanceUID == later.StudyInstanceUID != other.StudyInstanceUID
    assert first.StudyDate == later.StudyDate != other.StudyDate
    assert first.PatientID == later.PatientID != other.PatientID
    gap = date.fromisoformat(later.SeriesDate) - date.fromisoformat(later.StudyDate)
    assert gap == date.fromisoformat(later_date) - date.fromisoformat(secrets.planted["StudyDate"])


def test_blanks_around_an_id_make_no_other_subject() -> None:
    assert SITE.subject(b" 0012\0") == SITE.subject(b"0012") != SITE.subject(b"12")
    assert SITE.subject_of(SITE.subject(b"0012").token) == SITE.subject(b"0012")
    assert OTHER_SITE.subject_of(SITE.subject(b"0012").token) is None
    assert SITE.subject_of("SUBJ-" + "0" * 48) is None


@given(uid=st.from_regex(r"[0-2](\.[0-9]{1,9}){1,6}", fullmatch=True))
def test_a_replaced_uid_is_valid_and_known_again(uid: str) -> None:
    new = SITE.uid(uid)
    assert SITE.is_own_uid(new) and SITE.uid(new) == new != uid
    assert len(new) <= 64 and not OTHER_SITE.is_own_uid(new) and not SITE.is_own_uid(uid)
    assert not SITE.is_own_uid(f"2.25.{int(new[5:]) ^ 1}")


def test_an_old_style_date_is_shifted_and_a_broken_one_goes() -> None:
    week = date(2000, 1, 8) - date(2000, 1, 1)
    assert shifted("1993.11.24", week) == "19931117"
    assert shifted("20200102101500.5+0900", week) == "20191226101500.5+0900"
    assert shifted("20201399", week) is None
    assert shifted("20200102 Yamada", week) is None
    source = nm_file(noise(), state="rest", secrets=Secrets(9), more={"StudyDate": "19931124"})
    dotted = source.replace(b"\x08\x00\x20\x00DA\x08\x0019931124", b"\x08\x00\x20\x00DA\x0a\x001993.11.24")
    made = sealed(dotted)
    assert header_of(made.data).StudyDate == shifted("19931124", made.subject.shift)


def test_what_a_coordinator_answers_goes_before_what_the_file_says() -> None:
    source = nm_file(noise(), state="stress", secrets=Secrets(8))
    said = sealed(source, answers=Answers(state="rest", view="transaxial")).description
    assert (said.state, said.state_from, said.view, said.view_from) == (
        "rest",
        "coordinator",
        "transaxial",
        "coordinator",
    )
    with pytest.raises(Quarantined, match="no_patient_id"):
        sealed(edited(source, PatientID=""))
    known = sealed(edited(source, PatientID=""), answers=Answers(patient_id=b"0815"))
    assert known.subject == SITE.subject(b"0815")


def test_boxes_are_blanked_and_nothing_else() -> None:
    source = nm_file(noise((3, 8, 8)), state="stress", secrets=Secrets(8))
    boxes = (Blank(None, 1, 2, 4, 3), Blank(2, 6, 6, 99, 99), Blank(7, 0, 0, 8, 8))
    made = sealed(source, answers=Answers(blank=boxes))
    expected = header_of(source).pixel_array.copy()
    expected[:, 2:3, 1:4] = 0
    expected[2, 6:, 6:] = 0
    np.testing.assert_array_equal(header_of(made.data).pixel_array, expected)
    assert made.description.pixels is Pixels.BLANKED and header_of(made.data).BurnedInAnnotation == "NO"


def test_a_report_names_tags_and_reasons_and_no_value() -> None:
    secrets = Secrets(8)
    made = sealed(nm_file(noise(), state="stress", secrets=secrets))
    entries = {path: (action, reason) for path, action, reason in made.report}
    assert entries["0010,0010"] == ("changed", "pseudonym")
    assert entries["0008,0080"] == ("removed", "free_text")
    assert entries["private 0011,xx01"] == ("removed", "private")
    assert entries["0054,0022[].0020,0037"] == ("kept", "geometry")
    assert entries["0054,0016[].0054,0300[].0008,0104"] == ("changed", "meaning")
    assert not any(value in str(made.report) for value in secrets.planted.values())
    again = sealed(nm_file(noise(), state="stress", secrets=Secrets(9)))
    assert report_digest(again.report) == report_digest(made.report)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, "sop_class"),
        ({"SyntheticData": "YES"}, "synthetic"),
        ({"RescaleSlope": "1e300"}, "bad_value"),
        ({"SliceVector": [24_929] * 12}, "bad_value"),  # letters
        ({"ImageType": ["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"]}, "not_reconstructed"),
    ],
)
def test_what_cannot_be_proven_and_is_needed_refuses_the_file(changes: dict[str, object], code: str) -> None:
    source = nm_file(noise(), state="stress", secrets=Secrets(8))
    with pytest.raises(Refused, match=code):
        sealed(edited(source, **changes))


# --- real files, and every attribute that a rule lists ---

REAL = Path(__file__).parents[4] / "shared/data/pt-siemens-168.dcm"


@pytest.mark.skipif(not REAL.exists(), reason="the public sample file is not on this machine")
def test_a_real_file_with_old_codes_is_rebuilt_and_found_clean() -> None:
    source = REAL.read_bytes()
    made = sealed(source)
    assert leftovers(source, made) == []
    old, new = header_of(source), header_of(made.data)
    np.testing.assert_array_equal(new.pixel_array, old.pixel_array)
    assert new.PatientOrientationCodeSequence[0].CodeMeaning == "recumbent"
    assert "ACRIN" not in str(new)


def test_ct_is_rebuilt_too() -> None:
    ct = header_of(pt_files(noise((1, 16, 16)), state=None, secrets=(secrets := Secrets(10)))[0])
    ct.SOPClassUID = ct.file_meta.MediaStorageSOPClassUID = CT_STORAGE
    ct.Modality, ct.KVP = "CT", "120"
    data = finished(ct, secrets)
    made = sealed(data)
    assert made.description.kind is Kind.CT and header_of(made.data).KVP == 120
    assert leftovers(data, made) == []


def filled(rules: Mapping[int, Rule], text: bytes) -> Item:
    """Every listed attribute at every level, with this text in it; what would refuse the file is left out."""
    item = {}
    for tag, rule in rules.items():
        vr = dictionary_VR(tag)
        if vr == "SQ":
            item[tag] = Element("SQ", b"", [{**filled(getattr(rule, "within", {}), text), **CODE}])
        elif vr in TEXTS and not (isinstance(rule, Number) and rule.essential):
            item[tag] = Element(vr, text, [])
    return item


TEXTS = ("CS", "LO", "SH", "DS", "IS", "DA", "DT", "TM", "AS", "UI")
CODE: Item = {
    tag: Element("SH", value, []) for tag, value in ((0x00080100, b"R-10206"), (0x00080102, b"SRT"))
}
MATRIX: Item = {
    0x00280010: Element("US", b"\2\0", []),
    0x00280011: Element("US", b"\2\0", []),
    PIXEL_DATA: Element("OW", bytes(8), []),
}


@settings(max_examples=60, deadline=None)
@given(
    sop_class=st.sampled_from(sorted(ALLOWED)),
    text=st.text(ascii_letters + " ^.-\\\0", min_size=4, max_size=16),
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
        root |= {tag: Element("UI", uid, []) for tag, uid in uids.items()} | MATRIX
        root[0x00100020] = Element("LO", b"4711", [])
        root[0x00080008] = Element("CS", b"ORIGINAL\\PRIMARY\\RECON TOMO", [])
        root[0x00541000] = Element("CS", b"STATIC\\IMAGE", [])
        root[0x00540081] = Element("US", b"\1\0", [])
        structure = Structure(ExplicitVRLittleEndian, dict(sorted(root.items())), 4, 8, 1)
        return deidentify(structure, pseudonyms=SITE).data

    parts = [part.strip(" \0") for part in text.split("\\")]
    assume(any(letter.isalpha() for letter in text))
    assume(not any(part.casefold() in vocabulary() for part in parts))
    made, empty = out(text), out("")
    assert all(part.encode() not in made or part.encode() in empty for part in parts if len(part) > 2)


def test_every_concept_can_be_written_as_a_code() -> None:
    for name in lists():
        for (scheme, value), meaning in meanings(name).items():
            assert len(scheme) <= 16 and len(value) <= 16 and len(meaning) <= 64
            assert (scheme + value + meaning).isascii()


def descriptions() -> Iterator[Description]:
    for kind in Kind:
        yield Description(kind, None, "", None, "", False, Pixels.UNSEEN)
        yield Description(kind, "rest", "ImageID", "short_axis", "coordinator", True, Pixels.BLANKED)


def test_a_description_is_read_back_as_it_was_written() -> None:
    for description in descriptions():
        assert Description.parse(description.line()) == description
        assert len(description.series_description()) <= 64
        assert Description.parse(description.line() + " ") is None
        assert Description.parse(description.line().replace("pixels=", "pixels=Yamada ")) is None


def test_nothing_but_a_verdict_is_raised_for_what_is_missing() -> None:
    source = header_of(nm_file(noise((2, 8, 8)), state="stress", secrets=Secrets(8)))
    for tag in list(source.keys()):
        less = header_of(nm_file(noise((2, 8, 8)), state="stress", secrets=Secrets(8)))
        del less[tag]
        out = io.BytesIO()
        try:
            less.save_as(out)
            sealed(out.getvalue())
        except (NotTaken, AttributeError, ValueError) as error:
            # The others are pydicom's, which cannot write a file without SOP UIDs.
            assert isinstance(error, NotTaken) or tag in (0x00080016, 0x00080018), (hex(tag), error)
        except Exception as error:
            assert type(error).__name__ == "Malformed", (hex(tag), error)
