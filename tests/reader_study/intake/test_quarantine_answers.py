"""What a person says of a file that waits: taken, or kept with the next reason."""

import io
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils import translation
from pydicom import dcmread

from reader_study.audit.models import Entry
from reader_study.cases.actions import register_image
from reader_study.cases.models import Case, Image
from reader_study.cases.storage import store
from reader_study.intake import quarantine, quarantine_actions, quarantine_answers
from reader_study.intake.deidentification import deidentify
from reader_study.intake.models import Instance, KeptApart
from reader_study.intake.quarantine_answers import HELPS
from reader_study.intake.queries import pseudonyms_of
from reader_study.intake.reasons import instead, sentence
from reader_study.intake.structure import read_structure
from reader_study.problems import Conflict
from reader_study.studies.models import Study
from tests.reader_study.at_once import during
from tests.reader_study.cases.world import World
from tests.reader_study.intake.files import Secrets, heart, nm_file
from tests.reader_study.intake.hostile import DOUBTFUL, edited, letters
from tests.reader_study.intake.sending import pet, send, spect, status, verdicts
from tests.reader_study.intake.waiting import UNTOLD, answered, burned_in, only, uids, untold, waiting
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db
SENSELESS: list[dict[str, Any]] = [
    {},
    {"state": "sleeping"},
    {"pixels": "blanked"},
    {"patient_id": "  "},
    {"replace": " "},
    {"pixels": "seen", "blank": [{"frame": 0, "left": 0, "top": 0, "right": 1, "bottom": 1}]},
    {"pixels": "blanked", "blank": [{"frame": 0, "left": 3, "top": 0, "right": 2, "bottom": 1}]},
]


def test_an_answer_takes_the_file_into_the_study(browser: Any, world: World, work: Any, kept: str) -> None:
    said = answered(browser, kept, state="rest")
    assert said["taken"] and said["case"]["subject"] == "A-0001"
    instance = Instance.objects.get()
    assert (instance.state, instance.state_from) == ("rest", "coordinator")
    assert Image.objects.get().state == "rest"
    stored = dcmread(io.BytesIO(store().get(instance.object_key)))
    assert stored.SeriesDescription.startswith("SPECT rest")
    upload = str(instance.upload_id)
    assert verdicts(browser, upload) == [("accepted", "")]
    assert [case["subject"] for case in status(browser, upload)["cases"]] == ["A-0001"]
    entry = Entry.objects.get(action="intake.quarantine_answered")
    assert (entry.actor, entry.detail["said"]) == (world.coordinator_a.id, ["state"])
    assert waiting(browser, world.study)["files"] == [] and quarantine.names() == []
    row = KeptApart.objects.get()
    assert (row.state, row.wrapped_key, row.closed_by) == ("taken", None, world.coordinator_a)
    assert browser.post(f"/api/quarantine/{kept}/answer", {"state": "rest"}).status_code == 409


def test_a_wrong_answer_keeps_the_file_with_the_next_reason_and_what_was_said(
    browser: Any, world: World, work: Any
) -> None:
    send(browser, world.study, [edited(burned_in(), PatientID="", **UNTOLD)])
    work()
    kept = only(browser, world.study)
    said = {
        "no_patient_id": {"patient_id": "4711"},
        "burned_in": {"pixels": "seen"},
        "state_unknown": {"state": "rest"},
    }
    for _ in range(len(said)):
        (file,) = waiting(browser, world.study)["files"]
        answer = answered(browser, kept, **said.pop(file["code"]))
        if answer["taken"]:
            break
        row = KeptApart.objects.get()
        assert row.code == answer["code"] and row.answers is not None and b"4711" not in bytes(row.answers)
    instance = Instance.objects.get()
    assert (instance.state, instance.pixels) == ("rest", "seen")
    assert "4711" not in str(list(Entry.objects.values_list("detail", "payload")))


def test_an_answer_after_which_nothing_would_help_is_forgotten(browser: Any, world: World, work: Any) -> None:
    site = pseudonyms_of(world.study, world.site_a)
    send(browser, world.study, [deidentify(read_structure(untold()), pseudonyms=site).data])
    work()
    kept = only(browser, world.study)
    wrong = answered(
        browser, kept, state="rest", patient_id="another"
    )  # its dates were moved as its own patient's
    assert (wrong["taken"], bool(instead(wrong["code"]))) == (False, True)
    assert KeptApart.objects.get().code == "state_unknown"
    assert answered(browser, kept, state="rest")["taken"]


