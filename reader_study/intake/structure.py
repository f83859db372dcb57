"""The gate before every other parser: the structure of an untrusted DICOM file, nothing of its meaning.

One pass over tags, value representations and lengths, without recursion, every count bounded (DICOM PS3.5
sections 7 and 10, PS3.10 section 7). A file either comes back as a tree of raw values, or is `Malformed` with
a code. General parsers spend minutes and gigabytes on a few megabytes of nested or repeated elements; here
the cost is bounded by the length of the file.
"""

import re
import struct
import zlib
from typing import NamedTuple

from pydicom.datadict import dictionary_has_tag, dictionary_VR

from reader_study.intake.tree import (
    ALLOCATED,
    BINARY_VRS,
    COLUMNS,
    FRAMES,
    LONG_VRS,
    MAX_AREA,
    MAX_DEPTH,
    MAX_ELEMENTS,
    MAX_FRAMES,
    MAX_INFLATED,
    MAX_ITEMS,
    MAX_META,
    MAX_PIXEL_BYTES,
    MAX_PIXELS,
    MAX_PRIVATE,
    MAX_RATIO,
    MAX_TEXT,
    MAX_TEXT_TOTAL,
    PIXEL_DATA,
    ROWS,
    SAMPLES,
    SHORT_VRS,
    UNDEFINED,
    Element,
    Item,
    Malformed,
    Structure,
    little_endian,
    name_of,
    number_at,
)

__all__ = ["PIXEL_DATA", "SYNTAXES", "Element", "Item", "Malformed", "Structure", "read_structure"]


class Syntax(NamedTuple):
    """How a data set is encoded (PS3.5 Annex A)."""

    explicit: bool = True
    big_endian: bool = False
    deflated: bool = False
    encapsulated: bool = False


_ENCAPSULATED = Syntax(encapsulated=True)
DEFLATED = "1.2.840.10008.1.2.1.99"
SYNTAXES = {
    "1.2.840.10008.1.2": Syntax(explicit=False),
    "1.2.840.10008.1.2.1": Syntax(),
    DEFLATED: Syntax(deflated=True),
    "1.2.840.10008.1.2.2": Syntax(big_endian=True),  # retired, and still written
    "1.2.840.10008.1.2.1.98": _ENCAPSULATED,  # not compressed
    "1.2.840.10008.1.2.5": _ENCAPSULATED,  # RLE
    "1.2.840.10008.1.2.4.50": _ENCAPSULATED,  # JPEG baseline, 8 bits
    "1.2.840.10008.1.2.4.51": _ENCAPSULATED,  # JPEG extended, 12 bits
    "1.2.840.10008.1.2.4.57": _ENCAPSULATED,  # JPEG lossless
    "1.2.840.10008.1.2.4.70": _ENCAPSULATED,  # JPEG lossless, first-order prediction
    "1.2.840.10008.1.2.4.80": _ENCAPSULATED,  # JPEG-LS lossless
    "1.2.840.10008.1.2.4.81": _ENCAPSULATED,  # JPEG-LS near-lossless
    "1.2.840.10008.1.2.4.90": _ENCAPSULATED,  # JPEG 2000 lossless
    "1.2.840.10008.1.2.4.91": _ENCAPSULATED,  # JPEG 2000
    "1.2.840.10008.1.2.4.201": _ENCAPSULATED,  # High-throughput JPEG 2000 lossless
    "1.2.840.10008.1.2.4.202": _ENCAPSULATED,  # the same, ordered by resolution
    "1.2.840.10008.1.2.4.203": _ENCAPSULATED,  # High-throughput JPEG 2000
}
_CHECKSUM = 8  # some writers leave the trailer of a zlib or gzip stream behind the data
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PREAMBLE = 128
_TRANSFER_SYNTAX = 0x0010
# How programs and archives begin: such a preamble makes one file two (CVE-2019-11687).
_SECOND_NATURES = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"PK\3\4",
    b"PK\5\6",
    b"%PDF",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
)
_VRS = {vr.encode(): (vr, vr in LONG_VRS) for vr in LONG_VRS | SHORT_VRS}
_OTHER = BINARY_VRS | {"OB or OW", "OW or OB"}


