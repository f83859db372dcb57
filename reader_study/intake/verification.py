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
from functools import cache, lru_cache
from typing import TypeAlias

from pydicom.datadict import dictionary_has_tag

from reader_study.intake.allowlist import IDENTIFIERS, METHOD, PROCEDURE_VERSION, STORAGE_CLASSES, vocabulary
from reader_study.intake.chance import found_among
from reader_study.intake.character_sets import decoded
from reader_study.intake.concepts import lists, meanings
from reader_study.intake.identifiers import (
    SMALLEST_IDENTIFIER,
    SMALLEST_NUMBERING,
    as_numbers,
    is_personal,
)
from reader_study.intake.needles import SHORTEST, SOUGHT, needles
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
_NUMBERINGS = frozenset({0x00200011, 0x00200013})  # of series and images
_CHARACTER_SET, _OFFSET, _META_VERSION = 0x00080005, 0x00080201, 0x00020001
_PATIENT_ID = 0x00100020
_MAY_HOLD_TEXT = frozenset(
    ["AE", "CS", "DA", "DT", "LO", "LT", "OB", "PN", "SH", "ST", "UC", "UI", "UN", "UR", "UT"]
)
_PUBLIC_TEXT = _MAY_HOLD_TEXT - {"CS", "DA", "DT", "OB", "UI", "UN"}
_WIDE = frozenset([b"UL", b"SL", b"FL", b"FD"])
_HEADER, _LENGTH = struct.Struct("<HH2sH").unpack_from, struct.Struct("<I").unpack_from
_DATE = re.compile(r"(\d{4})\.?(\d{2})\.?(\d{2})")
# Also at the beginning of a date and time, where digits follow.
_DATES = re.compile(
    rb"(?<!\d)((?:18|19|20)\d{2})[-./]?(0[1-9]|1[0-2])[-./]?(0[1-9]|[12]\d|3[01])(?!\d(?!\d))"
)
_UID = re.compile(rb"[0-2](?:\.\d{1,39}){3,}")
_PRINTABLE = re.compile(rb"[\x20-\x7e]{4,}")
_WORD = re.compile(rb"[A-Za-z0-9]{4,}")
_OWN_UID = re.compile(r"2\.25\.\d{1,39}")
_UTC = re.compile(r"[-+][01]\d[0-5]\d")
_SHAPES = {
    b"AS": re.compile(r"0([0-8]\d|90)Y|\d{3}[DWM]"),
    b"TM": re.compile(r"(\d{2}){1,3}(\.\d{1,6})?"),
    b"DS": re.compile(r"[-+.eE\d]{0,64}"),
    b"IS": re.compile(r"[-+\d]{0,12}"),
}
_FRACTION = re.compile(rb"\.(\d+)")
_LONGEST_NUMBER = 64  # digits
_LONGEST_POINTED = 15  # digits that a double tells apart
_SMALLEST_WITHIN = 10_000_000  # fewer digits turn up inside other numbers by chance
# In a text that is no identifier by its tag: a telephone, a serial number; as it stands, and without its signs.
_LONG_NUMBER = re.compile(rb"\d{7,}")
_SIGNS = (re.compile(rb"(?<=\d)[-+().]{1,2}(?=\d)"), re.compile(rb"(?<=\d)[-+ ().]{1,2}(?=\d)"))
_SHORTEST_NUMBER = 4
_MOST_OF_A_TEXT = 1 << 16
_RUNS = re.compile(r"\d+")


_Value: TypeAlias = tuple[int, bytes, bytes]  # tag, VR, value; of the pixels a view


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
        tag == _PATIENT_ID and value.strip() == patient_id.value.strip(b" \0") for tag, _, value in values
    )
    old = _Old(source, structure, sealed=sealed)
    old.learn_shift(values)
    own = frozenset(word.encode().ljust(len(word.encode()) + 1 & ~1) for word in own_words)
    found = {value[0] for value in values if not _is_ours(value, own, old)}
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
        group, number, vr, length = _HEADER(data, at)
        if group == 0xFFFE:
            at += 8  # the header of an item: its elements follow
            continue
        tag, header = group << 16 | number, 8
        if vr in _LONG:
            header, length = 12, _LENGTH(data, at + 8)[0]
        if vr == b"SQ":
            at += header
            continue
        at += header + length
        if at > end:
            raise ValueError("length")
        if tag == PIXEL_DATA:
            yield tag, vr, memoryview(data)[at - length : at]  # type: ignore[misc]
        else:
            yield tag, vr, data[at - length : at]


