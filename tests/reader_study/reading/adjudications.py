"""Studies whose reads are signed and in part discordant, with adjudicators."""

from collections.abc import Iterable

from reader_study.accounts.models import User
from reader_study.allocation.models import AdjudicationRound, AdjudicationSeat, Assignment
from reader_study.reading.adjudicating import make_round
from reader_study.reading.models import Read
from reader_study.studies.actions import add_member
from reader_study.studies.charter_conduct import Adjudication, Discordance
from reader_study.studies.models import Role
from tests.reader_study.agreement.studies import keep_sheet
from tests.reader_study.allocation.drafts import Draft, user
from tests.reader_study.reading.reads import opened, scored

RULE = Adjudication(
    when=Discordance(segment_difference=2), decoy_fraction=0.5, mode="single", result="beside"
)
SEED = bytes(range(32))

Place = tuple[str, str]
"""The pseudonym of a case, and an arm."""


def adjudicated(
    *, rule: Adjudication = RULE, adjudicators: int = 1, seed: bytes | None = None, **options: object
) -> Draft:
    """An opened study of two sites with two cases each that asks for adjudication; nothing is signed yet."""
    study = opened(seed=seed, adjudication=rule, **options)
    for number in range(1, adjudicators + 1):
        join(study, f"Judge {number}")
    return study


def join(study: Draft, name: str) -> User:
    person = user(name)
    add_member(actor=study.investigator, study=study.study, email=person.email, role=Role.ADJUDICATOR)
    return person


def sign_all(study: Draft, *, discordant: Iterable[Place] = (), but: Iterable[Read] = ()) -> None:
    """Every read says 1 everywhere, but that of the last reader 3 where the pair is to be discordant."""
    differ, left_out = set(discordant), {read.token for read in but}
    subjects = {case.id: case.subject for case in study.cases}
    pair = {
        key.token: (subjects[key.case_id], key.arm)
        for key in Assignment.objects.filter(allocation__study=study.study)
    }
    for read in Read.objects.filter(study=study.study.id, purpose="study"):
        if read.token not in left_out:
            is_last = read.reader_id == study.readers[-1].id
            keep_sheet(read, scored(3 if is_last and pair[read.token] in differ else 1))


def read_of(study: Draft, place: Place, reader: User) -> Read:
    """A reader's first read of a pair."""
    key = Assignment.objects.get(
        allocation__study=study.study, case__subject=place[0], arm=place[1], reader=reader, repetition=0
    )
    return Read.objects.get(token=key.token)


def made(study: Draft, *, seed: bytes | None = SEED) -> AdjudicationRound:
    return make_round(actor=study.investigator, study=study.study, seed=seed)


def places(found: AdjudicationRound, *, decoy: bool) -> set[Place]:
    """The pairs of a round that are decoys, or are not."""
    seats = AdjudicationSeat.objects.filter(round=found, decoy=decoy)
    return set(seats.values_list("case__subject", "arm"))


def own_reads(person: User) -> list[Read]:
    return list(Read.objects.filter(reader=person, purpose="adjudication").order_by("session", "position"))
