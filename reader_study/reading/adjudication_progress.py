"""What may be known of an adjudication before unblinding: how much, never of which arm, and not what a decoy is."""

from dataclasses import dataclass
from datetime import datetime

from reader_study.allocation.models import AdjudicationRound
from reader_study.reading.models import Read
from reader_study.reading.pairs import rule_of, situation_of
from reader_study.reading.standing import standings
from reader_study.studies.charter_conduct import Adjudication
from reader_study.studies.models import Role, Study
from reader_study.studies.queries import members


@dataclass(frozen=True)
class RoundSummary:
    round: int
    digest: str
    algorithm: str
    made_at: datetime
    reads: int
    signed: int


@dataclass(frozen=True)
class AdjudicatorProgress:
    """``here``: whether the role is still held."""

    full_name: str
    here: bool
    signed: int
    total: int


@dataclass(frozen=True)
class Summary:
    """What may be known before unblinding: how much, never of which arm, and not what a decoy is.

    ``pairs``: cases times arms; ``read``: those whose readers are done; ``waiting``: see `Situation.next_round`;
    ``unfinished``: pairs that are discordant by what is signed and that no round took, or that a round took and not
    all of their adjudicators signed.
    """

    rule: Adjudication
    adjudicators: int
    pairs: int
    read: int
    waiting: int
    unfinished: int
    rounds: list[RoundSummary]
    people: list[AdjudicatorProgress]


def summary(study: Study) -> Summary | None:
    """None where the protocol asks for no adjudication."""
    rule = rule_of(study)
    if rule is None:
        return None
    situation = situation_of(study, rule)
    reads = standings(
        Read.objects.filter(study=study.pk, purpose=Read.Purpose.ADJUDICATION).select_related("reader")
    )
    done = [(standing.read, standing.in_force is not None) for standing in reads]
    here = set(members(study, Role.ADJUDICATOR).values_list("user_id", flat=True))
    return Summary(
        rule=rule,
        adjudicators=len(here),
        pairs=len(situation.pairs),
        read=len(situation.taken) + len(situation.waiting),
        waiting=situation.next_round,
        unfinished=len(situation.unadjudicated) + len(situation.unsigned),
        rounds=[
            RoundSummary(
                round=made.round,
                digest=made.digest,
                algorithm=made.algorithm,
                made_at=made.created_at,
                reads=sum(read.session == made.round for read, _signed in done),
                signed=sum(signed for read, signed in done if read.session == made.round),
            )
            for made in AdjudicationRound.objects.filter(study=study).order_by("round")
        ],
        people=[
            AdjudicatorProgress(
                full_name=person.full_name,
                here=person.id in here,
                signed=sum(signed for read, signed in done if read.reader_id == person.id),
                total=sum(read.reader_id == person.id for read, _signed in done),
            )
            for person in sorted(
                {read.reader for read, _signed in done}, key=lambda one: (one.full_name, one.id)
            )
        ],
    )
