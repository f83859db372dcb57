from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from reader_study.accounts.models import User
from reader_study.problems import NotFound
from reader_study.studies.models import Membership, ProtocolVersion, Role, Site, Study
from reader_study.studies.protocol import Protocol, parse


def memberships_of(user: User) -> QuerySet[Membership]:
    return (
        Membership.objects.filter(user=user)
        .select_related("study", "site")
        .order_by("study__created_at", "role")
    )


def studies_of(user: User) -> QuerySet[Study]:
    """The studies in which somebody has any role."""
    return Study.objects.filter(memberships__user=user).distinct().order_by("created_at")


def roles_of(user: User, study: Study) -> set[Role]:
    return {Role(role) for role in study.memberships.filter(user=user).values_list("role", flat=True)}


def study_for(user: User, study_id: UUID | str, *roles: Role) -> Study:
    """The study, if the user has one of the roles in it (any role when none is named).

    Raises
    ------
    NotFound
        The study is absent, or the user may not see it: the same answer.
    """
    return _study_for(Study.objects.all(), user, study_id, roles)


def study_for_update(user: User, study_id: UUID | str, *roles: Role) -> Study:
    """The same, with the row locked until the transaction ends: two changes of one study wait for each other."""
    return _study_for(Study.objects.select_for_update(), user, study_id, roles)


def _study_for(studies: QuerySet[Study], user: User, study_id: UUID | str, roles: tuple[Role, ...]) -> Study:
    study = studies.filter(pk=study_id).first()
    if study is None or not roles_of(user, study) & (set(roles) or set(Role)):
        raise NotFound()
    return study


def takes_files(state: str) -> bool:
    """Whether a study in this state takes images in: until it is locked."""
    return state in (Study.State.DRAFT, Study.State.OPEN)


def held_state(study: Study) -> str:
    """The state of the study, which nobody changes before the transaction ends; many may hold it at once."""
    # Django knows FOR UPDATE only, by which every file would wait for every other one.
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM studies_study WHERE id = %s FOR SHARE", [study.pk])
        (state,) = cursor.fetchone()
    return str(state)


def sites_of(user: User, study: Study) -> QuerySet[Site]:
    """The sites whose cases the user may see: a coordinator's own, an investigator's and a monitor's all."""
    roles = roles_of(user, study)
    if roles & {Role.INVESTIGATOR, Role.MONITOR}:
        return study.sites.order_by("code")
    own = study.memberships.filter(user=user, role=Role.COORDINATOR).values("site")
    return study.sites.filter(pk__in=own).order_by("code")


def current_protocol(study: Study) -> ProtocolVersion:
    return study.protocol_versions.latest("version")


def protocol_of(study: Study) -> Protocol:
    """The protocol in force."""
    return parse(current_protocol(study).document)
