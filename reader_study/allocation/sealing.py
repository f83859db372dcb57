"""From recorded inputs and seed to a list, and from a list to the digest that seals it. Pure: no Django.

Inputs are JSON. Those of williams-mixed-2 are what a block was made from and what readers are shown of it:

    block               1, 2 ...
    study               UUID
    protocol            SHA-256 of the protocol document, in hex
    arms, sessions      codes in the order of the protocol; how many sessions
    repeat_fraction     share of a reader's cases that are read twice in one arm
    readers_per_case    null: every reader reads every case
    minimum_distance    so many reads between two reads of a case; null: half the shortest session
    cases               [subject, site, UUID, arms it can be read in] of every case, sorted
    readers             [name, UUID of the account, last session of the blocks before], by name
    images, cines       the pictures of every case that is read, by the names of their bytes
    seed                in hex: the digest is published, tokens come out as reads are signed, and of a block of a
                        few cases anybody could try which list has it. Older blocks lack it

Those of williams-mixed-1 know no block, protocol, readers_per_case and minimum_distance, and readers are [name, UUID].
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from reader_study.allocation import williams_mixed_1, williams_mixed_2
from reader_study.allocation.readlist import Candidate, ReadList, canonical

ALGORITHM = williams_mixed_2.NAME  # of new lists


def made(algorithm: str, *, inputs: Mapping[str, Any], seed: bytes) -> ReadList:
    """The list that an algorithm makes of inputs and seed.

    Raises
    ------
    ValueError
        There is no such algorithm; Impossible where it makes no list of these inputs.
    """
    candidates = [
        Candidate(case=UUID(case), subject=subject, site=site, arms=frozenset(arms))
        for subject, site, case, arms in inputs["cases"]
    ]
    if algorithm == williams_mixed_1.NAME:
        return williams_mixed_1.read_list(
            design=williams_mixed_1.Design(
                arms=tuple(inputs["arms"]),
                sessions=inputs["sessions"],
                repeat_fraction=inputs["repeat_fraction"],
            ),
            study=UUID(inputs["study"]),
            candidates=candidates,
            readers={name: UUID(account) for name, account in inputs["readers"]},
            seed=seed,
        )
    if algorithm == williams_mixed_2.NAME:
        return williams_mixed_2.read_list(
            design=williams_mixed_2.Design(
                arms=tuple(inputs["arms"]),
                sessions=inputs["sessions"],
                repeat_fraction=inputs["repeat_fraction"],
                readers_per_case=inputs["readers_per_case"],
                minimum_distance=inputs["minimum_distance"],
            ),
            study=UUID(inputs["study"]),
            candidates=candidates,
            readers={
                name: williams_mixed_2.Reader(UUID(account), last_session)
                for name, account, last_session in inputs["readers"]
            },
            seed=seed,
            block=inputs["block"],
        )
    raise ValueError(f"no algorithm {algorithm!r} is known")


def sealed_digest(
    reads: ReadList, *, inputs: Mapping[str, Any], withheld: Sequence[Mapping[str, Any]]
) -> str:
    """SHA-256, in hex, of the list and what it was made from: published while both are sealed.

    ``withheld``: the cases that were left out, with the reasons. Of a list of williams-mixed-1 the digest covers the
    list and the pictures alone.
    """
    document: dict[str, Any] = {"list": reads.digest()}
    if reads.algorithm == williams_mixed_1.NAME:
        document["images"] = inputs["images"]
        if cines := inputs.get("cines"):  # which the first lists do not have
            document["cines"] = cines
    else:
        document |= {"inputs": inputs, "withheld": withheld}
    return hashlib.sha256(canonical(document)).hexdigest()
