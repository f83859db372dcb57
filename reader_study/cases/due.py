from collections.abc import Iterable

from reader_study.accounts.models import User
from reader_study.cases.models import Image
from reader_study.cases.queries import asked_sites, current_images, decided_sites, has_quality_control
from reader_study.cases.site_queries import unclosed_about, waiting_for_quality, waiting_for_sites
from reader_study.studies.due import Due, Kind, studies_as
from reader_study.studies.models import Role, Study
from reader_study.studies.queries import coordinated_sites, is_locked

_ROLES = (Role.COORDINATOR, Role.QUALITY, Role.INVESTIGATOR)


def due(user: User) -> Iterable[Due]:
    """Images that the user decides about, queries that the user's site has to answer, answers to look at."""
    for study in Study.objects.filter(pk__in=studies_as(user, *_ROLES)).order_by("created_at"):
        if is_locked(study.state):
            continue
        page, checked = f"/studies/{study.id}/queries", has_quality_control(study)
        checks = f"/studies/{study.id}/quality"
        undecided = checks if checked else f"/studies/{study.id}/cases"
        yield Due(study.id, Kind.QUALITY, _undecided(user, study), undecided)
        in_time, overdue = waiting_for_sites(coordinated_sites(user, study), study)
        yield Due(study.id, Kind.SITE_QUERIES, in_time, page)
        answered, unanswered = waiting_for_quality(asked_sites(user, study), study)
        yield Due(study.id, Kind.OVERDUE_SITE_QUERIES, overdue + unanswered, page)
        yield Due(study.id, Kind.SITE_ANSWERS, answered, checks if checked else page)


def _undecided(user: User, study: Study) -> int:
    """Images that are ready and wait for nobody but who decides about them."""
    pending = current_images().filter(
        case__study=study,
        case__site__in=decided_sites(user, study),
        status=Image.Status.READY,
        qc=Image.Decision.PENDING,
    )
    ids = set(pending.values_list("id", flat=True))
    return len(ids - unclosed_about(ids))
