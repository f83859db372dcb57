"""The sealed list as a file that anybody can check, and the check. Pure: no Django, no database.

The file is canonical JSON (see `readlist.canonical`), so that it has one form only:

    schema      "reader-study/allocation/2"
    study       its id
    blocks      one after the other: the protocol it was made under (which has the study's title, and says whether its
                data are simulated), algorithm, seed (hex), inputs, withheld, list (`ReadList.rows`), digest, and the
                journal's entry that sealed it: previous (digest of the entry before, hex, "" before the first),
                payload (the entry's own text), digest (hex)
    sha256      of the canonical JSON of all the rest

The last line finds a slip of the disk. What finds a forger is that the seed makes the list, that the digest is of the
list and its inputs, and that the journal's entry, written before the first read, says that digest and the protocol's:
whoever compares the entry with a head of the journal that was kept elsewhere knows that nothing was exchanged.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from reader_study.allocation import williams_mixed_1
from reader_study.allocation.readlist import Placement, ReadList, canonical
from reader_study.allocation.sealing import made, sealed_digest

SCHEMA = "reader-study/allocation/2"
SEALED = "allocation.sealed"  # what the journal calls it


class Unverified(ValueError):
    """The file is not what was sealed; the sentence says where it fails."""


@dataclass(frozen=True)
class Verified:
    """A block that holds: how many reads, and the journal's entry to look for elsewhere."""

    block: int
    algorithm: str
    digest: str
    reads: int
    entry: int
    entry_digest: str


def written(study: UUID, blocks: Sequence[Mapping[str, Any]]) -> bytes:
    """The file of blocks that have all of what the page above says."""
    document = {"schema": SCHEMA, "study": str(study), "blocks": blocks}
    return canonical({**document, "sha256": _sha256(canonical(document))})


def verify(data: bytes) -> list[Verified]:
    """Every block of a file that holds to the last byte.

    Raises
    ------
    Unverified
        Anything in it is not as it was sealed, or it is no such file.
    """
    try:
        document = json.loads(data)
        return _verified(document, data)
    except Unverified:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        raise Unverified(f"This is no exported list: {type(error).__name__}: {error}") from None


def _verified(document: dict[str, Any], data: bytes) -> list[Verified]:
    _require(canonical(document) == data, "The file is not in its canonical form.")
    rest = {name: document[name] for name in document if name != "sha256"}
    _require(_sha256(canonical(rest)) == document["sha256"], "The file is not the one that was written.")
    _only(document, "schema", "study", "blocks", "sha256")
    _require(document["schema"] == SCHEMA, f"The schema is not {SCHEMA}.")
    found = [
        _block(block, number=number, study=document["study"])
        for number, block in enumerate(document["blocks"], start=1)
    ]
    _require(bool(found), "The file holds no block.")
    _require_blocks_follow(document["blocks"], found)
    return found


def _block(block: dict[str, Any], *, number: int, study: str) -> Verified:
    _only(block, "protocol", "algorithm", "seed", "inputs", "withheld", "list", "digest", "journal")
    algorithm, inputs, where = block["algorithm"], block["inputs"], f"Block {number}"
    made_again = made(algorithm, inputs=inputs, seed=_unhex(block["seed"]))
    _require(made_again.rows() == block["list"], f"{where}: seed and inputs make another list.")
    listed = ReadList(
        algorithm=algorithm,
        placements=tuple(_placement(row) for row in block["list"]),
        withheld=tuple(UUID(case["case"]) for case in block["withheld"]),
    )
    digest = sealed_digest(listed, inputs=inputs, withheld=block["withheld"])
    _require(digest == block["digest"], f"{where}: the digest is of another list.")
    _require(inputs["study"] == study, f"{where} is of another study.")
    known = algorithm == williams_mixed_1.NAME or inputs["block"] == number
    _require(known, f"{where} says that it is another one.")
    entry = _entry(block["journal"], where)
    said = entry["detail"]
    _require(
        (entry["action"], entry["study"]) == (SEALED, study)
        and (said["digest"], said["algorithm"], said["reads"]) == (digest, algorithm, len(block["list"]))
        and said.get("block", 1) == number
        and said["protocol"] == inputs.get("protocol", said["protocol"]),
        f"{where}: the journal's entry sealed something else.",
    )
    under = _sha256(canonical(block["protocol"]))
    _require(under == said["protocol"], f"{where} was made under another protocol.")
    return Verified(
        block=number,
        algorithm=algorithm,
        digest=digest,
        reads=len(block["list"]),
        entry=entry["number"],
        entry_digest=block["journal"]["digest"],
    )


def _entry(journal: dict[str, str], where: str) -> dict[str, Any]:
    """What the journal's entry says, if its digest is of the one before and of its own text."""
    _only(journal, "previous", "payload", "digest")
    chained = _unhex(journal["previous"]) + journal["payload"].encode()
    _require(_sha256(chained) == journal["digest"], f"{where}: the journal's entry is not as it was written.")
    said: dict[str, Any] = json.loads(journal["payload"])
    return said


def _require_blocks_follow(blocks: list[dict[str, Any]], found: list[Verified]) -> None:
    """A later block was sealed later, has new cases, and its sessions follow what each reader had before."""
    last_session: dict[str, int] = {}
    cases: set[str] = set()
    for number, block in enumerate(blocks, start=1):
        first_new: dict[str, int] = {}
        for reader, session, *_ in block["list"]:
            first_new[reader] = min(session, first_new.get(reader, session))
        own = {row[4] for row in block["list"]}
        _require(
            not own & cases and all(first > last_session.get(who, 0) for who, first in first_new.items()),
            f"Block {number} touches what was sealed before it.",
        )
        cases |= own
        for reader, session, *_ in block["list"]:
            last_session[reader] = max(session, last_session.get(reader, 0))
    for one, other in pairwise(found):
        _require(one.entry < other.entry, f"Block {other.block} was sealed before block {one.block}.")


def _placement(row: list[Any]) -> Placement:
    reader, session, position, token, case, arm, repetition = row
    return Placement(
        token=UUID(token),
        reader=UUID(reader),
        session=session,
        position=position,
        case=UUID(case),
        arm=arm,
        repetition=repetition,
    )


def _unhex(text: str) -> bytes:
    """Bytes of hex that has one form only: capitals would be the same bytes."""
    found = bytes.fromhex(text)
    _require(found.hex() == text, "Hex is written in lower case without spaces.")
    return found


def _only(document: dict[str, Any], *names: str) -> None:
    _require(set(document) == set(names), f"Expected {', '.join(names)}; found {', '.join(document)}.")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Unverified(otherwise)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
