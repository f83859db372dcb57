"""The seal of a file: only what left stage 1 of this site, bit for bit, is believed to be de-identified already.

A pseudonym alone proves nothing about the rest of a file: whoever copies it into another file would have real dates
taken for moved ones. So the last field of the line in Image Comments is a keyed digest of the whole data set, as
explicit VR little endian, with the line as it stands without that field. What is outside of the data set (preamble,
file meta information) may change on the way; nothing of it is kept.
`frontend/src/coordinator/deidentify/seal.ts` does the same in the browser.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable

from reader_study.intake import writing
from reader_study.intake.description import Description
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import Quarantined
from reader_study.intake.tree import PIXEL_DATA, Item, Structure, text_at

_ID, _COMMENTS, _SIGNED = 0x00100020, 0x00204000, 0x00280103
_SEALED = re.compile(r"(.*); seal=([0-9a-f]{32})")
_SEAL = 16  # bytes
_PIXELS = ("OW", "OB or OW")  # as we write them; of an implicit file


def sealed_line(
    line: str, elements: dict[int, bytes], *, pixels: bytes | memoryview, pseudonyms: Pseudonyms
) -> str:
    """The value of Image Comments of a file of these encoded elements and plain pixels.

    line: `Description.line`; elements: all others of the data set.
    """
    return _with_seal(line, writing.data_set(elements | _comments(line), pixels=pixels), pseudonyms)


def description_under_seal(structure: Structure, pseudonyms: Pseudonyms) -> Description | None:
    """What a sealed file says it shows; None for a file that names no subject of this site.

    structure: as the gate read it, pixels not decoded.

    Raises
    ------
    Quarantined
        "seal_broken" for a file that names one, but is not as stage 1 wrote it.
    """
    if pseudonyms.subject_of(text_at(structure.root, _ID)) is None:
        return None
    match = _SEALED.fullmatch(text_at(structure.root, _COMMENTS))
    description = Description.parse(match[1]) if match else None
    parts = _parts_of(structure, match[1]) if match else None
    if match is None or description is None or parts is None:
        raise Quarantined("seal_broken")
    expected = _with_seal(match[1], parts, pseudonyms).encode("ascii")
    # As it was written, with its one blank: the text may have others around it.
    if not hmac.compare_digest(structure.root[_COMMENTS].value, expected.ljust(len(expected) + 1 & ~1)):
        raise Quarantined("seal_broken")
    return description


def _with_seal(line: str, parts: Iterable[bytes | memoryview], pseudonyms: Pseudonyms) -> str:
    content = hashlib.sha256()
    for part in parts:
        content.update(part)
    return f"{line}; seal={pseudonyms.digest('file seal', content.digest())[:_SEAL].hex()}"


def _comments(line: str) -> dict[int, bytes]:
    return {_COMMENTS: writing.element(_COMMENTS, "LT", line.encode("ascii"))}


def _parts_of(structure: Structure, line: str) -> list[bytes | memoryview] | None:
    """The data set that was sealed, in parts; None if it was not written by us."""
    root = structure.root
    before = {tag: element for tag, element in root.items() if tag != PIXEL_DATA}
    encoded = _encoded(before, signed=_SIGNED in root and root[_SIGNED].value[:1] == b"\1")
    pixels = root.get(PIXEL_DATA)
    if encoded is None or pixels is None or root[_COMMENTS].vr != "LT":
        return None
    elements = encoded | _comments(line)
    if structure.fragments:
        return [writing.joined(elements), *writing.encapsulated_pixels(structure.fragments)]
    return [*writing.data_set(elements, pixels=pixels.value)] if pixels.vr in _PIXELS else None


def _encoded(item: Item, *, signed: bool) -> dict[int, bytes] | None:
    """The elements of an item, each as we would write it; None if we would not."""
    encoded = {}
    for tag, (vr, value, items) in item.items():
        own = (
            ("SS" if signed else "US") if vr == "US or SS" else vr
        )  # from an implicit file: as the pixels are
        if vr == "SQ":
            inner = [_encoded(one, signed=signed) for one in items]
            whole = [writing.joined(one) for one in inner if one is not None]
            if len(whole) < len(inner):
                return None
            encoded[tag] = writing.sequence(tag, whole)
        elif writing.can_be_written(own, value):
            encoded[tag] = writing.element(tag, own, value)
        else:
            return None
    return encoded
