"""williams-mixed-2: who reads which case in which arm, in which session, at which place. Pure: no Django.

This page, ``coverage.py``, ``crossover.py`` and ``stream.py`` say all that is needed to write it again in another
language. A list is made in blocks: the first when the study is allocated, a further one of cases that came later.
A block knows of the blocks before only which session each reader had last; it never touches them.

**Names.** Cases, sites and readers have names that are the same on every machine (subject "A-0001", site "A",
reader "001"); streams and sorting know only those. Identifiers of the database go in and out untouched. Names are
sorted by Unicode code points. A case that lacks an arm is withheld from all arms and not spoken of below.

**Streams.** Random numbers come from labelled streams of one seed (``stream.py``): "williams-mixed-2/BLOCK/coverage";
for each reader ".../READER/DRAW", DRAW = 0, 1, 2 ...; and ".../tokens/STUDY/READER" (the study's UUID in lower
case with hyphens).

1. **Coverage.** Every reader reads every case, or, in a balanced incomplete design, each case is read by
   ``readers_per_case`` of them: ``coverage.py``. What follows is done for each reader by name, with the reader's own
   cases and stream; sessions are counted from 0.
2. **Arms over sessions** (``crossover.sequences``). The treatments are the arms and, if there are more sessions than
   arms, so many rests; shuffled, they are numbered from 0. The squares of the Williams design of order ``sessions``
   (one, or two of an odd order) are shuffled. The cases of each site (by code) are shuffled and dealt in groups of
   ``sessions``: group ``i`` of all sites together takes the shuffled rows of square ``i`` modulo their number, a row
   a case. What is left over at the sites, in the same order, takes the rows of one more square, shuffled, round and
   round. So in each session the arms of a site differ by at most one case, and so do the arms of all sites.
3. **Hidden repeats.** Of the reader's cases, ``floor(repeat_fraction * cases + 0.5)`` in double precision are read
   once more: in a session in which the case rests, in an arm in which it was read in an earlier session. Each site
   gets its share, rounded down; what is missing goes to the sites with the largest remainders (a shuffle of the sites
   decides between equals). The sites, as often as they have repeats, are shuffled; for each in turn all choices (case,
   session, arm) of cases without a repeat, at that site or where it has none left at all sites, are ordered by case,
   session and place of the arm in the protocol. Those are kept whose session has the fewest repeats so far, of them
   those whose arm has the fewest, and one is drawn.
4. **Distance.** The places of two reads of a case, counted through all sessions, are at least ``distance`` apart:
   ``minimum_distance + 1``, which leaves ``minimum_distance`` reads between them, or else half the shortest session
   that is not empty, rounded down, and at least 1. More than three quarters of that session (rounded down, at least 1)
   is impossible, because the order of one session would all but fix that of the next; a later block, which may be
   small, then keeps these three quarters.
5. **Order.** Empty sessions are left out. In the first session every case may stand at every place from 0. In a later
   one, a case that stood at place ``p`` of the ``n`` places of the session before may stand from
   ``max(0, p + distance - n)``. A case that rested there gets a place of its own drawn (``below(n)``, cases by name)
   and is treated as if it had stood there: otherwise early places would go to cases that rested, a repeat never
   follows a rest, and the place would tell repeats from first reads. If with these places no order is possible
   (sorted, the i-th of the first allowed places, from 0, must be at most i), they are drawn anew, up to 100 times,
   then left out. The order is then drawn uniformly from all that are allowed (``crossover.uniform_order``).
6. **An order of one's own.** If an earlier reader of the block has the same sessions, cases, arms and repetitions in
   the same places, the reader's list is drawn again from the next stream, up to 100 times. In the first block there
   is no list if that does not help; in a later one, where a few cases may have fewer orders than there are readers,
   the last draw stays: the blocks before already differ.
7. **Places and tokens.** The sessions that are not empty are numbered on from the last session that the reader had
   in the blocks before; places count from 1. Tokens are taken from the tokens' stream in the order of session and
   place: 122 random bits each, no relation to case, arm or place, and none to those of another study or block that
   was given the same seed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from reader_study.allocation.coverage import covered
from reader_study.allocation.crossover import Sequences, half_the_shortest, sequences, uniform_order
from reader_study.allocation.readlist import Candidate, Impossible, Placement, ReadList
from reader_study.allocation.stream import Stream

NAME = "williams-mixed-2"
DRAWS = 100


@dataclass(frozen=True)
class Design:
    """What the protocol fixes.

    repeat_fraction
        Share of a reader's cases that are read twice in one arm.
    readers_per_case
        None: every reader reads every case.
    minimum_distance
        So many reads at least lie between two reads of a case. None: the distance is half the shortest session.
    """

    arms: tuple[str, ...]
    sessions: int
    repeat_fraction: float = 0.0
    readers_per_case: int | None = None
    minimum_distance: int | None = None


@dataclass(frozen=True)
class Reader:
    """``account``: what identifies the reader in the list; ``last_session``: of the blocks before, 0 in the first."""

    account: UUID
    last_session: int = 0


@dataclass(frozen=True)
class _Reading:
    subject: str
    arm: str
    repetition: int


_Order = tuple[tuple[_Reading, ...], ...]


def read_list(
    *,
    design: Design,
    study: UUID,
    candidates: Iterable[Candidate],
    readers: Mapping[str, Reader],
    seed: bytes,
    block: int = 1,
) -> ReadList:
    """The whole list of a block; ``readers``: name -> reader.

    Raises Impossible.
    """
    cases = sorted(candidates, key=lambda candidate: candidate.subject)
    complete = [candidate for candidate in cases if candidate.arms >= set(design.arms)]
    withheld = tuple(candidate.case for candidate in cases if not candidate.arms >= set(design.arms))
    _check(design, complete, readers)
    case_of = {candidate.subject: candidate.case for candidate in complete}
    own = _coverage(design, complete, sorted(readers), Stream(seed=seed, label=f"{NAME}/{block}/coverage"))

    placements: list[Placement] = []
    orders: set[_Order] = set()
    for name in sorted(readers):
        if not own[name]:
            continue
        for draw in range(DRAWS):
            stream = Stream(seed=seed, label=f"{NAME}/{block}/{name}/{draw}")
            order = _order(design, own[name], stream, later_block=block > 1)
            if order not in orders:
                break
        else:
            if block == 1:
                raise Impossible("orders", cases=len(complete), arms=len(design.arms), readers=len(readers))
        orders.add(order)
        tokens = Stream(seed=seed, label=f"{NAME}/{block}/tokens/{study}/{name}")
        placements += [
            Placement(
                token=tokens.uuid4(),
                reader=readers[name].account,
                session=session,
                position=position,
                case=case_of[reading.subject],
                arm=reading.arm,
                repetition=reading.repetition,
            )
            for session, readings in enumerate(order, start=readers[name].last_session + 1)
            for position, reading in enumerate(readings, start=1)
        ]
    return ReadList(algorithm=NAME, placements=tuple(placements), withheld=withheld)


def farthest(session_lengths: Iterable[int]) -> int:
    """The largest distance, in places, that such sessions can keep: three quarters of the shortest, at least 1."""
    return max(1, 3 * min((length for length in session_lengths if length), default=0) // 4)


def _check(design: Design, complete: Sequence[Candidate], readers: Mapping[str, Reader]) -> None:
    subjects = [candidate.subject for candidate in complete]
    for listed in (design.arms, subjects, [reader.account for reader in readers.values()]):
        if len(set(listed)) < len(listed):
            raise ValueError(f"listed twice: {sorted(map(str, listed))}")
    if not 0 <= design.repeat_fraction < 1:
        raise ValueError(f"repeat_fraction must be 0 .. 1, not {design.repeat_fraction}")
    if design.minimum_distance is not None and design.minimum_distance < 1:
        raise ValueError(f"minimum_distance must be at least 1, not {design.minimum_distance}")
    arms = len(design.arms)
    if design.sessions < arms:
        raise Impossible("sessions", arms=arms, sessions=design.sessions)
    if design.repeat_fraction and design.sessions == arms:
        raise Impossible("repeat_sessions", arms=arms, needed=arms + 1)
    if not complete or not arms:
        raise Impossible("no_cases")
    if not readers:
        raise Impossible("no_readers")
    if design.readers_per_case is not None and not 1 <= design.readers_per_case <= len(readers):
        raise Impossible("readers_per_case", wanted=design.readers_per_case, readers=len(readers))


def _coverage(
    design: Design, complete: Sequence[Candidate], readers: Sequence[str], stream: Stream
) -> dict[str, list[Candidate]]:
    if design.readers_per_case is None:
        return {reader: list(complete) for reader in readers}
    return covered(complete, readers=readers, each=design.readers_per_case, stream=stream)


def _order(design: Design, cases: Sequence[Candidate], stream: Stream, *, later_block: bool) -> _Order:
    """One reader's sessions, each in reading order; none is empty."""
    shown = sequences(design.arms, design.sessions, cases, stream)
    sessions: list[dict[str, _Reading]] = [{} for _ in range(design.sessions)]
    for subject, sequence in shown.items():
        for session, arm in enumerate(sequence):
            if arm is not None:
                sessions[session][subject] = _Reading(subject, arm, 0)
    for session, reading in _repeats(design, cases, shown, stream):
        sessions[session][reading.subject] = reading
    sessions = [readings for readings in sessions if readings]

    distance = _distance(design, [len(readings) for readings in sessions], later_block=later_block)
    order: list[tuple[_Reading, ...]] = []
    before: list[str] | None = None
    for readings in sessions:
        first_allowed = dict.fromkeys(readings, 0)
        if before is not None:
            first_allowed = _first_allowed(sorted(readings), before, distance, stream)
        before = uniform_order(first_allowed, stream)
        order.append(tuple(readings[subject] for subject in before))
    return tuple(order)


