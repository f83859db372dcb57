from typing import cast

from drf_spectacular.authentication import SessionScheme
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from reader_study.accounts.models import User


class SessionCookie(SessionAuthentication):
    """The session cookie with CSRF protection; an unknown caller is answered 401, so that a page asks to sign in."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class SessionCookieScheme(SessionScheme):
    """How the API's description names it."""

    target_class = "reader_study.accounts.authentication.SessionCookie"


def signed_in(request: Request) -> User:
    """Who asks. Nobody else gets as far as a view (DEFAULT_PERMISSION_CLASSES)."""
    return cast(User, request.user)
