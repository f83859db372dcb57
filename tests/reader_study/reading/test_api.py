"""The reader's API: own reads, one after another, drafts that are never lost, signatures that lock."""

import hashlib
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inference.objects import ObjectStore
from reader_study.accounts.models import Signature
from reader_study.audit.models import Entry
from reader_study.reading.draft import sealed_sha256
from reader_study.reading.models import Event, Read, ReadVolume, ScoreSheet
from reader_study.studies.protocol import COLOUR_TABLES
from tests.reader_study.allocation.drafts import Draft, draft, keep_pictures
from tests.reader_study.reading.reads import ANSWERS, Desk, complete, digest, event, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Draft:
    return opened(per_site=(2,), readers=2)


@pytest.fixture
def desk(study: Draft, signed_in) -> Desk:
    return Desk(signed_in(study.readers[0]))


def order(study: Draft, reader: int = 0) -> list[str]:
    own = Read.objects.filter(reader=study.readers[reader]).order_by("session", "position")
    return [str(token) for token in own.values_list("token", flat=True)]


def test_the_worklist_names_the_study_as_readers_may_know_it(study, desk):
    [listed] = desk.worklist()["studies"]
    assert listed["today"].pop("ends_at").endswith("T00:00:00Z")
    session = {"total": 2, "signed": 0, "opens_at": None, "questions_due": False}
    assert listed == {
        "id": str(study.study.id),
        "title": "Heart study 7",
        "simulated": True,
        "purpose": "study",
        "attempt": 1,
        "ended": False,
        "barred": False,
        "sessions": [
            {"number": 1, "state": "open", **session},
            {"number": 2, "state": "waiting", **session},
            {"number": 3, "state": "waiting", **session},
        ],
        "washout_days": 0,
        "today": {"signed": 0, "cap": None},
        "next": order(study)[0],
        "next_place": {"session": 1, "number": 1},
        "begun": False,
        "waiting": None,
        "upcoming": order(study)[1:2],
        "amendments": [],
        "signed": [],
    }


def test_who_reads_nothing_has_an_empty_worklist_and_a_stranger_must_sign_in(study, signed_in):
    assert Desk(signed_in(study.investigator)).worklist()["studies"] == []
    assert Client().get("/api/reading/worklist").status_code == 401


def test_a_draft_study_is_on_nobodys_worklist(signed_in):
    planned = draft()
    assert Desk(signed_in(planned.readers[0])).worklist()["studies"] == []


def test_a_read_is_exactly_this_and_nothing_else(study, desk):
    token = desk.next()
    volumes = {volume.state: volume for volume in ReadVolume.objects.filter(read=token)}
    polar = {"rings": 24, "angles": 72, "full_scale": 40000}
    given = desk.read(token).json()
    layouts = given["display"].pop("layouts")
    assert [layout["name"] for layout in layouts] == ["8x12", "8x10", "6x16", "2x6"]
    assert layouts[0]["strips"][0] == {
        "view": "SA",
        "state": "stress",
        "set": 1,
        "row": 0,
        "column": 0,
        "count": 12,
        "first": 0,
    }
    assert {strip["set"] for layout in layouts for strip in layout["strips"]} == {1}
    fields = given["form"].pop("fields")
    always = {"minimum": None, "maximum": None, "when": None}
    assert fields[0] == {
        "name": "quality",
        "kind": "choice",
        "values": [1, 2, 3, 4, 5],
        "required": True,
        **always,
    }
    assert {field["name"]: field["when"] for field in fields if field["when"]} == {
        "territories": {
            "field": "overall",
            "in": ["equivocal", "probably_abnormal", "definitely_abnormal"],
        },
        "inferior": {"scores": [4, 10, 15], "at_least": 1},
    }
    assert [field["kind"] for field in fields] == [
        "choice",
        "choices",
        "choice",
        "choices",
        "choice",
        "number",
        "text",
    ]
    assert given == {
        "token": token,
        "purpose": "study",
        "break_due": False,
        "study": {"title": "Heart study 7", "simulated": True},
        "position": {"session": 1, "number": 1, "of": 2},
        "state": "open",
        "step": {"number": 1},
        "step_before": None,
        "amendment": None,
        "unlock": None,
        "form": {
            "version": 2,
            "segments": 17,
            "regions": [],
            "states": ["stress", "rest"],
            "scores": [0, 1, 2, 3, 4],
        },
        "display": {
            "tables": list(COLOUR_TABLES),
            "default_table": "cool",
            "show_difference": True,
            "show_sums": True,
            "sums_when_complete": False,
            "click_scores": False,
            "show_time": False,
            "default_layout": "8x12",
        },
        "slots": [
            {
                "set": 1,
                "state": state,
                "dims": [80, 80, 64],
                "spacing_mm": 2,
                "full_scale": 40000,
                "lv": {"apex_k": 8, "base_k": volumes[state].base_k, "radius_mm": 22.5},
                "polar": polar,
                "contour": False,
            }
            for state in ("stress", "rest")
        ],
        "cines": [],
        "last_seq": 0,
        "last_hash": hashlib.sha256(token.encode()).hexdigest(),
        "draft": {"scores": {"stress": [None] * 17, "rest": [None] * 17}, "fields": {}},
        "signature": None,
        "display_check_due": True,
    }


