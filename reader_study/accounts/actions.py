import secrets
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _

from reader_study.accounts import queries
from reader_study.accounts.models import ApiToken, Signature, TokenScope, User, WrongPassword
from reader_study.accounts.wrong_passwords import refuse_guessing, wrong_at_signature
from reader_study.audit.actions import record
from reader_study.problems import Conflict, Invalid, NotFound

MAX_TOKEN_DAYS = 366
MAX_TOKENS = 10  # that hold at one time, of one person in one study


@transaction.atomic
def sign(*, signer: User, password: str, meaning: str, content_sha256: str) -> Signature:
    """Sign a content: the signer proves again who they are, and the signature names what it stands under.

    Raises
    ------
    Forbidden
        code "password": the password is not the signer's.
    TooMany
        code "passwords": there were too many wrong ones in the last minutes.
    """
    refuse_guessing(email=signer.email, door=WrongPassword.Door.SIGNATURE)
    # Not signer.check_password: that rewrites an outdated hash, and readers' requests may not write accounts.
    if not signer.is_active or not check_password(password, signer.password):
        raise wrong_at_signature(
            signer, _("This is not your password. Nothing was signed; please try again.")
        )
    signature = Signature.objects.create(
        signer=signer, full_name=signer.full_name, meaning=meaning, content_sha256=content_sha256
    )
    signature.refresh_from_db(fields=["signed_at"])  # the database's clock says when
    return signature


@transaction.atomic
def invite(*, inviter: User, email: str, full_name: str, language: str) -> tuple[User, str]:
    """Make an account without a password; return it with the path of the page on which its owner sets one.

    For an account that exists this is the way back in, after a lost password or an expired invitation: the name
    must be the same, the old password, all sessions and all tokens end at once, and the journal keeps both.
    """
    if not inviter.is_staff:
        raise NotFound()
    user = User.objects.select_for_update().filter(email=email.lower()).first()
    if user is None:
        user = User.objects.create_user(email, None, full_name=full_name, language=language)
    elif user.full_name != full_name:
        raise Invalid("known_email", _("This e-mail address belongs to an account of another name."))
    else:
        user.set_unusable_password()  # sessions depend on the password's hash and end with it
        user.save(update_fields=["password"])
        user.tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
    record(
        action="accounts.invited",
        actor=inviter.id,
        study=None,
        subject=str(user.id),
        detail={"language": language},
    )
    # Not stored: the token dies with the first password, and with time (PASSWORD_RESET_TIMEOUT).
    token = default_token_generator.make_token(user)
    return user, f"/accounts/invitations/{urlsafe_base64_encode(force_bytes(user.pk))}/{token}"


def invited(*, uid: str, token: str) -> User:
    """The person an invitation was made for; NotFound when it is spent, too old or forged."""
    try:
        user = User.objects.get(pk=urlsafe_base64_decode(uid).decode())
    except (ValueError, ValidationError, User.DoesNotExist):
        raise NotFound() from None
    if user.has_usable_password() or not default_token_generator.check_token(user, token):
        raise NotFound()
    return user


@transaction.atomic
def accept_invitation(*, uid: str, token: str, password: str) -> User:
    """Set the first password of an invited person."""
    user = invited(uid=uid, token=token)
    _set_password(user, password)
    user.save(update_fields=["password"])
    record(action="accounts.invitation_accepted", actor=user.id, study=None, subject=str(user.id), detail={})
    return user


@transaction.atomic
def choose_language(*, user: User, language: str) -> None:
    if language not in dict(settings.LANGUAGES):
        raise Invalid("language", _("This language is not available."))
    user.language = language
    user.save(update_fields=["language"])


@transaction.atomic
def choose_reminders(*, user: User, reminders: bool) -> None:
    """Whether somebody wants a mail when something is due."""
    user.reminders = reminders
    user.save(update_fields=["reminders"])
    record(
        action="accounts.reminders_chosen",
        actor=user.id,
        study=None,
        subject=str(user.id),
        detail={"reminders": reminders},
    )


