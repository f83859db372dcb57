"""The database wall: what the readers' role can do when the application asks for too much."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import force_authenticate

from reader_study.accounts.models import Signature
from reader_study.audit.actions import record
from reader_study.audit.models import Entry
from reader_study.audit.queries import first_broken
from reader_study.reading import wall
from reader_study.reading.models import Event, Presentation, Read, ReadingStudy, ReadVolume, ScoreSheet
from tests.reader_study.allocation.drafts import Draft
from tests.reader_study.reading.reads import NOON, Desk, event, opened

pytestmark = pytest.mark.django_db

MAY = {
    "reading_read": {"SELECT"},
    "reading_readingstudy": {"SELECT"},
    "reading_readvolume": {"SELECT"},
    "reading_presentation": {"SELECT", "INSERT"},
    "reading_event": {"SELECT", "INSERT"},
    "reading_scoresheet": {"SELECT", "INSERT"},
    "accounts_signature": {"SELECT", "INSERT"},
    "audit_entry": {"INSERT"},
}
OWN = (Read, ReadVolume, Presentation, Event, ScoreSheet)


@pytest.fixture
def study(signed_in) -> Draft:
    """Two readers, each with one signed read and one act in the next."""
    study = opened(per_site=(2,), readers=2)
    for reader in study.readers:
        desk = Desk(signed_in(reader))
        desk.read(desk.next())
        assert desk.finish(desk.next()).status_code == 201
        desk.send(desk.next(), event(1))
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


def current_role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


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
    paths = {**dict.fromkeys(OWN, "read__reader_id"), Read: "reader_id", Signature: "signer_id"}
    for model, path in paths.items():
        assert set(model.objects.values_list(path, flat=True)) == {as_reader.readers[0].pk}
    assert ReadingStudy.objects.count() == 1


def test_without_a_reader_named_nothing_is_found(study):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE reading_reader")
        for model in (*OWN, ReadingStudy, Signature):
            assert model.objects.count() == 0
        cursor.execute("RESET ROLE")


def test_a_study_of_other_readers_is_not_found(study):
    with transaction.atomic():
        wall.enter(uuid.uuid4())
        assert ReadingStudy.objects.count() == 0
        wall.leave()


def test_nothing_can_be_changed_or_removed(as_reader):
    columns = {
        "reading_read": "session",
        "reading_readingstudy": "title",
        "reading_presentation": "at",
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
        " (id, read_id, seq, kind, state, segment, name, value, elapsed_ms, at, received_at)"
        " VALUES (%s, %s, 1, 'score', 'stress', 1, '', '0', 1, %s, now())",
        uuid.uuid4(),
        foreign.token,
        NOON,
    )
    assert "row-level security" in answer


def test_nobody_can_sign_in_the_name_of_another(as_reader):
    answer = refused(
        "INSERT INTO accounts_signature (id, signer_id, full_name, meaning, content_sha256, signed_at)"
        " VALUES (%s, %s, 'Reader 2', 'authored', '', now())",
        uuid.uuid4(),
        as_reader.readers[1].pk,
    )
    assert "row-level security" in answer


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


def test_the_role_may_call_no_function_that_runs_with_the_rights_of_another(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE p.prosecdef AND p.prorettype <> 'trigger'::regtype AND n.nspname NOT LIKE 'pg\\_%%'"
            " AND has_function_privilege('reading_reader', p.oid, 'EXECUTE')"
        )
        assert cursor.fetchall() == []


def test_even_the_application_can_neither_change_nor_remove_what_was_read(study):
    changes = {
        Read: {"session": 9},
        ReadVolume: {"slot": "x"},
        ReadingStudy: {"title": "x"},
        Presentation: {"at": NOON},
        Event: {"seq": 9},
        ScoreSheet: {"version": 9},
    }
    for model, change in changes.items():
        with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
            model.objects.update(**change)
        assert "insert-only" in refused(f"DELETE FROM {model._meta.db_table}")


class ForgetfulView(wall.ReaderView):
    """A view as a careless colleague might write it."""

    def get(self, request: Request) -> Response:
        return Response(
            {"role": current_role(), "reads": Read.objects.count(), "broken": self._broken(request)}
        )

    def _broken(self, request: Request) -> None:
        if "key" in request.query_params:
            Entry.objects.count()


def ask(study: Draft, address: str = "/") -> Response:
    request = RequestFactory().get(address)
    force_authenticate(request, study.readers[0])
    with transaction.atomic():
        return ForgetfulView.as_view()(request)


def test_a_careless_reader_view_still_serves_only_own_reads(study):
    assert ask(study).data == {"role": "reading_reader", "reads": 6, "broken": None}
    assert Read.objects.count() == 12


def test_a_reader_view_that_asks_for_the_key_fails_and_the_connection_is_itself_again(study):
    own = current_role()
    with pytest.raises(DatabaseError, match="permission denied"):
        ask(study, "/?key=1")
    assert current_role() == own
    assert Read.objects.count() == 12


def test_after_every_answer_the_connection_is_itself_again(study, signed_in):
    own = current_role()
    desk = Desk(signed_in(study.readers[0]))
    for answer in (
        desk.read(desk.next()),
        desk.read(str(uuid.uuid4())),
        desk.send(desk.next(), event(9)),
        desk.send(desk.next(), event(1, value="x")),
        desk.client.options("/api/reading/worklist"),
    ):
        assert current_role() == own, answer.content
    assert Read.objects.count() == 12


def test_the_readers_role_lives_only_in_a_transaction(transactional_db):
    with pytest.raises(RuntimeError):
        wall.enter(uuid.uuid4())
    with transaction.atomic():
        wall.enter(uuid.uuid4())
        assert current_role() == "reading_reader"
    assert current_role() != "reading_reader"
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.reader', true)")
        assert not cursor.fetchone()[0]
