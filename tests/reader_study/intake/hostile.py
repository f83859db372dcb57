"""Files that were made to hurt whoever reads them; each with the verdict that it must get.

The list is that of attacks that cost general parsers minutes or gigabytes, or that they accept in silence.
"""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable

from pydicom import dcmread
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
    SecondaryCaptureImageStorage,
)

from tests.reader_study.intake.files import Secrets, nm_file, noise, pt_files

SECRETS = Secrets(99)
NM = nm_file(noise(), state="stress", secrets=SECRETS)
PT = pt_files(noise((2, 16, 16)), state="rest", secrets=SECRETS)[0]
UNDEFINED = 0xFFFFFFFF


def element(tag: int, vr: bytes, value: bytes, length: int | None = None) -> bytes:
    """An explicit VR little-endian element; `length` overrides the true one."""
    size = len(value) if length is None else length
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr
    if vr in (b"OB", b"OW", b"SQ", b"UN", b"UT", b"UC"):
        return head + struct.pack("<HI", 0, size) + value
    return head + struct.pack("<H", size & 0xFFFF) + value


def item(content: bytes, length: int | None = None) -> bytes:
    return struct.pack("<II", 0xE000FFFE, len(content) if length is None else length) + content


def insert(before: int, extra: bytes, data: bytes = NM) -> bytes:
    """Put elements before the first top-level element whose tag is not below `before`."""
    at = _offset(data, before)
    return data[:at] + extra + data[at:]


def plus(tag: int, vr: bytes, value: bytes, length: int | None = None, data: bytes = NM) -> bytes:
    """The file with one more element in its place."""
    return insert(tag, element(tag, vr, value, length), data)


def _offset(data: bytes, tag: int) -> int:
    ds = dcmread(io.BytesIO(data))
    later = min(element_.tag for element_ in ds if element_.tag >= tag)
    needle = struct.pack("<HH", later >> 16, later & 0xFFFF)
    return data.index(needle, 132 + 12 + ds.file_meta.FileMetaInformationGroupLength)


def edited(data: bytes = NM, **values: object) -> bytes:
    """The file with other values; None removes the attribute."""
    ds = dcmread(io.BytesIO(data))
    for keyword, value in values.items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    out = io.BytesIO()
    ds.save_as(out)
    return out.getvalue()


def with_syntax(uid: str, data: bytes = NM) -> bytes:
    ds = dcmread(io.BytesIO(data))
    old = element(0x00020010, b"UI", _even(ds.file_meta.TransferSyntaxUID))
    return data.replace(old, element(0x00020010, b"UI", _even(uid)), 1)


def _even(uid: str) -> bytes:
    return uid.encode() + b"\0" * (len(uid) % 2)


def _without_detector() -> bytes:
    return edited(DetectorInformationSequence=None)


def deflated(body: bytes) -> bytes:
    head = with_syntax(DeflatedExplicitVRLittleEndian)
    start = 132 + 12 + dcmread(io.BytesIO(NM)).file_meta.FileMetaInformationGroupLength
    start += len(head) - len(NM)
    stream = zlib.compressobj(9, zlib.DEFLATED, -15)
    return head[:start] + stream.compress(body) + stream.flush()


def body_of(data: bytes) -> bytes:
    return data[132 + 12 + dcmread(io.BytesIO(data)).file_meta.FileMetaInformationGroupLength :]


def deep(levels: int, vr: bytes) -> bytes:
    """Sequences in sequences, never closed: a reader must give up before it misses the ends."""
    opened = element(0x00081199, vr, b"", UNDEFINED) + item(b"", UNDEFINED)
    implicit = struct.pack("<HHI", 0x0008, 0x1199, UNDEFINED) + item(b"", UNDEFINED)
    return opened + (implicit if vr == b"UN" else opened) * levels  # what is in UN is implicit


def flipped(seed: int) -> bytes:
    """The header with 40 random bytes changed."""
    data, rng = bytearray(NM), random.Random(seed)
    for _ in range(40):
        data[rng.randrange(200, len(NM) - len(dcmread(io.BytesIO(NM)).PixelData))] = rng.randrange(256)
    return bytes(data)


def zip_file() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../etc/passwd", "x")
    return out.getvalue()


_SEQUENCE = 0x00081115
_MEMO = "読影メモ 山田太郎".encode()
_PRIVATE = [element(0x00110000 | n, b"LO", b"x ") for n in range(0x1000, 0xFFFF)]

