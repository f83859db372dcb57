"""What readers see of their own reads, and what those who run a study see of all."""

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.problems import Locked, NotFound
from reader_study.reading.chain import first_hash
from reader_study.reading.holding import held_to, questions_of
from reader_study.reading.models import DisplayCheck, Event, Read, ReadingStudy, SessionEnd, Unlock
from reader_study.reading.pacing import BREAK, Today, is_break_due, looked_back, today
from reader_study.reading.schedule import Session, SessionState, sessions
from reader_study.reading.standing import Standing, answer_to, standings
from reader_study.reading.timing import SHOWN
from reader_study.reading.wall import not_qualified, reading_is_over
from reader_study.studies.charter_conduct import Conduct

ORDER = (Read.Purpose.TRAINING, Read.Purpose.TEST, Read.Purpose.STUDY, Read.Purpose.ADJUDICATION)
NEEDS_CERTIFICATE = (Read.Purpose.STUDY, Read.Purpose.ADJUDICATION)  # as the policies of migration 0014
AHEAD = 2  # reads after the next whose pictures may be fetched before it is their turn


@dataclass(frozen=True)
class Place:
    session: int
    number: int


class Reason(StrEnum):
    """Why a reader who has reads left may open none."""

    QUESTIONS = "questions"
    CORRECTION = "correction"
    WASHOUT = "washout"
    DAILY_CAP = "daily_cap"


@dataclass(frozen=True)
class Waiting:
    """What must come first: the answers about a session, the signature of a correction, or a time.

    `read`: the one that would be next; not told.
    """

    study: UUID
    reason: Reason
    session: int
    until: datetime | None
    read: UUID | None = None


class ReadState(StrEnum):
    OPEN = "open"
    AHEAD = "ahead"
    SIGNED = "signed"


@dataclass(frozen=True)
class Agenda:
    """What a reader reads of a study for one purpose, in one attempt: its sessions, and what may be opened now.

    ``next`` is the one to be read, and ``next_place`` its session and position; ``begun``: it was opened before.
    ``upcoming`` follow it in the same session; ``amendments`` are signed and were opened again; ``signed`` are all that
    were signed. ``waiting``: why there is no next one, where it comes later. Once reading has ``ended``, nothing may be
    opened; nor while the reader is ``barred``, for want of a certificate.
    """

    study: ReadingStudy
    purpose: Read.Purpose
    attempt: int
    ended: bool
    barred: bool
    sessions: list[Session]
    washout_days: int
    today: Today
    next: UUID | None
    next_place: Place | None
    begun: bool
    waiting: Waiting | None
    upcoming: list[UUID]
    amendments: list[UUID]
    signed: list[Standing]


@dataclass(frozen=True)
class Due:
    """A read that a reader may see, and how: to be read or corrected, ahead of its turn, or signed."""

    standing: Standing
    state: ReadState

    @property
    def read(self) -> Read:
        return self.standing.read


@dataclass(frozen=True)
class ReaderSessions:
    """How far a reader is in a study."""

    id: UUID
    full_name: str
    signed: int
    total: int
    sessions: list[Session]


def agendas(reader: User) -> list[Agenda]:
    """Everything a reader has to read, oldest study first; within it in the order of purposes and attempts."""
    found: dict[ReadingStudy, dict[tuple[int, int], list[Standing]]] = defaultdict(lambda: defaultdict(list))
    for standing in standings(Read.objects.filter(reader=reader).select_related("study")):
        read = standing.read
        found[read.study][ORDER.index(Read.Purpose(read.purpose)), read.attempt].append(standing)
    prefetch_related_objects(list(found), "conducts")
    ended, barred = ended_studies(), barred_studies()
    answered = session_ends(SessionEnd.objects.filter(reader=reader))
    return [
        _agenda(
            study,
            found[study][desk],
            ended=study.pk in ended,
            barred=study.pk in barred,
            answered=answered[study.pk, reader.pk],
        )
        for study in sorted(found, key=lambda study: study.opened_at)
        for desk in sorted(found[study])
    ]


def agenda(read: Read) -> Agenda:
    """The one that the read stands on."""
    return _agenda(
        read.study,
        standings(_desk_of(read)),
        ended=read.study_id in ended_studies(),
        barred=read.study_id in barred_studies(),
        answered=_answered_of(read),
    )


def _desk_of(read: Read) -> QuerySet[Read]:
    return Read.objects.filter(
        reader=read.reader_id, study=read.study_id, purpose=read.purpose, attempt=read.attempt
    )


