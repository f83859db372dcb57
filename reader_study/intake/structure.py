"""The gate before every other parser: the structure of an untrusted DICOM file, nothing of its meaning.

One pass over tags, value representations and lengths, without recursion, every count bounded (DICOM PS3.5
sections 7 and 10, PS3.10 section 7). A file either comes back as a tree of raw values, or is `Malformed` with
a code. General parsers spend minutes and gigabytes on a few megabytes of nested or repeated elements; here
the cost is bounded by the length of the file.
"""

import struct
import zlib
from dataclasses import dataclass, field
from typing import NamedTuple

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

MAX_ELEMENTS = 30_000
MAX_ITEMS = 20_000
MAX_DEPTH = 12
MAX_TEXT = 1 << 16  # bytes of one text or number-list value
MAX_TEXT_TOTAL = 1 << 20  # bytes of all public text values together: what later conversions can cost
MAX_PRIVATE = 8 << 20
MAX_META = 1024
MAX_INFLATED = 128 << 20
MAX_RATIO = 200
MAX_PIXELS = 1 << 26  # rows x columns x frames

UNDEFINED = 0xFFFFFFFF
PIXEL_DATA = 0x7FE00010
_LONG = frozenset(
    vr.encode() for vr in ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]
)
_VRS = _LONG | frozenset(
    vr.encode()
    for vr in [
        "AE",
        "AS",
        "AT",
        "CS",
        "DA",
        "DS",
        "DT",
        "FL",
        "FD",
        "IS",
        "LO",
        "LT",
        "PN",
        "SH",
        "SL",
        "SS",
        "ST",
        "TM",
        "UI",
        "UL",
        "US",
    ]
)
_BINARY = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "UN"])
_SYNTAXES = {
    ImplicitVRLittleEndian: False,
    ExplicitVRLittleEndian: True,
    DeflatedExplicitVRLittleEndian: True,
}
_CHECKSUM = 8  # some writers leave the trailer of a zlib or gzip stream behind the data
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_ROWS, _COLUMNS, _FRAMES, _SAMPLES, _ALLOCATED = 0x00280010, 0x00280011, 0x00280008, 0x00280002, 0x00280100


