"""The job row is the truth: lost messages, dead and late workers cost time, and nothing is written twice.

The worker of these tests is written here: it takes the real message from the GPU queue and sends the real
messages back; its "network" hands the input on.
"""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pydicom import dcmread

from inference.dicom.derived import derived_nm
from inference.dicom.read import read_volume
from inference.dicom.write import to_bytes
from inference.objects import digest_of
from inference.translation.bundle import ModelIdentity
from inference.volume import Volume
from reader_study.audit.models import Entry
from reader_study.cases.actions import register_image
from reader_study.cases.models import Image
from reader_study.cases.storage import store
from reader_study.cases.tasks import derive
from reader_study.celery import app
from reader_study.studies.actions import amend_protocol
from reader_study.studies.models import Study
from reader_study.studies.queries import protocol_of
from reader_study.translation import actions, queries
from reader_study.translation.models import TranslationJob
from tests.reader_study.cases.world import World, take
from tests.reader_study.intake.files import Secrets, heart, nm_file, pt_files
from tests.reader_study.intake.sending import send

pytestmark = pytest.mark.django_db

MODEL = ModelIdentity(name="identity", version="1.0", digest="d" * 64)


NEWER = ModelIdentity(name="identity", version="2.0", digest="e" * 64)


@pytest.fixture(autouse=True)
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[ModelIdentity], None]:
    """The card of an installed model; call it to install another one in its place."""

    def write(model: ModelIdentity) -> None:
        card = {"name": model.name, "version": model.version, "digest": model.digest}
        (tmp_path / "card.json").write_text(json.dumps(card))

    write(MODEL)
    monkeypatch.setattr(queries, "BUNDLE", tmp_path)
    return write


@pytest.fixture
def job(world: World, client_of: Any, work: Any) -> TranslationJob:
    """A SPECT came in; its virtual PET is ordered and lies in the GPU queue."""
    send(client_of(world.coordinator_a), world.study, [nm_file(heart(), state="stress", secrets=Secrets(1))])
    work()
    return TranslationJob.objects.get()


@dataclass
class Order:
    """A message in the hands of a worker."""

    job: str
    fence: int
    inputs: list[str]
    digest: str
    settings: dict[str, Any]

    def start(self) -> None:
        app.send_task("translation.started", [self.job, self.fence])

    def uncertainty(self, share: float = 0.05) -> str:
        """The key of an uncertainty that is a share of the image."""
        name = digest_of(json.dumps([self.inputs, self.digest, self.settings, "uncertainty"]).encode())
        source = store().get(self.inputs[0])
        volume = read_volume([source])
        spread = Volume(share * volume.voxels, volume.affine, volume.kind)
        header = dcmread(io.BytesIO(source))
        made = derived_nm(spread, source=header, model=MODEL, name=name, role="uncertainty")
        return store().put_named(name, to_bytes(made))

    def refuse(self, code: str, message: str) -> None:
        app.send_task("translation.record_failure", [self.job, self.fence, code, message])

    def result(self) -> dict[str, Any]:
        name = digest_of(json.dumps([self.inputs, self.digest, self.settings]).encode())
        source = store().get(self.inputs[0])
        made = derived_nm(read_volume([source]), source=dcmread(io.BytesIO(source)), model=MODEL, name=name)
        return {
            "output_name": name,
            "output_key": store().put_named(name, to_bytes(made)),
            "input_keys": self.inputs,
            "model": {"name": MODEL.name, "version": MODEL.version, "digest": MODEL.digest},
            "settings": self.settings,
            "device": "cpu",
            "torch": "2.13",
            "seconds": 1.5,
            "started_at": "2026-11-21T00:00:00Z",
        }

    def finish(self, **changed: Any) -> None:
        app.send_task("translation.record_manifest", [self.job, self.fence, {**self.result(), **changed}])


def order() -> Order:
    message = take("gpu")
    assert message is not None and message[0] == "inference.translate"
    return Order(*message[1])


def overdue(job: TranslationJob, sweep: Any) -> None:
    TranslationJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep()


