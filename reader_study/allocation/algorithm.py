"""williams-mixed-1: who reads which case in which arm, in which session, at which place. Pure: no Django.

Every reader reads every complete case once in every arm, over ``sessions`` sessions. From top to bottom:

1. **Arms over sessions.** A Williams square of order ``sessions`` (E. J. Williams, Aust J Sci Res 1949;2:149)
   gives each case its sequence. An odd order needs two squares, the second the mirror of the first.
   Treatments beyond the arms mean that the case rests in that session. Treatments are relabelled at random
   per reader.
2. **Sites.** The cases of a site are shuffled and dealt in blocks of ``sessions``: one block, one whole
   square. What is left over (fewer than one block per site) is dealt from one more square, round and round.
   So in each session the arms of a site differ by at most one case, and so do the arms of all sites together.
3. **Hidden repeats** (optional, ``repeat_fraction`` of the cases): a case that rests in a session is read
   there once more in an arm it was read in before; arms take turns. They need a session more than there are
   arms.
4. **Order.** Within a session the order is drawn uniformly from all orders in which two reads of one case,
   also across the border of two sessions, lie at least ``minimum_distance`` reads apart: half the shortest
   session. Cases are placed from the most restricted (latest first allowed place) to the least; the allowed
   places are nested, so every step has a fixed number of choices and all valid orders are equally likely.
5. **Readers.** Each reader has a stream of the seed of their own. Should two readers get the same order, the
   later one (by name) draws again from the next stream.
6. **Tokens** come from a further stream of the study and the reader: 122 random bits each, no relation to case,
   arm or place, and none to the tokens of another study that was given the same seed.

Random numbers: see ``stream.py``. Cases, sites and readers have names that are the same on every machine
(subject "A-0001", site "A", reader "001"); streams and sorting know only those, so the same seed gives the same
order everywhere. Identifiers of the database go in and out untouched. The order of the arguments is nothing.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from uuid import UUID

from reader_study.allocation.stream import Stream

NAME = "williams-mixed-1"
DRAWS_PER_READER = 100


class Impossible(ValueError):
    """The design cannot be allocated: a code, and the numbers that its sentence needs in any language."""

    def __init__(self, code: str, **numbers: int) -> None:
        super().__init__(code, numbers)
        self.code = code
        self.numbers = numbers


@dataclass(frozen=True)
class Design:
    """What the protocol fixes. ``repeat_fraction``: share of the cases that are read twice in one arm."""

    arms: tuple[str, ...]
    sessions: int
    repeat_fraction: float = 0.0


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
    placements: tuple[Placement, ...]
    withheld: tuple[UUID, ...]

    def canonical(self) -> bytes:
        """The list as UTF-8 JSON without spaces, sorted by reader, session and position."""
        rows = sorted(self.placements, key=lambda read: (read.reader, read.session, read.position))
        document = {
            "algorithm": NAME,
            "withheld": [str(case) for case in sorted(self.withheld)],
            "reads": [
                [str(r.reader), r.session, r.position, str(r.token), str(r.case), r.arm, r.repetition]
                for r in rows
            ],
        }
        return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    def digest(self) -> str:
        """SHA-256 of the canonical list, in hex."""
        return hashlib.sha256(self.canonical()).hexdigest()


@dataclass(frozen=True)
class _Reading:
    subject: str
    arm: str
    repetition: int


def read_list(
    *, design: Design, study: UUID, candidates: Iterable[Candidate], readers: Mapping[str, UUID], seed: bytes
) -> ReadList:
    """The whole list; ``readers``: name -> account. Candidates that lack an arm are withheld from all arms.

    Raises Impossible.
    """
    cases = sorted(candidates, key=lambda candidate: candidate.subject)
    complete = [candidate for candidate in cases if candidate.arms >= set(design.arms)]
    withheld = tuple(candidate.case for candidate in cases if not candidate.arms >= set(design.arms))
    _check(design, complete, readers)
    case_of = {candidate.subject: candidate.case for candidate in complete}

    placements: list[Placement] = []
    orders: set[tuple[tuple[_Reading, ...], ...]] = set()
    for name in sorted(readers):
        for draw in range(DRAWS_PER_READER):
            order = _order(design, complete, Stream(seed=seed, label=f"{NAME}/{name}/{draw}"))
            if order not in orders:
                break
        else:
            raise Impossible("orders", cases=len(complete), arms=len(design.arms), readers=len(readers))
        orders.add(order)
        tokens = Stream(seed=seed, label=f"{NAME}/tokens/{study}/{name}")
        placements += [
            Placement(
                token=tokens.uuid4(),
                reader=readers[name],
                session=session,
                position=position,
                case=case_of[reading.subject],
                arm=reading.arm,
                repetition=reading.repetition,
            )
            for session, readings in enumerate(order, start=1)
            for position, reading in enumerate(readings, start=1)
        ]
    return ReadList(placements=tuple(placements), withheld=withheld)


def williams(order: int) -> list[list[list[int]]]:
    """The Williams design of an order: one square if even, two (mirrored) if odd; rows are sequences.

    In each square every treatment stands once in every row and every column; over the design every treatment
    directly follows every other equally often.
    """
    first = [0]
    for step in range(1, order):
        first.append((step + 1) // 2 if step % 2 else order - step // 2)
    square = [[(treatment + shift) % order for treatment in first] for shift in range(order)]
    return [square] if order % 2 == 0 else [square, [row[::-1] for row in square]]


def minimum_distance(session_lengths: Sequence[int]) -> int:
    """Two reads of one case are at least this many places apart: half the shortest session, at least 1."""
    return max(1, min((length for length in session_lengths if length), default=0) // 2)


def _check(design: Design, complete: Sequence[Candidate], readers: Mapping[str, UUID]) -> None:
    subjects = [candidate.subject for candidate in complete]
    for listed in (design.arms, subjects, list(readers.values())):
        if len(set(listed)) < len(listed):
            raise ValueError(f"listed twice: {sorted(map(str, listed))}")
    if not 0 <= design.repeat_fraction < 1:
        raise ValueError(f"repeat_fraction must be 0 .. 1, not {design.repeat_fraction}")
    arms = len(design.arms)
    if design.sessions < arms:
        raise Impossible("sessions", arms=arms, sessions=design.sessions)
    if design.repeat_fraction and design.sessions == arms:
        raise Impossible("repeat_sessions", arms=arms, needed=arms + 1)
    if not complete or not arms:
        raise Impossible("no_cases")
    if not readers:
        raise Impossible("no_readers")


def _order(design: Design, cases: Sequence[Candidate], stream: Stream) -> tuple[tuple[_Reading, ...], ...]:
    """One reader's sessions, each in reading order."""
    sequences = _sequences(design, cases, stream)
    sessions: list[list[_Reading]] = [[] for _ in range(design.sessions)]
    for subject in sorted(sequences):
        for session, arm in enumerate(sequences[subject]):
            if arm is not None:
                sessions[session].append(_Reading(subject, arm, 0))
    for session, reading in _repeats(design, sequences, stream):
        sessions[session].append(reading)

    distance = minimum_distance([len(readings) for readings in sessions])
    start, last_place = 0, dict[str, int]()
    for number, readings in enumerate(sessions):
        first_allowed = {
            reading: max(0, last_place.get(reading.subject, -distance) + distance - start)
            for reading in readings
        }
        sessions[number] = _uniform_order(first_allowed, stream)
        last_place |= {reading.subject: start + place for place, reading in enumerate(sessions[number])}
        start += len(readings)
    return tuple(tuple(readings) for readings in sessions)


