"""Proof of single values: what may stay of one value by its rule, in the form in which it is written again.

The shapes below are regular expressions that Python and JavaScript read alike; the exported procedure carries
them. A value is compared and written without the blanks and NULs around it, so that these hold nothing either.
"""

import math
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache

from pydicom.datadict import dictionary_VR

from reader_study.intake.allowlist import STORAGE_CLASSES
from reader_study.intake.pseudonyms import Pseudonyms, shifted
from reader_study.intake.rules import (
    FRAMES,
    Age,
    ClassUid,
    Date,
    DateTime,
    Names,
    Number,
    Offset,
    Pointer,
    Rule,
    Terms,
    Time,
    Uid,
)
from reader_study.intake.tree import Element, text_in
from reader_study.intake.writing import LONGEST_SHORT

SHAPES = {
    "uid": r"[0-9.]{1,64}",
    "decimal": r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?",
    "integer": r"[-+]?[0-9]{1,10}",
    "whole": r"([-+]?[0-9]{1,10})\.0*",  # an integer as some systems write it
    # A counter that begins with a day; consoles number so.
    "day_number": r"(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]*",
    # Fractions only behind seconds; 60 is a leap second.
    "time": r"([01][0-9]|2[0-3])([0-5][0-9](([0-5][0-9]|60)(\.[0-9]{1,6})?)?)?",
    "old_time": r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?",
    "date": r"(18[5-9][0-9]|19[0-9]{2}|20[0-9]{2})(\.?)[0-9]{2}\2[0-9]{2}",
    "datetime": r"(18[5-9][0-9]|19[0-9]{2}|20[0-9]{2})[0-9]{4}"
    r"(([01][0-9]|2[0-3])([0-5][0-9](([0-5][0-9]|60)(\.[0-9]{1,6})?)?)?)?([-+](0[0-9]|1[0-4])(00|15|30|45))?",
    "offset": r"[-+](0[0-9]|1[0-4])(00|15|30|45)",
    "age": r"([0-9]{3})([DWMY])",
}
# Characters; DS allows 16, but systems write every digit of a double, and zeros behind.
LONGEST_DECIMAL, LONGEST_INTEGER = 64, 12
LONGEST_COUNTER = 99_999  # below, no number is a day
OLDEST = 89  # years: beyond, an age alone may name a person (45 CFR 164.514)
UID_SHAPE = re.compile(SHAPES["uid"])
_DECIMAL, _INTEGER = re.compile(SHAPES["decimal"]), re.compile(SHAPES["integer"])
_TIME, _OLD_TIME = re.compile(SHAPES["time"]), re.compile(SHAPES["old_time"])
_WHOLE, _DAY_NUMBER = re.compile(SHAPES["whole"]), re.compile(SHAPES["day_number"])
_DATE, _DATETIME = re.compile(SHAPES["date"]), re.compile(SHAPES["datetime"])
_OFFSET, _AGE = re.compile(SHAPES["offset"]), re.compile(SHAPES["age"])
_FORMATS = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "FL": "f", "FD": "d"}
_FRACTION = re.compile(r"\.([0-9]+)")
_WRITTEN = ("DS", "IS")  # numbers as digits
_TAG = struct.Struct("<HH")
_LONGEST_RUN = 64  # digits
_SHORT = 64  # bytes


