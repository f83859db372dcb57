"""Signed reads seen again: by the investigator alone, after unblinding, exactly as they happened."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client

from inference.objects import ObjectStore
from reader_study.allocation.queries import assignments
from reader_study.audit.models import Entry
from reader_study.cases.models import Case
from reader_study.reading.chain import first_hash, next_hash
from reader_study.reading.models import Event, Read, ReadVolume, ScoreSheet, Unlock
from reader_study.reading.unlocks import answer_unlock
from reader_study.studies.actions import add_member
from reader_study.studies.models import Role, Study
from tests.reader_study.allocation.drafts import Draft, keep_pictures, user
from tests.reader_study.reading.reads import (
    NOON,
    Desk,
    complete,
    digest,
    event,
    in_steps,
    opened,
    sequential,
)
from tests.reader_study.studies.second_person import unblind
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def study(signed_in) -> Draft:
    """One reader; a read in two steps, the second corrected, and one that is not signed. Unblinded."""
    study = sequential(per_site=(1,), readers=1)
    keep_pictures(study.cases)
    desk = Desk(signed_in(study.readers[0]))
    token = in_steps(study.readers[0])
    desk.read_until(token)
    desk.read(token)
    desk.send(token, *complete(1))
    desk.sign(token, sha256=digest(1), last_seq=37)
    desk.send(
        token,
        event(38, "view", name="attention", value="idle"),
        event(39, "view", name="attention", value="active"),
        event(40, segment=3, value=1),
    )
    desk.sign(token, sha256=digest(1), last_seq=40, step=2)
    desk.ask_to_correct(token, "Wrong segment")
    answer_unlock(
        actor=study.investigator,
        study=study.study,
        unlock_id=Unlock.objects.get().id,
        approved=True,
        reason="Go on",
    )
    desk.send(token, *[{**sent, "seq": sent["seq"] + 40} for sent in complete(3)])
    desk.sign(token, sha256=digest(3), last_seq=77, step=2, meaning="amended")
    return study


def lock_and_unblind(study: Draft) -> None:
    put_in_state(study.study.pk, Study.State.LOCKED)
    unblind(study.study, investigator=study.investigator)


def address(study: Draft, *rest: object) -> str:
    return "/".join([f"/api/studies/{study.study.id}/replays", *map(str, rest)])


@pytest.fixture
def token(study: Draft) -> str:
    return in_steps(study.readers[0])


@pytest.fixture
def investigator(study: Draft, signed_in) -> Client:
    lock_and_unblind(study)
    return signed_in(study.investigator)


def test_signed_reads_are_listed_with_what_was_secret_until_now(study, token, investigator):
    listed = investigator.get(address(study)).json()["replays"]
    signed = Read.objects.filter(sheets__isnull=False).distinct().count()
    [told] = [one for one in listed if one["token"] == token]
    read = Read.objects.get(token=token)
    assert told.pop("signed_at")
    assert told == {
        "token": token,
        "reader": "Reader 1",
        "session": read.session,
        "position": 1,
        "subject": "A-0001",
        "arm": "SPECT, then with virtual PET",
        "steps": 2,
        "versions": 2,
    }
    assert len(listed) == signed


def test_a_replay_has_everything_in_the_order_in_which_it_happened(study, token, investigator):
    told = investigator.get(address(study, token)).json()
    assert told["read"]["token"] == token
    assert told["first_broken"] is None
    assert [event["seq"] for event in told["events"]] == list(range(1, 78))
    assert told["events"][37] == {
        "seq": 38,
        "kind": "view",
        "state": "",
        "segment": None,
        "name": "attention",
        "value": "idle",
        "elapsed_ms": 38_000,
        "at": NOON,
    }
    assert told["events"][39]["segment"] == 3
    sheets = told["sheets"]
    assert [(s["step"], s["version"], s["last_seq"], s["meaning"], s["reason"]) for s in sheets] == [
        (1, 1, 37, "authored", ""),
        (2, 1, 40, "authored", ""),
        (2, 2, 77, "amended", "Wrong segment"),
    ]
    assert [sheet["scores"]["rest"][0] for sheet in sheets] == [1, 1, 3]
    assert sheets[0]["time"] == {"active": 37, "idle": 0, "hidden": 0}
    assert sheets[1]["time"] == {"active": 39, "idle": 1, "hidden": 0}
    assert sheets[2]["content_sha256"] == digest(3)
    assert [(s["step"], s["set"], s["state"]) for s in told["slots"]] == [
        (1, 1, "stress"),
        (1, 1, "rest"),
        (2, 1, "stress"),
        (2, 1, "rest"),
        (2, 2, "stress"),
        (2, 2, "rest"),
    ]
    layouts = {layout["name"]: layout for layout in told["display"]["layouts"]}
    assert {strip["set"] for layout in layouts.values() for strip in layout["strips"]} == {1, 2}
    assert told["display"]["default_layout"] in layouts
    assert told["form"]["version"] == 2


def test_the_pictures_are_those_that_were_read(study, token, investigator, object_store):
    store = ObjectStore(object_store)
    for volume in ReadVolume.objects.filter(read=token):
        place = f"{volume.set}/{volume.state}?step={volume.step}"
        shown = investigator.get(address(study, token, "volumes", place))
        assert shown.content == store.get(volume.neutral_key)
        assert (shown["Content-Type"], shown["Cache-Control"]) == (
            "application/octet-stream",
            "private, no-store",
        )
        assert investigator.get(address(study, token, "polar", place)).content == store.get(volume.polar_key)
    last = ReadVolume.objects.get(read=token, step=2, set=2, state="rest")
    assert investigator.get(address(study, token, "volumes", 2, "rest")).content == store.get(
        last.neutral_key
    )


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("volumes/2/stress?step=1", 404),
        ("volumes/3/stress", 404),
        ("volumes/1/gated", 404),
        ("volumes/1/stress?step=3", 404),
        ("volumes/1/stress?step=0", 400),
        ("volumes/1/stress?step=x", 400),
        ("contour/1/stress", 404),
        ("cines/gated/stress", 404),
        ("images/1/stress", 404),
    ],
)
def test_what_was_not_shown_is_not_there(study, token, investigator, place, status):
    assert investigator.get(address(study, token, place)).status_code == status


def test_what_is_not_signed_to_its_end_or_of_another_study_is_not_replayed(signed_in):
    study = sequential(per_site=(1,), readers=1)
    desk = Desk(signed_in(study.readers[0]))
    token = in_steps(study.readers[0])
    desk.read_until(token)
    desk.finish(token)
    other = opened(per_site=(1,), readers=1, title="Another")
    theirs = Desk(signed_in(other.readers[0]))
    foreign = str(Read.objects.filter(study=other.study.pk).earliest("session").token)
    assert theirs.finish(foreign).status_code == 201
    lock_and_unblind(study)
    run = signed_in(study.investigator)
    assert token not in [one["token"] for one in run.get(address(study)).json()["replays"]]
    for absent in (token, foreign, uuid.uuid4()):
        assert run.get(address(study, absent)).status_code == 404
        assert run.get(address(study, absent, "volumes", 1, "stress")).status_code == 404


def test_before_unblinding_nothing_is_replayed(study, token, signed_in):
    run = signed_in(study.investigator)
    for where in ((), (token,), (token, "volumes", 1, "stress"), (token, "cines", "gated", "rest")):
        answered = run.get(address(study, *where))
        assert (answered.status_code, answered.json()["code"]) == (409, "state")
    put_in_state(study.study.pk, Study.State.LOCKED)
    assert run.get(address(study)).status_code == 409


def test_nobody_but_the_investigator_replays(study, token, signed_in):
    monitor = user("Mona Monitor")
    add_member(actor=study.investigator, study=study.study, email=monitor.email, role=Role.MONITOR)
    lock_and_unblind(study)
    for who in (study.readers[0], monitor, user("Sam Stranger")):
        for where in ((), (token,), (token, "volumes", 1, "stress")):
            assert signed_in(who).get(address(study, *where)).status_code == 404
    assert Client().get(address(study)).status_code == 401


@contextmanager
def below_the_application(table: str) -> Iterator[None]:
    """As a superuser of the database might: what has been written can be changed and taken away."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER insert_only")
        yield
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER insert_only")


