"""The only place where bytes as the site sent them exist: from their arrival to their verdict.

On a volume of their own (`settings.STAGING`), never on that of the object store, which the GPU worker mounts;
nothing serves from here. A file is named by its upload and its digest, not by what it was called at the site.
What is quarantined moves on, encrypted (`quarantine.py`).
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from reader_study.problems import Conflict, TooLarge

_BLOCK = 1 << 18


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def staging() -> Path:
    return Path(settings.STAGING) / "staging"


def _path(upload: UUID, sha256: str) -> Path:
    return staging() / str(upload) / sha256


def is_staged(*, upload: UUID, sha256: str) -> bool:
    return _path(upload, sha256).exists()


@dataclass(frozen=True)
class Arrived:
    """A temporary file that is on disk; sha256 in hex."""

    path: Path
    size: int
    sha256: str


@contextmanager
def received(*, upload: UUID, sha256: str, size: int, body: Readable) -> Iterator[Path]:
    """A temporary file with a body of exactly `size` bytes and this digest; gone afterwards unless kept.

    Raises
    ------
    TooLarge
        There is more than the manifest said.
    Conflict
        code "digest": these are not the bytes of the manifest.
    """
    more = _("More bytes arrived than the manifest announced.")
    with _written(upload, body, most=size, more=more) as arrived:
        if arrived.sha256 != sha256:
            raise Conflict("digest", _("The file changed on its way, or is another one. Send it again."))
        yield arrived.path


@contextmanager
def received_unannounced(*, upload: UUID, most: int, body: Readable) -> Iterator[Arrived]:
    """The same for a body of which nothing is known. Raises TooLarge above `most` bytes."""
    with _written(upload, body, most=most, more=_("The file is larger than this study accepts.")) as arrived:
        yield arrived
        _sync(arrived.path.parent)  # whoever sent it is told that it is safe here, and forgets it


@contextmanager
def _written(upload: UUID, body: Readable, *, most: int, more: str) -> Iterator[Arrived]:
    folder = staging() / str(upload)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".receiving-")
    temporary = Path(name)
    try:
        digest, received = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as file:
            while block := body.read(_BLOCK):
                received += len(block)
                if received > most:
                    raise TooLarge("too_large", more)
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        yield Arrived(temporary, received, digest.hexdigest())
    finally:
        temporary.unlink(missing_ok=True)


def keep(temporary: Path, *, upload: UUID, sha256: str) -> None:
    """Make a received file a staged one."""
    os.replace(temporary, _path(upload, sha256))


def read(*, upload: UUID, sha256: str) -> bytes | None:
    """The bytes of a staged file; None if it is not there or is not what its name says."""
    try:
        data = _path(upload, sha256).read_bytes()
    except FileNotFoundError:
        return None
    return data if hashlib.sha256(data).hexdigest() == sha256 else None


def discard(*, upload: UUID, sha256: str) -> None:
    _path(upload, sha256).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def clear(*, upload: UUID) -> None:
    """Remove whatever is still staged of an upload."""
    shutil.rmtree(staging() / str(upload), ignore_errors=True)


def staged_uploads() -> list[UUID]:
    """The uploads of which anything is staged."""
    return [UUID(folder.name) for folder in staging().glob("*-*-*-*-*") if folder.is_dir()]
