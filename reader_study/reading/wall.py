"""The database wall: while a reader is served, the connection is a role that can see nothing but their reads.

Migration 0002 says what that role may do. Row-level security compares with ``app.reader``, so that even a
query that forgets to ask whose read it is finds only the reader's own.
"""

from typing import Any, cast
from uuid import UUID

from django.db import DatabaseError, connection
from django.dispatch import Signal
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.models import User
from reader_study.problems import Locked, TooLarge

ROLE = "reading_reader"
MOST_BYTES = 8 * 2**20  # of a request: a full batch of events with the longest texts is below
# Sent outside the wall with a `reader` who sits down at the desk or has just signed. Who lays out reads by the key
# listens (qualifying.py): what serves a reader cannot reach the key, not even by an import.
at_the_desk = Signal()
STUDY_IS_LOCKED = "RSLCK"  # raised below the application by whoever locks data: readers may not see the state


def enter(reader: UUID) -> None:
    """Become the readers' role until the transaction ends or `leave` is called."""
    if not connection.in_atomic_block:
        raise RuntimeError("The readers' role lives in a transaction: outside one it would end at once.")
    _become(ROLE, str(reader))


def leave() -> None:
    _become("none", "")


def _become(role: str, reader: str) -> None:
    with connection.cursor() as cursor:
        # set_config with `true` is SET LOCAL: no connection carries a reader into another request.
        cursor.execute(
            "SELECT set_config('role', %s, true), set_config('app.reader', %s, true)", [role, reader]
        )


def reading_is_over() -> Locked:
    return Locked("study_locked", _("Reading of this study has ended. Nothing more can be saved or signed."))


def not_qualified() -> Locked:
    return Locked(
        "not_qualified",
        _(
            "Reading here needs a certificate that is in force. Finish the training and pass the test on your reading"
            " list first."
        ),
    )


def _weigh(request: Request) -> None:
    """Raises TooLarge before anything is read; a length that is no number is taken for 0 by whoever reads."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if length.isdecimal() and (len(length) > len(str(MOST_BYTES)) or int(length) > MOST_BYTES):
        raise TooLarge("too_large", _("This is more than can be sent at once."))


class ReaderView(APIView):
    """Base of everything a reader's browser can call."""

    metadata_class = None  # OPTIONS would answer with names and descriptions of the source code

    @property
    def reader(self) -> User:
        """Who asks; only signed-in people get past the permissions."""
        return cast(User, self.request.user)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        _weigh(request)
        self.before_the_wall()
        enter(self.reader.id)

    def before_the_wall(self) -> None:
        """What has to be done for the reader before the database shows only what is the reader's."""

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, DatabaseError) and getattr(exc.__cause__, "sqlstate", "") == STUDY_IS_LOCKED:
            exc = reading_is_over()
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        if not connection.needs_rollback:  # a rollback ends the role by itself
            leave()
        finalized = super().finalize_response(request, response, *args, **kwargs)
        finalized["Cache-Control"] = "no-store"
        return finalized
