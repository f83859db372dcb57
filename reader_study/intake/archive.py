"""Zip archives from a site, bounded: looked through before anything is unpacked, never unpacked onto a disc.

What zip files do to those who trust them: names that climb out of the folder, links, members that lie over one
another, sizes that are not true, archives in archives, a directory without end.
"""

import stat
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reader_study.intake.reasons import Refused

MAX_MEMBERS = 20_000
MAX_MEMBER_BYTES = 64 << 20
MAX_TOTAL_BYTES = 16 << 30
MAX_RATIO = 200
SIGNATURES = (b"PK\3\4", b"PK\5\6")
_MAX_DIRECTORY = 16 << 20
_LONGEST_NAME, _LONGEST_PART = 4096, 255
_TAIL = (1 << 16) + 22  # the end record and the longest comment behind it
_END, _LOCAL = struct.Struct("<4s4H2IH"), struct.Struct("<4s5H3I2H")
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNIX = 3
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Member:
    """A file of an archive. name: for its owner's eyes; data: None if it is not taken, because of `code`."""

    name: str
    size: int
    data: bytes | None
    code: str = ""


def is_archive(path: Path) -> bool:
    """Whether a file begins as a zip archive does."""
    with path.open("rb") as file:
        return file.read(4) in SIGNATURES


def members(path: Path) -> Iterator[Member]:
    """The files of a zip archive, one after the other; only one is in memory at a time.

    Raises
    ------
    Refused
        Before the first file: "zip_damaged", "zip_encrypted", "zip_method", "zip_names", "zip_special",
        "zip_overlap", "zip_bomb", "zip_too_many".
    """
    with path.open("rb") as file:
        _check_directory(file)
        try:
            archive = zipfile.ZipFile(file)
            infos = [info for info in archive.infolist() if not info.is_dir()]
        except (
            zipfile.BadZipFile,
            ValueError,
            OverflowError,
            struct.error,
            UnicodeDecodeError,
            NotImplementedError,
        ):
            raise Refused("zip_damaged") from None
        with archive:
            _check(infos, archive.infolist(), file)
            for info in infos:
                yield _member(archive, info)


def _check_directory(file: BinaryIO) -> None:
    """The number of members and the size of the directory, before a library builds objects of them."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    at = tail.rfind(b"PK\5\6")
    if at < 0 or at + _END.size > len(tail):
        raise Refused("zip_damaged")
    _, disc, first_disc, here, count, length, start, _ = _END.unpack_from(tail, at)
    if disc or first_disc or here != count:
        raise Refused("zip_damaged")
    if count > MAX_MEMBERS or length > _MAX_DIRECTORY:
        raise Refused("zip_too_many")  # the marks of Zip64 (65535 members, 4 GB) too
    if start + length > size:
        raise Refused("zip_damaged")


def _check(infos: list[zipfile.ZipInfo], everything: list[zipfile.ZipInfo], file: BinaryIO) -> None:
    for info in everything:
        if not _is_plain_name(info.orig_filename):
            raise Refused("zip_names")
        kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == _UNIX else 0
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise Refused("zip_special")
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise Refused("zip_encrypted")
    if any(info.compress_type not in _METHODS for info in infos):
        raise Refused("zip_method")
    total, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    if total > MAX_TOTAL_BYTES or total > max(_BLOCK, MAX_RATIO * packed):
        raise Refused("zip_bomb")
    behind = 0
    for info in sorted(everything, key=lambda info: info.header_offset):
        if info.header_offset < behind:
            raise Refused("zip_overlap")
        behind = _end_of(info, file)


def _end_of(info: zipfile.ZipInfo, file: BinaryIO) -> int:
    """Where the data of a member ends, by its local header."""
    file.seek(info.header_offset)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or head[:4] != b"PK\3\4":
        raise Refused("zip_damaged")
    *_, name, extra = _LOCAL.unpack(head)
    return info.header_offset + _LOCAL.size + int(name) + int(extra) + info.compress_size


def _is_plain_name(name: str) -> bool:
    """Relative, without ways up, drives, control signs; both kinds of slashes count."""
    if not name or len(name) > _LONGEST_NAME or any(ord(sign) < 32 for sign in name):
        return False
    parts = name.replace("\\", "/").removesuffix("/").split("/")
    longest = max(len(part.encode("utf-8", "replace")) for part in parts)
    return ".." not in parts and parts[0] != "" and parts[0][1:2] != ":" and longest <= _LONGEST_PART


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    """A member read to its end, never further than it may be long."""
    if info.file_size > MAX_MEMBER_BYTES:
        return Member(info.filename, info.file_size, None, "too_large")
    if info.file_size > max(_BLOCK, MAX_RATIO * info.compress_size):
        return Member(info.filename, info.file_size, None, "zip_bomb")
    blocks, read = [], 0
    try:
        with archive.open(info) as stream:
            while block := stream.read(_BLOCK):
                read += len(block)
                if read > MAX_MEMBER_BYTES:
                    return Member(info.filename, info.file_size, None, "too_large")
                blocks.append(block)
    except Exception:  # checksum, cut stream, another name in the local header: this member's own damage
        return Member(info.filename, info.file_size, None, "zip_damaged")
    data = b"".join(blocks)
    if data.startswith(SIGNATURES) and data[128:132] != b"DICM":
        return Member(info.filename, info.file_size, None, "zip_nested")
    return Member(info.filename, info.file_size, data)
