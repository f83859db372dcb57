"""Roles that are offered by mail, until they are taken, withdrawn or too old."""

import secrets
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts import mail
from reader_study.accounts.actions import open_account
from reader_study.accounts.models import User
from reader_study.accounts.queries import digest_of
from reader_study.audit.actions import record
from reader_study.problems import Conflict, NotFound
from reader_study.studies import queries
from reader_study.studies.delegation import (
    give_role,
    require_open_to,
    require_stands_alone,
    site_for,
)
from reader_study.studies.models import Invitation, Membership, Role, Study

HOLDS = timedelta(days=7)


@transaction.atomic
def invite(
    *, actor: User, study: Study, email: str, full_name: str, language: str, role: Role, site_id: UUID | None
) -> tuple[Invitation, str | None]:
    """Offer somebody a role; one that waits already is offered again. Mailed when the transaction is committed.

    Returns
    -------
    The invitation, and the path of its page if this server sends no mail, so that the inviter hands it on.

    Raises
    ------
    Invalid
        A coordinator without, another role with a site.
    Conflict
        The person has the role; or could not take it, as `give_role` says.
    """
    study = queries.study_for_update(actor, study.pk, Role.INVESTIGATOR)
    site = site_for(study, role, site_id)
    require_open_to(study, role)
    known = User.objects.filter(email=email.lower()).first()
    if known is not None:
        require_stands_alone(study, known, role)
        if queries.members(study, role).filter(user=known, site=site).exists():
            raise Conflict("member", _("This person has this role already."))
    waiting = study.invitations.filter(
        email=email.lower(), role=role, site=site, accepted_at=None, withdrawn_at=None
    )
    offered = waiting.select_for_update().first() or Invitation(
        study=study, email=email.lower(), role=role, site=site
    )
    offered.full_name, offered.language = full_name, language
    return offered, _offer(offered, by=actor)


@transaction.atomic
def resend(*, actor: User, study: Study, invitation_id: UUID) -> tuple[Invitation, str | None]:
    """Offer it again for another week; the older link is dead. As `invite`."""
    invitation = _waiting(actor, study, invitation_id)
    require_open_to(invitation.study, Role(invitation.role))
    return invitation, _offer(invitation, by=actor)


@transaction.atomic
def withdraw(*, actor: User, study: Study, invitation_id: UUID) -> Invitation:
    """Take an invitation back that nobody has accepted."""
    invitation = _waiting(actor, study, invitation_id)
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["withdrawn_at"])
    _record(invitation, "studies.invitation_withdrawn", actor.id)
    return invitation


def _waiting(actor: User, study: Study, invitation_id: UUID) -> Invitation:
    study = queries.study_for_update(actor, study.pk, Role.INVESTIGATOR)
    invitation = study.invitations.select_related("study", "site").filter(pk=invitation_id).first()
    if invitation is None:
        raise NotFound()
    if invitation.accepted_at or invitation.withdrawn_at:
        raise Conflict("not_waiting", _("This invitation has been accepted or withdrawn already."))
    return invitation


def _offer(invitation: Invitation, *, by: User) -> str | None:
    """Give it a new secret and a new week, and mail it after the commit."""
    secret = secrets.token_urlsafe(32)
    invitation.digest, invitation.invited_by = digest_of(secret), by
    invitation.expires_at = timezone.now() + HOLDS
    invitation.mailed_at = None
    invitation.save()
    _record(invitation, "studies.invitation_made", by.id)
    path = f"/accounts/join/{secret}"
    # Not before: a mail cannot be taken back.
    if mail.is_sent():
        transaction.on_commit(lambda: _mail(invitation, path), robust=True)
    return None if settings.EMAIL_URL else path


def _mail(invitation: Invitation, path: str) -> None:
    mail.send(
        to=invitation.email,
        language=invitation.language,
        template="studies/invitation",
        context={
            "name": invitation.full_name,
            "title": queries.protocol_of(invitation.study).reader_title,
            "link": mail.link_to(path),
            "days": HOLDS.days,
        },
    )
    with transaction.atomic():
        # Unless it was offered again in between: that mail is another one.
        sent = Invitation.objects.filter(pk=invitation.pk, digest=invitation.digest)
        if sent.update(mailed_at=timezone.now()):
            _record(invitation, "studies.invitation_mailed", None)


def invitation_for(secret: str) -> Invitation:
    """The invitation of a link; NotFound when it is spent, withdrawn, too old or forged."""
    waiting = Invitation.objects.filter(
        accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now()
    ).select_related("study", "site", "invited_by")
    invitation = waiting.filter(digest=digest_of(secret)).first()
    if invitation is None or User.objects.filter(email=invitation.email, is_active=False).exists():
        raise NotFound()
    if Role.INVESTIGATOR not in queries.roles_of(invitation.invited_by, invitation.study):
        raise NotFound()  # who offered it may not any more
    return invitation


def account_of(invitation: Invitation) -> User | None:
    """The account of the invited person, if somebody signs in with it."""
    user = User.objects.filter(email=invitation.email).first()
    return user if user is not None and user.has_usable_password() else None


def is_mailbox_proven(invitation: Invitation) -> bool:
    """Whether only the invited person's mailbox has the link; without mail the inviter was handed it."""
    return bool(settings.EMAIL_URL) and invitation.mailed_at is not None


def waits_for_its_owner(invitation: Invitation) -> bool:
    """Whether the invited person's account has no password yet, which this link is no proof to set."""
    exists = User.objects.filter(email=invitation.email).exists()
    return exists and account_of(invitation) is None and not is_mailbox_proven(invitation)


@transaction.atomic
def accept(*, secret: str, user: User) -> Membership:
    """Take the role, as the person that it was offered to."""
    invitation = _held(secret)
    if user.email != invitation.email:
        raise NotFound()
    return _take(invitation, user)


@transaction.atomic
def accept_with_password(*, secret: str, password: str) -> User:
    """Open the account of an invited person and take the role. One that exists takes a link that was mailed."""
    invitation = _held(secret)
    user = open_account(
        email=invitation.email,
        full_name=invitation.full_name,
        language=invitation.language,
        password=password,
        mailbox_proven=is_mailbox_proven(invitation),
    )
    _take(invitation, user)
    return user


def _held(secret: str) -> Invitation:
    """The same, and nobody changes it, nor the study's memberships, before the transaction ends."""
    # The study's row before the account and the journal: everybody who changes memberships takes it first.
    Study.objects.select_for_update().get(pk=invitation_for(secret).study_id)
    return invitation_for(secret)  # it may have been taken, withdrawn or offered anew meanwhile


def _take(invitation: Invitation, user: User) -> Membership:
    """Within the transaction in which the invitation is held."""
    membership = give_role(
        study=invitation.study,
        user=user,
        role=Role(invitation.role),
        site=invitation.site,
        by=invitation.invited_by,
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    _record(invitation, "studies.invitation_accepted", user.id)
    return membership


def _record(invitation: Invitation, action: str, actor: UUID | None) -> None:
    record(
        action=action,
        actor=actor,
        study=invitation.study_id,
        subject=f"invitation {invitation.id}",
        detail={"role": invitation.role, "site": invitation.site and invitation.site.code},
    )
