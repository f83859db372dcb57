"""What waits for a person. Each room says its part in its own due.py, and the room `due` puts them together."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.utils import timezone

from reader_study.accounts.models import User
from reader_study.studies.models import Invitation, Role
from reader_study.studies.queries import memberships_of
from reader_study.studies.unblinding import waiting_for


class Kind(StrEnum):
    READS = "reads"
    SESSION_QUESTIONS = "session_questions"
    CORRECTIONS = "corrections"
    UNLOCK_REQUESTS = "unlock_requests"
    ALLOCATION = "allocation"
    OPENING = "opening"
    ADJUDICATION = "adjudication"
    QUALIFICATION = "qualification"
    QUALITY = "quality"
    QUALITY_ROLE = "quality_role"
    SITE_QUERIES = "site_queries"
    OVERDUE_SITE_QUERIES = "overdue_site_queries"
    SITE_ANSWERS = "site_answers"
    QUARANTINE = "quarantine"
    FAILED_COMPUTATIONS = "failed_computations"
    EXPIRED_INVITATIONS = "expired_invitations"
    UNBLINDING = "unblinding"


@dataclass(frozen=True)
class Due:
    """Work of one kind that waits for a person in one study. Nothing in it says or counts by case, site or arm.

    link: the page of the application where it is done.
    """

    study: UUID
    kind: Kind
    count: int
    link: str


Provider = Callable[[User], Iterable[Due]]


def studies_as(user: User, *roles: Role) -> list[UUID]:
    """The studies in which somebody has one of the roles, oldest first."""
    found = memberships_of(user).filter(role__in=roles).values_list("study", flat=True)
    return list(dict.fromkeys(found))


def due(user: User) -> Iterable[Due]:
    """Invitations of an investigator that nobody took in time; unblinding that asks for a second person."""
    for study, waiting in Counter(asked.study_id for asked in waiting_for(user)).items():
        yield Due(study, Kind.UNBLINDING, waiting, "/unblinding")
    for study in studies_as(user, Role.INVESTIGATOR):
        expired = Invitation.objects.filter(
            study=study, accepted_at=None, withdrawn_at=None, expires_at__lte=timezone.now()
        )
        yield Due(study, Kind.EXPIRED_INVITATIONS, expired.count(), f"/studies/{study}/people")