def _is_ours(value: _Value, own: frozenset[bytes], old: "_Old") -> bool:
    """Whether a file of ours can say this at all."""
    tag, vr, raw = value
    if not _is_known(tag):
        return False
    if vr in _NUMBERS or vr == b"AT" or tag == PIXEL_DATA:
        return True
    if vr in _TEXTS and raw in own:
        return True
    if vr in (b"DA", b"DT", b"UI"):
        if not raw.isascii():
            return False
        parts = raw.decode("ascii").rstrip("\0" if vr == b"UI" else " ").split("\\")
        allows = old.allows_uid if vr == b"UI" else old.allows_date
        return all(not part or allows(part) for part in parts)
    return _is_ours_anywhere(tag, vr, raw)


@lru_cache(maxsize=1 << 14)
def _is_known(tag: int) -> bool:
    group = tag >> 16
    return not group & 1 and not 0x5000 <= group < 0x6100 and dictionary_has_tag(tag)


@lru_cache(maxsize=1 << 14)  # of short values that files of one camera repeat
def _is_ours_anywhere(tag: int, vr: bytes, raw: bytes) -> bool:
    """The same of values that do not depend on the old file."""
    if tag == _META_VERSION or not raw.isascii():
        return raw == b"\0\1"
    text = raw.decode("ascii").rstrip(" ")
    shape = _SHAPES.get(vr)
    if shape is not None:
        return all(not part or shape.fullmatch(part) for part in text.split("\\"))
    if tag == _OFFSET and _UTC.fullmatch(text):
        return True
    known = _words()
    return all(part.casefold() in known for part in text.split("\\"))


