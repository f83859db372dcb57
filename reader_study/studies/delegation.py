"""Who holds which role from when to when: roles are given and ended, and every one of them stays on record."""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.problems import Conflict, Invalid, NotFound
from reader_study.studies import queries
from reader_study.studies.models import BLIND, Membership, Role, Site, Study

# Who may still be named when reading is over: the others have nothing to do any more.
AFTER_THE_LOCK = frozenset({Role.INVESTIGATOR, Role.MONITOR, Role.STATISTICIAN})


def site_for(study: Study, role: Role, site_id: UUID | None) -> Site | None:
    """The site that goes with a role: a coordinator's own, otherwise none."""
    site = study.sites.filter(pk=site_id).first() if site_id else None
    if (role == Role.COORDINATOR) != (site is not None) or (site_id is not None and site is None):
        raise Invalid("site", _("A site coordinator needs a site of this study; other roles have none."))
    return site


def require_open_to(study: Study, role: Role) -> None:
    """Raises Conflict when nobody can join the study in this role any more."""
    if role == Role.READER and not queries.takes_readers(study):
        raise Conflict("allocated", _("The reads are allocated: no reader can join this study any more."))
    if queries.is_locked(study.state) and role not in AFTER_THE_LOCK:
        raise Conflict("locked", _("The data of this study is locked: nothing about it can change any more."))


@transaction.atomic
def give_role(*, study: Study, user: User, role: Role, site: Site | None, by: User) -> Membership:
    """Let a person hold a role from now on; who holds it already keeps it.

    Raises
    ------
    Conflict
        A blind role would not stand alone, now or against what the person has seen; or it is too late for the role.
    """
    # The study's row orders additions, as the database's own check of the same rule does.
    study = Study.objects.select_for_update().get(pk=study.pk)
    require_open_to(study, role)
    require_stands_alone(study, user, role)
    membership, new = Membership.objects.get_or_create(
        study=study, user=user, role=role, site=site, ended_at=None, defaults={"began_by": by}
    )
    if new:
        record(
            action="studies.member_added",
            actor=by.id,
            study=study.id,
            subject=str(user.id),
            detail={"role": role.value, "site": site.code if site else None},
        )
    return membership


def require_stands_alone(study: Study, user: User, role: Role) -> None:
    """Raises Conflict where a blind role would not stand alone, now or against what the person has seen."""
    others = study.memberships.filter(user=user).exclude(role=role)
    if role not in BLIND:
        others = others.filter(role__in=BLIND)
    if others.filter(ended_at=None).exists():
        raise Conflict(
            "conflicting_role", _("A reader or adjudicator can hold no other role in the same study.")
        )
    if role in BLIND and others.exclude(role=Role.STATISTICIAN).exists():
        raise Conflict(
            "seen_before",
            _(
                "This person has held a role that sees arms, sites or scores of this study, and cannot read in it."
            ),
        )
    if role not in BLIND and others.exists() and study.state != Study.State.UNBLINDED:
        raise Conflict(
            "read_before",
            _("This person has read in this study, and sees nothing more of it until it is unblinded."),
        )


def log_of(study: Study, *, role: str | None = None, in_force: bool | None = None) -> QuerySet[Membership]:
    """Every role that anybody has held in the study, or those asked for, in the order in which they began."""
    found = study.memberships.select_related("user", "site", "began_by", "ended_by").order_by(
        "began_at", "id"
    )
    if role is not None:
        found = found.filter(role=role)
    return found if in_force is None else found.filter(ended_at__isnull=in_force)


@transaction.atomic
def end_membership(*, actor: User, study: Study, membership_id: UUID, reason: str) -> Membership:
    """End somebody's role. What the person did stays; reads that were not signed stay missing.

    Raises
    ------
    Conflict
        It has ended already; or the study would be without an investigator.
    """
    study = queries.study_for_update(actor, study.pk, Role.INVESTIGATOR)
    membership = study.memberships.select_related("user", "site").filter(pk=membership_id).first()
    if membership is None:
        raise NotFound()
    if membership.ended_at is not None:
        raise Conflict("ended", _("This role has ended already."))
    if membership.role == Role.INVESTIGATOR and queries.members(study, Role.INVESTIGATOR).count() == 1:
        raise Conflict(
            "last_investigator", _("The study needs a principal investigator: name another one first.")
        )
    membership.ended_at, membership.ended_by, membership.ended_reason = timezone.now(), actor, reason
    membership.save(update_fields=["ended_at", "ended_by", "ended_reason"])
    record(
        action="studies.member_ended",
        actor=actor.id,
        study=study.id,
        subject=str(membership.user_id),
        detail={"role": membership.role, "site": membership.site and membership.site.code, "reason": reason},
    )
    return membership
