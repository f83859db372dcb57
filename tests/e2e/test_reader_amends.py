"""A signed read is opened for a reason, amended as a second version, and seen again act by act after unblinding."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Demo

pytestmark = pytest.mark.browser
READER = "reader@demo.example"
INVESTIGATOR = "pi@demo.example"
REASON = "Stress and rest were scored the wrong way round."


def past_the_check(page: Page) -> None:
    """The display is checked once for each time somebody signs in; it can wait."""
    check = page.get_by_test_id("display-check")
    check.get_by_role("button", name="Later").click()
    expect(check).to_have_count(0)
    page.wait_for_selector("canvas[data-technique]")  # before there is a picture, no key scores


def sign(page: Page, password: str) -> str:
    """Review and sign; the fingerprint that was shown before, which is the one that is signed."""
    page.keyboard.press("Control+Enter")
    sheet = page.get_by_test_id("sign-dialog")
    shown = sheet.get_by_test_id("shown-digest")
    expect(shown).to_have_text(re.compile("^[0-9a-f]{64}$"))
    digest = shown.inner_text()
    sheet.get_by_label("Your password").fill(password)
    expect(sheet.get_by_role("button", name="Sign")).to_be_enabled()  # everything is saved
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("signed")).to_be_visible()
    assert page.locator(".digest").inner_text() == digest
    return digest


def test_a_signed_read_is_opened_for_its_reader_who_amends_it(
    demo: Demo, browse: Callable[..., Page]
) -> None:
    password = demo.record["passwords"][READER]
    reader = browse(READER, size=(1366, 768))
    if not demo.person(READER).get("/api/reading/worklist")["studies"][0]["signed"]:
        reader.get_by_test_id("continue-reading").click()
        past_the_check(reader)
        reader.keyboard.press("Shift+A")
        reader.get_by_test_id("all-normal").get_by_role("button", name="Stress and Rest").click()
        # Quality, no artefact, normal, confidence; the Enter behind a single choice does nothing more.
        for key in ("4", "Enter", "Enter", "1", "Enter", "9", "5", "Enter"):
            reader.keyboard.press(key)
        sign(reader, password)
        reader.goto("/reading")
    reader.locator("summary").filter(has_text="signed read").click()
    reader.get_by_role("button", name=re.compile("^Ask for it")).first.click()
    reader.get_by_label("Why should it be opened again?").fill(REASON)
    reader.get_by_role("button", name="Ask for it to be opened").click()
    expect(reader.get_by_text("asked for", exact=True)).to_be_visible()

    investigator = browse(INVESTIGATOR)
    investigator.goto(f"/studies/{demo.study('open study')}/progress")
    asked = investigator.get_by_role("row").filter(has_text=REASON).first
    asked.get_by_role("button", name="Open it").click()
    answer = investigator.locator("dialog")
    answer.get_by_label("Reason for this step").fill("The comment agrees.")
    answer.get_by_role("button", name="Open it").click()
    expect(asked.get_by_text("opened again")).to_be_visible()

    reader = browse(READER, size=(1366, 768))
    reader.get_by_test_id("amend").first.click()
    past_the_check(reader)
    expect(reader.locator(".reader-header")).to_contain_text("amendment")
    reader.keyboard.press("1")
    expect(reader.locator("[data-testid=save-state][data-state=saved]")).to_be_visible()
    sign(reader, password)
    signed = demo.person(READER).get("/api/reading/worklist")["studies"][0]["signed"]
    assert max(read["version"] for read in signed) > 1


def test_after_unblinding_a_read_is_seen_again_act_by_act(demo: Demo, browse: Callable[..., Page]) -> None:
    page = browse(INVESTIGATOR, language="ja")
    page.goto(f"/studies/{demo.study('open study')}/replays")
    expect(page.get_by_text("盲検解除後に利用できます")).to_be_visible()
    page.goto(f"/studies/{demo.study('finished study')}/replays")
    page.locator("tbody a").first.click()
    expect(page.get_by_test_id("replay")).to_contain_text("署名時の記録と一致")
    scores = page.locator(".reader-scores td.score button")
    expect(scores.first).to_have_text("·")
    page.get_by_test_id("replay-play").focus()
    for _act in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".replay-acts [aria-current]")).to_have_count(1)
    expect(page.locator(".reader-scores td.score button:not(.blank)")).not_to_have_count(0)
    page.locator(".replay-acts li").last.get_by_role("button").click()
    expect(page.locator(".reader-scores td.score button.blank")).to_have_count(0)
