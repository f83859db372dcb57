"""The reader's API: own reads, one after another, drafts that are never lost, signatures that lock."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inference.objects import ObjectStore
from reader_study.accounts.models import Signature
from reader_study.audit.models import Entry
from reader_study.reading.draft import content_sha256
from reader_study.reading.models import Event, Read, ReadVolume, ScoreSheet
from reader_study.studies.protocol import COLOUR_TABLES
from tests.reader_study.allocation.drafts import Draft, draft, keep_pictures
from tests.reader_study.reading.reads import ANSWERS, Desk, complete, event, opened, scored

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
    assert listed == {
        "id": str(study.study.id),
        "title": "Heart study 7",
        "simulated": True,
        "sessions": [
            {"number": 1, "total": 2, "signed": 0, "state": "open", "opens_at": None},
            {"number": 2, "total": 2, "signed": 0, "state": "waiting", "opens_at": None},
            {"number": 3, "total": 2, "signed": 0, "state": "waiting", "opens_at": None},
        ],
        "next": order(study)[0],
    }


def test_who_reads_nothing_has_an_empty_worklist_and_a_stranger_must_sign_in(study, signed_in):
    assert Desk(signed_in(study.investigator)).worklist() == {"studies": []}
    assert Client().get("/api/reading/worklist").status_code == 401


def test_a_draft_study_is_on_nobodys_worklist(signed_in):
    planned = draft()
    assert Desk(signed_in(planned.readers[0])).worklist() == {"studies": []}


def test_a_read_is_exactly_this_and_nothing_else(study, desk):
    token = desk.next()
    volumes = {volume.slot: volume for volume in ReadVolume.objects.filter(read=token)}
    grid = {"dims": [80, 80, 64], "spacing_mm": 2, "full_scale": 40000}
    polar = {"rings": 24, "angles": 72, "full_scale": 40000}
    assert desk.read(token).json() == {
        "token": token,
        "study": {"title": "Heart study 7", "simulated": True},
        "position": {"session": 1, "number": 1, "of": 2},
        "state": "open",
        "form": {
            "version": 1,
            "segments": 17,
            "states": ["stress", "rest"],
            "scores": [0, 1, 2, 3, 4],
            "fields": [
                {"name": "quality", "kind": "choice", "values": [1, 2, 3, 4, 5], "required": True},
                {
                    "name": "overall",
                    "kind": "choice",
                    "values": [
                        "definitely_normal",
                        "probably_normal",
                        "equivocal",
                        "probably_abnormal",
                        "definitely_abnormal",
                    ],
                    "required": True,
                },
                {"name": "confidence", "kind": "choice", "values": [1, 2, 3, 4, 5], "required": True},
                {"name": "comment", "kind": "text", "values": [], "required": False},
            ],
        },
        "display": {
            "tables": list(COLOUR_TABLES),
            "default_table": "cool",
            "show_difference": True,
            "show_sums": True,
        },
        "slots": [
            {
                "name": slot,
                **grid,
                "lv": {"apex_k": 8, "base_k": volumes[slot].base_k, "radius_mm": 22.5},
                "polar": polar,
            }
            for slot in ("stress", "rest")
        ],
        "last_seq": 0,
        "draft": {"scores": {"stress": [None] * 17, "rest": [None] * 17}, "fields": {}},
        "signature": None,
    }


def test_pictures_are_the_stored_bytes_and_are_kept_nowhere(study, desk, object_store):
    keep_pictures(study.cases)
    token = desk.next()
    store = ObjectStore(object_store)
    for slot in ("stress", "rest"):
        volume = ReadVolume.objects.get(read=token, slot=slot)
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
    for token in (own[1], own[-1], others[0], str(uuid.uuid4())):
        for answer in (
            desk.read(token),
            desk.volume(token),
            desk.polar(token),
            desk.send(token, event(1)),
            desk.sign(token, sha256="0" * 64, last_seq=0),
        ):
            assert answer.status_code == 404
            bodies.add(answer.content)
    bodies.add(desk.volume(own[0], "gated").content)
    assert len(bodies) == 1
    assert not Event.objects.exists()


def test_nothing_describes_the_api_to_a_reader(study, desk):
    token = desk.next()
    for end in ("", "/volumes/stress", "/polar/rest", "/events", "/signature"):
        assert desk.client.options(f"/api/reading/reads/{token}{end}").status_code == 405
    assert desk.client.options("/api/reading/worklist").status_code == 405


@pytest.mark.parametrize("look", ["read", "volume", "polar"])
def test_the_first_look_is_journaled_once_however_it_is_taken(study, desk, look):
    keep_pictures(study.cases)
    token = desk.next()
    getattr(desk, look)(token)
    desk.read(token)
    desk.volume(token)
    [entry] = Entry.objects.filter(action="reading.presented")
    assert (entry.subject, entry.actor, entry.study) == (token, study.readers[0].id, study.study.id)


def test_scores_answers_and_views_add_up_to_the_draft_on_any_computer(study, desk, signed_in):
    token = desk.next()
    sent = [
        event(1, value=2),
        event(2, state="rest", segment=17, value="NE"),
        event(3, "field", name="comment", value="下壁?"),
        event(4, "view", name="table", value={"name": "gray", "window": [0, 95.5]}),
        event(5, value=3),
    ]
    assert desk.send(token, *sent[:2]).json() == {"last_seq": 2}
    assert desk.send(token, *sent[2:]).json() == {"last_seq": 5}
    elsewhere = Desk(signed_in(study.readers[0])).read(token).json()
    assert elsewhere["last_seq"] == 5
    assert elsewhere["draft"] == {
        "scores": {"stress": [3] + [None] * 16, "rest": [None] * 16 + ["NE"]},
        "fields": {"comment": "下壁?"},
    }


def test_sending_again_what_had_no_answer_changes_nothing(study, desk):
    token = desk.next()
    first, second, third = event(1), event(2, segment=2), event(3, segment=3)
    for batch in ([first, second], [first, second], [second, third], [first]):
        assert desk.send(token, *batch).status_code == 200
    assert list(Event.objects.order_by("seq").values_list("id", flat=True)) == [
        uuid.UUID(sent["id"]) for sent in (first, second, third)
    ]
    assert desk.send(token).json() == {"last_seq": 3}


@pytest.mark.parametrize(
    "following",
    [
        [event(3)],  # a gap
        [event(1)],  # another act under a number that is taken
        [event(2), event(2)],
        [event(2), event(4)],
    ],
)
def test_a_gap_or_a_number_that_is_taken_is_refused_and_nothing_of_the_batch_is_kept(study, desk, following):
    token = desk.next()
    desk.send(token, event(1))
    answer = desk.send(token, *following)
    assert answer.status_code == 409
    assert answer.json()["code"] == "sequence"
    assert answer.json()["last_seq"] == 1
    assert Event.objects.count() == 1


def test_an_act_cannot_be_moved_to_another_number_or_read(study, desk, signed_in):
    token = desk.next()
    known = event(1)
    desk.send(token, known)
    assert desk.send(token, {**known, "seq": 2}).status_code == 409
    other = Desk(signed_in(study.readers[1]))
    answer = other.send(other.next(), known)
    assert answer.status_code == 409
    assert answer.json()["last_seq"] == 0
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (event(1, value=5), "score"),
        (event(1, value=True), "score"),
        (event(1, value="2"), "score"),
        (event(1, state="gated"), "state"),
        (event(1, segment=18), "segment"),
        (event(1, segment=0), "invalid"),
        (event(1, "field", name="arm", value="PET"), "field"),
        (event(1, "field", name="quality", value=9), "choice"),
        (event(1, "field", name="comment", value="x" * 2001), "text"),
        (event(1, "field", name="comment", value="\ud800"), "text"),
        (event(1, "view", name="table", value="x" * 2001), "invalid"),
        (event(1, "view", name="table", value={"a": "\0"}), "invalid"),
        (event(1, "view", name="table", value="\ud800"), "invalid"),
        (event(1, "view", name="table", value="gray", segment=1), "invalid"),
        (event(1, name="also"), "invalid"),
        (event(1, "guess", name="arm", value="PET"), "invalid"),
        ({**event(1), "id": "1"}, "invalid"),
        ({**event(1), "seq": 2**40}, "invalid"),
        ({**event(1), "elapsed_ms": -1}, "invalid"),
        ({**event(1), "at": "noon"}, "invalid"),
        ({"kind": "score"}, "invalid"),
    ],
)
def test_what_does_not_fit_the_form_is_refused_in_one_sentence(study, desk, wrong, code):
    token = desk.next()
    answer = desk.send(token, wrong)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert answer.json()["message"]
    assert not Event.objects.exists()


def test_one_wrong_act_in_a_batch_keeps_none_of_it(study, desk):
    assert desk.send(desk.next(), event(1), event(2, value=9)).status_code == 400
    assert not Event.objects.exists()


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


def test_a_signature_is_in_the_journal_with_the_hash_of_what_was_signed(study, desk):
    token = desk.next()
    desk.finish(token)
    entry = Entry.objects.get(action="reading.signed")
    sheet = ScoreSheet.objects.get()
    assert (entry.subject, entry.actor, entry.study) == (token, study.readers[0].id, study.study.id)
    assert entry.detail == {
        "version": 1,
        "content_sha256": sheet.content_sha256,
        "last_seq": 37,
        "signature": str(sheet.signature_id),
    }


def test_a_signed_read_is_not_seen_again(study, desk):
    token = desk.next()
    desk.finish(token)
    assert not Entry.objects.filter(action="reading.presented").exists()
    seen = desk.read(token).json()
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
    digest = content_sha256(scored(2), form_version=1)
    answer = desk.sign(token, sha256=digest, last_seq=37, password="another password")
    assert (answer.status_code, answer.json()["code"]) == (403, "password")
    assert ScoreSheet.objects.count() == Signature.objects.filter(meaning="authored").count() == 1
    assert desk.read(token).json()["state"] == "open"
    assert desk.sign(token, sha256=digest, last_seq=37).status_code == 201


def test_the_worklist_costs_the_same_however_many_reads_there_are(signed_in):
    desk = Desk(signed_in(opened(per_site=(1,), readers=1).readers[0]))
    with CaptureQueriesContext(connection) as short:
        desk.worklist()
    opened(per_site=(6, 6), readers=1, title="A larger study")
    with CaptureQueriesContext(connection) as long:
        assert len(desk.worklist()["studies"]) == 2
    assert len(short) == len(long)
