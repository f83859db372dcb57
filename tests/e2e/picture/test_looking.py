"""What is looked at with keys that are held, in dialogs, and in the tables that a study allows."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from inference.heart.neutral import Neutral
from tests.bench.one_read import PAGE
from tests.bench.pages import WITH_GRAPHICS, Site
from tests.e2e.picture.test_workstation import Complete

pytestmark = pytest.mark.browser
# Long enough for a change of the view to be recorded.
SETTLED = 1200
KEPT = """() => addEventListener('keydown', event => {
    (window.kept ??= []).push([event.code, event.defaultPrevented]) })"""


class WithoutGray(Complete):
    def answer(self, path: str, request: Any) -> dict[str, Any] | None:
        given = super().answer(path, request)
        if given is not None and "slots" in given:
            given["display"] |= {"tables": ["cool", "ten_step"], "default_table": "ten_step"}
            nothing = {"minimum": None, "maximum": None, "when": None}
            comment = {"name": "comment", "kind": "text", "values": [], "required": False, **nothing}
            given["form"]["fields"] = [*given["form"]["fields"], comment]
        return given


@pytest.fixture
def opened(
    built: Path, chromium: Browser, hearts: dict[str, Neutral]
) -> Iterator[Callable[[type[Complete]], tuple[Page, Complete]]]:
    context = chromium.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")

    def a_read(kind: type[Complete]) -> tuple[Page, Complete]:
        site = Site(built)
        one = kind(site, hearts, language="en", sets=1, check_due=False)
        page = site.open(context, PAGE)
        page.wait_for_selector("canvas[data-technique]")
        return page, one

    yield a_read
    context.close()


def peeks(one: Complete) -> list[Any]:
    return [event["value"] for event in one.events if event["kind"] == "view" and event["name"] == "peek"]


@pytest.mark.parametrize("end", ["key up", "window left", "closed"])
def test_gray_while_the_key_is_held_ends_in_the_lightbox_too(
    opened: Callable[[type[Complete]], tuple[Page, Complete]], end: str
) -> None:
    page, one = opened(Complete)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-testid=lightbox] canvas[data-technique]")
    page.keyboard.down("g")
    page.wait_for_timeout(SETTLED)
    if end == "key up":
        page.keyboard.up("g")
    elif end == "window left":
        page.evaluate("() => dispatchEvent(new Event('blur'))")
    else:
        page.keyboard.press("Escape")
    page.wait_for_timeout(SETTLED)
    if end != "closed":
        page.keyboard.press("Escape")
    expect(page.get_by_test_id("lightbox")).to_be_hidden()
    page.keyboard.press("Digit1")
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved", timeout=20_000)
    assert peeks(one)[-2:] == ["on", "off"]


def test_the_window_is_seen_and_set_beside_an_enlarged_slice(
    opened: Callable[[type[Complete]], tuple[Page, Complete]],
) -> None:
    page, _one = opened(Complete)
    page.keyboard.press("Enter")
    lightbox = page.get_by_test_id("lightbox")
    expect(lightbox.locator(".reader-bar")).to_have_count(2)
    lightbox.get_by_role("button", name="Upper limit, Stress: 5 % less").click()
    page.keyboard.press("}")
    for place in (lightbox, page.locator(".reader-panel")):
        expect(place.locator(".reader-limits .high").first).to_contain_text("95 %")
        expect(place.locator(".reader-limits .low").first).to_contain_text("5 %")


def test_gray_is_not_glanced_at_where_the_study_does_not_allow_it(
    opened: Callable[[type[Complete]], tuple[Page, Complete]],
) -> None:
    page, one = opened(WithoutGray)
    slices = page.locator(".reader-grid")
    for place, dialog in ((slices, None), (page.get_by_test_id("lightbox").locator(".reader-grid"), "Enter")):
        if dialog:
            page.keyboard.press(dialog)
        expect(place.locator("canvas")).to_be_visible()
        page.wait_for_timeout(SETTLED)
        before = place.screenshot()
        page.keyboard.down("g")
        page.wait_for_timeout(SETTLED)
        assert place.screenshot() == before
        page.keyboard.up("g")
    page.keyboard.press("Escape")
    assert "on" not in peeks(one)
    page.keyboard.press("?")
    expect(page.get_by_test_id("key-sheet")).to_contain_text("Next, previous colour table")
    expect(page.get_by_test_id("key-sheet")).not_to_contain_text("Gray while held")


def test_a_cine_begins_with_a_table_that_the_study_allows(
    opened: Callable[[type[Complete]], tuple[Page, Complete]],
) -> None:
    page, _one = opened(WithoutGray)
    page.keyboard.press("m")
    page.wait_for_selector("[data-testid=cine] canvas[data-technique]")
    tables = page.get_by_test_id("cine").locator("select").first
    assert tables.input_value() == "ten_step"
    assert tables.evaluate("select => select.selectedIndex") == 1


def test_alt_and_an_arrow_never_leave_the_page(
    opened: Callable[[type[Complete]], tuple[Page, Complete]],
) -> None:
    page, _one = opened(WithoutGray)
    page.evaluate(KEPT)
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("t")
    expect(page.locator("textarea").first).to_be_focused()
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("Escape")
    for opens, dialog in (("Enter", "lightbox"), ("m", "cine"), ("?", "key-sheet")):
        page.keyboard.press(opens)
        expect(page.get_by_test_id(dialog)).to_be_visible()
        page.keyboard.press("Alt+ArrowRight")
        page.keyboard.press("Escape")
        expect(page.get_by_test_id(dialog)).to_be_hidden()
    presses = [prevented for code, prevented in page.evaluate("() => window.kept") if "Arrow" in code]
    assert presses == [True] * 5


SMALL_CANVAS = """
const asked = WebGL2RenderingContext.prototype.getParameter;
WebGL2RenderingContext.prototype.getParameter = function (name) {
    return name === this.MAX_TEXTURE_SIZE ? 600 : asked.call(this, name);
};
"""


def test_a_reader_is_told_when_the_screen_has_more_pixels_than_are_drawn(
    built: Path, chromium: Browser, hearts: dict[str, Neutral]
) -> None:
    for prepare, told in ((SMALL_CANVAS, 1), ("", 0)):
        site = Site(built)
        Complete(site, hearts, language="en", sets=1, check_due=False)
        context = chromium.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
        context.add_init_script(WITH_GRAPHICS + prepare)
        page = site.open(context, PAGE)
        page.wait_for_selector("canvas[data-technique=webgl2]")
        expect(page.get_by_text("more pixels than can be drawn")).to_have_count(told)
        context.close()