def session_ends(rows: QuerySet[SessionEnd]) -> dict[tuple[UUID, UUID], set[int]]:
    """(study, reader) -> the sessions about which the reader has answered; the answers themselves are not fetched."""
    found: dict[tuple[UUID, UUID], set[int]] = defaultdict(set)
    for study, reader, session in rows.values_list("study_id", "reader_id", "session"):
        found[study, reader].add(session)
    return found


def _answered_of(read: Read) -> set[int]:
    ends = SessionEnd.objects.filter(study=read.study_id, reader=read.reader_id)
    return set(ends.values_list("session", flat=True))


def ended_studies() -> set[UUID]:
    """Where reading is over, of the studies in which whoever is behind the wall reads; no other state is seen there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reading_reader_ended_in()")
        return {study for (study,) in cursor.fetchall()}


def barred_studies() -> set[UUID]:
    """The studies that ask whoever is behind the wall for a certificate that this reader has not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT study_id FROM reading_readingstudy WHERE NOT reading_is_qualified(study_id)")
        return {study for (study,) in cursor.fetchall()}


def read_for(reader: User, token: UUID) -> Due:
    """The reader's own read, if it is due, almost due, or signed.

    Raises
    ------
    NotFound
        The read is absent, another reader's, or not due yet: the same answer.
    Locked
        It was never signed; and code "study_locked": reading of its study has ended; code "not_qualified": the reader
        has no certificate that is in force; or code "daily_cap": it would be next, but the reader has signed as many
        today as the protocol allows.
    """
    read = Read.objects.filter(reader=reader, token=token).first()
    if read is None:
        raise NotFound()
    found = standings(_desk_of(read).select_related("study"))
    standing = next(standing for standing in found if standing.read.token == token)
    is_over = standing.read.study_id in ended_studies()
    is_barred = standing.read.purpose in NEEDS_CERTIFICATE and standing.read.study_id in barred_studies()
    if standing.in_force is not None:
        may_amend = standing.amending and not is_over and not is_barred
        return Due(standing, ReadState.OPEN if may_amend else ReadState.SIGNED)
    if is_over:
        raise reading_is_over()
    if is_barred:
        raise not_qualified()
    plan = _agenda(standing.read.study, found, ended=False, barred=False, answered=_answered_of(read))
    if plan.waiting and token == plan.waiting.read:
        raise _enough_for_today(plan)
    if token == plan.next:
        return Due(standing, ReadState.OPEN)
    if token in plan.upcoming:
        return Due(standing, ReadState.AHEAD)
    raise NotFound()


def _enough_for_today(plan: Agenda) -> Locked:
    conduct = held_to(plan.study).conduct
    midnight = plan.today.ends_at.astimezone(conduct.time_zone)
    sentence = _("The reads of today are signed, %(cap)s of them. Reading goes on from %(time)s.")
    goes_on = f"{midnight:%Y-%m-%d %H:%M} (UTC{conduct.utc_offset})"
    return Locked("daily_cap", sentence % {"cap": plan.today.cap, "time": goes_on})


def reads_in_session(read: Read) -> int:
    return _desk_of(read).filter(session=read.session).count()


def ledger_end(read: Read) -> tuple[int, str]:
    """Number and hash of the last act that was kept; before the first, 0 and what the first follows."""
    last = read.events.order_by("-seq").values_list("seq", "hash").first()
    return last or (0, first_hash(read.token))


def break_due(reader: User, studies: Iterable[ReadingStudy]) -> bool:
    """Whether the reader has read for so long without a pause, in whatever study, as one of these asks to take one."""
    limits = [held_to(study).conduct.break_after_minutes for study in studies]
    shortest = min((minutes for minutes in limits if minutes is not None), default=None)
    if shortest is None:
        return False
    after, now = timedelta(minutes=shortest), timezone.now()
    acts = (
        Event.objects.filter(read__reader=reader, received_at__gt=now - looked_back(after))
        .order_by("-received_at")
        .values_list("received_at", "kind", "name")
    )
    confirmed = (Event.Kind.VIEW.value, BREAK)
    return is_break_due(((at, (kind, name) == confirmed) for at, kind, name in acts), after=after, now=now)


def in_the_middle(due: Due) -> bool:
    """Whether the pictures of the read were seen before: of an amendment, since it was opened."""
    seen = due.read.events.filter(kind=Event.Kind.VIEW, name=SHOWN)
    standing = due.standing
    opened = answer_to(standing.unlock) if standing.amending and standing.unlock else None
    if opened is not None:
        seen = seen.filter(received_at__gt=opened.at)
    return seen.exists()