def _sequences(
    design: Design, cases: Sequence[Candidate], stream: Stream
) -> dict[str, tuple[str | None, ...]]:
    """Which arm each case shows in each session; None where it rests."""
    labels: list[str | None] = stream.shuffled([*design.arms, *[None] * (design.sessions - len(design.arms))])
    squares = stream.shuffled(williams(design.sessions))
    by_site: dict[str, list[str]] = defaultdict(list)
    for candidate in cases:
        by_site[candidate.site].append(candidate.subject)

    rows: dict[str, list[int]] = {}
    left_over: list[str] = []
    blocks = count()
    for site in sorted(by_site):
        shuffled = stream.shuffled(by_site[site])
        while len(shuffled) >= design.sessions:
            block, shuffled = shuffled[: design.sessions], shuffled[design.sessions :]
            square = squares[next(blocks) % len(squares)]
            rows |= dict(zip(block, stream.shuffled(square), strict=True))
        left_over += shuffled
    last_square = stream.shuffled(squares[next(blocks) % len(squares)])
    rows |= {subject: last_square[place % design.sessions] for place, subject in enumerate(left_over)}
    return {subject: tuple(labels[treatment] for treatment in row) for subject, row in rows.items()}


def _repeats(
    design: Design, sequences: dict[str, tuple[str | None, ...]], stream: Stream
) -> list[tuple[int, _Reading]]:
    """(session, reading) of every hidden repeat: at most one per case, in a session where the case rests."""
    wanted = int(design.repeat_fraction * len(sequences) + 0.5)
    if not wanted:
        return []
    waiting = stream.shuffled(sorted(sequences))
    arms = stream.shuffled(sorted(design.arms))
    chosen: list[tuple[int, _Reading]] = []
    turn = misses = 0
    while len(chosen) < wanted and misses < len(arms):
        arm = arms[turn % len(arms)]
        turn += 1
        for subject in waiting:
            sequence = sequences[subject]
            seen = sequence.index(arm)
            resting = [s for s in range(seen + 1, design.sessions) if sequence[s] is None]
            if resting:
                chosen.append((resting[stream.below(len(resting))], _Reading(subject, arm, 1)))
                waiting.remove(subject)
                misses = 0
                break
        else:
            misses += 1
    if len(chosen) < wanted:
        raise Impossible("repeats", wanted=wanted, possible=len(chosen))
    return chosen


def _uniform_order(first_allowed: dict[_Reading, int], stream: Stream) -> list[_Reading]:
    """Drawn uniformly from the orders in which no reading stands before its first allowed place."""
    places: list[_Reading | None] = [None] * len(first_allowed)
    restricted = sorted(first_allowed, key=lambda reading: (-first_allowed[reading], reading.subject))
    for reading in restricted:
        free = [p for p in range(first_allowed[reading], len(places)) if places[p] is None]
        places[free[stream.below(len(free))]] = reading
    return [reading for reading in places if reading is not None]
