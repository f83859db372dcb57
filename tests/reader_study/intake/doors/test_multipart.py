import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader_study.intake.doors.multipart import BadMultipart, Part, boundary_of, content_type, parts


class Dripping(io.BytesIO):
    """A slow line: hands out a few bytes at a time."""

    def __init__(self, data: bytes, step: int) -> None:
        super().__init__(data)
        self.step = step

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.step)


def body(*files: bytes, boundary: bytes = b"b-1", preamble: bytes = b"", epilogue: bytes = b"") -> bytes:
    made = preamble
    for data in files:
        made += b"\r\n--" + boundary + b"\r\nContent-Type: application/dicom\r\n\r\n" + data
    return made.removeprefix(b"\r\n") + b"\r\n--" + boundary + b"--" + epilogue


def whole(part: Part) -> bytes:
    return b"".join(iter(lambda: part.read(7), b""))


@pytest.mark.parametrize("step", [1, 2, 5, 64, 1 << 16])
def test_the_parts_come_as_they_were_sent_however_the_line_cuts_them(step: int) -> None:
    files = [b"one", b"", b"\r\n--b-", b"x\r\n--b-2\r\n" * 9, bytes(range(256)) * 3, b"\r\n", b"--b-", b"--"]
    read = [whole(part) for part in parts(Dripping(body(*files), step), b"b-1")]
    assert read == files


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=4), st.integers(1, 70))
def test_any_bytes_come_through(files: list[bytes], step: int) -> None:
    boundary = b"=-never-in-the-files-=" + b"0" * 20
    read = [whole(part) for part in parts(Dripping(body(*files, boundary=boundary), step), boundary)]
    assert read == files


def test_preamble_epilogue_and_what_is_not_read_are_skipped() -> None:
    data = body(b"one" * 1000, b"two", preamble=b"This is MIME.", epilogue=b"\r\nBye.")
    found = parts(io.BytesIO(data), b"b-1")
    assert next(found).headers == {"content-type": "application/dicom"}
    assert whole(next(found)) == b"two"
    assert list(found) == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"--b-1",
        b"--b-1\r\nContent-Type: a/b\r\n\r\ncut",
        b"--b-1\r\nContent-Type: a/b\r\n\r\ncut\r\n--b-1",
        b"--b-1\r\nno header\r\n\r\n\r\n--b-1--",
        b"--b-1 x\r\n\r\n\r\n--b-1--",
        b"--b-1\r\n" + b"a: b\r\n" * 5 + b"c" * 5000 + b"\r\n\r\n\r\n--b-1--",
        b"--b-1\r\n" + b"".join(b"a%d: b\r\n" % n for n in range(40)) + b"\r\n\r\n--b-1--",
        b"nothing of it" * 100,
    ],
)
def test_a_body_that_is_not_multipart_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(BadMultipart):
        for part in parts(io.BytesIO(data), b"b-1"):
            whole(part)


def test_a_content_type_is_read_with_and_without_quotes() -> None:
    kind = 'Multipart/Related;type="application/dicom" ; boundary="a b;c"; start=x'
    assert content_type(kind) == (
        "multipart/related", {"type": "application/dicom", "boundary": "a b;c", "start": "x"},
    )  # fmt: skip
    assert content_type("application/dicom") == ("application/dicom", {})


@pytest.mark.parametrize("header", ["multipart/related; boundary", 'a/b; boundary="x', "a/b; =x", "a/b;;"])
def test_a_content_type_that_is_none(header: str) -> None:
    with pytest.raises(BadMultipart):
        content_type(header)


@pytest.mark.parametrize("boundary", ["", "a" * 201, "a\nb", "é", "a ", "a{b}"])
def test_a_boundary_is_of_the_letters_that_a_boundary_may_have(boundary: str) -> None:
    with pytest.raises(BadMultipart):
        boundary_of({"boundary": boundary})
