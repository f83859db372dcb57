"""A study is locked once, whole and signed; its report comes from the lock alone and unblinds the study."""

import hashlib
import json
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from inference.objects import ObjectStore
from reader_study.agreement import actions, files
from reader_study.agreement.analysis import analyse
from reader_study.agreement.analysis.compute import canonical
from reader_study.agreement.models import Lock, Report
from reader_study.agreement.tasks import compute, sweep
from reader_study.audit.models import Entry
from reader_study.audit.queries import entries_of
from reader_study.cases.models import Image
from reader_study.celery import app
from reader_study.reading.models import Presentation, Read, ScoreSheet
from reader_study.studies.actions import add_member
from reader_study.studies.models import Membership, Role
from tests.reader_study.agreement.studies import MODEL, finished, lock, read_through_the_doors
from tests.reader_study.allocation.drafts import user


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """A hundred resamples of two patients say as much here as ten thousand."""
    monkeypatch.setattr(files, "analyse", partial(analyse, replicates=100))


@pytest.fixture
def sent(monkeypatch):
    """The messages that would go to a worker."""
    messages = []
    monkeypatch.setattr(app, "send_task", lambda name, args: messages.append((name, args)))
    return messages


@pytest.fixture
def locked(db, signed_in, sent, django_capture_on_commit_callbacks):
    """A finished study, locked by its investigator."""
    study = finished()
    with django_capture_on_commit_callbacks(execute=True):
        response = lock(signed_in(study.investigator), study)
    assert response.status_code == 202, response.content
    return study


def report_address(study, name=""):
    return f"/api/studies/{study.study.id}/report" + (f"/{name}" if name else "")


@pytest.mark.django_db
def test_unsigned_reads_keep_a_study_open_and_are_named(signed_in):
    study = finished(unsigned=1)
    response = lock(signed_in(study.investigator), study)
    assert response.status_code == 409
    assert response.json()["code"] == "unsigned"
    assert response.json()["missing"] == [
        {"reader": reader.full_name, "signed": 5, "total": 6} for reader in study.readers
    ]
    assert not Lock.objects.exists()
    study.study.refresh_from_db()
    assert study.study.state == "open"


@pytest.mark.django_db
def test_a_departed_reader_does_not_keep_a_study_open(signed_in, sent, object_store):
    study = finished(unsigned=1)
    client = signed_in(study.investigator)
    assert lock(client, study, missing_reads_reason="  ").json()["code"] == "unsigned"
    assert lock(client, study, missing_reads_reason="Both have left").status_code == 202
    stored = Lock.objects.get()
    missing = json.loads(ObjectStore(object_store).get(stored.sha256))["missing_reads"]
    assert missing["reason"] == "Both have left"
    assert {read["token"] for read in missing["reads"]} == {
        str(token) for token in Read.objects.filter(sheets=None).values_list("token", flat=True)
    }
    (entry,) = Entry.objects.filter(action="agreement.locked")
    assert entry.detail["missing_reads"] == missing
    compute(str(stored.pk))
    result = client.get(report_address(study)).json()["result"]
    assert result["missing_reads"]["reason"] == "Both have left"
    assert len(result["missing_reads"]["reads"]) == 2
    assert all(read["arm"] and read["subject"] for read in result["missing_reads"]["reads"])


def test_a_reason_for_missing_reads_is_not_kept_where_none_is_missing(signed_in, sent, object_store, db):
    study = finished()
    assert lock(signed_in(study.investigator), study, missing_reads_reason="x").status_code == 202
    assert json.loads(ObjectStore(object_store).get(Lock.objects.get().sha256))["missing_reads"] is None
    (entry,) = Entry.objects.filter(action="agreement.locked")
    assert "missing_reads" not in entry.detail


@pytest.mark.django_db
def test_after_the_lock_no_read_is_shown_scored_or_signed(signed_in, sent):
    study = finished(unsigned=1)
    lock(signed_in(study.investigator), study, missing_reads_reason="Both have left")
    read, other = Read.objects.filter(sheets=None)[0], ScoreSheet.objects.first()
    event = {"id": read.token, "read": read, "seq": 1, "kind": "view", "name": "x", "elapsed_ms": 1}
    copied = ("form_version", "scores", "fields", "content_sha256", "last_seq")
    for late in (
        Presentation(read=read),
        read.events.model(**event, at=timezone.now()),
        ScoreSheet(read=read, version=1, signature=other.signature, **{n: getattr(other, n) for n in copied}),
    ):
        with pytest.raises(DatabaseError, match="locked"), transaction.atomic():
            late.save(force_insert=True)


@pytest.mark.django_db
def test_a_wrong_password_locks_nothing(signed_in, object_store):
    study = finished()
    response = lock(signed_in(study.investigator), study, password="not the password")
    assert (response.status_code, response.json()["code"]) == (403, "password")
    assert not Lock.objects.exists()
    assert not list(object_store.rglob("*"))


@pytest.mark.django_db
def test_only_the_investigator_locks(signed_in):
    study = finished()
    monitor = user("Mo Monitor")
    add_member(actor=study.investigator, study=study.study, email=monitor.email, role=Role.MONITOR)
    for person in (monitor, study.readers[0], user("Sue Stranger"), user("Sam Staff", is_staff=True)):
        assert lock(signed_in(person), study).status_code == 404


def test_a_lock_is_the_signed_digest_of_stored_bytes(locked, sent, object_store):
    stored = Lock.objects.get()
    data = ObjectStore(object_store).get(stored.sha256)
    assert hashlib.sha256(data).hexdigest() == stored.sha256 == stored.signature.content_sha256
    assert canonical(json.loads(data)) == data
    assert stored.signature.meaning == "locked for analysis"
    assert sent == [("agreement.compute", [str(stored.pk)])]
    locked.study.refresh_from_db()
    assert locked.study.state == "locked"


