from datetime import timedelta
from threading import Thread
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from inference.heart.neutral import FULL_SCALE
from inference.heart.sampling import TRACING_VERSION
from reader_study.audit.models import Entry
from reader_study.cases import queries
from reader_study.cases.actions import DERIVE_ATTEMPTS, decide_quality, register_image, resend_overdue
from reader_study.cases.models import Case, Image
from reader_study.cases.storage import store
from reader_study.problems import Conflict
from reader_study.studies.models import Study
from tests.reader_study.cases.world import World
from tests.reader_study.intake.files import Secrets, heart, nm_file, noise, pt_files
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world: World) -> Case:
    return Case.objects.create(
        study=world.study, site=world.site_a, number=1, subject="A-0001", subject_key=b"1" * 32
    )


@pytest.fixture
def register(case: Case, django_capture_on_commit_callbacks: Any) -> Any:
    """Give the case an image of these files."""

    def give(files: list[bytes], image_set: str = "spect", state: str = "stress", **more: Any) -> Image:
        keys = [store().put(data) for data in files]
        source = "translation" if image_set == "virtual_pet" else "upload"
        with django_capture_on_commit_callbacks(execute=True):
            return register_image(
                case=case,
                image_set=image_set,
                state=state,
                dicom_keys=keys,
                source=source,
                provenance=more,
                actor=None,
            )

    return give


def spect(seed: int = 1, **more: Any) -> bytes:
    return nm_file(heart(seed, **more), state="stress", secrets=Secrets(seed))


def test_a_ready_image_has_all_that_a_reader_needs(register: Any, work: Any) -> None:
    image = register([spect(weak_wall=0.5)])
    assert image.status == "deriving"
    assert work() == ["cases.derive", "translation.consider"]
    image.refresh_from_db()
    assert (image.status, image.code, image.attempts) == ("ready", "", 1)
    neutral = np.frombuffer(store().get(image.neutral_key), "<u2").reshape(64, 80, 80)
    polar = np.frombuffer(store().get(image.polar_key), "<u2").reshape(24, 72)
    assert 0.9 * FULL_SCALE < neutral.max() <= 65_535 and polar.max() > 0.9 * FULL_SCALE
    assert set(image.lv) == {"apex_k", "base_k", "radius_mm"} and len(image.segments) == 17
    assert image.segments[9] < 60 and image.segments[6] > 85  # mid inferior, mid anterior
    contour = np.frombuffer(store().get(image.contour_key), "<u2").reshape(24, 72) / 100
    assert np.abs(np.median(contour[6:]) - image.lv["radius_mm"]) < 5
    assert image.provenance["tracing"] == TRACING_VERSION
    assert Entry.objects.get(action="cases.image_derived").detail["tracing"] == TRACING_VERSION


def test_pet_slices_become_one_volume(register: Any, work: Any) -> None:
    image = register(pt_files(heart(), state="stress", secrets=Secrets(1)), image_set="pet")
    work()
    image.refresh_from_db()
    assert image.status == "ready"


def test_what_cannot_be_used_says_why(register: Any, work: Any, client_of: Any, world: World) -> None:
    register([nm_file(noise(), state="stress", secrets=Secrets(1))])
    slices = pt_files(heart(), state="rest", secrets=Secrets(1))
    register([*slices[:10], *slices[11:]], image_set="pet", state="rest")
    work()
    shown = client_of(world.coordinator_a).get(f"/api/studies/{world.study.id}/cases").json()[0]["images"]
    assert {(image["status"], image["message"]) for image in shown} == {
        ("failed", "No left ventricle was found in the image."),
        ("failed", "Slices are missing or unevenly spaced."),
    }


def test_the_same_image_again_is_the_same_image(register: Any, work: Any) -> None:
    first = register([spect()])
    work()
    assert register([spect()]).id == first.id
    assert work() == []
    assert Entry.objects.filter(action="cases.image_registered").count() == 1


def test_an_image_in_use_is_not_replaced(register: Any, work: Any) -> None:
    register([spect(1)])
    work()
    with pytest.raises(Conflict, match="already"):
        register([spect(2)])


def test_a_new_spect_replaces_the_virtual_pet_of_the_old(register: Any, work: Any) -> None:
    old = register([spect(1)])
    computed = register([spect(3)], image_set="virtual_pet")
    work()
    Image.objects.filter(pk=old.pk).update(
        status="failed", code="internal", neutral_key="", polar_key="", contour_key=""
    )
    new = register([spect(2)])
    assert set(Image.objects.filter(superseded_at=None)) == {new}
    computed.refresh_from_db()
    assert computed.superseded_at is not None
    entry = Entry.objects.get(action="cases.image_superseded")
    assert (entry.detail["image"], entry.detail["by"]) == (str(computed.id), str(new.id))


def test_a_virtual_pet_gives_way_to_another_until_it_was_accepted(
    register: Any, work: Any, world: World, client_of: Any
) -> None:
    register([spect(1)], image_set="virtual_pet")
    second = register([spect(2)], image_set="virtual_pet")
    work()
    client_of(world.coordinator_a).post(f"/api/images/{second.id}/qc", {"decision": "accepted"})
    with pytest.raises(Conflict, match="already"):
        register([spect(3)], image_set="virtual_pet")
    assert Image.objects.get(superseded_at=None) == second


