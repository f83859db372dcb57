"""A principal investigator designs a study from a template, rehearses, freezes and amends it."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from reader_study.demonstration.person import Person
from tests.e2e.reading import looking
from tests.e2e.reading.server import Server
from tests.e2e.reading.studies_named import HEARTS, OVER, STEPS
from tests.reader_study.allocation.drafts import PASSWORD

pytestmark = pytest.mark.browser
ADMINISTRATOR, INVESTIGATOR = "anna.administrator", "ivo.investigator"
SIZES = ((1920, 1080), (1366, 768))


def look(page: Page, name: str) -> None:
    """The page as it is has nothing that axe finds; kept as pictures where somebody wants to see them."""
    page.evaluate("scrollTo(0, 0)")  # below the bar that stays, something is always half covered
    found = looking.axe(page)["violations"]
    assert found == [], f"{name}: {found}"
    if folder := os.environ.get("SCREENSHOTS"):
        before = page.viewport_size
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(200)
            page.screenshot(path=Path(folder, f"charter-{name}-{width}.png"), full_page=True)
        if before:
            page.set_viewport_size(before)


def sign(page: Page, *, reason: str, confirm: str) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name=confirm).click()
    expect(dialog).to_have_count(0)


def section(page: Page, name: str) -> Locator:
    page.get_by_role("navigation", name="Sections of the protocol").get_by_role(
        "button", name=name, exact=False
    ).click()
    panel = page.locator(".charter-pane")
    expect(panel.get_by_role("heading", level=2)).to_have_text(name)
    return panel


def founded(page: Page) -> str:
    """A study from the first template, by an administrator, for the investigator."""
    page.goto("/studies/new")
    page.get_by_label("Title", exact=True).fill("SPECT against PET, once more")
    page.get_by_label("Title for readers").fill("Heart study 12")
    page.get_by_label("Principal investigator (e-mail)").fill(f"{INVESTIGATOR}@example.org")
    page.get_by_label("All data of this study is simulated").check()
    page.get_by_role("button", name="Create the study").click()
    expect(page.get_by_text("has been created")).to_be_visible()
    return "SPECT against PET, once more"


def test_a_study_is_designed_rehearsed_frozen_and_amended(
    sit_down: Callable[..., Page], person: Callable[[str], Person]
) -> None:
    title = founded(sit_down(ADMINISTRATOR))
    studies: list[dict[str, Any]] = person(INVESTIGATOR).get("/api/studies")
    home = f"/studies/{next(study['id'] for study in studies if study['title'] == title)}/protocol"
    page = sit_down(INVESTIGATOR)
    page.goto(home)
    page.get_by_role("link", name="Edit", exact=True).click()

    # A broken rule is said at its field, and undone by keyboard.
    sessions = section(page, "Sessions and design").get_by_label("Sessions", exact=True)
    sessions.fill("2")
    expect(page.locator(".charter-pane").get_by_role("alert")).to_have_text(
        "There must be at least as many sessions as arms."
    )
    expect(page.get_by_role("button", name="Store as a new version…")).to_be_disabled()
    look(page, "broken")
    sessions.press("Control+z")
    expect(sessions).to_have_value("3")
    expect(page.locator(".charter-pane").get_by_role("alert")).to_have_count(0)

    sessions.fill("4")
    page.get_by_label("Hidden repeats, share of cases").fill("0.1")
    arms = section(page, "Arms and pictures")
    code = arms.get_by_label("Code").first
    code.fill("")
    code.press_sequentially("CTAC")  # on the way to it stands the code of another arm
    expect(arms.get_by_role("alert")).to_have_count(0)
    code.fill("C")
    code.press("Enter")
    expect(arms.get_by_role("alert")).to_contain_text("“C” is used already")
    look(page, "same_code")
    code.fill("S")
    code.press("Enter")  # the endpoints that name it follow
    look(page, "arms")
    endpoint = section(page, "Reference and endpoints")
    expect(endpoint.get_by_label("compared with").first).to_have_value("S")
    look(page, "endpoints")

    # Nothing is lost by going away: somebody is asked, and what was left by accident is there again.
    page.get_by_role("link", name="Versions").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.reload()
    expect(page.get_by_text("They are here again")).to_be_visible()
    store = page.get_by_role("button", name="Store as a new version…")
    expect(store).to_be_enabled()
    store.click()
    page.get_by_role("dialog").get_by_label("Reason").fill("Repeats for the agreement of a reader")
    page.get_by_role("dialog").get_by_role("button", name="Store", exact=True).click()
    expect(page.get_by_text("As stored")).to_be_visible()

    page.get_by_role("link", name="Rehearsal").click()
    page.get_by_label("Cases", exact=True).fill("24")
    page.get_by_role("button", name="Rehearse", exact=True).click()
    expect(page.get_by_text("simulated power")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Simulated: 24 cases and 3 readers")).to_be_visible()
    expect(page.get_by_role("table", name="Assumptions")).to_contain_text("Minutes per read")
    look(page, "rehearsal")

    page.goto(home)
    expect(page.get_by_text("The protocol breaks no rule")).to_be_visible()
    look(page, "read")
    page.get_by_role("button", name="Freeze the protocol…").click()
    sign(page, reason="It is complete", confirm="Sign and freeze")
    expect(page.get_by_text("It is complete", exact=True).first).to_be_visible()
    expect(page.get_by_text("Readers: 0, needed: 2")).to_be_visible()

    page.get_by_role("link", name="Amend", exact=True).click()
    section(page, "Conduct").get_by_label("Reads a day, at most").fill("25")
    page.get_by_role("button", name="See what it does…").click()
    row = page.get_by_role("row").filter(has_text="Reads a day, at most")
    expect(row).to_contain_text("40")
    expect(row).to_contain_text("Nothing is allocated yet: the reads will follow it.")
    look(page, "preview")
    page.get_by_role("button", name="Amend and sign…").click()
    sign(page, reason="Forty are too many", confirm="Sign the amendment")
    expect(page).to_have_url(f"{page.url.split('/studies')[0]}{home}/versions")
    changed = page.get_by_role("row").filter(has_text="Reads a day, at most")
    expect(changed).to_contain_text("25")
    expect(page.get_by_role("row").filter(has_text="Forty are too many")).to_contain_text("Ivo Investigator")
    look(page, "versions")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_may_no_longer_change_is_closed_and_what_may_shows_its_effect(
    server: Server, sit_down: Callable[..., Page], language: str
) -> None:
    words = {
        "en": (
            "Arms and pictures",
            "Closed.",
            "Conduct",
            "Reads a day, at most",
            "See what it does…",
            "handed out",
        ),
        "ja": ("群と画像", "変更不可", "実施", "1日の読影数の上限（件）", "影響を確認…", "割り当てられ"),
    }
    arms, closed, conduct, cap, preview, reads = words[language]
    page = sit_down(INVESTIGATOR, language=language)
    page.goto(f"/studies/{server.studies[HEARTS]}/protocol/amend")
    page.locator(".charter-nav").get_by_role("button", name=arms).click()
    expect(page.locator(".charter-pane .banner")).to_contain_text(closed)
    expect(page.locator(".charter-pane select:enabled, .charter-pane input:enabled")).to_have_count(0)
    look(page, f"closed-{language}")
    page.locator(".charter-nav").get_by_role("button", name=conduct).click()
    page.get_by_label(cap).fill("12")
    page.get_by_role("button", name=preview).click()
    expect(page.get_by_text(reads)).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="12")).to_be_visible()
    look(page, f"effect-{language}")
    page.goto(f"/studies/{server.studies[HEARTS]}")
    expect(page.locator(".milestones .checks li").first).to_be_visible()
    look(page, f"overview-{language}")
    page.goto(f"/studies/{server.studies[HEARTS]}/allocation")
    expect(page.locator("table").first).to_be_visible()
    look(page, f"allocation-{language}")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_section_and_the_text_of_a_charter_are_for_everybody(
    server: Server, sit_down: Callable[..., Page], language: str
) -> None:
    page = sit_down(INVESTIGATOR, language=language)
    page.goto(f"/studies/{server.studies[HEARTS]}/protocol/amend")
    names = page.locator(".charter-nav button")
    expect(names).to_have_count(11)
    for place in range(11):
        names.nth(place).click()
        name = names.nth(place).inner_text()
        expect(page.locator(".charter-pane").get_by_role("heading", level=2)).to_have_text(name)
        if place == 10:
            expect(page.locator(".charter-text")).to_have_value(re.compile("reader_title = "))
        look(page, f"section-{place:02d}-{language}")


def test_a_case_that_came_late_is_allocated_and_handed_out(
    server: Server, sit_down: Callable[..., Page]
) -> None:
    page = sit_down(INVESTIGATOR)
    page.goto(f"/studies/{server.studies[STEPS]}/allocation")
    expect(page.get_by_text("1 complete case is in no block yet.")).to_be_visible()
    look(page, "late")
    page.get_by_role("button", name="Allocate as a new block…").click()
    page.get_by_role("dialog").get_by_role("button", name="Generate and seal").click()
    expect(page.get_by_text("is sealed and waits to be handed out")).to_be_visible()
    page.get_by_role("button", name="Open block 2…").click()
    sign(page, reason="It came late", confirm="Sign and open")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="2", exact=True))
    expect(row).to_contain_text("Handed out")
    look(page, "blocks")


def test_the_sealed_list_of_an_unblinded_study_is_taken_away(
    server: Server, sit_down: Callable[..., Page], tmp_path: Path
) -> None:
    page = sit_down(INVESTIGATOR)
    page.goto(f"/studies/{server.studies[OVER]}/allocation")
    expect(page.get_by_text("allocation_verify --file read-lists.json")).to_be_visible()
    look(page, "sealed-list")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download the sealed list").click()
    assert waiting.value.suggested_filename == "read-lists.json"
    waiting.value.save_as(tmp_path / "read-lists.json")
    lists = json.loads((tmp_path / "read-lists.json").read_text())
    assert lists["schema"] == "reader-study/allocation/2"
    page.goto(f"/studies/{server.studies[OVER]}/protocol")
    expect(page.locator(".milestone.done")).to_have_count(5)
    look(page, "over")


def test_a_charter_is_taken_over_from_a_text(
    sit_down: Callable[..., Page], person: Callable[[str], Person]
) -> None:
    title = founded(sit_down(ADMINISTRATOR))
    studies: list[dict[str, Any]] = person(INVESTIGATOR).get("/api/studies")
    study = [found["id"] for found in studies if found["title"] == title][-1]
    page = sit_down(INVESTIGATOR)
    page.goto(f"/studies/{study}/protocol/edit")
    page.get_by_role("button", name="Document as text").click()
    text = page.get_by_label("Protocol in TOML")
    expect(text).to_have_value(re.compile("washout_days = 28"))
    written = text.input_value()
    text.fill(written.replace("washout_days = 28", "washout_days = -1"))
    page.get_by_role("button", name="Take this text over").click()
    expect(page.get_by_text("washout_days must be 0 or more.")).to_be_visible()
    look(page, "text-refused")
    text.fill(written.replace("washout_days = 28", "washout_days = 35"))
    page.get_by_role("button", name="Take this text over").click()
    expect(page.get_by_text("Taken over.")).to_be_visible()
    expect(section(page, "Sessions and design").get_by_label("Washout, days")).to_have_value("35")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Washout, days")).to_have_value("28")
