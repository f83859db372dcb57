"""The second look: honest images and headers pass, and names and identifiers are found as hospitals write them."""

import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from reader_study.intake.chance import found_among
from reader_study.intake.deidentification import deidentify
from reader_study.intake.needles import needles
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.structure import read_structure
from tests.reader_study.intake.files import Secrets, nm_file, noise
from tests.reader_study.intake.planted import usual
from tests.reader_study.intake.test_deidentification import header_of, leftovers, sealed
from tests.reader_study.intake.vectors import edited

SITE = Pseudonyms(b"k" * 32)
NAME = 0x00100010


def counts(mean: float, frames: int, seed: int) -> NDArray[Any]:
    """A heart's ring on a background, as counts."""
    y, x = np.mgrid[0:64, 0:64]
    ring = mean + 2 * mean * np.exp(-(((np.hypot(x - 32, y - 32) - 12) / 4) ** 2))
    return np.random.default_rng(seed).poisson(np.broadcast_to(ring, (frames, 64, 64))).astype("<u2")


def judged(data: bytes) -> list[str]:
    return leftovers(data, sealed(data, site=SITE))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", ["SATO^YUKI", "TANAKA^HIROSHI", "AOKI^KEN=青木^健"])
def test_counts_that_are_a_name_by_chance_are_none(name: str, seed: int) -> None:
    sought = needles(NAME, name.encode(), ("ISO_IR 192",))
    for mean in (45, 75, 90):
        assert found_among(counts(mean, 64, seed).tobytes(), sought) == set()


@pytest.mark.parametrize("at", [0, 33, 20_000, 20_001])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "shift_jis", "euc_jp"])
@pytest.mark.parametrize("shown", ["SATO^YUKI", "Yuki Sato", "SATO,YUKI", "佐々木裕子", "裕子 佐々木"])
def test_a_name_among_counts_is_found(shown: str, codec: str, at: int) -> None:
    pixels = bytearray(counts(90, 32, 1).tobytes())
    form = shown.encode(codec)
    pixels[at : at + len(form)] = form
    sought = needles(NAME, "SATO^YUKI=佐々木^裕子".encode(), ("ISO_IR 192",))
    assert found_among(bytes(pixels), sought)


