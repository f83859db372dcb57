"""Files to other people's archives: DICOM C-STORE (PS3.4 B) and STOW-RS (PS3.18 10.5)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

WARNINGS = {0xB000, 0xB006, 0xB007}  # kept, with something changed or doubted: PS3.4 table B.2-1


@dataclass(frozen=True)
class Outgoing:
    """A file to be sent, byte for byte."""

    sop_class: str
    sop_uid: str
    data: bytes


@dataclass(frozen=True)
class Answer:
    """What the archive said of one file. code: a DICOM status in hex, or a short word of ours."""

    sop_uid: str
    kept: bool
    code: str


class Unreachable(Exception):
    """The archive cannot be talked to at all; the message is one sentence for people."""


class Archive(Protocol):
    """Where files can be sent. `name` is for the journal: it holds no secret."""

    @property
    def name(self) -> str: ...

    def send(self, files: Iterable[Outgoing]) -> Iterator[Answer]:
        """One answer for each file, in order. Raises Unreachable, perhaps after some answers."""
        ...
