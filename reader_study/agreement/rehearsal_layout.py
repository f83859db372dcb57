"""Rehearsal: the read list that a protocol would get for cases that do not exist. Pure: no Django.

The real algorithm is asked, with made-up case names and sites. Its time grows with the square of the cases, so a
large study is laid out with fewer cases, and the answer says with how many.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass
from uuid import NAMESPACE_OID, UUID, uuid5

from reader_study.allocation.readlist import Candidate
from reader_study.allocation.williams_mixed_2 import NAME, Design, Reader, read_list

# About a second or two of one core: steps of drawing orders, and of evening out pairs of readers.
ORDER_STEPS = 3_000_000
PAIR_STEPS = 200_000
FEWEST_CASES = 20


@dataclass(frozen=True)
class Session:
    """One session over all readers.

    reads
        Of a reader: fewest, on the average, most.
    arms
        Code of an arm -> its reads by all readers.
    site_difference
        The largest difference between two arms, in reads of one reader at one site.
    """

    session: int
    reads: tuple[int, float, int]
    arms: dict[str, int]
    site_difference: int


@dataclass(frozen=True)
class Layout:
    """cases: with how many it was laid out. distance: the fewest steps between two reads of a case, of any reader."""

    algorithm: str
    cases: int
    reads: int
    repeats: int
    distance: int | None
    sessions: tuple[Session, ...]


def affordable_cases(design: Design, *, cases: int, readers: int) -> int:
    """With how many of the cases the list can be laid out while somebody waits; 0 where that would be too few."""
    share = (design.readers_per_case or readers) / readers
    per_reader = (2 * ORDER_STEPS / (design.sessions * readers)) ** 0.5
    most = per_reader / share
    if design.readers_per_case and share < 1:
        most = min(most, PAIR_STEPS / (design.readers_per_case * (readers**2 + 20 * design.readers_per_case)))
    return min(cases, int(most)) if most >= min(cases, FEWEST_CASES) else 0


def laid_out(design: Design, *, cases: int, readers: int, sites: int, seed: int) -> Layout:
    """The list of so many cases, dealt evenly over the sites.

    Raises Impossible, as the algorithm does for a real study.
    """
    accounts = {f"{place:03d}": Reader(_made_up("reader", place)) for place in range(1, readers + 1)}
    site_of = {_made_up("case", place): f"{place % sites + 1:03d}" for place in range(cases)}
    reads = read_list(
        design=design,
        study=_made_up("study", 0),
        candidates=[
            Candidate(case=case, subject=f"{site}-{place:05d}", site=site, arms=frozenset(design.arms))
            for place, (case, site) in enumerate(site_of.items())
        ],
        readers=accounts,
        seed=hashlib.sha256(f"rehearsal/{seed}".encode()).digest(),
    ).placements

    arms: Counter[tuple[int, str]] = Counter((read.session, read.arm) for read in reads)
    at_site = Counter((read.session, read.reader, site_of[read.case], read.arm) for read in reads)
    lengths = Counter((read.session, read.reader) for read in reads)
    sessions = []
    for session in sorted({read.session for read in reads}):
        own = [lengths[session, reader.account] for reader in accounts.values()]
        groups = {key[:3] for key in at_site if key[0] == session}
        sessions.append(
            Session(
                session=session,
                reads=(min(own), sum(own) / len(own), max(own)),
                arms={arm: arms[session, arm] for arm in design.arms},
                site_difference=max(
                    max(counts) - min(counts)
                    for group in groups
                    for counts in [[at_site[(*group, arm)] for arm in design.arms]]
                ),
            )
        )
    places: dict[tuple[UUID, UUID], list[int]] = {}
    before: Counter[UUID] = Counter()
    for read in sorted(reads, key=lambda read: (read.reader, read.session, read.position)):
        before[read.reader] += 1
        places.setdefault((read.reader, read.case), []).append(before[read.reader])
    steps = [later - first for own in places.values() for first, later in zip(own, own[1:], strict=False)]
    return Layout(
        algorithm=NAME,
        cases=cases,
        reads=len(reads),
        repeats=sum(read.repetition for read in reads),
        distance=min(steps, default=None),
        sessions=tuple(sessions),
    )


def _made_up(kind: str, place: int) -> UUID:
    return uuid5(NAMESPACE_OID, f"rehearsal/{kind}/{place}")
