"""multipart/related as a stream (RFC 2046 5.1, RFC 2387): part after part, never a part in memory.

Every line and every part's header is bounded; the body of a part is read as a file. Needs no Django.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

_BLOCK = 1 << 16
_MAX_LINE = 1024
_MAX_HEADERS = 16
# RFC 2045 5.1: token, or quoted string.
_PARAMETER = re.compile(r';\s*([!#$%&\'*+.^_`|~0-9A-Za-z-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]+)\s*')
# RFC 2046 5.1.1, but for the length: it says 70, and Orthanc's DICOMweb 1.7 sends 73.
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,199}[0-9A-Za-z'()+_,./:=?-]")


class BadMultipart(Exception):
    """The body is not what its header says."""


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def content_type(header: str) -> tuple[str, dict[str, str]]:
    """A Content-Type as (type in lower case, parameters by lower-case name, unquoted).

    Raises
    ------
    BadMultipart
        Something in it is no parameter.
    """
    kind, _semicolon, rest = header.partition(";")
    parameters, at = dict[str, str](), 0
    rest = f";{rest}" if rest.strip() else ""
    while at < len(rest):
        found = _PARAMETER.match(rest, at)
        if found is None:
            raise BadMultipart("parameter")
        name, value = found[1].lower(), found[2]
        parameters[name] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
        at = found.end()
    return kind.strip().lower(), parameters


def boundary_of(parameters: dict[str, str]) -> bytes:
    boundary = parameters.get("boundary", "")
    if not _BOUNDARY.fullmatch(boundary):
        raise BadMultipart("boundary")
    return boundary.encode("ascii")


@dataclass
class Part:
    """One part: its headers by lower-case name, and its body to be read once, before the next part is asked for."""

    headers: dict[str, str]
    _source: "_Source" = field(repr=False)

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes of the body; b"" at its end. Raises BadMultipart when the stream ends before."""
        return self._source.body(size)


class _Source:
    """A stream with what was read of it and not yet used."""

    def __init__(self, stream: Readable, boundary: bytes) -> None:
        self.stream, self.delimiter = stream, b"\r\n--" + boundary
        self.buffer = b"\r\n"  # so that a boundary at the very start is found like any other
        self.in_body = True  # of the preamble, which nobody reads

    def fill(self) -> None:
        block = self.stream.read(_BLOCK)
        if not block:
            raise BadMultipart("ends early")
        self.buffer += block

    def body(self, size: int) -> bytes:
        """Bytes before the next delimiter."""
        while self.in_body:
            found = self.buffer.find(self.delimiter)
            if found == 0:
                self.in_body = False
                self.buffer = self.buffer[len(self.delimiter) :]
                break
            # A delimiter may be cut in two by the end of the buffer.
            ready = found if found > 0 else len(self.buffer) - len(self.delimiter) + 1
            if ready > 0:
                given, self.buffer = self.buffer[: min(size, ready)], self.buffer[min(size, ready) :]
                return given
            self.fill()
        return b""

    def line(self) -> bytes:
        while (end := self.buffer.find(b"\r\n")) < 0:
            if len(self.buffer) > _MAX_LINE:
                raise BadMultipart("line")
            self.fill()
        if end > _MAX_LINE:
            raise BadMultipart("line")
        line, self.buffer = self.buffer[:end], self.buffer[end + 2 :]
        return line

    def next_part(self) -> dict[str, str] | None:
        """The headers after a delimiter; None after the last one."""
        while len(self.buffer) < 2:
            self.fill()
        if self.buffer[:2] == b"--":
            return None
        if self.line().strip(b" \t"):
            raise BadMultipart("boundary")
        headers = dict[str, str]()
        while line := self.line():
            name, colon, value = line.partition(b":")
            if not colon or len(headers) >= _MAX_HEADERS:
                raise BadMultipart("header")
            headers[name.decode("latin-1").strip().lower()] = value.decode("latin-1").strip()
        # The body may be empty: then its delimiter follows at once, without a line end of its own.
        dashes = self.delimiter[2:]
        while len(self.buffer) < len(dashes) and dashes.startswith(self.buffer):
            self.fill()
        if self.buffer.startswith(dashes):
            self.buffer = b"\r\n" + self.buffer
        self.in_body = True
        return headers


def parts(stream: Readable, boundary: bytes) -> Iterator[Part]:
    """The parts of a multipart body, in order. What is left unread of a part is skipped.

    Raises
    ------
    BadMultipart
        The stream ends before its last boundary, or a header is not one.
    """
    source = _Source(stream, boundary)
    while True:
        while source.body(_BLOCK):
            pass
        headers = source.next_part()
        if headers is None:
            return
        yield Part(headers, source)