# name -> (file, code)
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "wide sequence": (lambda: plus(_SEQUENCE, b"SQ", item(b"") * 300_000), "too_many"),
    "wide sequence of unknown VR": (
        lambda: plus(0x00540022, b"UN", item(b"") * 300_000, data=_without_detector()),
        "too_many",
    ),
    "many elements": (lambda: insert(0x00111000, b"".join(_PRIVATE), edited()), "too_many"),
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
    "deflated and cut": (lambda: deflated(body_of(NM))[:-200], "truncated"),
    "length of 4 GB": (lambda: plus(0x00080119, b"UT", b"x", 0xFFFFFFF0), "bad_length"),
    "deep sequences": (lambda: insert(0x00081199, deep(3000, b"SQ")), "too_deep"),
    "deep unknown": (lambda: insert(0x00081199, deep(3000, b"UN")), "too_deep"),
    "item longer than its sequence": (
        lambda: plus(_SEQUENCE, b"SQ", item(b"", 200)),
        "bad_length",
    ),
    "element longer than its item": (
        lambda: plus(_SEQUENCE, b"SQ", item(element(0x00080104, b"LO", b"x", 90))),
        "bad_length",
    ),
    "stray delimiter": (lambda: insert(_SEQUENCE, struct.pack("<II", 0xE0DDFFFE, 0)), "bad_length"),
    "sequence that is none": (
        lambda: plus(0x00540022, b"UN", b"Taro Yamada ", data=_without_detector()),
        "bad_length",
    ),
    "trailing bytes": (lambda: NM + b"PATIENT YAMADA", "trailing_bytes"),
    "trailing zip": (lambda: NM + zip_file(), "trailing_bytes"),
    "trailing zeros": (lambda: NM + b"\0" * 16, "trailing_bytes"),
    "cut in the pixels": (lambda: NM[:-2000], "truncated"),
    "cut in the header": (lambda: NM[:700], "truncated"),
    "cut in the file meta": (lambda: NM[:150], "truncated"),
    "matrix of 60000 x 60000": (lambda: edited(Rows=60_000, Columns=60_000), "dimensions"),
    "a million frames": (lambda: edited(NumberOfFrames=999_999), "dimensions"),
    "frames below zero": (lambda: edited(NumberOfFrames=-3), "bad_value"),
    "pixels missing": (lambda: edited(Rows=64), "truncated"),
    "JPEG 2000": (lambda: with_syntax(JPEG2000Lossless), "compressed"),
    "RLE": (lambda: with_syntax(RLELossless), "compressed"),
    "unknown transfer syntax": (lambda: with_syntax("1.2.3.4"), "unsupported_syntax"),
    "implicit that is explicit": (lambda: with_syntax("1.2.840.10008.1.2"), "transfer_syntax"),
    "no UIDs": (lambda: edited(StudyInstanceUID=None, SeriesInstanceUID=None), "missing_attribute"),
    "UID that is a path": (lambda: edited(SeriesInstanceUID="../../etc/passwd"), "missing_attribute"),
    "UID of 200 digits": (lambda: edited(SeriesInstanceUID="1." + "2" * 200), "missing_attribute"),
    "no pixels": (lambda: edited(PixelData=None), "missing_attribute"),
    "no slices stated": (lambda: edited(PT, NumberOfSlices=None), "missing_attribute"),
    "no slices at all": (lambda: edited(PT, NumberOfSlices=0), "bad_value"),
    "secondary capture": (lambda: edited(SOPClassUID=SecondaryCaptureImageStorage), "sop_class"),
    "empty": (lambda: b"", "empty"),
    "text": (lambda: _MEMO, "not_dicom"),
    "zip": (zip_file, "not_dicom"),
    "data set without a header": (lambda: body_of(NM), "no_part10"),
    "synthetic image": (lambda: edited(SyntheticData="YES"), "synthetic"),
    "gated": (lambda: edited(ImageType=["ORIGINAL", "PRIMARY", "RECON GATED TOMO", "EMISSION"]), "gated"),
    "projections": (
        lambda: edited(ImageType=["ORIGINAL", "PRIMARY", "TOMO", "EMISSION"]),
        "not_reconstructed",
    ),
    "dynamic PET": (lambda: edited(PT, SeriesType=["DYNAMIC", "IMAGE"]), "not_static"),
}

# Files that a person must look at: name -> (file, code)
DOUBTFUL: dict[str, tuple[Callable[[], bytes], str]] = {
    "burned in, as it says": (lambda: edited(BurnedInAnnotation="YES"), "burned_in"),
    "letters in the image": (lambda: edited(PixelData=letters()), "burned_in"),
    "overlay": (
        lambda: insert(0x7FE00010, element(0x60003000, b"OW", b"\xff" * 32)),
        "overlay",
    ),
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
    "colour": (lambda: edited(PhotometricInterpretation="PALETTE COLOR"), "colour"),
    "nobody's": (lambda: edited(PatientID=""), "no_patient_id"),
    "neither stress nor rest": (
        lambda: edited(
            AcquisitionContextSequence=None,
            SeriesDescription="SA",
            ProtocolName="MPI",
            ImageID="x",
            StudyDescription="heart",
        ),
        "state_unknown",
    ),
}


def letters() -> bytes:
    """The pixels with a bright block in the first frame."""
    ds = dcmread(io.BytesIO(NM))
    pixels = ds.pixel_array.copy()
    pixels[0, 2:8, 2:10] = 60_000
    return bytes(pixels.tobytes())
