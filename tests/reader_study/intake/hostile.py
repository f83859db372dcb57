"""Files that were made to hurt whoever reads them; each with the verdict that it must get.

The list is that of attacks that cost general parsers minutes or gigabytes, or that they accept in silence.
"""

import struct
from collections.abc import Callable

from pydicom.uid import (
    CTImageStorage,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    MediaStorageDirectoryStorage,
    RLELossless,
    SecondaryCaptureImageStorage,
)

from tests.reader_study.intake.forging import (
    LARGE,
    NM,
    PT,
    SECRETS,
    SLICE,
    UNDEFINED,
    body_of,
    ct,
    deep,
    deflated,
    edited,
    element,
    encapsulated,
    insert,
    item,
    jpeg_2000_head,
    jpeg_head,
    letters,
    plus,
    raw,
    run_bomb,
    table_of_offsets,
    with_syntax,
    without_detector,
    written_letters,
    zip_file,
)

_SEQUENCE = 0x00081115
_MEMO = "読影メモ 山田太郎".encode()
_NUL = b"\0"
_PRIVATE = [
    element(group << 16 | n, b"LO", b"x ") for group in (0x0061, 0x0063) for n in range(0x1000, 0xFFFF)
]

# name -> (file, code)
__all__ = ["DOUBTFUL", "HOSTILE", "SECRETS"]

