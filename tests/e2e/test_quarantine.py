"""A coordinator decides about files that were kept apart; the investigator sees only how many there are."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Demo
from tests.reader_study.intake.hostile import edited
from tests.reader_study.intake.sending import manifest, pet, spect

pytestmark = pytest.mark.browser
COORDINATOR, INVESTIGATOR = "coordinator.a@demo.example", "pi@demo.example"
UNTOLD = {
    "AcquisitionContextSequence": None,
    "SeriesDescription": "SA",
    "ProtocolName": "MPI",
    "ImageID": "x",
    "StudyDescription": "heart",
}


def upload(demo: Demo, study: str, files: list[bytes]) -> dict[str, Any]:
    """As a script without stage 1 does; waits for the verdicts."""
    person = demo.person(COORDINATOR)
    opened = person.post(f"/api/studies/{study}/uploads", manifest(files))
    by_digest = {hashlib.sha256(data).hexdigest(): data for data in files}
    for digest in opened["missing"]:
        person.put_bytes(f"/api/uploads/{opened['id']}/blobs/{digest}", by_digest[digest])
    person.post(f"/api/uploads/{opened['id']}/complete")
    done: dict[str, Any] = person.wait_for(
        f"/api/uploads/{opened['id']}", lambda upload: upload["state"] == "done", seconds=120
    )
    return done


def test_a_series_without_a_state_is_answered_and_becomes_a_case(
    demo: Demo, browse: Callable[..., Page], tmp_path: Path
) -> None:
    study = demo.study("open study")
    series = [edited(data, **UNTOLD) for data in pet(4321, slices=3)]
    captured = edited(spect(4322), ImageType=["DERIVED", "SECONDARY", "RECON TOMO", "EMISSION"])
    sent = upload(demo, study, [*series, captured])
    assert sent["counts"] == {"quarantined": 4}

    page = browse(COORDINATOR)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(f"/studies/{study}/quarantine")
    group = page.get_by_role("button", name="3 files Sent")
    group.click()
    expect(group).to_contain_text("PET · Stress or rest unknown")
    page.get_by_role("button", name="Show the header").click()
    row = page.get_by_role("row", name="PatientID 0010,0020")
    expect(row).to_contain_text("hidden")
    expect(page.get_by_role("row", name="Modality 0008,0060")).to_contain_text("PT")
    page.get_by_role("button", name="Show PatientID 0010,0020", exact=True).click()
    expect(row).not_to_contain_text("hidden")
    expect(page.get_by_role("row", name="PatientName 0010,0010")).to_contain_text("hidden")
    page.get_by_role("button", name="Show all hidden values").click()
    expect(row).not_to_contain_text("hidden")
    page.get_by_role("radio", name="Rest").check()
    page.get_by_role("button", name="Take 3 files into the study").click()
    expect(page.get_by_text("3 files were taken into the study.")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("link", name="Case A-")).to_be_visible()

    page.get_by_role("button", name="Show the picture").click()
    expect(page.locator(".look-at-pixels canvas").first).to_be_visible()
    page.get_by_role("button", name="No text anywhere").click()
    expect(page.get_by_text("1 file was taken into the study.")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Nothing waits for a decision")).to_be_visible()
    page.get_by_role("link", name="Case A-").click()
    case = page.url.rsplit("/", 1)[1]
    pdf = demo.person(COORDINATOR).get_bytes(f"/api/cases/{case}/certificate.pdf?language=ja")
    assert pdf.startswith(b"%PDF")
    assert problems == []


@pytest.mark.parametrize("language, size", [("en", (1920, 1080)), ("ja", (1366, 768))])
def test_those_above_see_how_many_wait_and_nothing_of_them(
    demo: Demo, browse: Callable[..., Page], language: str, size: tuple[int, int]
) -> None:
    study = demo.study("open study")
    upload(demo, study, [edited(spect(5000 + size[0]), **UNTOLD)])
    page = browse(INVESTIGATOR, language=language, size=size)
    page.goto(f"/studies/{study}/quarantine")
    told = {"en": "stress or rest", "ja": "負荷時か安静時か"}[language]
    expect(page.get_by_role("row").filter(has_text=told)).to_have_count(1)
    assert page.get_by_role("button", name={"en": "Show", "ja": "表示"}[language]).count() == 0
    wide = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert wide
