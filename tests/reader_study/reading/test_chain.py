"""The chain of events: both sides know the same acts in the same order, also after a restore from a backup."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client

from reader_study.reading.chain import first_broken, first_hash, next_hash
from reader_study.reading.models import Event, Presentation, Read, ScoreSheet
from tests.reader_study.allocation.drafts import Draft
from tests.reader_study.reading.reads import Desk, complete, digest, event, opened

TOKEN = uuid.UUID("0b8f8f57-4f7a-4c55-9d3a-6f9b3d1f0a11")
VECTORS = Path(__file__).parents[3] / "frontend/src/reader/ledger/chain.vectors.json"


@dataclass
class Link:
    value: Any
    id: uuid.UUID = uuid.UUID(int=7)
    seq: int = 1
    kind: str = "score"
    state: str = "stress"
    segment: int | None = 4
    name: str = ""
    elapsed_ms: int = 1200
    at: datetime = datetime(2026, 11, 21, 12, 0, 0, 5999, tzinfo=UTC)
    hash: str = ""


def test_the_first_hash_is_that_of_the_token():
    assert first_hash(TOKEN) == hashlib.sha256(b"0b8f8f57-4f7a-4c55-9d3a-6f9b3d1f0a11").hexdigest()


def test_a_link_is_the_json_that_the_browser_hashes():
    text = (
        '{"after":"00","at":"2026-11-21T12:00:00.005Z","elapsed_ms":1200,'
        '"id":"00000000-0000-0000-0000-000000000007","kind":"score","name":"","segment":4,"seq":1,'
        '"state":"stress","value":"NE"}'
    )
    assert next_hash("00", Link("NE")) == hashlib.sha256(text.encode()).hexdigest()
    field = Link("下壁 “é”\n", kind="field", state="", segment=None, name="comment")
    text = (
        '{"after":"00","at":"2026-11-21T12:00:00.005Z","elapsed_ms":1200,'
        '"id":"00000000-0000-0000-0000-000000000007","kind":"field","name":"comment","segment":null,"seq":1,'
        '"state":"","value":"下壁 “é”\\n"}'
    )
    assert next_hash("00", field) == hashlib.sha256(text.encode()).hexdigest()


def test_the_same_moment_in_another_zone_is_the_same_link():
    tokyo = Link(1, at=datetime(2026, 11, 21, 21, 0, 0, 5000, tzinfo=timezone(timedelta(hours=9))))
    assert next_hash("00", tokyo) == next_hash("00", Link(1))


@pytest.mark.parametrize(
    "change",
    [
        {"value": 2},
        {"value": "1"},
        {"value": None},
        {"value": [1]},
        {"id": uuid.UUID(int=8)},
        {"seq": 2},
        {"state": "rest"},
        {"segment": 5},
        {"name": "x"},
        {"elapsed_ms": 1201},
        {"at": datetime(2026, 11, 21, 12, 0, 0, 6000, tzinfo=UTC)},
    ],
    ids=str,
)
def test_every_part_of_an_event_is_covered(change):
    assert next_hash("00", Link(**{"value": 1, **change})) != next_hash("00", Link(1))
    assert next_hash("01", Link(1)) != next_hash("00", Link(1))


def test_a_changed_moved_or_missing_event_is_found():
    events, after = [], first_hash(TOKEN)
    for seq in range(1, 5):
        made = Link(seq, seq=seq, id=uuid.UUID(int=seq))
        made.hash = after = next_hash(after, made)
        events.append(made)
    assert first_broken(TOKEN, events) is None
    assert first_broken(TOKEN, []) is None
    assert first_broken(uuid.UUID(int=1), events) == 1
    assert first_broken(TOKEN, events[:1] + events[2:]) == 2
    events[2].value = 0
    assert first_broken(TOKEN, events) == 3


def test_the_browser_computes_the_same_chain():
    vectors = json.loads(VECTORS.read_text())
    token = uuid.UUID(vectors["token"])
    after = first_hash(token)
    assert after == vectors["first"]
    assert len(vectors["links"]) > 3
    for vector in vectors["links"]:
        sent = vector["event"]
        link = Link(
            value=sent["value"],
            id=uuid.UUID(sent["id"]),
            seq=sent["seq"],
            kind=sent["kind"],
            state=sent.get("state", ""),
            segment=sent.get("segment"),
            name=sent.get("name", ""),
            elapsed_ms=sent["elapsed_ms"],
            at=datetime.fromisoformat(sent["at"]),
        )
        after = next_hash(after, link)
        assert after == vector["hash"]


@pytest.fixture
def study() -> Draft:
    return opened(per_site=(2,), readers=2)


@pytest.fixture
def desk(study: Draft, signed_in) -> Desk:
    return Desk(signed_in(study.readers[0]))


def chain(token: str, *sent: dict) -> str:
    """What a browser computes of what it sent."""
    after = first_hash(uuid.UUID(token))
    for one in sent:
        known = {"state": "", "segment": None, "name": "", **one}
        known["id"], known["at"] = uuid.UUID(one["id"]), datetime.fromisoformat(one["at"])
        after = next_hash(after, Link(**known))
    return after


@pytest.mark.django_db
def test_the_server_answers_with_the_hash_that_the_browser_has(desk):
    token = desk.next()
    sent = [
        event(1),
        event(2, "field", name="comment", value="下壁?"),
        event(3, "field", name="artefacts", value=["motion", "other"]),
        {**event(4, "view", name="table", value="gray"), "at": "2026-11-21T21:00:00.123+09:00"},
        event(5, value=None),
    ]
    assert desk.read(token).json()["last_hash"] == chain(token)
    assert desk.send(token, *sent[:2]).json() == {"last_seq": 2, "hash": chain(token, *sent[:2])}
    assert desk.send(token, *sent[1:]).json() == {"last_seq": 5, "hash": chain(token, *sent)}
    assert desk.send(token, sent[0]).json()["hash"] == desk.send(token).json()["hash"] == chain(token, *sent)
    assert desk.read(token).json()["last_hash"] == chain(token, *sent)
    assert first_broken(uuid.UUID(token), Event.objects.order_by("seq")) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"value": 4},
        {"segment": 9},
        {"state": "rest"},
        {"elapsed_ms": 1},
        {"at": "2026-11-21T12:00:01Z"},
        {"kind": "view", "name": "table", "value": "gray"},
    ],
    ids=str,
)
def test_an_act_that_was_kept_cannot_be_told_again_differently(desk, change):
    token = desk.next()
    kept = event(1)
    desk.send(token, kept)
    told = {**kept, **change}
    if told["kind"] == "view":
        del told["state"], told["segment"]
    answer = desk.send(token, told, event(2))
    assert (answer.status_code, answer.json()["code"]) == (409, "sequence")
    assert Event.objects.get().value == 0


@pytest.mark.django_db
def test_within_one_batch_the_same_act_counts_once_and_another_under_its_id_is_refused(desk):
    token = desk.next()
    one = event(1)
    assert desk.send(token, one, one, event(2)).json()["last_seq"] == 2
    three = event(3)
    assert desk.send(token, three, {**three, "value": 4}).status_code == 409
    assert Event.objects.count() == 2


def forget(model: type, **which: object) -> None:
    """As after a restore from an older backup."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER insert_only")
        model.objects.filter(**which).delete()
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER insert_only")


