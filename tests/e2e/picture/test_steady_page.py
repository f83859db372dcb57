"""What stands on the reading page keeps its place, is seen in full, and is read without a second look."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from inference.heart.neutral import Neutral
from tests.bench.one_read import PAGE
from tests.bench.pages import Site
from tests.e2e.picture.test_workstation import Complete

pytestmark = pytest.mark.browser
SIZES = [(1366, 768), (1920, 1080), (3840, 2160)]
LANGUAGES = ["en", "ja"]
ARTEFACTS = ["motion", "breast", "diaphragm", "extracardiac", "truncation", "other"]
_NOTHING = {"minimum": None, "maximum": None, "when": None}
QUESTIONS = [
    {"name": "quality", "kind": "choice", "values": [1, 2, 3, 4, 5], "required": True} | _NOTHING,
    {"name": "artefacts", "kind": "choices", "values": ARTEFACTS, "required": False} | _NOTHING,
    {
        "name": "confidence",
        "kind": "number",
        "values": [],
        "required": True,
        "minimum": 0,
        "maximum": 100,
        "when": None,
    },
]
# Of the hints in the bottom line, those that are seen, but not as a whole.
CUT = """() => {
    const place = document.querySelector('.reader-footer .hint').getBoundingClientRect();
    return [...document.querySelectorAll('.reader-footer .hint > span')]
        .filter((hint) => hint.getBoundingClientRect().top < place.bottom)
        .filter((hint) => hint.getBoundingClientRect().right > place.right + 0.5)
        .map((hint) => hint.textContent);
}"""
# What does not fit its place, to the right or downwards.
OVERFLOWING = """(elements) => elements
    .filter(({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
        scrollWidth > clientWidth || scrollHeight > clientHeight)
    .map(({ textContent }) => textContent)"""


class WithQuestions(Complete):
    """With the questions of the template that need the most room, and the draft that its acts add up to."""

    def answer(self, path: str, request: Any) -> dict[str, Any] | None:
        given = super().answer(path, request)
        if given is not None and "slots" in given:
            given["form"]["fields"] = QUESTIONS
            given["study"]["title"] = "Myocardial perfusion"
        return given


@pytest.fixture
def read(built: Path, chromium: Browser, hearts: dict[str, Neutral]) -> Iterator[Callable[..., Page]]:
    """read(size=(1366, 768), language="ja")"""
    contexts: list[BrowserContext] = []

    def opened(*, size: tuple[int, int] = (1366, 768), language: str = "en") -> Page:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", locale=language
        )
        contexts.append(context)
        site = Site(built)
        WithQuestions(site, hearts, language=language, sets=1, check_due=False)
        page = site.open(context, PAGE)
        page.wait_for_selector("canvas[data-technique]")
        return page

    yield opened
    for context in contexts:
        context.close()


def box(found: Locator) -> dict[str, float]:
    measured = found.bounding_box()
    assert measured is not None
    return dict(measured)


@pytest.mark.parametrize("size", SIZES)
def test_the_first_not_evaluable_and_the_first_remark_move_nothing(
    read: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = read(size=size)
    places = [page.locator(name) for name in (".reader-maps", ".reader-scores-frame", ".reader-form")]
    places += page.locator(".reader-choice").all()
    before = [box(place) for place in places]
    page.keyboard.press("n")
    page.keyboard.press("0")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    page.keyboard.press("3")
    expect(page.locator(".reader-sums p")).to_have_text("1 not evaluable: no sum")
    expect(page.locator(".reader-remarks")).to_contain_text("1 remark")
    assert [box(place) for place in places] == before


@pytest.mark.parametrize(("size", "language"), [(SIZES[0], "en"), (SIZES[0], "ja"), (SIZES[1], "en")])
def test_the_ends_of_a_scale_are_named(
    read: Callable[..., Page], size: tuple[int, int], language: str
) -> None:
    page = read(size=size, language=language)
    low, high, guess, certain = {
        "en": ("non-diagnostic", "excellent", "0 a guess", "100 certain"),
        "ja": ("診断不能", "優良", "0 確信なし", "100 確実"),
    }[language]
    for question, ends in (("quality", [low, high]), ("confidence", [guess, certain])):
        words = page.locator(f"[data-field={question}] .reader-ends")
        words.scroll_into_view_if_needed()
        expect(words.locator("span")).to_have_text(ends)
        expect(words).to_be_in_viewport(ratio=1)
        assert words.locator("span").evaluate_all(OVERFLOWING) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_that_is_chosen_can_be_read(read: Callable[..., Page], language: str) -> None:
    page = read(language=language)
    options = page.locator("[data-field=artefacts] .reader-option")
    for option in options.all():
        option.click()
    expect(page.locator("[data-field=artefacts] input:checked")).to_have_count(len(ARTEFACTS))
    assert options.evaluate_all(OVERFLOWING) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hint_is_seen_as_a_whole_or_not_at_all(read: Callable[..., Page], language: str) -> None:
    page = read(language=language)
    assert page.evaluate(CUT) == []
    page.keyboard.press("q")
    leave = page.locator(".reader-footer .hint > span", has_text="Esc")
    expect(leave).to_be_visible()
    assert page.evaluate(CUT) == []
    assert box(leave)["y"] < box(page.locator(".reader-footer .hint"))["y"] + 10


@pytest.mark.parametrize("size", [*SIZES, (1920, 940), (1366, 640)])
def test_the_windows_of_the_states_stand_apart_and_over_nothing(
    read: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = read(size=size)
    stress = page.get_by_role("button", name="Upper limit, Stress: 5 % more")
    rest = page.get_by_role("button", name="Lower limit, Rest: 5 % less")
    assert box(rest)["x"] - (box(stress)["x"] + box(stress)["width"]) >= 12
    bars = [box(bar) for bar in page.locator(".reader-window").all()]
    slices = box(page.locator(".reader-grid .reader-overlay"))
    for bar in bars:
        beside = bar["x"] >= slices["x"] + slices["width"]
        assert beside or bar["y"] >= slices["y"] + slices["height"]
        assert bar["y"] + bar["height"] <= box(page.locator(".reader-footer"))["y"] + 0.5


@pytest.mark.parametrize("size", SIZES)
def test_a_notice_covers_nothing_and_escape_puts_it_away(
    read: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = read(size=size)
    slices = page.locator(".reader-grid .reader-overlay")
    before = box(slices)
    page.route("**/events", lambda route: route.fulfill(status=401, json={"detail": "Sign in."}))
    page.keyboard.press("1")
    notice = page.locator(".reader-notice")
    expect(notice).to_be_visible()
    assert box(slices) == before
    for name in (
        ".reader-grid .reader-overlay",
        ".reader-scores-frame",
        ".reader-form",
        ".reader-window >> nth=0",
    ):
        assert box(page.locator(name))["y"] + box(page.locator(name))["height"] <= box(notice)["y"] + 0.5, (
            name
        )
    assert box(notice)["y"] + box(notice)["height"] <= box(page.locator(".reader-footer"))["y"] + 0.5
    page.keyboard.press("Escape")
    expect(notice).to_be_hidden()
    expect(page.get_by_test_id("save-state")).to_contain_text("Signed out, ")
    # What is not saved either says so again.
    page.keyboard.press("2")
    expect(notice).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_waits_on_this_computer_leaves_the_choices_of_the_header_as_they_are(
    read: Callable[..., Page], language: str
) -> None:
    page = read(language=language)
    choices = page.locator(".reader-header select")
    before = [box(choice)["width"] for choice in choices.all()]
    page.route("**/events", lambda route: route.abort())
    for _segment in range(12):
        page.keyboard.press("3")
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "offline")
    assert [box(choice)["width"] for choice in choices.all()] == before
    for name in (".reader-header .focus", ".reader-header .position", ".reader-save span"):
        assert page.locator(name).evaluate_all(OVERFLOWING) == [], name


def test_a_reader_is_told_how_each_case_begins(read: Callable[..., Page]) -> None:
    page = read()
    begins = "Each case begins with the study's colours, layout and full windows."
    expect(page.get_by_label("Colours")).to_have_attribute("title", begins)
    page.keyboard.press("?")
    expect(page.get_by_test_id("key-sheet")).to_contain_text(begins)
    expect(page.get_by_test_id("key-sheet")).to_contain_text("rest against stress by 1 mm")


@pytest.mark.parametrize("size", SIZES)
def test_an_enlarged_slice_fills_the_window_and_its_sides_are_read_apart(
    read: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = read(size=size)
    page.keyboard.press("Enter")
    lightbox = page.get_by_test_id("lightbox")
    expect(lightbox.locator("canvas[data-technique]")).to_be_visible()
    slices = box(lightbox.locator(".reader-overlay"))
    assert slices["width"] >= 0.62 * size[0]
    names = [box(name) for name in lightbox.locator(".reader-orientation text").all()]
    lateral, septal = names[1], names[7]
    assert septal["x"] - (lateral["x"] + lateral["width"]) >= 16
