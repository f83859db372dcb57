"""The second look, by another way than the first: is anything of the old file's text in the new file?

`deidentification` keeps what its list proves. This module knows nothing of that list's decisions: it reads
the old file with pydicom, takes every text in it, in every encoding such text is written in, and searches the
bytes of the new file. What it finds is either a word that the new file has from elsewhere (a term of the
standard, our own words), or a leak.
"""

import io
import re
from collections.abc import Iterable, Iterator
from functools import cache

from pydicom import dcmread
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sr._concepts_dict import concepts
from pydicom.sr._snomed_dict import mapping
from pydicom.uid import UID_dictionary

from reader_study.intake.allowlist import vocabulary
from reader_study.intake.deidentification import IDENTIFIERS, IMPLEMENTATION, METHOD, PROFILE
from reader_study.intake.structure import PIXEL_DATA

_TEXTS = frozenset(["AE", "CS", "DA", "DT", "LO", "LT", "PN", "SH", "ST", "UC", "UI", "UR", "UT"])
_BLOBS = frozenset(["OB", "OW", "UN"])
_PATIENT = frozenset({0x00100010, 0x00100020, 0x00101001})  # names and ID: sought among the pixels too
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "latin-1", "shift_jis", "euc_jp", "iso2022_jp")
_PRINTABLE = re.compile(rb"[\x20-\x7e]{6,}")
_WORDS = re.compile(r"[\s^=\\,;/_]+")
_DATE = re.compile(r"\d{4}\.?\d{2}\.?\d{2}")
_SHORTEST, _SHORTEST_WIDE = 4, 2  # characters; a Japanese name has two
_SHORTEST_NUMBER = _SHORTEST_IN_PIXELS = 6
_SMALLEST_IDENTIFIER, _LONGEST_NUMBER = 1000, 64
_MOST_OF_BLOB, _MOST_RUNS = 1 << 16, 200
_OWN_WORDS = (METHOD, IMPLEMENTATION, "De-identifying Equipment", "Reader Study intake", "READER_STUDY_1")


def left_over(source: bytes, result: bytes, *, own_words: Iterable[str]) -> list[str]:
    """Where those texts of `source` stand that are found again in `result`: tags, never values.

    own_words: what the study itself wrote into the result (subject, series description).
    `source` must have passed the gate of `structure`, which bounds what reading it can cost.
    """
    rebuilt = dcmread(io.BytesIO(result))
    pixels = rebuilt.PixelData
    head = result[: len(result) - len(pixels)].lower()
    words = "\n".join((*vocabulary(), *_OWN_WORDS, *PROFILE.values(), *own_words)).casefold()
    sought: dict[str, int] = {}
    numbers: dict[int, int] = {}
    found = set()
    for tag, vr, text in _texts(source):
        for piece in _pieces(text, tag, vr):
            sought.setdefault(piece, tag)
        if tag in IDENTIFIERS:
            numbers.update(dict.fromkeys(_numbers(text), tag))
        if tag in _PATIENT and _in_pixels(pixels, text):
            found.add(tag)
    found |= {tag for piece, tag in sought.items() if not _known(piece, words) and _contains(head, piece)}
    own = _numbers(words)
    found |= {tag for number, tag in numbers.items() if number not in own and _has_number(head, number)}
    return [f"({tag >> 16:04X},{tag & 0xFFFF:04X})" for tag in sorted(found)]


def _texts(source: bytes) -> Iterator[tuple[int, str, str]]:
    """(tag, VR, text) of all that is readable: every level, private, unknown, file meta, preamble."""
    ds = dcmread(io.BytesIO(source))
    yield from _runs(0, ds.preamble or b"")
    yield from _texts_of(ds.file_meta)
    yield from _texts_of(ds)


def _texts_of(ds: Dataset) -> Iterator[tuple[int, str, str]]:
    for tag in sorted(ds.keys()):
        if tag == PIXEL_DATA:
            continue
        element = ds.get_item(tag)
        vr = element.VR or (dictionary_VR(tag) if dictionary_has_tag(tag) else "UN")
        if vr == "SQ":
            for item in ds[tag].value:
                yield from _texts_of(item)
        elif vr in _TEXTS:
            value = ds[tag].value
            for text in value if isinstance(value, MultiValue) else [value]:
                yield int(tag), vr, str(text if text is not None else "")
        elif vr.split(" or ")[-1] in _BLOBS and isinstance(element, RawDataElement):
            yield from _runs(int(tag), element.value or b"")


