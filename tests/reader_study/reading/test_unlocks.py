"""Correcting a signed read: asked for with a reason, answered by the investigator, signed anew; nothing is lost."""

import threading
import uuid

import pytest
from django.db import connection
from django.test import Client

from reader_study.accounts.models import Signature
from reader_study.agreement.actions import lock_data
from reader_study.audit.models import Entry
from reader_study.reading.chain import first_broken
from reader_study.reading.models import Event, Presentation, Read, ScoreSheet, Unlock, UnlockAnswer
from reader_study.reading.signed import signed_reads, signed_steps
from reader_study.studies.actions import add_member
from reader_study.studies.models import Role
from tests.reader_study.allocation.drafts import PASSWORD, Draft, keep_pictures, user
from tests.reader_study.reading.reads import (
    ANSWERS,
    Desk,
    answer,
    complete,
    digest,
    event,
    in_steps,
    opened,
    sequential,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Draft:
    return opened(per_site=(2,), readers=2)


@pytest.fixture
def desk(study: Draft, signed_in) -> Desk:
    return Desk(signed_in(study.readers[0]))


@pytest.fixture
def token(desk: Desk) -> str:
    """A signed read."""
    token = desk.next()
    assert desk.finish(token, score=1).status_code == 201
    return token


def listed(desk: Desk, token: str) -> dict:
    return next(read for read in desk.worklist()["studies"][0]["signed"] if read["token"] == token)


def correct(desk: Desk, token: str, *, score: int = 2) -> object:
    """Score everything anew and sign it."""
    last = desk.read(token).json()["last_seq"]
    events = [{**sent, "seq": sent["seq"] + last} for sent in complete(score)]
    assert desk.send(token, *events).status_code == 200
    return desk.sign(token, sha256=digest(score), last_seq=last + 37, meaning="amended")


def test_a_signed_read_is_listed_with_what_was_asked_of_it(desk, token):
    signature = Signature.objects.get(meaning="authored")
    assert listed(desk, token) == {
        "token": token,
        "session": 1,
        "number": 1,
        "signed_at": signature.signed_at.isoformat().replace("+00:00", "Z"),
        "version": 1,
        "unlock": None,
        "answer": "",
    }
    assert desk.ask_to_correct(token, "  Segments 4 and 10 are swapped ").status_code == 201
    assert listed(desk, token)["unlock"] == "requested"
    given = desk.read(token).json()
    assert (given["state"], given["slots"], given["draft"], given["amendment"]) == ("signed", [], None, None)
    unlock = Unlock.objects.get()
    assert given["unlock"] == {
        "state": "requested",
        "reason": "Segments 4 and 10 are swapped",
        "requested_at": unlock.requested_at.isoformat().replace("+00:00", "Z"),
        "answer": "",
    }


def test_asking_opens_nothing(study, desk, token):
    keep_pictures(study.cases)
    desk.ask_to_correct(token)
    assert desk.volume(token).status_code == desk.polar(token).status_code == 404
    assert desk.send(token, event(38)).status_code == 423
    assert desk.sign(token, sha256=digest(1), last_seq=37, meaning="amended").status_code == 423
    assert desk.worklist()["studies"][0]["amendments"] == []


def test_an_approved_request_opens_the_read_until_it_is_signed_again(study, desk, token):
    keep_pictures(study.cases)
    desk.ask_to_correct(token, "Wrong segment")
    answer(study, reason="Go on")
    work = desk.worklist()["studies"][0]
    assert work["amendments"] == [token]
    assert work["next"] != token
    given = desk.read(token).json()
    assert (given["state"], given["signature"]) == ("open", None)
    signed = {"scores": {state: [1] * 17 for state in ("stress", "rest")}, "fields": dict(ANSWERS)}
    assert given["amendment"] == {"reason": "Wrong segment", "version": 2, "signed": signed}
    desk.send(token, event(38, value=3))
    assert desk.read(token).json()["amendment"]["signed"] == signed
    assert given["unlock"]["state"] == "open"
    assert given["unlock"]["answer"] == "Go on"
    assert given["draft"]["scores"]["stress"] == [1] * 17
    assert len(given["slots"]) == 2
    assert desk.volume(token).status_code == 200

    signed = correct(desk, token)
    assert (signed.status_code, signed.json()["more"]) == (201, False)
    assert signed.json()["signature"]["meaning"] == "amended"
    assert signed.json()["next"] == work["next"]
    given = desk.read(token).json()
    assert (given["state"], given["unlock"], given["amendment"]) == ("signed", None, None)
    assert given["signature"]["meaning"] == "amended"
    assert (listed(desk, token)["version"], listed(desk, token)["unlock"]) == (2, None)
    assert desk.send(token, event(75)).status_code == 423
    assert desk.volume(token).status_code == 404


def test_both_versions_stay_and_the_second_is_in_force(study, desk, token):
    desk.ask_to_correct(token)
    answer(study)
    correct(desk, token, score=3)
    first, second = ScoreSheet.objects.filter(read=token).order_by("version")
    assert (first.version, first.unlock, first.scores["rest"][0]) == (1, None, 1)
    assert (second.version, second.unlock, second.scores["rest"][0]) == (2, Unlock.objects.get(), 3)
    [counted] = signed_reads(study.study.id)
    assert (counted.version, counted.meaning, counted.scores["rest"]) == (2, "amended", [3] * 17)
    assert len(signed_steps(study.study.id)) == 1
    assert first_broken(uuid.UUID(token), Event.objects.filter(read=token).order_by("seq")) is None


def test_a_correction_is_no_second_look_and_opens_no_session_later(study, desk, token):
    desk.finish(desk.next())
    sessions = desk.worklist()["studies"][0]["sessions"]
    shown = Presentation.objects.count()
    desk.ask_to_correct(token)
    answer(study)
    desk.read(token)
    correct(desk, token)
    assert desk.worklist()["studies"][0]["sessions"] == sessions
    assert Presentation.objects.count() == shown


def test_a_corrected_read_can_be_corrected_again(study, desk, token):
    for version in (2, 3):
        assert desk.ask_to_correct(token).status_code == 201
        answer(study)
        assert correct(desk, token, score=version).status_code == 201
        assert listed(desk, token)["version"] == version
    assert ScoreSheet.objects.filter(read=token).count() == 3


def test_one_asks_once_at_a_time_and_again_after_a_refusal(study, desk, token):
    desk.ask_to_correct(token)
    twice = desk.ask_to_correct(token)
    assert (twice.status_code, twice.json()["code"]) == (409, "unlock")
    answer(study, approved=False, reason="No")
    assert (listed(desk, token)["unlock"], listed(desk, token)["answer"]) == ("refused", "No")
    given = desk.read(token).json()
    assert (given["state"], given["unlock"]["answer"]) == ("signed", "No")
    assert desk.send(token, event(38)).status_code == 423
    assert desk.ask_to_correct(token, "Please").status_code == 201
    answer(study)
    assert desk.ask_to_correct(token).json()["code"] == "unlock"
    assert Unlock.objects.count() == 2


def test_what_is_open_foreign_or_absent_is_not_unlocked(study, desk, token, signed_in):
    current = desk.next()
    desk.read(current)
    unsigned = desk.ask_to_correct(current)
    assert (unsigned.status_code, unsigned.json()["code"]) == (409, "unsigned")
    other = Desk(signed_in(study.readers[1]))
    later = str(Read.objects.filter(reader=study.readers[0]).latest("session").token)
    for who, what in ((other, token), (desk, later), (desk, str(uuid.uuid4()))):
        assert who.ask_to_correct(what).status_code == 404
    assert not Unlock.objects.exists()


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\0b", "\ud800", None, 5, ["x"]], ids=repr)
def test_a_reason_is_a_short_text(desk, token, reason):
    answered = desk.ask_to_correct(token, reason)
    assert answered.status_code == (201 if reason == 5 else 400)


def test_a_correction_is_signed_as_one_and_a_first_signature_as_the_first(study, desk, token):
    current = desk.next()
    desk.send(current, *complete())
    wrong = desk.sign(current, sha256=digest(0), last_seq=37, meaning="amended")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "meaning")
    desk.ask_to_correct(token)
    answer(study)
    wrong = desk.sign(token, sha256=digest(1), last_seq=37, meaning="authored")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "meaning")
    assert ScoreSheet.objects.count() == 1


