"""adjudication-1: who adjudicates which case in which arm, at which place, and what is mixed in. Pure: no Django.

A round takes the discordant pairs of a case and an arm that no round had, decoys among the agreeing ones, and the
seats that an adjudicator left before signing. This page and ``stream.py`` say all that is needed to make it again in
another language. Its inputs are JSON, kept and sealed with the list:

    round               1, 2 ...
    study, protocol     UUID; SHA-256 of the protocol document, in hex
    rule                the protocol's section "adjudication"
    minimum_distance    so many reads at least lie between two reads of a case; null: see 4
    discordant          [subject, UUID of the case, arm] of every such pair, sorted
    agreeing            the same of those that decoys are drawn from
    vacant              [subject, UUID, arm, whether it is a decoy, seats, [adjudicators who have it]], sorted
    adjudicators        [name, UUID of the account, cases of the round before in their order], by name
    sheets              [UUID of the case, arm, token, SHA-256 of what was signed] that the rule was applied to, sorted
    seed                in hex, so that nobody can try which list and which scores have the digest; older rounds lack it

**Streams** of one seed: "adjudication-1/ROUND/decoys", ".../dealing", ".../order/NAME", ".../tokens/STUDY/NAME".

1. **Decoys.** ``ceil(decoy_fraction * discordant)`` in exact decimals, at most all that agree, and none where the
   fraction is 0 or nothing is discordant; so a fraction above 0 gives one at least. They are the first of the shuffled
   agreeing pairs.
2. **Dealing.** The adjudicators are shuffled into a ring. The cases (by subject) are shuffled; a case after the other,
   its pairs (by arm) shuffled, every pair takes as many adjudicators as it has free seats: of those who do not have it,
   the ones with the fewest reads in this round so far, earlier in the ring before later. So the numbers of reads of
   two adjudicators differ by at most one where no seat is a left one, and the arms of one case go to different
   adjudicators as far as there are enough.
3. **Rows.** An adjudicator's ``n`` reads are laid on a circle. Let ``m`` be the most reads of one case. The cases, the
   ones with more reads first and shuffled among equals, fill a table of ``m`` rows column by column, the last one only
   in its first ``n mod m`` rows; the rows, end to end, are the circle. Two reads of a case are then at least
   ``n // m`` places apart all round, and no circle has more.
4. **Exchanges.** Then 20 ``n`` times two places are drawn (``below(n)``, twice) and exchanged if afterwards no two
   reads of a case are nearer on the circle than the distance: ``minimum_distance + 1``, or where the protocol is silent
   half of ``n // m``, rounded up, but 2 if ``n // m`` is; never more than ``n // m``.
5. **Cut.** The circle is cut open at a place that is drawn from all those that keep the distance to the round before
   (from all, if none does). In a first round all places are equally likely, whatever the circle: so the place of a
   read says nothing at all of whether it is a decoy.
6. **Tokens** are taken from the tokens' stream in the order of places, which count from 1.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any
from uuid import UUID

from reader_study.allocation.readlist import Impossible, canonical
from reader_study.allocation.stream import Stream

NAME = "adjudication-1"
SEALED = "allocation.adjudication_sealed"  # what the journal calls it
EXCHANGES = 20


@dataclass(frozen=True)
class Seat:
    """One read of a round."""

    token: UUID
    adjudicator: UUID
    position: int
    case: UUID
    arm: str
    decoy: bool


@dataclass(frozen=True)
class _Pair:
    subject: str
    case: UUID
    arm: str
    decoy: bool
    seats: int
    held_by: frozenset[UUID] = frozenset()


def made(algorithm: str, *, inputs: Mapping[str, Any], seed: bytes) -> tuple[Seat, ...]:
    """The list of a round, by adjudicator's name and position.

    Raises
    ------
    ValueError
        There is no such algorithm; Impossible, code "adjudicators", where a pair has more seats than there are people.
    """
    if algorithm != NAME:
        raise ValueError(f"no algorithm {algorithm!r} is known")
    prefix = f"{NAME}/{inputs['round']}"
    dealt = _dealt(inputs, _pairs(inputs, Stream(seed=seed, label=f"{prefix}/decoys")), seed, prefix)
    seats: list[Seat] = []
    for name, account, before in inputs["adjudicators"]:
        order = _order(
            dealt[name],
            wanted=inputs["minimum_distance"],
            before=[UUID(case) for case in before],
            stream=Stream(seed=seed, label=f"{prefix}/order/{name}"),
        )
        tokens = Stream(seed=seed, label=f"{prefix}/tokens/{inputs['study']}/{name}")
        seats += [
            Seat(tokens.uuid4(), UUID(account), position, pair.case, pair.arm, pair.decoy)
            for position, pair in enumerate(order, start=1)
        ]
    return tuple(seats)


def sealed_digest(seats: Sequence[Seat], *, algorithm: str, inputs: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of a round's list and what it was made from: published while both are sealed."""
    document = {"algorithm": algorithm, "inputs": inputs, "list": rows(seats)}
    return hashlib.sha256(canonical(document)).hexdigest()