@pytest.fixture
def sweep(django_capture_on_commit_callbacks: Any) -> Any:
    def run() -> int:
        with django_capture_on_commit_callbacks(execute=True):
            return actions.sweep()

    return run


def test_a_ready_spect_gets_its_virtual_pet_with_full_provenance(
    job: TranslationJob, work: Any, world: World, client_of: Any
) -> None:
    assert (job.state, job.attempts, job.model_digest) == ("leased", 1, MODEL.digest)
    waiting = order()
    waiting.start()
    waiting.finish()
    work()
    job.refresh_from_db()
    assert (job.state, job.starts, job.code) == ("done", 1, "")
    image = Image.objects.get(image_set="virtual_pet")
    assert job.output == image and (image.state, image.status, image.source) == (
        "stress",
        "ready",
        "translation",
    )
    provenance = image.provenance
    assert provenance["model"] == {"name": "identity", "version": "1.0", "digest": MODEL.digest}
    assert provenance["input_keys"] == job.image.dicom_keys and provenance["device"] == "cpu"
    assert Entry.objects.filter(action="translation.recorded").count() == 1
    browser = client_of(world.investigator)
    shown = browser.get(f"/api/studies/{world.study.id}/translations").json()
    assert [(row["state"], row["seconds"], row["case"]["subject"]) for row in shown] == [
        ("done", 1.5, "A-0001")
    ]
    file = browser.get(f"/api/images/{image.id}/dicom")
    header = dcmread(io.BytesIO(file.content))
    assert (header.SyntheticData, header.PatientID) == ("YES", "A-0001")
    assert file["Content-Disposition"] == 'attachment; filename="A-0001-virtual-pet-stress.dcm"'


def test_the_uncertainty_comes_with_the_image(job: TranslationJob, work: Any) -> None:
    waiting = order()
    waiting.start()
    waiting.finish(uncertainty_key=waiting.uncertainty())
    work()
    image = Image.objects.get(image_set="virtual_pet")
    assert (image.status, image.uncertainty_dicom_key) == ("ready", waiting.uncertainty())
    assert image.uncertainty_segments == pytest.approx([0.05 * v for v in image.segments], abs=0.02)


def test_one_network_alone_is_not_called_certain(job: TranslationJob, work: Any) -> None:
    waiting = order()
    waiting.start()
    waiting.finish(uncertainty_key=waiting.uncertainty(share=0), members=1)
    work()
    image = Image.objects.get(image_set="virtual_pet")
    assert (image.status, image.uncertainty_dicom_key) == ("ready", "")


def shown(job: TranslationJob, world: World, client_of: Any) -> dict[str, Any]:
    """The virtual PET as the page of its case gets it."""
    images = client_of(world.coordinator_a).get(f"/api/cases/{job.image.case_id}").json()["images"]
    (image,) = (image for image in images if image["image_set"] == "virtual_pet")
    return dict(image)


def test_the_case_says_how_many_networks_made_the_image_and_what_they_doubted(
    job: TranslationJob, work: Any, world: World, client_of: Any
) -> None:
    waiting = order()
    waiting.start()
    waiting.finish(members=3, flags=["apex_uncertain"])
    work()
    doubt = "The apex could not be placed with certainty."
    image = shown(job, world, client_of)
    assert image["model"] == {
        "name": "identity", "version": "1.0", "digest": MODEL.digest, "members": 3, "flags": [doubt]
    }  # fmt: skip
    assert doubt in image["flags"]


def test_a_worker_that_knows_no_uncertainty_is_still_served(
    job: TranslationJob, work: Any, world: World, client_of: Any
) -> None:
    waiting = order()
    waiting.start()
    waiting.finish()
    work()
    image = Image.objects.get(image_set="virtual_pet")
    assert (image.status, image.uncertainty_dicom_key, image.uncertainty_segments) == ("ready", "", None)
    model = shown(job, world, client_of)["model"]
    assert (model["members"], model["flags"]) == (None, [])


