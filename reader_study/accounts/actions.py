from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _

from reader_study.accounts.models import Signature, User
from reader_study.audit.actions import record
from reader_study.problems import Forbidden, Invalid, NotFound


@transaction.atomic
def sign(*, signer: User, password: str, meaning: str, content_sha256: str) -> Signature:
    """Sign a content: the signer proves again who they are, and the signature names what it stands under.

    Raises
    ------
    Forbidden
        code "password": the password is not the signer's.
    """
    # Not signer.check_password: that rewrites an outdated hash, and readers' requests may not write accounts.
    if not signer.is_active or not check_password(password, signer.password):
        raise Forbidden("password", _("This is not your password. Nothing was signed; please try again."))
    return Signature.objects.create(
        signer=signer, full_name=signer.full_name, meaning=meaning, content_sha256=content_sha256
    )


@transaction.atomic
def invite(*, inviter: User, email: str, full_name: str, language: str) -> tuple[User, str]:
    """Make an account without a password; return it with the path of the page on which its owner sets one.

    For an account that exists this is the way back in, after a lost password or an expired invitation: the name
    must be the same, the old password and all sessions end at once, and the journal keeps both.
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
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("password", " ".join(error.messages)) from None
    user.set_password(password)
    user.save(update_fields=["password"])
    record(action="accounts.invitation_accepted", actor=user.id, study=None, subject=str(user.id), detail={})
    return user


@transaction.atomic
def choose_language(*, user: User, language: str) -> None:
    if language not in dict(settings.LANGUAGES):
        raise Invalid("language", _("This language is not available."))
    user.language = language
    user.save(update_fields=["language"])
