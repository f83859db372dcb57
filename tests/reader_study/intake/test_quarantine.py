"""What is kept apart: for its own site's eyes only, answered, taken, thrown away, or destroyed in time."""

import base64
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone
from PIL import Image as Picture
from pydicom import dcmread

from reader_study.audit.models import Entry
from reader_study.cases.models import Case, Image
from reader_study.intake import quarantine, quarantine_actions
from reader_study.intake.models import Instance, KeptApart, Report, UploadedFile
from reader_study.intake.quarantine_actions import expire
from reader_study.studies.actions import amend_protocol
from reader_study.studies.templates import kawakubo_replica
from tests.reader_study.cases.world import World
from tests.reader_study.intake.files import Secrets, heart, nm_file
from tests.reader_study.intake.sending import send, spect, verdicts
from tests.reader_study.intake.waiting import answered, burned_in, only, uids, untold, waiting

pytestmark = pytest.mark.django_db


def test_its_coordinator_is_told_what_waits_why_and_until_when(browser: Any, world: World, kept: str) -> None:
    (file,) = waiting(browser, world.study)["files"]
    assert (file["code"], file["helps"], file["n"]) == ("state_unknown", ["state"], 0)
    assert "stress or rest" in file["message"]
    row = KeptApart.objects.get()
    assert row.expires_at - row.created_at == timedelta(days=30)


@pytest.mark.django_db(transaction=True)  # a refusal outside a transaction must not end the test's
def test_nobody_else_sees_the_file_and_those_above_see_how_many(
    world: World, kept: str, client_of: Any
) -> None:
    for user in (world.investigator, world.monitor):
        seen = waiting(client_of(user), world.study)
        assert seen["files"] == []
        assert [(row["site"], row["code"], row["files"]) for row in seen["counts"]] == [
            ("A", "state_unknown", 1)
        ]
    assert waiting(client_of(world.coordinator_b), world.study) == {"counts": [], "files": []}
    assert client_of(world.reader).get(f"/api/studies/{world.study.id}/quarantine").status_code == 404
    for user in (world.coordinator_b, world.investigator, world.monitor, world.reader, world.stranger):
        other = client_of(user)
        for door in ("header", "picture"):
            assert other.get(f"/api/quarantine/{kept}/{door}").status_code == 404
        assert other.post(f"/api/quarantine/{kept}/answer", {"state": "rest"}).status_code == 404
        assert other.post(f"/api/quarantine/{kept}/discard", {}).status_code == 404
    assert not Entry.objects.filter(action__startswith="intake.quarantine").exists()


def test_the_header_is_masked_until_it_is_asked_for_and_both_are_written_down(
    browser: Any, world: World, kept: str
) -> None:
    secrets = Secrets(1)
    masked = browser.get(f"/api/quarantine/{kept}/header")
    assert masked["Cache-Control"] == "no-store"
    lines = {line["name"]: line for line in masked.json()}
    assert lines["PatientID"]["masked"] and lines["PatientID"]["value"] == ""
    assert lines["Rows"]["value"] and not lines["Rows"]["masked"]
    assert secrets.patient_id not in masked.content.decode()
    shown = browser.get(f"/api/quarantine/{kept}/header?values=1")
    assert secrets.patient_id in shown.content.decode()
    looks = Entry.objects.filter(action="intake.quarantine_looked").order_by("number")
    assert [look.detail["values"] for look in looks] == [False, True]
    assert {look.actor for look in looks} == {world.coordinator_a.id}
    assert secrets.patient_id not in str([look.detail for look in looks])


def test_the_picture_is_shown_frame_by_frame(browser: Any, world: World, kept: str) -> None:
    picture = browser.get(f"/api/quarantine/{kept}/picture").json()
    original = dcmread(io.BytesIO(untold()))
    assert (picture["rows"], picture["columns"]) == (original.Rows, original.Columns)
    assert picture["count"] == int(original.NumberOfFrames) == len(picture["frames"])
    first = Picture.open(io.BytesIO(base64.b64decode(picture["frames"][0])))
    assert first.size == (original.Columns, original.Rows)
    assert Entry.objects.filter(action="intake.quarantine_looked", detail__what="picture").count() == 1


def test_a_file_sent_again_is_kept_apart_once_and_every_upload_is_told_what_became_of_it(
    browser: Any, world: World, work: Any
) -> None:
    same = {"StudyInstanceUID": "1.2.9"}
    first = send(browser, world.study, [spect(1, **same), spect(2, **same)])
    work()
    again = send(browser, world.study, [spect(2, **same), spect(2, **same)])
    work()
    mixed = ("quarantined", "patient_mixed")
    assert verdicts(browser, first)[1] == mixed and verdicts(browser, again) == [mixed, mixed]
    assert KeptApart.objects.filter(state="held").count() == 1 == len(quarantine.names())
    kept = only(browser, world.study)
    etag = browser.get(f"/api/uploads/{first}")["ETag"]
    browser.post(f"/api/quarantine/{kept}/discard", {"reason": "another patient"})
    gone = ("refused", "discarded")
    assert verdicts(browser, first)[1] == gone and verdicts(browser, again) == [gone, gone]
    assert browser.get(f"/api/uploads/{first}", headers={"If-None-Match": etag}).status_code == 200


