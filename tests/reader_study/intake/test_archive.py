import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reader_study.intake import archive
from reader_study.intake.archive import members
from reader_study.intake.reasons import SENTENCES, Refused
from reader_study.intake.sources import sources
from tests.reader_study.intake.forging import NM, PT


def packed(*entries: tuple[str, bytes], **how: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how.get("compression", zipfile.ZIP_DEFLATED)) as file:
        for name, data in entries:
            file.writestr(name, data)
    return out.getvalue()


def _special(mode: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        info = zipfile.ZipInfo("link")
        info.create_system, info.external_attr = 3, mode << 16
        file.writestr(info, "/etc/passwd")
    return out.getvalue()


def _encrypted() -> bytes:
    data = bytearray(packed(("a.dcm", NM)))
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


def _overlapping() -> bytes:
    """Two names in the directory for one and the same member (the "better zip bomb" in small)."""
    data = packed(("a", b"x" * 999), ("b", b"x" * 999))
    at = data.index(b"PK\1\2", data.index(b"PK\1\2") + 4)
    return data[: at + 42] + struct.pack("<I", 0) + data[at + 46 :]


def _count_that_lies() -> bytes:
    data = packed(("a.dcm", NM))
    at = data.rindex(b"PK\5\6")
    return data[: at + 8] + struct.pack("<HH", 65535, 65535) + data[at + 12 :]


def _bomb() -> bytes:
    return packed(*((f"{n}.dcm", bytes(30 << 20)) for n in range(3)))


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "climbs": (lambda: packed(("../../etc/passwd", b"x")), "zip_names"),
    "climbs the other way": (lambda: packed(("a\\..\\..\\b", b"x")), "zip_names"),
    "absolute": (lambda: packed(("/etc/passwd", b"x")), "zip_names"),
    "a drive": (lambda: packed(("C:\\a", b"x")), "zip_names"),
    "a long name": (lambda: packed(("x" * 300, b"x")), "zip_names"),
    "a line break in a name": (lambda: packed(("a\nb", b"x")), "zip_names"),
    "link": (lambda: _special(0o120777), "zip_special"),
    "device": (lambda: _special(0o020666), "zip_special"),
    "encrypted": (_encrypted, "zip_encrypted"),
    "unusual compression": (lambda: packed(("a", NM), compression=zipfile.ZIP_LZMA), "zip_method"),
    "bomb": (_bomb, "zip_bomb"),
    "overlapping": (_overlapping, "zip_overlap"),
    "count that lies": (_count_that_lies, "zip_too_many"),
    "cut": (lambda: packed(("a.dcm", NM))[:-40], "zip_damaged"),
    "too many": (lambda: packed(*((str(n), b"") for n in range(archive.MAX_MEMBERS + 1))), "zip_too_many"),
    "nothing but a start": (lambda: b"PK\3\4", "zip_damaged"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_hostile_archive_is_refused_before_anything_is_unpacked(name: str, tmp_path: Path) -> None:
    make, code = BAD[name]
    path = tmp_path / "bad.zip"
    path.write_bytes(make())
    with pytest.raises(Refused) as refused:
        next(members(path))
    assert refused.value.code == code
    assert code in SENTENCES
    assert [(source.data, source.code) for source in sources([path])] == [(None, code)]


def test_what_is_wrong_with_one_member_costs_that_member(tmp_path: Path) -> None:
    data = packed(("a/1.dcm", NM), ("b/inner.zip", packed(("x", b"x"))), ("c/2.dcm", PT))
    at = data.index(NM[:132]) if NM[:132] in data else data.index(b"a/1.dcm") + 200
    damaged = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
    path = tmp_path / "folder.zip"
    path.write_bytes(damaged)
    assert [(member.name, member.code, member.data) for member in members(path)] == [
        ("a/1.dcm", "zip_damaged", None),
        ("b/inner.zip", "zip_nested", None),
        ("c/2.dcm", "", PT),
    ]


def test_folders_and_archives_give_every_file_once_and_follow_no_link(tmp_path: Path) -> None:
    (tmp_path / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "deep" / "deeper" / "1").write_bytes(NM)
    (tmp_path / "deep" / "2.zip").write_bytes(packed(("x/3", PT), ("x/", b"")))
    (tmp_path / "deep" / "link").symlink_to("/etc/hostname")
    (tmp_path / "deep" / "round").symlink_to(tmp_path)
    found = [(Path(source.name).name, source.data, source.code) for source in sources([tmp_path])]
    assert found == [("3", PT, ""), ("link", None, "not_a_file"), ("1", NM, "")]
    assert [source.code for source in sources([tmp_path / "none"])] == ["no_access"]


def test_a_damaged_letter_of_an_office_suite_is_no_archive_to_its_owner(tmp_path: Path) -> None:
    whole = packed(("word/document.xml", b"<x/>"))
    (tmp_path / "letter.docx").write_bytes(whole[:-40])
    (tmp_path / "FOLDER.ZIP").write_bytes(whole[:-40])
    assert [source.code for source in sources([tmp_path])] == ["zip_damaged", "not_dicom"]
