"""williams-mixed-1: the first algorithm, kept to make its lists again. Pure: no Django.

It says who reads which case in which arm, in which session, at which place; new lists are made by
williams_mixed_2.

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

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from reader_study.allocation.crossover import Sequences, half_the_shortest, sequences, uniform_order
from reader_study.allocation.readlist import Candidate, Impossible, Placement, ReadList
from reader_study.allocation.stream import Stream

NAME = "williams-mixed-1"
DRAWS_PER_READER = 100


@dataclass(frozen=True)
class Design:
    """What the protocol fixes. ``repeat_fraction``: share of the cases that are read twice in one arm."""

    arms: tuple[str, ...]
    sessions: int
    repeat_fraction: float = 0.0


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
    return ReadList(algorithm=NAME, placements=tuple(placements), withheld=withheld)


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
    shown = sequences(design.arms, design.sessions, cases, stream)
    sessions: list[dict[str, _Reading]] = [{} for _ in range(design.sessions)]
    for subject in sorted(shown):
        for session, arm in enumerate(shown[subject]):
            if arm is not None:
                sessions[session][subject] = _Reading(subject, arm, 0)
    for session, reading in _repeats(design, shown, stream):
        sessions[session][reading.subject] = reading

    distance = half_the_shortest([len(readings) for readings in sessions])
    start, last_place, order = 0, dict[str, int](), []
    for readings in sessions:
        first_allowed = {
            subject: max(0, last_place.get(subject, -distance) + distance - start) for subject in readings
        }
        subjects = uniform_order(first_allowed, stream)
        last_place |= {subject: start + place for place, subject in enumerate(subjects)}
        start += len(subjects)
        order.append(tuple(readings[subject] for subject in subjects))
    return tuple(order)


def _repeats(design: Design, shown: Sequences, stream: Stream) -> list[tuple[int, _Reading]]:
    """(session, reading) of every hidden repeat: at most one per case, in a session where the case rests."""
    wanted = int(design.repeat_fraction * len(shown) + 0.5)
    if not wanted:
        return []
    waiting = stream.shuffled(sorted(shown))
    arms = stream.shuffled(sorted(design.arms))
    chosen: list[tuple[int, _Reading]] = []
    turn = misses = 0
    while len(chosen) < wanted and misses < len(arms):
        arm = arms[turn % len(arms)]
        turn += 1
        for subject in waiting:
            sequence = shown[subject]
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
