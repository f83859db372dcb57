"""A study is locked once, whole and signed, or with its missing reads named; after it nothing is read."""

import hashlib
import json

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from inference.objects import ObjectStore
from reader_study.accounts.models import Signature
from reader_study.agreement.actions import lock_data
from reader_study.agreement.analysis.compute import canonical
from reader_study.agreement.models import Lock
from reader_study.agreement.tasks import compute
from reader_study.allocation.actions import allocate
from reader_study.audit.models import Entry
from reader_study.cases.models import Image
from reader_study.problems import Conflict
from reader_study.reading.models import Presentation, Read, ScoreSheet
from reader_study.studies.actions import add_member, add_site
from reader_study.studies.models import Role
from tests.reader_study.agreement.studies import MODEL, finished, lock, read_through_the_doors, report_address
from tests.reader_study.allocation.drafts import PASSWORD, complete_case, user
from tests.reader_study.at_once import during
from tests.reader_study.studies.second_person import unblind


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
    unblind(study.study, investigator=study.investigator)
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
def test_a_reader_who_comes_after_the_lock_is_told_in_a_sentence(signed_in, sent):
    study = finished(unsigned=1)
    lock(signed_in(study.investigator), study, missing_reads_reason="Both have left")
    read = Read.objects.filter(sheets=None).order_by("session", "position")[0]
    answer = signed_in(read.reader).get(f"/api/reading/reads/{read.token}")
    assert (answer.status_code, answer.json()["code"]) == (423, "study_locked")


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


@pytest.mark.django_db
def test_a_block_of_late_cases_that_was_never_opened_is_missing_and_asks_for_a_reason(
    signed_in, sent, object_store
):
    study = finished()
    complete_case(study.study, study.study.sites.get(code="A"), 2)
    allocate(actor=study.investigator, study=study.study)
    client = signed_in(study.investigator)
    assert lock(client, study).json()["missing"] == [
        {"reader": reader.full_name, "signed": 6, "total": 9} for reader in study.readers
    ]
    assert lock(client, study, missing_reads_reason="The case came too late").status_code == 202
    document = json.loads(ObjectStore(object_store).get(Lock.objects.get().sha256))
    assert len(document["missing_reads"]["reads"]) == 6
    assert [block["block"] for block in document["allocation"]["blocks"]] == [1, 2]
    assert document["allocation"]["digest"] == document["allocation"]["blocks"][0]["digest"]


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
    unblind(study.study, investigator=study.investigator)
    snapshot = json.loads(ObjectStore(object_store).get(stored.sha256))
    assert [read["scores"]["stress"] for read in snapshot["reads"]] == [["NE"] * 17] * 3
    assert all(read["seconds"] > 0 for read in snapshot["reads"])
    assert all(read["first_shown_at"] <= read["signature"]["at"] for read in snapshot["reads"])
    signed = Entry.objects.filter(action="reading.signed")
    assert {entry.detail["sha256"] for entry in signed} == {  # whoever has the lock can check the journal
        hashlib.sha256(f"{read['id']} {read['content_sha256']} {read['last_seq']}".encode()).hexdigest()
        for read in snapshot["reads"]
    }
    result = signed_in(study.investigator).get(report_address(study)).json()["result"]
    assert {row["icc"]["reason"] for row in result["sums"]} == {"fewer than two readers"}


def test_a_lock_can_neither_be_changed_nor_removed(locked):
    for change in ("UPDATE agreement_lock SET reason = 'another'", "DELETE FROM agreement_lock"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


@pytest.mark.django_db
def test_a_lock_is_signed_by_the_investigator_over_its_digest():
    study = finished()
    lead, reader = study.investigator, study.readers[0]
    for signer, locker, content in ((reader, lead, "1"), (lead, lead, "0"), (reader, reader, "1")):
        signature = Signature.objects.create(
            signer=signer, full_name=signer.full_name, meaning="x", content_sha256=content * 64
        )
        with pytest.raises(DatabaseError, match="signs them"), transaction.atomic():
            Lock.objects.create(
                study=study.study,
                sha256="1" * 64,
                locked_by=locker,
                signature=signature,
                reason="x",
                locked_at=timezone.now(),
            )


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


@pytest.mark.django_db(transaction=True)
def test_no_site_is_added_to_a_study_that_is_being_locked(sent):
    study = finished()
    act = {"actor": study.investigator, "study": study.study}
    with pytest.raises(Conflict) as refused:
        during(
            lambda: lock_data(**act, password=PASSWORD, reason="All is read"),
            lambda: add_site(**act, code="Z", name="Hospital Z"),
        )
    assert refused.value.code == "locked"
    assert not study.study.sites.filter(code="Z").exists()
