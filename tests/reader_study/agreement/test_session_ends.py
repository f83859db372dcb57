"""What readers answered at the end of their sessions is in the lock, and what they did not answer is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from inference.objects import ObjectStore
from reader_study.agreement.models import Lock
from reader_study.audit.models import Entry
from reader_study.reading.models import Read, SessionEnd
from reader_study.studies.charter_conduct import Conduct
from tests.reader_study.agreement.studies import MODEL, finished, keep_sheet, lock
from tests.reader_study.reading.reads import Desk, opened, scored

pytestmark = pytest.mark.django_db


def snapshot(object_store: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(ObjectStore(object_store).get(Lock.objects.get().sha256))
    return document


def test_the_lock_holds_the_answers_and_names_the_sessions_without(signed_in, sent, object_store):
    study = opened(per_site=(1, 1), readers=2, conduct=Conduct(ask_recall=True, ask_arm=True))
    study.cases[0].images.model.objects.filter(image_set="virtual_pet").update(provenance={"model": MODEL})
    for read in Read.objects.all():
        keep_sheet(read, scored(1))
    one, other = study.readers
    answered = Desk(signed_in(one)).answer(
        study.study.pk,
        2,
        recall={"seen": "yes", "reads": 2, "positions": [1]},
        guesses=[
            {"position": 1, "answer": "arm", "arm": 2, "confidence": 80},
            {"position": 2, "answer": "not_remembered", "arm": None, "confidence": None},
        ],
    )
    assert answered.status_code == 204
    assert lock(signed_in(study.investigator), study).status_code == 202
    kept = snapshot(object_store)["session_ends"]
    tokens = [str(read.token) for read in Read.objects.filter(reader=one, session=2).order_by("position")]
    (answers,) = kept["answers"]
    assert answers == {
        "id": answers["id"],
        "salt": str(SessionEnd.objects.get().salt),
        "at": answers["at"],
        "reader": str(one.pk),
        "session": 2,
        "seen": "yes",
        "seen_reads": 2,
        "seen_positions": [1],
        "guesses": [
            {"token": tokens[0], "answer": "arm", "arm": "B", "confidence": 80},
            {"token": tokens[1], "answer": "not_remembered", "arm": "", "confidence": None},
        ],
    }
    unanswered = {(str(one.pk), 1), (str(one.pk), 3)} | {(str(other.pk), number) for number in (1, 2, 3)}
    assert {(each["reader"], each["session"]) for each in kept["unanswered"]} == unanswered
    (entry,) = Entry.objects.filter(action="agreement.locked")
    assert entry.detail["unanswered_sessions"] == kept["unanswered"]


def test_where_nothing_was_asked_a_lock_is_what_it_was(signed_in, sent, object_store):
    study = finished()
    assert lock(signed_in(study.investigator), study).status_code == 202
    assert "session_ends" not in snapshot(object_store)
    (entry,) = Entry.objects.filter(action="agreement.locked")
    assert "unanswered_sessions" not in entry.detail
