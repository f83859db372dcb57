"""Unblinding takes two people: the investigator asks, somebody who does not run the study approves, in time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.utils import timezone

from reader_study.accounts.models import Signature, User
from reader_study.agreement.models import Lock
from reader_study.audit.models import Entry
from reader_study.studies.actions import add_member
from reader_study.studies.delegation import end_membership
from reader_study.studies.models import Role, Study, UnblindingAnswer, UnblindingRequest
from tests.reader_study.agreement.requests_to_unblind import (
    address,
    answer,
    ask,
    asked,
    browser,
    join,
    move_clock,
    refused,
    state,
)
from tests.reader_study.agreement.studies import finished, lock
from tests.reader_study.allocation.drafts import PASSWORD, Draft, user
from tests.reader_study.reading.reads import opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def reading(db: None) -> Draft:
    return opened(per_site=(1, 1), readers=2)


# --- planned


def test_a_locked_study_is_unblinded_by_a_request_and_its_approval(locked: Draft) -> None:
    monitor = join(locked, "Mo Monitor", Role.MONITOR)
    seen = browser(locked.investigator).get(address(locked)).json()
    assert seen == {"scope": "study", "approvers": ["Mo Monitor"], "requests": []}
    request = asked(locked)
    assert state(locked) == "locked"
    told = browser(monitor).get("/api/unblinding").json()
    assert [(one["id"], one["scope"], one["study"]["title"]) for one in told] == [
        (str(request.id), "study", "SPECT against PET")
    ]
    found = answer(request, monitor)
    assert found.status_code == 201, found.content
    assert state(locked) == "unblinded"
    (listed,) = browser(locked.investigator).get(address(locked)).json()["requests"]
    assert (listed["state"], listed["mine"], listed["answer"]["by"]) == ("approved", True, "Mo Monitor")
    signatures = [request.signature, UnblindingAnswer.objects.get().signature]
    assert [(s.signer, s.meaning, s.content_sha256) for s in signatures if s] == [
        (locked.investigator, "unblinding requested", request.sha256),
        (monitor, "unblinding approved", request.sha256),
    ]
    assert request.lock_sha256 == Lock.objects.get().sha256
    acts = Entry.objects.filter(action__startswith="studies.unblind").order_by("number")
    assert [act.action for act in acts] == [
        "studies.unblinding_requested", "studies.unblinding_mailed",
        "studies.unblinding_approved", "studies.unblinded", "studies.unblinding_mailed",
    ]  # fmt: skip


def test_a_refusal_and_a_withdrawal_end_a_request_and_another_may_follow(locked: Draft) -> None:
    monitor = join(locked, "Mo Monitor", Role.MONITOR)
    first = asked(locked)
    assert refused(ask(locked), 409, "waiting")
    assert answer(first, monitor, approved=False, password="").status_code == 201
    second = asked(locked)
    reason = {"reason": "Too early"}
    theirs = browser(monitor).post(address(locked, second.id, "withdrawal"), reason, "application/json")
    assert theirs.status_code == 404
    mine = browser(locked.investigator)
    assert mine.post(address(locked, second.id, "withdrawal"), reason, "application/json").status_code == 201
    again = mine.post(address(locked, second.id, "withdrawal"), reason, "application/json")
    assert refused(again, 409, "answered")
    for request in (first, second):
        assert refused(answer(request, monitor), 409, "answered")
    assert state(locked) == "locked"
    assert [one["state"] for one in mine.get(address(locked)).json()["requests"]] == ["withdrawn", "refused"]
    acts = Entry.objects.filter(action__in=["studies.unblinding_refused", "studies.unblinding_withdrawn"])
    assert [act.actor for act in acts.order_by("number")] == [monitor.id, locked.investigator.id]


def test_a_study_without_a_second_person_is_told_what_to_do(locked: Draft) -> None:
    User.objects.filter(is_staff=True).update(is_staff=False)
    found = ask(locked)
    assert refused(found, 409, "nobody") and "an administrator" in found.json()["message"]
    assert browser(locked.investigator).get(address(locked)).json()["approvers"] == []


@pytest.mark.parametrize("field", [{"reason": "  "}, {"reason": ""}])
def test_a_request_says_why(locked: Draft, field: dict[str, str]) -> None:
    join(locked, "Mo Monitor", Role.MONITOR)
    assert ask(locked, **field).status_code == 400
    request = asked(locked)
    assert answer(request, user("Mo Monitor"), **field).status_code == 400


def test_a_reason_names_nobody(locked: Draft) -> None:
    """Administrators and statisticians are shown it, from whom the name of the case is kept."""
    monitor = join(locked, "Mo Monitor", Role.MONITOR)
    named = "Chest pain of Mrs. Nakagawara"
    assert refused(ask(locked, reason=named), 400, "identifiers")
    request = asked(locked)
    assert refused(answer(request, monitor, reason=named), 400, "identifiers")
    withdrawal = address(locked, request.id, "withdrawal")
    found = browser(locked.investigator).post(withdrawal, {"reason": named}, "application/json")
    assert refused(found, 400, "identifiers")


def test_a_wrong_password_signs_nothing(locked: Draft) -> None:
    monitor = join(locked, "Mo Monitor", Role.MONITOR)
    assert refused(ask(locked, password="wrong"), 403, "password")
    assert not UnblindingRequest.objects.exists()
    request = asked(locked)
    for password in ("wrong", ""):
        assert refused(answer(request, monitor, password=password), 403, "password")
    assert not UnblindingAnswer.objects.exists() and state(locked) == "locked"


# --- who


def test_the_same_person_cannot_approve_and_the_database_would_not_let_it(locked: Draft) -> None:
    join(locked, "Mo Monitor", Role.MONITOR)
    add_member(
        actor=locked.investigator, study=locked.study, email=locked.investigator.email, role=Role.MONITOR
    )
    request = asked(locked)
    assert answer(request, locked.investigator).status_code == 404
    assert browser(locked.investigator).get("/api/unblinding").json() == []
    with pytest.raises(DatabaseError, match="second person"), transaction.atomic():
        _write(request, by=locked.investigator, at=timezone.now())


def test_monitor_statistician_and_administrator_approve_and_nobody_else(locked: Draft) -> None:
    people = {
        "Mo Monitor": Role.MONITOR,
        "Stan Statistician": Role.STATISTICIAN,
        "Ida Investigator": Role.INVESTIGATOR,
    }
    for name, role in people.items():
        join(locked, name, role)
    administrator = user("Anna Administrator")
    former = User.objects.get(pk=locked.readers[0].pk)
    User.objects.filter(pk=former.pk).update(
        is_staff=True
    )  # one who reads stays blind whatever else they are
    request = asked(locked)
    waits = {
        name: bool(browser(user(name)).get("/api/unblinding").json())
        for name in (*people, administrator.full_name, former.full_name, "Sue Stranger")
    }
    assert waits == {
        "Mo Monitor": True,
        "Stan Statistician": True,
        "Anna Administrator": True,
        "Ida Investigator": False,
        former.full_name: False,
        "Sue Stranger": False,
    }
    for name, may in waits.items():
        if not may:
            assert answer(request, user(name)).status_code == 404
            with pytest.raises(DatabaseError, match="second person"), transaction.atomic():
                _write(request, by=user(name), at=timezone.now())
    assert answer(request, administrator).status_code == 201
    assert state(locked) == "unblinded"


@pytest.mark.parametrize("role", [Role.MONITOR, Role.STATISTICIAN])
@pytest.mark.parametrize("named_by", ["the investigator", "another one, whom the investigator named"])
def test_whoever_an_investigator_has_named_is_no_second_person(
    locked: Draft, role: Role, named_by: str
) -> None:
    by = locked.investigator
    if named_by != "the investigator":
        by = join(locked, "Ida Investigator", Role.INVESTIGATOR)
    theirs = join(locked, "Theo Theirs", role, by=by)
    request = asked(locked)
    assert browser(locked.investigator).get(address(locked)).json()["approvers"] == []
    _approves_nothing(request, theirs)


def test_who_once_ran_the_study_is_no_second_person(locked: Draft) -> None:
    former = join(locked, "Ida Investigator", Role.INVESTIGATOR)
    request = asked(locked)
    held = locked.study.memberships.get(user=former)
    end_membership(actor=locked.investigator, study=locked.study, membership_id=held.id, reason="Has left")
    join(locked, "Ida Investigator", Role.MONITOR)
    _approves_nothing(request, former)
    User.objects.filter(pk=former.pk).update(is_staff=True)
    _approves_nothing(request, former)


def test_an_investigator_alone_does_not_invite_a_second_person(reading: Draft, settings: Any) -> None:
    settings.EMAIL_URL = ""  # the link of the invitation is in the answer
    ghost = {"email": "ghost@example.org", "full_name": "G. Host", "language": "en", "role": "monitor"}
    invitations = f"/api/studies/{reading.study.id}/invitations"
    offer = browser(reading.investigator).post(invitations, ghost, "application/json")
    chosen = {"password": PASSWORD, "again": PASSWORD}
    assert Client().post(offer.json()["link"], chosen).status_code == 302
    request = asked(reading, case=reading.cases[0])
    _approves_nothing(request, User.objects.get(email="ghost@example.org"))


def _approves_nothing(request: UnblindingRequest, person: User) -> None:
    assert browser(person).get("/api/unblinding").json() == []
    assert answer(request, person).status_code == 404
    with pytest.raises(DatabaseError, match="second person"), transaction.atomic():
        _write(request, by=person, at=timezone.now())


@pytest.mark.parametrize("role", [Role.MONITOR, Role.STATISTICIAN, Role.QUALITY])
def test_only_the_investigator_asks(reading: Draft, role: Role) -> None:
    other = join(reading, "Olga Other", role)
    for person in (other, reading.readers[0], user("Sue Stranger"), user("Anna Administrator")):
        assert ask(reading, by=person, case=reading.cases[0]).status_code == 404
    assert not UnblindingRequest.objects.exists()


def test_a_role_that_ended_between_request_and_approval_approves_nothing(locked: Draft) -> None:
    monitor = join(locked, "Mo Monitor", Role.MONITOR)
    request = asked(locked)
    held = locked.study.memberships.get(user=monitor)
    end_membership(actor=locked.investigator, study=locked.study, membership_id=held.id, reason="Has left")
    assert answer(request, monitor).status_code == 404
    with pytest.raises(DatabaseError, match="second person"), transaction.atomic():
        _write(request, by=monitor, at=timezone.now())
    assert state(locked) == "locked"


def test_a_requester_who_left_gets_no_approval_only_a_refusal(locked: Draft) -> None:
    monitor = join(locked, "Mo Monitor", Role.MONITOR)
    successor = join(locked, "Ida Investigator", Role.INVESTIGATOR)
    request = asked(locked)
    held = locked.study.memberships.get(user=locked.investigator)
    end_membership(actor=successor, study=locked.study, membership_id=held.id, reason="Has left")
    assert refused(answer(request, monitor), 409, "requester")
    with pytest.raises(DatabaseError, match="does not run"), transaction.atomic():
        _write(request, by=monitor, at=timezone.now())
    gone = browser(locked.investigator)
    withdrawal = address(locked, request.id, "withdrawal")
    assert gone.post(withdrawal, {"reason": "x"}, "application/json").status_code == 404
    assert answer(request, monitor, approved=False).status_code == 201
    assert state(locked) == "locked"


# --- when


def _write(request: UnblindingRequest, *, by: User, at: Any) -> None:
    """An approval past the verb."""
    signature = Signature.objects.create(
        signer=by, full_name=by.full_name, meaning="x", content_sha256=request.sha256
    )
    UnblindingAnswer.objects.create(
        request=request, kind="approved", by=by, reason="x", at=at, signature=signature
    )


@pytest.mark.parametrize("seconds", [0, 1])
def test_an_approval_from_the_second_of_expiry_on_counts_for_nothing(locked: Draft, seconds: int) -> None:
    monitor = join(locked, "Mo Monitor", Role.MONITOR)
    request = asked(locked)
    assert request.expires_at - request.requested_at == timedelta(days=7)
    with pytest.raises(DatabaseError, match="expired"), transaction.atomic():
        _write(request, by=monitor, at=request.expires_at + timedelta(seconds=seconds))
    move_clock(
        request, timedelta(days=7) - (timezone.now() - request.requested_at) + timedelta(seconds=seconds)
    )
    assert refused(answer(request, monitor), 409, "expired")
    assert browser(monitor).get("/api/unblinding").json() == []
    assert browser(locked.investigator).get(address(locked)).json()["requests"][0]["state"] == "expired"
    assert state(locked) == "locked"
    assert ask(locked).status_code == 201  # it is asked anew


def test_an_approval_a_second_before_expiry_counts(locked: Draft) -> None:
    monitor = join(locked, "Mo Monitor", Role.MONITOR)
    request = asked(locked)
    _write(request, by=monitor, at=request.expires_at - timedelta(seconds=1))
    assert UnblindingAnswer.objects.get().kind == "approved"


def test_a_request_still_counts_in_its_last_minute(locked: Draft) -> None:
    monitor = join(locked, "Mo Monitor", Role.MONITOR)
    request = asked(locked)
    move_clock(request, timedelta(days=7) - timedelta(minutes=1))
    assert answer(request, monitor).status_code == 201


def test_an_emergency_holds_for_a_day(reading: Draft) -> None:
    monitor = join(reading, "Mo Monitor", Role.MONITOR)
    request = asked(reading, case=reading.cases[0])
    assert request.expires_at - request.requested_at == timedelta(hours=24)
    move_clock(request, timedelta(hours=24))
    assert refused(answer(request, monitor), 409, "expired")


def test_a_study_that_was_locked_in_between_opens_no_single_case(signed_in: Any, sent: Any) -> None:
    study = finished()
    monitor = join(study, "Mo Monitor", Role.MONITOR)
    request = asked(study, case=study.cases[0])
    assert lock(signed_in(study.investigator), study).status_code == 202
    assert refused(answer(request, monitor), 409, "state")
    with pytest.raises(DatabaseError, match="one case while it is open"), transaction.atomic():
        _write(request, by=monitor, at=timezone.now())
    assert refused(ask(study, case=study.cases[0]), 409, "state")


def test_an_open_study_is_not_unblinded_as_a_whole(reading: Draft) -> None:
    assert refused(ask(reading), 409, "state")


def test_a_study_is_unblinded_once(locked: Draft) -> None:
    monitor = join(locked, "Mo Monitor", Role.MONITOR)
    assert answer(asked(locked), monitor).status_code == 201
    assert refused(ask(locked), 409, "state")


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_counts(sent: Any, signed_in: Any) -> None:
    study = finished()
    people = [join(study, "Mo Monitor", Role.MONITOR), join(study, "Stan Statistician", Role.STATISTICIAN)]
    assert lock(signed_in(study.investigator), study).status_code == 202
    request = asked(study)
    browsers = [browser(person) for person in people]
    body = {"approved": True, "reason": "I have looked at it", "password": PASSWORD}

    def approve(client: Client) -> int:
        try:
            return client.post(f"/api/unblinding/{request.id}", body, "application/json").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(approve, browsers)) == [201, 409]
    assert UnblindingAnswer.objects.count() == 1
    assert Entry.objects.filter(action="studies.unblinded").count() == 1


# --- the database


def test_no_study_becomes_unblinded_without_an_approval(locked: Draft) -> None:
    join(locked, "Mo Monitor", Role.MONITOR)
    asked(locked)
    with pytest.raises(DatabaseError, match="two people"), transaction.atomic():
        Study.objects.filter(pk=locked.study.pk).update(state="unblinded")


def test_requests_and_answers_are_never_changed_or_removed(locked: Draft) -> None:
    monitor = join(locked, "Mo Monitor", Role.MONITOR)
    request = asked(locked)
    answer(request, monitor)
    for table in ("studies_unblindingrequest", "studies_unblindinganswer"):
        for change in (f"UPDATE {table} SET reason = 'another'", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(change)


def test_a_request_is_signed_by_who_asks_over_what_is_asked(locked: Draft) -> None:
    monitor = join(locked, "Mo Monitor", Role.MONITOR)
    digest, now = "1" * 64, timezone.now()
    for signer, content in ((monitor, digest), (locked.investigator, "0" * 64)):
        signature = Signature.objects.create(
            signer=signer, full_name=signer.full_name, meaning="x", content_sha256=content
        )
        with pytest.raises(DatabaseError, match="signs what is asked"), transaction.atomic():
            UnblindingRequest.objects.create(
                study=locked.study,
                scope="study",
                lock_sha256=digest,
                requester=locked.investigator,
                reason="x",
                requested_at=now,
                expires_at=now + timedelta(days=1),
                sha256=digest,
                signature=signature,
            )


def test_an_approval_is_signed_over_what_was_asked(locked: Draft) -> None:
    monitor = join(locked, "Mo Monitor", Role.MONITOR)
    request = asked(locked)
    other = Signature.objects.create(
        signer=monitor, full_name=monitor.full_name, meaning="x", content_sha256="0" * 64
    )
    for signature in (None, other, request.signature):
        with pytest.raises(DatabaseError), transaction.atomic():
            UnblindingAnswer.objects.create(
                request=request,
                kind="approved",
                by=monitor,
                reason="x",
                at=timezone.now(),
                signature=signature,
            )