def test_of_a_read_in_steps_the_last_is_corrected(signed_in):
    study = sequential(per_site=(1,), readers=1)
    desk = Desk(signed_in(study.readers[0]))
    token = in_steps(study.readers[0])
    desk.read_until(token)
    desk.finish(token)
    assert desk.ask_to_correct(token).json()["code"] == "unsigned"
    desk.sign(token, sha256=digest(0), last_seq=37, step=2)
    assert desk.ask_to_correct(token).status_code == 201
    answer(study)
    assert desk.read(token).json()["step"] == {"number": 2}
    wrong = desk.sign(token, sha256=digest(0), last_seq=37, step=1, meaning="amended")
    assert wrong.json()["code"] == "step"
    assert desk.sign(token, sha256=digest(0), last_seq=37, step=2, meaning="amended").status_code == 201
    sheets = ScoreSheet.objects.filter(read=token).order_by("step", "version")
    assert [(sheet.step, sheet.version) for sheet in sheets] == [(1, 1), (2, 1), (2, 2)]


def test_the_journal_tells_who_asked_who_answered_and_what_was_signed(study, desk, token):
    desk.ask_to_correct(token, "Wrong segment")
    answer(study, reason="Go on")
    correct(desk, token)
    asked, answered, seen, signed = Entry.objects.filter(subject=token).order_by("-number")[:4][::-1]
    unlock = str(Unlock.objects.get().id)
    assert (asked.action, asked.actor) == ("reading.unlock_requested", study.readers[0].id)
    assert asked.detail == {"unlock": unlock, "version": 1, "reason": "Wrong segment"}
    assert (answered.action, answered.actor) == ("reading.unlock_answered", study.investigator.id)
    assert answered.detail == {"unlock": unlock, "approved": True, "reason": "Go on"}
    assert (seen.action, seen.detail) == ("reading.presented", {"unlock": unlock})
    assert (signed.action, signed.detail["version"]) == ("reading.signed", 2)


