"""How far a study is, for who conducts or watches it: by reader, by session and by site, never by arm.

The reads of a site are counted over all its cases, arms, readers and sessions together; only reader and session are
told at once. As every case is read in every arm by who reads it, no count of a site differs by arm.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from reader_study.allocation.queries import assignments
from reader_study.cases.models import Case
from reader_study.cases.queries import withheld_cases
from reader_study.cases.site_queries import waiting_for_sites
from reader_study.problems import NotFound
from reader_study.reading import queries
from reader_study.reading.models import Read, ScoreSheet
from reader_study.reading.pace import pace_of
from reader_study.reading.schedule import Session
from reader_study.studies.models import Role, Site, Study
from reader_study.studies.queries import members, protocol_of


@dataclass(frozen=True)
class ReaderProgress(queries.ReaderSessions):
    """``has_left``: reads at all no more, so that what is not signed stays missing."""

    has_left: bool
    per_week: float | None
    ends_at: datetime | None


@dataclass(frozen=True)
class SessionProgress:
    """One session over all readers; ``finished``: how many of the ``readers`` have signed all of it."""

    number: int
    signed: int
    total: int
    readers: int
    finished: int


@dataclass(frozen=True)
class SiteProgress:
    """``withheld``: cases that are not complete yet or any more, and that no reader gets. ``queries``: the site is to
    answer them, of which so many are ``overdue``.
    """

    site: Site
    cases: int
    allocated: int
    withheld: int
    queries: int
    overdue: int
    signed: int
    total: int


@dataclass(frozen=True)
class StudyProgress:
    """``missing``: unsigned reads of readers who have left. ``ends_at``: None where it cannot be said of a reader."""

    readers: list[ReaderProgress]
    sessions: list[SessionProgress]
    sites: list[SiteProgress]
    missing: int
    ends_at: datetime | None


def progress(study: Study) -> StudyProgress:
    times = _signed_at(study.id)
    readers = _readers(study, times)
    reading = [reader for reader in readers if not reader.has_left]
    ends = [reader.ends_at for reader in reading]
    known = [end for end in ends if end is not None]
    return StudyProgress(
        readers=readers,
        sessions=_sessions(readers),
        sites=_sites(study, times),
        missing=sum(reader.total - reader.signed for reader in readers if reader.has_left),
        ends_at=max(known) if known and len(known) == len(ends) else None,
    )


def _signed_at(study_id: UUID) -> dict[UUID, datetime]:
    """When each read of the study was signed to its end, the first time."""
    reads = Read.objects.filter(study=study_id, purpose=Read.Purpose.STUDY)
    last = reads.annotate(last=Max("volumes__step")).values_list("token", "last")
    steps = {token: step or 1 for token, step in last}
    sheets = ScoreSheet.objects.filter(read__in=reads, version=1)
    signed = sheets.values_list("read_id", "step", "signature__signed_at")
    return {token: at for token, step, at in signed if step == steps[token]}


def _readers(study: Study, times: dict[UUID, datetime]) -> list[ReaderProgress]:
    own: dict[UUID, list[tuple[int, datetime | None]]] = defaultdict(list)
    reads = Read.objects.filter(study=study.id, purpose=Read.Purpose.STUDY)
    for token, reader, session in reads.values_list("token", "reader_id", "session"):
        own[reader].append((session, times.get(token)))
    in_force = set(members(study, Role.READER).values_list("user_id", flat=True))
    washout, now = protocol_of(study).washout_days, timezone.now()
    return [
        ReaderProgress(
            **vars(reader),
            has_left=reader.id not in in_force,
            per_week=pace.per_week,
            ends_at=pace.ends_at,
        )
        for reader in queries.progress(study.id)
        for pace in [pace_of(own[reader.id], washout_days=washout, now=now)]
    ]


def _sessions(readers: list[ReaderProgress]) -> list[SessionProgress]:
    by_number: dict[int, list[Session]] = defaultdict(list)
    for reader in readers:
        for session in reader.sessions:
            by_number[session.number].append(session)
    return [
        SessionProgress(
            number=number,
            signed=sum(session.signed for session in found),
            total=sum(session.total for session in found),
            readers=len(found),
            finished=sum(session.signed == session.total for session in found),
        )
        for number, found in sorted(by_number.items())
    ]


def _sites(study: Study, times: dict[UUID, datetime]) -> list[SiteProgress]:
    try:
        keys = assignments(study)
    except NotFound:
        keys = []
    at = dict(study.cases.filter(purpose=Case.Purpose.STUDY).values_list("id", "site_id"))
    cases = Counter(at.values())
    allocated = {key.case_id for key in keys}
    taken = Counter(at[case] for case in allocated)
    withheld = Counter(case.site_id for case, _lacks in withheld_cases(study) if case.id not in allocated)
    total = Counter(at[key.case_id] for key in keys)
    signed = Counter(at[key.case_id] for key in keys if key.token in times)
    return [
        SiteProgress(
            site=site,
            cases=cases[site.id],
            allocated=taken[site.id],
            withheld=withheld[site.id],
            queries=in_time + overdue,
            overdue=overdue,
            signed=signed[site.id],
            total=total[site.id],
        )
        for site in study.sites.order_by("code")
        for in_time, overdue in [waiting_for_sites(Site.objects.filter(pk=site.pk), study)]
    ]
