"""One case is unblinded in an emergency: its key goes to who asked, and lock and report say so."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from pypdf import PdfReader

from inference.objects import ObjectStore
from reader_study.accounts.models import User
from reader_study.agreement.analysis import analyse
from reader_study.agreement.exports import reads_csv
from reader_study.agreement.models import Lock
from reader_study.agreement.report import render
from reader_study.allocation.queries import assignments
from reader_study.audit.models import Entry
from reader_study.studies.models import Role, UnblindingRequest
from reader_study.studies.queries import protocol_of
from tests.reader_study.agreement.requests_to_unblind import (
    REASON,
    address,
    answer,
    ask,
    asked,
    browser,
    join,
    refused,
    state,
)
from tests.reader_study.agreement.studies import finished, lock
from tests.reader_study.allocation.drafts import Draft, complete_case, user
from tests.reader_study.reading.reads import opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def reading(db: None) -> Draft:
    return opened(per_site=(1, 1), readers=2)


@pytest.fixture
def make_lock(signed_in: Any, sent: Any, object_store: Any) -> Callable[[Draft], dict[str, Any]]:
    def make(study: Draft) -> dict[str, Any]:
        assert lock(signed_in(study.investigator), study).status_code == 202
        data = ObjectStore(object_store).get(Lock.objects.get(study=study.study).sha256)
        assert hashlib.sha256(data).hexdigest() == Lock.objects.get(study=study.study).sha256
        document: dict[str, Any] = json.loads(data)
        return document

    return make


def key(request: UnblindingRequest, by: User, study: Draft) -> Any:
    return browser(by).post(address(study, request.id, "key"))


def test_the_key_of_one_case_goes_to_who_asked_after_the_approval_and_each_look_is_journaled(
    reading: Draft,
) -> None:
    monitor = join(reading, "Mo Monitor", Role.MONITOR)
    colleague = join(reading, "Ida Investigator", Role.INVESTIGATOR)
    case = reading.cases[0]
    request = asked(reading, case=case)
    assert key(request, reading.investigator, reading).status_code == 404
    assert answer(request, monitor).status_code == 201
    assert state(reading) == "open"
    for other in (monitor, colleague, reading.readers[0], user("Anna Administrator")):
        assert key(request, other, reading).status_code == 404
    found = key(request, reading.investigator, reading)
    assert found["Cache-Control"] == "private, no-store"
    told = found.json()
    assert (told["subject"], told["site_code"], told["site_name"]) == ("A-0001", "A", "Hospital A")
    expected = [k for k in assignments(reading.study) if k.case_id == case.id]
    assert len(told["reads"]) == len(expected) == 6
    labels = {arm.code: arm.label for arm in protocol_of(reading.study).arms}
    people = {reader.id: reader.full_name for reader in reading.readers}
    assert {(one["reader"], one["session"], one["position"], one["arm"]) for one in told["reads"]} == {
        (people[k.reader_id], k.session, k.position, labels[k.arm]) for k in expected
    }
    key(request, reading.investigator, reading)
    looks = Entry.objects.filter(action="agreement.emergency_key_shown")
    assert [(look.actor, look.subject, look.detail) for look in looks] == [
        (reading.investigator.id, str(request.id), {"case": "A-0001"})
    ] * 2


def test_a_case_that_nobody_reads_or_of_another_study_is_not_opened(reading: Draft) -> None:
    join(reading, "Mo Monitor", Role.MONITOR)
    late = complete_case(reading.study, reading.study.sites.get(code="A"), 9)
    assert refused(ask(reading, case=late), 409, "not_allocated")
    other = opened(per_site=(1,), readers=1)
    assert ask(reading, case=other.cases[0]).status_code == 404


def test_mails_tell_that_something_is_asked_and_answered_and_neither_case_nor_reason(reading: Draft) -> None:
    monitor = join(reading, "Mo Monitor", Role.MONITOR)
    User.objects.filter(pk=monitor.pk).update(language="ja")
    mail.outbox.clear()
    request = asked(reading, case=reading.cases[0])
    assert [sent.to for sent in mail.outbox] == [[monitor.email]]  # administrators only where nobody else may
    answer(request, monitor)
    assert [sent.to for sent in mail.outbox[1:]] == [[reading.investigator.email]]
    assert "盲検解除" in mail.outbox[0].subject
    for sent in mail.outbox:
        said = sent.subject + sent.body
        assert "Heart study 7" in said
        assert not [word for word in ("A-0001", "SPECT", "Hospital", "Chest", "looked") if word in said]


def test_only_who_sees_cases_is_told_which_one(reading: Draft) -> None:
    people = [
        join(reading, "Mo Monitor", Role.MONITOR),
        join(reading, "Stan Statistician", Role.STATISTICIAN),
        user("Anna Administrator"),
    ]
    asked(reading, case=reading.cases[0])
    told = [browser(person).get("/api/unblinding").json()[0]["subject"] for person in people]
    assert told == ["A-0001", None, None]


def test_a_request_is_due_for_the_second_person_alone(reading: Draft) -> None:
    monitor = join(reading, "Mo Monitor", Role.MONITOR)
    request = asked(reading, case=reading.cases[0])

    def due(person: User) -> list[tuple[int, str]]:
        found = browser(person).get("/api/due").json()
        return [(item["count"], item["link"]) for item in found if item["kind"] == "unblinding"]

    assert due(monitor) == due(user("Anna Administrator")) == [(1, "/unblinding")]
    assert due(reading.investigator) == due(reading.readers[0]) == due(user("Sue Stranger")) == []
    answer(request, monitor)
    assert due(monitor) == []


def test_a_reader_gets_the_same_bytes_before_and_after(reading: Draft) -> None:
    monitor = join(reading, "Mo Monitor", Role.MONITOR)
    reader = browser(reading.readers[0])

    def seen() -> list[bytes]:
        work = reader.get("/api/reading/worklist")
        token = work.json()["studies"][0]["next"]
        return [work.content, reader.get(f"/api/reading/reads/{token}").content]

    seen()  # the worklist says that the read was begun
    before = seen()
    request = asked(reading, case=reading.cases[0])
    assert seen() == before
    answer(request, monitor)
    assert seen() == before


def test_the_lock_names_the_cases_that_were_opened(
    signed_in: Any, sent: Any, object_store: Any, make_lock: Callable[[Draft], dict[str, Any]]
) -> None:
    study = finished()
    join(study, "Mo Monitor", Role.MONITOR)
    request = asked(study, case=study.cases[0])
    answer(request, user("Mo Monitor"))
    refused_one = asked(study, case=study.cases[1])
    answer(refused_one, user("Mo Monitor"), approved=False)
    document = make_lock(study)
    (opened_case,) = document["emergency_unblinded"]
    assert opened_case.pop("at") is not None
    assert opened_case == {
        "case": str(study.cases[0].id),
        "subject": "A-0001",
        "reason": REASON,
        "requested_by": study.investigator.full_name,
        "approved_by": "Mo Monitor",
    }


def test_the_report_is_told_with_and_without_them_and_the_table_marks_them(
    signed_in: Any, sent: Any, object_store: Any, make_lock: Callable[[Draft], dict[str, Any]]
) -> None:
    study = finished()
    join(study, "Mo Monitor", Role.MONITOR)
    answer(asked(study, case=study.cases[0]), user("Mo Monitor"))
    document = make_lock(study)
    result = analyse(document, replicates=20)
    told = result["emergency_unblinded"]
    assert [case["subject"] for case in told["cases"]] == ["A-0001"]
    assert told["without"]["n_cases"] == 1
    assert {row["segment"] for row in told["without"]["score_differences"]} == {0}
    assert result["design"]["n_cases"] == 2
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(render(result))).pages)
    assert "Emergency unblinding" in text and "Mo Monitor" in text
    rows = csv.DictReader(io.StringIO(reads_csv(document, digest="0" * 64).decode()))
    assert {(row["case_id"], row["set"]) for row in rows} == {("A-0001", "emergency"), ("B-0001", "full")}


def test_where_every_case_was_opened_there_is_nothing_to_compare_with(
    make_lock: Callable[[Draft], dict[str, Any]],
) -> None:
    study = finished()
    join(study, "Mo Monitor", Role.MONITOR)
    for case in study.cases:
        answer(asked(study, case=case), user("Mo Monitor"))
    result = analyse(make_lock(study), replicates=20)
    assert len(result["emergency_unblinded"]["cases"]) == 2
    assert result["emergency_unblinded"]["without"] is None
    assert render(result)


def test_the_lock_of_a_study_without_one_is_as_it_was(make_lock: Callable[[Draft], dict[str, Any]]) -> None:
    document = make_lock(finished())
    assert "emergency_unblinded" not in document
    assert "emergency_unblinded" not in analyse(document, replicates=20)