def read_structure(data: bytes) -> Structure:
    """The structure of one DICOM Part 10 file; its pixels may be compressed. Raises `Malformed`."""
    if not data:
        raise Malformed("empty")
    if data[_PREAMBLE : _PREAMBLE + 4] != b"DICM":
        raise Malformed("no_part10" if data[:2] in (b"\x08\0", b"\x02\0") else "not_dicom")
    if data.startswith(_SECOND_NATURES):
        raise Malformed("second_nature")
    meta, start = _file_meta(data)
    name = meta.get(_TRANSFER_SYNTAX, b"").rstrip(b"\0 ").decode("ascii", "replace")
    syntax = SYNTAXES.get(name)
    if syntax is None:
        raise Malformed("unsupported_syntax")
    head = data[:start]
    if syntax.deflated:
        data, start = _inflate(data[start:]), 0
    walk = _Walk(data, start, syntax)
    root = walk.run()
    frames, pixels, pixel_bytes = _matrix(root)
    if PIXEL_DATA in root:
        if syntax.encapsulated != bool(walk.fragments):
            raise Malformed("transfer_syntax", "pixels are not encapsulated as the transfer syntax says")
        if not syntax.encapsulated and len(root[PIXEL_DATA].value) < pixel_bytes:
            raise Malformed("truncated", "pixel data")
    return Structure(name, root, pixels, pixel_bytes, frames, head, meta, tuple(walk.fragments))


def _file_meta(data: bytes) -> tuple[dict[int, bytes], int]:
    """The elements of group 0002, and where the data set starts."""
    at, meta, last = _PREAMBLE + 4, dict[int, bytes](), -1
    while data[at : at + 2] == b"\x02\0":
        if at + 12 > len(data):
            raise Malformed("truncated", "file meta")
        element, vr = struct.unpack_from("<H2s", data, at + 2)
        known = _VRS.get(vr)
        if known is None:
            raise Malformed("bad_length", "file meta")
        length, header = (
            (struct.unpack_from("<I", data, at + 8)[0], 12)
            if known[1]
            else (struct.unpack_from("<H", data, at + 6)[0], 8)
        )
        if length > MAX_META or at + header + length > len(data):
            raise Malformed("bad_length", "file meta")
        if element <= last:
            raise Malformed("bad_order", "file meta")
        meta[element] = data[at + header : at + header + length]
        at, last = at + header + length, element
    return meta, at


def _inflate(deflated: bytes) -> bytes:
    limit = min(MAX_INFLATED, max(1 << 20, MAX_RATIO * len(deflated)))
    try:
        stream, data = _first_of(deflated, limit)
    except zlib.error as error:
        raise Malformed("truncated", "deflated data") from error
    if len(data) > limit:
        raise Malformed("bomb", f"inflates past {limit} bytes")
    if not stream.eof:
        raise Malformed("truncated", "deflated data")
    if len(stream.unused_data.rstrip(b"\0")) > _CHECKSUM:
        raise Malformed("trailing_bytes", "after the deflated data set")
    return data


