from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.models import Entry
from reader_study.audit.queries import entries_of
from reader_study.problems import Conflict, NotFound
from reader_study.studies.models import Membership, ProtocolVersion, Role, Site, Study
from reader_study.studies.protocol import Protocol, parse


def memberships_of(user: User) -> QuerySet[Membership]:
    """The roles that somebody has now."""
    return (
        Membership.objects.filter(user=user, ended_at=None)
        .select_related("study", "site")
        .order_by("study__created_at", "role")
    )


def studies_of(user: User) -> QuerySet[Study]:
    """The studies in which somebody has any role."""
    in_force = Membership.objects.filter(user=user, ended_at=None)
    return Study.objects.filter(pk__in=in_force.values("study")).order_by("created_at")


def members(study: Study, *roles: Role) -> QuerySet[Membership]:
    """Who has one of the roles in the study now (any role when none is named)."""
    return study.memberships.filter(role__in=roles or Role.values, ended_at=None)


def roles_of(user: User, study: Study) -> set[Role]:
    """What somebody may do in the study now."""
    return {Role(role) for role in members(study).filter(user=user).values_list("role", flat=True)}


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


TAKES_FILES = (Study.State.DRAFT, Study.State.FROZEN, Study.State.OPEN)


def takes_files(state: str) -> bool:
    """Whether a study in this state takes images in: until it is locked."""
    return state in TAKES_FILES


def is_locked(state: str) -> bool:
    """Whether reading is over for good."""
    return state in (Study.State.LOCKED, Study.State.UNBLINDED)


def takes_readers(study: Study) -> bool:
    """Whether readers may still join: each has a place in the allocation."""
    return study.allocated_at is None and study.state in (Study.State.DRAFT, Study.State.FROZEN)


def held_state(study: Study) -> str:
    """The state of the study, which nobody changes before the transaction ends; many may hold it at once."""
    # Django knows FOR UPDATE only, by which every file would wait for every other one.
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM studies_study WHERE id = %s FOR SHARE", [study.pk])
        (state,) = cursor.fetchone()
    return str(state)


def sites_of(user: User, study: Study, *roles: Role) -> QuerySet[Site]:
    """The sites whose cases the user may see: a coordinator's own; all, for who looks at every site.

    roles: what the user may do there comes from one of these alone, so that a coordinator who is a monitor, too,
    acts for the own site only.
    """
    at_every_site = {Role.INVESTIGATOR, Role.MONITOR, Role.QUALITY} & (set(roles) or set(Role))
    if roles_of(user, study) & at_every_site:
        return study.sites.order_by("code")
    return coordinated_sites(user, study)


def coordinated_sites(user: User, study: Study) -> QuerySet[Site]:
    own = members(study, Role.COORDINATOR).filter(user=user).values("site")
    return study.sites.filter(pk__in=own).order_by("code")


def current_protocol(study: Study) -> ProtocolVersion:
    return study.protocol_versions.latest("version")


def version_read(study: Study, sha256: str) -> ProtocolVersion:
    """The version in force, if it is the one that somebody has read."""
    version = current_protocol(study)
    if version.sha256 != sha256:
        raise Conflict(
            "protocol_changed", _("The protocol is not the one that you have read any more. Reload the page.")
        )
    return version


def version_of(study: Study, number: int) -> ProtocolVersion:
    """Raises NotFound."""
    version = study.protocol_versions.filter(version=number).first()
    if version is None:
        raise NotFound()
    return version


def versions_of(study: Study) -> list[tuple[ProtocolVersion, str | None]]:
    """Every version of the protocol, newest first, with the name of who stored it, which the journal knows."""
    stored = entries_of(study.id).filter(action="studies.protocol_stored")
    authors = {subject: actor for subject, actor in stored.values_list("subject", "actor") if actor}
    names = dict(User.objects.filter(pk__in=authors.values()).values_list("pk", "full_name"))
    versions = study.protocol_versions.select_related("charter_signature__signature").order_by("-version")
    found: list[tuple[ProtocolVersion, str | None]] = []
    for version in versions:
        author = authors.get(f"protocol {version.version}")
        found.append((version, names.get(author) if author else None))
    return found


def amendments_of(study: Study) -> list[Entry]:
    """What the journal says of every amendment of the frozen protocol, in order."""
    return list(entries_of(study.id).filter(action="studies.protocol_amended"))


def protocol_of(study: Study) -> Protocol:
    """The protocol in force."""
    return parse(current_protocol(study).document)
