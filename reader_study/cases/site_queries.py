"""Which queries to sites there are, where each stands, and who may do what with one."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from reader_study.accounts.models import User
from reader_study.cases import queries
from reader_study.cases.quality_models import SiteQuery, SiteQueryEntry
from reader_study.problems import NotFound
from reader_study.studies.models import Role, Site, Study
from reader_study.studies.queries import coordinated_sites, sites_of, study_for

OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
_STATES = {
    SiteQueryEntry.Kind.ASKED: OPEN,
    SiteQueryEntry.Kind.REOPENED: OPEN,
    SiteQueryEntry.Kind.ANSWERED: ANSWERED,
    SiteQueryEntry.Kind.CLOSED: CLOSED,
}
ASKS = [SiteQueryEntry.Kind.ASKED, SiteQueryEntry.Kind.REOPENED]


def with_standing() -> QuerySet[Any]:
    """All queries with `last`, the kind of the last entry, and `due`, until when an answer is asked for."""
    entries = SiteQueryEntry.objects.filter(query=OuterRef("pk")).order_by("-number")
    return SiteQuery.objects.annotate(
        last=Subquery(entries.values("kind")[:1]),
        due=Subquery(entries.filter(kind__in=ASKS).values("due_on")[:1]),
    )


def state_of(query: SiteQuery) -> str:
    """open, answered or closed."""
    last = query.entries.order_by("-number").values_list("kind", flat=True)[0]
    return _STATES[SiteQueryEntry.Kind(last)]


def standing(query: SiteQuery) -> tuple[str, bool]:
    """The state of a query of `with_standing`, and whether its answer is overdue: the day is over, in UTC."""
    state = _STATES[SiteQueryEntry.Kind(query.last)]  # type: ignore[attr-defined]  # annotated
    return state, state == OPEN and query.due < timezone.now().date()  # type: ignore[attr-defined]


def visible_queries(user: User, study: Study) -> QuerySet[SiteQuery]:
    """Of the sites that the user may see, the latest first."""
    return (
        with_standing()
        .filter(case__study=study, case__site__in=sites_of(user, study, *queries.UNBLINDED))
        .select_related("case__site", "case__study", "image")
        .prefetch_related("entries__by")
        .order_by("-asked_at")
    )


def unclosed_about(images: Iterable[UUID]) -> set[UUID]:
    """Those of the images about which a query is not closed."""
    unclosed = with_standing().filter(image__in=images).exclude(last=SiteQueryEntry.Kind.CLOSED)
    return set(unclosed.values_list("image", flat=True))


def waiting_for_sites(sites: QuerySet[Site], study: Study) -> tuple[int, int]:
    """How many queries the sites still answer in time, and how many they have not."""
    to_answer = _of(sites, study).filter(last__in=ASKS)
    overdue = to_answer.filter(due__lt=timezone.now().date()).count()
    return to_answer.count() - overdue, overdue


def waiting_for_quality(sites: QuerySet[Site], study: Study) -> tuple[int, int]:
    """How many answers of the sites wait to be looked at, and how many have not come in time."""
    answered = _of(sites, study).filter(last=SiteQueryEntry.Kind.ANSWERED).count()
    return answered, waiting_for_sites(sites, study)[1]


def _of(sites: QuerySet[Site], study: Study) -> QuerySet[Any]:
    return with_standing().filter(case__study=study, case__site__in=sites)


def query_to_answer(user: User, query_id: UUID) -> SiteQuery:
    """The query, if the user coordinates its site. Raises NotFound."""
    query = _found(query_id)
    study = study_for(user, query.case.study_id, Role.COORDINATOR)
    if not coordinated_sites(user, study).filter(pk=query.case.site_id).exists():
        raise NotFound()
    return query


def query_of_quality(user: User, query_id: UUID) -> SiteQuery:
    """The query, if the user may ask its site. Raises NotFound."""
    query = _found(query_id)
    if not queries.asked_sites(user, query.case.study).filter(pk=query.case.site_id).exists():
        raise NotFound()
    return query


def _found(query_id: UUID) -> SiteQuery:
    query = SiteQuery.objects.filter(pk=query_id).select_related("case__study", "case__site", "image").first()
    if query is None:
        raise NotFound()
    return query
