"""A coordinator drops a patient's folder, looks it through, sends it, and watches it become a case with virtual PET."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from reader_study.demonstration.person import files_below
from tests.e2e.conftest import Demo

pytestmark = pytest.mark.browser
COORDINATOR = "coordinator.a@demo.example"


def send_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Send")


def test_a_dropped_folder_becomes_a_case_with_virtual_pet(demo: Demo, browse: Callable[..., Page]) -> None:
    study = demo.study("open study")
    known = {case["subject"] for case in demo.person(COORDINATOR).get(f"/api/studies/{study}/cases")}
    page = browse(COORDINATOR)
    page.goto(f"/studies/{study}/upload")
    page.get_by_test_id("folder").set_input_files(demo.var / "one-more-patient")
    expect(page.get_by_role("heading", name="Check before sending")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("Found")).to_have_count(4)  # SPECT and PET, stress and rest
    expect(page.get_by_role("heading", name="2 files stay here")).to_be_visible()  # the note, the screen save
    send_button(page).click()
    expect(page.get_by_role("heading", name="Done", exact=True)).to_be_visible(timeout=120_000)
    expect(page.get_by_role("button", name="Accepted 82")).to_be_visible()
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
    expect(page.get_by_role("link", name=new, exact=True)).to_be_visible()
    page.goto(f"/studies/{study}/cases")
    row = page.get_by_role("row").filter(has_text=new)
    expect(row.get_by_text("To check")).to_have_count(6)
    page.get_by_role("link", name=new).click()
    expect(page.get_by_role("heading", name=new)).to_be_visible()
    expect(page.locator("canvas").first).to_be_visible()


def test_an_archive_is_looked_through_and_put_right_before_anything_leaves(
    demo: Demo, browse: Callable[..., Page], tmp_path: Path
) -> None:
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in files_below(demo.var / "one-more-patient"):
            zipped.write(path, path.relative_to(demo.var))
    study = demo.study("open study")
    page = browse(COORDINATOR)
    told: list[str] = []
    page.on("request", lambda request: told.append(request.url) if request.method != "GET" else None)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"/studies/{study}/upload")
    page.get_by_test_id("archive").set_input_files(archive)
    expect(page.get_by_text("Found")).to_have_count(4, timeout=120_000)
    everything = send_button(page).inner_text()

    # The table for the data-protection officer: by name, with an example that only this screen shows.
    page.get_by_role("searchbox", name="Find an attribute").fill("patient's name")
    row = page.get_by_role("row").filter(has_text="0010,0010")
    expect(row.get_by_text("Changed")).to_be_visible()
    expect(row.get_by_text("LINDGREN").first).to_be_attached()

    # A wrong state: put right, seen as a clash, taken back by keyboard, taken again, and taken back again.
    first = page.get_by_role("combobox", name="State").first
    expect(first).to_have_value("stress")
    first.select_option("rest")
    expect(page.get_by_text("Two images")).to_have_count(2)
    expect(page.get_by_text("your decision; the file says Stress")).to_be_visible()
    first.press("Control+z")
    expect(page.get_by_text("Found")).to_have_count(4)
    page.get_by_role("button", name="Redo").click()
    expect(page.get_by_text("Not in folder")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Found")).to_have_count(4)

    # Left out, and back; names hidden while somebody looks over the shoulder.
    page.get_by_role("checkbox", name="Leave out: SPECT · Stress").check()
    expect(page.get_by_text("Not in folder")).to_be_visible()
    expect(send_button(page)).not_to_have_text(everything)
    page.get_by_role("checkbox", name="Leave out: SPECT · Stress").uncheck()
    expect(send_button(page)).to_have_text(everything)
    page.get_by_role("checkbox", name="Hide names and examples").check()
    expect(page.get_by_text("Patient 1", exact=True)).to_be_visible()
    expect(page.get_by_text("LINDGREN")).to_have_count(0)

    # A decision outlives the folder: discarded, dropped again, still there.
    page.get_by_role("combobox", name="State").first.select_option("rest")
    expect(page.get_by_text("Two images")).to_have_count(2)
    page.get_by_role("button", name="Discard…").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    page.reload()
    page.get_by_test_id("folder").set_input_files(demo.var / "one-more-patient")
    expect(page.get_by_text("your decision; the file says Stress")).to_be_visible(timeout=120_000)
    page.get_by_role("combobox", name="State").first.select_option("stress")
    expect(page.get_by_text("Found")).to_have_count(4)
    assert told == []  # nothing was ever said to the server but questions
    assert complaints == []
