"""A reader at the keyboard, in Japanese: score, sign, next case."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Demo

pytestmark = pytest.mark.browser
READER = "reader@demo.example"


def look_at_the_screen(page: Page) -> None:
    """The first read after signing in asks whether the screen shows everything: four times yes, by keyboard."""
    expect(page.get_by_test_id("display-check")).to_be_visible()
    for _question in range(4):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("canvas[data-technique]")  # before there is a picture, no key scores
    expect(page.get_by_test_id("display-check")).to_be_hidden()


def test_a_case_is_scored_and_signed_by_keyboard_alone_and_the_next_one_comes(
    demo: Demo, browse: Callable[..., Page]
) -> None:
    page = browse(READER, language="ja", size=(1366, 768))
    begin = page.get_by_test_id("continue-reading")
    expect(begin).to_be_visible()
    begin.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("reader")).to_be_visible()
    look_at_the_screen(page)
    expect(page.locator("[data-testid=save-state][data-state=saved]")).to_be_visible()
    first = page.url

    for _state in ("stress", "rest"):
        for segment in range(17):
            page.keyboard.press("2" if segment == 3 else "0")
    page.keyboard.press("z")  # the last score again: undo, then another key
    page.keyboard.press("n")
    # The last score leads to the questions; each answer leads to the next one that is open.
    page.keyboard.press("4")  # quality
    page.keyboard.press("Enter")  # of the answer: it has gone on already
    page.keyboard.press("Enter")  # no artefacts
    page.keyboard.press("4")  # overall: probably abnormal, which asks for territories
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    page.keyboard.press("1")  # the inferior wall has a score: perfusion
    page.keyboard.type("80")  # confidence
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("save-state")).to_contain_text("保存済み")

    page.keyboard.press("Control+Enter")
    dialog = page.get_by_test_id("sign-dialog")
    expect(dialog).to_be_visible()
    page.get_by_label("パスワード").focus()
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("パスワードが違います")
    page.get_by_label("パスワード").focus()
    page.keyboard.type(demo.record["passwords"][READER])
    page.keyboard.press("Enter")

    expect(page.get_by_test_id("signed")).to_be_visible()
    onward = page.get_by_test_id("next-case")
    onward.focus()
    page.wait_for_timeout(350)  # an Enter that comes at once is taken for the signature's
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("reader")).to_be_visible()
    assert page.url != first

    progress = demo.person("pi@demo.example").get(f"/api/studies/{demo.study('open study')}/progress")
    assert progress["readers"][0]["signed"] >= 1


def test_what_was_scored_survives_closing_the_page(demo: Demo, browse: Callable[..., Page]) -> None:
    page = browse(READER)
    page.get_by_test_id("continue-reading").click()
    page.wait_for_selector("canvas[data-technique]")
    if page.get_by_test_id("display-check").count():  # not where the read was seen before
        page.keyboard.press("Escape")
    expect(page.locator("[data-testid=save-state][data-state=saved]")).to_be_visible()
    with page.expect_response("**/events"):
        page.keyboard.press("3")
    url = page.url
    again = browse(READER)
    again.goto(url)
    expect(again.get_by_test_id("reader")).to_be_visible()
    token = url.rsplit("/", 1)[1]
    draft = demo.person(READER).get(f"/api/reading/reads/{token}")["draft"]
    assert 3 in draft["scores"]["stress"] + draft["scores"]["rest"]
    expect(again.locator("body")).to_contain_text("3")


def test_nothing_that_a_reader_sees_names_an_arm(browse: Callable[..., Page]) -> None:
    page = browse(READER)
    page.get_by_test_id("continue-reading").click()
    expect(page.get_by_test_id("reader")).to_be_visible()
    text = f"{page.url} {page.title()} {page.content()}".lower()
    assert not [word for word in ("spect", "virtual", "hospital", "a-0001", "b-0001", "dicm") if word in text]
