from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.problems import Conflict, Invalid, NotFound
from reader_study.studies import queries
from reader_study.studies.models import Membership, Participation, ProtocolVersion, Role, Site, Study
from reader_study.studies.protocol import digest, parse

_NEXT = {
    Study.State.DRAFT: Study.State.OPEN,
    Study.State.OPEN: Study.State.LOCKED,
    Study.State.LOCKED: Study.State.UNBLINDED,
}


def _require(user: User, study: Study, *roles: Role) -> None:
    if not queries.roles_of(user, study) & set(roles):
        raise NotFound()


def _require_not_over(study: Study) -> None:
    if study.state in (Study.State.LOCKED, Study.State.UNBLINDED):
        raise Conflict("locked", _("The data of this study is locked: nothing about it can change any more."))


def _person(email: str) -> User:
    user = User.objects.filter(email=email.lower(), is_active=True).first()
    if user is None:
        raise Invalid(
            "unknown_person", _("There is no account with this e-mail address. Invite the person first.")
        )
    return user


@transaction.atomic
def create_study(*, creator: User, title: str, investigator: str, document: dict[str, Any]) -> Study:
    """Found a study with its first protocol. An administrator does, and names its principal investigator by e-mail."""
    if not creator.is_staff:
        raise NotFound()
    parse(document)
    principal = _person(investigator)
    study = Study.objects.create(title=title)
    Membership.objects.create(study=study, user=principal, role=Role.INVESTIGATOR)
    record(
        action="studies.created",
        actor=creator.id,
        study=study.id,
        subject=str(study.id),
        detail={"title": title, "investigator": str(principal.id)},
    )
    _store_protocol(study=study, author=creator, document=document, reason="First version")
    return study


@transaction.atomic
def amend_protocol(*, author: User, study: Study, document: dict[str, Any], reason: str) -> ProtocolVersion:
    """Put a new version of the protocol in force. Only a draft may change: the allocation is made from it."""
    _require(author, study, Role.INVESTIGATOR)
    study = Study.objects.select_for_update().get(pk=study.pk)
    if study.state != Study.State.DRAFT:
        raise Conflict("not_draft", _("The protocol cannot change any more: reading has been opened."))
    parse(document)
    return _store_protocol(study=study, author=author, document=document, reason=reason)


def _store_protocol(*, study: Study, author: User, document: dict[str, Any], reason: str) -> ProtocolVersion:
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
    _require(actor, study, Role.INVESTIGATOR)
    _require_not_over(study)
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
        The person would be a reader and something else in the same study; a reader comes after the allocation;
        or reading is over.
    """
    _require(actor, study, Role.INVESTIGATOR)
    _require_not_over(study)
    if role == Role.READER and study.state != Study.State.DRAFT:
        raise Conflict("allocated", _("The reads are allocated: no reader can join this study any more."))
    user = _person(email)
    site = study.sites.filter(pk=site_id).first() if site_id else None
    if (role == Role.COORDINATOR) != (site is not None):
        raise Invalid("site", _("A site coordinator needs a site of this study; other roles have none."))
    others = {Role.READER} if role != Role.READER else set(Role) - {Role.READER}
    # The study's row orders additions, as the database's own check of the same rule does.
    Study.objects.select_for_update().get(pk=study.pk)
    if queries.roles_of(user, study) & others:
        raise Conflict("conflicting_role", _("A reader can hold no other role in the same study."))
    membership, new = Membership.objects.get_or_create(study=study, user=user, role=role, site=site)
    if new:
        detail = {"role": role.value, "site": site.code if site else None}
        record(
            action="studies.member_added", actor=actor.id, study=study.id, subject=str(user.id), detail=detail
        )
    return membership


@transaction.atomic
def transition(*, study: Study, to: Study.State, actor: User | None, reason: str) -> Study:
    """Move a study to its next state: draft, open, locked, unblinded, in this order and never back.

    actor: the investigator; None where the system itself does what follows from an earlier act.
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
        detail={"reason": reason},
    )
    return study
