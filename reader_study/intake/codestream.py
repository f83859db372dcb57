"""What a compressed frame says about itself, read before any decoder allocates for it.

JPEG and JPEG-LS: ITU-T T.81 B.2.2 and T.87 C.2.2, the frame header; JPEG 2000: T.800 A.5.1, image and tile size.
"""

import struct
from typing import NamedTuple

from reader_study.intake.tree import Malformed

JPEG_BASELINE, JPEG_EXTENDED = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"
JPEG_LOSSLESS = frozenset(["1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"])
JPEG_LS = frozenset(["1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"])
JPEG_2000 = frozenset(
    f"1.2.840.10008.1.2.4.{last}" for last in (90, 91, 201, 202, 203)
)  # High-throughput JPEG 2000 has the same headers
RLE, UNCOMPRESSED = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1.98"

_FRAME_HEADERS = {
    JPEG_BASELINE: {0xC0},
    JPEG_EXTENDED: {0xC0, 0xC1},
    **dict.fromkeys(JPEG_LOSSLESS, {0xC3}),
    **dict.fromkeys(JPEG_LS, {0xF7}),
}
_STANDALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
_START, _END_MARKERS = 0xD8, {0xD9, 0xDA}
_MOST_MARKERS = 200
_MOST_TILES = 4096
_JP2 = b"\0\0\0\x0cjP  "  # a file format around the codestream, which DICOM forbids and some write
_SIZE, _STYLE = 0xFF51, 0xFF52  # SIZ, COD
_REVERSIBLE = 1


class Codestream(NamedTuple):
    """Size and precision of a compressed frame. reversible: None where the transfer syntax alone decides."""

    rows: int
    columns: int
    samples: int
    bits: int
    signed: bool = False
    reversible: bool | None = None


def read_codestream(frame: bytes, syntax: str) -> Codestream:
    """The header of one frame of this transfer syntax. Raises Malformed("bad_codestream")."""
    try:
        return _jpeg_2000(frame) if syntax in JPEG_2000 else _jpeg(frame, _FRAME_HEADERS[syntax])
    except struct.error:
        raise Malformed("bad_codestream", "cut off") from None


def _jpeg(frame: bytes, allowed: set[int]) -> Codestream:
    if frame[:2] != bytes([0xFF, _START]):
        raise Malformed("bad_codestream", "no start of image")
    at = 2
    for _ in range(_MOST_MARKERS):
        while frame[at : at + 2] == b"\xff\xff":  # fill bytes may stand before any marker
            at += 1
        fill, marker = struct.unpack_from("BB", frame, at)
        at += 2
        if fill != 0xFF or marker in _END_MARKERS:
            break
        if marker in _STANDALONE:
            continue
        (length,) = struct.unpack_from(">H", frame, at)
        if marker in allowed:
            bits, rows, columns, samples = struct.unpack_from(">BHHB", frame, at + 2)
            return Codestream(rows, columns, samples, bits)
        if length < 2 or (marker & 0xF0 == 0xC0 and marker not in (0xC4, 0xC8, 0xCC)) or marker == 0xF7:
            break
        at += length
    raise Malformed("bad_codestream", "no frame header of this transfer syntax")


def _jpeg_2000(frame: bytes) -> Codestream:
    at = _behind_boxes(frame) if frame.startswith(_JP2) else 0
    if frame[at : at + 2] != b"\xff\x4f":
        raise Malformed("bad_codestream", "no start of codestream")
    marker, _, _, right, bottom, left, top, tile_width, tile_height, tile_left, tile_top, samples = (
        struct.unpack_from(">HHHIIIIIIIIH", frame, at + 2)
    )
    if marker != _SIZE or right <= left or bottom <= top or not tile_width or not tile_height:
        raise Malformed("bad_codestream", "no image size")
    tiles = -(-(right - tile_left) // tile_width) * -(-(bottom - tile_top) // tile_height)
    if not 0 < tiles <= _MOST_TILES or not 0 < samples <= 4:
        raise Malformed("bad_codestream", "tiles or components")
    components = [struct.unpack_from("BBB", frame, at + 42 + 3 * n) for n in range(samples)]
    if len(set(components)) != 1 or components[0][1:] != (1, 1):
        raise Malformed("bad_codestream", "components differ")
    depth = components[0][0]
    style = frame.find(struct.pack(">H", _STYLE), at + 42 + 3 * samples, at + 4096)
    reversible = style >= 0 and frame[style + 13 : style + 14] == bytes([_REVERSIBLE])
    return Codestream(bottom - top, right - left, samples, (depth & 0x7F) + 1, depth > 0x7F, reversible)


def _behind_boxes(frame: bytes) -> int:
    """Where the codestream of a JP2 file starts (T.800 I.4)."""
    at = 0
    for _ in range(_MOST_MARKERS):
        length, kind = struct.unpack_from(">I4s", frame, at)
        if kind == b"jp2c":
            return at + (16 if length == 1 else 8)
        if length < 8:
            break
        at += length
    raise Malformed("bad_codestream", "no codestream in the JP2 file")
