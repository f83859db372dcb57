"""The drift of each reader's agreement with the others, for whom the protocol lets see it while the study is read.

Reads of the same case and arm are compared, and the arms pooled: neither a point nor a chart is of one arm. As the arms
are mixed within every session, so are they in a block.
"""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from reader_study.accounts.models import User
from reader_study.agreement.statistics.drift import Chart, Compared, chart
from reader_study.allocation.queries import assignments
from reader_study.audit.actions import record
from reader_study.problems import NotFound
from reader_study.reading.form import Score
from reader_study.reading.signed import SignedRead, signed_reads
from reader_study.studies.models import BLIND, Role, Study
from reader_study.studies.queries import protocol_of, roles_of, study_for

Scores = dict[str, list[Score]]


@dataclass(frozen=True)
class ReaderDrift:
    """``signed``: all reads; ``compared``: those that another reader has signed, too, of the same case and arm."""

    id: UUID
    full_name: str
    signed: int
    compared: int
    chart: Chart


@transaction.atomic
def look_at_drift(*, actor: User, study: Study) -> list[ReaderDrift]:
    """The chart of every reader who has signed something, by name; that it was looked at is journaled.

    Raises
    ------
    NotFound
        The protocol does not let the actor see it, or the actor has no role in the study.
    """
    study = study_for(actor, study.pk)
    may = {Role(role) for role in protocol_of(study).conduct.drift_visible_to} - BLIND
    if not roles_of(actor, study) & may:
        raise NotFound()
    record(
        action="agreement.drift_looked_at",
        actor=actor.id,
        study=study.id,
        subject=str(study.id),
        detail={},
    )
    return drifts(study)


def drifts(study: Study) -> list[ReaderDrift]:
    reads = signed_reads(study.pk)
    if not reads:
        return []
    keys = {key.token: key for key in assignments(study)}
    first_reads: dict[tuple[UUID, str], list[SignedRead]] = defaultdict(list)
    for read in reads:
        if not keys[read.token].repetition:
            first_reads[keys[read.token].case_id, keys[read.token].arm].append(read)
    own: dict[UUID, list[Compared]] = defaultdict(list)
    signed: dict[UUID, int] = defaultdict(int)
    for read in reads:  # by reader, session and position
        key = keys[read.token]
        signed[read.reader_id] += 1
        others = [other for other in first_reads[key.case_id, key.arm] if other.reader_id != read.reader_id]
        found = compared(read.scores, [other.scores for other in others])
        if found.pairs:
            own[read.reader_id].append(found)
    people = User.objects.filter(pk__in=signed).order_by("full_name", "id")
    return [
        ReaderDrift(
            id=person.id,
            full_name=person.full_name,
            signed=signed[person.id],
            compared=len(own[person.id]),
            chart=chart(own[person.id]),
        )
        for person in people
    ]


def compared(scores: Scores, others: list[Scores]) -> Compared:
    """One read against others of the same case and arm; a segment that either could not evaluate makes no pair."""
    differences = [
        abs(mine - theirs)
        for other in others
        for state, segments in scores.items()
        for mine, theirs in zip(segments, other[state], strict=True)
        if isinstance(mine, int) and isinstance(theirs, int)
    ]
    return Compared(pairs=len(differences), agreeing=differences.count(0), difference=float(sum(differences)))
