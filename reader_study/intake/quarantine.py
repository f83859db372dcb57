"""Files that wait for a person's decision, as they came: encrypted on disk, each under a key of its own.

AES-256-GCM; the file's key is wrapped with one that HKDF makes of the installation's secret for this study and site,
and the wrapped key is in the file's row (`models.KeptApart`). Without the row, or without the secret, nobody can read
the file: to forget the row's key is to destroy the file, in whatever copy of the disk. A file is named by the row.
"""

import base64
import binascii
import os
import secrets
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid5

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_KEY, _NONCE = 32, 12
_ANSWERS = b"answers"


class Unreadable(Exception):
    """The file is not there, is damaged, or was encrypted under another secret."""


def folder() -> Path:
    return Path(settings.STAGING) / "quarantine"


def name_of(*, upload: UUID, number: int) -> UUID:
    """The id of the row, and the file's name: the same for the same file of an upload, however often it is tried."""
    return uuid5(upload, str(number))


def seal(data: bytes, *, name: UUID, study: UUID, site: UUID) -> bytes:
    """Encrypt a file onto the disk, there when this returns; its wrapped key, 60 bytes, for the row."""
    key = secrets.token_bytes(_KEY)
    path = _path(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".sealing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_encrypted(key, data, about=name.bytes))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return _encrypted(_wrapping_key(study, site), key, about=name.bytes)


def read(wrapped_key: bytes, *, name: UUID, study: UUID, site: UUID) -> bytes:
    """The file as it came. Raises Unreadable."""
    try:
        sealed = _path(name).read_bytes()
    except FileNotFoundError:
        raise Unreadable from None
    return _decrypted(_unwrapped(wrapped_key, name, study, site), sealed, about=name.bytes)


def seal_note(text: bytes, wrapped_key: bytes, *, name: UUID, study: UUID, site: UUID) -> bytes:
    """A few words about a file that go when it goes: encrypted under its key."""
    return _encrypted(_unwrapped(wrapped_key, name, study, site), text, about=name.bytes + _ANSWERS)


def read_note(sealed: bytes, wrapped_key: bytes, *, name: UUID, study: UUID, site: UUID) -> bytes:
    """Raises Unreadable."""
    return _decrypted(_unwrapped(wrapped_key, name, study, site), sealed, about=name.bytes + _ANSWERS)


def shred(name: UUID) -> None:
    """Remove a file whose key is forgotten, or was never written down."""
    _path(name).unlink(missing_ok=True)


def names() -> list[UUID]:
    """What is on disk, apart from files that are just being written."""
    return [UUID(path.name) for path in folder().glob("*-*-*-*-*") if path.is_file()]


def age(name: UUID) -> timedelta:
    """Since when a file has been there; nothing, if it is gone."""
    try:
        return timedelta(seconds=time.time() - _path(name).stat().st_mtime)
    except FileNotFoundError:
        return timedelta()


def _path(name: UUID) -> Path:
    return folder() / str(name)


def _wrapping_key(study: UUID, site: UUID) -> bytes:
    about = b"reader study quarantine" + study.bytes + site.bytes
    return HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=about).derive(_secret())


def _secret() -> bytes:
    if not settings.QUARANTINE_KEY:
        return str(settings.SECRET_KEY).encode()
    try:
        key = base64.b64decode(settings.QUARANTINE_KEY, validate=True)
    except binascii.Error:
        key = b""
    if len(key) < _KEY:
        raise ImproperlyConfigured("QUARANTINE_KEY must be 32 random bytes or more, base64.")
    return key


def _unwrapped(wrapped_key: bytes, name: UUID, study: UUID, site: UUID) -> bytes:
    return _decrypted(_wrapping_key(study, site), wrapped_key, about=name.bytes)


def _encrypted(key: bytes, data: bytes, *, about: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, data, about)


def _decrypted(key: bytes, sealed: bytes, *, about: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], about)
    except (InvalidTag, ValueError):
        raise Unreadable from None
