from collections.abc import Iterable

from django.db.models import QuerySet

from reader_study.accounts.models import User
from reader_study.cases.models import Image
from reader_study.cases.queries import asked_sites, current_images, decided_sites, has_quality_control
from reader_study.cases.site_queries import unclosed_about, waiting_for_quality, waiting_for_sites
from reader_study.studies.due import Due, Kind, studies_as
from reader_study.studies.models import Role, Site, Study
from reader_study.studies.queries import coordinated_sites, is_locked, members, roles_of

_ROLES = (Role.COORDINATOR, Role.QUALITY, Role.INVESTIGATOR)


def due(user: User) -> Iterable[Due]:
    """Images that the user decides about, queries that the user's site has to answer, answers to look at.

    And, for the investigator, images about which nobody decides, because nobody has the quality control any more.
    """
    for study in Study.objects.filter(pk__in=studies_as(user, *_ROLES)).order_by("created_at"):
        if is_locked(study.state):
            continue
        page, checked = f"/studies/{study.id}/queries", has_quality_control(study)
        checks = f"/studies/{study.id}/quality"
        undecided = checks if checked else f"/studies/{study.id}/cases"
        yield Due(study.id, Kind.QUALITY, _undecided(study, decided_sites(user, study)), undecided)
        if (
            checked
            and Role.INVESTIGATOR in roles_of(user, study)
            and not members(study, Role.QUALITY).exists()
        ):
            unasked = _undecided(study, study.sites.all())
            yield Due(study.id, Kind.QUALITY_ROLE, unasked, f"/studies/{study.id}/people")
        in_time, overdue = waiting_for_sites(coordinated_sites(user, study), study)
        yield Due(study.id, Kind.SITE_QUERIES, in_time, page)
        answered, unanswered = waiting_for_quality(asked_sites(user, study), study)
        yield Due(study.id, Kind.OVERDUE_SITE_QUERIES, overdue + unanswered, page)
        yield Due(study.id, Kind.SITE_ANSWERS, answered, checks if checked else page)


def _undecided(study: Study, sites: QuerySet[Site]) -> int:
    """Images of sites that are ready and wait for nobody but who decides about them."""
    pending = current_images().filter(
        case__study=study,
        case__site__in=sites,
        status=Image.Status.READY,
        qc=Image.Decision.PENDING,
    )
    ids = set(pending.values_list("id", flat=True))
    return len(ids - unclosed_about(ids))
