"""Time in tests: the clock is set, and what was signed or sent is put at the moment that a test is about."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from reader_study.accounts.models import Signature
from reader_study.reading.models import Event, ReadingConduct, ScoreSheet

SECOND = timedelta(seconds=1)


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: moment)


def signed_at(token: str, moment: datetime) -> None:
    """The first signature of a read was written then."""
    signature = ScoreSheet.objects.get(read=token, version=1).signature_id
    with _rewritable("accounts_signature"):
        Signature.objects.filter(pk=signature).update(signed_at=moment)


def acts_came_in(*moments: datetime) -> None:
    """The last of all acts came in at these moments, the others long before."""
    acts = list(Event.objects.order_by("received_at", "seq"))
    with _rewritable("reading_event"):
        Event.objects.update(received_at=min(moments) - timedelta(days=1))
        for act, moment in zip(reversed(acts), reversed(moments), strict=False):
            Event.objects.filter(pk=act.pk).update(received_at=moment)


def held_since(moment: datetime) -> None:
    """What readers are held to was written then."""
    with _rewritable("reading_readingconduct"):
        ReadingConduct.objects.update(since=moment)


@contextmanager
def _rewritable(table: str) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER insert_only")
        yield
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER insert_only")