def test_pictures_are_the_stored_bytes_and_are_kept_nowhere(study, desk, object_store):
    keep_pictures(study.cases)
    token = desk.next()
    store = ObjectStore(object_store)
    for slot in ("stress", "rest"):
        volume = ReadVolume.objects.get(read=token, state=slot)
        for answer, key in (
            (desk.volume(token, slot), volume.neutral_key),
            (desk.polar(token, slot), volume.polar_key),
        ):
            assert answer.content == store.get(key)
            assert answer["Content-Type"] == "application/octet-stream"
            assert answer["Cache-Control"] == "no-store"
            assert not {"ETag", "Last-Modified", "Content-Disposition"} & set(answer.headers)


def test_what_is_not_due_not_ones_own_or_not_there_gets_one_answer(study, desk):
    own, others = order(study, 0), order(study, 1)
    bodies = set()
    for token in (own[2], own[-1], *others, str(uuid.uuid4())):
        for answer in (
            desk.read(token),
            desk.volume(token),
            desk.polar(token),
            desk.contour(token),
            desk.cine(token),
            desk.send(token, event(1)),
            desk.sign(token, sha256="0" * 64, last_seq=0),
            desk.ask_to_correct(token),
        ):
            assert answer.status_code == 404
            bodies.add(answer.content)
    for answer in (
        desk.volume(own[0], "gated"),
        desk.volume(own[0], set=0),
        desk.volume(own[0], set=2),
        desk.volume(own[0], set=10**20),
        desk.polar(own[0], set=2),
        desk.contour(own[0]),
        desk.cine(own[0]),
        desk.cine(own[0], "neutral_key"),
    ):
        assert answer.status_code == 404
        bodies.add(answer.content)
    assert len(bodies) == 1
    assert not Event.objects.exists()


def test_nothing_describes_the_api_to_a_reader(study, desk):
    token = desk.next()
    for end in (
        "",
        "/volumes/1/stress",
        "/polar/1/rest",
        "/contour/1/rest",
        "/cines/gated/rest",
        "/events",
        "/signature",
        "/unlock",
    ):
        assert desk.client.options(f"/api/reading/reads/{token}{end}").status_code == 405
    for end in ("worklist", "display-check", "display-check/later"):
        assert desk.client.options(f"/api/reading/{end}").status_code == 405


@pytest.mark.parametrize("look", ["read", "volume", "polar"])
def test_the_first_look_is_journaled_once_however_it_is_taken(study, desk, look):
    keep_pictures(study.cases)
    token = desk.next()
    getattr(desk, look)(token)
    desk.read(token)
    desk.volume(token)
    [entry] = Entry.objects.filter(action="reading.presented")
    assert (entry.subject, entry.actor, entry.study) == (token, study.readers[0].id, study.study.id)


