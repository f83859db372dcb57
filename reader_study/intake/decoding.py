"""Compressed pixels become plain ones: only in the sandbox, and only after their own header was compared.

The decoders are the well-kept ones: OpenJPEG, CharLS, GDCM's libjpegs, Pillow's for baseline. Run-length
decoding is our own, since it is short and its bound must be exact (DICOM PS3.5 Annex G).
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from reader_study.intake import codestream
from reader_study.intake.codestream import Codestream, read_codestream
from reader_study.intake.tree import (
    ALLOCATED,
    COLUMNS,
    PIXEL_DATA,
    ROWS,
    SAMPLES,
    SIGNED,
    Element,
    Malformed,
    Structure,
    number_at,
)

_PLANAR = 0x00280006
_LOSSY, _LOSSY_METHOD = 0x00282110, 0x00282114
_LOSSY_METHODS = {
    codestream.JPEG_BASELINE: b"ISO_10918_1 ",
    codestream.JPEG_EXTENDED: b"ISO_10918_1 ",
    "1.2.840.10008.1.2.4.81": b"ISO_14495_1 ",
    "1.2.840.10008.1.2.4.91": b"ISO_15444_1 ",
    "1.2.840.10008.1.2.4.203": b"ISO_15444_15",
}
_RLE_HEADER = 64
_MOST_SEGMENTS = 15
_MOST_PADDING = 8  # bytes behind the last run of a plane; one is usual


def decoded(structure: Structure) -> Structure:
    """The same file with its pixels as if they had never been compressed: frame by frame, colour by pixel.

    A lossy compression leaves its mark in (0028,2110) and (0028,2114). Raises `Malformed`.
    """
    if not structure.fragments:
        return structure
    if number_at(structure.root, ALLOCATED) not in (8, 16, 32):
        raise Malformed("bad_value", "bits allocated")
    pixels = bytearray(structure.pixel_bytes + structure.pixel_bytes % 2)
    at, reversible = 0, True
    for frame in _frames(structure):
        plain, loses_nothing = _decoded_frame(frame, structure)
        pixels[at : at + len(plain)] = plain
        at += len(plain)
        reversible &= loses_nothing
    if at != structure.pixel_bytes:
        raise Malformed("dimensions_differ")
    root = dict(structure.root)
    root[PIXEL_DATA] = Element("OW", bytes(pixels), [])
    if _PLANAR in root:
        root[_PLANAR] = Element("US", b"\0\0", [])
    method = _LOSSY_METHODS.get(structure.transfer_syntax)
    if method and not reversible and not root.get(_LOSSY, Element("CS", b"", [])).value.strip(b" \0"):
        root[_LOSSY], root[_LOSSY_METHOD] = Element("CS", b"01", []), Element("CS", method, [])
    return replace(structure, root=dict(sorted(root.items())), fragments=())


def _frames(structure: Structure) -> Iterator[bytes]:
    """The fragments of each frame, joined (PS3.5 A.4). The table of offsets may be empty; it may not lie."""
    table, fragments = structure.fragments[0], structure.fragments[1:]
    starts, at = {}, 0
    for n, fragment in enumerate(fragments):
        starts[at] = n
        at += 8 + len(fragment)
    if table:
        if len(table) != 4 * structure.frames:
            raise Malformed("bad_offsets")
        offsets = struct.unpack(f"<{structure.frames}I", table)
        if offsets[0] != 0 or list(offsets) != sorted(set(offsets)) or not starts.keys() >= set(offsets):
            raise Malformed("bad_offsets")
        first = [starts[offset] for offset in offsets]
    elif len(fragments) == structure.frames:
        first = list(range(len(fragments)))
    elif structure.frames == 1 and fragments:
        first = [0]
    else:  # a frame begins where its codestream does
        first = [n for n, part in enumerate(fragments) if part[:2] in (b"\xff\xd8", b"\xff\x4f")]
        if len(first) != structure.frames or first[0] != 0:
            raise Malformed("bad_offsets")
    for start, end in zip(first, [*first[1:], len(fragments)], strict=True):
        yield b"".join(fragments[start:end])


def _decoded_frame(frame: bytes, structure: Structure) -> tuple[bytes, bool]:
    """The pixels of one frame, and whether they are exactly those that were compressed."""
    root, syntax = structure.root, structure.transfer_syntax
    rows, columns = number_at(root, ROWS) or 0, number_at(root, COLUMNS) or 0
    samples, width = number_at(root, SAMPLES) or 1, (number_at(root, ALLOCATED) or 16) // 8
    size = rows * columns * samples * width
    if syntax == codestream.UNCOMPRESSED:
        return frame[:size], True
    if syntax == codestream.RLE:
        return _run_lengths(frame, pixels=rows * columns, samples=samples, width=width), True
    stream = read_codestream(frame, syntax)
    if (stream.rows, stream.columns, stream.samples) != (rows, columns, samples):
        raise Malformed("dimensions_differ")
    if not 1 < stream.bits <= min(8 * width, 16):
        raise Malformed("bad_codestream", "precision")
    values = _values(frame, syntax, stream).reshape(rows, columns, samples)
    signed = number_at(root, SIGNED) == 1
    lossless = syntax not in _LOSSY_METHODS or bool(stream.reversible)
    return _shaped(values, stream, signed=signed).astype(
        f"<{'i' if signed else 'u'}{width}"
    ).tobytes(), lossless


def _values(frame: bytes, syntax: str, stream: Codestream) -> NDArray[np.integer]:
    """What the decoder of this syntax makes of one frame, flat."""
    try:
        if syntax in codestream.JPEG_2000:
            from openjpeg.utils import decode  # noqa: PLC0415  # loaded where it is used: in the sandbox

            return np.asarray(decode(frame)).ravel()
        if syntax in codestream.JPEG_LS:
            import jpeg_ls  # type: ignore[import-untyped]  # noqa: PLC0415

            buffer, info = jpeg_ls.decode_pixel_data(frame)
            values = np.frombuffer(buffer, dtype="<u1" if stream.bits <= 8 else "<u2")
            if stream.samples > 1 and info["interleave_mode"] == 0:
                values = values.reshape(stream.samples, -1).T.ravel()
            return values
        if syntax == codestream.JPEG_BASELINE:
            from PIL import Image  # noqa: PLC0415

            return np.asarray(Image.open(io.BytesIO(frame), formats=["JPEG"])).ravel()
        return _by_gdcm(frame, syntax, stream)
    except MemoryError:
        raise
    except Exception:
        raise Malformed("bad_codestream") from None


def _by_gdcm(frame: bytes, syntax: str, stream: Codestream) -> NDArray[np.integer]:
    import gdcm  # type: ignore[import-untyped]  # noqa: PLC0415

    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(frame)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((stream.columns, stream.rows, 1))
    image.SetDataElement(element)
    photometric = "MONOCHROME2" if stream.samples == 1 else "RGB"
    image.SetPhotometricInterpretation(
        gdcm.PhotometricInterpretation(gdcm.PhotometricInterpretation.GetPIType(photometric))
    )
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    allocated = 8 if stream.bits <= 8 else 16
    image.SetPixelFormat(gdcm.PixelFormat(stream.samples, allocated, stream.bits, stream.bits - 1, 0))
    plain = image.GetBuffer().encode("utf-8", "surrogateescape")  # its bytes come as a str
    return np.frombuffer(plain, dtype=f"<u{allocated // 8}")


def _shaped(values: NDArray[np.integer], stream: Codestream, *, signed: bool) -> NDArray[np.integer]:
    """Values of the codestream's precision with the sign that the header gives them."""
    wide = values.astype(np.int32)
    if signed and not stream.signed:
        half = 1 << (stream.bits - 1)
        return (wide & ((1 << stream.bits) - 1) ^ half) - half
    if stream.signed and not signed:
        return wide & ((1 << stream.bits) - 1)
    return wide