def test_a_lost_message_is_sent_again_and_a_done_one_is_not(
    register: Any, work: Any, django_capture_on_commit_callbacks: Any
) -> None:
    image = register([spect()])
    work_lost = Image.objects.filter(pk=image.pk)
    work_lost.update(lease_until=timezone.now() - timedelta(seconds=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert resend_overdue() == 1
        assert resend_overdue() == 0
    work()
    image.refresh_from_db()
    assert (image.status, image.attempts) == (
        "ready",
        1,
    )  # its first message came too; the second found it done
    assert resend_overdue() == 0


def test_an_image_that_kills_its_workers_fails_in_the_end(register: Any) -> None:
    image = register([spect()])
    gone = timezone.now() - timedelta(seconds=1)
    Image.objects.filter(pk=image.pk).update(attempts=DERIVE_ATTEMPTS, lease_until=gone)
    resend_overdue()
    image.refresh_from_db()
    assert (image.status, image.code) == ("failed", "interrupted")


class TestAgain:
    @pytest.fixture
    def failed(self, register: Any, work: Any) -> Image:
        image: Image = register([spect()])
        work()
        Image.objects.update(
            status="failed",
            code="interrupted",
            attempts=DERIVE_ATTEMPTS,
            neutral_key="",
            polar_key="",
            contour_key="",
        )
        return image

    @pytest.mark.parametrize("who", ["coordinator_a", "investigator"])
    def test_a_failed_image_can_be_prepared_again(
        self, failed: Image, world: World, client_of: Any, work: Any, who: str
    ) -> None:
        asked = client_of(getattr(world, who)).post(f"/api/images/{failed.id}/derivation")
        assert (asked.status_code, asked.json()["status"], asked.json()["message"]) == (202, "deriving", "")
        work()
        failed.refresh_from_db()
        assert (failed.status, failed.attempts) == ("ready", 1)
        entry = Entry.objects.get(action="cases.derivation_restarted")
        assert entry.actor == getattr(world, who).id and entry.detail["code"] == "interrupted"

    @pytest.mark.parametrize("who", ["coordinator_b", "monitor", "reader", "staff", "stranger"])
    def test_nobody_else_may_ask_for_it(self, failed: Image, world: World, client_of: Any, who: str) -> None:
        assert client_of(getattr(world, who)).post(f"/api/images/{failed.id}/derivation").status_code == 404

    def test_only_a_failed_image_in_use_of_a_study_that_is_not_locked_is_prepared_again(
        self, failed: Image, world: World, client_of: Any
    ) -> None:
        browser = client_of(world.investigator)

        def ask() -> tuple[int, str]:
            answer = browser.post(f"/api/images/{failed.id}/derivation")
            return answer.status_code, answer.json().get("code", "")

        put_in_state(world.study.pk, Study.State.LOCKED)
        assert ask() == (423, "locked")
        put_in_state(world.study.pk, Study.State.OPEN)
        Image.objects.update(superseded_at=timezone.now())
        assert ask() == (409, "not_failed")
        Image.objects.update(superseded_at=None)
        assert ask() == (202, "") and ask() == (409, "not_failed")


class TestQuality:
    @pytest.fixture
    def image(self, register: Any, work: Any) -> Image:
        image: Image = register([spect()])
        work()
        image.refresh_from_db()
        return image

    @pytest.fixture
    def decide(self, world: World, client_of: Any, image: Image) -> Any:
        browser = client_of(world.coordinator_a)

        def post(decision: str, reason: str = "") -> Any:
            return browser.post(f"/api/images/{image.id}/qc", {"decision": decision, "reason": reason})

        return post

    def test_a_decision_is_kept_with_who_and_why_and_journaled(
        self, decide: Any, image: Image, world: World
    ) -> None:
        assert decide("rejected", "patient moved").json()["qc"] == "rejected"
        image.refresh_from_db()
        assert (image.qc_by, image.qc_reason) == (world.coordinator_a, "patient moved")
        entry = Entry.objects.get(action="cases.qc_decided")
        assert entry.actor == world.coordinator_a.id and entry.detail["reason"] == "patient moved"

    def test_a_rejection_and_a_change_of_mind_need_a_reason(self, decide: Any) -> None:
        assert decide("rejected").status_code == 400
        assert decide("accepted").status_code == 200
        assert decide("rejected").status_code == 400
        assert decide("rejected", "seen again").status_code == 200
        assert decide("accepted").status_code == 400

    def test_the_same_decision_again_is_one_decision(self, decide: Any) -> None:
        assert [decide("accepted").status_code for _ in range(2)] == [200, 200]
        assert Entry.objects.filter(action="cases.qc_decided").count() == 1

    def test_a_locked_study_changes_no_more(self, decide: Any, world: World) -> None:
        put_in_state(world.study.pk, Study.State.LOCKED)
        assert decide("accepted").status_code == 423

    def test_what_was_accepted_when_reading_began_stays_accepted(self, decide: Any, world: World) -> None:
        decide("accepted", "good")
        put_in_state(world.study.pk, Study.State.OPEN)
        refused = decide("rejected", "seen again")
        assert (refused.status_code, refused.json()["code"]) == (409, "in_reading")
        assert decide("accepted", "another reason").status_code == 409
        assert decide("accepted", "good").status_code == 200  # nothing new
        assert Entry.objects.filter(action="cases.qc_decided").count() == 1

    def test_an_image_that_came_after_reading_began_is_decided_on(self, decide: Any, world: World) -> None:
        put_in_state(world.study.pk, Study.State.OPEN)
        assert decide("rejected", "moved").status_code == 200
        assert decide("accepted", "not so bad").status_code == 200

    def test_what_is_not_ready_cannot_be_decided_on(self, decide: Any, image: Image) -> None:
        Image.objects.filter(pk=image.pk).update(
            status="failed", code="internal", neutral_key="", polar_key="", contour_key=""
        )
        assert decide("accepted").status_code == 409

    def test_volumes_are_not_left_in_caches(self, world: World, client_of: Any, image: Image) -> None:
        for what, size in (("volume", 819_200), ("polar", 3_456)):
            answer = client_of(world.coordinator_a).get(f"/api/images/{image.id}/{what}")
            assert (len(answer.content), answer["Cache-Control"]) == (size, "no-store")

    def test_the_dicom_of_an_uploaded_image_is_not_given_out(
        self, world: World, client_of: Any, image: Image
    ) -> None:
        assert client_of(world.coordinator_a).get(f"/api/images/{image.id}/dicom").status_code == 404


def test_a_case_is_read_only_when_every_arm_and_state_is_ready_and_accepted(
    register: Any, work: Any, world: World, client_of: Any
) -> None:
    browser = client_of(world.coordinator_a)

    def shown() -> dict[str, Any]:
        found: dict[str, Any] = browser.get(f"/api/studies/{world.study.id}/cases").json()[0]
        return found

    register([spect()])
    work()
    assert not shown()["complete"]
    assert shown()["waiting_for"] == [
        "SPECT stress: waits for the quality check", "SPECT rest: not received",
        "Virtual PET stress: not computed yet", "Virtual PET rest: not computed yet",
        "PET stress: not received", "PET rest: not received",
    ]  # fmt: skip
    for image_set in ("spect", "virtual_pet", "pet"):
        for state in ("stress", "rest"):
            register([spect()], image_set=image_set, state=state)
    work()
    assert queries.readable_cases(world.study) == []
    for image in Image.objects.all():
        assert browser.post(f"/api/images/{image.id}/qc", {"decision": "accepted"}).status_code == 200
    assert shown()["complete"] and shown()["waiting_for"] == []
    (readable,) = queries.readable_cases(world.study)
    assert set(readable.images) == {
        (s, t) for s in ("spect", "virtual_pet", "pet") for t in ("stress", "rest")
    }
    assert len(queries.segment_values(world.study)) == 6
    assert queries.withheld_cases(world.study) == []


def test_messages_come_in_japanese_too(register: Any, world: World, client_of: Any) -> None:
    register([spect()])
    world.coordinator_a.language = "ja"
    world.coordinator_a.save()
    waiting = (
        client_of(world.coordinator_a).get(f"/api/studies/{world.study.id}/cases").json()[0]["waiting_for"]
    )
    assert waiting[1] == "SPECT 安静：未受領"


@pytest.mark.django_db(transaction=True)
def test_a_decision_waits_for_a_study_that_is_being_opened(
    register: Any, work: Any, world: World, client_of: Any
) -> None:
    """Else an image could be rejected between the look at the images and the opening."""
    image = register([spect()])
    work()
    browser = client_of(world.coordinator_a)
    browser.post(f"/api/images/{image.id}/qc", {"decision": "accepted"})
    answers: list[int] = []

    def reject() -> None:
        try:
            decide_quality(actor=world.coordinator_a, image_id=image.id, decision="rejected", reason="late")
        except Conflict:
            answers.append(409)
        finally:
            connection.close()

    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=world.study.pk)
        thread = Thread(target=reject)
        thread.start()
        thread.join(timeout=0.5)
        put_in_state(study.pk, Study.State.OPEN)
    thread.join(timeout=20)
    assert answers == [409]


@pytest.mark.parametrize(
    "values",
    [
        {"image_set": "ct"}, {"state": "peak"}, {"source": "translation"}, {"status": "ready"},
        {"qc": "accepted"}, {"qc": "rejected"}, {"image_set": "virtual_pet"},
    ],
)  # fmt: skip
def test_the_database_itself_refuses_what_cannot_be(register: Any, values: dict[str, str]) -> None:
    image = register([spect()])
    with pytest.raises(IntegrityError), transaction.atomic():
        Image.objects.filter(pk=image.pk).update(**values)


def test_the_database_keeps_one_current_image_for_each_place(register: Any, case: Case) -> None:
    register([spect()])
    with pytest.raises(IntegrityError), transaction.atomic():
        Image.objects.create(case=case, image_set="spect", state="stress", source="upload", dicom_keys=["x"])