def test_signing_locks_the_read_and_hands_out_the_next(study, desk):
    first, second = order(study)[:2]
    answer = desk.finish(first, score=1)
    assert answer.status_code == 201
    signature = Signature.objects.get(signer=study.readers[0])
    sheet = ScoreSheet.objects.get()
    assert answer.json()["next"] == second == desk.next()
    assert answer.json()["signature"] == {
        "full_name": "Reader 1",
        "signed_at": signature.signed_at.isoformat().replace("+00:00", "Z"),
        "meaning": "authored",
        "content_sha256": sheet.content_sha256,
    }
    assert (str(sheet.read_id), sheet.version, sheet.signature, sheet.last_seq) == (first, 1, signature, 37)
    assert sheet.scores == {"stress": [1] * 17, "rest": [1] * 17}
    assert sheet.fields == ANSWERS
    assert desk.send(first, event(38)).status_code == 423
    assert desk.sign(first, sha256=sheet.content_sha256, last_seq=37).status_code == 423
    assert Event.objects.count() == 37


def test_a_signature_is_in_the_journal_with_a_hash_by_which_nobody_tries_out_the_scores(study, desk):
    """The investigator reads the journal while the study is read, and knows everything that stands in it."""
    token = desk.next()
    desk.finish(token)
    entry = Entry.objects.get(action="reading.signed")
    sheet = ScoreSheet.objects.get()
    assert (entry.subject, entry.actor, entry.study) == (token, study.readers[0].id, study.study.id)
    assert entry.detail == {
        "version": 1,
        "sha256": sealed_sha256(sheet.pk, sheet.content_sha256, 37),
        "last_hash": Event.objects.get(seq=37).hash,
        "signature": str(sheet.signature_id),
    }
    told = str([(row.subject, row.detail) for row in Entry.objects.all()])
    assert sheet.content_sha256 not in told and str(sheet.pk) not in told


def test_a_signed_read_is_not_seen_again(study, desk):
    token = desk.next()
    desk.finish(token)
    assert not Entry.objects.filter(action="reading.presented").exists()
    seen = desk.read(token).json()
    assert seen["cines"] == []
    assert seen["state"] == "signed"
    assert seen["signature"]["full_name"] == "Reader 1"
    assert seen["slots"] == []
    assert seen["draft"] is None
    assert desk.volume(token).status_code == desk.polar(token).status_code == 404
    assert not Entry.objects.filter(action="reading.presented").exists()


def test_what_is_missing_must_be_answered_before_signing(study, desk):
    token = desk.next()
    events = [e for e in complete() if not (e["kind"] == "field" and e["name"] == "overall")]
    events = [{**e, "seq": n} for n, e in enumerate(events[1:], start=1)]
    desk.send(token, *events)
    answer = desk.sign(token, sha256="0" * 64, last_seq=len(events))
    assert answer.status_code == 400
    assert answer.json()["code"] == "incomplete"
    assert answer.json()["missing"] == ["scores.stress.1", "fields.overall"]
    assert not ScoreSheet.objects.exists()


def test_other_scores_on_the_screen_or_an_act_unseen_are_not_signed(study, desk):
    token = desk.next()
    desk.send(token, *complete())
    other = desk.sign(token, sha256="0" * 64, last_seq=37)
    assert (other.status_code, other.json()["code"]) == (409, "content")
    late = desk.sign(token, sha256="0" * 64, last_seq=36)
    assert (late.status_code, late.json()["code"], late.json()["last_seq"]) == (409, "sequence", 37)
    assert not ScoreSheet.objects.exists()


def test_a_wrong_password_signs_nothing(study, desk):
    token = desk.next()
    assert desk.finish(token).status_code == 201
    token = desk.next()
    desk.send(token, *complete(2))
    answer = desk.sign(token, sha256=digest(2), last_seq=37, password="another password")
    assert (answer.status_code, answer.json()["code"]) == (403, "password")
    assert ScoreSheet.objects.count() == Signature.objects.filter(meaning="authored").count() == 1
    assert desk.read(token).json()["state"] == "open"
    assert desk.sign(token, sha256=digest(2), last_seq=37).status_code == 201


def test_the_worklist_costs_the_same_however_many_reads_there_are(signed_in):
    desk = Desk(signed_in(opened(per_site=(1,), readers=1).readers[0]))
    with CaptureQueriesContext(connection) as short:
        desk.worklist()
    opened(per_site=(6, 6), readers=1, title="A larger study")
    with CaptureQueriesContext(connection) as long:
        assert len(desk.worklist()["studies"]) == 2
    assert len(short) == len(long)