def test_a_file_sent_again_when_nothing_stands_in_its_way_takes_its_copy_with_it(
    browser: Any, world: World, work: Any
) -> None:
    first, second = (
        nm_file(heart(n), state="stress", secrets=Secrets(1), more={"SeriesInstanceUID": f"1.2.{n}",
                "SOPInstanceUID": f"1.2.{n}.1"})
        for n in (1, 2)
    )  # fmt: skip
    send(browser, world.study, [first])
    work()
    apart = send(browser, world.study, [second])
    work()
    assert verdicts(browser, apart) == [("quarantined", "second_series")]
    browser.post(f"/api/images/{Image.objects.get().id}/qc", {"decision": "rejected", "reason": "moved"})
    upload = send(browser, world.study, [second])
    work()
    assert verdicts(browser, upload) == [("accepted", "")]
    assert verdicts(browser, apart) == [("duplicate", "duplicate")]
    assert KeptApart.objects.get().state == "taken" and quarantine.names() == []


def test_what_is_discarded_is_gone(browser: Any, world: World, kept: str) -> None:
    answer = browser.post(f"/api/quarantine/{kept}/discard", {"reason": "not of this study"})
    assert answer.status_code == 204 and quarantine.names() == []
    assert KeptApart.objects.get().state == "discarded" and not Case.objects.exists()
    entry = Entry.objects.get(action="intake.quarantine_discarded")
    assert entry.detail["reason"] == "not of this study"
    assert browser.get(f"/api/quarantine/{kept}/header").status_code == 409


def test_what_nobody_decides_is_destroyed_on_its_day(
    browser: Any, world: World, work: Any, django_capture_on_commit_callbacks: Any
) -> None:
    document = kawakubo_replica(title="First", reader_title="A study", simulated=True).as_document()
    document["intake"] = {"quarantine_days": 3}
    amend_protocol(author=world.investigator, study=world.study, document=document, reason="days")
    upload = send(browser, world.study, [untold()])
    work()
    row = KeptApart.objects.get()
    assert row.expires_at - row.created_at == timedelta(days=3)
    assert expire() == 0
    name, key = row.id, bytes(row.wrapped_key or b"")
    past = timezone.now() - timedelta(days=4)
    _in_the_past(row, past)
    with django_capture_on_commit_callbacks(execute=True):
        assert expire() == 1 and expire() == 0
    assert quarantine.names() == [] and verdicts(browser, upload) == [("refused", "expired")]
    assert Entry.objects.get(action="intake.quarantine_expired").actor is None
    with pytest.raises(quarantine.Unreadable):
        quarantine.read(key, name=name, study=world.study.id, site=world.site_a.id)