@transaction.atomic
def open_account(*, email: str, full_name: str, language: str, password: str, mailbox_proven: bool) -> User:
    """The account of an invited person, with its first password.

    mailbox_proven: whether the address's mailbox alone has the link. Otherwise whoever invites could set the password
    of an account that an administrator has made for somebody else.

    Raises
    ------
    Conflict
        code "known_email": somebody signs in with this address already, and their password is theirs to change; or the
        account waits for its owner, and the mailbox is not proven.
    Invalid
        code "password": it is too weak.
    """
    user = User.objects.select_for_update().filter(email=email.lower()).first()
    if user is None:
        user = User(email=email.lower(), full_name=full_name, language=language)
    elif user.has_usable_password() or not user.is_active:
        raise Conflict("known_email", _("There is an account with this e-mail address already. Sign in."))
    elif not mailbox_proven:
        raise waits_for_its_owner()
    _set_password(user, password)
    user.save()
    record(action="accounts.opened", actor=user.id, study=None, subject=str(user.id), detail={})
    return user


def waits_for_its_owner() -> Conflict:
    """To raise where somebody comes with a link of the inviter's for an account that has no password yet."""
    return Conflict(
        "known_email",
        _(
            "There is an account with this e-mail address that has no password yet. Set it by the administrator’s"
            " link, sign in, and open this invitation again."
        ),
    )


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("password", " ".join(error.messages)) from None
    user.set_password(password)


@transaction.atomic
def make_token(
    *, owner: User, password: str | None, scope: TokenScope, study: UUID, label: str, days: int
) -> tuple[ApiToken, str]:
    """Make a key for a program; returns it with the secret, which is shown this once and kept nowhere.

    password: the owner proves again who they are; None where an administrator makes it at the server itself.
    It gives nothing that its owner may not do: every request asks for the owner's roles again.

    Raises
    ------
    Forbidden
        code "password": the password is not the owner's.
    TooMany
        code "passwords": there were too many wrong ones in the last minutes, here and at signatures.
    Invalid
        code "days": longer than `MAX_TOKEN_DAYS`.
    Conflict
        code "tokens": the owner has `MAX_TOKENS` that hold.
    """
    if password is not None:
        refuse_guessing(email=owner.email, door=WrongPassword.Door.SIGNATURE)
        if not owner.is_active or not check_password(password, owner.password):
            raise wrong_at_signature(
                owner, _("This is not your password. No token was made; please try again.")
            )
    if not 1 <= days <= MAX_TOKEN_DAYS:
        raise Invalid("days", _("A token holds for 1 to %(days)d days.") % {"days": MAX_TOKEN_DAYS})
    User.objects.select_for_update().get(pk=owner.pk)
    now = timezone.now()
    holding = queries.own_tokens(owner, study).filter(revoked_at=None, expires_at__gt=now)
    if holding.count() >= MAX_TOKENS:
        raise Conflict("tokens", _("You have too many tokens for this study. Revoke one that is not used."))
    secret = f"rst_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        owner=owner,
        scope=scope,
        study=study,
        label=label,
        digest=queries.digest_of(secret),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    record(
        action="accounts.token_made",
        actor=owner.id,
        study=study,
        subject=f"token {token.id}",
        detail={"scope": scope, "days": days},
    )
    return token, secret


@transaction.atomic
def revoke_token(*, actor: User, token_id: UUID) -> None:
    """End a token of one's own, or of anybody as an administrator of accounts. Again, it changes nothing."""
    token = ApiToken.objects.select_for_update().filter(pk=token_id).first()
    if token is None or not (token.owner_id == actor.id or actor.is_staff):
        raise NotFound()
    if token.revoked_at is not None:
        return
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    record(
        action="accounts.token_revoked",
        actor=actor.id,
        study=token.study,
        subject=f"token {token.id}",
        detail={},
    )