def test_a_snapshot_holds_every_read_case_arm_and_image(locked, object_store):
    snapshot = json.loads(ObjectStore(object_store).get(Lock.objects.get().sha256))
    assert len(snapshot["allocation"]["entries"]) == len(snapshot["reads"]) == 12
    assert {read["token"] for read in snapshot["reads"]} == {
        entry["token"] for entry in snapshot["allocation"]["entries"]
    }
    assert [case["subject"] for case in snapshot["cases"]] == ["A-0001", "B-0001"]
    assert [reader["code"] for reader in snapshot["readers"]] == ["R1", "R2"]
    assert len(snapshot["values"]) == 2 * 3 * 2
    assert snapshot["models"] == [MODEL]
    assert snapshot["simulated"] is True
    assert snapshot["missing_reads"] is None
    assert len(snapshot["images"]) == 2 * 3 * 2
    for image in snapshot["images"]:
        stored = Image.objects.get(pk=image["id"])
        assert image["neutral_key"] == stored.neutral_key
        assert image["qc"]["decision"] == stored.qc == "accepted"
    assert all(read["in_force"] and read["signature"]["meaning"] == "authored" for read in snapshot["reads"])


def test_a_snapshot_says_where_the_journal_stood(locked, object_store):
    journal = json.loads(ObjectStore(object_store).get(Lock.objects.get().sha256))["journal"]
    entry = Entry.objects.get(number=journal["number"])
    assert bytes(entry.digest).hex() == journal["digest"]
    after = Entry.objects.filter(number__gt=journal["number"]).order_by("number")
    assert [act.action for act in after if act.action.startswith(("studies.", "agreement."))] == [
        "studies.locked", "agreement.locked",
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_was_read_through_the_doors_is_locked(signed_in, sent, object_store):
    """Nothing evaluable: nine nulls with a reason, no error."""
    study = read_through_the_doors()
    assert lock(signed_in(study.investigator), study).status_code == 202
    stored = Lock.objects.get()
    compute(str(stored.pk))
    snapshot = json.loads(ObjectStore(object_store).get(stored.sha256))
    assert [read["scores"]["stress"] for read in snapshot["reads"]] == [["NE"] * 17] * 3
    assert all(read["seconds"] > 0 for read in snapshot["reads"])
    assert all(read["first_shown_at"] <= read["signature"]["at"] for read in snapshot["reads"])
    result = signed_in(study.investigator).get(report_address(study)).json()["result"]
    assert {row["icc"]["reason"] for row in result["sums"]} == {"fewer than two readers"}


def test_a_lock_can_neither_be_changed_nor_removed(locked):
    for change in ("UPDATE agreement_lock SET reason = 'another'", "DELETE FROM agreement_lock"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_a_lock_cannot_be_truncated_away(db):
    """Asked of the catalogue: the tests themselves empty tables, so the trigger sleeps here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'agreement_lock'::regclass AND tgname = 'no_truncate'"
        )
        assert cursor.fetchone() == (1,)


def test_a_study_is_locked_once(locked, signed_in):
    response = lock(signed_in(locked.investigator), locked)
    assert (response.status_code, response.json()["code"]) == (409, "state")
    assert Lock.objects.count() == 1


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
        "state": "none", "lock": None, "result": None, "files": [],
    }  # fmt: skip
    assert client.get(report_address(study, "report.json")).status_code == 404


def test_the_report_is_computed_and_unblinds_the_study(locked, signed_in):
    compute(str(Lock.objects.get().pk))
    client = signed_in(locked.investigator)
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
    locked.study.refresh_from_db()
    assert locked.study.state == "unblinded"
    acts = [entry.action for entry in entries_of(locked.study.id, after=0)]
    ends = ("agreement.", "studies.locked", "studies.unblinded")
    assert [act for act in acts if act.startswith(ends)] == [
        "studies.locked", "agreement.locked", "agreement.report_computed", "studies.unblinded",
    ]  # fmt: skip
    unblinded = Entry.objects.get(action="studies.unblinded")
    assert (unblinded.actor, unblinded.detail) == (None, {"reason": "report computed"})


def test_the_same_lock_gives_the_same_bytes(locked):
    key = str(Lock.objects.get().pk)
    compute(key)
    first = Report.objects.get().files
    Report.objects.update(state="computing", files={}, finished_at=None, attempts=0)
    type(locked.study).objects.update(state="locked")
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
    for person in (locked.readers[0], user("Sue Stranger"), user("Sam Staff", is_staff=True)):
        client = signed_in(person)
        answers = [client.get(report_address(locked, name)) for name in ("", "report.pdf", "lock.json")]
        assert {answer.status_code for answer in answers} == {404}
        assert {answer.json()["code"] for answer in answers} == {"not_found"}


def test_a_monitor_sees_the_report(locked, signed_in):
    monitor = user("Mo Monitor")
    Membership.objects.create(study=locked.study, user=monitor, role=Role.MONITOR)
    compute(str(Lock.objects.get().pk))
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
    locked.study.refresh_from_db()
    assert locked.study.state == "unblinded"


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
    assert client.get(report_address(locked)).json()["state"] == "ready"


def test_only_the_investigator_orders_a_report_again(locked, signed_in):
    monitor = user("Mo Monitor")
    Membership.objects.create(study=locked.study, user=monitor, role=Role.MONITOR)
    Report.objects.update(state="failed", finished_at=timezone.now())
    for person in (monitor, locked.readers[0], user("Sue Stranger")):
        assert signed_in(person).post(report_address(locked, "again")).status_code == 404
    assert Report.objects.get().state == "failed"