@pytest.mark.parametrize(
    ("raw", "sets", "shown"),
    [
        (b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B", ("", "ISO 2022 IR 87"), "山田太郎".encode("shift_jis")),
        (b"Hong^G=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7", ("", "ISO 2022 IR 149"), b"\xfb\xf3\xd1\xce\xd4\xd7"),
        ("王^小东".encode("gb18030"), ("GB18030",), "王小东".encode()),
        ("佐々木^葵".encode("euc_jp"), ("",), "佐々木".encode()),
        ("Müllerström^J".encode("latin-1"), ("ISO_IR 100",), "MÜLLERSTRÖM".encode("latin-1")),
        ("Müllerström^J".encode("latin-1"), ("ISO_IR 100",), "Müllerström".encode("utf-16-le")),
        ("佐々木^葵".encode("shift_jis"), ("ISO_IR 100",), "佐々木".encode()),
        ("Иванов^И".encode("iso8859_5"), ("ISO_IR 144",), "ИВАНОВ".encode()),
        ("ﾔﾏﾀﾞﾊﾅ^ﾊﾅ".encode("shift_jis"), ("ISO_IR 13",), "ヤマダハナ".encode()),
    ],
)  # fmt: skip
def test_a_name_is_found_in_another_encoding_than_the_header_has(
    raw: bytes, sets: tuple[str, ...], shown: bytes
) -> None:
    pixels = bytearray(counts(90, 16, 2).tobytes())
    pixels[500 : 500 + len(shown)] = shown
    assert found_among(bytes(pixels), needles(NAME, raw, sets))


@pytest.mark.parametrize(
    ("keyword", "value", "shown"),
    [
        ("PatientBirthDate", "19500203", b"1950-02-03"), ("PatientBirthDate", "19500203", b"19500203"),
        ("PatientBirthName", "SMITHSON^A", b"Smithson"), ("AccessionNumber", "ACC4123456", b"ACC4123456"),
        ("OtherPatientNames", "SMITHSON^A", b"A Smithson"),
    ],
)  # fmt: skip
def test_other_identifiers_are_found_among_the_pixels(keyword: str, value: str, shown: bytes) -> None:
    data = nm_file(noise(), state="stress", secrets=Secrets(12))
    ds = dcmread(io.BytesIO(edited(data, **{keyword: value})))
    ds.PixelData = ds.PixelData[:64] + shown + ds.PixelData[64 + len(shown) :]
    out = io.BytesIO()
    ds.save_as(out)
    assert judged(out.getvalue()) != []


@pytest.mark.parametrize(
    "identifier", ["1024", "0001024", "H1024", "A-1024-7", "1000", "ST-1000-2", "111111"]
)
def test_an_intercept_is_no_identifier(identifier: str) -> None:
    for intercept in ("-1024", "-1000"):
        data = edited(usual("CT", 5).data, PatientID=identifier, RescaleIntercept=intercept)
        assert judged(data) == []


@pytest.mark.parametrize("identifier", ["103000", "101500", "1111", "1234"])
def test_a_time_or_a_vector_of_slices_is_no_identifier(identifier: str) -> None:
    secrets = Secrets(13)
    more = {
        "AcquisitionTime": "103000",
        "StudyTime": "101500",
        "StudyID": identifier,
        "PatientID": identifier,
    }
    assert judged(nm_file(noise((64, 8, 8)), state="stress", secrets=secrets, more=more)) == []


@pytest.mark.parametrize(("identifier", "keyword", "value"), [
    ("TEST-1000", "NominalInterval", 1000), ("25000", "ActualFrameDuration", 25000),
])  # fmt: skip
def test_clinical_numbers_survive_a_short_identifier(identifier: str, keyword: str, value: int) -> None:
    data = edited(usual("PT", 5).data, PatientID=identifier, **{keyword: value})
    made = deidentify(read_structure(data), pseudonyms=SITE)
    assert dcmread(io.BytesIO(made.data))[keyword].value == value and judged(data) == []


@pytest.mark.parametrize(("keyword", "value"), [
    ("DoseCalibrationFactor", "4123.45"), ("DoseCalibrationFactor", "4.12345e5"),
    ("AcquisitionTime", "103000.412345"), ("AcquisitionDateTime", "20200102103000.412345"),
])  # fmt: skip
def test_an_identifier_as_another_number_goes(keyword: str, value: str) -> None:
    data = edited(usual("PT", 5).data, PatientID="412345", **{keyword: value})
    made = deidentify(read_structure(data), pseudonyms=SITE)
    assert value.encode() not in made.data and b"412345" not in made.data and judged(data) == []


@pytest.mark.parametrize("written", ["090-1234-5678", "(090) 1234 5678", "+81 90 1234 5678 / 090.1234.5678"])
def test_a_telephone_number_is_found_as_a_number(written: str) -> None:
    data = edited(usual("PT", 5).data, PatientTelephoneNumbers=written, RescaleIntercept="9012345678")
    assert judged(data) != []


@pytest.mark.parametrize("elsewhere", ["StudyDescription", "AccessionNumber", "StudyID", "PatientComments"])
def test_an_identifier_that_stands_elsewhere_too_is_still_the_patients(elsewhere: str) -> None:
    more = {"PatientID": "4123456", elsewhere: "4123456"}
    assert judged(edited(usual("PT", 5).data, RescaleIntercept="4123.456", **more)) != []


def test_an_accession_number_in_a_request_hides_no_identifier() -> None:
    request = Dataset()
    request.AccessionNumber = "4123456"
    more = {"PatientID": "4123456", "RequestAttributesSequence": Sequence([request])}
    assert judged(edited(usual("PT", 5).data, RescaleIntercept="4123.456", **more)) != []


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
    made = sealed(data)
    leaky = edited(
        made.data,
        SpecificCharacterSet="ISO_IR 192",
        SeriesDescription=f"stress {secrets.planted[value or keyword]}",
    )
    assert leftovers(data, made) == [] != leftovers(data, made, leaky)


@pytest.mark.parametrize(
    ("identifier", "survivor"),
    [
        ("0012345678", "12345678"), ("12345678", "0012345678"), ("12-345-678", "12345678"),
        ("KUH 0123456", "123456"), ("Ａ０１２３４５６", "+123456"), ("0012345678", "12345678.0"),
        ("12345678", "1234.5678"), ("12345678", "0.12345678"), ("412345", "4123.45"),
        ("412345", "4.12345e3"), ("4123456", "04.1234560"),
    ],
)  # fmt: skip
def test_the_verifier_finds_a_number_however_it_is_written(identifier: str, survivor: str) -> None:
    more = {"PatientID": identifier, "SpecificCharacterSet": "ISO_IR 192"}
    data = nm_file(noise(), state="stress", secrets=Secrets(13), more=more)
    made = sealed(data)
    assert leftovers(data, made) == []
    assert "(0010,0020)" in leftovers(data, made, edited(made.data, SliceThickness=survivor))


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("StudyDate", "StudyDate"),  # as it was
        ("StudyInstanceUID", "StudyInstanceUID"),
        ("InstitutionName", "InstitutionName"),
        ("DoseCalibrationFactor", "PatientBirthDate"),
    ],
)
def test_the_verifier_finds_dates_uids_and_texts(keyword: str, value: str) -> None:
    secrets = Secrets(16)
    data = nm_file(noise(), state="stress", secrets=secrets)
    made = sealed(data)
    assert leftovers(data, made, edited(made.data, **{keyword: secrets.planted[value]})) != []


