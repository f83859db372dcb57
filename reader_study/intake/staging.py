"""The only place where bytes as the site sent them exist: from their arrival to their verdict.

On a volume of their own (`settings.STAGING`), never on that of the object store, which the GPU worker mounts;
nothing serves from here. A file is named by its upload and its digest, not by what it was called at the site.
What is quarantined moves to a folder of its own, readable by the server's account.
"""

import hashlib
import os
import shutil
import tempfile
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


def quarantine() -> Path:
    return Path(settings.STAGING) / "quarantine"


def _path(upload: UUID, sha256: str) -> Path:
    return staging() / str(upload) / sha256


def is_staged(*, upload: UUID, sha256: str) -> bool:
    return _path(upload, sha256).exists()


def receive(*, upload: UUID, sha256: str, size: int, body: Readable) -> None:
    """Write a body of exactly `size` bytes with this digest; a broken transfer leaves nothing.

    Raises
    ------
    TooLarge
        There is more than the manifest said.
    Conflict
        code "digest": these are not the bytes of the manifest.
    """
    target = _path(upload, sha256)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".receiving-")
    temporary = Path(name)
    try:
        digest, received = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as file:
            while block := body.read(_BLOCK):
                received += len(block)
                if received > size:
                    raise TooLarge("too_large", _("More bytes arrived than the manifest announced."))
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != sha256:
            raise Conflict("digest", _("The file changed on its way, or is another one. Send it again."))
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def read(*, upload: UUID, sha256: str) -> bytes | None:
    """The bytes of a staged file; None if it is not there or is not what its name says."""
    try:
        data = _path(upload, sha256).read_bytes()
    except FileNotFoundError:
        return None
    return data if hashlib.sha256(data).hexdigest() == sha256 else None


def discard(*, upload: UUID, sha256: str) -> None:
    _path(upload, sha256).unlink(missing_ok=True)


def set_apart(*, upload: UUID, sha256: str, number: int) -> None:
    """Move a staged file into quarantine; nothing happens if it moved before."""
    source, target = _path(upload, sha256), quarantine() / str(upload) / str(number)
    if source.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.replace(source, target)


def clear(*, upload: UUID) -> None:
    """Remove whatever is still staged of an upload."""
    shutil.rmtree(staging() / str(upload), ignore_errors=True)