def test_text_is_blanked_and_the_file_claims_that_somebody_looked(
    browser: Any, world: World, work: Any
) -> None:
    send(browser, world.study, [edited(PixelData=letters())])
    work()
    kept = only(browser, world.study)
    box = {"frame": 0, "left": 2, "top": 2, "right": 10, "bottom": 8}
    assert answered(browser, kept, pixels="blanked", blank=[box])["taken"]
    instance = Instance.objects.get()
    stored = dcmread(io.BytesIO(store().get(instance.object_key)))
    assert instance.pixels == "blanked" and not stored.pixel_array[0, 2:8, 2:10].any()
    assert stored.pixel_array[1:].any()
    assert "113101" in [str(code.CodeValue) for code in stored.DeidentificationMethodCodeSequence]


@pytest.mark.django_db(transaction=True)  # a refusal outside a transaction must not end the test's
def test_an_answer_that_says_nothing_sensible_is_refused(browser: Any, kept: str) -> None:
    for said in SENSELESS:
        answer = browser.post(f"/api/quarantine/{kept}/answer", said)
        assert answer.status_code == 400 and answer.json()["message"], said
    assert KeptApart.objects.get().state == "held"


def test_a_second_series_can_take_the_place_of_the_first(browser: Any, world: World, work: Any) -> None:
    first, second = (
        nm_file(heart(n), state="stress", secrets=Secrets(1), more={"SeriesInstanceUID": f"1.2.{n}",
                "SOPInstanceUID": f"1.2.{n}.1"})
        for n in (1, 2)
    )  # fmt: skip
    send(browser, world.study, [first])
    work()
    upload = send(browser, world.study, [second])
    work()
    kept = only(browser, world.study)
    before = Image.objects.get()
    assert answered(browser, kept, replace="The patient moved in the first")["taken"]
    before.refresh_from_db()
    assert before.qc == "rejected" and before.superseded_at is not None
    assert Image.objects.get(superseded_at=None).dicom_keys != before.dicom_keys
    assert verdicts(browser, upload) == [("accepted", "")]


@pytest.mark.django_db(transaction=True)
def test_a_first_series_gives_way_while_a_worker_brings_what_it_computed_of_it(
    browser: Any, world: World, work: Any
) -> None:
    for n in (1, 2):
        send(browser, world.study, [nm_file(heart(n), state="stress", secrets=Secrets(1), more=uids(n))])
        work()
    first, kept = Image.objects.get(), only(browser, world.study)
    said = during(
        lambda: Case.objects.select_for_update().get(pk=first.case_id),
        lambda: answered(browser, kept, replace="The patient moved in the first"),
        then=lambda: register_image(
            case=first.case,
            image_set="virtual_pet",
            state="stress",
            dicom_keys=["0" * 64],
            source="translation",
            provenance={},
            actor=None,
        ),
    )
    assert said["taken"]
    assert [image.image_set for image in Image.objects.filter(superseded_at=None)] == ["spect"]


def test_a_patient_id_that_was_wrong_is_corrected(browser: Any, world: World, work: Any) -> None:
    same = {"StudyInstanceUID": "1.2.9"}
    upload = send(browser, world.study, [spect(1, **same), spect(2, state="rest", **same), spect(3)])
    work()
    kept = only(browser, world.study)
    assert answered(browser, kept, patient_id=Secrets(1).patient_id)["case"]["subject"] == "A-0001"
    assert set(Instance.objects.values_list("case__subject", "state")) == {
        ("A-0001", "stress"), ("A-0001", "rest"), ("A-0002", "stress"),
    }  # fmt: skip
    assert [verdict for verdict, _ in verdicts(browser, upload)] == ["accepted"] * 3


@pytest.mark.django_db(transaction=True)  # a refusal outside a transaction must not end the test's
def test_a_locked_study_takes_no_answers(browser: Any, world: World, kept: str) -> None:
    put_in_state(world.study.id, Study.State.LOCKED)
    assert browser.post(f"/api/quarantine/{kept}/answer", {"state": "rest"}).status_code == 423
    assert browser.post(f"/api/quarantine/{kept}/discard", {}).status_code == 204