def _in_the_past(row: KeptApart, day: Any) -> None:
    """No verb and no role may move the day: the test takes the fence down for a moment."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE intake_keptapart DISABLE TRIGGER kept_apart_stays_closed")
        cursor.execute("UPDATE intake_keptapart SET expires_at = %s WHERE id = %s", [day, row.id])
        cursor.execute("ALTER TABLE intake_keptapart ENABLE TRIGGER kept_apart_stays_closed")


def test_without_its_key_or_under_another_secret_nobody_reads_a_file(settings: Any) -> None:
    study, site = UUID(int=1), UUID(int=2)
    name = quarantine.name_of(upload=UUID(int=3), number=0)
    key = quarantine.seal(b"patient Yamada", name=name, study=study, site=site)
    read = {"name": name, "study": study, "site": site}
    assert quarantine.read(key, **read) == b"patient Yamada"
    assert b"Yamada" not in (quarantine.folder() / str(name)).read_bytes()
    for wrong in ({"study": UUID(int=9)}, {"site": UUID(int=9)}, {"name": UUID(int=9)}):
        with pytest.raises(quarantine.Unreadable):
            quarantine.read(key, **{**read, **wrong})
    settings.QUARANTINE_KEY = base64.b64encode(b"k" * 32).decode()
    with pytest.raises(quarantine.Unreadable):
        quarantine.read(key, **read)
    settings.QUARANTINE_KEY = "short"
    with pytest.raises(ImproperlyConfigured):
        quarantine.read(key, **read)


def test_a_damaged_file_is_said_to_be_so(browser: Any, world: World, kept: str) -> None:
    path = quarantine.folder() / kept
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    answer = browser.get(f"/api/quarantine/{kept}/header")
    assert (answer.status_code, answer.json()["code"]) == (409, "unreadable")


def test_a_copy_of_a_file_that_was_decided_on_meanwhile_is_known_already(
    browser: Any, world: World, work: Any, monkeypatch: Any
) -> None:
    """The coordinator is faster than the worker, who has the second copy still to do."""
    upload = send(browser, world.study, [untold(), untold()])
    whole = quarantine_actions.keep_apart
    done: list[KeptApart | None] = []

    def decided(**more: Any) -> KeptApart | None:
        if done and done[0] is not None:
            KeptApart.objects.update(state="expired", wrapped_key=None, closed_at=timezone.now())
        done.append(whole(**more))
        return done[-1]

    monkeypatch.setattr(quarantine_actions, "keep_apart", decided)
    work()
    assert verdicts(browser, upload) == [("quarantined", "state_unknown"), ("duplicate", "duplicate")]


@pytest.mark.django_db(transaction=True)
def test_a_frame_that_is_not_there_is_no_error(browser: Any, kept: str) -> None:
    answer = browser.get(f"/api/quarantine/{kept}/picture?first=5000")
    assert answer.status_code in (200, 409)


# --- what the database itself holds to


def test_the_database_lets_nothing_back_that_was_closed(kept: str) -> None:
    row = KeptApart.objects.get()
    for change in (
        {"expires_at": row.expires_at + timedelta(days=1)},
        {"wrapped_key": None},
        {"state": "discarded"},
        {"state": "discarded", "wrapped_key": None, "closed_at": timezone.now()},  # by nobody
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            KeptApart.objects.update(**change)
    KeptApart.objects.update(state="expired", wrapped_key=None, answers=None, closed_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        KeptApart.objects.update(state="held", wrapped_key=b"x", closed_at=None)
    with pytest.raises(ProgrammingError), transaction.atomic():
        KeptApart.objects.all()._raw_delete("default")  # as raw SQL would


def test_the_database_keeps_reports_and_how_files_were_made(browser: Any, world: World, work: Any) -> None:
    send(browser, world.study, [spect(1)])
    work()
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.create(
            digest="0" * 64, entries=[{"path": "0010,0010", "action": "removed", "reason": "x"}]
        )
    with pytest.raises(ProgrammingError), transaction.atomic():
        Report.objects.update(entries=[])
    for change in ({"procedure": "0"}, {"pixels": "seen"}, {"state": "rest"}, {"object_key": "0" * 64}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Instance.objects.update(**change)
    instance = Instance.objects.get()
    assert instance.procedure and instance.report is not None and instance.report.entries
    assert UploadedFile.objects.get().report is None  # this sender reported nothing
    assert django_settings.QUARANTINE_KEY == ""


def test_who_decides_is_told_what_the_file_says_and_whose_it_is(
    browser: Any, world: World, work: Any
) -> None:
    first, second = (nm_file(heart(n), state="rest", secrets=Secrets(1), more=uids(n)) for n in (1, 2))
    send(browser, world.study, [first])
    work()
    send(browser, world.study, [second, untold(2), burned_in()])
    work()
    files = {file["code"]: file for file in waiting(browser, world.study)["files"]}
    told = files["second_series"]
    assert told["case"]["subject"] == "A-0001" and told["patient"] and told["series"].startswith("2.25.")
    assert {name: told["shows"][name] for name in ("kind", "state", "view")} == {
        "kind": "spect", "state": "rest", "view": "short_axis",
    }  # fmt: skip
    told = files["state_unknown"]
    assert told["case"] is None and told["patient"] and told["patient"] != files["second_series"]["patient"]
    assert (told["shows"]["state"], told["shows"]["state_from"]) == (None, "")
    assert files["burned_in"]["shows"]["kind"] == "spect"
    assert Secrets(2).patient_id not in str(files)
    answered(browser, files["state_unknown"]["id"], state="rest")
    closed = KeptApart.objects.get(pk=files["state_unknown"]["id"])
    assert closed.subject_key is None


@pytest.mark.django_db(transaction=True)  # a refusal outside a transaction must not end the test's
def test_of_the_header_only_what_may_name_somebody_is_hidden_and_each_value_can_be_shown_alone(
    browser: Any, world: World, kept: str
) -> None:
    header = f"/api/quarantine/{kept}/header"
    lines = {line["path"]: line for line in browser.get(header).json()}
    for path in ("0008,0008", "0008,0060", "0054,0016[0].0018,1074"):  # ImageType, Modality, a dose
        assert path not in lines or not lines[path]["masked"], path
    assert lines["0008,0060"]["value"] == "NM"
    for path in ("0010,0010", "0010,0020", "0008,0020", "0008,0080", "0008,103E", "0020,000D"):
        assert lines[path]["masked"] and lines[path]["value"] == "", path
    one = {line["path"]: line for line in browser.get(f"{header}?path=0010,0020").json()}
    assert one["0010,0020"]["value"] == Secrets(1).patient_id and one["0010,0010"]["masked"]
    looks = Entry.objects.filter(action="intake.quarantine_looked").order_by("number")
    assert [look.detail["values"] for look in looks] == [False, "0010,0020"]
    for path in ("Suzuki", "0010,0020x", "0010,0020[0]"):
        assert browser.get(header, {"path": path}).status_code == 400
    assert Entry.objects.filter(action="intake.quarantine_looked").count() == 2
