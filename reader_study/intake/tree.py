"""What a DICOM file is to the gate: raw values in a tree, bounded in number, size and depth."""

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

MAX_ELEMENTS = 100_000  # a gated enhanced PET with 750 frames has 40,000
MAX_ITEMS = 50_000
MAX_DEPTH = 12
MAX_TEXT = 1 << 16  # bytes of one text or number-list value
MAX_TEXT_TOTAL = 1 << 20  # bytes of all public text values together: what later conversions can cost
MAX_PRIVATE = 8 << 20
MAX_META = 1024
MAX_INFLATED = 128 << 20
MAX_RATIO = 200
MAX_PIXELS = 1 << 26  # rows x columns x frames
MAX_AREA = 1 << 24  # rows x columns
MAX_PIXEL_BYTES = 1 << 28
MAX_FRAMES = 1 << 14

UNDEFINED = 0xFFFFFFFF
PIXEL_DATA = 0x7FE00010
ROWS, COLUMNS, FRAMES, SAMPLES = 0x00280010, 0x00280011, 0x00280008, 0x00280002
ALLOCATED, STORED, HIGH_BIT, SIGNED = 0x00280100, 0x00280101, 0x00280102, 0x00280103

LONG_VRS = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"])
SHORT_VRS = frozenset(
    [
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
    ]  # PS3.5 table 6.2-1
)
BINARY_VRS = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "UN"])
_WIDTHS = {"AT": 2, "OW": 2, "SS": 2, "US": 2, "FL": 4, "OF": 4, "OL": 4, "SL": 4, "UL": 4}
_WIDTHS |= {"FD": 8, "OD": 8, "OV": 8, "SV": 8, "UV": 8}


class Malformed(Exception):
    """The file cannot be what it says it is. `detail` never quotes a value."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


class Element(NamedTuple):
    """A raw value, little-endian whatever the file was, or the items of a sequence."""

    vr: str
    value: bytes
    items: "list[Item]"


Item = dict[int, Element]


@dataclass
class Structure:
    """A file that passed the gate: its data set as a tree, and the size of its pixel matrix.

    head: preamble and file meta as they stood, only to look for what must not be found again.
    meta: the element numbers of group 0002 and their values.
    fragments: of compressed pixels, the first is the table of offsets; then the root's PIXEL_DATA is empty.
    """

    transfer_syntax: str
    root: Item
    pixels: int  # rows x columns x frames
    pixel_bytes: int  # what the pixel data must have; anything behind it is not image
    frames: int = 1
    head: bytes = b""
    meta: dict[int, bytes] = field(default_factory=dict)
    fragments: tuple[bytes, ...] = ()


def name_of(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def number_at(item: Item, tag: int) -> int | None:
    """An unsigned short of a data set; None if it is absent or of another size."""
    element = item.get(tag)
    if element is None or len(element.value) != 2:
        return None
    return int(struct.unpack("<H", element.value)[0])


def text_at(item: Item, tag: int) -> str:
    """An ASCII text value, stripped; "" if it is absent or not ASCII."""
    element = item.get(tag)
    return text_in(element) if element is not None else ""


def text_in(element: Element) -> str:
    """The ASCII text of an element, stripped; "" if it is not ASCII."""
    return element.value.decode("ascii").strip(" \0") if element.value.isascii() else ""


def little_endian(vr: str, value: bytes) -> bytes:
    """A value of a big-endian file in the order of all others; what has no order stays (PS3.5 section 7.3)."""
    width = _WIDTHS.get(vr.split(" ", maxsplit=1)[0])
    if width is None or len(value) % width:
        return value
    return np.frombuffer(value, dtype=f">u{width}").astype(f"<u{width}").tobytes()
