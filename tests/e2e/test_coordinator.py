"""A coordinator uploads a patient's folder and watches it become a case with virtual PET."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Demo

pytestmark = pytest.mark.browser
COORDINATOR = "coordinator.a@demo.example"


def test_a_dropped_folder_becomes_a_case_with_virtual_pet(demo: Demo, browse: Callable[..., Page]) -> None:
    study = demo.study("open study")
    known = {case["subject"] for case in demo.person(COORDINATOR).get(f"/api/studies/{study}/cases")}
    page = browse(COORDINATOR)
    page.goto(f"/studies/{study}/upload")
    page.get_by_test_id("folder").set_input_files(demo.var / "one-more-patient")
    expect(page.get_by_text("Accepted").first).to_be_visible(timeout=120_000)
    expect(page.get_by_text("Refused").first).to_be_visible(timeout=120_000)  # the note and the screen save
    demo.person(COORDINATOR).wait_for(
        f"/api/studies/{study}/cases",
        lambda cases: any(
            sum(i["image_set"] == "virtual_pet" and i["status"] == "ready" for i in case["images"]) == 2
            for case in cases
            if case["subject"] not in known
        ),
        seconds=120,
    )
    [new] = {case["subject"] for case in demo.person(COORDINATOR).get(f"/api/studies/{study}/cases")} - known
    page.goto(f"/studies/{study}/cases")
    row = page.get_by_role("row").filter(has_text=new)
    expect(row.get_by_text("To check")).to_have_count(6)
    page.get_by_role("link", name=new).click()
    expect(page.get_by_role("heading", name=new)).to_be_visible()
    expect(page.locator("canvas").first).to_be_visible()
