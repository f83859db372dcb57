"""What readers see of their own reads, and what the analysis sees of signed ones."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from reader_study.accounts.models import User
from reader_study.problems import NotFound
from reader_study.reading.draft import active_seconds
from reader_study.reading.form import Score
from reader_study.reading.models import Event, Read, ReadingStudy, ScoreSheet
from reader_study.reading.schedule import Session, SessionState, sessions


@dataclass(frozen=True)
class Agenda:
    """One study on a reader's desk: its sessions, and the only read that may be opened now."""

    study: ReadingStudy
    sessions: list[Session]
    next: UUID | None


@dataclass(frozen=True)
class SignedRead:
    """A signed read as the analysis needs it; ``seconds`` is active time, see draft.active_seconds."""

    token: UUID
    reader_id: UUID
    session: int
    position: int
    version: int
    form_version: int
    scores: dict[str, list[Score]]
    fields: dict[str, int | str]
    content_sha256: str
    signature_id: UUID
    signer: str
    meaning: str
    signed_at: datetime
    seconds: float


@dataclass(frozen=True)
class ReaderProgress:
    id: UUID
    full_name: str
    signed: int
    total: int
    sessions: list[Session]


def agendas(reader: User) -> list[Agenda]:
    """Everything a reader has to read, oldest study first."""
    reads: dict[ReadingStudy, list[Read]] = defaultdict(list)
    for read in _with_signing_times(Read.objects.filter(reader=reader)).select_related("study"):
        reads[read.study].append(read)
    return [_agenda(study, reads[study]) for study in sorted(reads, key=lambda study: study.opened_at)]


def agenda(reader: User, study: ReadingStudy) -> Agenda:
    return _agenda(study, list(_with_signing_times(Read.objects.filter(reader=reader, study=study))))


def read_for(reader: User, token: UUID) -> Read:
    """The reader's own read, if it was signed or is the next one in order.

    Raises
    ------
    NotFound
        The read is absent, another reader's, or not due yet: the same answer.
    """
    read = Read.objects.filter(reader=reader, token=token).select_related("study").first()
    if read is None or (sheet_of(read) is None and agenda(reader, read.study).next != token):
        raise NotFound()
    return read


def sheet_of(read: Read) -> ScoreSheet | None:
    """The signed scores that are in force; None while the read is open."""
    return read.sheets.select_related("signature").order_by("-version").first()


def last_seq(read: Read) -> int:
    """The number of the last act that was kept; 0 before the first."""
    return read.events.order_by("-seq").values_list("seq", flat=True).first() or 0


def signed_reads(study_id: UUID) -> list[SignedRead]:
    """All signed reads of a study, the version in force of each, by reader, session and position."""
    stopwatch: dict[UUID, list[int]] = defaultdict(list)
    acts = Event.objects.filter(read__study_id=study_id).order_by("read_id", "seq")
    for read_id, elapsed in acts.values_list("read_id", "elapsed_ms").iterator():
        stopwatch[read_id].append(elapsed)
    sheets = (
        ScoreSheet.objects.filter(read__study_id=study_id)
        .select_related("read", "signature")
        .order_by("read__reader_id", "read__session", "read__position", "read_id", "-version")
        .distinct("read__reader_id", "read__session", "read__position", "read_id")
    )
    return [
        SignedRead(
            token=sheet.read_id,
            reader_id=sheet.read.reader_id,
            session=sheet.read.session,
            position=sheet.read.position,
            version=sheet.version,
            form_version=sheet.form_version,
            scores=sheet.scores,
            fields=sheet.fields,
            content_sha256=sheet.content_sha256,
            signature_id=sheet.signature_id,
            signer=sheet.signature.full_name,
            meaning=sheet.signature.meaning,
            signed_at=sheet.signature.signed_at,
            seconds=active_seconds(stopwatch[sheet.read_id]),
        )
        for sheet in sheets
    ]


def progress(study_id: UUID) -> list[ReaderProgress]:
    """How far each reader is, by session; nothing here differs by arm."""
    study = ReadingStudy.objects.filter(pk=study_id).first()
    if study is None:
        return []
    reads: dict[User, list[Read]] = defaultdict(list)
    for read in _with_signing_times(study.reads.select_related("reader")):
        reads[read.reader].append(read)
    return [
        ReaderProgress(
            id=reader.id,
            full_name=reader.full_name,
            signed=sum(session.signed for session in found),
            total=sum(session.total for session in found),
            sessions=found,
        )
        for reader in sorted(reads, key=lambda reader: (reader.full_name, reader.id))
        for found in [_sessions(study, reads[reader])]
    ]


def _with_signing_times(reads: QuerySet[Read]) -> QuerySet[Read]:
    """Reads in order, with the first signature of each ready for ``_signed_at``."""
    first = ScoreSheet.objects.filter(version=1).select_related("signature")
    return reads.order_by("session", "position").prefetch_related(Prefetch("sheets", first, "first_sheets"))


def _signed_at(read: Read) -> datetime | None:
    return next((sheet.signature.signed_at for sheet in read.first_sheets), None)  # type: ignore[attr-defined]


def _sessions(study: ReadingStudy, reads: list[Read]) -> list[Session]:
    return sessions(
        ((read.session, _signed_at(read)) for read in reads),
        washout_days=study.washout_days,
        now=timezone.now(),
    )


def _agenda(study: ReadingStudy, reads: list[Read]) -> Agenda:
    found = _sessions(study, reads)
    open_now = {session.number for session in found if session.state == SessionState.OPEN}
    due = (read.token for read in reads if read.session in open_now and _signed_at(read) is None)
    return Agenda(study=study, sessions=found, next=next(due, None))