def display_check_due(reader: User) -> bool:
    """Whether the reader has signed in since the display was last checked."""
    checks = DisplayCheck.objects.filter(reader=reader)
    if reader.last_login is not None:
        checks = checks.filter(at__gte=reader.last_login)
    return not checks.exists()


def unlocks_of(study_id: UUID) -> list[Unlock]:
    """Every request to correct a read of the study, newest first."""
    return list(
        Unlock.objects.filter(read__study=study_id)
        .select_related("read__reader", "answer__by")
        .order_by("-requested_at")
    )


def progress(study_id: UUID) -> list[ReaderSessions]:
    """How far each reader is, by session; nothing here differs by arm."""
    study = ReadingStudy.objects.filter(pk=study_id).first()
    if study is None:
        return []
    found: dict[User, list[Standing]] = defaultdict(list)
    for standing in standings(study.reads.filter(purpose=Read.Purpose.STUDY).select_related("reader")):
        found[standing.read.reader].append(standing)
    prefetch_related_objects([study], "conducts")
    answered = session_ends(SessionEnd.objects.filter(study=study))
    return [
        ReaderSessions(
            id=reader.id,
            full_name=reader.full_name,
            signed=sum(session.signed for session in by_session),
            total=sum(session.total for session in by_session),
            sessions=by_session,
        )
        for reader in sorted(found, key=lambda reader: (reader.full_name, reader.id))
        for by_session in [_sessions(study, found[reader], answered=answered[study.pk, reader.id])]
    ]


def _sessions(study: ReadingStudy, found: list[Standing], *, answered: Container[int]) -> list[Session]:
    """Those of the study itself."""
    return sessions(
        ((standing.read.session, standing.first_signed_at) for standing in found),
        washout_days=held_to(study).washout_days,
        now=timezone.now(),
        has_questions=lambda session, ended_at: (
            session not in answered and questions_of(study, ended_at=ended_at).any
        ),
        corrections=[(standing.read.session, at) for standing in found for at in standing.corrections],
    )


def _agenda(
    study: ReadingStudy, found: list[Standing], *, ended: bool, barred: bool, answered: Container[int]
) -> Agenda:
    prefetch_related_objects([study], "conducts")
    purpose = Read.Purpose(found[0].read.purpose)
    is_study = purpose == Read.Purpose.STUDY
    barred = barred and purpose in NEEDS_CERTIFICATE
    closed = ended or barred
    if is_study:
        by_session = _sessions(study, found, answered=answered)
    else:
        times = ((standing.read.session, standing.first_signed_at) for standing in found)
        by_session = sessions(times, washout_days=0, now=timezone.now())
    conduct = held_to(study).conduct if is_study else Conduct()
    day = today(
        (standing.first_signed_at for standing in found),
        cap=conduct.daily_cap,
        time_zone=conduct.time_zone,
        now=timezone.now(),
    )
    open_now = {session.number for session in by_session if session.state == SessionState.OPEN and not closed}
    due = [s for s in found if s.read.session in open_now and s.in_force is None]
    # What is open may be finished; nothing further is opened today.
    is_held = bool(due) and day.is_full and not due[0].shown
    following = [s.read.token for s in due[1 : 1 + AHEAD] if s.read.session == due[0].read.session]
    next_read = due[0].read if due and not is_held else None
    return Agenda(
        study=study,
        purpose=purpose,
        attempt=found[0].read.attempt,
        ended=ended,
        barred=barred,
        sessions=by_session,
        washout_days=held_to(study).washout_days if is_study else 0,
        today=day,
        next=next_read.token if next_read else None,
        next_place=Place(next_read.session, next_read.position) if next_read else None,
        begun=next_read is not None and due[0].shown,
        waiting=None if closed else _waiting(study, by_session, due, day, is_held=is_held),
        upcoming=following[: None if day.left is None else max(day.left - 1, 0)],
        amendments=[s.read.token for s in found if s.amending and not closed],
        signed=[s for s in found if s.in_force is not None],
    )


def _waiting(
    study: ReadingStudy, by_session: list[Session], due: list[Standing], day: Today, *, is_held: bool
) -> Waiting | None:
    if due:
        first = due[0].read
        held = Waiting(study.pk, Reason.DAILY_CAP, first.session, day.ends_at, first.token)
        return held if is_held else None
    for session in by_session:
        if session.questions_due:
            return Waiting(study.pk, Reason.QUESTIONS, session.number, None)
        if session.state == SessionState.WAITING:
            # The one before is finished: what has no time yet waits for a correction.
            reason = Reason.WASHOUT if session.opens_at else Reason.CORRECTION
            return Waiting(study.pk, reason, session.number, session.opens_at)
    return None