def chained_again(token: str) -> None:
    """A chain that is whole in itself, whatever the events say now."""
    after = first_hash(uuid.UUID(token))
    for one in Event.objects.filter(read=token).order_by("seq"):
        after = next_hash(after, one)
        Event.objects.filter(pk=one.pk).update(hash=after)


def test_an_event_that_was_changed_below_the_application_is_named(study, token, investigator):
    with below_the_application("reading_event"):
        Event.objects.filter(read=token, seq=5).update(value=0)
    assert investigator.get(address(study, token)).json()["first_broken"] == 5


@pytest.mark.parametrize("last", [60, 40, 0])
def test_a_ledger_whose_end_was_cut_off_is_broken_where_it_ends(study, token, investigator, last):
    with below_the_application("reading_event"):
        Event.objects.filter(read=token, seq__gt=last).delete()
    assert investigator.get(address(study, token)).json()["first_broken"] == last + 1


@pytest.mark.parametrize(("changed", "told"), [(60, 41), (5, 1)])
def test_a_chain_that_was_written_anew_is_not_the_one_that_was_signed(
    study, token, investigator, changed, told
):
    """The journal knows the hash at each signature: what stands after the last one that agrees is in doubt."""
    with below_the_application("reading_event"):
        Event.objects.filter(read=token, seq=changed).update(value=4)
        chained_again(token)
    assert investigator.get(address(study, token)).json()["first_broken"] == told


def test_a_signed_version_that_the_journal_does_not_know_is_in_doubt(study, token, investigator):
    with below_the_application("audit_entry"):
        Entry.objects.filter(action="reading.signed", subject=token, detail__version=2).delete()
    assert investigator.get(address(study, token)).json()["first_broken"] == 41


def test_a_sheet_that_was_written_anew_is_not_the_one_that_was_signed(study, token, investigator):
    with below_the_application("reading_scoresheet"):
        ScoreSheet.objects.filter(read=token, version=1).update(content_sha256=digest(0))
    assert investigator.get(address(study, token)).json()["first_broken"] == 1


def test_a_signature_of_the_journal_without_its_sheet_is_in_doubt(study, token, investigator):
    with below_the_application("reading_scoresheet"):
        ScoreSheet.objects.filter(read=token, version=2).delete()
    assert investigator.get(address(study, token)).json()["first_broken"] == 41


def test_each_read_is_listed_under_its_own_case_and_arm(signed_in):
    study = opened(per_site=(2,), readers=2)
    for reader in study.readers:
        desk = Desk(signed_in(reader))
        while token := desk.next():
            desk.finish(token)
    lock_and_unblind(study)
    listed = signed_in(study.investigator).get(address(study)).json()["replays"]
    labels = {"A": "SPECT", "B": "Virtual PET", "C": "PET"}
    subjects = dict(Case.objects.values_list("id", "subject"))
    keys = {str(key.token): key for key in assignments(study.study)}
    assert len(listed) == 12
    for one in listed:
        key = keys[one["token"]]
        assert (one["arm"], one["subject"]) == (labels[key.arm], subjects[key.case_id])
    order = [(one["reader"], one["session"], one["position"]) for one in listed]
    assert order == sorted(order)
