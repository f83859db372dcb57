"""A correction shows a case again: not within the washout of another session, and never unseen by the journal."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from reader_study.accounts.models import Signature
from reader_study.audit.models import Entry
from reader_study.problems import Conflict
from reader_study.reading.models import Read, Unlock
from reader_study.reading.unlocks import answer_unlock
from tests.reader_study.allocation.drafts import Draft
from tests.reader_study.reading.clock import set_clock
from tests.reader_study.reading.reads import Desk, answer, complete, digest, event, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Draft:
    return opened(per_site=(1,), readers=1, washout_days=28)


@pytest.fixture
def desk(study: Draft, client: Client) -> Desk:
    client.force_login(study.readers[0])
    return Desk(client)


@pytest.fixture
def tokens(desk: Desk) -> list[str]:
    """Of all sessions, one read each; the first is signed, and its reader asks to correct it."""
    found = [str(token) for token in Read.objects.order_by("session").values_list("token", flat=True)]
    assert desk.finish(found[0], score=1).status_code == 201
    assert desk.ask_to_correct(found[0]).status_code == 201
    return found


def once_the_washout_has_passed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Signature.objects.get(meaning="authored").signer
    set_clock(monkeypatch, washout_ends())
    desk.client.force_login(reader)


def washout_ends(meaning: str = "authored") -> datetime:
    return Signature.objects.get(meaning=meaning).signed_at + timedelta(days=28)


def test_a_correction_that_is_asked_for_holds_the_next_session_until_it_is_answered(
    study, desk, tokens, monkeypatch
):
    once_the_washout_has_passed(desk, monkeypatch)
    assert desk.worklist()["studies"][0]["waiting"]["reason"] == "correction"
    assert desk.read(tokens[1]).status_code == 404
    answer(study, approved=False)
    assert desk.read(tokens[1]).json()["state"] == "open"


def test_no_session_begins_while_a_read_is_corrected_and_its_days_count_from_then(
    study, desk, tokens, monkeypatch
):
    answer(study)
    once_the_washout_has_passed(desk, monkeypatch)
    waiting = desk.worklist()["studies"][0]["waiting"]
    assert (waiting["reason"], waiting["session"], waiting["until"]) == ("correction", 2, None)
    assert desk.read(tokens[1]).status_code == 404
    desk.send(tokens[0], *[{**sent, "seq": sent["seq"] + 37} for sent in complete(2)])
    told = desk.sign(tokens[0], sha256=digest(2), last_seq=74, meaning="amended").json()
    assert (told["waiting"]["reason"], told["next"]) == ("washout", None)
    assert datetime.fromisoformat(told["waiting"]["until"]) == washout_ends("amended")


def test_once_a_later_session_has_begun_nothing_of_an_earlier_one_is_shown_again(
    study, desk, tokens, monkeypatch
):
    answer(study, approved=False)
    once_the_washout_has_passed(desk, monkeypatch)
    assert desk.read(tokens[1]).json()["state"] == "open"
    refused = desk.ask_to_correct(tokens[0])
    assert (refused.status_code, refused.json()["code"]) == (409, "session_begun")
    # One that was asked for in the very moment in which the session began.
    read = Read.objects.get(token=tokens[0])
    asked = Unlock.objects.create(read=read, version=1, reason="A slip of the key")
    with pytest.raises(Conflict) as refusal:
        answer_unlock(
            actor=study.investigator, study=study.study, unlock_id=asked.id, approved=True, reason="Of course"
        )
    assert refusal.value.code == "session_begun"


def test_the_journal_says_that_a_signed_read_was_seen_again(study, desk, tokens):
    first = tokens[0]
    shown = Entry.objects.filter(action="reading.presented", subject=first)
    assert desk.read(first).json()["slots"] == []
    assert not shown.exists()
    answer(study)
    desk.read(first)
    assert [entry.detail for entry in shown] == [{"unlock": str(Unlock.objects.get().id)}]
    assert desk.send(first, event(38, "view", name="shown", value="")).status_code == 200
    desk.read(first)
    assert shown.count() == 1  # from then on the ledger of the read says what was looked at