# name -> (file, code)
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    # too much of something
    "wide sequence": (lambda: plus(_SEQUENCE, b"SQ", item(b"") * 300_000), "too_many"),
    "wide sequence of unknown VR": (
        lambda: plus(0x00540022, b"UN", item(b"") * 300_000, data=without_detector()),
        "too_many",
    ),
    "many elements": (lambda: insert(0x7FE00010, b"".join(_PRIVATE), edited()), "too_many"),
    "person name of 4 MB": (lambda: plus(0x00080119, b"UT", b"=^" * 2_000_000), "too_many"),
    "decimal strings without end": (lambda: plus(0x00081041, b"UC", b"1\\" * 400_000), "too_many"),
    "many long texts": (
        lambda: insert(
            _SEQUENCE,
            element(
                _SEQUENCE, b"SQ", b"".join(item(element(0x00080104, b"UT", b"a" * 60_000)) for _ in range(30))
            ),
        ),
        "too_many",
    ),
    "deflate bomb": (lambda: deflated(b"\0" * (200 << 20)), "bomb"),
    "deep sequences": (lambda: insert(0x00081199, deep(3000, b"SQ")), "too_deep"),
    "deep unknown": (lambda: insert(0x00081199, deep(3000, b"UN")), "too_deep"),
    "matrix of 60000 x 60000": (lambda: edited(Rows=60_000, Columns=60_000), "dimensions"),
    "a million frames": (lambda: edited(NumberOfFrames=999_999), "dimensions"),
    "one frame of 8192 x 8192, compressed to a fiftieth": (
        lambda: encapsulated(RLELossless, [run_bomb(8192)], Rows=8192, Columns=8192, NumberOfFrames=1),
        "dimensions",
    ),
    "many tiny frames": (lambda: edited(Rows=1, Columns=1, NumberOfFrames=20_000), "dimensions"),
    # lengths and order
    "deflated and cut": (lambda: deflated(body_of(NM))[:-200], "truncated"),
    "length of 4 GB": (lambda: plus(0x00080119, b"UT", b"x", 0xFFFFFFF0), "bad_length"),
    "text without a length": (lambda: plus(0x00080119, b"UT", b"x ", UNDEFINED), "bad_length"),
    "item longer than its sequence": (lambda: plus(_SEQUENCE, b"SQ", item(b"", 200)), "bad_length"),
    "element longer than its item": (
        lambda: plus(_SEQUENCE, b"SQ", item(element(0x00080104, b"LO", b"x", 90))),
        "bad_length",
    ),
    "element where an item is due": (
        lambda: plus(_SEQUENCE, b"SQ", element(0x00080104, b"LO", b"xxxx")),
        "bad_length",
    ),
    "stray delimiter": (lambda: insert(_SEQUENCE, struct.pack("<II", 0xE0DDFFFE, 0)), "bad_length"),
    "stray item": (lambda: insert(_SEQUENCE, item(b"")), "bad_length"),
    "sequence that is none": (
        lambda: plus(0x00540022, b"UN", b"Taro Yamada ", data=without_detector()),
        "bad_length",
    ),
    "the same element twice": (lambda: plus(0x00080060, b"CS", b"NM"), "trailing_bytes"),
    "items out of order": (
        lambda: plus(
            _SEQUENCE, b"SQ", item(element(0x00080104, b"LO", b"x ") + element(0x00080100, b"SH", b"y "))
        ),
        "bad_order",
    ),
    "trailing bytes": (lambda: NM + b"PATIENT YAMADA", "trailing_bytes"),
    "trailing bytes of high value": (lambda: NM + b"\xfe" * 60, "trailing_bytes"),
    "trailing zip": (lambda: NM + zip_file(), "trailing_bytes"),
    "zeros and then a name": (lambda: NM + b"\0" * 512 + b"PATIENT YAMADA", "trailing_bytes"),
    "two trailing bytes": (lambda: NM + b"xy", "trailing_bytes"),
    "another file behind": (lambda: NM + PT, "trailing_bytes"),
    "cut in the pixels": (lambda: NM[:-2000], "truncated"),
    "cut in the header": (lambda: NM[:700], "truncated"),
    "cut in the file meta": (lambda: NM[:150], "truncated"),
    "pixels missing": (lambda: edited(Rows=64), "truncated"),
    # how it is encoded
    "program in the preamble": (lambda: b"MZ".ljust(128, _NUL) + NM[128:], "second_nature"),
    "ELF in the preamble": (lambda: b"\x7fELF".ljust(128, _NUL) + NM[128:], "second_nature"),
    "PDF in the preamble": (lambda: b"%PDF-1.7".ljust(128, _NUL) + NM[128:], "second_nature"),
    "archive in the preamble": (lambda: b"PK\3\4".ljust(128, _NUL) + NM[128:], "second_nature"),
    "not compressed as it says": (lambda: with_syntax(JPEG2000Lossless), "transfer_syntax"),
    "compressed, which it does not say": (
        lambda: with_syntax("1.2.840.10008.1.2.1", encapsulated(RLELossless, [b"x"])),
        "transfer_syntax",
    ),
    "unknown transfer syntax": (lambda: with_syntax("1.2.3.4"), "unsupported_syntax"),
    "no transfer syntax": (lambda: with_syntax(""), "unsupported_syntax"),
    "film": (lambda: with_syntax("1.2.840.10008.1.2.4.102"), "unsupported_syntax"),
    "implicit that is explicit": (lambda: with_syntax("1.2.840.10008.1.2"), "transfer_syntax"),
    "representation that is none": (lambda: plus(0x00181008, b"ZZ", b"x "), "transfer_syntax"),
    "two transfer syntaxes": (
        lambda: NM.replace(b"\x02\0\x12\0", b"\x02\0\x10\0", 1),
        "bad_order",
    ),
    # compressed pixels
    "run lengths of another size": (
        lambda: encapsulated(RLELossless, [run_bomb(512)] * 12),
        "dimensions_differ",
    ),
    "run lengths too short": (lambda: encapsulated(RLELossless, [run_bomb(8)] * 12), "dimensions_differ"),
    "run lengths without a header": (lambda: encapsulated(RLELossless, [b"abcd"] * 12), "bad_codestream"),
    "run lengths in many planes": (
        lambda: encapsulated(RLELossless, [struct.pack("<16I", 4_000_000_000, *[64] * 15)] * 12),
        "bad_codestream",
    ),
    "JPEG 2000 of 60000 x 60000": (
        lambda: encapsulated(JPEG2000Lossless, [jpeg_2000_head(60_000, 60_000, 60_000)] * 12),
        "dimensions_differ",
    ),
    "JPEG 2000 of a billion tiles": (
        lambda: encapsulated(JPEG2000Lossless, [jpeg_2000_head(60_000, 60_000, 1)] * 12),
        "bad_codestream",
    ),
    "JPEG 2000 that ends": (
        lambda: encapsulated(JPEG2000Lossless, [jpeg_2000_head(16, 16, 16)] * 12),
        "bad_codestream",
    ),
    "JPEG 2000 that is none": (lambda: encapsulated(JPEG2000Lossless, [b"nothing "] * 12), "bad_codestream"),
    "JPEG-LS of another size": (
        lambda: encapsulated(JPEGLSLossless, [jpeg_head(0xF7, 60_000, 60_000)] * 12),
        "dimensions_differ",
    ),
    "JPEG-LS that ends": (
        lambda: encapsulated(JPEGLSLossless, [jpeg_head(0xF7, 16, 16)] * 12),
        "bad_codestream",
    ),
    "JPEG lossless of another size": (
        lambda: encapsulated(JPEGLosslessSV1, [jpeg_head(0xC3, 9, 16)] * 12),
        "dimensions_differ",
    ),
    "JPEG lossless that ends": (
        lambda: encapsulated(JPEGLosslessSV1, [jpeg_head(0xC3, 16, 16)] * 12),
        "bad_codestream",
    ),
    "progressive JPEG as lossless": (
        lambda: encapsulated(JPEGLosslessSV1, [jpeg_head(0xC2, 16, 16, 8)] * 12),
        "bad_codestream",
    ),
    "JPEG of markers only": (
        lambda: encapsulated(JPEGLosslessSV1, [b"\xff\xd8" + b"\xff\xe0\0\2" * 90_000] * 12),
        "bad_codestream",
    ),
    "frames missing": (lambda: encapsulated(RLELossless, [run_bomb(16)] * 5), "bad_offsets"),
    "no frame at all": (lambda: encapsulated(RLELossless, []), "bad_offsets"),
    "table of frames that lies": (
        lambda: table_of_offsets(struct.pack("<12I", *range(7, 19))),
        "bad_offsets",
    ),
    "table of frames too short": (lambda: table_of_offsets(struct.pack("<2I", 0, 8)), "bad_offsets"),
    "fragments without an end": (lambda: encapsulated(RLELossless, [run_bomb(16)] * 12)[:-8], "truncated"),
    # what it says of itself
    "frames below zero": (lambda: edited(NumberOfFrames=-3), "bad_value"),
    "no frames": (lambda: edited(NumberOfFrames=0), "bad_value"),
    "frames in words": (lambda: raw("NumberOfFrames", b"twelve"), "bad_value"),
    "frames by exponent": (lambda: raw("NumberOfFrames", b"1e9 "), "bad_value"),
    "PT of two frames": (lambda: edited(PT, NumberOfFrames=2, Rows=8), "bad_value"),
    "spacing that is no number": (lambda: raw("PixelSpacing", b"NaN\\NaN "), "bad_value"),
    "slope without end": (lambda: edited(PT, RescaleSlope="1e400"), "bad_value"),
    "slope of zero": (lambda: edited(PT, RescaleSlope="0"), "bad_value"),
    "position in words": (lambda: raw("ImagePositionPatient", b"left\\0\\0", PT), "bad_value"),
    "40 bits stored": (lambda: edited(BitsStored=40), "bad_value"),
    "bits that no decoder has": (
        lambda: encapsulated(RLELossless, [run_bomb(16)] * 12, BitsAllocated=47),
        "bad_value",
    ),
    "high bit elsewhere": (lambda: edited(HighBit=3), "bad_value"),
    "sign that is none": (lambda: edited(PixelRepresentation=7), "bad_value"),
    "no samples": (lambda: edited(SamplesPerPixel=0), "missing_attribute"),
    "no rows": (lambda: edited(Rows=0), "missing_attribute"),
    "no UIDs": (lambda: edited(StudyInstanceUID=None, SeriesInstanceUID=None), "missing_attribute"),
    "UID that is a path": (lambda: edited(SeriesInstanceUID="../../etc/passwd"), "missing_attribute"),
    "UID of 200 digits": (lambda: edited(SeriesInstanceUID="1." + "2" * 200), "missing_attribute"),
    "no pixels": (lambda: edited(PixelData=None), "missing_attribute"),
    "no slices stated": (lambda: edited(PT, NumberOfSlices=None), "missing_attribute"),
    "no slices at all": (lambda: edited(PT, NumberOfSlices=0), "bad_value"),
    "synthetic image": (lambda: edited(SyntheticData="YES"), "synthetic"),
    "dynamic PET": (lambda: edited(PT, SeriesType=["DYNAMIC", "IMAGE"]), "not_static"),
    # something else
    "secondary capture": (lambda: edited(SOPClassUID=SecondaryCaptureImageStorage), "sop_class"),
    "report": (lambda: edited(SOPClassUID="1.2.840.10008.5.1.4.1.1.88.33", PixelData=None), "sop_class"),
    "document": (lambda: edited(SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1"), "sop_class"),
    "a maker's own class": (lambda: edited(SOPClassUID="1.3.12.2.1107.5.9.1"), "sop_class"),
    "directory of a disc": (lambda: edited(meta_class=MediaStorageDirectoryStorage), "dicomdir"),
    "empty": (lambda: b"", "empty"),
    "text": (lambda: _MEMO, "not_dicom"),
    "zip": (zip_file, "not_dicom"),
    "zeros": (lambda: bytes(5000), "not_dicom"),
    "only a preamble": (lambda: NM[:132], "unsupported_syntax"),
    "data set without a header": (lambda: body_of(NM), "no_part10"),
    "an endless patient ID": (lambda: raw("PatientID", b"4711" * 16 + b"1 "), "bad_value"),
    "an endless patient ID of letters": (lambda: raw("PatientID", "山".encode() * 86), "bad_value"),
}

# Files that a person must look at: name -> (file, code)
DOUBTFUL: dict[str, tuple[Callable[[], bytes], str]] = {
    "burned in, as it says": (lambda: edited(BurnedInAnnotation="YES"), "burned_in"),
    "a bright block": (lambda: edited(PixelData=letters()), "burned_in"),
    "a name in the image": (lambda: written_letters(LARGE, value=32_767), "burned_in"),
    "a grey name": (lambda: written_letters(LARGE, value=20_000), "burned_in"),
    "a name with smooth edges": (lambda: written_letters(LARGE, value=32_767, smooth=True), "burned_in"),
    "a name in a PT slice": (lambda: written_letters(SLICE, value=32_767), "burned_in"),
    "planes above the stored bits": (
        lambda: edited(BitsStored=12, HighBit=11, PixelData=b"\0\x80" * 3072),
        "overlay",
    ),
    "marked as secondary": (
        lambda: edited(ImageType=["DERIVED", "SECONDARY", "RECON TOMO", "EMISSION"]),
        "secondary",
    ),
    "screen save": (
        lambda: edited(ImageType=["DERIVED", "PRIMARY", "RECON TOMO", "SCREEN SAVE"]),
        "secondary",
    ),
    "palette": (lambda: edited(PhotometricInterpretation="PALETTE COLOR"), "colour"),
    "red, green, blue": (
        lambda: edited(PT, SamplesPerPixel=3, PhotometricInterpretation="RGB", PixelData=bytes(1536)),
        "colour",
    ),
    "8 bits": (lambda: edited(BitsAllocated=8, BitsStored=8, HighBit=7), "eight_bit"),
    "nobody's": (lambda: edited(PatientID=""), "no_patient_id"),
    "of no patient at all": (lambda: edited(PatientID=None), "no_patient_id"),
    "another kind in the file meta": (lambda: edited(meta_class=CTImageStorage), "contradiction"),
    "another modality": (lambda: edited(Modality="CT"), "contradiction"),
    "no modality": (lambda: edited(Modality=""), "contradiction"),
    "unknown character set": (lambda: raw("SpecificCharacterSet", b"KLINGON "), "charset"),
    "head CT": (lambda: ct(BodyPartExamined="HEAD"), "head_ct"),
    "localizer": (
        lambda: ct(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], BodyPartExamined="CHEST"),
        "localizer",
    ),
}