def fail(job: TranslationJob, code: str = "exhausted") -> None:
    TranslationJob.objects.filter(pk=job.pk).update(
        state="failed", code=code, starts=actions.STARTS, finished_at=timezone.now()
    )


class TestOneModel:
    """A study compares one model with PET; another bundle on the shelf changes nothing in it."""

    def test_a_new_model_does_not_enter_a_study_that_has_begun(
        self, world: World, client_of: Any, work: Any, job: TranslationJob, install: Any, sweep: Any
    ) -> None:
        install(NEWER)
        sweep()
        files = [nm_file(heart(), state="rest", secrets=Secrets(1))]
        send(client_of(world.coordinator_a), world.study, files)
        work()
        later = TranslationJob.objects.exclude(pk=job.pk).get()
        assert (later.image.state, later.model_version, later.model_digest) == ("rest", "1.0", MODEL.digest)

    def test_every_study_has_its_own(
        self, world: World, client_of: Any, work: Any, job: TranslationJob, install: Any
    ) -> None:
        install(NEWER)
        send(
            client_of(world.coordinator_a),
            world.other_study,
            [nm_file(heart(), state="rest", secrets=Secrets(1))],
        )
        work()
        other = TranslationJob.objects.get(image__case__study=world.other_study)
        assert other.model_digest == NEWER.digest

    def test_a_model_that_never_worked_binds_nobody(
        self, job: TranslationJob, install: Any, sweep: Any
    ) -> None:
        fail(job, "model")
        sweep()
        assert TranslationJob.objects.count() == 1
        install(NEWER)
        sweep()
        assert TranslationJob.objects.exclude(pk=job.pk).get().model_digest == NEWER.digest

    @pytest.mark.parametrize("state", ["draft", "open"])
    def test_an_image_that_has_a_virtual_pet_gets_no_second_one(
        self, job: TranslationJob, work: Any, sweep: Any, install: Any, world: World, state: str
    ) -> None:
        order().finish()
        work()
        TranslationJob.objects.all().delete()
        Study.objects.filter(pk=world.study.pk).update(state=state)
        install(NEWER)
        sweep()
        assert actions.consider(case_id=job.image.case_id) == []
        assert not TranslationJob.objects.exists()

    def test_an_accepted_virtual_pet_is_never_replaced(
        self, job: TranslationJob, work: Any, world: World, client_of: Any
    ) -> None:
        late = order()
        accepted = register_image(
            case=job.image.case, image_set="virtual_pet", state="stress", source="translation",
            dicom_keys=[store().put(nm_file(heart(2), state="stress", secrets=Secrets(2)))],
            provenance={}, actor=None,
        )  # fmt: skip
        derive(str(accepted.id))
        decided = client_of(world.coordinator_a).post(
            f"/api/images/{accepted.id}/qc", {"decision": "accepted"}
        )
        assert decided.status_code == 200
        late.start()
        late.finish()
        work()
        job.refresh_from_db()
        assert (job.state, job.code) == ("failed", "in_use")
        assert Image.objects.get(image_set="virtual_pet") == accepted