def _distance(design: Design, session_lengths: Sequence[int], *, later_block: bool) -> int:
    if design.minimum_distance is None:
        return half_the_shortest(session_lengths)
    wanted, possible = design.minimum_distance + 1, farthest(session_lengths)
    if wanted > possible and not later_block:
        raise Impossible("distance", wanted=wanted - 1, possible=possible - 1)
    return min(wanted, possible)


def _first_allowed(
    subjects: Sequence[str], before: Sequence[str], distance: int, stream: Stream
) -> dict[str, int]:
    """The first allowed place of each subject, after a session with the order ``before``."""
    place = {subject: place for place, subject in enumerate(before)}
    for _ in range(DRAWS):
        stood = {
            subject: place[subject] if subject in place else stream.below(len(before)) for subject in subjects
        }
        allowed = {subject: max(0, stood[subject] + distance - len(before)) for subject in subjects}
        if all(first <= number for number, first in enumerate(sorted(allowed.values()))):
            return allowed
    return {
        subject: max(0, place[subject] + distance - len(before)) if subject in place else 0
        for subject in subjects
    }


def _repeats(
    design: Design, cases: Sequence[Candidate], shown: Sequences, stream: Stream
) -> list[tuple[int, _Reading]]:
    """(session, reading) of every hidden repeat: at most one per case, in a session where the case rests."""
    wanted = int(design.repeat_fraction * len(cases) + 0.5)
    if not wanted:
        return []
    choices = {
        case.subject: [
            (session, design.arms.index(read))
            for first, session in combinations(range(design.sessions), 2)
            if (read := shown[case.subject][first]) is not None and shown[case.subject][session] is None
        ]
        for case in cases
    }
    site_of = {case.subject: case.site for case in cases}
    chosen: dict[str, tuple[int, int]] = {}
    in_session: Counter[int] = Counter()
    in_arm: Counter[int] = Counter()
    for site in _sites_of_repeats(wanted, cases, stream):
        left = [subject for subject in sorted(choices) if choices[subject] and subject not in chosen]
        if not left:
            raise Impossible("repeats", wanted=wanted, possible=len(chosen))
        at_site = [subject for subject in left if site_of[subject] == site]
        open_to = [
            (subject, session, arm)
            for subject in at_site or left
            for session, arm in sorted(choices[subject])
        ]
        fewest = min((in_session[session], in_arm[arm]) for _, session, arm in open_to)
        kept = [choice for choice in open_to if (in_session[choice[1]], in_arm[choice[2]]) == fewest]
        subject, session, arm = kept[stream.below(len(kept))]
        chosen[subject] = (session, arm)
        in_session[session] += 1
        in_arm[arm] += 1
    return [(session, _Reading(subject, design.arms[arm], 1)) for subject, (session, arm) in chosen.items()]


def _sites_of_repeats(wanted: int, cases: Sequence[Candidate], stream: Stream) -> list[str]:
    """One site a repeat, in random order: largest remainders, in whole numbers."""
    sizes = Counter(case.site for case in cases)
    share = {site: wanted * size // len(cases) for site, size in sizes.items()}
    by_remainder = sorted(
        stream.shuffled(sorted(sizes)), key=lambda site: -(wanted * sizes[site] % len(cases))
    )
    for site in by_remainder[: wanted - sum(share.values())]:
        share[site] += 1
    return stream.shuffled([site for site in sorted(sizes) for _ in range(share[site])])
