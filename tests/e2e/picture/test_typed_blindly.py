"""Who finishes with something missing, and types a password without looking, changes nothing by it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from inference.heart.neutral import Neutral
from tests.bench.one_read import PAGE
from tests.bench.pages import Site
from tests.e2e.picture.test_steady_page import WithQuestions

pytestmark = pytest.mark.browser
Opened = Callable[..., tuple[Page, WithQuestions]]


@pytest.fixture
def opened(built: Path, chromium: Browser, hearts: dict[str, Neutral]) -> Iterator[Opened]:
    contexts: list[BrowserContext] = []

    def a_read(language: str = "en") -> tuple[Page, WithQuestions]:
        context = chromium.new_context(
            viewport={"width": 1366, "height": 768}, reduced_motion="reduce", locale=language
        )
        contexts.append(context)
        site = Site(built)
        one = WithQuestions(site, hearts, language=language, sets=1, check_due=False)
        page = site.open(context, PAGE)
        page.wait_for_selector("canvas[data-technique]")
        return page, one

    yield a_read
    for context in contexts:
        context.close()


def acts(page: Page, one: WithQuestions) -> list[object]:
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved", timeout=20_000)
    return [event["value"] for event in one.events if event["kind"] != "view"]


def score_all(page: Page) -> None:
    for _segment in range(34):
        page.keyboard.press("0")


def test_one_enter_goes_to_what_is_missing_and_a_sentence_says_where(opened: Opened) -> None:
    page, _one = opened()
    score_all(page)
    page.keyboard.press("4")  # image quality
    page.keyboard.press("Control+Enter")
    sheet = page.get_by_test_id("sign-dialog")
    expect(sheet).to_contain_text("Nothing can be signed yet: 1 answer is missing.")
    expect(sheet.get_by_role("button", name="Go there")).to_be_focused()
    page.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    expect(page.get_by_role("slider", name="Confidence")).to_be_focused()
    expect(page.locator(".reader-footer .said")).to_have_text(
        "Not signed: Confidence is missing. You are there now."
    )


@pytest.mark.parametrize("from_a_question", [False, True])
def test_a_password_typed_over_what_is_missing_is_no_score_and_no_answer(
    opened: Opened, from_a_question: bool
) -> None:
    page, one = opened()
    if from_a_question:
        score_all(page)
    else:
        for key in ("0", "1", "2"):
            page.keyboard.press(key)
    before = acts(page, one)
    page.keyboard.press("Control+Enter")
    page.keyboard.type("2 at once")
    sheet = page.get_by_test_id("sign-dialog")
    expect(sheet).to_be_visible()
    page.keyboard.type("1 correct 3 horse 4")
    page.keyboard.press("Enter")
    expect(sheet.get_by_role("alert")).to_contain_text("what you typed was not used")
    assert acts(page, one) == before
    # Now it has been read.
    page.keyboard.press("Enter")
    expect(sheet).to_be_hidden()
    page.keyboard.press("2")
    assert acts(page, one) == [*before, 2]


def test_the_place_is_named_in_japanese_too(opened: Opened) -> None:
    page, _one = opened("ja")
    page.keyboard.press("0")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("sign-dialog").locator(".primary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".reader-footer .said")).to_have_text(
        "署名していません。未回答35件。現在の位置：負荷 2 心基部前壁中隔"
    )
    expect(page.locator(".reader-scores td.now")).to_have_count(1)


def test_what_may_stay_open_is_said_to_be_left_open(opened: Opened) -> None:
    page, _one = opened()
    score_all(page)
    for key in ("4", "Enter", "Enter", "9", "0", "Enter"):
        page.keyboard.press(key)
    page.keyboard.press("Control+Enter")
    sheet = page.get_by_test_id("sign-dialog")
    expect(sheet.locator("dt", has_text="Artefacts").locator("xpath=following-sibling::dd")).to_have_text(
        "left open (optional)"
    )
