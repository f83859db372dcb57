"""What of a person is sought as bytes: names, identifiers and the date of birth, in every way they could be written.

All needles are lower case as bytes are (A to Z, also inside of wide characters), so that one search finds either.
`frontend/src/coordinator/deidentify/needles.ts` makes the same.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from reader_study.intake.character_sets import readings

NAMES = frozenset(
    {0x00100010, 0x00101001, 0x00101005, 0x00101060}
)  # the patient's, other ones, at birth, mother's
_IDENTIFIERS = frozenset({0x00100020, 0x00101000, 0x00080050})
_BIRTH_DATE = 0x00100030
SOUGHT = NAMES | _IDENTIFIERS | {_BIRTH_DATE}
SHORTEST = 6  # bytes
_SHORTEST_WIDE = 4  # two kanji: sought only where chance does not make them
_LONGEST = 256
_BLANK = " \0\u3000"
_SEPARATORS = ("", " ", ",", "\u3000")
_ESCAPES = re.compile(rb"\x1b(?:\$[()]?|[()\-.])[@-Z]")
_ENCODINGS = ("utf-8", "utf-16-le")
_WIDE = (*_ENCODINGS, "utf-16-be", "latin-1", "cp932", "euc_jp", "iso2022_jp")
_DATE = re.compile(r"(\d{4})\D?(\d\d)\D?(\d\d)")


@lru_cache(maxsize=256)  # the files of a patient say the same
def needles(tag: int, value: bytes, declared: tuple[str, ...]) -> frozenset[bytes]:
    """The needles of one value of SOUGHT. declared: the character sets of its file."""
    value = value.strip(b" \0")[:_LONGEST]
    texts = [text for text in readings(value, declared) if "\ufffd" not in text]  # it is in another encoding
    if tag == _BIRTH_DATE:
        match = _DATE.match(texts[0] if texts else "")
        phrases = {sign.join(match.groups()) for sign in ("", "-", "/", ".")} if match else set()
        return frozenset(_encoded(phrases))
    if tag in _IDENTIFIERS:
        return frozenset(_encoded({text.strip(_BLANK) for text in texts})) | _raw({value})
    phrases = {phrase for text in texts for group in text.split("=") for phrase in _phrases(group)}
    raw = {group for form in (value, _ESCAPES.sub(b"", value)) for group in form.split(b"=")}
    return frozenset(_encoded(phrases)) | _raw({phrase for group in raw for phrase in _raw_phrases(group)})


def _phrases(group: str) -> Iterator[str]:
    """A name's parts, and family and given name in either order."""
    parts = [part.strip(_BLANK) for part in group.split("^")]
    yield from (group, *parts)
    if len(parts) > 1 and all(parts[:2]):
        for separator in _SEPARATORS:
            yield separator.join(parts[:2])
            yield separator.join(parts[1::-1])


def _raw_phrases(group: bytes) -> Iterator[bytes]:
    parts = [part.strip(b" \0") for part in group.split(b"^")]
    yield from (group, *parts)
    if len(parts) > 1 and all(parts[:2]):
        for separator in (b"", b" ", b","):
            yield separator.join(parts[:2])
            yield separator.join(parts[1::-1])


def _raw(values: Iterable[bytes]) -> set[bytes]:
    """As they are written in the header; what its escape sequences call looks like ASCII."""
    return {
        value.lower() for value in values if len(value) >= (SHORTEST if value.isascii() else _SHORTEST_WIDE)
    }


def _encoded(phrases: Iterable[str]) -> Iterator[bytes]:
    for phrase in phrases:
        for form in {phrase, unicodedata.normalize("NFKC", phrase)}:
            wide = not form.isascii()
            for text in {form, form.lower(), form.upper()} if wide else {form.lower()}:
                for encoding in _WIDE if wide else _ENCODINGS[: 1 if _counts(text) else 2]:
                    try:
                        needle = text.encode(encoding)
                    except UnicodeEncodeError:
                        continue
                    # Without its outer zeros, a text of two bytes a letter is the same in either byte order.
                    needle = _ESCAPES.sub(b"", needle).strip(b"\0").lower()
                    if len(needle) >= (_SHORTEST_WIDE if wide else SHORTEST):
                        yield needle


def _counts(text: str) -> bool:
    """Whether it is like 1234 or 1111: as numbers of two bytes, these are in every vector of slices."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return len(steps) < 2 and steps <= {-1, 0, 1}
