"""A file that does not prove how it lies: the coordinator looks, confirms, and only then accepts."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from inference.dicom.write import nm_dataset, to_bytes
from reader_study.demonstration.person import Person
from tests.e2e.conftest import Demo
from tests.inference.heart.phantom import volume

pytestmark = pytest.mark.browser
COORDINATOR = "coordinator.a@demo.example"
WORDS = {
    "en": (
        "I compared it with the anatomy: it lies as stated",
        "Accept",
        "from ProtocolName",
        "Confirm first how the image lies",
    ),
    "ja": (
        "解剖学的構造と照らし合わせ、記載のとおりの向きであることを確認しました",
        "承認",
        "ProtocolName",
        "先に画像の向きを確認してください",
    ),
}


def unoriented(number: int) -> bytes:
    """A heart of a subject of its own whose header holds no orientation, and says stress in words."""
    heart = volume(fwhm_mm=12, background=0.1, noise=0.05)
    header = {
        "PatientID": f"GEOMETRY-{number}",
        "PatientName": "YAMADA^HANAKO",
        "StudyDate": "20240102",
        "StudyInstanceUID": f"2.25.{1000 + number}",
        "SeriesInstanceUID": f"2.25.{2000 + number}",
        "SeriesDescription": "SA",
        "ProtocolName": "Cardiac STRESS",
    }
    ds = nm_dataset(heart, header=header, state=None)
    del ds.DetectorInformationSequence[0].ImageOrientationPatient
    return to_bytes(ds)


def image_of(person: Person, study: str, data: bytes) -> tuple[str, str]:
    """Case and image that the file becomes."""
    before = {case["id"] for case in person.get(f"/api/studies/{study}/cases")}
    digest = hashlib.sha256(data).hexdigest()
    manifest = {"files": [{"n": 0, "size": len(data), "sha256": digest}]}
    upload = person.post(f"/api/studies/{study}/uploads", manifest)
    path = f"/api/uploads/{upload['id']}"
    person.put_bytes(f"{path}/blobs/{digest}", data)
    person.post(f"{path}/complete")

    def ready(cases: Any) -> bool:
        new = [case for case in cases if case["id"] not in before]
        return any(image["status"] == "ready" for case in new for image in case["images"])

    cases = person.wait_for(f"/api/studies/{study}/cases", ready, seconds=120)
    (case,) = (case for case in cases if case["id"] not in before)
    return case["id"], case["images"][0]["id"]


@pytest.mark.parametrize(("number", "language", "size"), [(1, "en", (1920, 1080)), (2, "ja", (1366, 768))])
def test_acceptance_waits_for_the_tick(
    demo: Demo,
    browse: Callable[..., Page],
    number: int,
    language: str,
    size: tuple[int, int],
    pictures: Path,
) -> None:
    tick, accept, said, first = WORDS[language]
    study, person = demo.study("open study"), demo.person(COORDINATOR)
    case, image = image_of(person, study, unoriented(number))
    page = browse(COORDINATOR, language=language, size=size)
    page.goto(f"/studies/{study}/cases/{case}?image={image}")
    expect(page.locator(".qc-canvas")).to_be_visible()
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_text(first)).to_be_visible()
    button = page.get_by_role("button", name=accept, exact=True)
    expect(button).to_be_disabled()
    page.wait_for_timeout(1_500)
    page.screenshot(path=pictures / f"geometry-{language}.png", full_page=True)
    page.get_by_role("checkbox", name=tick).check()
    expect(button).to_be_enabled()
    button.click()

    def accepted(answer: Any) -> bool:
        (decided,) = (one for one in answer["images"] if one["id"] == image)
        return (decided["geometry"], decided["qc"]) == ("confirmed", "accepted")

    person.wait_for(f"/api/cases/{case}", accepted, seconds=30)
    page.goto(f"/studies/{study}/cases")
    expect(page.locator("tfoot")).to_be_visible()
    page.screenshot(path=pictures / f"cases-{language}.png", full_page=True)
