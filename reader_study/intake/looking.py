"""A file that is kept apart, for the eyes of the site that sent it: its header as lines, its frames as pictures."""

import re
import secrets
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom.datadict import keyword_for_tag

from reader_study.intake.allowlist import ALLOWED
from reader_study.intake.character_sets import decoded as text_in
from reader_study.intake.decoding import decoded
from reader_study.intake.deidentification import Answers, deidentify, subject_of
from reader_study.intake.describing import answered, describe
from reader_study.intake.description import Description
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import NotTaken, Quarantined, Refused
from reader_study.intake.seal import description_under_seal
from reader_study.intake.soundness import sop_class_of
from reader_study.intake.structure import read_structure
from reader_study.intake.tree import (
    ALLOCATED,
    BINARY_VRS,
    COLUMNS,
    PIXEL_DATA,
    ROWS,
    SAMPLES,
    SIGNED,
    Element,
    Item,
    Malformed,
    Structure,
    number_at,
    text_at,
)

MOST_LINES = 2000
LONGEST_VALUE = 200  # characters
MOST_FRAMES = 64  # of one look
_CHARACTER_SET, _SOP_UID, _STUDY_UID = 0x00080005, 0x00080018, 0x0020000D
_SERIES_UID = 0x0020000E
_ITEM = re.compile(r"\[\d+\]")
_NUMBERS = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d", "UV": "Q", "SV": "q"}
_GREY, _COLOUR = 0, 2  # colour types of PNG


class HeaderLine(NamedTuple):
    """One element. path: like 0054,0016[0].0018,1072; name: its keyword, "" if the dictionary has none.

    stays: the procedure keeps the value as it is, so it names nobody.
    """

    path: str
    name: str
    vr: str
    value: str
    stays: bool


@dataclass(frozen=True)
class Look:
    """count: frames of the file; frames: those that were asked for, as PNG."""

    count: int
    rows: int
    columns: int
    frames: tuple[bytes, ...]


class Identity(NamedTuple):
    """As the file says, proven in nothing."""

    sop_class: str
    sop_uid: str
    study_uid: str


@dataclass(frozen=True)
class Known:
    """What a file says of itself that names nobody, proven or not: what a person decides by who keeps it apart.

    description: None if it does not say what it shows; subject_key: as `Subject.key`, empty without a patient ID;
    series_uid: the study's own, or empty.
    """

    description: Description | None = None
    subject_key: bytes = b""
    series_uid: str = ""


def known_of(data: bytes, *, pseudonyms: Pseudonyms, answers: Answers) -> Known:
    """Raises Refused for a file that cannot be read at all, Quarantined if its seal is broken."""
    structure = _structure(data)
    root, sop_class = structure.root, sop_class_of(structure)
    sealed = description_under_seal(structure, pseudonyms)
    try:
        description = answered(
            sealed or describe(root, sop_class=sop_class),
            state=answers.state,
            view=answers.view,
            pixels=answers.pixels,
            blanked=bool(answers.blank),
        )
    except NotTaken:
        description = None
    try:
        key = subject_of(root, pseudonyms, answers.patient_id).key
    except Quarantined:
        key = b""
    series_uid = text_at(root, _SERIES_UID)
    return Known(
        description if sop_class in ALLOWED else None, key, pseudonyms.uid(series_uid) if series_uid else ""
    )


def identity_of(data: bytes) -> Identity:
    """Raises Refused."""
    structure = _structure(data)
    root = structure.root
    return Identity(sop_class_of(structure), text_at(root, _SOP_UID), text_at(root, _STUDY_UID))


def header_of(data: bytes) -> tuple[HeaderLine, ...]:
    """Every element but the pixels, sequences opened, at most MOST_LINES. Raises Refused."""
    structure = _structure(data)
    declared = text_at(structure.root, _CHARACTER_SET).split("\\")
    lines = []
    for line in _lines(structure.root, declared, "", _staying(structure)):
        lines.append(line)
        if len(lines) == MOST_LINES:
            break
    return tuple(lines)


