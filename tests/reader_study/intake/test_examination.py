import hashlib
import io
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.data import get_testdata_file

from reader_study.intake import chain
from reader_study.intake.decoding import decoded
from reader_study.intake.deidentification import Answers
from reader_study.intake.description import Kind, Pixels
from reader_study.intake.examination import examine, header, identify, look
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import SENTENCES, NotTaken, Quarantined, Refused
from reader_study.intake.structure import Malformed, read_structure
from reader_study.intake.tree import PIXEL_DATA
from tests.reader_study.intake.forging import LARGE, NM, PT, edited, flipped, written_letters
from tests.reader_study.intake.hostile import DOUBTFUL, HOSTILE
from tests.reader_study.intake.odd import (
    EMPTY,
    ODD,
    compressed,
    jpeg_2000_frame,
    jpeg_ls_frame,
    run_lengths,
    written,
)

SITE = Pseudonyms(b"k" * 32)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_its_verdict(name: str) -> None:
    make, code = HOSTILE[name]
    with pytest.raises(Refused) as refused:
        examine(make(), pseudonyms=SITE, kinds=None)
    assert refused.value.code == code
    assert code in SENTENCES


@pytest.mark.parametrize("name", DOUBTFUL)
def test_a_doubtful_file_is_kept_apart(name: str) -> None:
    make, code = DOUBTFUL[name]
    with pytest.raises(Quarantined) as apart:
        examine(make(), pseudonyms=SITE, kinds=None)
    assert apart.value.code == code
    assert code in SENTENCES


@pytest.mark.parametrize("name", ODD)
def test_an_odd_but_honest_file_is_taken(name: str) -> None:
    data = ODD[name]()
    result = dcmread(io.BytesIO(examine(data, pseudonyms=SITE, kinds=None).data))
    assert (
        result.file_meta.TransferSyntaxUID.is_little_endian
        and not result.file_meta.TransferSyntaxUID.is_compressed
    )
    pixels = decoded(read_structure(data))
    assert result.PixelData[: pixels.pixel_bytes] == pixels.root[PIXEL_DATA].value[: pixels.pixel_bytes]


@pytest.mark.parametrize("seed", range(20))
def test_flipped_bytes_get_a_verdict_and_the_same_one_twice(seed: int) -> None:
    assert _verdict(flipped(seed)) == _verdict(flipped(seed))


def _verdict(data: bytes) -> str:
    try:
        return str(examine(data, pseudonyms=SITE, kinds=None).description)
    except NotTaken as verdict:
        assert verdict.code in SENTENCES
        return verdict.code


@settings(max_examples=150, deadline=None)
@given(at=st.integers(132, len(PT) - 1), replaced=st.binary(min_size=1, max_size=12))
def test_the_gate_only_passes_or_says_malformed(at: int, replaced: bytes) -> None:
    data = PT[:at] + replaced + PT[at + len(replaced) :]
    try:
        read_structure(data)
    except Malformed as malformed:
        assert malformed.code in SENTENCES


_PACKED = compressed("1.2.840.10008.1.2.4.90", jpeg_2000_frame, LARGE)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(len(_PACKED) - 5000, len(_PACKED) - 1), replaced=st.binary(min_size=1, max_size=8))
def test_a_damaged_codestream_only_decodes_or_gets_a_verdict(at: int, replaced: bytes) -> None:
    _verdict(_PACKED[:at] + replaced + _PACKED[at + len(replaced) :])


@pytest.mark.parametrize("data", [NM, PT], ids=["NM", "PT"])
def test_the_gate_sees_the_elements_that_a_general_parser_sees(data: bytes) -> None:
    ds = dcmread(io.BytesIO(data))
    structure = read_structure(data)
    assert set(structure.root) == {int(element.tag) for element in ds}
    assert {tag: len(e.items) for tag, e in structure.root.items() if e.vr == "SQ"} == {
        int(e.tag): len(e.value) for e in ds if e.VR == "SQ"
    }


