"""Files that are odd and honest: what real consoles write within the standard's letter, or just beside it.

Each must be taken, with the pixels that it had. name -> file.
"""

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from tests.reader_study.intake.forging import (
    LARGE,
    NM,
    PT,
    body_of,
    deflated,
    edited,
    element,
    insert,
    item,
    plus,
    raw,
    with_syntax,
)

EMPTY = [
    "AccessionNumber",
    "InstanceNumber",
    "Laterality",
    "Manufacturer",
    "PatientAge",
    "PatientBirthDate",
    "PatientName",
    "PatientSex",
    "PatientSize",
    "PatientWeight",
    "PositionReferenceIndicator",
    "ReferringPhysicianName",
    "SeriesDate",
    "SeriesNumber",
    "StudyDate",
    "StudyID",
    "StudyTime",
]


SIGNED = np.random.default_rng(3).normal(0, 300, 12 * 16 * 16).astype("<i2").tobytes()


def written(ds: Dataset, **how: object) -> bytes:
    out = io.BytesIO()
    dcmwrite(out, ds, **how)  # type: ignore[arg-type]
    return out.getvalue()


def in_syntax(uid: str, data: bytes = NM) -> bytes:
    """The file in another uncompressed transfer syntax."""
    ds = dcmread(io.BytesIO(data))
    ds.file_meta.TransferSyntaxUID = uid
    if uid == ExplicitVRBigEndian:
        ds.PixelData = (
            np.frombuffer(ds.PixelData[: len(ds.PixelData) // 2 * 2], "<u2").astype(">u2").tobytes()
        )
        return written(ds, implicit_vr=False, little_endian=False)
    return written(ds, implicit_vr=uid == ImplicitVRLittleEndian, little_endian=True)


def compressed(uid: str, encode: Callable[[np.ndarray], bytes], data: bytes = NM, *, parts: int = 1) -> bytes:
    """The file with each frame compressed and cut into parts."""
    ds = dcmread(io.BytesIO(data))
    frames = np.atleast_3d(ds.pixel_array) if ds.get("NumberOfFrames") else ds.pixel_array[None]
    encoded = [bytes(encode(np.ascontiguousarray(frame))) for frame in frames]
    ds.file_meta.TransferSyntaxUID = uid
    ds.PixelData = encapsulate(encoded, fragments_per_frame=parts, has_bot=parts > 1)
    ds["PixelData"].is_undefined_length = True
    ds["PixelData"].VR = "OB"
    return written(ds)


def run_lengths(frame: np.ndarray) -> bytes:
    """One frame of 16 bits as two planes of literal runs (PS3.5 Annex G)."""
    planes = []
    for shift in (8, 0):
        plane = (frame >> shift & 0xFF).astype(np.uint8).tobytes()
        runs = (plane[at : at + 128] for at in range(0, len(plane), 128))
        packed = b"".join(bytes([len(run) - 1]) + run for run in runs)
        planes.append(packed + b"\0" * (len(packed) % 2))
    header = struct.pack("<16I", 2, 64, 64 + len(planes[0]), *[0] * 13)
    return header + b"".join(planes)


def jpeg_ls_frame(frame: np.ndarray) -> bytes:
    import jpeg_ls

    return bytes(jpeg_ls.encode_array(frame))


def jpeg_2000_frame(frame: np.ndarray) -> bytes:
    from openjpeg.utils import encode_array

    return encode_array(frame, photometric_interpretation=2)


def jpeg_lossless(data: bytes = NM) -> bytes:
    """The file in JPEG lossless, as GDCM writes it."""
    import tempfile
    from pathlib import Path

    import gdcm

    with tempfile.TemporaryDirectory() as folder:
        plain, packed = Path(folder) / "plain", Path(folder) / "packed"
        plain.write_bytes(data)
        reader = gdcm.ImageReader()
        reader.SetFileName(str(plain))
        assert reader.Read()
        change = gdcm.ImageChangeTransferSyntax()
        change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer = gdcm.ImageWriter()
        writer.SetFileName(str(packed))
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        assert writer.Write()
        return packed.read_bytes()


def with_group_lengths() -> bytes:
    """A group length in front of every group, as files of the last century have."""
    ds = dcmread(io.BytesIO(NM))
    data = NM
    for group in sorted({element_.tag.group for element_ in ds}, reverse=True):
        first = min(element_.tag for element_ in ds if element_.tag.group == group)
        data = insert(int(first), element(group << 16, b"UL", struct.pack("<I", 4)), data)
    return data


def undefined_lengths() -> bytes:
    """Every sequence and item ends at its delimiter."""
    ds = dcmread(io.BytesIO(NM))

    def open_(inner: Dataset) -> None:
        for element_ in inner:
            if element_.VR == "SQ":
                element_.is_undefined_length = True
                for item_ in element_.value:
                    item_.is_undefined_length_sequence_item = True
                    open_(item_)

    open_(ds)
    return written(ds)


def all_empty() -> bytes:
    ds = dcmread(io.BytesIO(NM))
    for keyword in EMPTY:
        setattr(ds, keyword, None)
    return written(ds)


def zlib_inside() -> bytes:
    """Deflated with zlib's header, which the standard does not have and some writers write."""
    head = with_syntax(DeflatedExplicitVRLittleEndian)
    start = len(head) - len(body_of(NM))
    return head[:start] + zlib.compress(body_of(NM))


def icon() -> bytes:
    ds = dcmread(io.BytesIO(NM))
    small = Dataset()
    small.Rows = small.Columns = 8
    small.SamplesPerPixel, small.PhotometricInterpretation = 1, "MONOCHROME2"
    small.BitsAllocated = small.BitsStored = 8
    small.HighBit, small.PixelRepresentation = 7, 0
    small.PixelData = bytes(64)
    ds.IconImageSequence = Sequence([small])
    return written(ds)


def without_group_length() -> bytes:
    """The file meta without its own length."""
    return NM[:132] + NM[144:]


def _private(vr: bytes, value: bytes, length: int | None = None) -> bytes:
    creator = element(0x00210010, b"LO", b"ACME 2")
    return insert(0x00210010, creator + element(0x00211001, vr, value, length))


_OPEN = 0xFFFFFFFF
_ENDS = struct.pack("<II", 0xE0DDFFFE, 0)
_OVERLAY = [(0x60000010, b"US", b"\x10\0"), (0x60000011, b"US", b"\x10\0"), (0x60000040, b"CS", b"G ")]


def _other_instance() -> bytes:
    """As careless de-identifiers leave it: another UID in the file meta than in the data set."""
    ds = dcmread(io.BytesIO(NM))
    ds.file_meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    return written(ds, enforce_file_format=False)


ODD: dict[str, Callable[[], bytes]] = {
    "a number of frames with its sign": lambda: edited(NumberOfFrames="+12"),
    "a number of frames with zeros in front": lambda: edited(NumberOfFrames="00000012"),
    "zeros to the end of a block": lambda: NM + b"\0" * (2048 - len(NM) % 2048),
    "three zeros behind": lambda: NM + b"\0\0\0",
    "data set trailing padding": lambda: NM + element(0xFFFCFFFC, b"OB", b"\0" * 100),
    "preamble with rubbish": lambda: bytes(range(1, 129)) + NM[128:],
    "preamble with a TIFF header": lambda: b"II*\0".ljust(128, b"\x07") + NM[128:],
    "group lengths": with_group_lengths,
    "undefined lengths": undefined_lengths,
    "implicit little endian": lambda: in_syntax(ImplicitVRLittleEndian),
    "implicit PT": lambda: in_syntax(ImplicitVRLittleEndian, PT),
    "explicit big endian": lambda: in_syntax(ExplicitVRBigEndian),
    "big endian PT": lambda: in_syntax(ExplicitVRBigEndian, PT),
    "deflated": lambda: deflated(body_of(NM)),
    "deflated with zlib's header": zlib_inside,
    "deflated, with a checksum behind": lambda: deflated(body_of(NM)) + b"\1\2\3\4\5\6\7\x08",
    "RLE": lambda: compressed(RLELossless, run_lengths),
    "JPEG-LS": lambda: compressed(JPEGLSLossless, jpeg_ls_frame),
    "JPEG-LS in two fragments a frame": lambda: compressed(JPEGLSLossless, jpeg_ls_frame, parts=2),
    "JPEG-LS PT": lambda: compressed(JPEGLSLossless, jpeg_ls_frame, PT),
    "JPEG 2000": lambda: compressed(JPEG2000Lossless, jpeg_2000_frame, LARGE),
    "JPEG lossless": jpeg_lossless,
    "encapsulated, not compressed": lambda: compressed(
        "1.2.840.10008.1.2.1.98", lambda frame: frame.tobytes()
    ),
    "empty where the standard allows it": all_empty,
    "dates with dots": lambda: edited(StudyDate="1993.11.24", SeriesDate="1993.11.24"),
    "an odd length": lambda: plus(0x00181008, b"LO", b"ABC"),
    "private sequence without a length": lambda: _private(b"SQ", item(b"") + _ENDS, _OPEN),
    "private unknown without a length": lambda: _private(b"UN", item(b"") + _ENDS, _OPEN),
    "private blob": lambda: _private(b"OB", b"\xde\xad" * 500_000),
    "public attribute of unknown VR": lambda: plus(0x00181008, b"UN", b"whatever"),
    "attribute that no dictionary knows": lambda: plus(0x00084FFF, b"LO", b"new"),
    "attribute of implicit VR that no dictionary knows": lambda: in_syntax(
        ImplicitVRLittleEndian, plus(0x00084FFF, b"LO", b"new ")
    ),
    "overlay": lambda: insert(
        0x7FE00010,
        b"".join(element(*each) for each in _OVERLAY) + element(0x60003000, b"OW", b"\xff" * 32),
    ),
    "curve": lambda: insert(0x50000010, element(0x50003000, b"OW", b"\1\2" * 50)),
    "icon": icon,
    "more bytes than pixels": lambda: edited(PixelData=dcmread(io.BytesIO(NM)).PixelData + b"\7" * 512),
    "frames with blanks": lambda: edited(NumberOfFrames=" 12 "),
    "no length of the file meta": without_group_length,
    "decimals of 20 digits": lambda: edited(SliceThickness="6.400000000000000001"),
    "negative spacing": lambda: edited(SpacingBetweenSlices="-6.4"),
    "no spacing": lambda: edited(SpacingBetweenSlices=None),
    "no spacing of two values": lambda: edited(SpacingBetweenSlices=""),
    "zero spacing": lambda: edited(SpacingBetweenSlices="0"),
    "UTF-8 by another name": lambda: edited(SpecificCharacterSet="UTF-8"),
    "no character set": lambda: edited(SpecificCharacterSet=None),
    "a patient ID with blanks": lambda: edited(PatientID="  4711 "),
    "a long patient ID with blanks": lambda: raw("PatientID", b"4711" * 16 + b"  "),
    "a long patient ID of letters": lambda: raw("PatientID", "山".encode() * 64),
    "all pixels zero": lambda: edited(PixelData=bytes(12 * 16 * 16 * 2)),
    "times with colons": lambda: edited(StudyTime="10:15:00"),
    "12 bits stored": lambda: edited(BitsStored=12, HighBit=11, PixelData=b"\x34\x02" * 3072),
    "signed pixels": lambda: edited(PixelRepresentation=1, PixelData=SIGNED),
    "another instance in the file meta": _other_instance,
    "a long private text": lambda: _private(b"UT", b"x" * 200_000),
    "gated": lambda: edited(ImageType=["ORIGINAL", "PRIMARY", "RECON GATED TOMO", "EMISSION"]),
    "projections": lambda: edited(ImageType=["ORIGINAL", "PRIMARY", "TOMO", "EMISSION"]),
}
