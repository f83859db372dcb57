"""How what came is prepared: by a message after the commit, tried a few times, each waited for a while."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from reader_study.celery import app

DERIVE_ATTEMPTS = 3
DERIVE_LEASE = timedelta(seconds=120)


def send_after_commit(task: str, subject: UUID) -> None:
    # A lambda, no `partial`: Django asks a callback that failed for its name.
    transaction.on_commit(lambda: app.send_task(task, [str(subject)]), robust=True)
