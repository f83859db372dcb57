"""Whatever happens in the middle of a read, every score is at the server in the end, once; in a real browser."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from inference.heart.neutral import Neutral
from tests.bench.one_read import PAGE, TOKEN, OneRead
from tests.bench.pages import Site

pytestmark = pytest.mark.browser
EVENTS = f"**/api/reading/reads/{TOKEN}/events"
ROLES = "() => document.querySelector('canvas[data-technique]')"
# What a browser reports for the key 2 while a Japanese input method is on.
PROCESS = """() => document.body.dispatchEvent(new KeyboardEvent('keydown', {
    key: 'Process', code: 'Digit2', keyCode: 229, bubbles: true, cancelable: true }))"""


class Read(OneRead):
    """The doors of one read, with the draft that its acts add up to."""

    def answer(self, path: str, request: Any) -> dict[str, Any] | None:
        given = super().answer(path, request)
        if given is not None and "draft" in given:
            for event in self.events:
                if event["kind"] == "score":
                    given["draft"]["scores"][event["state"]][event["segment"] - 1] = event["value"]
                elif event["kind"] == "field":
                    given["draft"]["fields"][event["name"]] = event["value"]
        return given

    @property
    def scores(self) -> list[tuple[str, int, Any]]:
        return [(e["state"], e["segment"], e["value"]) for e in self.events if e["kind"] == "score"]


@dataclass
class Desk:
    read: Read
    site: Site
    context: BrowserContext
    # What the door of the events does instead of taking them.
    trouble: Callable[[Route], None] | None = None
    tabs: list[Page] = field(default_factory=list)

    def sit_down(self) -> Page:
        page = self.site.open(self.context, PAGE)
        self.context.unroute(EVENTS)
        self.context.route(EVENTS, self._events)
        page.wait_for_function(ROLES)
        self.tabs.append(page)
        return page

    def _events(self, route: Route) -> None:
        if self.trouble:
            self.trouble(route)
        else:
            route.fallback()


@pytest.fixture
def desk(built: Path, chromium: Browser, hearts: dict[str, Neutral]) -> Iterator[Desk]:
    site = Site(built)
    read = Read(site, {key: hearts[key] for key in ("1 stress", "1 rest")})
    context = chromium.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    yield Desk(read, site, context)
    context.close()


def says(page: Page, state: str) -> None:
    # What waits is sent again every few seconds.
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", state, timeout=20_000)


def answers(status: int, code: str) -> Callable[[Route], None]:
    body = json.dumps({"code": code, "message": "…"})
    return lambda route: route.fulfill(status=status, body=body, content_type="application/json")


def marks(scores: list[tuple[str, int, Any]], *values: Any) -> bool:
    return scores == [("stress", segment, value) for segment, value in enumerate(values, start=1)]


def press_pad(page: Page, code: str, key: str) -> None:
    """A key of the number pad with what it prints: a page's own keyboard here has no Num Lock."""
    page.evaluate(
        """press => document.body.dispatchEvent(new KeyboardEvent('keydown', {
            ...press, bubbles: true, cancelable: true }))""",
        {"code": code, "key": key},
    )


def test_digits_the_number_pad_and_an_input_method_all_score(desk: Desk) -> None:
    page = desk.sit_down()
    page.keyboard.press("Digit1")
    press_pad(page, "Numpad3", "3")
    page.evaluate(PROCESS)
    press_pad(page, "NumpadDecimal", ".")
    for _key in range(4):
        page.keyboard.press("z")
    for _key in range(3):
        page.keyboard.press("Shift+Z")
    says(page, "saved")
    assert [value for *_place, value in desk.read.scores] == [1, 3, 2, "NE", None, None, None, None, 1, 3, 2]
    assert [event["seq"] for event in desk.read.events] == list(range(1, len(desk.read.events) + 1))


def test_the_number_pad_without_num_lock_scores_nothing(desk: Desk) -> None:
    page = desk.sit_down()
    for code, key in (("Numpad4", "ArrowLeft"), ("Numpad2", "ArrowDown"), ("NumpadDecimal", "Delete")):
        press_pad(page, code, key)
    page.keyboard.press("Digit1")
    says(page, "saved")
    assert marks(desk.read.scores, 1)


@pytest.mark.parametrize(
    ("trouble", "state"),
    [
        (lambda route: route.abort(), "offline"),
        (answers(502, "bad_gateway"), "offline"),
        (answers(401, "not_authenticated"), "signedOut"),
    ],
    ids=["no network", "server restarts", "session over"],
)
def test_what_could_not_be_sent_is_sent_later_once(
    desk: Desk, trouble: Callable[[Route], None], state: str
) -> None:
    page = desk.sit_down()
    page.keyboard.press("Digit2")
    says(page, "saved")
    desk.trouble = trouble
    for key in ("Digit0", "Digit3"):
        page.keyboard.press(key)
    says(page, state)
    assert page.url.endswith(PAGE)
    page.reload()
    page.wait_for_function(ROLES)
    page.keyboard.press("Digit4")
    says(page, state)
    desk.trouble = None
    says(page, "saved")
    assert marks(desk.read.scores, 2, 0, 3, 4)


def test_a_page_that_is_killed_before_it_could_send_anything_has_kept_it(desk: Desk) -> None:
    page = desk.sit_down()
    desk.trouble = lambda route: route.abort()
    for key in ("Digit1", "Digit2"):
        page.keyboard.press(key)
    says(page, "offline")
    page.close(run_before_unload=False)
    desk.trouble = None
    again = desk.sit_down()
    says(again, "saved")
    again.keyboard.press("Digit3")
    says(again, "saved")
    assert marks(desk.read.scores, 1, 2, 3)


def test_a_second_tab_only_looks_until_it_takes_the_read(desk: Desk) -> None:
    first = desk.sit_down()
    first.keyboard.press("Digit1")
    says(first, "saved")
    second = desk.sit_down()
    notice = second.get_by_role("alert").filter(has_text="another tab")
    expect(notice).to_be_visible()
    second.keyboard.press("Digit4")
    notice.get_by_role("button").click()
    expect(notice).to_be_hidden()
    second.wait_for_function(ROLES)
    second.keyboard.press("Digit2")
    says(second, "saved")
    expect(first.get_by_role("alert").filter(has_text="another tab")).to_be_visible()
    first.keyboard.press("Digit3")
    assert marks(desk.read.scores, 1, 2)


def test_another_place_that_goes_on_is_told_and_nothing_is_overwritten(desk: Desk) -> None:
    page = desk.sit_down()
    page.keyboard.press("Digit1")
    says(page, "saved")
    page.wait_for_timeout(1_500)  # until the view has settled, too
    browser = desk.context.browser
    assert browser
    elsewhere = browser.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    try:
        other = desk.site.open(elsewhere, PAGE)
        other.wait_for_function(ROLES)
        other.keyboard.press("Digit4")
        says(other, "saved")
        page.keyboard.press("Digit3")
        says(page, "conflict")
        expect(page.get_by_role("alert").filter(has_text=re.compile("another place"))).to_be_visible()
        assert desk.read.scores == [("stress", 1, 1), ("stress", 2, 4)]
    finally:
        elsewhere.close()
