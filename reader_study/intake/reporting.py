"""What a report says of a file: which attribute was kept, changed or removed, and why. Tags, never values."""

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from pydicom.datadict import dictionary_description, dictionary_has_tag, dictionary_VR

from reader_study.intake.allowlist import EMPTY, IDENTIFIERS

_CHARACTER_SET = 0x00080005
_FIRST_OF_BLOCKS = 0x1000  # private elements; below stand their creators
_OVERLAYS, _CURVES = range(0x6000, 0x6100), range(0x5000, 0x5100)
_PUBLIC_TAG = re.compile(r"(?:^|\.)([0-9A-F]{2}(?:[0-9A-F]{2}|xx),[0-9A-F]{4})$")
# Why an attribute goes that no rule keeps and that is nothing more special.
GROUNDS_BY_VR = {
    "PN": "identity",
    **dict.fromkeys(("AE", "LO", "LT", "SH", "ST", "UC", "UR", "UT"), "free_text"),
    **dict.fromkeys(("DA", "DT", "TM"), "other_date"),
    "UI": "other_uid",
    "SQ": "sequence",
}


class Entry(NamedTuple):
    """What happened to one attribute: tags, never values. reason: a key of `grounds`."""

    path: str
    action: str  # kept | changed | removed
    reason: str


def report_digest(report: Iterable[Entry]) -> str:
    """SHA-256 (hex) of a report: by it, equal ones are stored and shown once."""
    text = "".join(f"{path}\t{action}\t{reason}\n" for path, action, reason in report)
    return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=1 << 15)
def entry_of(prefix: str, tag: int, action: str, reason: str) -> Entry:
    """The entry of an attribute within the sequences that the prefix names."""
    return Entry(prefix + path_of(tag), action, reason)


@lru_cache(maxsize=8192)
def path_of(tag: int) -> str:
    """How a report names a tag: nothing that a file could have chosen freely."""
    group, number = tag >> 16, tag & 0xFFFF
    if group & 1:
        element = f"{number:04X}" if number < _FIRST_OF_BLOCKS else f"xx{number & 0xFF:02X}"
        return f"private {group:04X},{element}"
    if group in _OVERLAYS or group in _CURVES:
        return f"{group >> 8:02X}xx,{number:04X}"
    return f"{group:04X},{number:04X}" if dictionary_has_tag(tag) else "unknown"


def name_at(path: str) -> str:
    """The standard's name of the attribute at the end of a report's path; empty for what it does not know."""
    match = _PUBLIC_TAG.search(path)
    if match is None:
        return ""
    try:
        return dictionary_description(int(match[1].replace(",", "").replace("xx", "00"), 16))
    except KeyError:
        return ""


@lru_cache(maxsize=8192)
def ground_of_removal(tag: int) -> str:
    """Why an attribute without a rule goes."""
    group = tag >> 16
    if group & 1:
        return "private"
    if group in _OVERLAYS or group in _CURVES:
        return "overlay" if group in _OVERLAYS else "curve"
    if tag == _CHARACTER_SET:
        return "charset"
    if tag in IDENTIFIERS or tag in EMPTY:
        return "identity"
    return GROUNDS_BY_VR.get(dictionary_VR(tag), "not_needed") if dictionary_has_tag(tag) else "unknown"
