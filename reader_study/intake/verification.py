"""The second look, by another way than the first: is anything of the old file in the new one?

`deidentification` keeps what its rules prove. This module knows no rule and no decision. It reads the new file
with a reader of its own and holds it against two things: what any file of ours can say at all (a closed list of
words, UIDs of the site, dates that were moved), and what the old file says of the patient (names, identifiers,
dates, UIDs), wherever it stands: in numbers, between the bytes of binary values, among the pixels.
"""

import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from pydicom.datadict import dictionary_has_tag

from reader_study.intake.allowlist import IDENTIFIERS, METHOD, PROCEDURE_VERSION, STORAGE_CLASSES, vocabulary
from reader_study.intake.character_sets import decoded
from reader_study.intake.concepts import lists, meanings
from reader_study.intake.description import Description
from reader_study.intake.sealing import (
    CLEAN_PIXELS,
    EQUIPMENT_MAKER,
    EQUIPMENT_MODEL,
    EQUIPMENT_PURPOSE,
    PROFILE,
)
from reader_study.intake.structure import PIXEL_DATA, Item, Structure
from reader_study.intake.writing import EXPLICIT_LITTLE_ENDIAN, IMPLEMENTATION, IMPLEMENTATION_VERSION

_TEXTS = frozenset([b"AE", b"CS", b"LO", b"LT", b"PN", b"SH", b"ST", b"UC", b"UR", b"UT"])
_LONG = frozenset([b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"])
_NUMBERS = {b"US": "H", b"SS": "h", b"UL": "I", b"SL": "i", b"FL": "f", b"FD": "d"}
_PATIENT = frozenset({0x00100010, 0x00100020, 0x00101001})  # names and ID: sought among the pixels too
_CHARACTER_SET, _OFFSET, _META_VERSION = 0x00080005, 0x00080201, 0x00020001
_PATIENT_ID = 0x00100020
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "shift_jis", "euc_jp", "iso2022_jp")
_DATE = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})")
_DATES = re.compile(rb"(?<!\d)((?:18|19|20)\d{2})[-./]?(0[1-9]|1[0-2])[-./]?(0[1-9]|[12]\d|3[01])(?!\d)")
_UID = re.compile(rb"[0-2](?:\.\d{1,39}){3,}")
_PRINTABLE = re.compile(rb"[\x20-\x7e]{4,}")
_WORD = re.compile(rb"[A-Za-z0-9]{4,}")
_OWN_UID = re.compile(r"2\.25\.\d{1,39}")
_UTC = re.compile(r"[-+][01]\d[0-5]\d")
_SHAPES = {
    b"AS": re.compile(r"0([0-8]\d|90)Y|\d{3}[DWM]"),
    b"TM": re.compile(r"(\d{2}){1,3}(\.\d{1,6})?"),
    b"DS": re.compile(r"[-+.eE\d]{0,24}"),
    b"IS": re.compile(r"[-+\d]{0,12}"),
}
_SMALLEST_IDENTIFIER, _LONGEST_NUMBER = 1000, 64
_SMALLEST_IN_BINARY = 100_000
_SMALLEST_WITHIN = 10_000_000  # fewer digits turn up inside other numbers by chance
_LONG_NUMBER = re.compile(
    rb"\d{7,}"
)  # in a text that is no identifier by its tag: a telephone, a serial number
_SHORTEST_IN_PIXELS = 6  # bytes


class _Value(NamedTuple):
    tag: int
    vr: bytes
    value: bytes


def left_over(source: bytes, structure: Structure, result: bytes, *, own_words: Iterable[str]) -> list[str]:
    """Where something stands that must not be in `result`: tags of the old or the new file, never values.

    source: the file as it came; structure: its tree. own_words: what the study itself wrote into the result
    (subject, series description, comments).
    """
    try:
        values = list(_values(result))
    except (struct.error, ValueError):
        return ["(FFFF,FFFF)"]  # we did not write what we can read
    # Whoever seals a file again finds the subject in it that is to be in the result.
    patient_id = structure.root.get(_PATIENT_ID)
    sealed = patient_id is not None and any(
        value.tag == _PATIENT_ID and value.value.strip() == patient_id.value.strip(b" \0") for value in values
    )
    old = _Old(source, structure, sealed=sealed)
    old.learn_shift(values)
    own = frozenset(word.casefold() for word in own_words)
    found = {value.tag for value in values if not _is_ours(value, own, old)}
    found |= old.found_in(values)
    return [f"({tag >> 16:04X},{tag & 0xFFFF:04X})" for tag in sorted(found)]