def rows(seats: Sequence[Seat]) -> list[list[str | int | bool]]:
    """[adjudicator, position, token, case, arm, decoy] of every read, sorted by the first two."""
    return [
        [str(seat.adjudicator), seat.position, str(seat.token), str(seat.case), seat.arm, seat.decoy]
        for seat in sorted(seats, key=lambda seat: (seat.adjudicator, seat.position))
    ]


def decoys(fraction: float, *, discordant: int, agreeing: int) -> int:
    """How many agreeing pairs are mixed in."""
    asked = (Decimal(str(fraction)) * discordant).to_integral_value(ROUND_CEILING)
    return min(int(asked), agreeing)


def _pairs(inputs: Mapping[str, Any], stream: Stream) -> list[_Pair]:
    rule, discordant, agreeing = inputs["rule"], inputs["discordant"], inputs["agreeing"]
    number = decoys(rule["decoy_fraction"], discordant=len(discordant), agreeing=len(agreeing))
    seats = rule.get("panel_size", 1)
    drawn = stream.shuffled(agreeing)[:number]
    new = [
        _Pair(subject, UUID(case), arm, decoy, seats)
        for pairs, decoy in ((discordant, False), (drawn, True))
        for subject, case, arm in pairs
    ]
    left = [
        _Pair(subject, UUID(case), arm, decoy, free, frozenset(map(UUID, held_by)))
        for subject, case, arm, decoy, free, held_by in inputs["vacant"]
    ]
    return new + left


def _dealt(
    inputs: Mapping[str, Any], pairs: Sequence[_Pair], seed: bytes, prefix: str
) -> dict[str, list[_Pair]]:
    """name of the adjudicator -> the pairs that fall to them."""
    stream = Stream(seed=seed, label=f"{prefix}/dealing")
    account = {name: UUID(account) for name, account, _ in inputs["adjudicators"]}
    ring = {name: place for place, name in enumerate(stream.shuffled(sorted(account)))}
    of_case: dict[str, list[_Pair]] = defaultdict(list)
    for pair in pairs:
        of_case[pair.subject].append(pair)
    dealt: dict[str, list[_Pair]] = {name: [] for name in account}
    for subject in stream.shuffled(sorted(of_case)):
        for pair in stream.shuffled(sorted(of_case[subject], key=lambda pair: pair.arm)):
            able = [name for name in ring if account[name] not in pair.held_by]
            if len(able) < pair.seats:
                raise Impossible("adjudicators", wanted=pair.seats, there=len(able))
            for name in sorted(able, key=lambda name: (len(dealt[name]), ring[name]))[: pair.seats]:
                dealt[name].append(pair)
    return dealt


def _order(
    pairs: Sequence[_Pair], *, wanted: int | None, before: Sequence[UUID], stream: Stream
) -> list[_Pair]:
    if not pairs:
        return []
    most = max(Counter(pair.case for pair in pairs).values())
    apart = len(pairs) // most
    distance = min(apart, max((apart + 1) // 2, 2) if wanted is None else wanted + 1)
    circle = _exchanged(_in_rows(pairs, most, stream), distance, stream)
    cuts = [
        cut
        for cut in range(len(circle))
        if _follows(circle[cut:] + circle[:cut], before=before, distance=distance)
    ]
    cuts = cuts or list(range(len(circle)))
    cut = cuts[stream.below(len(cuts))]
    return circle[cut:] + circle[:cut]


def _in_rows(pairs: Sequence[_Pair], most: int, stream: Stream) -> list[_Pair]:
    of_case: dict[str, list[_Pair]] = defaultdict(list)
    for pair in pairs:
        of_case[pair.subject].append(pair)
    subjects = sorted(stream.shuffled(sorted(of_case)), key=lambda subject: -len(of_case[subject]))
    column_by_column = [
        pair
        for subject in subjects
        for pair in stream.shuffled(sorted(of_case[subject], key=lambda pair: pair.arm))
    ]
    # Reading every `most`-th from each row's first gives that row, the ragged last column included.
    return [pair for row in range(most) for pair in column_by_column[row::most]]


def _exchanged(circle: list[_Pair], distance: int, stream: Stream) -> list[_Pair]:
    size = len(circle)
    places: dict[UUID, set[int]] = defaultdict(set)
    for place, pair in enumerate(circle):
        places[pair.case].add(place)
    for _ in range(EXCHANGES * size):
        here, there = stream.below(size), stream.below(size)
        one, other = circle[here].case, circle[there].case
        if one == other:
            continue
        if _is_clear(places[one] - {here}, there, distance, size) and _is_clear(
            places[other] - {there}, here, distance, size
        ):
            circle[here], circle[there] = circle[there], circle[here]
            places[one] = places[one] - {here} | {there}
            places[other] = places[other] - {there} | {here}
    return circle


def _is_clear(taken: set[int], place: int, distance: int, size: int) -> bool:
    return all(min((place - other) % size, (other - place) % size) >= distance for other in taken)


def _follows(order: Sequence[_Pair], *, before: Sequence[UUID], distance: int) -> bool:
    """Whether no case comes too soon after it was last read in the round before."""
    nearest: dict[UUID, int] = {}
    for ago, case in enumerate(reversed(before), start=1):
        nearest.setdefault(case, ago)
    return all(
        pair.case not in nearest or place + nearest[pair.case] >= distance for place, pair in enumerate(order)
    )
