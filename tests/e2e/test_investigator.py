"""A principal investigator opens the report of the finished study."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e.conftest import Demo

pytestmark = pytest.mark.browser


def test_the_report_of_the_finished_study_is_open_and_its_pdf_downloads(
    demo: Demo, browse: Callable[..., Page], tmp_path: Path
) -> None:
    page = browse("pi@demo.example")
    page.goto(f"/studies/{demo.study('finished study')}/report")
    expect(page.get_by_text(demo.record["done"]["report"]["lock"][:12]).first).to_be_visible()
    expect(page.get_by_text("SIMULATED DATA").first).to_be_visible()
    expect(page.locator("svg").first).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="report.pdf").click()
    waiting.value.save_as(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes() == (demo.var / "report.pdf").read_bytes()
    pages = PdfReader(tmp_path / "report.pdf").pages
    assert pages and all("SIMULATED DATA" in sheet.extract_text() for sheet in pages)
