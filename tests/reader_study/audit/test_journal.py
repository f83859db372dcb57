import pytest
from django.db import DatabaseError, connection, transaction

from reader_study.audit.actions import record
from reader_study.audit.models import Entry
from reader_study.audit.queries import first_broken

pytestmark = pytest.mark.django_db


def write(*actions: str) -> None:
    for action in actions:
        record(action=action, actor=None, study=None, subject="x", detail={"n": 1, "text": "日本語"})


@pytest.mark.parametrize(
    "tamper", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
def test_nothing_in_the_journal_can_be_changed_or_removed(tamper: str) -> None:
    write("a.done")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER no_truncate")
        with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
            cursor.execute(tamper)


def test_the_chain_holds_from_the_first_row_to_the_last() -> None:
    write("a.done", "b.done", "c.done")
    assert list(Entry.objects.order_by("number").values_list("number", "action")) == [
        (1, "a.done"), (2, "b.done"), (3, "c.done"),
    ]  # fmt: skip
    assert first_broken() is None


@pytest.mark.parametrize(
    ("tamper", "broken"),
    [
        ("UPDATE audit_entry SET payload = replace(payload, 'b.done', 'x.done') WHERE number = 2", 2),
        ("DELETE FROM audit_entry WHERE number = 2", 2),
        ("UPDATE audit_entry SET number = 9 WHERE number = 3", 3),
        ("UPDATE audit_entry SET digest = sha256('x') WHERE number = 1", 1),
    ],
)
def test_whoever_gets_past_the_triggers_is_seen(tamper: str, broken: int) -> None:
    write("a.done", "b.done", "c.done")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER insert_only")
        cursor.execute(tamper)
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER insert_only")
    assert first_broken() == broken


@pytest.mark.django_db(transaction=True)
def test_an_act_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        write("a.done")


def test_an_act_that_is_undone_leaves_no_row() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write("a.done")
        _ = 1 / 0
    assert not Entry.objects.exists()
