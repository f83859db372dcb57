"""A report comes from the lock alone, from one worker at a time, and is sealed until two people unblind the study."""

import hashlib

import pytest
from django.utils import timezone

from inference.objects import ObjectStore
from reader_study.agreement import actions
from reader_study.agreement.models import Lock, Report
from reader_study.agreement.tasks import compute, sweep
from reader_study.audit.models import Entry
from reader_study.audit.queries import entries_of
from reader_study.studies.models import Membership, Role
from tests.reader_study.agreement.studies import MODEL, finished, report_address
from tests.reader_study.allocation.drafts import user
from tests.reader_study.studies.second_person import unblind


def test_before_the_lock_and_while_computing_there_is_no_result(locked, signed_in):
    client = signed_in(locked.investigator)
    body = client.get(report_address(locked)).json()
    assert (body["state"], body["result"], body["files"]) == ("computing", None, [])
    assert body["lock"]["by"] == locked.investigator.full_name
    assert client.get(report_address(locked, "report.pdf")).status_code == 404


@pytest.mark.django_db
def test_an_open_study_has_no_report(signed_in):
    study = finished(unsigned=6)
    client = signed_in(study.investigator)
    assert client.get(report_address(study)).json() == {
        "state": "none", "lock": None, "result": None, "note": None, "files": [],
    }  # fmt: skip
    assert client.get(report_address(study, "report.json")).status_code == 404


def test_the_report_is_computed_and_stays_sealed_until_two_people_unblind_the_study(locked, signed_in):
    compute(str(Lock.objects.get().pk))
    client = signed_in(locked.investigator)
    body = client.get(report_address(locked)).json()
    assert (body["state"], body["result"], body["files"]) == ("sealed", None, [])
    for name in Report.objects.get().files:
        assert client.get(report_address(locked, name)).status_code == 404
    locked.study.refresh_from_db()
    assert locked.study.state == "locked"
    unblind(locked.study, investigator=locked.investigator)
    body = client.get(report_address(locked)).json()
    assert body["state"] == "ready"
    assert body["result"]["provenance"]["lock_sha256"] == body["lock"]["digest"]
    assert body["result"]["provenance"]["models"] == [MODEL]
    assert [file["name"] for file in body["files"]] == [
        "report.pdf", "report.json", "reads.csv", "segments.csv", "dictionary.csv", "lock.json",
    ]  # fmt: skip
    for file in body["files"]:
        response = client.get(file["url"])
        assert hashlib.sha256(response.content).hexdigest() == file["sha256"]
        assert len(response.content) == file["size"]
        assert response["Cache-Control"] == "private, no-store"
    assert locked.study.state == "unblinded"
    acts = [entry.action for entry in entries_of(locked.study.id, after=0)]
    ends = ("agreement.", "studies.locked", "studies.unblinded")
    assert [act for act in acts if act.startswith(ends)] == [
        "studies.locked", "agreement.locked", "agreement.report_computed", "studies.unblinded",
    ]  # fmt: skip
    unblinded = Entry.objects.get(action="studies.unblinded")
    asked = locked.study.unblinding_requests.get()
    assert (unblinded.actor, unblinded.detail) == (
        None,
        {
            "reason": "The data are locked",
            "request": str(asked.id),
            "requested_by": str(locked.investigator.id),
            "approved_by": str(asked.answer.by_id),
        },
    )


def test_the_same_lock_gives_the_same_bytes(locked):
    key = str(Lock.objects.get().pk)
    compute(key)
    first = Report.objects.get().files
    Report.objects.update(state="computing", files={}, finished_at=None, attempts=0)
    compute(key)
    assert Report.objects.get().files == first


def test_computing_twice_changes_nothing(locked):
    key = str(Lock.objects.get().pk)
    compute(key)
    before = Report.objects.values().get()
    compute(key)
    assert Report.objects.values().get() == before


def test_readers_and_strangers_find_no_report(locked, signed_in):
    compute(str(Lock.objects.get().pk))
    unblind(locked.study, investigator=locked.investigator)
    for person in (locked.readers[0], user("Sue Stranger"), user("Sam Staff", is_staff=True)):
        client = signed_in(person)
        answers = [client.get(report_address(locked, name)) for name in ("", "report.pdf", "lock.json")]
        assert {answer.status_code for answer in answers} == {404}
        assert {answer.json()["code"] for answer in answers} == {"not_found"}