class Malformed(Exception):
    """The file cannot be what it says it is. `detail` never quotes a value."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


class Element(NamedTuple):
    """A raw value, little-endian as it stood in the file, or the items of a sequence."""

    vr: str
    value: bytes
    items: "list[Item]"


Item = dict[int, Element]


@dataclass
class Structure:
    """A file that passed the gate: its data set as a tree, and the size of its pixel matrix."""

    transfer_syntax: str
    root: Item
    pixels: int  # rows x columns x frames
    pixel_bytes: int  # what the pixel data must have; anything behind it is not image


@dataclass
class _Level:
    """A data set, sequence or item that is being read."""

    end: int | None  # None: ends at its delimiter
    explicit: bool
    items: list[Item] | None = None  # a sequence collects items ...
    item: Item = field(default_factory=dict)  # ... a data set collects elements
    last: int = -1


def read_structure(data: bytes) -> Structure:
    """The structure of one DICOM Part 10 file (little endian, not compressed). Raises `Malformed`."""
    if not data:
        raise Malformed("empty")
    if data[128:132] != b"DICM":
        raise Malformed("no_part10" if data[:2] in (b"\x08\0", b"\x02\0") else "not_dicom")
    syntax, start = _file_meta(data)
    if syntax == DeflatedExplicitVRLittleEndian:
        data, start = _inflate(data[start:]), 0
    walk = _Walk(data, start, explicit=_SYNTAXES[syntax])
    root = walk.run()
    return Structure(syntax, root, walk.pixels, walk.pixel_bytes)


def _file_meta(data: bytes) -> tuple[str, int]:
    """The transfer syntax, and where the data set starts."""
    at, syntax = 132, ""
    while data[at : at + 2] == b"\x02\0":
        if at + 12 > len(data):
            raise Malformed("truncated", "file meta")
        element, vr = struct.unpack_from("<H2s", data, at + 2)
        length, header = (
            (struct.unpack_from("<I", data, at + 8)[0], 12)
            if vr in _LONG
            else (struct.unpack_from("<H", data, at + 6)[0], 8)
        )
        if vr not in _VRS or length > MAX_META or at + header + length > len(data):
            raise Malformed("bad_length", "file meta")
        if element == 0x0010:
            syntax = data[at + header : at + header + length].rstrip(b"\0 ").decode("ascii", "replace")
        at += header + length
    if syntax in _SYNTAXES:
        return syntax, at
    known_compression = syntax.startswith("1.2.840.10008.1.2.4.") or syntax == "1.2.840.10008.1.2.5"
    raise Malformed("compressed" if known_compression else "unsupported_syntax")


def _inflate(deflated: bytes) -> bytes:
    limit = min(MAX_INFLATED, max(1 << 20, MAX_RATIO * len(deflated)))
    stream = zlib.decompressobj(-15)
    try:
        data = stream.decompress(deflated, limit + 1)
    except zlib.error as error:
        raise Malformed("truncated", "deflated data") from error
    if len(data) > limit:
        raise Malformed("bomb", f"inflates past {limit} bytes")
    if not stream.eof:
        raise Malformed("truncated", "deflated data")
    if len(stream.unused_data.rstrip(b"\0")) > _CHECKSUM:
        raise Malformed("trailing_bytes", "after the deflated data set")
    return data


class _Walk:
    """State of the one pass: a stack of levels, a position, and counters."""

    def __init__(self, data: bytes, start: int, *, explicit: bool) -> None:
        self.data, self.at = data, start
        self.levels = [_Level(len(data), explicit)]
        self.elements = self.item_count = self.text = 0
        self.shape: dict[int, int] = {}
        self.pixels = self.pixel_bytes = 0
        if not explicit and data[start + 4 : start + 6].isalpha() and data[start + 4 : start + 6].isupper():
            raise Malformed("transfer_syntax", "value representations in an implicit data set")

    def run(self) -> Item:
        root = self.levels[0].item
        while True:
            self._close_finished()
            end = self._end()
            if len(self.levels) == 1 and self.at >= end:
                break
            if self.at + 8 > end:
                raise Malformed("truncated", f"{end - self.at} bytes left")
            group, element = struct.unpack_from("<HH", self.data, self.at)
            if group == 0xFFFE:
                self._item_or_delimiter(0xFFFE0000 | element, end)
            else:
                self._element(group << 16 | element, end)
        self._check_matrix(root)
        return root

    def _end(self) -> int:
        return next(level.end for level in reversed(self.levels) if level.end is not None)

    def _close_finished(self) -> None:
        while len(self.levels) > 1:
            end = self.levels[-1].end
            if end is None or self.at < end:
                return
            if self.at > end:
                raise Malformed("bad_length", "an item is longer than its sequence")
            self.levels.pop()

    def _open(self, level: _Level) -> None:
        self.levels.append(level)
        if len(self.levels) > 2 * MAX_DEPTH:
            raise Malformed("too_deep")

    def _item_or_delimiter(self, tag: int, end: int) -> None:
        length = struct.unpack_from("<I", self.data, self.at + 4)[0]
        level = self.levels[-1]
        self.at += 8
        if tag == _ITEM and level.items is not None:
            self.item_count += 1
            if self.item_count > MAX_ITEMS:
                raise Malformed("too_many", "items")
            if length != UNDEFINED and self.at + length > end:
                raise Malformed("bad_length", "an item is longer than its sequence")
            item: Item = {}
            level.items.append(item)
            self._open(_Level(None if length == UNDEFINED else self.at + length, level.explicit, item=item))
            return
        closes = _SEQUENCE_END if level.items is not None else _ITEM_END
        if tag != closes or level.end is not None or len(self.levels) == 1:
            raise Malformed("bad_length", "stray delimiter")
        self.levels.pop()

    def _element(self, tag: int, end: int) -> None:
        level = self.levels[-1]
        if level.items is not None:
            raise Malformed("bad_length", "an element where an item is due")
        if tag <= level.last or tag < 0x00080000:
            raise Malformed("trailing_bytes" if len(self.levels) == 1 else "bad_order", _name(tag))
        level.last = tag
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise Malformed("too_many", "elements")
        vr, length = self._representation(tag, level, end)
        if length == UNDEFINED:
            if tag == PIXEL_DATA:
                raise Malformed("compressed", "encapsulated pixels in an uncompressed transfer syntax")
            if vr not in ("SQ", "UN"):
                raise Malformed("bad_length", f"{_name(tag)} has no length")
            self._open_sequence(tag, level, None, explicit=level.explicit and vr != "UN")
        elif self.at + length > end:
            raise Malformed("truncated" if tag == PIXEL_DATA else "bad_length", f"{_name(tag)} is cut off")
        elif vr == "SQ" or (vr == "UN" and self._holds_items(tag, length)):
            self._open_sequence(tag, level, self.at + length, explicit=level.explicit and vr != "UN")
        else:
            value = self.data[self.at : self.at + length]
            self._check_value(tag, vr, value)
            level.item[tag] = Element(vr, value, [])
            self.at += length

    def _representation(self, tag: int, level: _Level, end: int) -> tuple[str, int]:
        """VR and length of the element here; moves to its value."""
        if not level.explicit:
            length = struct.unpack_from("<I", self.data, self.at + 4)[0]
            self.at += 8
            public = not tag >> 16 & 1 and dictionary_has_tag(tag)
            return (dictionary_VR(tag) if public else "UN"), length
        vr = self.data[self.at + 4 : self.at + 6]
        if vr not in _VRS:
            raise Malformed("transfer_syntax", f"{_name(tag)} has no known value representation")
        if vr not in _LONG:
            length = struct.unpack_from("<H", self.data, self.at + 6)[0]
            self.at += 8
        elif self.at + 12 > end:
            raise Malformed("truncated", _name(tag))
        else:
            length = struct.unpack_from("<I", self.data, self.at + 8)[0]
            self.at += 12
        return vr.decode(), length

    def _holds_items(self, tag: int, length: int) -> bool:
        """Whether a public value of unknown VR is a sequence: pydicom would open it, so the gate does."""
        if tag >> 16 & 1 or length == 0:
            return False
        starts = self.data[self.at : self.at + 4] == b"\xfe\xff\x00\xe0"
        if not starts and dictionary_has_tag(tag) and dictionary_VR(tag) == "SQ":
            raise Malformed("bad_length", f"{_name(tag)} is no sequence")
        return starts

    def _open_sequence(self, tag: int, level: _Level, end: int | None, *, explicit: bool) -> None:
        items: list[Item] = []
        level.item[tag] = Element("SQ", b"", items)
        self._open(_Level(end, explicit, items=items))

    def _check_value(self, tag: int, vr: str, value: bytes) -> None:
        if len(self.levels) == 1 and tag in (_ROWS, _COLUMNS, _SAMPLES, _ALLOCATED) and len(value) == 2:
            self.shape[tag] = struct.unpack("<H", value)[0]
        if tag == PIXEL_DATA:
            return
        if tag >> 16 & 1:
            if len(value) > MAX_PRIVATE:
                raise Malformed("too_many", f"{_name(tag)} holds {len(value)} bytes")
        elif vr not in _BINARY and not vr.startswith("O"):
            self.text += len(value)
            if len(value) > MAX_TEXT or self.text > MAX_TEXT_TOTAL:
                raise Malformed("too_many", f"{_name(tag)} holds {len(value)} bytes")

    def _check_matrix(self, root: Item) -> None:
        """Rows x columns x frames: bounded, and the pixel data must be there in full (PS3.5 section 8)."""
        frames = 1
        if _FRAMES in root:
            text = root[_FRAMES].value.strip(b" \0")
            if not (text.isdigit() and 0 < len(text) <= 6 and int(text) > 0):
                raise Malformed("bad_value", "NumberOfFrames")
            frames = int(text)
        area = self.shape.get(_ROWS, 0) * self.shape.get(_COLUMNS, 0)
        self.pixels = area * frames
        if self.pixels > MAX_PIXELS:
            raise Malformed("dimensions", f"{self.pixels} pixels")
        self.pixel_bytes = self.pixels * self.shape.get(_SAMPLES, 1) * self.shape.get(_ALLOCATED, 16) // 8
        if PIXEL_DATA in root and len(root[PIXEL_DATA].value) < self.pixel_bytes:
            raise Malformed("truncated", "pixel data")


def _name(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
