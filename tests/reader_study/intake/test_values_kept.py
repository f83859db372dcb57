"""Values as other systems write them: what is provable stays, as it was written where that is legal."""

import pytest
from pydicom.datadict import tag_for_keyword

from reader_study.intake.chain import examined
from reader_study.intake.deidentification import Answers
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import NotTaken
from reader_study.intake.structure import read_structure
from reader_study.intake.tree import Element
from tests.reader_study.intake.planted import usual
from tests.reader_study.intake.vectors import of_other_systems

LONG = b"-1024.000000000000000000000 "
KEPT = [
    ("NM", "ActualFrameDuration", "IS", b"25000.0 ", b"25000 "),
    ("NM", "ActualFrameDuration", "DS", b"25000 ", b"25000 "),
    ("NM", "ActualFrameDuration", "UN", b"25000 ", b"25000 "),
    ("NM", "PixelSpacing", "UN", b"6.80\\6.8", b"6.80\\6.8"),
    ("PT", "NumberOfSlices", "UN", b"\x2f\0", b"\x2f\0"),
    ("PT", "DecayFactor", "UN", b"1.50", b"1.50"),
    ("PT", "PatientPosition", "UN", b"HFS ", b"HFS "),
    ("CT", "RescaleIntercept", "DS", LONG, LONG),
    ("CT", "ImagePositionPatient", "DS", b"-1.2345678901234567890E+02\\0\\0", None),
    ("CT", "SeriesNumber", "IS", b"123456", b"123456"),
    ("CT", "InstanceNumber", "IS", b"2147483647", None),
    ("CT", "ReconstructionTargetCenterPatient", "FD", b"\0" * 24, None),
    ("CT", "DataCollectionCenterPatient", "FD", b"\0" * 24, None),
    ("CT", "RevolutionTime", "FD", b"\0\0\0\0\0\0\xe0\x3f", None),
    ("CT", "TableFeedPerRotation", "FD", b"\0\0\0\0\0\0\x24\x40", None),
    ("CT", "ExposureInuAs", "IS", b"100 ", None),
    ("PT", "CorrectedImage", "CS", b"DECY\\SLSENS ", None),
    ("PT", "TypeOfDetectorMotion", "CS", b"NONE", None),
    ("PT", "AcquisitionTerminationConditionData", "IS", b"600000", None),
]
GONE = [
    ("NM", "ActualFrameDuration", "IS", b"25000.5 "),
    ("NM", "ActualFrameDuration", "UN", b"25000.5 "),
    ("NM", "PatientPosition", "UN", b"YAMADA"),
    ("CT", "SeriesNumber", "IS", b"7654321 "),  # the patient's ID
    ("CT", "InstanceNumber", "IS", b"20010203"),
    ("CT", "InstanceNumber", "IS", b"2001020317"),
    ("CT", "SeriesNumber", "IS", b"19470812"),
]


def value_after(kind: str, keyword: str, vr: str, value: bytes) -> Element | None:
    data = of_other_systems(usual(kind, 5).data, {"PatientID": ("LO", b"7654321 "), keyword: (vr, value)})
    made = examined(data, pseudonyms=Pseudonyms(b"k" * 32), kinds=None, answers=Answers())
    return read_structure(made.data).root.get(tag_for_keyword(keyword) or 0)


@pytest.mark.parametrize(("kind", "keyword", "vr", "before", "after"), KEPT)
def test_it_stays(kind: str, keyword: str, vr: str, before: bytes, after: bytes | None) -> None:
    kept = value_after(kind, keyword, vr, before)
    assert kept is not None
    assert kept.value == (before if after is None else after)


@pytest.mark.parametrize(("kind", "keyword", "vr", "value"), GONE)
def test_it_goes(kind: str, keyword: str, vr: str, value: bytes) -> None:
    gone = value_after(kind, keyword, vr, value)
    assert gone is None or not gone.value


def test_a_short_date_of_the_file_is_no_counter() -> None:
    data = usual("CT", 5).data
    birth = read_structure(data).root[0x00100030].value.decode()
    for number in (birth[2:8], birth[6:8] + birth[4:6] + birth[:4], birth[2:8] + "01"):
        if int(number) > 99_999:
            kept = value_after("CT", "SeriesNumber", "IS", number.encode().ljust(8))
            assert kept is None or not kept.value


def test_no_text_is_a_number_for_its_length() -> None:
    with pytest.raises(NotTaken, match="bad_value"):
        value_after("CT", "RescaleIntercept", "DS", b"1" * 65)
