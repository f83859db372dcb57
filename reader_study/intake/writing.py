"""Writing DICOM: explicit VR little endian, explicit lengths, nothing that is not asked for (PS3.5 section 7).

A general writer spends most of its time on objects that are not needed here; and the bytes must be the same as
the browser's (`frontend/src/coordinator/deidentify/write.ts`).
"""

import struct
from collections.abc import Iterable, Iterator, Mapping

EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
IMPLEMENTATION = "2.25.194513046063960681972000345516404623267"
IMPLEMENTATION_VERSION = "READER_STUDY_2"
LONGEST_SHORT = 65_534  # bytes of a value whose length has 16 bits
_LONG = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"])
_SHORT = [
    "AE",
    "AS",
    "AT",
    "CS",
    "DA",
    "DS",
    "DT",
    "FD",
    "FL",
    "IS",
    "LO",
    "LT",
    "PN",
    "SH",
    "SL",
    "SS",
    "ST",
    "TM",
]
_SHORT += ["UI", "UL", "US"]
_NUL_PADDED = frozenset(["UI", "OB", "UN"])
# VR -> its bytes, whether its length has 32 bits, what an odd value is padded with.
_WRITTEN = {vr: (vr.encode(), vr in _LONG, b"\0" if vr in _NUL_PADDED else b" ") for vr in (*_LONG, *_SHORT)}
_SHORT_HEADER, _LONG_HEADER = struct.Struct("<HH2sH").pack, struct.Struct("<HH2sHI").pack
_ITEM = struct.Struct("<HHI").pack


def element(tag: int, vr: str, value: bytes) -> bytes:
    """One element; an odd value is padded."""
    name, long, pad = _WRITTEN[vr]
    if len(value) & 1:
        value += pad
    if long:
        return _LONG_HEADER(tag >> 16, tag & 0xFFFF, name, 0, len(value)) + value
    return _SHORT_HEADER(tag >> 16, tag & 0xFFFF, name, len(value)) + value


def sequence(tag: int, items: Iterable[bytes]) -> bytes:
    """A sequence of items, each the bytes of its elements."""
    content = b"".join(_ITEM(0xFFFE, 0xE000, len(item)) + item for item in items)
    return element(tag, "SQ", content)


def joined(elements: Mapping[int, bytes]) -> bytes:
    """Elements in the order of their tags."""
    return b"".join(elements[tag] for tag in sorted(elements))


def part10(
    elements: Mapping[int, bytes], *, pixels: bytes | memoryview, sop_class: str, sop_uid: str
) -> bytes:
    """A file: empty preamble, our own file meta information, the data set, its pixels last (PS3.10 section 7.1).

    pixels: an even number of bytes.
    """
    meta = b"".join(
        (
            element(0x00020001, "OB", b"\0\1"),
            element(0x00020002, "UI", sop_class.encode("ascii")),
            element(0x00020003, "UI", sop_uid.encode("ascii")),
            element(0x00020010, "UI", EXPLICIT_LITTLE_ENDIAN.encode("ascii")),
            element(0x00020012, "UI", IMPLEMENTATION.encode("ascii")),
            element(0x00020013, "SH", IMPLEMENTATION_VERSION.encode("ascii")),
        )
    )
    length = element(0x00020000, "UL", struct.pack("<I", len(meta)))
    return b"".join((bytes(128), b"DICM", length, meta, *data_set(elements, pixels=pixels)))


def data_set(elements: Mapping[int, bytes], *, pixels: bytes | memoryview) -> tuple[bytes | memoryview, ...]:
    """A data set with plain pixels, in parts."""
    return joined(elements), _LONG_HEADER(0x7FE0, 0x0010, b"OW", 0, len(pixels)), pixels


def encapsulated_pixels(fragments: Iterable[bytes]) -> Iterator[bytes]:
    """Compressed pixels as the browser's engine writes them; the first fragment is the table of offsets (A.4)."""
    yield _LONG_HEADER(0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF)
    for fragment in fragments:
        yield _ITEM(0xFFFE, 0xE000, len(fragment))
        yield fragment
    yield _ITEM(0xFFFE, 0xE0DD, 0)


def can_be_written(vr: str, value: bytes) -> bool:
    """Whether `element` writes exactly this value."""
    return vr in _WRITTEN and len(value) % 2 == 0 and (vr in _LONG or len(value) <= LONGEST_SHORT)
