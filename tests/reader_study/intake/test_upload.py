import hashlib
import io
from typing import Any

import pytest
from pydicom import dcmread

from reader_study.audit.models import Entry
from reader_study.cases.models import Case, Image
from reader_study.cases.storage import store
from reader_study.intake import queries, staging
from reader_study.intake.actions import MAX_FILE_BYTES
from reader_study.intake.examination import examine
from reader_study.intake.models import Instance
from reader_study.intake.reasons import NotTaken
from reader_study.studies.models import Study
from tests.reader_study.cases.world import World
from tests.reader_study.intake.files import Secrets, heart, nm_file, noise
from tests.reader_study.intake.hostile import DOUBTFUL, HOSTILE
from tests.reader_study.intake.sending import manifest, pet, put, send, spect, status, verdicts
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db
PLACES = ("second_series", "conflicting_copy", "patient_mixed", "state_unknown", "duplicate")


def test_files_of_two_patients_become_two_cases_in_the_studys_own_numbering(
    browser: Any, world: World, work: Any
) -> None:
    upload = send(browser, world.study, [spect(1), spect(1, "rest"), spect(2), *pet(1)])
    assert status(browser, upload)["state"] == "processing"
    work()
    body = status(browser, upload)
    assert body["state"] == "done" and body["counts"] == {"accepted": 6}
    assert [case["subject"] for case in body["cases"]] == ["A-0001", "A-0002"]
    first, second = (case["id"] for case in body["cases"])
    assert [file["case"] for file in body["files"]] == [first, first, second, first, first, first]
    assert set(Image.objects.values_list("case__subject", "image_set", "state")) == {
        ("A-0001", "spect", "stress"), ("A-0001", "spect", "rest"), ("A-0001", "pet", "rest"),
        ("A-0002", "spect", "stress"),
    }  # fmt: skip
    stored = dcmread(
        io.BytesIO(store().get(Image.objects.get(image_set="spect", state="rest").dicom_keys[0]))
    )
    assert (stored.PatientID, stored.SeriesDescription) == ("A-0001", "SPECT rest short axis")


def test_each_site_numbers_its_own_subjects(world: World, client_of: Any, work: Any) -> None:
    data = [spect(1)]
    for user in (world.coordinator_a, world.coordinator_b):
        send(client_of(user), world.study, data)
        work()
    assert set(Case.objects.values_list("subject", flat=True)) == {"A-0001", "B-0001"}


def test_one_bad_file_never_stops_the_rest(browser: Any, world: World, work: Any) -> None:
    bad = [HOSTILE["text"][0](), HOSTILE["secondary capture"][0](), DOUBTFUL["marked as secondary"][0]()]
    upload = send(browser, world.study, [bad[0], spect(1), bad[1], spect(2), bad[2]])
    work()
    assert verdicts(browser, upload) == [
        ("refused", "not_dicom"), ("accepted", ""), ("refused", "sop_class"), ("accepted", ""),
        ("quarantined", "secondary"),
    ]  # fmt: skip
    assert all(file["message"] or file["verdict"] == "accepted" for file in status(browser, upload)["files"])


def test_every_hostile_file_gets_the_verdict_of_its_examination_through_the_door_and_the_same_one_again(
    browser: Any, world: World, work: Any
) -> None:
    made = [make() for make, *_expected in {**HOSTILE, **DOUBTFUL}.values()]
    files = [data for data in made if len(data) < 1_000_000]
    pseudonyms, kinds = queries.pseudonyms_of(world.study, world.site_a), queries.kinds_wanted(world.study)
    expected = []
    for data in files:
        try:
            examine(data, pseudonyms=pseudonyms, kinds=kinds)
            expected.append("")
        except NotTaken as reason:
            expected.append(reason.code)
    assert len({code for code in expected if code}) > 15
    for known in (False, True):
        upload = send(browser, world.study, files)
        work()
        for (verdict, code), wanted in zip(verdicts(browser, upload), expected, strict=True):
            if wanted and wanted != "empty":
                assert (verdict in ("refused", "quarantined"), code) == (True, wanted)
            elif not wanted:  # it may enter; what its place says is another question
                assert verdict == ("duplicate" if known else "accepted") or code in PLACES
    assert not any(path.is_file() for path in staging.staging().rglob("*"))


