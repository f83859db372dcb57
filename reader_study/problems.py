"""Errors that a person is meant to read.

A verb or query raises a `Problem`; `as_response` turns it into one JSON shape for every door. Absent and
forbidden look the same, so that nobody can find out what exists by asking for it.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response

_AFTERWARDS = "afterwards"  # on the request of Django, from where it is refused to where it is undone


class Problem(Exception):
    """What is wrong, where, and what to do, in one clear sentence.

    `code` is stable and for programs; `message` is translated and for people; `details` goes into the body.
    `afterwards` is done once the request is undone: what has to be kept of a refusal.
    """

    status: ClassVar[int] = 400

    def __init__(
        self, code: str, message: str, *, afterwards: Callable[[], None] | None = None, **details: Any
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.details = code, str(message), details
        self.afterwards = afterwards


class Invalid(Problem):
    status = 400


class Forbidden(Problem):
    status = 403


class NotFound(Problem):
    status = 404

    def __init__(self) -> None:
        super().__init__("not_found", _("There is nothing here that you may see."))


class Conflict(Problem):
    status = 409


class TooLarge(Problem):
    status = 413


class Locked(Problem):
    status = 423


class TooMany(Problem):
    """retry_after: seconds."""

    status = 429

    def __init__(self, code: str, message: str, *, retry_after: int) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after


def keep_of_refusals(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: around the transaction of a request, does what its refusal left to be done."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if afterwards := getattr(request, _AFTERWARDS, None):
            afterwards()
        return response

    return respond


def _fields(detail: Any, path: str = "") -> str:
    """Flatten a serializer's nested errors into one sentence: "files.0.size: A valid integer is required."."""
    if isinstance(detail, dict):
        return " ".join(
            _fields(value, f"{path}.{key}" if path else str(key)) for key, value in detail.items()
        )
    if isinstance(detail, list):
        return " ".join(
            _fields(value, path if isinstance(value, str) else f"{path}.{n}")
            for n, value in enumerate(detail)
            if value
        )
    return f"{path}: {detail}" if path and path != "non_field_errors" else str(detail)


def as_response(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler: every error is {"code", "message", ...}; anything else stays a 500."""
    if isinstance(error, Http404 | PermissionDenied | exceptions.NotFound):
        error = NotFound()
    if isinstance(error, Problem):
        body = {"code": error.code, "message": error.message, **error.details}
        response = Response(body, status=error.status)
        if isinstance(error, TooMany):
            response["Retry-After"] = str(error.retry_after)
        setattr(context["request"]._request, _AFTERWARDS, error.afterwards)
    elif isinstance(error, RecursionError):
        response = Response(
            {"code": "invalid", "message": _("The request is nested too deeply.")}, status=400
        )
    elif isinstance(error, exceptions.ValidationError):
        response = Response({"code": "invalid", "message": _fields(error.detail)}, status=400)
    elif isinstance(error, exceptions.APIException):
        response = Response(
            {"code": getattr(error.detail, "code", error.default_code), "message": str(error.detail)},
            status=error.status_code,
        )
    else:
        return None
    if transaction.get_connection().in_atomic_block:
        transaction.set_rollback(True)  # what a refused request had begun is undone
    return response
