"""Windows too small for the page, and pages that are magnified: everything can be scrolled to and pressed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from inference.heart.neutral import Neutral
from tests.bench.one_read import PAGE
from tests.bench.pages import Site
from tests.e2e.picture.test_workstation import Complete

pytestmark = pytest.mark.browser
# What can be pressed but, once it was scrolled to, is not there to be pressed: beside the window, or covered.
OUT_OF_REACH = """() => [...document.querySelectorAll('.reader *')]
    .filter((element) => element.matches('a, button, select, textarea, label, .reader-bullseye'))
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .filter((element) => {
        element.scrollIntoView({ block: 'center', inline: 'center' });
        const { left, top, width, height } = element.getBoundingClientRect();
        const hit = document.elementFromPoint(left + width / 2, top + height / 2);
        return !hit || !(element.contains(hit) || hit.closest('label')?.contains(element));
    })
    .map((element) => element.getAttribute('aria-label') ?? element.textContent)"""


@pytest.fixture
def opened(
    built: Path, chromium: Browser, hearts: dict[str, Neutral]
) -> Iterator[Callable[[int, int, float, str], Page]]:
    contexts: list[BrowserContext] = []

    def a_read(width: int, height: int, ratio: float, language: str) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=ratio,
            reduced_motion="reduce",
            locale=language,
        )
        contexts.append(context)
        site = Site(built)
        Complete(site, hearts, language=language, sets=1, check_due=False)
        page = site.open(context, PAGE)
        page.wait_for_selector("canvas[data-technique]")
        return page

    yield a_read
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    # A laptop of 1366 x 768 with its pages at 200 %, and an old screen.
    ("width", "height", "ratio"),
    [(683, 384, 2.0), (1024, 768, 1.0)],
)
def test_nothing_is_out_of_reach(
    opened: Callable[[int, int, float, str], Page], width: int, height: int, ratio: float, language: str
) -> None:
    page = opened(width, height, ratio, language)
    assert page.evaluate("() => [scrollX, scrollY]") == [0, 0]
    assert page.evaluate(OUT_OF_REACH) == []
    for key, dialog in (
        ("?", "key-sheet"),
        ("Enter", "lightbox"),
        ("m", "cine"),
        ("Control+Enter", "sign-dialog"),
    ):
        page.keyboard.press(key)
        opened_dialog = page.get_by_test_id(dialog)
        expect(opened_dialog).to_be_visible()
        if dialog == "cine":
            page.get_by_test_id("play").wait_for()
        close = opened_dialog.get_by_role("button").last
        close.scroll_into_view_if_needed()
        expect(close).to_be_in_viewport(ratio=0.99)
        page.keyboard.press("Escape")
        expect(opened_dialog).to_be_hidden()


def test_a_wheel_over_the_slices_moves_them_and_not_the_page(
    opened: Callable[[int, int, float, str], Page],
) -> None:
    page = opened(683, 384, 2.0, "en")
    page.mouse.move(300, 200)
    page.mouse.wheel(0, 120)
    expect(page.locator(".reader-row-labels .moved", has_text="+1")).to_have_count(4)
    page.wait_for_timeout(300)
    assert page.evaluate("() => [scrollX, scrollY]") == [0, 0]


def test_the_scores_follow_the_segment_without_moving_a_magnified_page(
    opened: Callable[[int, int, float, str], Page],
) -> None:
    page = opened(683, 384, 2.0, "en")
    for _segment in range(15):
        page.keyboard.press("0")
    assert page.evaluate("() => [scrollX, scrollY]") == [0, 0]
    frame, row = (
        page.locator(name).bounding_box() for name in (".reader-scores-frame", ".reader-scores tr.now")
    )
    assert (
        frame
        and row
        and frame["y"] <= row["y"]
        and row["y"] + row["height"] <= frame["y"] + frame["height"] + 1
    )
