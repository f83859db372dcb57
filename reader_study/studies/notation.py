"""A charter as a file: canonical JSON, whose SHA-256 is the version's, or TOML, which people write by hand."""

import json
import re
import sys
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any

import tomli_w
from django.utils.translation import gettext as _

from reader_study.problems import Invalid
from reader_study.studies.protocol import canonical, parse

# How Python's parser of TOML ends its sentences.
_TOLD = re.compile(
    r"(?P<why>.*?) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)


class Notation(StrEnum):
    JSON = "json"
    TOML = "toml"


def written_as(document: dict[str, Any], notation: Notation) -> bytes:
    """A protocol's document. A database keeps its keys in an order of its own; TOML is read from the top."""
    if notation == Notation.JSON:
        return canonical(document)
    return tomli_w.dumps(parse(document).as_document()).encode()


def read_as(content: bytes, notation: Notation) -> dict[str, Any]:
    """Raises Invalid, code "protocol", where the file is none of its notation."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Invalid("protocol", _("The file is not a text in UTF-8.")) from None
    try:
        found = json.loads(text) if notation == Notation.JSON else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Invalid("protocol", _no_notation(error, text, notation)) from None
    if not isinstance(found, dict):
        raise Invalid("protocol", _("The file does not hold a protocol."))
    return found


def _no_notation(error: Exception, text: str, notation: Notation) -> str:
    """Where a file stops being what it should be, and what the parser has to say of that place, in English."""
    if isinstance(error, json.JSONDecodeError):
        why, line, column = error.msg, error.lineno, error.colno
    elif told := _TOLD.fullmatch(str(error)):
        why = told["why"]
        last = text.splitlines() or [""]
        line, column = int(told["line"] or len(last)), int(told["column"] or len(last[-1]) + 1)
    else:
        return _("The file is not %(notation)s.") % {"notation": notation.upper()}
    return _("The file is not %(notation)s at line %(line)s, column %(column)s: %(why)s.") % {
        "notation": notation.upper(),
        "line": line,
        "column": column,
        "why": why,
    }


def of_file(file: Path) -> dict[str, Any]:
    """The suffix tells the notation; "-" is standard input, in TOML. Raises Invalid; so does a missing file."""
    notation = Notation.JSON if file.suffix == ".json" else Notation.TOML
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except FileNotFoundError:
        raise Invalid("protocol", _("There is no file %(file)s.") % {"file": file}) from None
    except OSError:
        raise Invalid("protocol", _("The file %(file)s cannot be read.") % {"file": file}) from None
    return read_as(content, notation)