def _values(data: bytes) -> Iterator[_Value]:
    """All values of a file as we write them, at every level: explicit VR, explicit lengths, one pass.

    Raises
    ------
    ValueError, struct.error
        It is another file than that.
    """
    if data[:128].strip(b"\0") or data[128:132] != b"DICM":
        raise ValueError("preamble")
    at, end = 132, len(data)
    while at < end:
        group, number, vr, length = struct.unpack_from("<HH2sH", data, at)
        if group == 0xFFFE:
            at += 8  # the header of an item: its elements follow
            continue
        tag, header = group << 16 | number, 8
        if vr in _LONG:
            header, length = 12, struct.unpack_from("<I", data, at + 8)[0]
        if vr == b"SQ":
            at += header
            continue
        at += header + length
        if at > end:
            raise ValueError("length")
        yield _Value(tag, vr, data[at - length : at])


def _is_ours(value: _Value, own: frozenset[str], old: "_Old") -> bool:
    """Whether a file of ours can say this at all."""
    tag, vr, raw = value
    group = tag >> 16
    if group & 1 or 0x5000 <= group < 0x6100 or not dictionary_has_tag(tag):
        return False
    if vr in _NUMBERS or vr == b"AT" or tag == PIXEL_DATA:
        return True
    if tag == _META_VERSION or not raw.isascii():
        return raw == b"\0\1"
    text = raw.decode("ascii").rstrip("\0" if vr == b"UI" else " ")
    if not text or Description.parse(text) is not None:
        return True
    if vr in _TEXTS and text.casefold() in own:
        return True
    return all(_is_our_value(tag, vr, part, old) for part in text.split("\\"))


def _is_our_value(tag: int, vr: bytes, text: str, old: "_Old") -> bool:
    if vr in (b"DA", b"DT"):
        return old.allows_date(text)
    if vr == b"UI":
        return text in _uids() or (
            _OWN_UID.fullmatch(text) is not None and (old.sealed or text not in old.uids)
        )
    if vr in _SHAPES:
        return _SHAPES[vr].fullmatch(text) is not None
    return text.casefold() in _words() or (tag == _OFFSET and _UTC.fullmatch(text) is not None)


