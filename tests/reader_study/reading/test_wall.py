"""The database wall: what the readers' role can do when the application asks for too much."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from reader_study.accounts.models import Signature
from reader_study.audit.actions import record
from reader_study.audit.models import Entry
from reader_study.audit.queries import first_broken
from reader_study.reading import wall
from reader_study.reading.models import (
    DisplayCheck,
    Event,
    Presentation,
    Read,
    ReadCine,
    ReadingConduct,
    ReadingStudy,
    ReadVolume,
    ScoreSheet,
    Unlock,
    UnlockAnswer,
)
from tests.reader_study.allocation.drafts import Draft
from tests.reader_study.reading.reads import NOON, Desk, answer, event, opened

pytestmark = pytest.mark.django_db

MAY = {
    "reading_read": {"SELECT"},
    "reading_readingconduct": {"SELECT"},
    "reading_readingqualification": {"SELECT"},
    "reading_readreference": {"SELECT"},
    "reading_testresult": {"SELECT"},
    "reading_certificate": {"SELECT"},
    "reading_furtherattempt": {"SELECT"},
    "reading_readingstudy": {"SELECT"},
    "reading_readvolume": {"SELECT"},
    "reading_readcine": {"SELECT"},
    "reading_unlock": {"SELECT", "INSERT"},
    "reading_unlockanswer": {"SELECT"},
    "reading_displaycheck": {"SELECT", "INSERT"},
    "reading_presentation": {"SELECT", "INSERT"},
    "reading_event": {"SELECT", "INSERT"},
    "reading_scoresheet": {"SELECT", "INSERT"},
    "reading_sessionend": {"SELECT", "INSERT"},
    "reading_armguess": {"INSERT"},
    "accounts_signature": {"SELECT", "INSERT"},
    "accounts_wrongpassword": {"SELECT"},
    "audit_entry": {"INSERT"},
}
OWN = {  # model: where its rows name the reader
    Read: "reader_id",
    ReadVolume: "read__reader_id",
    ReadCine: "read__reader_id",
    Presentation: "read__reader_id",
    Event: "read__reader_id",
    ScoreSheet: "read__reader_id",
    Unlock: "read__reader_id",
    UnlockAnswer: "unlock__read__reader_id",
    DisplayCheck: "reader_id",
    Signature: "signer_id",
}


@pytest.fixture
def study(signed_in) -> Draft:
    """Two readers, each with a cine, a signed read opened again, one act in the next and a display check."""
    study = opened(per_site=(2,), readers=2)
    ReadCine.objects.bulk_create(
        ReadCine(
            read=read, state="stress", kind="gated", key="c" * 64, frames=8, dims=[1, 1, 1], spacing_mm=2
        )
        for read in Read.objects.all()
    )
    for reader in study.readers:
        desk = Desk(signed_in(reader))
        desk.read(desk.next())
        signed = desk.next()
        assert desk.finish(signed).status_code == 201
        desk.ask_to_correct(signed)
        answer(study)
        desk.send(desk.next(), event(1))
        DisplayCheck.objects.create(reader=reader, answers={}, screen={})
    return study


@pytest.fixture
def as_reader(study):
    """The connection of a request of the first reader."""
    with transaction.atomic():
        wall.enter(study.readers[0].pk)
        yield study
        wall.leave()


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname NOT LIKE 'pg\\_%%'"
            " AND n.nspname <> 'information_schema' ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def refused(sql: str, *parameters: object) -> str:
    """The database's words when it refuses; the transaction stays usable."""
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    return str(refusal.value)


def test_the_role_has_exactly_these_rights_on_exactly_these_tables(db):
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    on_columns = {"SELECT", "INSERT", "UPDATE", "REFERENCES"}
    held: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        for table in tables():
            for right in rights:
                test = "has_any_column_privilege" if right in on_columns else "has_table_privilege"
                cursor.execute(f"SELECT {test}('reading_reader', %s, %s)", [table, right])
                if cursor.fetchone()[0]:
                    held.setdefault(table, set()).add(right)
        cursor.execute(
            "SELECT count(*) FROM pg_sequence"
            " WHERE has_sequence_privilege('reading_reader', seqrelid, 'USAGE, SELECT, UPDATE')"
        )
        assert cursor.fetchone() == (0,)
    assert held == MAY


def test_the_role_cannot_sign_in_and_is_no_superuser_or_owner(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles"
            " WHERE rolname = 'reading_reader'"
        )
        assert cursor.fetchone() == (False,) * 5
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = 'reading_reader'")
        assert cursor.fetchone() == (0,)


def test_no_table_of_any_other_room_can_be_selected(as_reader):
    others = [table for table in tables() if "SELECT" not in MAY.get(table, set())]
    assert {
        "allocation_key.assignment",
        "allocation_key.allocation",
        "audit_entry",
        "accounts_user",
        "cases_case",
        "cases_image",
        "studies_protocolversion",
        "studies_membership",
    } <= set(others)
    for room in ("intake_", "translation_", "django_session"):
        assert any(table.startswith(room) for table in others)
    for table in others:
        assert "permission denied" in refused(f"SELECT 1 FROM {table} LIMIT 1")


