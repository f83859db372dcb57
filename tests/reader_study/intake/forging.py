"""How files of the tests are bent: elements, lengths, values, pixels and codestreams as no console writes them."""

import io
import random
import struct
import warnings
import zipfile
import zlib

import numpy as np
from pydicom import config, dcmread, dcmwrite
from pydicom.dataelem import RawDataElement
from pydicom.encaps import encapsulate
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    RLELossless,
)

from tests.reader_study.intake.files import Secrets, nm_file, noise, pt_files

config.settings.writing_validation_mode = config.IGNORE  # what is written here is wrong on purpose
SECRETS = Secrets(99)
NM = nm_file(noise(), state="stress", secrets=SECRETS)
PT = pt_files(noise((2, 16, 16)), state="rest", secrets=SECRETS)[0]
LARGE = nm_file(noise((4, 64, 64)), state="rest", secrets=SECRETS)
SLICE = pt_files(noise((2, 128, 128)), state="rest", secrets=SECRETS)[0]
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


def edited(data: bytes = NM, *, syntax: str = "", meta_class: str = "", **values: object) -> bytes:
    """The file with other values; None removes the attribute."""
    ds = dcmread(io.BytesIO(data))
    if syntax:
        ds.file_meta.TransferSyntaxUID = syntax
        ds["PixelData"].VR = "OB"
        ds["PixelData"].is_undefined_length = True
    for keyword, value in values.items():
        if value is None:
            ds.pop(keyword, None)
        else:
            setattr(ds, keyword, value)
    out = io.BytesIO()
    if "SOPClassUID" in values or meta_class:
        ds.file_meta.MediaStorageSOPClassUID = meta_class or values["SOPClassUID"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dcmwrite(out, ds, enforce_file_format=False)
    return out.getvalue()


def with_syntax(uid: str, data: bytes = NM) -> bytes:
    ds = dcmread(io.BytesIO(data))
    old = element(0x00020010, b"UI", _even(ds.file_meta.TransferSyntaxUID))
    return data.replace(old, element(0x00020010, b"UI", _even(uid)), 1)


def _even(uid: str) -> bytes:
    return uid.encode() + b"\0" * (len(uid) % 2)


def without_detector() -> bytes:
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


def encapsulated(uid: str, frames: list[bytes], data: bytes = NM, **values: object) -> bytes:
    """The file with these bytes as its compressed frames."""
    return edited(
        data,
        syntax=uid,
        PixelData=encapsulate(frames, has_bot=False),
        **values,
    )


def run_bomb(side: int) -> bytes:
    """A square of zeros in two planes of the longest runs."""
    runs = side * side // 128
    plane = b"\x81\0" * runs
    return struct.pack("<16I", 2, 64, 64 + len(plane), *[0] * 13) + plane * 2


def literal_runs(side: int) -> bytes:
    """A square in two planes, each byte a run of its own: the dearest way to say it."""
    plane = b"\0\7" * (side * side)
    return struct.pack("<16I", 2, 64, 64 + len(plane), *[0] * 13) + plane * 2


def jpeg_2000_head(width: int, height: int, tile: int) -> bytes:
    """Start and size of a JPEG 2000 codestream (T.800 A.5.1) and nothing behind."""
    size = struct.pack(">HHIIIIIIIIH", 41, 0, width, height, 0, 0, tile, tile, 0, 0, 1) + b"\x0f\1\1"
    return b"\xff\x4f\xff\x51" + size


def jpeg_head(marker: int, rows: int, columns: int, bits: int = 16) -> bytes:
    """Start of image and frame header of a JPEG or JPEG-LS codestream, and nothing behind."""
    return b"\xff\xd8\xff" + struct.pack(">BHBHHBBBB", marker, 11, bits, rows, columns, 1, 1, 0x11, 0)


def table_of_offsets(lie: bytes) -> bytes:
    """Two frames of run lengths behind a table of offsets that says something else."""
    data = encapsulated(RLELossless, [run_bomb(16)] * 12)
    empty, pixels = item(b""), data.index(struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, UNDEFINED))
    return data[: pixels + 12] + item(lie) + data[pixels + 12 + len(empty) :]


def written_letters(data: bytes, *, value: int, smooth: bool = False) -> bytes:
    """The file with a name drawn into its first frame, as a console burns it in."""
    from PIL import Image, ImageDraw

    ds = dcmread(io.BytesIO(data))
    pixels = ds.pixel_array.copy().reshape(-1, ds.Rows, ds.Columns)
    picture = Image.new("L", (ds.Columns, ds.Rows))
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "L" if smooth else "1"
    draw.text((3, 20), "YAMADA T", fill=255)
    drawn = (np.asarray(picture) / 255 * value).astype(pixels.dtype)
    pixels[0] = np.where(drawn > 0, np.maximum(drawn, pixels[0]) if smooth else drawn, pixels[0])
    return edited(data, PixelData=pixels.astype("<u2").tobytes())


def raw(keyword: str, value: bytes, data: bytes = NM) -> bytes:
    """The file with the bytes of a value as they are, whatever a library thinks of them."""
    ds = dcmread(io.BytesIO(data))
    ds[keyword] = RawDataElement(ds[keyword].tag, ds[keyword].VR, len(value), value, 0, False, True)
    out = io.BytesIO()
    dcmwrite(out, ds, enforce_file_format=False)
    return out.getvalue()


def ct(**values: object) -> bytes:
    """A slice that says it is CT."""
    usual = {"Modality": "CT", "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"], "RescaleIntercept": "-1024"}
    return edited(PT, **{"SOPClassUID": CTImageStorage, **usual, **values})


def letters() -> bytes:
    """The pixels with a bright block in the first frame."""
    ds = dcmread(io.BytesIO(NM))
    pixels = ds.pixel_array.copy()
    pixels[0, 2:8, 2:10] = 60_000
    return bytes(pixels.tobytes())