def _runs(tag: int, blob: bytes) -> Iterator[tuple[int, str, str]]:
    for number, run in enumerate(_PRINTABLE.findall(blob[:_MOST_OF_BLOB])):
        if number == _MOST_RUNS:
            return
        yield tag, "UN", run.decode("ascii")


def _pieces(text: str, tag: int, vr: str) -> Iterator[str]:
    """The whole text, and its words: names and numbers leak one at a time."""
    if vr == "UI":
        yield text
    elif vr in ("DA", "DT"):
        yield text[:10] if "." in text[:5] else text[:8]
    else:
        public = vr != "UN" and not tag >> 16 & 1
        for piece in {text.strip(), *_WORDS.split(text)}:
            if len(piece) < (_SHORTEST if piece.isascii() else _SHORTEST_WIDE):
                continue
            # Manufacturers repeat positions and durations in their private elements: no number is sought from
            # there.
            if not _is_numeric(piece) or tag in IDENTIFIERS or (public and len(piece) >= _SHORTEST_NUMBER):
                yield piece


def _is_numeric(piece: str) -> bool:
    return not piece.strip("0123456789.+-:eE")


def _known(piece: str, words: str) -> bool:
    return piece in UID_dictionary or piece in _standard_codes() or piece.casefold() in words


def _contains(head: bytes, piece: str) -> bool:
    """Whether the new file has the text, other than within a longer number or as a term of the standard."""
    if piece.isascii() and _is_numeric(piece):
        # A date may be the start of a date and time. Nothing else is a part of a number by anything but
        # chance.
        end = "" if _DATE.fullmatch(piece) else r"(?![\d.])"
        return re.search(rf"(?<![\d.]){re.escape(piece)}{end}".encode(), head) is not None
    found = any(needle.lower() in head for needle in _encoded(piece.lower()))
    return found and piece.casefold() not in _standard_terms()


def _numbers(text: str) -> set[int]:
    """The numbers in an identifier, in any script's digits: its runs of digits, and all its digits together."""
    runs = re.findall(r"\d+", text)
    numbers = {int(run) for run in (*runs, "".join(runs)) if 0 < len(run) <= _LONGEST_NUMBER}
    return {number for number in numbers if number >= _SMALLEST_IDENTIFIER}


def _has_number(head: bytes, number: int) -> bool:
    """Whether the new file has the number, with leading zeros, a sign or a decimal point, or without."""
    return re.search(rb"(?<![\d.])0*%d(?:\.0*)?(?![\d.])" % number, head) is not None


def _in_pixels(pixels: bytes, text: str) -> bool:
    """Whether the ID or a part of the name stands among the pixels; short ones turn up there by chance."""
    parts = {text, *text.split("="), *re.split("[=^]", text)}
    spellings = {spelling for part in parts for spelling in (part, part.lower(), part.upper())}
    needles = (needle for spelling in spellings for needle in _encoded(spelling))
    return any(len(needle) >= _SHORTEST_IN_PIXELS and needle in pixels for needle in needles)


def _encoded(text: str) -> Iterator[bytes]:
    for encoding in _ENCODINGS[:3] if text.isascii() else _ENCODINGS:
        try:
            yield text.encode(encoding)
        except UnicodeEncodeError:
            continue


@cache
def _standard_codes() -> frozenset[str]:
    """Code values and names of coding schemes, today's and those of old files."""
    values = (
        value for by_keyword in concepts.values() for by_value in by_keyword.values() for value in by_value
    )
    return frozenset((*values, *mapping["SRT"], *concepts, "SRT", "SNM3", "99SDM"))


@cache
def _standard_terms() -> str:
    """The meanings of all concepts of the standard, as one text to search."""
    return "\n".join(
        meaning
        for by_keyword in concepts.values()
        for by_value in by_keyword.values()
        for meaning, *_ in by_value.values()
    ).casefold()