class _Old:
    """What the old file says that could name a person."""

    def __init__(self, source: bytes, structure: Structure, *, sealed: bool) -> None:
        root = structure.root
        self.sealed = sealed
        self.texts: list[tuple[int, bytes]] = []  # everything that may hold text, with its tag
        self.public: list[bytes] = []  # of it, what the standard calls text
        self.names: dict[bytes, int] = {}  # as they are encoded, and as they could be; lower case
        self.numbers: dict[int, int] = {}
        self.shift: timedelta | None = None
        self.collect(root, ())
        # Of what is written before the data set only the words count: its UIDs are known from within.
        self.all_text = b"\n".join((*(value for _, value in self.texts), structure.head))
        self.dates = {b"".join(match).decode() for match in _DATES.findall(self.all_text)}
        self.uids = {uid.decode() for uid in _UID.findall(self.all_text)} - _uids()
        # Manufacturers repeat durations and positions in their private elements: no number is sought from there.
        public = b"\n".join(self.public)
        for text in (public, *(sign.sub(b"", public) for sign in _SIGNS)):
            for run in _LONG_NUMBER.findall(text):
                if len(run) <= _LONGEST_NUMBER:
                    self.numbers.setdefault(int(run), 0)
        self.forms = {  # of those numbers, and of the dates, as doubles
            form: tag
            for number, tag in (*self.numbers.items(), *((int(day), 0) for day in self.dates))
            if number >= SMALLEST_IDENTIFIER and len(str(number)) <= _LONGEST_POINTED
            for form in as_numbers(number, pointed=is_personal(tag) or str(number) in self.dates)
        }
        self.moved = {
            tag: b"".join(match.groups()).decode()
            for tag, element in root.items()
            if element.vr == "DA" and (match := _DATES.search(element.value))
        }

    def collect(self, item: Item, declared: tuple[str, ...]) -> None:
        if _CHARACTER_SET in item:
            said = item[_CHARACTER_SET].value.decode("ascii", "replace")
            declared = tuple(term.strip(" \0") for term in said.split("\\"))
        for tag, element in item.items():
            vr, value = element.vr, element.value
            if tag in IDENTIFIERS and not self.sealed:
                self.collect_numbers(tag, value, declared)
            if tag in SOUGHT and not self.sealed and value:
                for needle in needles(tag, value, declared):
                    self.names.setdefault(needle, tag)
            if vr in _MAY_HOLD_TEXT and tag != PIXEL_DATA:
                self.texts.append((tag, value if len(value) <= _MOST_OF_A_TEXT else value[:_MOST_OF_A_TEXT]))
                if vr in _PUBLIC_TEXT and not tag >> 16 & 1:
                    self.public.append(value)
            elif element.items:
                for inner in element.items:
                    self.collect(inner, declared)

    def collect_numbers(self, tag: int, value: bytes, declared: tuple[str, ...]) -> None:
        runs = _RUNS.findall(decoded(value.strip(b" \0"), declared))
        for run in (*runs, "".join(runs)):
            number = int(run) if 0 < len(run) <= _LONGEST_NUMBER else 0
            # Of places with the same number the patient's own identifier tells most.
            if number >= SMALLEST_NUMBERING and not is_personal(self.numbers.get(number, 0)):
                self.numbers[number] = tag

    def tag_of(self, text: bytes) -> int:
        """An attribute of the old file that says this; 0 for its head."""
        return next((tag for tag, value in self.texts if text.lower() in value.lower()), 0)

    def allows_uid(self, text: str) -> bool:
        own = _OWN_UID.fullmatch(text) is not None and (self.sealed or text not in self.uids)
        return own or text in _uids()

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
            for tag, vr, value in values
            if vr == b"DA" and tag in self.moved and len(value) == len("YYYYMMDD")
        )
        if differences:
            shift = differences.most_common(1)[0][0]
            self.shift = shift if shift or self.sealed else None

    def found_in(self, values: list[_Value]) -> set[int]:
        """Tags of the old file whose value is somewhere in the new one's numbers, binary values and pixels."""
        texts: list[bytes] = []
        binary: list[bytes] = []
        pixels, found = b"", set()
        for tag, vr, value in values:
            if vr in (b"DS", b"IS"):
                texts.append(value)
                if tag in _NUMBERINGS:
                    found |= self.numbering_in(value)
            elif vr in (b"TM", b"DT"):
                found |= self.fraction_in(value)
            elif tag == PIXEL_DATA:
                pixels = value
            elif vr in _NUMBERS and tag >> 16 != 2:
                binary.append(value)
                if vr in _WIDE and self.forms:
                    found |= self.numbers_in(vr, value)
        found |= self.digits_in(b"\\".join(texts))
        blob = b"\n".join(binary)
        runs = [run.lower() for run in _PRINTABLE.findall(blob)]
        if runs:
            words = {word.lower() for word in _WORD.findall(self.all_text)}
            found |= {self.tag_of(word) for word in words if any(word in run for run in runs)}
        found |= {self.names[name] for name in found_among(pixels, self.names)}
        blob = blob.lower()
        found |= {tag for name, tag in self.names.items() if len(name) >= SHORTEST and name in blob}
        return found

    def numbers_in(self, vr: bytes, value: bytes) -> set[int]:
        form = _NUMBERS[vr]
        numbers = struct.unpack(f"<{len(value) // struct.calcsize(form)}{form}", value)
        return {self.forms[number] for number in numbers if number in self.forms}

    def numbering_in(self, value: bytes) -> set[int]:
        digits = value.strip(b" +")
        return {self.numbers[int(digits)]} if digits.isdigit() and int(digits) in self.numbers else set()

    def fraction_in(self, value: bytes) -> set[int]:
        """Identifiers in the fraction of a second; the time itself tells no more than it should."""
        match = _FRACTION.search(value)
        if match is None:
            return set()
        return {
            tag
            for number, tag in self.numbers.items()
            if number >= SMALLEST_IDENTIFIER and str(number).encode() in match[1]
        }

    def digits_in(self, numbers: bytes) -> set[int]:
        """Identifiers and dates among texts that are numbers: whole, or long ones as a part of the digits."""
        found = set()
        for part in numbers.split(b"\\"):
            if len(part) < _SHORTEST_NUMBER:
                continue
            try:
                number = float(part)
            except ValueError:
                continue
            if number in self.forms:
                found.add(self.forms[number])
        all_digits = numbers.replace(b".", b"")
        for identifier, tag in self.numbers.items():
            if identifier >= _SMALLEST_WITHIN and tag and str(identifier).encode() in all_digits:
                found.add(tag)
        return found


def _difference(later: str, earlier: str) -> timedelta | None:
    try:
        return _day(later) - _day(earlier)
    except ValueError:
        return None


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


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