class TestTheInvestigator:
    def address(self, study: Draft, *rest: object) -> str:
        return "/".join([f"/api/studies/{study.study.id}/unlocks", *map(str, rest)])

    def test_sees_reader_place_and_reason_and_nothing_of_the_arm(self, study, desk, token, signed_in):
        desk.ask_to_correct(token, "Wrong segment")
        unlock = Unlock.objects.get()
        answered = signed_in(study.investigator).get(self.address(study))
        assert answered.json() == {
            "unlocks": [
                {
                    "id": str(unlock.id),
                    "reader": "Reader 1",
                    "session": 1,
                    "position": 1,
                    "version": 1,
                    "reason": "Wrong segment",
                    "requested_at": unlock.requested_at.isoformat().replace("+00:00", "Z"),
                    "answer": None,
                }
            ]
        }
        answer(study, approved=False, reason="No")
        [told] = signed_in(study.investigator).get(self.address(study)).json()["unlocks"]
        assert told["answer"].pop("at")
        assert told["answer"] == {"approved": False, "reason": "No", "by": "Ivo Investigator"}

    def test_answers_once(self, study, desk, token, signed_in):
        desk.ask_to_correct(token)
        address = self.address(study, Unlock.objects.get().id)
        body = {"approved": True, "reason": "Go on"}
        run = signed_in(study.investigator)
        assert run.post(address, body, "application/json").status_code == 201
        again = run.post(address, {**body, "approved": False}, "application/json")
        assert (again.status_code, again.json()["code"]) == (409, "answered")
        assert UnlockAnswer.objects.get().approved

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"approved": True},
            {"approved": True, "reason": " "},
            {"approved": "?", "reason": "x"},
            {"approved": False, "reason": "It is the scan of Mr. Nakagawara"},  # readers are shown it
        ],
    )
    def test_says_yes_or_no_and_why(self, study, desk, token, signed_in, body):
        desk.ask_to_correct(token)
        address = self.address(study, Unlock.objects.get().id)
        assert signed_in(study.investigator).post(address, body, "application/json").status_code == 400
        assert not UnlockAnswer.objects.exists()

    def test_alone_answers_and_the_monitor_alone_sees_it_too(self, study, desk, token, signed_in):
        desk.ask_to_correct(token)
        address = self.address(study, Unlock.objects.get().id)
        monitor = user("Mona Monitor")
        add_member(actor=study.investigator, study=study.study, email=monitor.email, role=Role.MONITOR)
        for who, sees in ((study.readers[0], 404), (monitor, 200), (user("Sam Stranger"), 404)):
            run = signed_in(who)
            assert run.get(self.address(study)).status_code == sees
            body = {"approved": True, "reason": "x"}
            assert run.post(address, body, "application/json").status_code == 404
        assert not UnlockAnswer.objects.exists()

    def test_answers_in_the_own_study_only(self, study, desk, token, signed_in):
        desk.ask_to_correct(token)
        other = opened(per_site=(1,), readers=1, title="Another")
        address = self.address(other, Unlock.objects.get().id)
        body = {"approved": True, "reason": "x"}
        assert signed_in(other.investigator).post(address, body, "application/json").status_code == 404