def test_a_query_that_forgets_whose_rows_it_wants_finds_only_the_readers_own(as_reader):
    for model, path in OWN.items():
        assert set(model.objects.values_list(path, flat=True)) == {as_reader.readers[0].pk}
    assert ReadingStudy.objects.count() == 1


def test_without_a_reader_named_nothing_is_found(study):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE reading_reader")
        for model in (*OWN, ReadingStudy):
            assert model.objects.count() == 0
        cursor.execute("RESET ROLE")


def test_a_study_of_other_readers_is_not_found(study):
    with transaction.atomic():
        wall.enter(uuid.uuid4())
        assert ReadingStudy.objects.count() == ReadingConduct.objects.count() == 0
        wall.leave()


def test_nothing_can_be_changed_or_removed(as_reader):
    columns = {
        "reading_read": "session",
        "reading_readingstudy": "title",
        "reading_presentation": "at",
        "reading_unlockanswer": "reason",
        "reading_readreference": "scores",
        "reading_certificate": "number",
        "audit_entry": "action",
    }
    for table in MAY:
        assert "permission denied" in refused(f"UPDATE {table} SET {columns.get(table, 'id')} = NULL")
        assert "permission denied" in refused(f"DELETE FROM {table}")
        assert "permission denied" in refused(f"TRUNCATE {table} CASCADE")


def test_an_act_cannot_be_written_into_the_read_of_another(as_reader):
    wall.leave()
    foreign = Read.objects.filter(reader=as_reader.readers[1]).last()
    wall.enter(as_reader.readers[0].pk)
    answer = refused(
        "INSERT INTO reading_event"
        " (id, read_id, seq, kind, state, segment, name, value, elapsed_ms, at, received_at, hash)"
        " VALUES (%s, %s, 1, 'score', 'stress', 1, '', '0', 1, %s, now(), '')",
        uuid.uuid4(),
        foreign.token,
        NOON,
    )
    assert "row-level security" in answer


def as_another(study: Draft, find):  # type: ignore[no-untyped-def]
    """What the application knows of the second reader, asked from within a request of the first."""
    wall.leave()
    found = find(study.readers[1])
    wall.enter(study.readers[0].pk)
    return found


UNLOCK = (
    "INSERT INTO reading_unlock (id, read_id, version, reason, requested_at) VALUES (%s, %s, 1, 'x', now())"
)
SHEET = (
    "INSERT INTO reading_scoresheet"
    " (id, read_id, step, version, form_version, scores, fields, content_sha256, last_seq, signature_id, unlock_id)"
    " VALUES (%s, %s, 1, 2, 2, '{}', '{}', '', 1, %s, %s)"
)


def test_nobody_asks_to_correct_the_read_of_another(as_reader):
    foreign = as_another(as_reader, lambda reader: Read.objects.filter(reader=reader)[0].token)
    assert "row-level security" in refused(UNLOCK, uuid.uuid4(), foreign)


def test_nobody_allows_a_correction_to_oneself(as_reader):
    asked = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute(UNLOCK, [asked, own_read(as_reader).token])
    answered = refused(
        "INSERT INTO reading_unlockanswer (unlock_id, approved, reason, by_id, at)"
        " VALUES (%s, true, 'x', %s, now())",
        asked,
        as_reader.readers[0].pk,
    )
    assert "permission denied" in answered
    assert UnlockAnswer.objects.filter(unlock=asked).count() == 0


def test_a_further_version_needs_an_unlock_that_was_used_by_no_other(as_reader):
    read = own_read(as_reader).token
    signature = Signature.objects.first().pk
    assert "sheet_is_corrected_only_after_an_unlock" in refused(SHEET, uuid.uuid4(), read, signature, None)


def test_nobody_checks_the_display_in_the_name_of_another(as_reader):
    answered = refused(
        "INSERT INTO reading_displaycheck (id, reader_id, at, answers, screen)"
        " VALUES (%s, %s, now(), '{}', '{}')",
        uuid.uuid4(),
        as_reader.readers[1].pk,
    )
    assert "row-level security" in answered


def test_the_role_writes_no_pictures_and_no_cines(as_reader):
    read = own_read(as_reader).token
    for table in ("reading_readvolume", "reading_readcine", "reading_read", "reading_readingstudy"):
        assert "permission denied" in refused(f"INSERT INTO {table} DEFAULT VALUES")
    assert ReadCine.objects.filter(read=read).count() == 1


