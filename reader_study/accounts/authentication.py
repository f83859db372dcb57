from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, cast
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from reader_study.accounts import queries
from reader_study.accounts.models import ApiToken, TokenScope, User
from reader_study.problems import Forbidden, NotFound

_USED_IS_SAID_EVERY = timedelta(minutes=5)


class SessionCookie(SessionAuthentication):
    """The session cookie with CSRF protection; an unknown caller is answered 401, so that a page asks to sign in."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class SessionCookieScheme(SessionScheme):
    """How the API's description names it."""

    target_class = "reader_study.accounts.authentication.SessionCookie"


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer <token>` of a program, beside the cookie, in the views that say so; nowhere else.

    A view takes tokens by `authentication_classes = [SessionCookie, Subclass]`, where the subclass names the
    `scope`, and `study_of` says of which study the address is. `request.auth` is the ApiToken then.
    """

    scope: ClassVar[TokenScope | None] = None

    def study_of(self, arguments: Mapping[str, Any]) -> UUID | None:
        """The study that the arguments of the address belong to; None: there is none such."""
        return arguments.get("study_id")

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        token = queries.token_of(secret.strip())
        if token is None:
            raise AuthenticationFailed(
                _("This token is unknown, has expired or was revoked. Make a new one.")
            )
        self.check(token, request)
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > _USED_IS_SAID_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.owner, token

    def check(self, token: ApiToken, request: Request) -> None:
        """Raises Forbidden for a token of another purpose, NotFound for one of another study."""
        if token.scope != self.scope:
            raise Forbidden("scope", _("This token was made for another purpose. Make one for this."))
        if self.study_of(request.parser_context["kwargs"]) != token.study:
            raise NotFound()

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class AnyToken(BearerToken):
    """For the one view that tells a program about its own token."""

    def check(self, token: ApiToken, request: Request) -> None:
        pass


class BearerTokenScheme(OpenApiAuthenticationExtension):
    target_class = "reader_study.accounts.authentication.BearerToken"
    match_subclasses = True

    def __init__(self, target: BearerToken) -> None:
        super().__init__(target)
        self.name = type(target).__name__

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def signed_in(request: Request) -> User:
    """Who asks. Nobody else gets as far as a view (DEFAULT_PERMISSION_CLASSES)."""
    return cast(User, request.user)
