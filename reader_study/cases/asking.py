"""Queries of the quality control to a site: asked, answered by the site, asked again or closed."""

import hashlib
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.cases import queries, site_queries
from reader_study.cases.findings import Seen, record_findings
from reader_study.cases.models import Case, Image
from reader_study.cases.quality_models import SiteQuery, SiteQueryEntry
from reader_study.problems import Conflict, Invalid, Locked
from reader_study.studies.models import Study
from reader_study.studies.queries import takes_files
from reader_study.studies.screening import screened

DUE_DAYS = 14  # for an answer, where nobody says otherwise
_LONGEST_DAYS = 365
Kind = SiteQueryEntry.Kind


@transaction.atomic
def ask_site(
    *,
    actor: User,
    case_id: UUID,
    category: str,
    text: str,
    image_id: UUID | None = None,
    due_on: date | None = None,
    seen: Seen | None = None,
) -> SiteQuery:
    """Ask the site of a case about one of its images, or about the case; the image is not accepted meanwhile.

    seen: what was seen in that image, written down with the question.

    Raises
    ------
    NotFound
        The case or the image of it is absent, or the actor may not ask about it.
    Locked
        The study is locked.
    Conflict
        code "accepted": the image is accepted; "queried": a query about it is not closed.
    Invalid
        code "text": nothing is asked; "due_on": no day of the coming year; "identifiers".
    """
    case = queries.case_to_ask_about(actor, case_id)
    _check_unlocked(case.study)
    image = None
    if image_id is not None:
        image = queries.image_in_use(case, image_id)
        if seen is not None and image.status == Image.Status.READY:
            record_findings(actor=actor, image=image, seen=seen)
        if site_queries.unclosed_about([image.id]):
            raise Conflict("queried", _("A query about this image is not closed yet."))
    query = SiteQuery.objects.create(case=case, image=image, category=category)
    _ask(query, actor, Kind.ASKED, text, due_on)
    return query


@transaction.atomic
def answer_site_query(*, actor: User, query_id: UUID, text: str) -> SiteQuery:
    """Answer for the site.

    Raises
    ------
    NotFound
        The query is absent, or of a site that the actor does not coordinate.
    Locked
        The study is locked.
    Conflict
        code "not_open": it is answered or closed.
    Invalid
        code "text": nothing is answered; "identifiers".
    """
    query = _held(site_queries.query_to_answer(actor, query_id))
    if site_queries.state_of(query) != site_queries.OPEN:
        raise Conflict("not_open", _("This query does not wait for an answer."))
    _enter(query, actor, Kind.ANSWERED, _said(text))
    return query


@transaction.atomic
def reopen_site_query(*, actor: User, query_id: UUID, text: str, due_on: date | None = None) -> SiteQuery:
    """Ask once more: the answer was not enough, or what was closed is in question again.

    Raises
    ------
    NotFound, Locked, Invalid
        As `ask_site`.
    Conflict
        code "open": it waits for its answer; "accepted": the image has been accepted.
    """
    query = _held(site_queries.query_of_quality(actor, query_id))
    if site_queries.state_of(query) == site_queries.OPEN:
        raise Conflict("open", _("This query still waits for its answer."))
    _ask(query, actor, Kind.REOPENED, text, due_on)
    return query


@transaction.atomic
def close_site_query(*, actor: User, query_id: UUID, text: str = "") -> SiteQuery:
    """Close an answered query, or with a word about why one that nobody has answered.

    Raises NotFound, Locked, Invalid as `ask_site`; Conflict with code "closed".
    """
    query = _held(site_queries.query_of_quality(actor, query_id))
    state = site_queries.state_of(query)
    if state == site_queries.CLOSED:
        raise Conflict("closed", _("This query is closed."))
    _enter(query, actor, Kind.CLOSED, _said(text) if state == site_queries.OPEN else screened(text))
    return query


def _ask(query: SiteQuery, actor: User, kind: str, text: str, due_on: date | None) -> None:
    said = _said(text)
    if query.image is not None and query.image.qc == Image.Decision.ACCEPTED:
        raise Conflict("accepted", _("The image is accepted; change that decision before asking about it."))
    today = timezone.now().date()
    due = due_on or today + timedelta(days=DUE_DAYS)
    if not today <= due <= today + timedelta(days=_LONGEST_DAYS):
        raise Invalid("due_on", _("The answer must be due within the coming year."))
    _enter(query, actor, kind, said, due)


def _said(text: str) -> str:
    said = screened(text)
    if not said:
        raise Invalid("text", _("Please write a sentence."))
    return said


def _held(query: SiteQuery) -> SiteQuery:
    """The query, locked: two people who answer or close it at once do so one after the other."""
    _check_unlocked(query.case.study)
    SiteQuery.objects.select_for_update().get(pk=query.pk)
    if query.image_id is not None:
        query.image = Image.objects.select_for_update(of=("self",)).get(pk=query.image_id)
    return query


def _check_unlocked(study: Study) -> None:
    state = Study.objects.select_for_update(no_key=True).get(pk=study.pk).state
    if not takes_files(state):
        raise Locked("locked", _("The study is locked; nothing is asked about its images any more."))


# The journal's names of the steps.
_ACTS = {
    Kind.ASKED: "cases.query_asked",
    Kind.ANSWERED: "cases.query_answered",
    Kind.REOPENED: "cases.query_reopened",
    Kind.CLOSED: "cases.query_closed",
}


def _enter(query: SiteQuery, actor: User, kind: str, text: str, due_on: date | None = None) -> None:
    """The text stands in the query only; its hash binds it to the journal."""
    number = query.entries.count() + 1
    query.entries.create(number=number, kind=kind, text=text, due_on=due_on, by=actor)
    case: Case = query.case
    record(
        action=_ACTS[Kind(kind)],
        actor=actor.id,
        study=case.study_id,
        subject=case.subject,
        detail={
            "query": str(query.id),
            "entry": number,
            "image": str(query.image_id) if query.image_id else None,
            "category": query.category,
            "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
            "due_on": due_on.isoformat() if due_on else None,
        },
    )