class TestAgain:
    @pytest.fixture
    def ask(self, job: TranslationJob, world: World, client_of: Any) -> Any:
        order()

        def post(who: str = "investigator", study: Any = None) -> tuple[int, dict[str, Any]]:
            path = f"/api/studies/{(study or world.study).id}/translations/{job.id}/again"
            answer = client_of(getattr(world, who)).post(path)
            return answer.status_code, answer.json()

        return post

    def test_a_failed_job_can_be_started_again(
        self, ask: Any, job: TranslationJob, work: Any, world: World
    ) -> None:
        fail(job)
        status, answer = ask()
        assert (status, answer["state"], answer["message"]) == (202, "queued", "")
        again = order()
        again.start()
        again.finish()
        work()
        job.refresh_from_db()
        assert (job.state, job.attempts, job.starts) == ("done", 2, 1)
        entry = Entry.objects.get(action="translation.restarted")
        assert (entry.actor, entry.detail["code"]) == (world.investigator.id, "exhausted")

    @pytest.mark.parametrize("who", ["coordinator_a", "monitor", "reader", "staff", "stranger"])
    def test_only_an_investigator_may_ask(self, ask: Any, job: TranslationJob, who: str) -> None:
        fail(job)
        assert ask(who)[0] == 404

    def test_not_under_the_name_of_another_study(self, ask: Any, job: TranslationJob, world: World) -> None:
        fail(job)
        assert ask(study=world.other_study)[0] == 404

    def test_what_did_not_fail_or_is_not_wanted_any_more_is_not_started_again(
        self, ask: Any, job: TranslationJob, install: Any, sweep: Any, world: World
    ) -> None:
        def code() -> tuple[int, str]:
            status, answer = ask()
            return status, answer["code"]

        assert code() == (409, "not_failed")
        fail(job)
        Image.objects.update(superseded_at=timezone.now())
        assert code() == (409, "not_wanted")
        Image.objects.update(superseded_at=None)
        Study.objects.filter(pk=world.study.pk).update(state=Study.State.LOCKED)
        assert code() == (409, "not_wanted")
        Study.objects.filter(pk=world.study.pk).update(state=Study.State.OPEN)
        install(NEWER)
        sweep()
        assert code() == (409, "not_wanted")


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


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"model": {"name": "other", "version": "1", "digest": "e" * 64}}, "manifest"),
        ({"input_keys": ["f" * 64]}, "manifest"),
        ({"output_key": "0" * 64}, "result_missing"),
        ({"output_key": "../../etc/passwd"}, "result_missing"),
        ({"output_key": None}, "result_missing"),
        ({"uncertainty_key": "0" * 64}, "result_missing"),
        ({"uncertainty_key": "../../etc/passwd"}, "result_missing"),
    ],
)
def test_a_report_is_not_believed(job: TranslationJob, work: Any, changed: dict[str, Any], code: str) -> None:
    waiting = order()
    waiting.start()
    waiting.finish(**changed)
    work()
    job.refresh_from_db()
    assert (job.state, job.code) == ("queued", code)
    assert not Image.objects.filter(image_set="virtual_pet").exists()


def test_an_image_that_is_not_marked_as_synthetic_is_not_used(job: TranslationJob, work: Any) -> None:
    waiting = order()
    waiting.start()
    waiting.finish(output_key=waiting.inputs[0])
    work()
    job.refresh_from_db()
    assert (job.state, job.code) == ("queued", "not_marked")


def test_an_uncertainty_that_is_not_marked_or_is_the_image_is_not_used(
    job: TranslationJob, work: Any, sweep: Any
) -> None:
    for code in ("not_marked", "manifest"):
        waiting = order()
        waiting.start()
        image = waiting.result()["output_key"]
        waiting.finish(uncertainty_key=waiting.inputs[0] if code == "not_marked" else image)
        work()
        job.refresh_from_db()
        assert (job.state, job.code) == ("queued", code)
        overdue(job, sweep)
    assert not Image.objects.filter(image_set="virtual_pet").exists()


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
    assert row["advice"].startswith("Without its virtual PET the case is not read.")


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


def test_a_damaged_result_is_not_used(job: TranslationJob, work: Any) -> None:
    waiting = order()
    waiting.start()
    key = waiting.result()["output_key"]
    store().path(key).write_bytes(b"damaged")
    app.send_task(
        "translation.record_manifest", [waiting.job, waiting.fence, {**waiting.result(), "output_key": key}]
    )
    store().path(key).write_bytes(b"damaged")
    work()
    job.refresh_from_db()
    assert (job.state, job.code) == ("queued", "result_missing")


def test_a_result_for_a_replaced_spect_is_not_used(job: TranslationJob, work: Any) -> None:
    waiting = order()
    waiting.start()
    Image.objects.filter(pk=job.image_id).update(superseded_at=timezone.now())
    waiting.finish()
    work()
    job.refresh_from_db()
    assert (job.state, job.code) == ("failed", "superseded")


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
    (tmp_path / "card.json").unlink()
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
