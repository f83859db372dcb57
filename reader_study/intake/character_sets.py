"""Texts of a file as Unicode, well enough to look for words in them (PS3.3 C.12.1.1.2, PS3.5 section 6.1).

Hospitals write Japanese in ISO 2022 with escape sequences, in Shift-JIS and UTF-8 without saying so, and in what
they declare. A text that cannot be decoded only hides a word, so nothing here raises. The browser decodes by the
same table and order (its labels are those of the WHATWG encoding standard).
"""

import re
from collections.abc import Sequence

# Declared term -> encoding. Any other term, or none, says nothing about bytes beyond ASCII.
DECLARED = {
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gb18030",
    "ISO_IR 13": "shift_jis",
    "ISO 2022 IR 13": "shift_jis",
}
# Escape sequence -> encoding of what follows it; longest first.
ESCAPES = (
    (b"\x1b$(D", "iso-2022-jp"),
    (b"\x1b$)C", "euc-kr"),
    (b"\x1b$)A", "gb18030"),
    (b"\x1b$B", "iso-2022-jp"),
    (b"\x1b$@", "iso-2022-jp"),
    (b"\x1b)I", "shift_jis"),
    (b"\x1b(I", "iso-2022-jp"),
    (b"\x1b(J", "shift_jis"),
    (b"\x1b(B", ""),
    (b"\x1b-A", "windows-1252"),
    (b"\x1b-B", "iso-8859-2"),
    (b"\x1b-C", "iso-8859-3"),
    (b"\x1b-D", "iso-8859-4"),
    (b"\x1b-L", "iso-8859-5"),
    (b"\x1b-G", "iso-8859-6"),
    (b"\x1b-F", "iso-8859-7"),
    (b"\x1b-H", "iso-8859-8"),
    (b"\x1b-M", "windows-1254"),
    (b"\x1b-T", "windows-874"),
    (b"\x1b-b", "iso-8859-15"),
)
# What a term of one byte a letter declares. Consoles declare these and write Japanese, so a search for words goes by
# the guesses; a search for a name goes by all that it could be.
SINGLE = {
    "100": "windows-1252",
    "101": "iso-8859-2",
    "109": "iso-8859-3",
    "110": "iso-8859-4",
    "144": "iso-8859-5",
    "127": "iso-8859-6",
    "126": "iso-8859-7",
    "138": "iso-8859-8",
    "148": "windows-1254",
    "203": "iso-8859-15",
    "166": "windows-874",
}
_SINGLE_TERM = re.compile(r"(?:ISO_IR|ISO 2022 IR) (\d+)")
# Several bytes a letter, by another escape sequence than a piece has or by none.
_SEVERAL = {"ISO 2022 IR 149": "euc-kr", "ISO 2022 IR 58": "gb18030"}
GUESSES = ("utf-8", "shift_jis", "euc-jp")  # the first that fits, where nothing is declared
_CODECS = {
    "utf-8": "utf-8",
    "gb18030": "gb18030",
    "shift_jis": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "iso-2022-jp": "iso2022_jp_ext",
    "windows-1252": "latin-1",
    "windows-1254": "cp1254",
    "windows-874": "cp874",
    **{f"iso-8859-{part}": f"iso8859_{part}" for part in (2, 3, 4, 5, 6, 7, 8, 15)},
}
_ESCAPE = b"\x1b"


def decoded(value: bytes, declared: Sequence[str]) -> str:
    """The text of a value. declared: the values of Specific Character Set."""
    if value.isascii() and _ESCAPE not in value:
        return value.decode("ascii")
    base = DECLARED.get(declared[0], "") if declared else ""
    head, *rest = value.split(_ESCAPE)
    texts = [_piece(head, base)]
    for piece in rest:
        escaped = _ESCAPE + piece
        for escape, encoding in ESCAPES:
            if escaped.startswith(escape):
                if encoding == "iso-2022-jp":
                    texts.append(_piece(escaped, encoding))
                else:
                    texts.append(_piece(escaped[len(escape) :], encoding or base))
                break
        else:
            texts.append(_piece(piece, ""))
    return "".join(texts)


def readings(value: bytes, declared: Sequence[str]) -> list[str]:
    """All that a value could say: as `decoded`, as every term declares it, and as every guess that fits."""
    texts = [decoded(value, declared)]
    if value.isascii() or _ESCAPE in value:  # escape sequences said it all
        return texts
    labels = [label for term in declared if (label := _SEVERAL.get(term) or _single(term))]
    texts += [value.decode(_CODECS[label], "replace") for label in labels]
    for guess in GUESSES:
        try:
            texts.append(value.decode(_CODECS[guess]))
        except UnicodeDecodeError:
            continue
    return list(dict.fromkeys(texts))


def _single(term: str) -> str | None:
    match = _SINGLE_TERM.fullmatch(term)
    return SINGLE.get(match[1]) if match else None


def _piece(piece: bytes, encoding: str) -> str:
    if piece.isascii() and encoding != "iso-2022-jp":
        return piece.decode("ascii")
    if encoding:
        return piece.decode(_CODECS[encoding], "replace")
    for guess in GUESSES:
        try:
            return piece.decode(_CODECS[guess])
        except UnicodeDecodeError:
            continue
    return piece.decode("ascii", "replace")