def test_the_verifier_finds_private_unknown_and_damaged_things() -> None:
    data = nm_file(noise(), state="stress", secrets=Secrets(16))
    made = sealed(data)
    ds = header_of(made.data)
    ds.private_block(0x0011, "ACME", create=True).add_new(1, "DS", "1")
    out = io.BytesIO()
    ds.save_as(out)
    assert "(0011,0010)" in leftovers(data, made, out.getvalue())
    assert leftovers(data, made, b"X" + made.data[1:]) == ["(FFFF,FFFF)"]
    assert leftovers(data, made, made.data[:-1]) == ["(FFFF,FFFF)"]
    name = b"Yamadaro"  # as the bytes of a number that is one
    named_ = edited(data, PatientName=name.decode() + "^X")
    hidden = edited(sealed(named_).data, TubeAngle=0.0)
    hidden = hidden.replace(b"\x18\x00\x03\x93FD\x08\x00" + bytes(8), b"\x18\x00\x03\x93FD\x08\x00" + name)
    assert name in hidden and "(0010,0010)" in leftovers(named_, sealed(named_), hidden)


@pytest.mark.parametrize("keyword", ["SeriesNumber", "InstanceNumber"])
@pytest.mark.parametrize(
    ("place", "identifier"), [("PatientID", "0012345"), ("AccessionNumber", "N12345"), ("other", "12345")]
)
def test_a_series_numbered_by_an_identifier_loses_its_number(
    keyword: str, place: str, identifier: str
) -> None:
    more = {"SeriesNumber": 7, "InstanceNumber": 7}
    source = header_of(nm_file(noise(), state="stress", secrets=Secrets(14), more=more))
    if place == "other":
        source.OtherPatientIDsSequence[0].PatientID = identifier
    else:
        setattr(source, place, identifier)
    setattr(source, keyword, 12345)
    out = io.BytesIO()
    source.save_as(out)
    made = sealed(out.getvalue())
    new = header_of(made.data)
    kept = ({"SeriesNumber", "InstanceNumber"} - {keyword}).pop()
    assert (new[keyword].value, int(new[kept].value)) == (None, 7)
    assert leftovers(out.getvalue(), made) == []


def test_a_short_number_is_no_identifier() -> None:
    more = {"PatientID": "0007", "SeriesNumber": 7, "InstanceNumber": 7}
    data = nm_file(noise(), state="stress", secrets=Secrets(15), more=more)
    made = sealed(data)
    new = header_of(made.data)
    assert (new.SeriesNumber, new.InstanceNumber) == (7, 7) and leftovers(data, made) == []


def test_the_verifier_finds_a_name_among_the_pixels() -> None:
    source = header_of(nm_file(noise(), state="stress", secrets=Secrets(12)))
    name = str(source.PatientName).split("=")[0].encode()
    source.PixelData = source.PixelData[:64] + name + source.PixelData[64 + len(name) :]
    out = io.BytesIO()
    source.save_as(out)
    assert "(0010,0010)" in leftovers(out.getvalue(), sealed(out.getvalue()))


def test_plain_headers_have_nothing_to_find() -> None:
    """A verifier that always cries is as useless as one that never does."""
    for seed in range(20, 60):
        data = nm_file(noise((2, 8, 8)), state="rest", secrets=Secrets(seed))
        assert leftovers(data, sealed(data)) == []