@pytest.mark.parametrize("subject", ["own read", "another", ""])
def test_a_display_check_is_journaled_only_about_oneself(as_reader, subject):
    reader, other = as_reader.readers[0].pk, as_reader.readers[1].pk
    about = {"own read": str(own_read(as_reader).token), "another": str(other), "": ""}[subject]
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        record(action="reading.display_checked", actor=reader, study=None, subject=about, detail={})
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        study = as_reader.study.pk
        record(action="reading.display_checked", actor=reader, study=study, subject=str(reader), detail={})
    record(action="reading.display_checked", actor=reader, study=None, subject=str(reader), detail={})


def test_nobody_can_sign_in_the_name_of_another(as_reader):
    answer = refused(
        "INSERT INTO accounts_signature (id, signer_id, full_name, meaning, content_sha256, signed_at)"
        " VALUES (%s, %s, 'Reader 2', 'authored', '', now())",
        uuid.uuid4(),
        as_reader.readers[1].pk,
    )
    assert "row-level security" in answer


def test_who_signs_chooses_neither_the_time_nor_the_name(as_reader):
    reader = as_reader.readers[0]
    long_ago = timezone.now() - timedelta(days=400)
    made = Signature.objects.create(
        signer=reader,
        full_name="Not My Name",
        meaning="authored",
        content_sha256="0" * 64,
        signed_at=long_ago,
    )
    written = Signature.objects.get(pk=made.pk)
    assert written.full_name == reader.full_name
    assert written.signed_at > long_ago + timedelta(days=399)


def own_read(study: Draft) -> Read:
    return Read.objects.filter(reader=study.readers[0]).latest("session", "position")


def test_a_readers_own_act_is_journaled_through_the_wall(as_reader):
    read = own_read(as_reader)
    signed = {"action": "reading.signed", "actor": as_reader.readers[0].pk, "study": read.study_id}
    record(**signed, subject=str(read.token), detail={"last_seq": 4})
    assert "permission denied" in refused("SELECT 1 FROM audit_entry")
    wall.leave()
    entry = Entry.objects.latest("number")
    assert (entry.action, entry.actor, entry.subject) == (
        "reading.signed",
        as_reader.readers[0].pk,
        str(read.token),
    )
    assert first_broken() is None
    wall.enter(as_reader.readers[0].pk)


@pytest.mark.parametrize(
    "forged",
    [
        {"action": "agreement.locked"},
        {"action": "reading.study_opened"},
        {"action": "reading.unlock_answered"},
        {"actor": "another"},
        {"actor": None},
        {"study": None},
        {"subject": "another"},
        {"subject": "x"},
    ],
    ids=str,
)
def test_the_role_journals_only_a_readers_acts_on_own_reads_in_that_readers_name(as_reader, forged):
    read, other = own_read(as_reader), as_reader.readers[1].pk
    wall.leave()
    foreign = Read.objects.filter(reader=other).first()
    before = Entry.objects.count()
    wall.enter(as_reader.readers[0].pk)
    named = {("actor", "another"): other, ("subject", "another"): str(foreign.token)}
    act = {
        "action": "reading.signed",
        "actor": as_reader.readers[0].pk,
        "study": read.study_id,
        "subject": str(read.token),
        **{name: named.get((name, value), value) for name, value in forged.items()},
    }
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        record(**act, detail={})
    wall.leave()
    assert Entry.objects.count() == before
    wall.enter(as_reader.readers[0].pk)


def test_the_role_cannot_write_past_the_chain(as_reader):
    """Number, time, payload and digest are the database's own, whatever an insert says."""
    read = own_read(as_reader)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry (number, at, action, actor, study, subject, detail, payload, digest)"
            " VALUES (1, '2001-01-01', 'reading.signed', %s, %s, %s, '{}', 'forged', 'forged')",
            [as_reader.readers[0].pk, read.study_id, str(read.token)],
        )
    wall.leave()
    assert first_broken() is None
    assert Entry.objects.latest("number").at.year > 2001
    wall.enter(as_reader.readers[0].pk)


def test_of_what_it_may_not_see_the_role_is_told_where_it_reads_and_where_reading_has_ended(db):
    """No other function that runs with the rights of another may be called by it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE p.prosecdef AND p.prorettype <> 'trigger'::regtype AND n.nspname NOT LIKE 'pg\\_%%'"
            " AND has_function_privilege('reading_reader', p.oid, 'EXECUTE') ORDER BY 1"
        )
        assert cursor.fetchall() == [("reading_reader_ended_in()",), ("reading_reader_reads_in()",)]


def test_even_the_application_can_neither_change_nor_remove_what_was_read(study):
    changes = {
        Read: {"session": 9},
        ReadVolume: {"state": "x"},
        ReadingStudy: {"title": "x"},
        Presentation: {"at": NOON},
        Event: {"seq": 9},
        ScoreSheet: {"version": 9},
        ReadCine: {"key": "x"},
        Unlock: {"version": 9},
        UnlockAnswer: {"approved": False},
        DisplayCheck: {"at": NOON},
    }
    for model, change in changes.items():
        with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
            model.objects.update(**change)
        assert "insert-only" in refused(f"DELETE FROM {model._meta.db_table}")