@pytest.mark.django_db(transaction=True)
def test_a_study_that_is_locked_during_an_answer_takes_no_file(
    browser: Any, world: World, kept: str, monkeypatch: Any
) -> None:
    whole = quarantine_answers.examine

    def locked(*args: Any, **more: Any) -> Any:
        put_in_state(world.study.id, Study.State.LOCKED)
        return whole(*args, **more)

    monkeypatch.setattr(quarantine_answers, "examine", locked)
    answer = browser.post(f"/api/quarantine/{kept}/answer", {"state": "rest"})
    assert answer.status_code == 423 and "locked" in answer.json()["message"]
    assert KeptApart.objects.get().state == "held" and not Instance.objects.exists()


def quarantine_codes() -> set[str]:
    """Every reason for which a file is kept apart, as the code has it."""
    rooms = Path(quarantine.__file__).parent.rglob("*.py")
    return {code for room in rooms for code in re.findall(r'Quarantined\("(\w+)"\)', room.read_text())}


def test_of_every_file_that_waits_it_is_said_what_can_be_done() -> None:
    assert {code for code in quarantine_codes() if instead(code)} == quarantine_codes() - set(HELPS)
    assert set(HELPS) <= quarantine_codes() and not any(instead(code) for code in HELPS)
    for code in quarantine_codes():
        assert sentence(code) != code


@pytest.mark.django_db(transaction=True)
def test_a_file_that_no_answer_helps_can_only_be_looked_at_and_thrown_away(
    browser: Any, world: World, work: Any
) -> None:
    send(browser, world.study, [DOUBTFUL["unknown character set"][0]()])
    work()
    (file,) = waiting(browser, world.study)["files"]
    assert (file["code"], file["helps"]) == ("charset", [])
    assert "looked at and thrown away" in file["instead"] and "ISO_IR 192" in file["instead"]
    refused = browser.post(f"/api/quarantine/{file['id']}/answer", {"pixels": "seen"})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_answer")
    assert refused.json()["message"] == file["instead"]
    with translation.override("ja"):
        assert "破棄" in instead("charset") and "ISO_IR 192" in instead("charset")
    assert browser.get(f"/api/quarantine/{file['id']}/header").status_code == 200
    assert browser.post(f"/api/quarantine/{file['id']}/discard", {}).status_code == 204


def test_a_series_waits_and_is_answered_file_by_file(browser: Any, world: World, work: Any) -> None:
    slices = [edited(data, **UNTOLD) for data in pet(1, slices=3)]
    upload = send(browser, world.study, slices)
    work()
    files = waiting(browser, world.study)["files"]
    assert len(files) == 3 and {file["upload"] for file in files} == {upload}
    for file in files:
        assert answered(browser, file["id"], state="stress")["taken"]
    assert len(Image.objects.get().dicom_keys) == 3


def test_answering_while_another_answers_takes_the_file_once(
    browser: Any, world: World, kept: str, monkeypatch: Any
) -> None:
    """Between reading and taking, somebody else discards it."""
    whole = quarantine_answers.examine

    def overtaken(*args: Any, **more: Any) -> Any:
        quarantine_actions.discard(actor=world.coordinator_a, kept_id=UUID(kept), reason="")
        return whole(*args, **more)

    monkeypatch.setattr(quarantine_answers, "examine", overtaken)
    with pytest.raises(Conflict, match="no longer kept"):
        quarantine_answers.answer(
            actor=world.coordinator_a, kept_id=UUID(kept), given=quarantine_answers.Given(state="rest")
        )
    assert not Instance.objects.exists()


def test_what_an_answer_changes_is_told(browser: Any, world: World, work: Any) -> None:
    first, second = (nm_file(heart(n), state="rest", secrets=Secrets(1), more=uids(n)) for n in (1, 2))
    send(browser, world.study, [first])
    work()
    send(browser, world.study, [edited(second, **UNTOLD)])
    work()
    assert answered(browser, only(browser, world.study), state="rest")["code"] == "second_series"
    (told,) = waiting(browser, world.study)["files"]
    assert (told["shows"]["state"], told["shows"]["state_from"]) == ("rest", "coordinator")
    assert told["case"]["subject"] == "A-0001"