@pytest.mark.django_db
def test_after_a_restore_the_browser_sends_what_the_server_lost_and_both_chains_are_one(desk):
    token = desk.next()
    sent = complete()
    before = desk.send(token, *sent).json()
    forget(Event, seq__gt=20)
    restored = desk.read(token).json()
    assert (restored["last_seq"], restored["last_hash"]) == (20, chain(token, *sent[:20]))
    assert desk.send(token, *sent[20:]).json() == before
    assert desk.sign(token, sha256=digest(0), last_seq=37).status_code == 201


@pytest.mark.django_db
def test_after_a_restore_other_acts_give_another_hash(desk):
    """What a second computer says meanwhile: the first sees that its chain is not the server's."""
    token = desk.next()
    sent = complete()
    desk.send(token, *sent)
    forget(Event, seq__gt=20)
    other = [event(seq, "view", name="table", value="gray") for seq in range(21, 38)]
    answer = desk.send(token, *other).json()
    assert answer["last_seq"] == 37
    assert answer["hash"] != chain(token, *sent)
    assert desk.read(token).json()["last_hash"] == answer["hash"]
    assert desk.send(token, *sent[20:]).status_code == 409


@pytest.mark.django_db
def test_a_signature_that_a_restore_lost_is_asked_for_again(desk):
    token = desk.next()
    desk.read(token)
    desk.finish(token)
    forget(ScoreSheet)
    assert desk.next() == token
    assert desk.read(token).json()["draft"]["scores"]["rest"] == [0] * 17
    assert desk.sign(token, sha256=digest(0), last_seq=37).status_code == 201
    assert Presentation.objects.count() == 1


@pytest.mark.django_db
def test_events_of_before_there_was_a_chain_are_chained_as_they_stand(study, signed_in):
    """What the migration does to the rows that it finds; afterwards nothing can be changed again."""
    migration = import_module("reader_study.reading.migrations.0004_chain_of_events")
    chain_all = migration.chain
    # What was migrated long ago must come out the same whatever the chain becomes.
    assert {getattr(thing, "__module__", "") for thing in vars(migration).values()}.isdisjoint(
        {next_hash.__module__}
    )
    for reader in study.readers:
        desk = Desk(signed_in(reader))
        desk.finish(desk.next())
        desk.send(desk.next(), event(1))
    hashes = Event.objects.order_by("read", "seq").values_list("hash", flat=True)
    before = list(hashes)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reading_event DISABLE TRIGGER insert_only")
        cursor.execute("UPDATE reading_event SET hash = seq::text")
        cursor.execute("ALTER TABLE reading_event ENABLE TRIGGER insert_only")
    assert list(hashes.all()) != before
    with connection.schema_editor() as editor:
        chain_all(apps, editor)
    assert list(hashes.all()) == before
    assert len(before) == 2 * 38
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        Event.objects.update(hash="")


@pytest.mark.django_db
def test_a_session_that_ended_loses_and_doubles_nothing(desk):
    token = desk.next()
    sent = complete()
    desk.send(token, *sent[:10])
    reader = Read.objects.get(token=token).reader
    desk.client.logout()
    assert desk.send(token, *sent[10:20]).status_code == 401
    assert Event.objects.count() == 10
    again = Client()
    again.force_login(reader)
    desk = Desk(again)
    assert desk.send(token, *sent[5:]).json() == {"last_seq": 37, "hash": chain(token, *sent)}
    assert list(Event.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 38))
