"""Killed workers, closed doors and brokers that are down: an upload loses nothing and leaves nothing behind."""

import contextlib
import hashlib
import io
import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from reader_study.audit.models import Entry
from reader_study.cases.models import Case, Image
from reader_study.celery import app
from reader_study.intake import placing, processing, quarantine, sandbox, staging
from reader_study.intake.actions import receive_blob, sweep
from reader_study.intake.models import Instance, KeptApart, Upload, UploadedFile
from reader_study.problems import Conflict
from reader_study.studies.models import Study
from tests.reader_study.cases.world import World
from tests.reader_study.intake.files import Secrets, heart, pt_files
from tests.reader_study.intake.hostile import DOUBTFUL, HOSTILE
from tests.reader_study.intake.sending import manifest, put, send, spect, status, verdicts
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db


def test_a_killed_worker_loses_nothing(browser: Any, world: World, work: Any, monkeypatch: Any) -> None:
    """The worker dies at the second file; the sweep finds the upload when its lease has run out."""
    files = [spect(1), spect(2), spect(3)]
    upload = send(browser, world.study, files)
    died = []
    whole = processing.examine

    def dies(*args: Any, **more: Any) -> Any:
        if len(died) == 1:
            died.append(True)
            raise SystemExit
        died.append(False)
        return whole(*args, **more)

    monkeypatch.setattr(processing, "examine", dies)
    with pytest.raises(SystemExit):
        work()
    monkeypatch.undo()
    assert [verdict for verdict, _ in verdicts(browser, upload)] == ["accepted", "pending", "pending"]
    sweep()
    work()
    assert status(browser, upload)["state"] == "processing"  # the lease still holds
    Upload.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep()
    work()
    assert verdicts(browser, upload) == [("accepted", "")] * 3
    assert Instance.objects.count() == 3


def test_a_file_that_kills_its_workers_is_refused_in_the_end(browser: Any, world: World, work: Any) -> None:
    upload = send(browser, world.study, [spect(1), spect(2)])
    UploadedFile.objects.filter(number=0).update(attempts=processing.FILE_ATTEMPTS)
    work()
    assert verdicts(browser, upload) == [("refused", "unreadable"), ("accepted", "")]


def test_a_worker_that_lost_its_lease_stops(browser: Any, world: World, work: Any, monkeypatch: Any) -> None:
    upload = send(browser, world.study, [spect(1), spect(2)])
    whole = processing.examine

    def overtaken(*args: Any, **more: Any) -> Any:
        Upload.objects.update(attempts=7)
        return whole(*args, **more)

    monkeypatch.setattr(processing, "examine", overtaken)
    work()
    assert [verdict for verdict, _ in verdicts(browser, upload)] == ["pending", "pending"]


def test_an_upload_that_nobody_completes_is_closed_after_a_day(
    browser: Any, world: World, work: Any, django_capture_on_commit_callbacks: Any
) -> None:
    opened = browser.post(f"/api/studies/{world.study.id}/uploads", manifest([spect(1)])).json()
    put(browser, opened["id"], opened["missing"][0], spect(1))
    with django_capture_on_commit_callbacks(execute=True):
        sweep()
    assert status(browser, opened["id"])["state"] == "receiving"
    Upload.objects.update(created_at=timezone.now() - timedelta(hours=25))
    with django_capture_on_commit_callbacks(execute=True):
        sweep()
    assert status(browser, opened["id"])["state"] == "done"
    assert not list(staging.staging().rglob("*.*"))


def test_the_bytes_of_a_site_are_gone_and_only_the_doubtful_are_kept_apart_encrypted(
    browser: Any, world: World, work: Any
) -> None:
    send(browser, world.study, [spect(1), HOSTILE["text"][0](), doubtful()])
    work()
    assert not list(staging.staging().rglob("*"))
    assert kept_apart() == [doubtful()]
    (on_disk,) = [path.read_bytes() for path in quarantine.folder().rglob("*") if path.is_file()]
    assert b"DICM" not in on_disk and doubtful()[200:260] not in on_disk
    assert set(UploadedFile.objects.values_list("sha256", flat=True)) == {""}


def doubtful() -> bytes:
    return DOUBTFUL["marked as secondary"][0]()


