"""The job row is the truth: lost messages, dead and late workers cost time, and nothing is written twice."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from reader_study.audit.models import Entry
from reader_study.cases.models import Image
from reader_study.celery import app
from reader_study.studies.actions import amend_protocol
from reader_study.studies.queries import protocol_of
from reader_study.translation import actions
from reader_study.translation.models import TranslationJob
from tests.reader_study.cases.world import World, take
from tests.reader_study.intake.files import Secrets, heart, nm_file, pt_files
from tests.reader_study.intake.sending import send
from tests.reader_study.translation.worker import MODEL, NEWER, fail, order, overdue

pytestmark = pytest.mark.django_db


def test_considering_twice_orders_once(job: TranslationJob) -> None:
    assert actions.consider(case_id=job.image.case_id) == []
    assert TranslationJob.objects.count() == 1


def test_nothing_is_ordered_for_pet(world: World, client_of: Any, work: Any) -> None:
    send(client_of(world.coordinator_a), world.study, pt_files(heart(), state="rest", secrets=Secrets(2)))
    work()
    assert Image.objects.get().status == "ready" and not TranslationJob.objects.exists()


def test_nothing_is_ordered_when_the_protocol_in_force_has_no_such_arm(
    world: World, client_of: Any, work: Any, sweep: Any
) -> None:
    protocol = protocol_of(world.study)
    arms = tuple(arm for arm in protocol.arms if arm.image_set != "virtual_pet")
    document = replace(protocol, arms=arms).as_document()
    amend_protocol(author=world.investigator, study=world.study, document=document, reason="two arms")
    send(client_of(world.coordinator_a), world.study, [nm_file(heart(), state="stress", secrets=Secrets(1))])
    work()
    sweep()
    assert Image.objects.get().status == "ready" and not TranslationJob.objects.exists()


def test_the_same_report_twice_is_one_image(job: TranslationJob, work: Any) -> None:
    waiting = order()
    waiting.start()
    waiting.finish()
    waiting.finish()
    work()
    assert Image.objects.filter(image_set="virtual_pet").count() == 1
    assert Entry.objects.filter(action="translation.recorded").count() == 1


def test_a_worker_with_an_old_fence_writes_nothing(job: TranslationJob, work: Any, sweep: Any) -> None:
    late = order()
    late.start()
    work()
    overdue(job, sweep)
    current = order()
    assert (late.fence, current.fence) == (1, 2)
    late.finish()
    app.send_task("translation.record_failure", [late.job, late.fence, "internal", "late"])
    late.start()
    work()
    job.refresh_from_db()
    assert (job.state, job.starts, job.code) == ("leased", 1, "")
    assert not Image.objects.filter(image_set="virtual_pet").exists()
    current.finish()
    work()
    assert Image.objects.filter(image_set="virtual_pet").count() == 1


def test_a_redelivered_message_of_a_killed_worker_completes_the_job(job: TranslationJob, work: Any) -> None:
    killed = order()
    killed.start()
    work()
    killed.start()  # the broker gave the same message to the next worker
    killed.finish()
    work()
    job.refresh_from_db()
    assert (job.state, job.starts) == ("done", 2)


def test_a_start_extends_the_lease_to_that_of_a_running_job(
    job: TranslationJob, work: Any, settings: Any
) -> None:
    queued_until = job.lease_until
    order().start()
    work()
    job.refresh_from_db()
    running_for = job.lease_until - job.started_at
    assert (
        running_for == timedelta(seconds=settings.TRANSLATION_LEASE_SECONDS)
        and job.lease_until < queued_until
    )


def test_a_message_that_nobody_ever_starts_is_no_failed_try(job: TranslationJob, sweep: Any) -> None:
    for fence in range(1, 6):
        assert order().fence == fence
        overdue(job, sweep)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.starts) == ("leased", 6, 0)


def test_a_job_fails_after_the_third_start(job: TranslationJob, work: Any, sweep: Any) -> None:
    for _ in range(3):
        order().start()
        work()
        overdue(job, sweep)
    job.refresh_from_db()
    assert (job.state, job.code) == ("failed", "exhausted")
    assert take("gpu") is None
    assert Entry.objects.filter(action="translation.failed").count() == 1


def test_a_failure_is_tried_again_and_said_in_the_end(
    job: TranslationJob, work: Any, sweep: Any, world: World, client_of: Any
) -> None:
    for n in range(3):
        waiting = order()
        waiting.start()
        app.send_task("translation.record_failure", [waiting.job, waiting.fence, "out_of_memory", "CUDA"])
        work()
        if n < 2:
            overdue(job, sweep)
    (row,) = client_of(world.coordinator_a).get(f"/api/studies/{world.study.id}/translations").json()
    assert (row["state"], row["attempts"]) == ("failed", 3)
    assert row["message"] == "The computation failed. Ask the administrator."


def test_a_refusal_stands_at_once_and_says_what_to_do(
    job: TranslationJob, work: Any, world: World, client_of: Any
) -> None:
    waiting = order()
    waiting.start()
    waiting.refuse("not_translatable", "The image is a head, not a heart.")
    work()
    job.refresh_from_db()
    assert (job.state, job.starts, job.code) == ("failed", 1, "not_translatable")
    assert take("gpu") is None
    (row,) = client_of(world.coordinator_a).get(f"/api/cases/{job.image.case_id}/translations").json()
    assert row["message"] == (
        "The model cannot be used on this SPECT image. The image is a head, not a heart."
    )
    assert row["advice"].startswith("Without the computed image the case is not read.")


def test_what_a_broken_worker_said_is_for_maintainers(
    job: TranslationJob, world: World, client_of: Any
) -> None:
    fail(job, "out_of_memory")
    TranslationJob.objects.update(detail="CUDA error at 0x7f")
    (row,) = client_of(world.coordinator_a).get(f"/api/cases/{job.image.case_id}/translations").json()
    assert (row["message"], row["advice"]) == ("The computation failed. Ask the administrator.", "")


@pytest.mark.parametrize("who", ["coordinator_b", "reader", "staff", "stranger"])
def test_the_computations_of_a_case_are_for_those_who_see_the_case(
    job: TranslationJob, world: World, client_of: Any, who: str
) -> None:
    answer = client_of(getattr(world, who)).get(f"/api/cases/{job.image.case_id}/translations")
    assert answer.status_code == 404


def test_a_case_shows_the_computation_of_the_spect_in_use_only(
    job: TranslationJob, world: World, client_of: Any
) -> None:
    browser, address = client_of(world.coordinator_a), f"/api/cases/{job.image.case_id}/translations"
    fail(job, "model")
    TranslationJob.objects.create(
        image=job.image, model_name="newer", model_digest=NEWER.digest, lease_until=timezone.now()
    )
    assert [row["model"]["name"] for row in browser.get(address).json()] == ["newer"]
    Image.objects.filter(pk=job.image_id).update(superseded_at=timezone.now())
    assert browser.get(address).json() == []


def test_an_order_that_was_never_made_is_made_by_the_sweep(
    world: World, job: TranslationJob, sweep: Any
) -> None:
    """The message that asks for a virtual PET was lost."""
    order()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM translation_translationjob")
    sweep()
    assert TranslationJob.objects.get().state == "leased" and order().fence == 1


def test_a_broker_that_is_down_costs_time_only(job: TranslationJob, sweep: Any, monkeypatch: Any) -> None:
    order()

    def down(*args: Any, **more: Any) -> None:
        raise OSError("no broker")

    monkeypatch.setattr(app, "send_task", down)
    overdue(job, sweep)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("queued", 2)
    monkeypatch.undo()
    overdue(job, sweep)
    assert order().fence == 3


def test_without_a_model_nothing_is_ordered_and_nothing_breaks(
    job: TranslationJob, sweep: Any, tmp_path: Path
) -> None:
    (tmp_path / "shelf/heart-spect-to-pet/card.json").unlink()
    assert actions.consider(case_id=job.image.case_id) == []
    assert sweep() == 0


def test_the_database_keeps_one_job_for_image_and_model(job: TranslationJob) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        TranslationJob.objects.create(image=job.image, model_digest=MODEL.digest, lease_until=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_send_a_job_once(job: TranslationJob) -> None:
    """The second sweep skips what the first has locked."""
    order()
    TranslationJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    found: list[int] = []

    def other() -> None:
        found.append(actions.sweep())
        connection.close()

    with transaction.atomic():
        TranslationJob.objects.select_for_update().get(pk=job.pk)
        thread = Thread(target=other)
        thread.start()
        thread.join(timeout=20)
    assert found == [0] and not thread.is_alive()
