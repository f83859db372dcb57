"""Every table that refuses changes refuses to be emptied."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def guarded(trigger: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s", [trigger])
        return {table for (table,) in cursor.fetchall()}


def test_no_insert_only_table_can_be_truncated() -> None:
    insert_only = guarded("insert_only")
    assert {"audit_entry", "accounts_signature", "studies_protocolversion", "reading_event"} <= insert_only
    assert insert_only - guarded("no_truncate") == set()