class Unproven(Exception):
    """The value may not stay. essential: nor may the file, without it."""

    def __init__(self, reason: str = "unproven", *, essential: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.essential = reason, essential


@dataclass(frozen=True)
class Proof:
    """What proving the values of one file depends on.

    shift: of the subject; None for a sealed file, whose dates are shifted. frames: of the image. signed: the
    pixels are. identifiers: the numbers in the identifiers of the patient, in every form (see `identifiers`).
    numberings: the same, shorter ones too: sought in what counts, and in fractions of seconds. days: of the file,
    as digits (see `digits_of_days`).
    """

    pseudonyms: Pseudonyms
    shift: timedelta | None
    frames: int
    signed: bool
    identifiers: frozenset[float]
    numberings: frozenset[int] = frozenset()
    days: tuple[str, ...] = ()

    def of(self, tag: int, element: Element, rule: Rule) -> tuple[str, bytes, str]:
        """(VR, value, key of what was changed or "").

        Raises
        ------
        Unproven
        """
        essential = isinstance(rule, Number) and rule.essential
        vr = self._agreed_vr(tag, element)
        if vr is None:
            raise Unproven(essential=essential)
        if not element.value.strip(b" \0") and (vr not in _FORMATS or not element.value):
            return vr, b"", ""  # says nothing, and may stay
        try:
            if isinstance(rule, Number):
                return vr, *self._number(vr, element.value, rule)
            if isinstance(rule, Pointer):
                return vr, _pointer(element.value, rule), ""
        except Unproven as unproven:
            raise Unproven(unproven.reason, essential=essential) from None
        text = text_in(element)
        value, change = self._text(text, rule)
        if not value or len(value) > LONGEST_SHORT:
            raise Unproven()
        return vr, value.encode("ascii"), change if value != text else ""

    def _agreed_vr(self, tag: int, element: Element) -> str | None:
        """The representation, if the file and the standard's dictionary agree on it."""
        if element.vr == "US or SS":  # from an implicit file: as the pixels are
            return "SS" if self.signed else "US"
        allowed = _allowed_vrs(tag)
        if element.vr in _WRITTEN and allowed[0] in _WRITTEN:
            return allowed[0]  # the other one's digits are proven by the one that it should be
        return element.vr if element.vr in allowed else None

    def _number(self, vr: str, value: bytes, rule: Number) -> tuple[bytes, str]:
        """The numbers, if they are within the limits of their rule (PS3.5 section 6.2); key of the change."""
        value, numbers, change = (_numbers if len(value) <= _SHORT else _numbers.__wrapped__)(vr, value)
        most = self.frames if rule.count == FRAMES else rule.count
        if len(numbers) > int(most) or min(numbers) < rule.low or max(numbers) > rule.high:
            raise Unproven()
        if any(map(math.isnan, numbers)) or (not rule.zero and 0 in numbers):
            raise Unproven()
        sought = self.numberings if rule.counter else self.identifiers
        if not rule.essential and sought and not sought.isdisjoint(numbers):
            raise Unproven("numbered")
        if rule.counter and max(numbers) > LONGEST_COUNTER and self._begins_with_day(value):
            raise Unproven("numbered")
        return value, change

    def _begins_with_day(self, value: bytes) -> bool:
        digits = value.decode("ascii").lstrip("+")
        return digits.startswith(self.days) or _DAY_NUMBER.fullmatch(digits) is not None

    def _text(self, text: str, rule: Rule) -> tuple[str, str]:
        """What may stay of a text, and the key of the change if that is another text."""
        value = change = ""
        match rule:
            case Terms():
                value, change = _terms(text, rule), "term"
            case Names():
                value, change = rule.names.get(text.casefold(), ""), "name"
            case Uid():
                value, change = self._uids(text), "uid"
            case ClassUid() if text in STORAGE_CLASSES:
                value = text
            case Date() if _DATE.fullmatch(text):
                value, change = self._moved(text), "date"
            case DateTime() if _DATETIME.fullmatch(text):
                value, change = self._unnumbered(self._moved(text)), "date"
            case Time():
                value, change = self._unnumbered(_time(text)), "time"
            case Offset() if _OFFSET.fullmatch(text):
                value = text
            case Age():
                value, change = _age(text), "age"
        return value, change

    def _unnumbered(self, time: str) -> str:
        """Without its fraction of a second, if an identifier is in that."""
        fraction = _FRACTION.search(time)
        if fraction is None or not any(str(number) in fraction[1] for number in self.numberings):
            return time
        return time[: fraction.start()] + time[fraction.end() :]

    def _uids(self, text: str) -> str:
        parts = [part.strip(" \0") for part in text.split("\\")]
        return "\\".join(map(self.pseudonyms.uid, parts)) if all(map(UID_SHAPE.fullmatch, parts)) else ""

    def _moved(self, text: str) -> str:
        return shifted(text, timedelta(0) if self.shift is None else self.shift) or ""


def digits_of_days(days: Iterable[str]) -> tuple[str, ...]:
    """Dates (YYYYMMDD) as numbers begin with them: in every order of year, month and day, the year long or short."""
    parts = [(day[:4], day[2:4], day[4:6], day[6:8]) for day in days]
    return tuple(
        sorted({"".join(order) for long, short, month, day in parts
                for year in (long, short)
                for order in ((year, month, day), (day, month, year), (month, day, year))})
    )  # fmt: skip


def numbers_in(value: bytes) -> set[int]:
    """Every run of digits in a value, and all its digits together: 0012-34 is 12, 34 and 1234."""
    runs = re.findall(rb"[0-9]+", value)
    return {int(run) for run in (*runs, b"".join(runs)) if 0 < len(run) <= _LONGEST_RUN}


@lru_cache(maxsize=1 << 14)  # of short values: the files of a series repeat most of them
def _numbers(vr: str, value: bytes) -> tuple[bytes, tuple[float, ...], str]:
    """The value as it is written again, its numbers, and the key of what was changed."""
    if len(value) > LONGEST_SHORT:
        raise Unproven()
    if vr in _FORMATS:
        form = _FORMATS[vr]
        size = struct.calcsize(f"<{form}")
        if len(value) % size:
            raise Unproven()
        return value, struct.unpack(f"<{len(value) // size}{form}", value), ""
    if vr not in _WRITTEN:
        raise Unproven()
    parts = [part.strip(b" \0") for part in value.split(b"\\")]
    written = [_whole(part) for part in parts] if vr == "IS" else parts
    change = "whole" if written != parts else ""
    return b"\\".join(written), tuple(_parsed(vr, part) for part in written), change


@cache
def _allowed_vrs(tag: int) -> tuple[str, ...]:
    return tuple(dictionary_VR(tag).split(" or "))


def _whole(part: bytes) -> bytes:
    """Without the decimal point that a whole number needs not."""
    if b"." not in part or len(part) > LONGEST_DECIMAL or not part.isascii():
        return part
    match = _WHOLE.fullmatch(part.decode("ascii"))
    return match[1].encode() if match else part


def _parsed(vr: str, part: bytes) -> float:
    if not part.isascii():
        raise Unproven()
    text = part.decode("ascii")
    shape, longest = (_DECIMAL, LONGEST_DECIMAL) if vr == "DS" else (_INTEGER, LONGEST_INTEGER)
    if len(text) > longest or not shape.fullmatch(text):
        raise Unproven()
    return float(text)


def _pointer(value: bytes, rule: Pointer) -> bytes:
    if len(value) % _TAG.size or len(value) > LONGEST_SHORT:
        raise Unproven()
    if not {group << 16 | number for group, number in _TAG.iter_unpack(value)} <= rule.tags:
        raise Unproven()
    return value


def _terms(text: str, rule: Terms) -> str:
    parts = [part.strip(" \0") for part in text.split("\\")]
    if rule.placed:
        return "\\".join(part if part in rule.terms else "" for part in parts).rstrip("\\")
    return "\\".join(part for part in parts if part in rule.terms)


def _time(text: str) -> str:
    if _OLD_TIME.fullmatch(text):
        return text.replace(":", "")
    return text if _TIME.fullmatch(text) else ""


def _age(text: str) -> str:
    age = _AGE.fullmatch(text)
    if age is None:
        return ""
    return "090Y" if age[2] == "Y" and int(age[1]) > OLDEST else text
