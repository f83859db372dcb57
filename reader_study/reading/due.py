from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from reader_study.accounts.models import User
from reader_study.reading import qualification, wall
from reader_study.reading.models import Unlock
from reader_study.reading.queries import agendas
from reader_study.reading.schedule import SessionState
from reader_study.studies.due import Due, Kind, studies_as
from reader_study.studies.models import BLIND, Role, Study
from reader_study.studies.queries import members

READ_IN = (Study.State.FROZEN, Study.State.OPEN)  # while the protocol is frozen, by those who qualify


def due(user: User) -> Iterable[Due]:
    """Reads to sign and to correct; for the investigator requests to correct, and readers who failed all attempts.

    Nothing once reading is over; and who has signed the reads of today is due to sign none before the next day.
    """
    if being_read := _among(studies_as(user, *BLIND), READ_IN):
        yield from (item for item in _own_reads(user) if item.study in being_read)
    for study in _among(studies_as(user, Role.INVESTIGATOR), READ_IN):
        failed = _failed(study)
        yield Due(study, Kind.QUALIFICATION, failed, f"/studies/{study}/qualification")
    for study in _among(studies_as(user, Role.INVESTIGATOR), (Study.State.OPEN,)):
        asked = Unlock.objects.filter(read__study=study, answer=None).count()
        yield Due(study, Kind.UNLOCK_REQUESTS, asked, f"/studies/{study}/progress")


def _among(studies: list[UUID], states: Iterable[str]) -> list[UUID]:
    return list(Study.objects.filter(pk__in=studies, state__in=states).values_list("pk", flat=True))


def _failed(study_id: UUID) -> int:
    """How many readers have used up their attempts at the test."""
    readers = members(Study(pk=study_id), *BLIND).values_list("user", flat=True)
    found = qualification.of_study(study_id, readers)
    return sum(one.state == qualification.State.FAILED for one in found.values())


def _own_reads(reader: User) -> list[Due]:
    """What a reader's own desk says, behind the same wall."""
    with transaction.atomic():
        wall.at_the_desk.send(sender=Due, reader=reader)
        wall.enter(reader.id)
        found = []
        for agenda in agendas(reader):
            open_now = [session for session in agenda.sessions if session.state == SessionState.OPEN]
            unsigned = sum(session.total - session.signed for session in open_now if agenda.next)
            unanswered = sum(session.questions_due for session in agenda.sessions)
            found.append(Due(agenda.study.pk, Kind.READS, unsigned, "/reading"))
            found.append(Due(agenda.study.pk, Kind.SESSION_QUESTIONS, unanswered, "/reading"))
            found.append(Due(agenda.study.pk, Kind.CORRECTIONS, len(agenda.amendments), "/reading"))
        wall.leave()
    return found
