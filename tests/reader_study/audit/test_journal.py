import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from reader_study.audit.actions import record
from reader_study.audit.models import Entry
from reader_study.audit.queries import first_broken, head

pytestmark = pytest.mark.django_db


def write(*actions: str) -> None:
    for action in actions:
        record(action=action, actor=None, study=None, subject="x", detail={"n": 1, "text": "日本語"})


def tampered(sql: str) -> None:
    """Do what only the owner of the table can."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER insert_only")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER insert_only")


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
    tampered(tamper)
    assert first_broken() == broken


@pytest.mark.parametrize(
    "forged",
    [
        "at = at + interval '1 microsecond'",
        "action = 'x.done'",
        "actor = gen_random_uuid()",
        "actor = NULL",
        "study = gen_random_uuid()",
        "subject = 'y'",
        """detail = '{"n": 2, "text": "日本語"}'""",
        """detail = '{"n": true, "text": "日本語"}'""",
        "payload = 'no JSON', digest = sha256((SELECT digest FROM audit_entry WHERE number = 1) || 'no JSON')",
    ],
)
def test_what_people_are_shown_is_what_the_chain_holds(forged: str) -> None:
    write("a.done")
    record(action="b.done", actor=uuid.uuid4(), study=None, subject="x", detail={"n": 1, "text": "日本語"})
    write("c.done")
    tampered(f"UPDATE audit_entry SET {forged} WHERE number = 2")
    assert first_broken() == 2


def test_an_act_with_every_kind_of_detail_is_unbroken() -> None:
    detail = {
        "float": 0.1,
        "whole": 2.0,
        "big": 2**70,
        "none": None,
        "list": [1, {"é": "\u2028"}],
        "yes": True,
    }
    record(action="a.done", actor=uuid.uuid4(), study=uuid.uuid4(), subject="x", detail=detail)
    assert first_broken() is None


def test_the_head_is_the_number_and_digest_of_the_newest_row() -> None:
    assert head() == (0, "")
    write("a.done", "b.done")
    newest = Entry.objects.get(number=2)
    assert head() == (2, bytes(newest.digest).hex())


def test_a_journal_that_went_on_still_holds_its_earlier_head(capsys: pytest.CaptureFixture[str]) -> None:
    write("a.done", "b.done")
    rows, digest = head()
    write("c.done")
    call_command("journal_verify", head=digest, rows=rows)
    assert f"3 rows, unbroken; head {head()[1]}" in capsys.readouterr().out


def test_a_journal_that_lost_its_newest_rows_no_longer_holds_its_head() -> None:
    write("a.done", "b.done", "c.done")
    rows, digest = head()
    tampered("DELETE FROM audit_entry WHERE number = 3")
    call_command("journal_verify")
    with pytest.raises(CommandError, match="row 3"):
        call_command("journal_verify", head=digest, rows=rows)


def test_a_journal_that_was_written_anew_no_longer_holds_its_head() -> None:
    write("a.done", "b.done")
    rows, digest = head()
    tampered("DELETE FROM audit_entry WHERE number = 2")
    write("x.done")
    assert first_broken() is None
    with pytest.raises(CommandError, match="row 2"):
        call_command("journal_verify", head=digest, rows=rows)


@pytest.mark.parametrize("given", [{"head": "00"}, {"rows": 1}])
def test_half_a_head_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(CommandError, match="--rows"):
        call_command("journal_verify", **given)


@pytest.mark.django_db(transaction=True)
def test_an_act_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        write("a.done")


def test_an_act_that_is_undone_leaves_no_row() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write("a.done")
        _ = 1 / 0
    assert not Entry.objects.exists()