def test_a_monitor_sees_the_report(locked, signed_in):
    monitor = user("Mo Monitor")
    Membership.objects.create(study=locked.study, user=monitor, role=Role.MONITOR)
    compute(str(Lock.objects.get().pk))
    unblind(locked.study, investigator=locked.investigator)
    assert signed_in(monitor).get(report_address(locked)).json()["state"] == "ready"


def test_a_lost_message_is_sent_again(locked, sent, django_capture_on_commit_callbacks):
    sent.clear()
    sweep()
    assert sent == []  # not overdue yet
    Report.objects.update(lease_until="2026-01-01T00:00Z")
    with django_capture_on_commit_callbacks(execute=True):
        sweep()
    assert sent == [("agreement.compute", [str(Lock.objects.get().pk)])]


def test_a_report_that_cannot_be_computed_is_given_up_after_three_tries(locked, signed_in, object_store):
    """The lock's bytes are gone from the store."""
    stored = Lock.objects.get()
    ObjectStore(object_store).path(stored.sha256).unlink()
    for _ in range(actions.ATTEMPTS):
        assert Report.objects.get().state == "computing"
        compute(str(stored.pk))
    assert Report.objects.get().state == "failed"
    assert signed_in(locked.investigator).get(report_address(locked)).json()["state"] == "failed"
    locked.study.refresh_from_db()
    assert locked.study.state == "locked"


def test_a_report_is_computed_by_one_worker_at_a_time(locked):
    key = Lock.objects.get().pk
    assert actions.start_report(lock_id=key) == (Lock.objects.get(), 1)
    assert actions.start_report(lock_id=key) is None  # the message came twice
    Report.objects.update(lease_until="2026-01-01T00:00Z")
    assert actions.start_report(lock_id=key) == (Lock.objects.get(), 2)


def test_who_lost_the_claim_writes_nothing(locked):
    key = Lock.objects.get().pk
    actions.start_report(lock_id=key)
    Report.objects.update(lease_until="2026-01-01T00:00Z")
    actions.start_report(lock_id=key)
    actions.record_report(lock_id=key, fence=1, files={})
    actions.record_failure(lock_id=key, fence=1)
    assert (Report.objects.get().state, Report.objects.get().claimed) == ("computing", True)


def test_a_success_after_the_giving_up_counts_while_its_fence_holds(locked):
    key = Lock.objects.get().pk
    for _ in range(actions.ATTEMPTS):
        Report.objects.update(lease_until="2026-01-01T00:00Z")
        actions.start_report(lock_id=key)
    Report.objects.update(lease_until="2026-01-01T00:00Z")
    sweep()
    assert Report.objects.get().state == "failed"
    actions.record_report(lock_id=key, fence=actions.ATTEMPTS - 1, files={})
    assert Report.objects.get().state == "failed"
    actions.record_report(lock_id=key, fence=actions.ATTEMPTS, files={})
    assert Report.objects.get().state == "ready"


def test_a_failed_report_can_be_computed_again(
    locked, signed_in, sent, object_store, django_capture_on_commit_callbacks
):
    stored = Lock.objects.get()
    path = ObjectStore(object_store).path(stored.sha256)
    data = path.read_bytes()
    path.unlink()
    for _ in range(actions.ATTEMPTS):
        compute(str(stored.pk))
    path.write_bytes(data)
    client, again = signed_in(locked.investigator), report_address(locked, "again")
    sent.clear()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(again)
    assert (response.status_code, response.json()["state"]) == (202, "computing")
    assert sent == [("agreement.compute", [str(stored.pk)])]
    assert Entry.objects.get(action="agreement.report_ordered_again").actor == locked.investigator.id
    assert client.post(again).status_code == 409
    compute(str(stored.pk))
    assert client.get(report_address(locked)).json()["state"] == "sealed"


def test_only_the_investigator_orders_a_report_again(locked, signed_in):
    monitor = user("Mo Monitor")
    Membership.objects.create(study=locked.study, user=monitor, role=Role.MONITOR)
    Report.objects.update(state="failed", finished_at=timezone.now())
    for person in (monitor, locked.readers[0], user("Sue Stranger")):
        assert signed_in(person).post(report_address(locked, "again")).status_code == 404
    assert Report.objects.get().state == "failed"
