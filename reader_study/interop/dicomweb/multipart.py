"""multipart/related (RFC 2387) as PS3.18 8.6.1 wants it: one boundary, CRLF everywhere, a closing delimiter."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpResponseBase, StreamingHttpResponse


@dataclass(frozen=True)
class Part:
    """content_type with its parameters; location: the address of this part alone."""

    content_type: str
    location: str
    data: bytes


def answer(parts: Iterable[Part], *, media_type: str) -> HttpResponseBase:
    """A response that holds one part in memory at a time."""
    boundary = secrets.token_hex(20)
    response = StreamingHttpResponse(
        _written(parts, boundary),
        content_type=f'multipart/related; type="{media_type}"; boundary={boundary}',
    )
    response["Cache-Control"] = "private, no-store"
    return response


def _written(parts: Iterable[Part], boundary: str) -> Iterator[bytes]:
    for part in parts:
        head = (
            f"--{boundary}\r\nContent-Type: {part.content_type}\r\n"
            f"Content-Length: {len(part.data)}\r\nContent-Location: {part.location}\r\n\r\n"
        )
        yield head.encode()
        yield part.data
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()
