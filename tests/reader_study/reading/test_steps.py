"""Reading in sequence: what comes second is not there before the first is locked. And two sets side by side."""

import json
import threading

import pytest
from django.db import connection
from django.test import Client

from inference.objects import ObjectStore
from reader_study.audit.models import Entry
from reader_study.reading.chain import first_broken
from reader_study.reading.models import Event, Presentation, Read, ReadVolume, ScoreSheet
from reader_study.reading.signed import signed_reads, signed_steps
from tests.reader_study.allocation.drafts import Draft, keep_pictures
from tests.reader_study.reading.reads import (
    Desk,
    complete,
    digest,
    event,
    in_steps,
    sequential,
    side_by_side,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Draft:
    return sequential(per_site=(1,), readers=1)


@pytest.fixture
def desk(study: Draft, signed_in) -> Desk:
    """At a read in two steps, which is next."""
    desk = Desk(signed_in(study.readers[0]))
    desk.read_until(in_steps(study.readers[0]))
    return desk


@pytest.fixture
def token(study: Draft, desk: Desk) -> str:
    return in_steps(study.readers[0])


def places(given: dict) -> list[tuple[int, str]]:
    return [(slot["set"], slot["state"]) for slot in given["slots"]]


def sets_of_layouts(given: dict) -> set[int]:
    return {strip["set"] for layout in given["display"]["layouts"] for strip in layout["strips"]}


def test_the_first_step_shows_and_hands_out_its_own_pictures_only(study, desk, token):
    keep_pictures(study.cases)
    given = desk.read(token).json()
    assert given["step"] == {"number": 1}
    assert given["step_before"] is None
    assert places(given) == [(1, "stress"), (1, "rest")]
    assert sets_of_layouts(given) == {1}
    assert desk.volume(token).status_code == 200
    for state in ("stress", "rest"):
        for ask in (desk.volume, desk.polar, desk.contour):
            assert ask(token, state, 2).status_code == 404


def test_before_the_first_signature_nothing_tells_whether_steps_follow(signed_in):
    """In arm A a second step follows, in arm B none: a first look at either is the same, ahead of its turn, too."""
    study = sequential(per_site=(4,), readers=1)
    desk = Desk(signed_in(study.readers[0]))
    seen: dict[bool, set[str]] = {True: set(), False: set()}
    while token := desk.next():
        plan = desk.worklist()["studies"][0]
        for due in [token, *plan["upcoming"]]:
            given = desk.read(due).json()
            for differs in ("token", "state", "position", "draft", "last_hash"):
                given.pop(differs)
            for slot in given["slots"]:
                slot["lv"] = sorted(slot["lv"])  # the ventricle is the patient's
            seen[ReadVolume.objects.filter(read=due, step=2).exists()].add(json.dumps(given, sort_keys=True))
        early = desk.sign(token, sha256=digest(0), last_seq=0, step=2)
        assert (early.status_code, early.json()["code"]) == (409, "step")
        desk.finish(token)
        if desk.next() == token:
            desk.sign(token, sha256=digest(0), last_seq=37, step=2)
    assert len(seen[True]) == len(seen[False]) == 1
    assert seen[True] == seen[False]


def test_the_second_step_opens_when_the_first_is_signed_and_goes_on_from_its_scores(
    study, desk, token, object_store
):
    keep_pictures(study.cases)
    answer = desk.finish(token, score=1)
    assert answer.status_code == 201
    assert (answer.json()["more"], answer.json()["next"]) == (True, token)
    given = desk.read(token).json()
    assert (given["state"], given["step"], given["signature"]) == ("open", {"number": 2}, None)
    # Whose answer was lost finds its own signature again.
    assert given["step_before"] == answer.json()["signature"]
    assert places(given) == [(1, "stress"), (1, "rest"), (2, "stress"), (2, "rest")]
    assert sets_of_layouts(given) == {1, 2}
    assert given["display"]["default_layout"] in [layout["name"] for layout in given["display"]["layouts"]]
    assert given["draft"]["scores"]["stress"] == [1] * 17
    assert given["last_seq"] == 37
    for number in (1, 2):
        volume = ReadVolume.objects.get(read=token, step=2, set=number, state="rest")
        assert desk.volume(token, "rest", number).content == ObjectStore(object_store).get(volume.neutral_key)

    assert desk.send(token, event(38, segment=5, value=3), step=2).status_code == 200
    seen = desk.read(token).json()["draft"]["scores"]["stress"]
    assert (seen[4], seen[5]) == (3, 1)


def test_both_steps_stay_as_they_were_signed(desk, token):
    desk.finish(token, score=0)
    more = [{**sent, "seq": sent["seq"] + 37} for sent in complete(2)]
    desk.send(token, *more)
    answer = desk.sign(token, sha256=digest(2), last_seq=74, step=2)
    assert (answer.status_code, answer.json()["more"]) == (201, False)
    first, second = ScoreSheet.objects.filter(read=token).order_by("step")
    assert [(s.step, s.version, s.last_seq) for s in (first, second)] == [(1, 1, 37), (2, 1, 74)]
    assert first.scores["stress"] == [0] * 17
    assert second.scores["stress"] == [2] * 17
    assert desk.send(token, event(75)).status_code == 423
    assert desk.read(token).json()["state"] == "signed"
    assert Presentation.objects.filter(read=token).count() <= 1


def test_the_journal_has_one_signature_whatever_the_steps_and_it_seals_the_whole_chain(study, desk, token):
    """That a read has steps would tell its arm to a monitor."""
    desk.finish(token)
    assert not Entry.objects.filter(action="reading.signed", subject=token).exists()
    desk.sign(token, sha256=digest(0), last_seq=37, step=2)
    of_steps = Entry.objects.get(action="reading.signed", subject=token)
    other = Read.objects.exclude(token=token).get()
    if desk.next() is not None:
        desk.finish(str(other.token))
    of_one = Entry.objects.get(action="reading.signed", subject=str(other.token))
    assert of_steps.detail.keys() == of_one.detail.keys()
    events = list(Event.objects.filter(read=token).order_by("seq"))
    assert of_steps.detail["last_hash"] == events[-1].hash
    assert first_broken(events[0].read_id, events) is None


def test_each_step_must_be_complete(desk, token):
    assert desk.sign(token, sha256=digest(0), last_seq=0).json()["code"] == "incomplete"
    desk.finish(token)
    desk.send(token, event(38, value=None))
    answer = desk.sign(token, sha256=digest(0), last_seq=38, step=2)
    assert (answer.status_code, answer.json()["missing"]) == (400, ["scores.stress.1"])


@pytest.mark.parametrize("step", [2, 3, 99])
def test_the_second_step_cannot_be_signed_before_the_first(desk, token, step):
    desk.send(token, *complete())
    answer = desk.sign(token, sha256=digest(0), last_seq=37, step=step)
    assert (answer.status_code, answer.json()["code"]) == (409, "step")
    assert not ScoreSheet.objects.filter(read=token).exists()


@pytest.mark.parametrize("step", [0, -1, None, "x", 1.5])
def test_a_signature_says_which_step_it_signs(desk, token, step):
    desk.send(token, *complete())
    assert desk.sign(token, sha256=digest(0), last_seq=37, step=step).status_code == 400


def test_a_tab_that_is_a_step_behind_writes_and_signs_nothing(desk, token):
    desk.finish(token)
    late = desk.send(token, event(38), step=1)
    assert (late.status_code, late.json()["code"]) == (409, "step")
    again = desk.sign(token, sha256=digest(0), last_seq=37, step=1)
    assert (again.status_code, again.json()["code"]) == (409, "step")
    assert Event.objects.filter(read=token).count() == 37
    assert ScoreSheet.objects.filter(read=token).count() == 1


def test_progress_and_sessions_count_a_read_when_its_last_step_is_signed(study, desk, token, signed_in):
    address = f"/api/studies/{study.study.id}/progress"
    run = signed_in(study.investigator)
    before = run.get(address).content
    desk.finish(token)
    assert run.get(address).content == before
    assert token not in [signed["token"] for signed in desk.worklist()["studies"][0]["signed"]]
    desk.sign(token, sha256=digest(0), last_seq=37, step=2)
    assert run.get(address).content != before
    assert token in [signed["token"] for signed in desk.worklist()["studies"][0]["signed"]]


def test_the_analysis_gets_the_last_step_and_can_have_the_others(study, desk, token):
    desk.finish(token, score=1)
    assert token not in {str(read.token) for read in signed_reads(study.study.id)}
    assert [(s.step, s.seconds) for s in signed_steps(study.study.id) if str(s.token) == token] == [(1, 37)]
    desk.send(token, *[{**sent, "seq": sent["seq"] + 37, "elapsed_ms": 50_000} for sent in complete(2)])
    desk.sign(token, sha256=digest(2), last_seq=74, step=2)
    [last] = [read for read in signed_reads(study.study.id) if str(read.token) == token]
    assert (last.step, last.version, last.seconds) == (2, 1, 50)
    assert last.scores["rest"] == [2] * 17
    steps = [step for step in signed_steps(study.study.id) if str(step.token) == token]
    assert [(s.step, s.seconds, s.scores["rest"][0]) for s in steps] == [(1, 37, 1), (2, 50, 2)]


def test_a_read_ahead_hands_out_its_first_step_only(signed_in):
    study = sequential(per_site=(4,), readers=1)
    keep_pictures(study.cases)
    desk = Desk(signed_in(study.readers[0]))
    while not (
        ahead := [
            t for t in desk.worklist()["studies"][0]["upcoming"] if ReadVolume.objects.filter(read=t, step=2)
        ]
    ):
        desk.read_until(str(Read.objects.filter(sheets=None).order_by("session", "position")[1].token))
    given = desk.read(ahead[0]).json()
    assert (given["state"], given["step"]) == ("ahead", {"number": 1})
    assert places(given) == [(1, "stress"), (1, "rest")]
    assert desk.volume(ahead[0]).status_code == 200
    assert desk.volume(ahead[0], set=2).status_code == 404


def test_two_sets_side_by_side_have_neutral_numbers_and_their_own_layouts(signed_in):
    study = side_by_side(per_site=(1,), readers=1)
    keep_pictures(study.cases)
    desk = Desk(signed_in(study.readers[0]))
    token = str(ReadVolume.objects.filter(set=2)[0].read_id)
    desk.read_until(token)
    given = desk.read(token).json()
    assert given["step"] == {"number": 1}
    assert places(given) == [(1, "stress"), (1, "rest"), (2, "stress"), (2, "rest")]
    assert sets_of_layouts(given) == {1, 2}
    bodies = {desk.volume(token, state, number).content for number in (1, 2) for state in ("stress", "rest")}
    assert len(bodies) == 4
    assert desk.finish(token).json()["more"] is False


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_sign_a_step_at_once_sign_it_once():
    study = sequential(per_site=(1,), readers=1)
    reader = study.readers[0]
    clients = [Client() for _ in range(4)]
    for client in clients:
        client.force_login(reader)
    token = in_steps(reader)
    Desk(clients[0]).read_until(token)
    Desk(clients[0]).send(token, *complete())
    answers: list[tuple[int, str]] = []
    start = threading.Barrier(len(clients))

    def sign(client: Client) -> None:
        start.wait()
        answer = Desk(client).sign(token, sha256=digest(0), last_seq=37)
        answers.append((answer.status_code, answer.json().get("code", "")))
        connection.close()

    threads = [threading.Thread(target=sign, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [(201, ""), (409, "step"), (409, "step"), (409, "step")]
    assert ScoreSheet.objects.filter(read=token).count() == 1
