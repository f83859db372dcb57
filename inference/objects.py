"""Content-addressed files on one file system: what is stored under a key can only be what the key says."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

_KEY = re.compile(r"[0-9a-f]{64}")


class ObjectMissing(LookupError):
    """No object has this key."""


class ObjectCorrupt(RuntimeError):
    """The bytes on disk are not those that the key promises."""


def digest_of(data: bytes) -> str:
    """SHA-256 as 64 lower-case hex digits: the key of an object."""
    return hashlib.sha256(data).hexdigest()


class ObjectStore:
    """Immutable objects below `root`, plus names that point at them.

    An object lies at objects/ab/abcd…; a name (a hash of what the object was made from) is a small file at
    names/ab/abcd… that holds the key. Writers use a temporary file on the same file system, fsync and
    an atomic link or rename, so that a killed process leaves no half object.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def path(self, key: str) -> Path:
        """Where the object lies, whether or not it is there. ValueError if not 64 hex digits."""
        return self._below("objects", key)

    def put(self, data: bytes) -> str:
        """Store bytes; returns their key. Storing the same bytes again changes nothing."""
        key = digest_of(data)
        target = self.path(key)
        if not (target.exists() and target.read_bytes() == data):
            temporary = _written(target, data)
            os.replace(temporary, target)
            _sync_folder(target.parent)
        return key

    def get(self, key: str) -> bytes:
        """The bytes of an object, checked against its key. Raises ObjectMissing, ObjectCorrupt."""
        try:
            data = self.path(key).read_bytes()
        except FileNotFoundError:
            raise ObjectMissing(key) from None
        if digest_of(data) != key:
            raise ObjectCorrupt(key)
        return data

    def put_named(self, name: str, data: bytes) -> str:
        """Store bytes and let `name` point at them; returns the key that the name now has.

        The first writer wins: a worker that was given the same task twice hands back the first object.
        """
        key = self.put(data)
        target = self._below("names", name)
        temporary = _written(target, key.encode())
        try:
            os.link(temporary, target)
            _sync_folder(target.parent)
        except FileExistsError:
            key = self.key_of(name)
        finally:
            temporary.unlink()
        return key

    def key_of(self, name: str) -> str:
        """The key that a name points at. Raises ObjectMissing, ObjectCorrupt."""
        try:
            key = self._below("names", name).read_text(encoding="ascii")
        except FileNotFoundError:
            raise ObjectMissing(name) from None
        if not _KEY.fullmatch(key):
            raise ObjectCorrupt(name)
        return key

    def get_named(self, name: str) -> bytes:
        """The bytes that a name points at. Raises ObjectMissing, ObjectCorrupt."""
        return self.get(self.key_of(name))

    def _below(self, shelf: str, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("an object key is 64 lower-case hex digits")
        return self.root / shelf / key[:2] / key


def _written(target: Path, data: bytes) -> Path:
    """A complete, synced temporary file in the folder of `target`."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _sync_folder(folder: Path) -> None:
    """Make the new directory entry itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