def test_the_same_folder_again_changes_nothing(browser: Any, world: World, work: Any) -> None:
    files = [nm_file(heart(), state="stress", secrets=Secrets(1)), *pet(1)[:2]]
    send(browser, world.study, files)
    work()
    before = set(Image.objects.values_list("id", "superseded_at")), Instance.objects.count()
    opened = browser.post(f"/api/studies/{world.study.id}/uploads", manifest(files)).json()
    assert opened["missing"] == []
    browser.post(f"/api/uploads/{opened['id']}/complete")
    work()
    assert verdicts(browser, opened["id"]) == [("duplicate", "duplicate")] * 3
    assert (set(Image.objects.values_list("id", "superseded_at")), Instance.objects.count()) == before


def test_a_file_twice_in_one_folder_is_taken_once(browser: Any, world: World, work: Any) -> None:
    upload = send(browser, world.study, [spect(1), spect(1), b"x", b"x"])
    work()
    assert [verdict for verdict, _ in verdicts(browser, upload)] == [
        "accepted",
        "duplicate",
        "refused",
        "refused",
    ]


def test_a_pet_series_that_comes_in_two_uploads_is_one_image_when_its_last_slice_came(
    browser: Any, world: World, work: Any
) -> None:
    slices = pet(1, slices=5)
    send(browser, world.study, slices[:3])
    work()
    assert not Image.objects.exists()
    send(browser, world.study, slices[2:])
    work()
    assert len(Image.objects.get().dicom_keys) == 5


def test_a_second_series_is_kept_apart_until_the_first_is_rejected(
    browser: Any, world: World, work: Any, client_of: Any
) -> None:
    first, second = (
        nm_file(heart(n), state="stress", secrets=Secrets(1), more={"SeriesInstanceUID": f"1.2.{n}",
                "SOPInstanceUID": f"1.2.{n}.1"})
        for n in (1, 2)
    )  # fmt: skip
    send(browser, world.study, [first])
    work()
    upload = send(browser, world.study, [second])
    work()
    assert verdicts(browser, upload) == [("quarantined", "second_series")]
    image = Image.objects.get()
    browser.post(f"/api/images/{image.id}/qc", {"decision": "rejected", "reason": "moved"})
    upload = send(browser, world.study, [second])
    work()
    assert verdicts(browser, upload) == [("accepted", "")]
    assert Image.objects.get(superseded_at=None).dicom_keys != image.dicom_keys


def test_another_content_under_a_known_uid_is_kept_apart(browser: Any, world: World, work: Any) -> None:
    uids = {"SeriesInstanceUID": "1.2.3", "SOPInstanceUID": "1.2.3.4"}
    send(browser, world.study, [nm_file(noise(seed=1), state="stress", secrets=Secrets(1), more=uids)])
    work()
    upload = send(
        browser, world.study, [nm_file(noise(seed=2), state="stress", secrets=Secrets(1), more=uids)]
    )
    work()
    assert verdicts(browser, upload) == [("quarantined", "conflicting_copy")]


def test_two_patient_ids_in_one_examination_are_kept_apart(browser: Any, world: World, work: Any) -> None:
    same = {"StudyInstanceUID": "1.2.9"}
    upload = send(browser, world.study, [spect(1, **same), spect(2, **same)])
    work()
    assert verdicts(browser, upload) == [("accepted", ""), ("quarantined", "patient_mixed")]
    assert list(Case.objects.values_list("subject", flat=True)) == ["A-0001"]