def kept_apart() -> list[bytes]:
    """What can be read of what is kept apart."""
    held = KeptApart.objects.filter(state="held").select_related("study", "site")
    return [
        quarantine.read(bytes(one.wrapped_key or b""), name=one.id, study=one.study_id, site=one.site_id)
        for one in held
    ]


def test_a_broker_that_is_down_does_not_stop_a_coordinator(
    browser: Any, world: World, work: Any, monkeypatch: Any
) -> None:
    def down(*args: Any, **more: Any) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(app, "send_task", down)
    upload = send(browser, world.study, [spect(1)])
    monkeypatch.undo()
    sweep()
    work()
    assert verdicts(browser, upload) == [("accepted", "")]


@pytest.mark.parametrize("room, dies_at", [(quarantine, "seal"), (staging, "discard")])
def test_a_doubtful_file_is_apart_before_its_verdict_stands(
    browser: Any, world: World, work: Any, monkeypatch: Any, room: Any, dies_at: str
) -> None:
    upload = send(browser, world.study, [doubtful()])

    def dies(*args: Any, **more: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(room, dies_at, dies)
    with pytest.raises(SystemExit):
        work()
    monkeypatch.undo()
    assert verdicts(browser, upload) == [("pending", "")] or kept_apart() == [doubtful()]
    Upload.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep()
    work()
    assert verdicts(browser, upload) == [("quarantined", "secondary")] and kept_apart() == [doubtful()]
    assert not list(staging.staging().rglob("*"))


def test_a_verdict_that_was_rolled_back_leaves_no_copy_apart(
    browser: Any, world: World, work: Any, monkeypatch: Any
) -> None:
    upload = send(browser, world.study, [doubtful()])

    def dies(*args: Any, **more: Any) -> None:
        raise SystemExit

    monkeypatch.setattr(UploadedFile, "save", dies)
    with pytest.raises(SystemExit):
        work()
    monkeypatch.undo()
    assert verdicts(browser, upload) == [("pending", "")] and not KeptApart.objects.exists()
    assert len(quarantine.names()) == 1  # nobody has its key
    UploadedFile.objects.update(attempts=processing.FILE_ATTEMPTS)  # the next verdict is another one
    Upload.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep()
    work()
    assert verdicts(browser, upload) == [("refused", "unreadable")] and quarantine.names() == []


def test_bytes_that_outlived_their_upload_are_removed_by_the_sweep(
    browser: Any, world: World, work: Any, monkeypatch: Any
) -> None:
    """The process died between the last commit and the removal; or the database was set back to a backup."""
    waiting = browser.post(f"/api/studies/{world.study.id}/uploads", manifest([spect(2)])).json()
    put(browser, waiting["id"], waiting["missing"][0], spect(2))

    def dies(**more: Any) -> None:
        raise OSError

    monkeypatch.setattr(staging, "clear", dies)
    monkeypatch.setattr(staging, "discard", lambda **more: None)
    done = send(browser, world.study, [spect(1)])
    work()
    monkeypatch.undo()
    assert status(browser, done)["state"] == "done" and (staging.staging() / done).exists()
    unknown = staging.staging() / "00000000-0000-4000-8000-000000000000"
    unknown.mkdir()
    sweep()
    assert [folder.name for folder in staging.staging().iterdir()] == [waiting["id"]]


class Late:
    """A body whose upload is closed while it arrives."""

    def __init__(self, data: bytes) -> None:
        self.file = io.BytesIO(data)

    def read(self, size: int, /) -> bytes:
        Upload.objects.update(state=Upload.State.DONE, finished_at=timezone.now())
        return self.file.read(size)


def test_bytes_that_arrive_after_the_upload_was_closed_are_not_kept(browser: Any, world: World) -> None:
    data = spect(1)
    opened = browser.post(f"/api/studies/{world.study.id}/uploads", manifest([data])).json()
    digest = hashlib.sha256(data).hexdigest()
    with pytest.raises(Conflict, match="complete"):
        receive_blob(actor=world.coordinator_a, upload_id=opened["id"], sha256=digest, body=Late(data))
    assert not [path for path in staging.staging().rglob("*") if path.is_file()]


def failed() -> Image:
    Image.objects.update(
        status="failed", code="internal", neutral_key="", polar_key="", contour_key="", lv=None, segments=None
    )
    return Image.objects.get()


def test_a_file_sent_again_makes_its_failed_image_ready(browser: Any, world: World, work: Any) -> None:
    """Why it failed was not the file's fault."""
    slices = pt_files(heart(), state="rest", secrets=Secrets(1))
    send(browser, world.study, slices)
    work()
    image = failed()
    upload = send(browser, world.study, slices[:3])
    assert work().count("cases.derive") == 1
    image.refresh_from_db()
    assert (image.status, image.code) == ("ready", "")
    assert verdicts(browser, upload) == [("duplicate", "prepared_again")] * 3
    assert Entry.objects.get(action="cases.derivation_restarted").actor == world.coordinator_a.id
    upload = send(browser, world.study, slices[:3])
    assert "cases.derive" not in work() and verdicts(browser, upload) == [("duplicate", "duplicate")] * 3


def test_an_upload_is_a_workers_for_as_long_as_one_file_may_take(
    browser: Any, world: World, work: Any, monkeypatch: Any
) -> None:
    """Otherwise a second one begins the file again that the first is still at, and another one after that."""
    send(browser, world.study, [spect(1), spect(2)])
    whole = processing.examine
    left = []

    def slow(*args: Any, **more: Any) -> Any:
        left.append(Upload.objects.get().lease_until - timezone.now())
        return whole(*args, **more)

    monkeypatch.setattr(processing, "examine", slow)
    work()
    assert len(left) == 2 and min(left) > timedelta(seconds=sandbox.LONGEST_SECONDS)


@pytest.mark.parametrize("reason", ["overtaken", "no room"])
def test_only_a_worker_that_died_counts_against_a_file(
    browser: Any, world: World, work: Any, monkeypatch: Any, reason: str
) -> None:
    upload = send(browser, world.study, [spect(1)])
    whole = processing.examine

    def in_vain(*args: Any, **more: Any) -> Any:
        if reason == "no room":
            raise sandbox.SandboxFailed
        Upload.objects.update(attempts=F("attempts") + 1)
        return whole(*args, **more)

    monkeypatch.setattr(processing, "examine", in_vain)
    for _ in range(processing.FILE_ATTEMPTS + 1):
        Upload.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        with contextlib.suppress(sandbox.SandboxFailed):
            processing.process(UUID(upload))
        assert UploadedFile.objects.get().attempts == 0
    given_back = Upload.objects.get().lease_until <= timezone.now()
    assert given_back == (reason == "no room")  # so the next worker need not wait
    monkeypatch.undo()
    Upload.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep()
    work()
    assert verdicts(browser, upload) == [("accepted", "")]


def test_a_study_that_is_locked_meanwhile_takes_no_file(
    browser: Any, world: World, work: Any, monkeypatch: Any
) -> None:
    upload = send(browser, world.study, [spect(1), doubtful()])
    whole = processing.examine

    def locked(*args: Any, **more: Any) -> Any:
        put_in_state(world.study.pk, Study.State.LOCKED)
        return whole(*args, **more)

    monkeypatch.setattr(processing, "examine", locked)
    work()
    assert verdicts(browser, upload) == [("refused", "study_locked")] * 2
    assert not Instance.objects.exists() and not Case.objects.exists() and not KeptApart.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_study_cannot_be_locked_while_a_file_gets_its_place(
    browser: Any, world: World, work: Any, monkeypatch: Any
) -> None:
    upload = send(browser, world.study, [spect(1)])
    whole = placing.case_for_subject
    tried = []

    def another() -> None:
        try:
            with transaction.atomic():
                Study.objects.select_for_update(nowait=True).get(pk=world.study.id)
        except OperationalError as error:
            tried.append(error)
        finally:
            connection.close()

    def meanwhile(**more: Any) -> Any:
        thread = threading.Thread(target=another)
        thread.start()
        thread.join()
        return whole(**more)

    monkeypatch.setattr(placing, "case_for_subject", meanwhile)
    work()
    assert len(tried) == 1 and verdicts(browser, upload) == [("accepted", "")]
