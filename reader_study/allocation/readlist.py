"""A read list as a value: what an algorithm makes, and its canonical bytes. Pure: no Django."""

import hashlib
import json
from dataclasses import dataclass
from uuid import UUID


class Impossible(ValueError):
    """The design cannot be allocated: a code, and the numbers that its sentence needs in any language."""

    def __init__(self, code: str, **numbers: int) -> None:
        super().__init__(code, numbers)
        self.code = code
        self.numbers = numbers


@dataclass(frozen=True)
class Candidate:
    """A case that could be read: its name, the code of its site, the arms it has accepted images for."""

    case: UUID
    subject: str
    site: str
    arms: frozenset[str]


@dataclass(frozen=True)
class Placement:
    """One read. Sessions and positions count from 1; repetition 0 is the first read, 1 the hidden repeat."""

    token: UUID
    reader: UUID
    session: int
    position: int
    case: UUID
    arm: str
    repetition: int


@dataclass(frozen=True)
class ReadList:
    """What an algorithm made: every read, and the cases that lacked an arm. The order of either means nothing."""

    algorithm: str
    placements: tuple[Placement, ...]
    withheld: tuple[UUID, ...]

    def rows(self) -> list[list[str | int]]:
        """[reader, session, position, token, case, arm, repetition] of every read, sorted by the first three."""
        reads = sorted(self.placements, key=lambda read: (read.reader, read.session, read.position))
        return [
            [str(r.reader), r.session, r.position, str(r.token), str(r.case), r.arm, r.repetition]
            for r in reads
        ]

    def canonical(self) -> bytes:
        """The list as UTF-8 JSON without spaces, keys sorted."""
        return canonical(
            {
                "algorithm": self.algorithm,
                "withheld": [str(case) for case in sorted(self.withheld)],
                "reads": self.rows(),
            }
        )

    def digest(self) -> str:
        """SHA-256 of the canonical list, in hex."""
        return hashlib.sha256(self.canonical()).hexdigest()


def canonical(document: object) -> bytes:
    """JSON in UTF-8 of which there is one form only: keys sorted, no spaces, no escapes that are not needed."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()
