"""The database wall: while a reader is served, the connection is a role that can see nothing but their reads.

Migration 0002 says what that role may do. Row-level security compares with ``app.reader``, so that even a
query that forgets to ask whose read it is finds only the reader's own.
"""

from typing import Any, cast
from uuid import UUID

from django.db import DatabaseError, connection
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reader_study.accounts.models import User
from reader_study.problems import Locked

ROLE = "reading_reader"
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


class ReaderView(APIView):
    """Base of everything a reader's browser can call."""

    metadata_class = None  # OPTIONS would answer with names and descriptions of the source code

    @property
    def reader(self) -> User:
        """Who asks; only signed-in people get past the permissions."""
        return cast(User, self.request.user)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        enter(self.reader.id)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, DatabaseError) and getattr(exc.__cause__, "sqlstate", "") == STUDY_IS_LOCKED:
            exc = Locked(
                "study_locked", _("Reading of this study has ended. Nothing more can be saved or signed.")
            )
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        if not connection.needs_rollback:  # a rollback ends the role by itself
            leave()
        finalized = super().finalize_response(request, response, *args, **kwargs)
        finalized["Cache-Control"] = "no-store"
        return finalized
