"""Texts of a file as Unicode, well enough to look for words in them (PS3.3 C.12.1.1.2, PS3.5 section 6.1).

Hospitals write Japanese in ISO 2022 with escape sequences, in Shift-JIS and UTF-8 without saying so, and in what
they declare. A text that cannot be decoded only hides a word, so nothing here raises. The browser decodes by the
same table and order (its labels are those of the WHATWG encoding standard).
"""

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
    (b"\x1b$)C", "euc-kr"),
    (b"\x1b$)A", "gb18030"),
    (b"\x1b$B", "iso-2022-jp"),
    (b"\x1b$@", "iso-2022-jp"),
    (b"\x1b)I", "shift_jis"),
    (b"\x1b(I", "iso-2022-jp"),
    (b"\x1b(J", "shift_jis"),
    (b"\x1b(B", ""),
)
GUESSES = ("utf-8", "shift_jis", "euc-jp")  # the first that fits, where nothing is declared
_CODECS = {
    "utf-8": "utf-8",
    "gb18030": "gb18030",
    "shift_jis": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "iso-2022-jp": "iso2022_jp_ext",
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