@pytest.mark.django_db(transaction=True)
def test_a_broken_transfer_is_refused_and_can_be_repeated(browser: Any, world: World) -> None:
    data = spect(1)
    opened = browser.post(f"/api/studies/{world.study.id}/uploads", manifest([data])).json()
    digest = hashlib.sha256(data).hexdigest()
    assert put(browser, opened["id"], digest, data[:-1]).status_code == 409
    assert put(browser, opened["id"], digest, b"").status_code == 409
    assert put(browser, opened["id"], digest, data + b"x").status_code == 413
    assert put(browser, opened["id"], "0" * 64, data).status_code == 404
    assert put(browser, opened["id"], digest, data).status_code == 201
    assert put(browser, opened["id"], digest, data).status_code == 200
    assert [path.name for path in (staging.staging() / opened["id"]).iterdir()] == [digest]


def test_a_broken_upload_goes_on_where_it_stopped(browser: Any, world: World) -> None:
    files = [spect(1), spect(2)]
    opened = browser.post(f"/api/studies/{world.study.id}/uploads", manifest(files)).json()
    put(browser, opened["id"], opened["missing"][0], files[0])
    again = browser.post(f"/api/studies/{world.study.id}/uploads", manifest(files)).json()
    assert again["id"] == opened["id"] and again["missing"] == opened["missing"][1:]


def test_what_is_too_large_or_empty_need_not_be_sent(browser: Any, world: World, work: Any) -> None:
    lines = [
        {"n": 0, "size": MAX_FILE_BYTES + 1, "sha256": "a" * 64},
        {"n": 1, "size": 0, "sha256": "b" * 64},
    ]
    opened = browser.post(f"/api/studies/{world.study.id}/uploads", {"files": lines}).json()
    assert opened["missing"] == []
    browser.post(f"/api/uploads/{opened['id']}/complete")
    work()
    assert verdicts(browser, opened["id"]) == [("refused", "too_large"), ("refused", "empty")]


def test_a_file_that_never_came_is_said_to_be_missing(browser: Any, world: World, work: Any) -> None:
    opened = browser.post(f"/api/studies/{world.study.id}/uploads", manifest([spect(1)])).json()
    browser.post(f"/api/uploads/{opened['id']}/complete")
    work()
    assert verdicts(browser, opened["id"]) == [("refused", "not_received")]


@pytest.mark.parametrize(
    "body",
    [{}, {"files": []}, {"files": [{"n": 0, "size": 1}]}, {"files": "x"},
     {"files": [{"n": -1, "size": 1, "sha256": "a" * 64}]},
     {"files": [{"n": 0, "size": 1, "sha256": "../../etc"}]},
     {"files": [{"n": 0, "size": 1, "sha256": "a" * 64}, {"n": 0, "size": 2, "sha256": "b" * 64}]}],
)  # fmt: skip
def test_a_bad_manifest_is_refused_with_a_sentence(browser: Any, world: World, body: Any) -> None:
    answer = browser.post(f"/api/studies/{world.study.id}/uploads", body)
    assert answer.status_code == 400 and answer.json()["message"]


def test_an_unchanged_upload_is_answered_304(browser: Any, world: World, work: Any) -> None:
    upload = send(browser, world.study, [spect(1)])
    first = browser.get(f"/api/uploads/{upload}")
    again = browser.get(f"/api/uploads/{upload}", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and not again.content
    work()
    assert browser.get(f"/api/uploads/{upload}", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_completing_twice_is_completing_once(browser: Any, world: World, work: Any) -> None:
    upload = send(browser, world.study, [spect(1)])
    assert browser.post(f"/api/uploads/{upload}/complete").status_code == 202
    assert work().count("intake.process") == 1
    assert Entry.objects.filter(action="intake.upload_completed").count() == 1


def test_a_locked_study_takes_no_files(browser: Any, world: World) -> None:
    put_in_state(world.study.id, Study.State.LOCKED)
    answer = browser.post(f"/api/studies/{world.study.id}/uploads", manifest([b"x"]))
    assert answer.status_code == 423