def _first_of(deflated: bytes, limit: int) -> "tuple[zlib._Decompress, bytes]":
    """Inflated as the standard says, without a header; some writers put zlib's there all the same."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        return stream, stream.decompress(deflated, limit + 1)
    except zlib.error:
        stream = zlib.decompressobj(zlib.MAX_WBITS)
        return stream, stream.decompress(deflated, limit + 1)


_COUNT = re.compile(rb"\+?\d{1,11}")  # an IS (PS3.5 section 6.2), not negative


def _matrix(root: Item) -> tuple[int, int, int]:
    """Frames, pixels, bytes: bounded before anything is allocated for them (PS3.5 section 8)."""
    frames = 1
    if FRAMES in root and (text := root[FRAMES].value.strip(b" \0")):
        if not (_COUNT.fullmatch(text) and int(text) > 0):
            raise Malformed("bad_value", "NumberOfFrames")
        frames = int(text)
    area = (number_at(root, ROWS) or 0) * (number_at(root, COLUMNS) or 0)
    pixels = area * frames
    # An absent or odd-sized attribute counts as its usual value here; `soundness` has the word on it.
    allocated, samples = number_at(root, ALLOCATED), number_at(root, SAMPLES)
    pixel_bytes = (
        pixels * (1 if samples is None else samples) * (16 if allocated is None else allocated) + 7
    ) // 8
    if area > MAX_AREA or pixels > MAX_PIXELS or frames > MAX_FRAMES or pixel_bytes > MAX_PIXEL_BYTES:
        raise Malformed("dimensions", f"{pixels} pixels")
    return frames, pixels, pixel_bytes


class _Level:
    """A data set, sequence or item that is being read."""

    __slots__ = ("end", "explicit", "item", "items", "last", "limit")

    def __init__(
        self, end: int | None, limit: int, *, explicit: bool, items: list[Item] | None, item: Item
    ) -> None:
        self.end = end  # None: ends at its delimiter
        self.limit = limit  # nothing in it may reach behind
        self.explicit = explicit
        self.items = items  # a sequence collects items ...
        self.item = item  # ... a data set collects elements
        self.last = -1


class _Walk:
    """State of the one pass: a stack of levels, a position, and counters."""

    def __init__(self, data: bytes, start: int, syntax: Syntax) -> None:
        self.data, self.at = data, start
        self.big, self.encapsulated = syntax.big_endian, syntax.encapsulated
        order = ">" if syntax.big_endian else "<"
        self.tag_at = struct.Struct(f"{order}HH").unpack_from
        self.short_at = struct.Struct(f"{order}H").unpack_from
        self.long_at = struct.Struct(f"{order}I").unpack_from
        self.levels = [_Level(len(data), len(data), explicit=syntax.explicit, items=None, item={})]
        self.elements = self.item_count = self.text = 0
        self.fragments: list[bytes] = []
        representation = data[start + 4 : start + 6]
        if not syntax.explicit and representation in _VRS:
            raise Malformed("transfer_syntax", "value representations in an implicit data set")

    def run(self) -> Item:
        data, levels = self.data, self.levels
        while True:
            level = levels[-1]
            while level.end is not None and self.at >= level.end and len(levels) > 1:
                if self.at > level.end:
                    raise Malformed("bad_length", "an item is longer than its sequence")
                levels.pop()
                level = levels[-1]
            if len(levels) == 1 and self._only_padding_left():
                return level.item
            if self.at + 8 > level.limit:
                behind = len(levels) == 1 and level.last >= PIXEL_DATA
                code = "trailing_bytes" if behind else "truncated"
                raise Malformed(code, f"{level.limit - self.at} bytes left")
            group, element = self.tag_at(data, self.at)
            if group == 0xFFFE:
                self._item_or_delimiter(0xFFFE0000 | element, level)
            else:
                self._element(group << 16 | element, level)

    def _only_padding_left(self) -> bool:
        """Whether nothing follows, or zeros to the end of a block or tape record, as old writers fill them."""
        rest = self.data[self.at : self.at + 8]
        return not rest.strip(b"\0") and not self.data[self.at :].strip(b"\0")

    def _open(
        self, length: int, level: _Level, *, explicit: bool, items: list[Item] | None, item: Item
    ) -> None:
        end = None if length == UNDEFINED else self.at + length
        limit = level.limit if end is None else end
        self.levels.append(_Level(end, limit, explicit=explicit, items=items, item=item))
        if len(self.levels) > 2 * MAX_DEPTH:
            raise Malformed("too_deep")

    def _item_or_delimiter(self, tag: int, level: _Level) -> None:
        (length,) = self.long_at(self.data, self.at + 4)
        self.at += 8
        if tag == _ITEM and level.items is not None:
            self._count_item()
            if length != UNDEFINED and self.at + length > level.limit:
                raise Malformed("bad_length", "an item is longer than its sequence")
            item: Item = {}
            level.items.append(item)
            self._open(length, level, explicit=level.explicit, items=None, item=item)
            return
        closes = _SEQUENCE_END if level.items is not None else _ITEM_END
        if tag != closes or level.end is not None or len(self.levels) == 1 or length:
            raise Malformed("bad_length", "stray delimiter")
        self.levels.pop()

    def _count_item(self) -> None:
        self.item_count += 1
        if self.item_count > MAX_ITEMS:
            raise Malformed("too_many", "items")

    def _element(self, tag: int, level: _Level) -> None:
        if level.items is not None:
            raise Malformed("bad_length", "an element where an item is due")
        if tag <= level.last or tag < 0x00080000:
            raise Malformed(self._disorder(tag), name_of(tag))
        level.last = tag
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise Malformed("too_many", "elements")
        vr, length = self._representation(tag, level)
        if length == UNDEFINED:
            if tag == PIXEL_DATA:
                self._encapsulated_pixels(tag, vr, level)
                return
            if vr not in ("SQ", "UN"):
                raise Malformed("bad_length", f"{name_of(tag)} has no length")
            self._open_sequence(tag, level, length, explicit=level.explicit and vr != "UN")
        elif self.at + length > level.limit:
            raise Malformed("truncated" if tag == PIXEL_DATA else "bad_length", f"{name_of(tag)} is cut off")
        elif vr == "SQ" or (vr == "UN" and self._holds_items(tag, length)):
            self._open_sequence(tag, level, length, explicit=level.explicit and vr != "UN")
        else:
            value = self.data[self.at : self.at + length]
            if vr == "UN" and not tag >> 16 & 1 and dictionary_has_tag(tag):
                vr = dictionary_VR(tag)  # so archives write what they do not know: as if implicit
            self._check_value(tag, vr, length)
            level.item[tag] = Element(vr, little_endian(vr, value) if self.big else value, [])
            self.at += length

    def _disorder(self, tag: int) -> str:
        """A tag that goes backwards: at the end of the file it is no element but what was put behind it."""
        if len(self.levels) > 1:
            return "bad_order"
        if tag >> 16 == 0x0004:
            return "dicomdir"
        return "trailing_bytes"

    def _representation(self, tag: int, level: _Level) -> tuple[str, int]:
        """VR and length of the element here; moves to its value."""
        at = self.at
        if not level.explicit:
            self.at = at + 8
            public = not tag >> 16 & 1 and dictionary_has_tag(tag)
            return (dictionary_VR(tag) if public else "UN"), self.long_at(self.data, at + 4)[0]
        known = _VRS.get(self.data[at + 4 : at + 6])
        if known is None:
            code = "trailing_bytes" if tag > PIXEL_DATA else "transfer_syntax"
            raise Malformed(code, f"{name_of(tag)} has no known value representation")
        vr, long = known
        if not long:
            self.at = at + 8
            return vr, self.short_at(self.data, at + 6)[0]
        if at + 12 > level.limit:
            raise Malformed("truncated", name_of(tag))
        self.at = at + 12
        return vr, self.long_at(self.data, at + 8)[0]

    def _holds_items(self, tag: int, length: int) -> bool:
        """Whether a public value of unknown VR is a sequence: pydicom would open it, so the gate does."""
        if tag >> 16 & 1 or length == 0:
            return False
        starts = self.tag_at(self.data, self.at) == (0xFFFE, 0xE000) if length >= 8 else False
        if not starts and dictionary_has_tag(tag) and dictionary_VR(tag) == "SQ":
            raise Malformed("bad_length", f"{name_of(tag)} is no sequence")
        return starts

    def _open_sequence(self, tag: int, level: _Level, length: int, *, explicit: bool) -> None:
        items: list[Item] = []
        level.item[tag] = Element("SQ", b"", items)
        self._open(length, level, explicit=explicit, items=items, item={})

    def _encapsulated_pixels(self, tag: int, vr: str, level: _Level) -> None:
        """Fragments up to their delimiter (PS3.5 A.4); those of an icon are passed over."""
        if not self.encapsulated or vr not in ("OB", "OW", "UN"):
            raise Malformed("transfer_syntax", "encapsulated pixels in an uncompressed transfer syntax")
        fragments: list[bytes] = []
        while True:
            if self.at + 8 > level.limit:
                raise Malformed("truncated", "fragments")
            mark = struct.unpack_from("<HH", self.data, self.at)
            (length,) = self.long_at(self.data, self.at + 4)
            self.at += 8
            if mark == (0xFFFE, 0xE0DD) and length == 0:
                break
            if mark != (0xFFFE, 0xE000) or length == UNDEFINED:
                raise Malformed("bad_length", "a fragment is no item")
            if self.at + length > level.limit:
                raise Malformed("truncated", "a fragment is cut off")
            self._count_item()
            fragments.append(self.data[self.at : self.at + length])
            self.at += length
        level.item[tag] = Element("OB", b"", [])
        if len(self.levels) == 1:
            self.fragments = fragments

    def _check_value(self, tag: int, vr: str, length: int) -> None:
        if tag == PIXEL_DATA:
            return
        if tag >> 16 & 1:
            if length > MAX_PRIVATE:
                raise Malformed("too_many", f"{name_of(tag)} holds {length} bytes")
        elif vr not in _OTHER:
            self.text += length
            if length > MAX_TEXT or self.text > MAX_TEXT_TOTAL:
                raise Malformed("too_many", f"{name_of(tag)} holds {length} bytes")
