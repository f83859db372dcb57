"""Moving pictures of a case: from a coordinator's upload to bytes that a reader may be shown, in whatever order."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from pydicom import dcmread

from inference.cohort.command import Extra, Order, make_cohort
from inference.dicom.projections import attenuation_dataset
from inference.dicom.write import to_bytes
from inference.heart.neutral import FULL_SCALE
from inference.volume import Kind, Volume
from reader_study.audit.models import Entry
from reader_study.cases import cines, queries
from reader_study.cases.models import Case, Cine, Image
from reader_study.cases.preparing import DERIVE_ATTEMPTS
from reader_study.cases.storage import store
from reader_study.studies.actions import amend_protocol
from reader_study.studies.protocol import Intake
from reader_study.studies.templates import kawakubo_replica
from tests.reader_study.cases.moving import gated_file, views_file
from tests.reader_study.cases.world import World
from tests.reader_study.intake.files import Secrets, header, heart, nm_file
from tests.reader_study.intake.sending import send, verdicts

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(world: World, client_of: Any) -> Any:
    """The coordinator of a study that takes in what cines are made of."""
    protocol = kawakubo_replica(title="First", reader_title="A study", simulated=True)
    document = replace(protocol, intake=Intake(also=("gated_spect", "projections"))).as_document()
    amend_protocol(author=world.investigator, study=world.study, document=document, reason="cines")
    return client_of(world.coordinator_a)


def spect(seed: int = 1, state: str = "stress", **more: Any) -> bytes:
    return nm_file(heart(seed, **more), state=state, secrets=Secrets(1))


def only() -> Cine:
    return Cine.objects.get(superseded_at=None)


def pictures(cine: Cine, *shape: int) -> np.ndarray:
    return np.frombuffer(store().get(cine.key), "<u2").reshape(cine.frames or 0, *shape)


def companions(browser: Any) -> list[dict[str, Any]]:
    answer = browser.get(f"/api/cases/{Case.objects.get().id}/companions")
    assert answer.status_code == 200, answer.content
    body: list[dict[str, Any]] = answer.json()
    return body


@pytest.mark.parametrize("frames", [8, 16])
@pytest.mark.parametrize("order", ["spect first", "beat first", "together"])
def test_a_beat_lies_on_the_grid_of_its_spect_whichever_comes_first(
    browser: Any, world: World, work: Any, order: str, frames: int
) -> None:
    files = [spect(), gated_file(frames=frames)]
    parts = {"spect first": [files[:1], files[1:]], "beat first": [files[1:], files[:1]], "together": [files]}
    for part in parts[order]:
        send(browser, world.study, part)
        work()
    cine, image = only(), Image.objects.get()
    assert (cine.status, cine.kind, cine.state, cine.frames) == ("ready", "gated", "stress", frames)
    assert cine.placed_by == image
    shown = pictures(cine, 64, 80, 80).astype(float)
    still = np.frombuffer(store().get(image.neutral_key), "<u2").reshape(64, 80, 80)
    assert np.corrcoef(shown.mean(axis=0).ravel(), still.ravel())[0, 1] > 0.97
    (ready,) = queries.cines_of(image.case_id)
    assert (ready.key, ready.dims, ready.spacing_mm, ready.lv) == (cine.key, (80, 80, 64), 2.0, image.lv)


def test_until_its_spect_is_there_a_beat_waits_and_says_so(browser: Any, world: World, work: Any) -> None:
    send(browser, world.study, [gated_file()])
    work()
    assert only().status == "waiting" and not queries.cines_of(Case.objects.get().id)
    (one,) = companions(browser)
    assert (one["kind"], one["state"], one["files"], one["expected"]) == ("gated_spect", "stress", 1, 1)
    assert one["cine"]["status"] == "waiting"
    assert one["message"] == "Its cine waits for the SPECT of the same state."


def test_a_spect_of_the_other_state_does_not_place_it(browser: Any, world: World, work: Any) -> None:
    send(browser, world.study, [gated_file(), spect(state="rest")])
    work()
    assert only().status == "waiting"


@pytest.mark.parametrize(("views", "matrix"), [(60, 64), (64, 128)])
def test_raw_views_become_one_size_and_need_no_spect(
    browser: Any, world: World, work: Any, views: int, matrix: int
) -> None:
    send(browser, world.study, [views_file(views=views, matrix=matrix)])
    work()
    cine = only()
    assert (cine.status, cine.kind, cine.frames, cine.placed_by) == ("ready", "projections", views, None)
    assert np.quantile(pictures(cine, 64, 64), 0.995) == pytest.approx(FULL_SCALE, rel=1e-2)
    (ready,) = queries.cines_of(cine.case_id)
    assert (ready.dims, ready.spacing_mm, ready.lv) == ((64, 64, 1), 6.4, None)


def test_a_simulated_patient_of_a_cohort_brings_both_in_both_states(
    browser: Any, world: World, work: Any, tmp_path: Path
) -> None:
    order = Order(seed=5, extras=frozenset({Extra.GATED, Extra.PROJECTIONS}))
    make_cohort(order, patients=1, out=tmp_path, jobs=1)
    files = [path.read_bytes() for path in sorted(tmp_path.rglob("*.dcm")) if "PET" not in path.parts]
    upload = send(browser, world.study, files)
    work()
    assert {code for _verdict, code in verdicts(browser, upload)} >= {
        "",
        "not_in_protocol",
    }  # the maps of tissue
    made = queries.cines_of(Case.objects.get().id)
    assert [(one.kind, one.state, one.frames) for one in made] == [
        ("gated", "rest", 8),
        ("gated", "stress", 8),
        ("projections", "rest", 60),
        ("projections", "stress", 60),
    ]


class TestWhatCannotBeShown:
    def test_a_damaged_beat_fails_alone_and_says_why(self, browser: Any, world: World, work: Any) -> None:
        ds = dcmread(io.BytesIO(gated_file()))
        ds.TimeSlotVector = list(ds.TimeSlotVector)[:-1] + [ds.TimeSlotVector[-2] + 1]
        ds.SliceVector = list(ds.SliceVector)[:-1] + [1]
        send(browser, world.study, [spect(), to_bytes(ds)])
        work()
        assert only().status == "failed" and Image.objects.get().status == "ready"
        (one,) = companions(browser)
        assert one["cine"]["status"] == "failed" and one["message"].endswith(".")
        assert "ready" not in one["message"]

    def test_another_heart_is_not_laid_over_this_one(self, browser: Any, world: World, work: Any) -> None:
        other = heart()
        other.voxels[:, :, :] = np.roll(other.voxels, 20, axis=0)[:, ::-1]
        other.voxels[:20] = 8
        send(browser, world.study, [spect(), gated_file(of=other)])
        work()
        assert only().code == "beat_elsewhere"
        (one,) = companions(browser)
        assert one["message"] == (
            "The heart of the gated image does not lie where the SPECT of the same state shows it."
        )

    @pytest.mark.parametrize(
        ("views", "change", "code"),
        [
            (4, {}, "views"),
            (60, {"AngularViewVector": [1] * 2 + [2] * 58}, "slice_missing"),
        ],
    )
    def test_views_that_are_no_round_are_refused_with_a_sentence(
        self, browser: Any, world: World, work: Any, views: int, change: dict[str, Any], code: str
    ) -> None:
        ds = dcmread(io.BytesIO(views_file(views=views)))
        for keyword, value in change.items():
            setattr(ds, keyword, value)
        send(browser, world.study, [to_bytes(ds)])
        work()
        assert (only().status, only().code) == ("failed", code)
        assert companions(browser)[0]["message"].endswith(".")

    def test_what_failed_gives_way_and_what_can_be_used_stays(
        self, browser: Any, world: World, work: Any
    ) -> None:
        for views in (4, 60, 64):
            send(browser, world.study, [views_file(views=views)])
            work()
        assert [cine.frames for cine in Cine.objects.order_by("created_at")] == [None, 60]
        assert sorted(one["message"] for one in companions(browser)) == [
            "Its cine is ready.",
            "No cine is made of it: another one of the same kind and state came first.",
            "No cine is made of it: another one of the same kind and state came first.",
        ]


class TestReplaced:
    def test_with_its_spect_a_beat_gives_way_and_is_laid_on_the_next(
        self, browser: Any, world: World, work: Any
    ) -> None:
        send(browser, world.study, [spect(), gated_file()])
        work()
        old, image = only(), Image.objects.get()
        Image.objects.filter(pk=image.pk).update(
            qc="rejected", qc_reason="Wrong filter.", qc_by=world.coordinator_a, qc_at=timezone.now()
        )
        again = nm_file(
            heart(2),
            state="stress",
            secrets=Secrets(1),
            more={"SeriesInstanceUID": "1.2.3", "SOPInstanceUID": "1.2.4"},
        )
        send(browser, world.study, [again])
        assert only() == old and old.status == "ready"
        work()
        new = only()
        old.refresh_from_db()
        assert old.superseded_at is not None and new.status == "ready"
        assert new.placed_by == Image.objects.get(superseded_at=None) != image
        assert new.dicom_keys == old.dicom_keys
        entries = Entry.objects.filter(action="cases.cine_registered").order_by("number")
        assert [entry.detail["replaces"] for entry in entries] == [None, str(old.id)]

    def test_the_views_stay(self, browser: Any, world: World, work: Any) -> None:
        send(browser, world.study, [spect(), views_file()])
        work()
        views = only()
        cines.wait_again(Image.objects.get(), actor=None)
        assert only() == views


class TestAgain:
    @pytest.fixture
    def waiting(self, browser: Any, world: World, work: Any) -> Cine:
        send(browser, world.study, [gated_file()])
        work()
        return only()

    def test_a_lost_word_that_the_spect_is_ready_is_noticed_by_the_sweep(
        self, waiting: Cine, browser: Any, world: World, work: Any, monkeypatch: Any,
        django_capture_on_commit_callbacks: Any,
    ) -> None:  # fmt: skip
        with monkeypatch.context() as lost:
            lost.setattr(cines, "place_waiting", lambda **_: None)
            send(browser, world.study, [spect()])
            work()
        assert only().status == "waiting"
        with django_capture_on_commit_callbacks(execute=True):
            cines.resend_overdue_cines()
        work()
        assert only().status == "ready"

    def test_what_was_tried_too_often_failed_and_a_person_starts_it_again(
        self, browser: Any, world: World, work: Any, client_of: Any
    ) -> None:
        send(browser, world.study, [views_file()])
        work()
        cine = only()
        past = timezone.now() - timedelta(seconds=1)
        Cine.objects.filter(pk=cine.pk).update(
            status="deriving", key="", frames=None, attempts=DERIVE_ATTEMPTS, lease_until=past
        )
        cines.resend_overdue_cines()
        assert (only().status, only().code) == ("failed", "interrupted")
        path = f"/api/cines/{cine.id}/derivation"
        for person in (world.monitor, world.reader, world.coordinator_b):
            assert client_of(person).post(path).status_code == 404
        assert browser.post(path).status_code == 202
        work()
        assert only().status == "ready" and browser.post(path).status_code == 409

    def test_sent_again_the_task_finds_the_work_done(self, browser: Any, world: World, work: Any) -> None:
        send(browser, world.study, [views_file()])
        work()
        before = only()
        assert cines.start_cine(cine_id=before.id) is None
        cines.record_cine(cine_id=before.id, key="0" * 64, frames=9)
        assert only().key == before.key


def test_who_may_not_see_the_case_sees_no_companions(
    browser: Any, world: World, work: Any, client_of: Any
) -> None:
    send(browser, world.study, [views_file()])
    work()
    path = f"/api/cases/{Case.objects.get().id}/companions"
    assert client_of(world.monitor).get(path).status_code == 200
    for person in (world.coordinator_b, world.reader, world.stranger):
        assert client_of(person).get(path).status_code == 404


def test_what_is_kept_has_one_size_whatever_the_camera(browser: Any, world: World, work: Any) -> None:
    send(browser, world.study, [spect(), gated_file(), views_file(matrix=128)])
    work()
    sizes = {cine.kind: len(store().get(cine.key)) / (cine.frames or 1) for cine in Cine.objects.all()}
    assert sizes == {"gated": 2 * 64 * 80 * 80, "projections": 2 * 64 * 64}


def test_of_a_map_of_tissue_and_of_a_series_without_state_no_cine_is_made(
    browser: Any, world: World, work: Any
) -> None:
    document = kawakubo_replica(title="First", reader_title="A study", simulated=True).as_document()
    document["intake"] = {"also": ["projections", "attenuation_map"]}
    amend_protocol(author=world.investigator, study=world.study, document=document, reason="maps")
    voxels = np.full((6, 8, 8), 0.01, dtype=np.float32)
    tissue = Volume(voxels, np.diag([6.4, 6.4, 6.4, 1.0]), Kind.TRANSAXIAL)
    given = header(Secrets(1))
    send(
        browser,
        world.study,
        [to_bytes(attenuation_dataset(tissue, header=given, state="rest")), views_file(state="")],
    )
    work()
    assert not Cine.objects.exists()
    assert {(one["kind"], one["message"]) for one in companions(browser)} == {
        ("attenuation_map", "Kept with the case; readers are not shown it."),
        ("projections", "The file says neither stress nor rest, so no cine is made of it."),
    }


def test_a_study_that_does_not_ask_for_them_takes_none(world: World, client_of: Any, work: Any) -> None:
    browser = client_of(world.coordinator_a)
    upload = send(browser, world.study, [gated_file(), views_file()])
    work()
    assert verdicts(browser, upload) == [("refused", "not_in_protocol")] * 2
    assert not Cine.objects.exists()
