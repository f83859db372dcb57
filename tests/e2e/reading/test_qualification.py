"""The investigator opens the qualification; a reader fails, repeats and passes it, and only then reads in the study.

With SCREENSHOTS=folder the pages stay there, in both languages and on two screens.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reader_study.demonstration.person import Person
from tests.e2e.reading import keys
from tests.e2e.reading.server import Server
from tests.e2e.reading.studies_named import QUALIFYING
from tests.reader_study.allocation.drafts import PASSWORD

pytestmark = pytest.mark.browser

INVESTIGATOR, READER = "ivo.investigator", "quinn.qualifier"
SIZES = ((1366, 768), (1920, 1080))
# The inferior wall has scores, so that the same questions are asked; most other segments are wrong.
WRONG = [1 if score == 0 else score for score in keys.STRESS]


def table(*subjects: str) -> str:
    """The reference scores of cases that look as they are read in `keys`."""
    states: dict[str, list[Any]] = {"stress": keys.STRESS, "rest": keys.REST}
    rows = [
        f"{subject},{state},{segment},{score}"
        for subject in subjects
        for state, scores in states.items()
        for segment, score in enumerate(scores, start=1)
    ]
    return "\n".join(["subject,state,segment,score", *rows])


def keep(page: Page, name: str) -> None:
    """The page as it is, to be looked at."""
    folder = os.environ.get("SCREENSHOTS")
    if not folder:
        return
    before = page.viewport_size
    for language, switch in (("ja", "日本語"), ("en", "English")):
        if page.get_by_role("button", name=switch).count():
            page.get_by_role("button", name=switch).click()
            page.wait_for_function("language => document.documentElement.lang === language", arg=language)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(200)
            page.screenshot(path=Path(folder) / f"{name}-{language}-{width}.png", full_page=True)
    if before:
        page.set_viewport_size(before)


def read(page: Page, purpose: str, scores: list[Any]) -> None:
    """From the list: the next read of a purpose, scored, answered and signed."""
    page.goto("/reading")
    page.get_by_test_id(f"continue-{purpose}").click()
    page.wait_for_selector("canvas[data-technique]")
    keys.put_off_any_check(page)
    keys.score(page, scores)
    keys.score(page, keys.REST)
    keys.answer_all(page, "en")
    keys.sign(page, "en")


def open_qualification(page: Page, study: str) -> None:
    """The investigator chooses the cases, enters the reference and lets readers begin."""
    page.goto(f"/studies/{study}/qualification")
    expect(page.get_by_role("heading", name="Qualification of readers")).to_be_visible()
    page.get_by_label("Purpose of A-0001").select_option("training")
    page.get_by_label("Purpose of A-0002").select_option("test")
    page.get_by_label("Table").fill(table("A-0001", "B-0001"))
    page.get_by_label("Reason").fill("Consensus of two cardiologists")
    page.get_by_role("button", name="Keep these scores").click()
    expect(page.get_by_role("alert")).to_contain_text("“B-0001” is no training or test case of this study.")
    keep(page, "1-investigator-before")
    page.get_by_label("Table").fill(table("A-0001", "A-0002"))
    page.get_by_role("button", name="Keep these scores").click()
    expect(page.get_by_text("The reference scores have been kept.")).to_be_visible()
    page.get_by_role("button", name="Open the qualification").click()
    page.get_by_role("dialog").get_by_role("button", name="Open the qualification").click()
    expect(page.get_by_text("open for readers")).to_be_visible()


def test_a_reader_fails_repeats_and_passes_and_only_then_gets_a_read_of_the_study(
    server: Server, sit_down: Callable[..., Page], person: Callable[[str], Person]
) -> None:
    study = server.studies[QUALIFYING]
    leading = sit_down(INVESTIGATOR, size=(1366, 768))
    open_qualification(leading, study)
    investigator = person(INVESTIGATOR)
    investigator.post(f"/api/studies/{study}/allocation")
    signed = {"password": PASSWORD, "reason": "All cases are in"}
    investigator.post(f"/api/studies/{study}/opening", signed)

    page = sit_down(READER)
    page.goto("/reading")
    expect(page.get_by_test_id("qualification")).to_have_attribute("data-state", "training")
    expect(page.get_by_test_id("continue-reading")).to_have_count(0)
    expect(page.get_by_text("once you hold a certificate")).to_be_visible()
    keep(page, "2-reader-training")

    read(page, "training", WRONG)
    feedback = page.get_by_test_id("feedback")
    expect(feedback).to_contain_text("segments have the same score")
    expect(feedback.get_by_role("img")).to_have_count(4)
    expect(page.get_by_text("Something is wrong in this read")).to_have_count(0)
    keep(page, "3-reader-feedback")

    read(page, "test", WRONG)
    expect(page.get_by_test_id("feedback")).to_have_count(0)
    page.goto("/reading")
    expect(page.get_by_test_id("attempt-1")).to_contain_text("not passed")
    expect(page.get_by_text("This is your last attempt, number 2 of 2")).to_be_visible()
    expect(page.get_by_test_id("continue-reading")).to_have_count(0)
    keep(page, "4-reader-failed-once")

    read(page, "test", keys.STRESS)
    page.goto("/reading")
    expect(page.get_by_test_id("qualification")).to_have_attribute("data-state", "qualified")
    expect(page.get_by_test_id("attempt-2")).to_contain_text("100.0 %")
    expect(page.get_by_test_id("certificate")).to_contain_text("No. 1")
    keep(page, "5-reader-qualified")
    page.get_by_test_id("continue-reading").click()
    page.wait_for_selector("canvas[data-technique]")

    leading.reload()
    row = leading.get_by_role("row").filter(has_text="Quinn Qualifier")
    expect(row).to_contain_text("qualified")
    expect(row).to_contain_text("Attempt 1:")
    keep(leading, "6-investigator-after")
