from collections.abc import Iterable

from reader_study.accounts.models import User
from reader_study.intake.queries import kept_apart_of
from reader_study.studies.due import Due, Kind, studies_as
from reader_study.studies.models import Role, Study


def due(user: User) -> Iterable[Due]:
    """Files of a coordinator's own sites that wait for an answer before they are destroyed."""
    for study in Study.objects.filter(pk__in=studies_as(user, Role.COORDINATOR)).order_by("created_at"):
        yield Due(
            study.id, Kind.QUARANTINE, kept_apart_of(user, study).count(), f"/studies/{study.id}/quarantine"
        )
