from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.problems import Conflict, Invalid, NotFound
from reader_study.studies import queries
from reader_study.studies.delegation import give_role, site_for
from reader_study.studies.models import Membership, Participation, ProtocolVersion, Role, Site, Study
from reader_study.studies.protocol import digest, parse_new

_NEXT = {
    Study.State.DRAFT: Study.State.FROZEN,
    Study.State.FROZEN: Study.State.OPEN,
    Study.State.OPEN: Study.State.LOCKED,
    Study.State.LOCKED: Study.State.UNBLINDED,
}


def _require(user: User, study: Study, *roles: Role) -> None:
    if not queries.roles_of(user, study) & set(roles):
        raise NotFound()


def _person(email: str) -> User:
    user = User.objects.filter(email=email.lower(), is_active=True).first()
    if user is None:
        raise Invalid(
            "unknown_person", _("There is no account with this e-mail address. Invite the person first.")
        )
    return user


@transaction.atomic
def create_study(
    *, creator: User, title: str, investigator: str, document: dict[str, Any], monitor: str = ""
) -> Study:
    """Found a study with its first protocol. An administrator does, and names its principal investigator by e-mail.

    monitor: e-mail of a monitor, whom the investigator does not choose and who can therefore approve its unblinding.
    """
    if not creator.is_staff:
        raise NotFound()
    document = parse_new(document).as_document()
    principal = _person(investigator)
    overseer = _person(monitor) if monitor else None
    if overseer == principal:
        raise Invalid("same_person", _("The monitor has to be somebody else than the investigator."))
    study = Study.objects.create(title=title)
    Membership.objects.create(study=study, user=principal, role=Role.INVESTIGATOR, began_by=creator)
    record(
        action="studies.created",
        actor=creator.id,
        study=study.id,
        subject=str(study.id),
        detail={"title": title, "investigator": str(principal.id)},
    )
    if overseer is not None:
        give_role(study=study, user=overseer, role=Role.MONITOR, site=None, by=creator)
    store_protocol(study=study, author=creator, document=document, reason="First version")
    return study


@transaction.atomic
def amend_protocol(
    *, author: User, study: Study, document: dict[str, Any], reason: str, sha256: str = ""
) -> ProtocolVersion:
    """Put a new version of the protocol of a draft in force; a frozen one is amended instead.

    It is stored in one canonical form, so that the same charter has the same digest wherever it comes from.
    sha256: of the version that was edited; another one in force is a Conflict, "protocol_changed". One that says the
    same is not stored: Conflict, "unchanged".
    """
    _require(author, study, Role.INVESTIGATOR)
    study = Study.objects.select_for_update().get(pk=study.pk)
    if study.state != Study.State.DRAFT:
        raise Conflict("not_draft", _("The protocol is frozen; it can only be amended."))
    if sha256:
        queries.version_read(study, sha256)
    document = parse_new(document).as_document()
    current = queries.current_protocol(study)
    if digest(document) == current.sha256:
        raise Conflict(
            "unchanged",
            _("Nothing changed: version %(version)s, which is in force, says the same.")
            % {"version": current.version},
        )
    return store_protocol(study=study, author=author, document=document, reason=reason)


def store_protocol(*, study: Study, author: User, document: dict[str, Any], reason: str) -> ProtocolVersion:
    """Put a validated, canonical document in force, within the transaction of a verb that may do so."""
    stored = ProtocolVersion.objects.create(
        study=study,
        version=study.protocol_versions.count() + 1,
        document=document,
        sha256=digest(document),
        reason=reason,
    )
    record(
        action="studies.protocol_stored",
        actor=author.id,
        study=study.id,
        subject=f"protocol {stored.version}",
        detail={"sha256": stored.sha256, "reason": reason},
    )
    return stored


@transaction.atomic
def add_site(*, actor: User, study: Study, code: str, name: str) -> Site:
    """Let a hospital take part; one that other studies know is the same by code and name.

    Raises
    ------
    Conflict
        Reading is over; or the code belongs to a hospital of another name.
    """
    study = queries.study_for_update(actor, study.pk, Role.INVESTIGATOR)
    if queries.is_locked(study.state):
        raise Conflict("locked", _("The data of this study is locked: nothing about it can change any more."))
    site, _new = Site.objects.get_or_create(code=code, defaults={"name": name})
    if site.name != name:
        raise Conflict("site_code", _("The code %(code)s belongs to another hospital.") % {"code": code})
    Participation.objects.get_or_create(study=study, site=site)
    record(action="studies.site_added", actor=actor.id, study=study.id, subject=code, detail={})
    return site


@transaction.atomic
def add_member(*, actor: User, study: Study, email: str, role: Role, site_id: Any = None) -> Membership:
    """Give somebody a role in the study.

    Raises
    ------
    Invalid
        There is no such account; or a coordinator without, another role with a site.
    Conflict
        A blind role would not stand alone; a reader comes after the allocation; or reading is over.
    """
    _require(actor, study, Role.INVESTIGATOR)
    site = site_for(study, role, site_id)
    return give_role(study=study, user=_person(email), role=role, site=site, by=actor)


@transaction.atomic
def transition(
    *, study: Study, to: Study.State, actor: User | None, reason: str, detail: Mapping[str, Any] | None = None
) -> Study:
    """Move a study to its next state: draft, frozen, open, locked, unblinded, in this order and never back.

    actor: the investigator; None where the system itself does what follows from an earlier act.
    detail: what else the journal says of it.
    """
    if actor is not None:
        _require(actor, study, Role.INVESTIGATOR)
    study = Study.objects.select_for_update().get(pk=study.pk)
    if _NEXT.get(Study.State(study.state)) != to:
        raise Conflict(
            "state",
            _("The study is “%(now)s”; it cannot become “%(to)s”.")
            % {"now": study.get_state_display(), "to": Study.State(to).label},
        )
    study.state = to
    study.save(update_fields=["state"])
    record(
        action=f"studies.{to.value}",
        actor=actor.id if actor else None,
        study=study.id,
        subject=str(study.id),
        detail={**(detail or {}), "reason": reason},
    )
    return study