def _references() -> Iterator[str]:
    """Files of pydicom's own tests, in every syntax that it can decode here."""
    yield from (
        "693_J2KI.dcm",
        "JPEG2000.dcm",
        "J2K_pixelrep_mismatch.dcm",
        "JPEGLSNearLossless_08.dcm",
        "JPEGLSNearLossless_16.dcm",
        "MR_small_RLE.dcm",
        "MR_small_jp2klossless.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "MR_small_expb.dcm",
        "SC_rgb_jpeg_gdcm.dcm",
        "SC_rgb_jls_lossy_sample.dcm",
        "SC_rgb_rle_16bit_2frame.dcm",
        "examples_ybr_color.dcm",
        "image_dfl.dcm",
    )


@pytest.mark.parametrize("name", _references())
def test_pixels_decode_to_what_another_decoder_says(name: str) -> None:
    path = str(get_testdata_file(name))
    theirs = dcmread(path).pixel_array
    with open(path, "rb") as file:
        structure = decoded(read_structure(file.read()))
    mine = np.frombuffer(
        structure.root[PIXEL_DATA].value[: structure.pixel_bytes], theirs.dtype.newbyteorder("<")
    )
    assert np.array_equal(mine.reshape(theirs.shape), theirs)


def test_12_bits_of_jpeg_decode_to_the_values_that_are_known_of_the_file() -> None:
    with open(str(get_testdata_file("JPGExtended.dcm")), "rb") as file:
        structure = decoded(read_structure(file.read()))
    image = np.frombuffer(structure.root[PIXEL_DATA].value, "<u2").reshape(1024, 256)
    assert (image[420, 140], image[230, 120]) == (244, 95)
    assert structure.root[0x00282110].value == b"01"


def test_the_same_image_is_the_same_in_every_compression() -> None:
    plain = examine(NM, pseudonyms=SITE, kinds=None).data
    for uid, encode in (
        ("1.2.840.10008.1.2.5", run_lengths),
        ("1.2.840.10008.1.2.4.80", jpeg_ls_frame),
        ("1.2.840.10008.1.2.1.98", lambda frame: frame.tobytes()),
    ):
        assert examine(compressed(uid, encode), pseudonyms=SITE, kinds=None).data[132:] == plain[132:]


def test_what_a_person_looked_at_is_not_asked_again() -> None:
    data = written_letters(LARGE, value=32_767)
    seen = examine(data, pseudonyms=SITE, kinds=None, answers=Answers(pixels=Pixels.SEEN))
    assert seen.description.pixels is Pixels.SEEN
    again = examine(seen.data, pseudonyms=SITE, kinds=None)
    assert again.was_sealed and again.data == seen.data


def test_another_site_cannot_say_that_it_looked() -> None:
    data = written_letters(LARGE, value=32_767)
    seen = examine(data, pseudonyms=SITE, kinds=None, answers=Answers(pixels=Pixels.SEEN))
    with pytest.raises(Quarantined):
        examine(seen.data, pseudonyms=Pseudonyms(b"x" * 32), kinds=None)


@pytest.mark.parametrize(
    "changes",
    [
        {"StudyDate": "20240301"},
        {"BurnedInAnnotation": "YES"},
        {"PixelData": dcmread(io.BytesIO(written_letters(LARGE, value=32_767))).PixelData},
    ],
)
@pytest.mark.parametrize("answers", [Answers(), Answers(pixels=Pixels.SEEN)])
def test_what_was_changed_after_it_was_sealed_is_kept_apart(
    changes: dict[str, object], answers: Answers
) -> None:
    """Even where a person had looked, and whatever a person says now: nobody knows what it was."""
    seen = examine(LARGE, pseudonyms=SITE, kinds=None, answers=Answers(pixels=Pixels.SEEN))
    with pytest.raises(Quarantined, match="seal_broken"):
        examine(edited(seen.data, **changes), pseudonyms=SITE, kinds=None, answers=answers)


