"""The seal of a file: believed with every byte as it was written, or the file is kept apart."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

from reader_study.intake.deidentification import (
    Answers,
    Deidentified,
)
from reader_study.intake.description import Pixels
from reader_study.intake.reasons import Quarantined, Refused
from reader_study.intake.structure import Malformed
from tests.reader_study.intake.files import Secrets, nm_file, noise, pt_files
from tests.reader_study.intake.test_deidentification import OTHER_SITE, SITE, header_of, leftovers, sealed
from tests.reader_study.intake.vectors import edited


def test_a_sealed_file_stays_what_it_is_whoever_seals_it_again() -> None:
    for source in (
        nm_file(noise(), state="stress", secrets=Secrets(8)),
        *pt_files(noise((2, 8, 8)), state="rest", secrets=Secrets(8)),
    ):
        once = sealed(source)
        twice = sealed(once.data)
        assert twice.data == once.data
        assert (once.was_sealed, twice.was_sealed) == (False, True)
        assert replace(twice, report=(), was_sealed=False) == replace(once, report=())
        assert leftovers(once.data, twice) == []


def test_another_site_does_not_know_the_seal() -> None:
    once = sealed(nm_file(noise(), state="stress", secrets=Secrets(8)))
    other = sealed(once.data, site=OTHER_SITE)
    assert not other.was_sealed and other.subject != once.subject
    assert {other.study_uid, other.series_uid, other.sop_uid}.isdisjoint(
        {once.study_uid, once.series_uid, once.sop_uid}
    )


def looked_at(line: str) -> str:
    return line.replace("pixels=unseen", "pixels=seen")


@pytest.mark.parametrize(
    "other",
    [
        looked_at,
        lambda line: line.replace("state=stress", "state=rest"),
        lambda line: line.partition("; seal=")[0],
        lambda line: line[:-1] + ("0" if line[-1] != "0" else "1"),
        lambda line: line + " ",
        lambda line: line + "; seal=" + "0" * 32,
        lambda line: line.upper(),
        lambda line: "reader-study 1; kind=spect; state=stress",
        lambda line: "Yamada Taro",
        lambda line: "",
    ],
)
def test_a_sealed_file_that_says_something_else_is_kept_apart(other: Callable[[str], str]) -> None:
    once = sealed(nm_file(noise(), state="stress", secrets=Secrets(8)))
    with pytest.raises(Quarantined, match="seal_broken"):
        sealed(edited(once.data, ImageComments=other(once.line)))


def pixels_with(made: Deidentified, name: bytes) -> bytes:
    return made.data[:-64] + name.ljust(64)


SEALED_EDITS: dict[str, Callable[[Deidentified, Secrets], bytes]] = {
    "the real date of the study": lambda made, real: edited(made.data, StudyDate=real.planted["StudyDate"]),
    "a birth date": lambda made, real: edited(made.data, ContentDate=real.planted["PatientBirthDate"]),
    "a name": lambda made, real: edited(made.data, PatientName="Yamada^Taro"),
    "an institution": lambda made, real: edited(made.data, InstitutionName="Kyoto"),
    "another examination": lambda made, real: edited(made.data, StudyInstanceUID="1.2.3"),
    "a name in the pixels": lambda made, real: pixels_with(made, b"YAMADA^TARO"),
    "one bit of a pixel": lambda made, real: made.data[:-1] + bytes([made.data[-1] ^ 1]),
    "bytes behind the pixels": lambda made, real: edited(
        made.data, PixelData=header_of(made.data).PixelData + b"YAMADA"
    ),
    "text said to be burned in": lambda made, real: edited(
        made.data, BurnedInAnnotation="YES", ImageComments=looked_at(made.line)
    ),
    "less than there was": lambda made, real: edited(made.data, PatientAge=""),
    "the subject of another": lambda made, real: edited(made.data, PatientID=SITE.subject(b"1").token),
    "code in a sequence": lambda made, real: made.data.replace(b"109104", b"109105"),
    "a pseudonym and line in a file that is not sealed": lambda made, real: edited(
        nm_file(noise(), state="stress", secrets=real), PatientID=made.subject.token, ImageComments=made.line
    ),
    "the line of another file": lambda made, real: edited(
        made.data, ImageComments=sealed(nm_file(noise(seed=9), state="stress", secrets=real)).line
    ),
}


@pytest.mark.parametrize("name", SEALED_EDITS)
def test_a_sealed_file_lets_no_more_through_than_any_other(name: str) -> None:
    """A token and a line of this site's are believed only with all the bytes that they were written with."""
    secrets = Secrets(8)
    once = sealed(nm_file(noise(), state="stress", secrets=secrets))
    changed = SEALED_EDITS[name](once, secrets)
    assert changed != once.data
    for answers in (None, Answers(pixels=Pixels.SEEN), Answers(patient_id=b"4711")):
        with pytest.raises(Quarantined, match="seal_broken"):
            sealed(changed, answers=answers)


def test_whatever_byte_of_a_sealed_data_set_is_another_it_is_not_believed() -> None:
    once = sealed(nm_file(noise((1, 4, 4)), state="stress", secrets=Secrets(8))).data
    begin = once.index(b"\x08\x00\x08\x00CS")  # of the data set; what stands before it is written anew
    for at in range(begin, len(once)):
        changed = bytearray(once)
        changed[at] ^= 1
        try:
            made = sealed(bytes(changed))
        except (Quarantined, Refused, Malformed):
            continue
        # But for two bytes that the standard reserves, in long elements; they are written anew.
        reserved = once[at - 2 : at] in (b"SQ", b"OW") or once[at - 3 : at - 1] in (b"SQ", b"OW")
        assert not made.was_sealed or (reserved and made.data == once), at


@pytest.mark.parametrize("syntax", [DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_a_copy_in_another_encoding_is_still_sealed(syntax: str) -> None:
    """On its way through an archive a file may get another header, or another transfer syntax."""
    once = sealed(nm_file(noise(), state="stress", secrets=Secrets(8)))
    ds = header_of(once.data)
    ds.preamble = b"\0" * 64 + b"ARCHIVE." * 8
    ds.file_meta.TransferSyntaxUID = syntax
    out = io.BytesIO()
    ds.save_as(out, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=True)
    assert sealed(out.getvalue()).data == once.data
