"""What adjudication is about: the pairs of a case and an arm, what their readers signed, and who adjudicates them.

Needs the key, as opening does: nothing here may serve a reader.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from reader_study.allocation.models import AdjudicationRound, AdjudicationSeat, Assignment
from reader_study.reading.discordance import Opinion, is_discordant
from reader_study.reading.models import Read, ScoreSheet
from reader_study.reading.standing import Standing, UnlockState, standings
from reader_study.studies.charter_conduct import Adjudication
from reader_study.studies.models import Role, Study
from reader_study.studies.protocol import parse
from reader_study.studies.queries import members, protocol_of

Place = tuple[UUID, str]
"""A case and the code of an arm."""


@dataclass(frozen=True)
class Pair:
    """A case in an arm. Only first reads count: a hidden repeat says how one reader agrees with himself.

    standings
        Of its readers' reads that are laid out, signed or not.
    settled
        Whether nothing of it will change: every read is signed but those of readers who have left, two at least
        are, and nobody asked to correct one.
    """

    case_id: UUID
    arm: str
    standings: tuple[Standing, ...]
    settled: bool

    @property
    def place(self) -> Place:
        return self.case_id, self.arm

    @property
    def sheets(self) -> list[ScoreSheet]:
        """What was signed at the end of its reads, as far as they are signed."""
        return [standing.in_force for standing in self.standings if standing.in_force is not None]


@dataclass(frozen=True)
class Adjudicated:
    """A pair that a round took. ``free``: seats that nobody holds any more who could still sign."""

    case_id: UUID
    arm: str
    decoy: bool
    held_by: frozenset[UUID]
    free: int
    is_complete: bool


@dataclass(frozen=True)
class Situation:
    """How far the adjudication of a study is. It would unblind; what may be told is adjudication_progress.Summary.

    pairs: all that were allocated. taken: those of any round. waiting: those that a round could take.
    unadjudicated: the discordant ones that no round took, by what is signed of them now. Among them are some that
    no round can take yet, because a reader has not signed or asked to correct: were reading to end now, they would
    stay discordant.
    """

    pairs: list[Pair]
    taken: dict[Place, Adjudicated]
    waiting: list[Pair]
    unadjudicated: set[Place]

    @property
    def discordant(self) -> set[Place]:
        """Which of the waiting ones are."""
        return self.unadjudicated & {pair.place for pair in self.waiting}

    @property
    def vacant(self) -> list[Adjudicated]:
        """Pairs of earlier rounds with a seat whose adjudicator left before signing."""
        return [pair for pair in self.taken.values() if pair.free]

    @property
    def next_round(self) -> int:
        """How many pairs wait for a round; decoys are none of them."""
        return len(self.discordant) + len(self.vacant)

    @property
    def unsigned(self) -> list[Adjudicated]:
        """Pairs of a round that not all of their adjudicators signed."""
        return [pair for pair in self.taken.values() if not pair.is_complete]


def rule_of(study: Study) -> Adjudication | None:
    """That by which the last round was made; before the first, that of the protocol in force; None where none is."""
    made = AdjudicationRound.objects.filter(study=study).select_related("protocol_version").order_by("round")
    last = made.last()
    return (parse(last.protocol_version.document) if last else protocol_of(study)).adjudication


def situation_of(study: Study, rule: Adjudication) -> Situation:
    pairs, taken = pairs_of(study), adjudicated_of(study, rule)
    left = [pair for pair in pairs if pair.place not in taken]
    return Situation(pairs, taken, [pair for pair in left if pair.settled], discordant_among(left, rule))


def pairs_of(study: Study) -> list[Pair]:
    """Every pair that was allocated, by case and arm."""
    found = {standing.read.token: standing for standing in standings(_reads(study, Read.Purpose.STUDY))}
    reading = set(members(study, Role.READER).values_list("user_id", flat=True))
    keys: dict[Place, list[tuple[UUID, UUID]]] = defaultdict(list)
    placed = Assignment.objects.filter(allocation__study=study, repetition=0).order_by("token")
    for case_id, arm, token, reader_id in placed.values_list("case_id", "arm", "token", "reader_id"):
        keys[case_id, arm].append((token, reader_id))
    return [
        Pair(
            case_id=case_id,
            arm=arm,
            standings=tuple(found[token] for token, _ in keys[case_id, arm] if token in found),
            settled=_is_settled(
                [(found.get(token), reader in reading) for token, reader in keys[case_id, arm]]
            ),
        )
        for case_id, arm in sorted(keys)
    ]


def discordant_among(pairs: list[Pair], rule: Adjudication) -> set[Place]:
    """Which of some pairs the rule calls discordant."""
    sheets = [sheet.pk for pair in pairs for sheet in pair.sheets]
    signed = {
        pk: Opinion(scores, fields)
        for pk, scores, fields in ScoreSheet.objects.filter(pk__in=sheets).values_list(
            "pk", "scores", "fields"
        )
    }
    return {
        pair.place for pair in pairs if is_discordant([signed[sheet.pk] for sheet in pair.sheets], rule.when)
    }


def adjudicated_of(study: Study, rule: Adjudication) -> dict[Place, Adjudicated]:
    """Every pair that a round took, with its seats of all rounds."""
    signed = {
        standing.read.token
        for standing in standings(_reads(study, Read.Purpose.ADJUDICATION))
        if standing.in_force is not None
    }
    adjudicating = set(members(study, Role.ADJUDICATOR).values_list("user_id", flat=True))
    seats: dict[Place, list[AdjudicationSeat]] = defaultdict(list)
    for seat in AdjudicationSeat.objects.filter(round__study=study).order_by("token"):
        seats[seat.case_id, seat.arm].append(seat)
    return {place: _adjudicated(place, seats[place], signed, adjudicating, rule) for place in sorted(seats)}


def _adjudicated(
    place: Place,
    seats: list[AdjudicationSeat],
    signed: set[UUID],
    adjudicating: set[UUID],
    rule: Adjudication,
) -> Adjudicated:
    taken = [seat for seat in seats if seat.token in signed or seat.adjudicator_id in adjudicating]
    return Adjudicated(
        *place,
        decoy=seats[0].decoy,
        held_by=frozenset(seat.adjudicator_id for seat in seats),
        free=max(0, rule.panel_size - len(taken)),
        is_complete=sum(seat.token in signed for seat in seats) >= rule.panel_size,
    )


def _reads(study: Study, purpose: Read.Purpose) -> Any:
    return Read.objects.filter(study=study.pk, purpose=purpose)


def _is_settled(reads: list[tuple[Standing | None, bool]]) -> bool:
    """reads: of each its standing, None while it is not laid out; and whether its reader still reads."""
    signed = [standing for standing, _ in reads if standing is not None and standing.in_force is not None]
    return len(signed) >= 2 and all(_is_final(standing) for standing, still_reads in reads if still_reads)


def _is_final(standing: Standing | None) -> bool:
    if standing is None or standing.in_force is None:
        return False
    return standing.unlock_state not in (UnlockState.REQUESTED, UnlockState.OPEN)
