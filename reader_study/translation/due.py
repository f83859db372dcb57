from collections.abc import Iterable

from reader_study.accounts.models import User
from reader_study.studies.due import Due, Kind, studies_as
from reader_study.studies.models import Role, Study
from reader_study.studies.queries import is_locked
from reader_study.translation.models import TranslationJob
from reader_study.translation.queries import visible_jobs


def due(user: User) -> Iterable[Due]:
    """Computations that failed for good and wait for a person to look."""
    for study in Study.objects.filter(pk__in=studies_as(user, Role.INVESTIGATOR)).order_by("created_at"):
        if is_locked(study.state):
            continue
        failed = visible_jobs(user, study).filter(state=TranslationJob.State.FAILED).count()
        yield Due(study.id, Kind.FAILED_COMPUTATIONS, failed, f"/studies/{study.id}/translations")