class TestAfterTheLock:
    @pytest.fixture
    def locked(self, study, desk, token) -> None:
        desk.ask_to_correct(token)
        self.lock(study)

    def lock(self, study: Draft) -> None:
        lock_data(
            actor=study.investigator,
            study=study.study,
            password=PASSWORD,
            reason="Enough",
            missing_reads_reason="Both have left",
        )

    def test_nobody_asks(self, study, desk, token):
        self.lock(study)
        answered = desk.ask_to_correct(token)
        assert (answered.status_code, answered.json()["code"]) == (423, "study_locked")
        assert not Unlock.objects.exists()

    def test_nobody_answers(self, study, locked, signed_in):
        address = f"/api/studies/{study.study.id}/unlocks/{Unlock.objects.get().id}"
        body = {"approved": True, "reason": "x"}
        answered = signed_in(study.investigator).post(address, body, "application/json")
        assert (answered.status_code, answered.json()["code"]) == (409, "state")

    def test_a_read_that_was_opened_again_keeps_its_signed_version(self, study, desk, token):
        desk.ask_to_correct(token)
        answer(study)
        desk.send(token, event(38, value=1))
        self.lock(study)
        assert desk.send(token, event(39)).status_code == 423
        answered = desk.sign(token, sha256=digest(1), last_seq=38, meaning="amended")
        assert (answered.status_code, answered.json()["code"]) == (423, "study_locked")
        assert ScoreSheet.objects.get().version == 1


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_ask_and_sign_at_once_do_it_once():
    study = opened(per_site=(1,), readers=1)
    clients = [Client() for _ in range(4)]
    for client in clients:
        client.force_login(study.readers[0])
    token = Desk(clients[0]).next()
    Desk(clients[0]).finish(token)

    def at_once(act) -> list[int]:  # type: ignore[no-untyped-def]
        answers: list[int] = []
        start = threading.Barrier(len(clients))

        def go(client: Client) -> None:
            start.wait()
            answers.append(act(Desk(client)).status_code)
            connection.close()

        threads = [threading.Thread(target=go, args=[client]) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(answers)

    assert at_once(lambda desk: desk.ask_to_correct(token)) == [201, 409, 409, 409]
    answer(study)
    amended = {"sha256": digest(0), "last_seq": 37, "meaning": "amended"}
    assert at_once(lambda desk: desk.sign(token, **amended)) == [201, 423, 423, 423]
    assert ScoreSheet.objects.count() == 2