def test_a_pseudonym_and_its_line_make_no_other_file_a_sealed_one() -> None:
    ours = dcmread(io.BytesIO(examine(NM, pseudonyms=SITE, kinds=None).data))
    copied = {"PatientID": ours.PatientID, "ImageComments": ours.ImageComments}
    for data in (NM, LARGE, PT):
        with pytest.raises(Quarantined, match="seal_broken"):
            examine(edited(data, **copied), pseudonyms=SITE, kinds=None)


def as_the_browser_sends(plain: bytes, encode: Callable[[np.ndarray], bytes]) -> bytes:
    """The sealed file with JPEG-LS frames; its seal computed here in another way, from the bytes of the file."""
    ds = dcmread(io.BytesIO(plain))
    ds.ImageComments = ds.ImageComments.partition("; seal=")[0]
    bare = compressed("1.2.840.10008.1.2.4.80", encode, written(ds))
    begin = bare.index(b"\x08\x00\x08\x00CS")
    seal = SITE.digest("file seal", hashlib.sha256(bare[begin:]).digest())[:16].hex()
    ds = dcmread(io.BytesIO(bare))
    ds.ImageComments += f"; seal={seal}"
    return written(ds)


def test_compressed_frames_are_under_the_seal_before_they_are_decoded() -> None:
    plain = examine(NM, pseudonyms=SITE, kinds=None).data
    sent = as_the_browser_sends(plain, jpeg_ls_frame)
    again = examine(sent, pseudonyms=SITE, kinds=None)
    assert again.was_sealed and again.data == plain
    frames = sent.index(b"\xe0\x7f\x10\x00OB")
    for at in (frames + 40, len(sent) - 20):
        broken = sent[:at] + bytes([sent[at] ^ 1]) + sent[at + 1 :]
        with pytest.raises(Quarantined, match="seal_broken"):
            examine(broken, pseudonyms=SITE, kinds=None)


def test_an_image_that_the_protocol_does_not_collect_is_not_taken() -> None:
    with pytest.raises(Refused, match="not_in_protocol"):
        examine(PT, pseudonyms=SITE, kinds=[Kind.SPECT])


def test_a_long_axis_is_no_short_axis() -> None:
    long_axis = edited(DetectorInformationSequence=None, SliceProgressionDirection=None, ImageID="H Long Ax")
    assert examine(long_axis, pseudonyms=SITE, kinds=None).description.view == "horizontal_long_axis"
    with pytest.raises(Refused, match="not_short_axis"):
        examine(long_axis, pseudonyms=SITE, kinds=[Kind.SPECT])


def test_the_sandbox_changes_nothing() -> None:
    inside = chain.examined(NM, pseudonyms=SITE, kinds=None, answers=Answers())
    assert examine(NM, pseudonyms=SITE, kinds=None) == inside


def test_type_2_attributes_are_empty_in_the_odd_file() -> None:
    ds = dcmread(io.BytesIO(ODD["empty where the standard allows it"]()))
    assert all(not ds[keyword].value for keyword in EMPTY)


def test_the_sites_own_eyes_see_header_and_frames() -> None:
    lines = {line.path: line for line in header(NM)}
    ds = dcmread(io.BytesIO(NM))
    assert lines["0010,0020"].value == ds.PatientID
    assert str(ds.PatientName) == lines["0010,0010"].value
    assert "7FE0,0010" not in lines
    shown = look(NM, frames=[0, 11, 12])
    assert (shown.count, shown.rows, shown.columns, len(shown.frames)) == (12, 16, 16, 2)
    assert all(frame.startswith(b"\x89PNG") for frame in shown.frames)
    assert identify(NM).sop_uid == ds.SOPInstanceUID


@pytest.mark.parametrize("ask", [header, look, identify])
def test_what_is_no_dicom_has_neither_header_nor_frames(ask: object) -> None:
    with pytest.raises(Refused, match="not_dicom"):
        ask(b"nothing")  # type: ignore[operator]
