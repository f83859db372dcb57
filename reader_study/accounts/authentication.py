from drf_spectacular.authentication import SessionScheme
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class SessionCookie(SessionAuthentication):
    """The session cookie with CSRF protection; an unknown caller is answered 401, so that a page asks to sign in."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class SessionCookieScheme(SessionScheme):
    """How the API's description names it."""

    target_class = SessionCookie