def frames_of(data: bytes, frames: Sequence[int] | None) -> Look:
    """The named frames, counted from 0 (None: the first MOST_FRAMES), each in its own window. Raises Refused."""
    try:
        structure = decoded(_structure(data))
    except Malformed as error:
        raise Refused(error.code) from None
    root = structure.root
    rows, columns, samples = number_at(root, ROWS), number_at(root, COLUMNS), number_at(root, SAMPLES) or 1
    width = number_at(root, ALLOCATED) or 16
    pixels = root.get(PIXEL_DATA)
    if not rows or not columns or pixels is None or samples not in (1, 3) or width not in (8, 16, 32):
        raise Refused("missing_attribute")
    kind = "i" if number_at(root, SIGNED) == 1 else "u"
    image = np.frombuffer(pixels.value[: structure.pixel_bytes], dtype=f"<{kind}{width // 8}")
    image = image.reshape(structure.frames, rows, columns, samples)
    wanted = range(structure.frames) if frames is None else [n for n in frames if 0 <= n < structure.frames]
    pictures = tuple(_png(_grey(image[n])) for n in wanted[:MOST_FRAMES])
    return Look(structure.frames, rows, columns, pictures)


def _structure(data: bytes) -> Structure:
    try:
        return read_structure(data)
    except Malformed as error:
        raise Refused(error.code) from None


def _staying(structure: Structure) -> frozenset[str]:
    """The paths, without numbers of items, at which the procedure keeps every value of this file as it is."""
    try:
        nobodys = Pseudonyms(secrets.token_bytes(32))
        report = deidentify(decoded(structure), pseudonyms=nobodys, answers=Answers(patient_id=b"-")).report
    except (NotTaken, Malformed):  # then nothing is known to stay
        return frozenset()
    kept = {entry.path for entry in report if entry.action == "kept"}
    lost = {entry.path.removesuffix("[]") for entry in report if entry.action != "kept"}
    return frozenset(path for path in kept if lost.isdisjoint(_with_those_above(path)))


def _with_those_above(path: str) -> Iterator[str]:
    steps = path.split("[].")
    return ("[].".join(steps[: n + 1]) for n in range(len(steps)))


def _lines(item: Item, declared: Sequence[str], above: str, staying: frozenset[str]) -> Iterator[HeaderLine]:
    for tag, element in item.items():
        if tag == PIXEL_DATA:
            continue
        path = f"{above}{tag >> 16:04X},{tag & 0xFFFF:04X}"
        stays = _ITEM.sub("[]", path) in staying
        yield HeaderLine(path, keyword_for_tag(tag), element.vr[:2], _shown(element, declared), stays)
        for n, inner in enumerate(element.items):
            yield from _lines(
                inner, declared, f"{path}[{n}].", staying
            )  # no deeper than the gate lets a file be


def _shown(element: Element, declared: Sequence[str]) -> str:
    vr, value = element.vr, element.value
    if vr == "SQ":
        return ""
    code = _NUMBERS.get(vr[:2])
    if code and value and len(value) % struct.calcsize(f"<{code}") == 0:
        size = struct.calcsize(f"<{code}")
        numbers = struct.iter_unpack(f"<{code}", value[: size * 20])
        return "\\".join(f"{number:g}" for (number,) in numbers)[:LONGEST_VALUE]
    if vr[:2] in BINARY_VRS or vr == "AT":
        return value[:40].hex(" ")
    text = text_in(value[: 4 * LONGEST_VALUE], declared).strip(" \0")
    return "".join(sign if sign.isprintable() else " " for sign in text)[:LONGEST_VALUE]


def _grey(frame: NDArray[np.integer]) -> NDArray[np.uint8]:
    """A frame [row, column, sample] in 256 steps between its darkest and its brightest values."""
    if frame.dtype.itemsize == 1:
        return np.ascontiguousarray(frame.astype(np.uint8))
    values = frame.astype(np.float64)
    low, high = np.percentile(values, [0.5, 100.0])
    scaled = (values - low) / max(high - low, 1.0) * 255.0
    return np.ascontiguousarray(np.clip(scaled, 0, 255).astype(np.uint8))


def _png(image: NDArray[np.uint8]) -> bytes:
    """An 8-bit picture [row, column, sample] as PNG (ISO 15948)."""
    rows, columns, samples = image.shape
    colour = _GREY if samples == 1 else _COLOUR
    lines = np.concatenate((np.zeros((rows, 1), np.uint8), image.reshape(rows, -1)), axis=1)
    head = struct.pack(">IIBBBBB", columns, rows, 8, colour, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes(), 6)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
