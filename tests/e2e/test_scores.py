"""A principal investigator takes the scores of the finished study along, for an archive and for FHIR."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pydicom import dcmread

from tests.e2e.conftest import Demo

pytestmark = pytest.mark.browser
LINKS = {"en": ("DICOM SR (zip)", "FHIR R4 (JSON)"), "ja": ("DICOM SR（zip）", "FHIR R4（JSON）")}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_scores_can_be_taken_along(
    demo: Demo, browse: Callable[..., Page], tmp_path: Path, language: str
) -> None:
    page = browse("pi@demo.example", language=language, size=(1366, 768))
    page.goto(f"/studies/{demo.study('finished study')}/report")
    reports, observations = (page.get_by_role("link", name=name) for name in LINKS[language])
    # The worker has to find time for them: some seconds for each case.
    expect(reports).to_be_visible(timeout=180_000)
    reports.scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / f"scores-{language}.png")
    with page.expect_download() as waiting:
        reports.click()
    with zipfile.ZipFile(waiting.value.path()) as archive:
        found = [dcmread(io.BytesIO(archive.read(name))) for name in archive.namelist()]
    assert {report.Modality for report in found} == {"SR"}
    assert all("SIMULATED" in report.SeriesDescription for report in found)
    with page.expect_download() as waiting:
        observations.click()
    bundle = json.loads(Path(waiting.value.path()).read_text(encoding="utf-8"))
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert kinds.count("Observation") == 3 * len(found)