class _Old:
    """What the old file says that could name a person."""

    def __init__(self, source: bytes, structure: Structure, *, sealed: bool) -> None:
        root = structure.root
        self.sealed = sealed
        declared = root[_CHARACTER_SET].value.decode("ascii", "replace") if _CHARACTER_SET in root else ""
        self.declared = [term.strip(" \0") for term in declared.split("\\")]
        self.words: dict[bytes, int] = {}  # lower case
        self.names: dict[bytes, int] = {}  # as they are encoded, and as they could be
        self.numbers: dict[int, int] = {}
        self.dates: dict[str, int] = {}
        self.moved: dict[int, str] = {}  # dates of the old file's top level, by tag
        self.uids: set[str] = set()
        self.collect_text(0, source[:1024])
        self.collect(root)
        for tag, element in root.items():
            if element.vr == "DA" and (match := _DATES.search(element.value)):
                self.moved[tag] = b"".join(match.groups()).decode()
        self.shift: timedelta | None = None

    def collect(self, item: Item) -> None:
        for tag, element in item.items():
            if tag == PIXEL_DATA:
                continue
            for inner in element.items:
                self.collect(inner)
            value = element.value
            if element.vr == "UI":
                self.uids.update(part.strip(" \0") for part in value.decode("ascii", "replace").split("\\"))
            elif element.vr in ("DA", "DT"):
                self.collect_dates(tag, value)
            elif tag in IDENTIFIERS:
                self.collect_identifier(tag, value)
                self.collect_text(tag, value)
            elif element.vr in ("LO", "SH", "PN", "ST", "LT", "UT", "UC", "UR", "AE", "CS", "UN", "OB"):
                self.collect_text(tag, value)

    def collect_text(self, tag: int, value: bytes) -> None:
        for word in _WORD.findall(value[: 1 << 16]):
            self.words.setdefault(word.lower(), tag)
        self.collect_dates(tag, value[: 1 << 16])
        if tag >> 16 > 2 and not tag >> 16 & 1:  # manufacturers repeat durations and positions
            for run in _LONG_NUMBER.findall(value):
                if len(run) <= _LONGEST_NUMBER:
                    self.numbers.setdefault(int(run), tag)
        if b"." in value:
            self.uids.update(uid.decode() for uid in _UID.findall(value[: 1 << 16]))

    def collect_dates(self, tag: int, value: bytes) -> None:
        for match in _DATES.finditer(value) if tag >> 16 != 2 else ():
            self.dates.setdefault(b"".join(match.groups()).decode(), tag)
        if len(value) >= 8 and value[:8].isdigit():  # the date of a DT is followed by digits
            self.dates.setdefault(value[:8].decode(), tag)

    def collect_identifier(self, tag: int, value: bytes) -> None:
        text = decoded(value.strip(b" \0"), self.declared)
        runs = re.findall(r"\d+", text)
        for run in (*runs, "".join(runs)):
            if 0 < len(run) <= _LONGEST_NUMBER and int(run) >= _SMALLEST_IDENTIFIER and not self.sealed:
                self.numbers.setdefault(int(run), tag)
        if tag in _PATIENT:
            for part in {text, *text.split("="), *re.split("[=^]", text)}:
                for needle in _encoded(part.lower()):
                    if len(needle) >= _SHORTEST_IN_PIXELS:
                        self.names.setdefault(needle, tag)
            for raw in re.split(rb"[=^]", value.strip(b" \0")):
                if len(raw) >= _SHORTEST_IN_PIXELS:
                    self.names.setdefault(raw.lower(), tag)

    def allows_date(self, text: str) -> bool:
        """Whether a date of the new file is a moved one, and not one that the old file has."""
        match = _DATE.match(text)
        if match is None:
            return False
        day = "".join(match.groups())
        if day not in self.dates:
            return True
        # An old date may by chance be another one, moved.
        return self.shift is not None and any(_difference(before, day) == self.shift for before in self.dates)

    def learn_shift(self, values: list[_Value]) -> None:
        """How far most dates of the top level went back; none stays where it was, but in a sealed file."""
        differences = Counter(
            _difference(self.moved[tag], value.decode("ascii", "replace"))
            for tag, _, value in values
            if tag in self.moved and len(value) == len("YYYYMMDD")
        )
        if differences:
            shift = differences.most_common(1)[0][0]
            self.shift = shift if shift or self.sealed else None

    def found_in(self, values: list[_Value]) -> set[int]:
        """Tags of the old file whose value is somewhere in the new one's numbers, binary values and pixels."""
        found = set()
        texts, binary = [], []
        for tag, vr, value in values:
            if vr in (b"DS", b"IS", b"TM"):
                texts.append(value)
            elif vr in _NUMBERS and tag >> 16 != 2:
                binary.append(value)
                if vr in (b"UL", b"SL", b"FL", b"FD") and self.numbers:
                    found |= self.numbers_in(vr, value)
        found |= self.digits_in(b"\\".join(texts))
        blob = b"\n".join(binary)
        for run in _PRINTABLE.findall(blob):
            lower = run.lower()
            found |= {tag for word, tag in self.words.items() if word in lower}
        pixels = next((value for tag, _, value in values if tag == PIXEL_DATA), b"").lower()
        found |= {tag for name, tag in self.names.items() if name in pixels or name in blob}
        return found

    def numbers_in(self, vr: bytes, value: bytes) -> set[int]:
        form = _NUMBERS[vr]
        numbers = struct.unpack(f"<{len(value) // struct.calcsize(form)}{form}", value)
        return {
            self.numbers[number]
            for number in numbers
            if number >= _SMALLEST_IN_BINARY and number in self.numbers
        }

    def digits_in(self, numbers: bytes) -> set[int]:
        """Identifiers and dates among texts that are numbers: whole, or long ones as a part of the digits."""
        found = set()
        for part in numbers.split(b"\\"):
            whole, _, fraction = part.strip(b" +-\0").partition(b".")
            digits = (whole + fraction).decode("ascii", "replace")
            if digits in self.dates:
                found.add(self.dates[digits])
            if whole.isdigit() and not fraction.strip(b"0 ") and int(whole) in self.numbers:
                found.add(self.numbers[int(whole)])
        all_digits = numbers.replace(b".", b"")
        for number, tag in self.numbers.items():
            if number >= _SMALLEST_WITHIN and tag in IDENTIFIERS and str(number).encode() in all_digits:
                found.add(tag)
        return found


def _difference(later: str, earlier: str) -> timedelta | None:
    try:
        return _day(later) - _day(earlier)
    except ValueError:
        return None


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _encoded(text: str) -> Iterator[bytes]:
    for encoding in _ENCODINGS[:3] if text.isascii() else _ENCODINGS:
        try:
            yield text.encode(encoding)
        except UnicodeEncodeError:
            continue


@cache
def _uids() -> frozenset[str]:
    return frozenset({*STORAGE_CLASSES, EXPLICIT_LITTLE_ENDIAN, IMPLEMENTATION})


@cache
def _words() -> frozenset[str]:
    """Every text that a file of ours can hold, besides what names its subject and its image."""
    words = {
        *vocabulary(),
        METHOD,
        EQUIPMENT_MAKER,
        EQUIPMENT_MODEL,
        IMPLEMENTATION_VERSION,
        PROCEDURE_VERSION,
    }
    words |= {"YES", "MODIFIED", "NO", "DCM", "CODE", ""}
    for code in (*PROFILE, CLEAN_PIXELS, EQUIPMENT_PURPOSE):
        words |= set(code)
    for name in lists():
        for (scheme, value), meaning in meanings(name).items():
            words |= {scheme, value, meaning}
    return frozenset(word.casefold() for word in words)