def _run_lengths(frame: bytes, *, pixels: int, samples: int, width: int) -> bytes:
    """A frame of byte planes, most significant first, as colour by pixel and little endian."""
    planes = samples * width
    if len(frame) < _RLE_HEADER:
        raise Malformed("bad_codestream", "no RLE header")
    count, *offsets = struct.unpack_from("<16I", frame)
    if count != planes or count > _MOST_SEGMENTS:
        raise Malformed("bad_codestream", "RLE segments")
    bounds = [*offsets[:count], len(frame)]
    if bounds[0] != _RLE_HEADER or bounds != sorted(bounds):
        raise Malformed("bad_codestream", "RLE offsets")
    image = np.empty((pixels, samples, width), dtype=np.uint8)
    for n in range(count):
        plane = _unpacked(frame[bounds[n] : bounds[n + 1]], pixels)
        image[:, n // width, width - 1 - n % width] = np.frombuffer(plane, dtype=np.uint8)
    return image.tobytes()


def _unpacked(packed: bytes, size: int) -> bytes:
    """PackBits, to exactly `size` bytes."""
    out, at, end = bytearray(), 0, len(packed)
    while at < end and len(out) < size:
        control = packed[at]
        if control < 128:
            out += packed[at + 1 : at + 2 + control]
            at += 2 + control
        elif control > 128:
            out += packed[at + 1 : at + 2] * (257 - control)
            at += 2
        else:
            at += 1
    if len(out) != size or end - at > _MOST_PADDING:
        raise Malformed("dimensions_differ")
    return bytes(out)
