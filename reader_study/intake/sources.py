"""The files that a person names on a command line: single ones, whole folders, zip archives; all bounded."""

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reader_study.intake.archive import MAX_MEMBER_BYTES, is_archive, members
from reader_study.intake.reasons import Refused


@dataclass(frozen=True)
class Source:
    """One file. name: its path, for its owner's eyes only; data: None if it was not read, because of `code`."""

    name: str
    data: bytes | None
    code: str = ""


def sources(paths: Iterable[Path]) -> Iterator[Source]:
    """Every file below the paths, in order of name; only one is in memory at a time.

    Links within a folder are not followed; devices and pipes are not opened.
    """
    for path in paths:
        if path.is_dir():
            for folder, folders, names in os.walk(path):
                folders.sort()
                for name in sorted(names):
                    yield from _opened(Path(folder) / name, follow=False)
        else:
            yield from _opened(path, follow=True)


def is_empty_folder(path: Path) -> bool:
    """Whether a folder holds no file, however deep."""
    return path.is_dir() and not any(names for _, _, names in os.walk(path))


def _opened(path: Path, *, follow: bool) -> Iterator[Source]:
    try:
        status = path.stat(follow_symlinks=follow)
        if not stat.S_ISREG(status.st_mode):
            yield Source(str(path), None, "not_a_file")
            return
        packed = is_archive(path)
        if not packed:
            code = "too_large" if status.st_size > MAX_MEMBER_BYTES else ""
            yield Source(str(path), None if code else path.read_bytes(), code)
            return
    except (OSError, ValueError):  # ValueError: a NUL in the name
        yield Source(str(path), None, "no_access")
        return
    yield from _unpacked(path)


def _unpacked(path: Path) -> Iterator[Source]:
    try:
        for member in members(path):
            yield Source(f"{path}: {member.name}", member.data, member.code)
    except Refused as reason:
        # A letter of an office suite is a zip inside, too; its owner knows no archive.
        named_so = path.suffix.lower() == ".zip"
        yield Source(str(path), None, reason.code if named_so else "not_dicom")
    except OSError:
        yield Source(str(path), None, "no_access")
