"""Files that come one by one through a door, companions of a case, and the key that a site is given."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from reader_study.audit.models import Entry
from reader_study.cases.models import Case, Image
from reader_study.intake import actions, processing, staging
from reader_study.intake.models import Instance, Upload
from reader_study.intake.pseudonyms import Pseudonyms, site_key
from reader_study.problems import Conflict, Locked, NotFound, TooLarge
from reader_study.studies.actions import add_member, amend_protocol
from reader_study.studies.models import Role, Study
from reader_study.studies.templates import kawakubo_replica
from tests.reader_study.cases.world import World
from tests.reader_study.intake.hostile import edited
from tests.reader_study.intake.sending import pet, send, spect, status, verdicts
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db
GATED = ["ORIGINAL", "PRIMARY", "RECON GATED TOMO", "EMISSION"]


def dicom(world: World, peer: str = "HOSPITAL_A") -> Upload:
    return actions.open_delivery(
        study=world.study, site=world.site_a, door=Upload.Door.DICOM, actor=None, peer=peer
    )


def take(upload: Upload, *files: bytes) -> None:
    for data in files:
        actions.take_file(upload=upload, body=io.BytesIO(data))


def test_a_delivery_becomes_cases_and_images_as_a_folder_does(
    world: World, work: Any, browser: Any, django_capture_on_commit_callbacks: Any
) -> None:
    upload = dicom(world)
    take(upload, spect(1), *pet(1), b"text", b"")
    assert [file.number for file in upload.files.order_by("number")] == list(range(6))
    with django_capture_on_commit_callbacks(execute=True):
        actions.complete_delivery(upload=upload)
        actions.complete_delivery(upload=upload)
    assert work().count("intake.process") == 1
    assert [code for _, code in verdicts(browser, str(upload.id))] == ["", "", "", "", "not_dicom", "empty"]
    assert Image.objects.count() == 2 and status(browser, str(upload.id))["door"] == "dicom"
    assert not list(staging.staging().rglob("*"))


def test_whoever_answers_at_once_processes_the_delivery_itself(world: World, browser: Any) -> None:
    upload = actions.open_delivery(
        study=world.study, site=world.site_a, door=Upload.Door.STOW, actor=world.coordinator_a
    )
    take(upload, spect(1))
    actions.complete_delivery(upload=upload, send=False)
    processing.process(upload.id)
    assert verdicts(browser, str(upload.id)) == [("accepted", "")]
    assert Instance.objects.get().upload == upload


def test_a_peer_goes_on_with_its_delivery_and_a_stow_request_is_its_own(world: World) -> None:
    assert dicom(world) == dicom(world) != dicom(world, "OTHER")
    stow = {
        "study": world.study,
        "site": world.site_a,
        "door": Upload.Door.STOW,
        "actor": world.coordinator_a,
    }
    assert actions.open_delivery(**stow) != actions.open_delivery(**stow)


def test_what_was_acknowledged_is_processed_though_the_door_died(
    world: World, work: Any, browser: Any, django_capture_on_commit_callbacks: Any
) -> None:
    upload = dicom(world)
    take(upload, spect(1))
    Upload.objects.update(created_at=timezone.now() - timedelta(days=3))
    actions.sweep()
    assert status(browser, str(upload.id))["state"] == "receiving"  # a file came a moment ago
    Upload.objects.update(lease_until=timezone.now() - timedelta(minutes=11))
    with django_capture_on_commit_callbacks(execute=True):
        actions.sweep()
    work()
    assert verdicts(browser, str(upload.id)) == [("accepted", "")]


def test_a_delivery_is_bounded_and_closed(world: World, monkeypatch: Any) -> None:
    upload = dicom(world)
    monkeypatch.setattr(actions, "MAX_FILE_BYTES", 100)
    with pytest.raises(TooLarge):
        take(upload, b"x" * 101)
    monkeypatch.setattr(actions, "MAX_FILES", 1)
    take(upload, b"x")
    with pytest.raises(TooLarge):
        take(upload, b"y")
    assert [path.stat().st_size for path in staging.staging().rglob("*") if path.is_file()] == [1]
    actions.complete_delivery(upload=upload)
    with pytest.raises(Conflict):
        take(upload, b"z")


def test_a_door_stays_shut_for_a_locked_study_and_a_foreign_site(world: World) -> None:
    put_in_state(world.study.id, Study.State.LOCKED)
    world.study.refresh_from_db()
    with pytest.raises(Locked):
        dicom(world)
    world.other_study.sites.clear()
    with pytest.raises(NotFound):
        actions.open_delivery(
            study=world.other_study, site=world.site_a, door=Upload.Door.DICOM, actor=None, peer="A"
        )


def test_files_of_a_study_that_was_locked_meanwhile_are_not_taken(world: World, browser: Any) -> None:
    upload = dicom(world)
    take(upload, spect(1))
    put_in_state(world.study.id, Study.State.LOCKED)
    actions.complete_delivery(upload=upload, send=False)
    processing.process(upload.id)
    assert verdicts(browser, str(upload.id)) == [("refused", "study_locked")] and not Case.objects.exists()


def test_the_database_wants_to_know_who_sent(world: World) -> None:
    for wrong in (
        {"door": "dicom", "peer": ""},
        {"door": "stow"},
        {"door": "browser", "manifest_digest": "a"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Upload.objects.create(study=world.study, site=world.site_a, **wrong)


# --- companions


def collecting(world: World, *kinds: str) -> None:
    document = kawakubo_replica(title="First", reader_title="A study", simulated=True).as_document()
    document["intake"] = {"also": list(kinds)}
    amend_protocol(author=world.investigator, study=world.study, document=document, reason="companions")


def test_a_companion_is_kept_with_its_case_and_makes_no_image(browser: Any, world: World, work: Any) -> None:
    collecting(world, "gated_spect")
    gated = edited(spect(1), ImageType=GATED, SOPInstanceUID="1.2.77", SeriesInstanceUID="1.2.7")
    upload = send(browser, world.study, [spect(1), gated])
    work()
    assert verdicts(browser, upload) == [("accepted", "")] * 2
    companion = Instance.objects.get(kind="gated_spect")
    assert (companion.image_set, companion.image, companion.case.subject) == ("", None, "A-0001")
    assert companion.report is not None and companion.procedure
    (image,) = Image.objects.all()
    assert image.image_set == "spect" and len(image.dicom_keys) == 1
    (case,) = browser.get(f"/api/studies/{world.study.id}/cases").json()
    assert len(case["waiting_for"]) == 6 and not case["complete"]  # a companion fills no place


def test_what_the_protocol_does_not_collect_is_refused(browser: Any, world: World, work: Any) -> None:
    upload = send(browser, world.study, [edited(spect(1), ImageType=GATED)])
    work()
    assert verdicts(browser, upload)[0][0] == "refused" and not Case.objects.exists()


# --- what a site is given


def test_a_coordinator_gets_the_key_of_the_own_site_and_it_is_written_down(
    browser: Any, world: World, client_of: Any
) -> None:
    answer = browser.get(f"/api/studies/{world.study.id}/intake")
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    terms = answer.json()
    key = site_key(study_key=bytes(world.study.pseudonym_key), site=world.site_a.id)
    assert bytes.fromhex(terms["key"]) == key and terms["site"]["code"] == "A"
    assert terms["kinds"] == ["spect", "pet"] and terms["quarantine_days"] == 30 and terms["procedure"]
    other = client_of(world.coordinator_b).get(f"/api/studies/{world.study.id}/intake").json()
    assert other["key"] != terms["key"]
    entry = Entry.objects.filter(action="intake.key_given").order_by("number").first()
    assert entry is not None and (entry.actor, entry.detail) == (world.coordinator_a.id, {})
    for user in (world.investigator, world.monitor, world.reader, world.stranger):
        assert client_of(user).get(f"/api/studies/{world.study.id}/intake").status_code == 404


def test_who_coordinates_several_sites_says_which(browser: Any, world: World) -> None:
    add_member(
        actor=world.investigator, study=world.study, email=world.coordinator_a.email,
        role=Role.COORDINATOR, site_id=world.site_b.id,
    )  # fmt: skip
    url = f"/api/studies/{world.study.id}/intake"
    assert browser.get(url).json()["code"] == "site"
    assert browser.get(f"{url}?site_id={world.site_b.id}").json()["site"]["code"] == "B"
    assert browser.get(f"{url}?site_id=x").status_code == 400
    assert browser.get(f"{url}?site_id={world.study.id}").status_code == 404


def test_a_file_sealed_at_the_site_and_the_same_file_raw_are_one(
    browser: Any, world: World, work: Any
) -> None:
    from reader_study.intake.examination import examine

    pseudonyms = Pseudonyms(site_key(study_key=bytes(world.study.pseudonym_key), site=world.site_a.id))
    sealed = examine(spect(1), pseudonyms=pseudonyms, kinds=None).data
    upload = send(browser, world.study, [sealed, spect(1)])
    work()
    assert verdicts(browser, upload) == [("accepted", ""), ("duplicate", "duplicate")]
    assert Instance.objects.get().sealed_by_sender
