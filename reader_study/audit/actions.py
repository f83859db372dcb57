import json
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection


def record(
    *, action: str, actor: UUID | None, study: UUID | None, subject: str, detail: dict[str, Any]
) -> None:
    """Write one act into the journal, in the caller's transaction: both are kept or neither is.

    Works under every database role that may insert into the journal; row-level security says which acts of a role
    are its own. Number, time, payload and digest are filled in by the database.

    Parameters
    ----------
    action
        "room.verb" in the past tense, e.g. "cases.qc_decided".
    actor
        Who did it; None for the system itself (a worker, a timer).
    study
        The study it belongs to; None for accounts.
    subject
        What it was done to, as an opaque id or pseudonym; never a person's identity.
    detail
        Anything JSON can say. It is shown to monitors, so nothing in it may unblind.

    Raises
    ------
    RuntimeError
        Outside a transaction: an act that is kept while its journal row is lost would be worse than an error.
    """
    if not connection.in_atomic_block:
        raise RuntimeError(f"{action} must be journaled inside the transaction of the act.")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry (number, at, action, actor, study, subject, detail, payload, digest)"
            " VALUES (0, now(), %s, %s, %s, %s, %s, '', '')",
            [action, actor, study, subject, json.dumps(detail, cls=DjangoJSONEncoder, ensure_ascii=False)],
        )
