"""One model a study; a computation can be asked for again, of the same model."""

from typing import Any

import pytest
from django.utils import timezone

from reader_study.audit.models import Entry
from reader_study.cases.actions import register_image
from reader_study.cases.models import Image
from reader_study.cases.storage import store
from reader_study.cases.tasks import derive
from reader_study.studies.models import Study
from reader_study.translation import actions
from reader_study.translation.models import TranslationJob
from tests.reader_study.cases.world import World
from tests.reader_study.intake.files import Secrets, heart, nm_file
from tests.reader_study.intake.sending import send
from tests.reader_study.studies.states import put_in_state
from tests.reader_study.translation.worker import MODEL, NEWER, fail, order

pytestmark = pytest.mark.django_db


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
        put_in_state(world.study.pk, state)
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
        put_in_state(world.study.pk, Study.State.LOCKED)
        assert code() == (409, "not_wanted")
        put_in_state(world.study.pk, Study.State.OPEN)
        install(NEWER)
        sweep()
        assert code() == (409, "not_wanted")
