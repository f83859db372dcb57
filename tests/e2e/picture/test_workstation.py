"""The pictures of a read: they fill every window, follow the pointer, can be enlarged, moved and played."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from inference.heart import contour, sampling
from inference.heart.neutral import Neutral
from tests.bench.one_read import PAGE, TOKEN, OneRead
from tests.bench.pages import Site, heart_layout

pytestmark = pytest.mark.browser
WINDOWS = [(1366, 768, "en"), (1920, 1080, "ja"), (3840, 2160, "en")]
BEATS, VIEWS = 8, 60
DOOR = f"api/reading/reads/{TOKEN}"


class Complete(OneRead):
    """A read with everything that can be looked at: three layouts, contours, both cines."""

    def __init__(
        self, site: Site, hearts: dict[str, Neutral], *, language: str, sets: int, check_due: bool
    ) -> None:
        super().__init__(site, {key: heart for key, heart in hearts.items() if int(key[0]) <= sets})
        self.language, self.sets, self.check_due = language, sets, check_due
        self.checks: list[dict[str, Any]] = []
        self.cines: list[dict[str, Any]] = []
        for key, heart in hearts.items():
            site.data[f"{DOOR}/contour/{key.replace(' ', '/')}"] = contour.encode(
                sampling.trace_wall(
                    heart.voxels.astype(np.float32),
                    base_k=heart.lv["base_k"],
                    radius_mm=heart.lv["radius_mm"],
                ).distance_mm
            )
        for state in ("stress", "rest"):
            heart = hearts[f"1 {state}"]
            beat = np.stack([heart.voxels * (1 - 0.05 * frame) for frame in range(BEATS)]).astype("<u2")
            views = np.random.default_rng(1).integers(0, 40_000, (VIEWS, 64, 64)).astype("<u2")
            site.data[f"{DOOR}/cines/gated/{state}"] = beat.tobytes()
            site.data[f"{DOOR}/cines/projections/{state}"] = views.tobytes()
            same = {"state": state, "full_scale": 40_000}
            self.cines += [
                same
                | {"kind": "gated", "frames": BEATS, "dims": [80, 80, 64], "spacing_mm": 2, "lv": heart.lv},
                same
                | {
                    "kind": "projections",
                    "frames": VIEWS,
                    "dims": [64, 64, 1],
                    "spacing_mm": 6.4,
                    "lv": None,
                },
            ]

    def answer(self, path: str, request: Any) -> dict[str, Any] | None:
        if path == "api/reading/display-check":
            self.checks.append(request.post_data_json)
            return {"at": "2026-01-01T00:00:00Z"}
        given = super().answer(path, request)
        if given is not None and "user" in given:
            given["user"]["language"] = self.language
        if given is not None and "slots" in given:
            for slot in given["slots"]:
                slot["contour"] = True
            layouts = [
                heart_layout(columns, pairs) | {"name": f"{columns} columns"}
                for columns, pairs in ((12, 2), (10, 2), (16, 1))
            ]
            if self.sets == 2:
                layouts = [heart_layout(7, 2, sets=2)]
            given["display"] |= {"layouts": layouts, "default_layout": layouts[0]["name"]}
            given |= {"cines": self.cines, "display_check_due": self.check_due}
        return given


@pytest.fixture
def read(built: Path, chromium: Browser, hearts: dict[str, Neutral]) -> Iterator[Callable[..., Page]]:
    """read(size=(1366, 768), language="ja", sets=2): the reading page once its first picture is there."""
    contexts: list[BrowserContext] = []

    def opened(
        *,
        size: tuple[int, int] = (1920, 1080),
        language: str = "en",
        sets: int = 1,
        check_due: bool = False,
        cines: bool = True,
        reads: list[Complete] | None = None,
    ) -> Page:
        site = Site(built)
        one = Complete(site, hearts, language=language, sets=sets, check_due=check_due)
        if not cines:
            one.cines = []
        if reads is not None:
            reads.append(one)
        viewport = {"width": size[0], "height": size[1]}
        context = chromium.new_context(viewport=viewport, reduced_motion="reduce", locale=language)  # type: ignore[arg-type]
        contexts.append(context)
        page = site.open(context, PAGE)
        page.wait_for_selector("canvas[data-technique]")
        return page

    yield opened
    for context in contexts:
        context.close()


def tile_at(page: Page, row: int, column: int) -> tuple[float, float]:
    """A point left above the middle of a tile of the 8 x 12 layout."""
    box = page.locator(".reader-grid .reader-overlay").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * (column + 0.4) / 12, box["y"] + box["height"] * (row + 0.4) / 8


@pytest.mark.parametrize(("width", "height", "language"), WINDOWS)
def test_the_page_fits_the_window_in_every_layout(
    read: Callable[..., Page], pictures: Path, width: int, height: int, language: str
) -> None:
    page = read(language=language, size=(width, height))
    page.screenshot(path=pictures / f"reader-{width}x{height}-{language}.png")
    layouts = page.locator(".reader-header select").first
    seen = set()
    page.keyboard.press("b")
    expect(page.locator(".reader-contour .line")).to_have_attribute("d", re.compile("^M"))
    for _layout in range(layouts.locator("option").count()):
        seen.add(layouts.input_value())
        overflow = page.evaluate(
            """() => {
                const { scrollWidth, scrollHeight } = document.documentElement;
                const box = (name) => document.querySelector(name).getBoundingClientRect();
                return [
                    scrollWidth - innerWidth,
                    scrollHeight - innerHeight,
                    box('.reader-overlay').right - box('.reader-panel').left,
                    box('.reader-overlay').bottom - box('.reader-footer').top,
                ].map(Math.ceil);
            }"""
        )
        assert all(pixels <= 0 for pixels in overflow), (layouts.input_value(), overflow)
        page.keyboard.press("y")
    assert len(seen) == 3


def test_slices_maps_and_pointer_show_the_same_place(read: Callable[..., Page]) -> None:
    page = read()
    crosses = page.locator(".reader-grid .reader-point .line")
    rings = page.locator(".reader-trace circle.line")
    expect(rings).to_have_count(0)
    page.mouse.move(*tile_at(page, 0, 6))
    # One tile of every other strip holds the point: rest in the same view, both states in the long axes.
    expect(crosses).to_have_attribute("d", re.compile(r"^(M[^M]+){20}$"))
    expect(rings).to_have_count(2)
    expect(page.locator(".reader-slice-lines .line")).to_have_attribute("d", re.compile(r"^(M[^M]+){48}$"))
    page.keyboard.press("h")
    expect(crosses).to_have_count(0)
    page.keyboard.press("h")
    page.mouse.move(5, 5)
    expect(rings).to_have_count(0)
    # A segment marks the tiles that cut it, of both states.
    marked = page.locator(".reader-cut")
    page.locator("[data-bullseye=stress] [data-segment='17']").hover()
    expect(marked.first).to_be_visible()
    in_the_long_axes = page.locator(".reader-cut:not(:has(rect)) .line")
    expect(in_the_long_axes.first).to_have_attribute("d", re.compile("^M"))


def test_rest_is_moved_against_stress_and_back(read: Callable[..., Page]) -> None:
    page = read()
    align = page.get_by_test_id("align")
    page.mouse.move(*tile_at(page, 0, 3))
    page.keyboard.press("Shift+K")
    page.keyboard.press("Alt+ArrowRight")
    expect(align).to_have_text("Rest +1 SA, 1 mm")
    expect(page.locator(".reader-row-labels .moved", has_text="+1")).to_have_count(2)
    page.keyboard.press("Home")
    expect(align).to_have_text("Align")
    page.mouse.wheel(0, 120)
    expect(page.locator(".reader-row-labels .moved", has_text="+1")).to_have_count(4)
    # The same with the pointer alone.
    align.click()
    page.get_by_role("button", name="SA Rest: one slice back").click()
    expect(align).to_have_text("Rest −1 SA")
    page.get_by_role("button", name="As it came").click()
    expect(align).to_have_text("Align")


def test_a_window_is_moved_by_buttons_and_both_states_follow(read: Callable[..., Page]) -> None:
    page = read()
    high = page.get_by_role("slider", name="Upper limit")
    page.get_by_role("button", name="Upper limit, Stress: 5 % less").click()
    for slider in high.all():
        expect(slider).to_have_value("95")
    page.keyboard.press("l")
    page.get_by_role("button", name="Upper limit, Rest: 5 % less").click()
    expect(page.get_by_role("slider", name="Upper limit, Stress")).to_have_value("95")
    expect(page.get_by_role("slider", name="Upper limit, Rest")).to_have_value("90")


def test_a_slice_is_enlarged_and_the_page_has_the_keys_again_afterwards(read: Callable[..., Page]) -> None:
    page = read()
    page.mouse.move(*tile_at(page, 0, 4))
    page.keyboard.press("Enter")
    lightbox = page.get_by_test_id("lightbox")
    expect(lightbox).to_contain_text("SA, slice 5 of 24")
    page.keyboard.press("ArrowDown")
    expect(lightbox).to_contain_text("slice 6 of 24")
    lightbox.locator(".reader-tiles").hover()
    page.mouse.wheel(0, -120)
    expect(lightbox).to_contain_text("slice 5 of 24")
    table = page.locator(".reader-header select").last
    before = table.input_value()
    page.keyboard.press("c")
    expect(table).not_to_have_value(before)
    page.keyboard.press("Escape")
    expect(lightbox).to_be_hidden()
    score = page.locator(".reader-scores td.score").first
    page.keyboard.press("Backspace")
    page.keyboard.press("1")
    expect(page.locator(".reader-scores td.score", has_text="1").first).to_be_visible()
    expect(score).to_be_visible()
    page.mouse.dblclick(*tile_at(page, 5, 5))
    expect(lightbox).to_contain_text("VLA, slice 6 of 12")


@pytest.mark.parametrize(("key", "frames"), [("e", 8), ("m", 60)])
def test_a_cine_moves_only_when_it_is_told_to(read: Callable[..., Page], key: str, frames: int) -> None:
    page = read()
    page.keyboard.press(key)
    cine = page.get_by_test_id("cine")
    number = cine.locator(".reader-cine-tools output")
    # Thirteen million bytes on their way.
    expect(number).to_have_text(f"1 / {frames}", timeout=60_000)
    expect(cine.get_by_test_id("play")).to_contain_text("Play")
    page.wait_for_timeout(500)
    expect(number).to_have_text(f"1 / {frames}")
    page.keyboard.press("p")
    expect(number).not_to_have_text(f"1 / {frames}")
    page.keyboard.press("p")
    expect(cine.get_by_test_id("play")).to_contain_text("Play")
    cine.get_by_role("slider", name="Frame").fill("1")
    page.keyboard.press("Escape")
    expect(cine).to_be_hidden()


def test_two_sets_stand_side_by_side_and_one_lies_under_the_segments(read: Callable[..., Page]) -> None:
    page = read(sets=2, size=(1366, 768))
    names = page.locator(".reader-sets text")
    expect(names).to_have_text(["A", "B"])
    switch = page.get_by_role("button", name="Map of B under the segments, Stress")
    expect(switch).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("s")
    expect(switch).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    lightbox = page.get_by_test_id("lightbox")
    expect(lightbox.locator(".captions")).to_have_text("AB")
    room = lightbox.evaluate(
        """(dialog) => {
            const picture = dialog.querySelector('.reader-overlay').getBoundingClientRect();
            const frame = dialog.getBoundingClientRect();
            return [picture.left - frame.left, frame.right - picture.right, frame.bottom - picture.bottom];
        }"""
    )
    assert min(room) > 0, room


def test_the_screen_is_checked_once_and_the_time_of_reading_begins_after_it(
    read: Callable[..., Page],
) -> None:
    reads: list[Complete] = []
    page = read(check_due=True, reads=reads)
    check = page.get_by_test_id("display-check")
    expect(check).to_be_visible()
    for _question in range(4):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    assert "shown" not in [event["name"] for event in reads[0].events if event["kind"] == "view"]
    page.keyboard.press("Enter")
    expect(check).to_be_hidden()
    (sent,) = reads[0].checks
    assert sent["answers"] == {"steps": True, "dark": True, "bright": True, "bar": True}
    assert (sent["screen"]["window_width"], sent["screen"]["window_height"]) == (1920, 1080)
    page.keyboard.press("1")
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    page.wait_for_timeout(1_000)
    assert "shown" in [event["name"] for event in reads[0].events if event["kind"] == "view"]


ROWS = """() => {
    const frame = document.querySelector('.reader-scores-frame').getBoundingClientRect();
    const within = (row) => {
        const { top, right, bottom } = row.getBoundingClientRect();
        return top >= frame.top - 1 && bottom <= frame.bottom + 1 && right <= frame.right + 1;
    };
    const rows = [...document.querySelectorAll('.reader-scores tbody tr')];
    const footer = document.querySelector('.reader-footer').getBoundingClientRect();
    return [rows.filter(within).length, within(document.querySelector('.reader-scores tr.now')),
            frame.bottom <= footer.top + 1];
}"""


@pytest.mark.parametrize(("width", "height", "visible"), [(1366, 768, 17), (1366, 640, 10), (1920, 940, 17)])
def test_every_row_of_the_scores_can_be_seen_in_a_low_window(
    read: Callable[..., Page], width: int, height: int, visible: int
) -> None:
    page = read(size=(width, height))
    for key in ("End", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowRight"):
        page.keyboard.press(key)
        rows, focused, inside = page.evaluate(ROWS)
        assert (rows >= visible, focused, inside) == (True, True, True), (key, rows)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1366, 640), (1920, 940)])
def test_remarks_lie_beside_the_scores_and_are_read_in_full(
    read: Callable[..., Page], width: int, height: int
) -> None:
    page = read(size=(width, height))
    # Rest above stress in the first segment.
    page.keyboard.press("0")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    page.keyboard.press("2")
    remarks = page.locator(".reader-remarks")
    unfold = remarks.get_by_role("button", name="1 remark")
    if unfold.get_attribute("aria-expanded") == "false":
        unfold.click()
    sentence = remarks.locator("li")
    expect(sentence).to_contain_text("Rest scored worse than stress in segment 1. Is that meant?")
    cut, over = sentence.evaluate(
        """(line) => {
            const mine = line.getBoundingClientRect();
            const apart = (name) => {
                const { left, right, top, bottom } = document.querySelector(name).getBoundingClientRect();
                return mine.right <= left || mine.left >= right || mine.bottom <= top || mine.top >= bottom;
            };
            return [line.scrollWidth > line.clientWidth,
                    ['.reader-scores-frame', '.reader-form', '.reader-footer'].some((name) => !apart(name))];
        }"""
    )
    assert (cut, over) == (False, False)


def test_a_notice_leaves_the_slices_where_they_are(read: Callable[..., Page]) -> None:
    page = read(size=(1366, 768))
    before = page.locator(".reader-overlay").bounding_box()
    page.route("**/events", lambda route: route.fulfill(status=401, json={"detail": "Sign in."}))
    page.keyboard.press("1")
    expect(page.locator(".reader-notice")).to_be_visible()
    assert page.locator(".reader-overlay").bounding_box() == before


def test_after_the_last_answer_nothing_that_is_typed_becomes_a_score(read: Callable[..., Page]) -> None:
    page = read()
    for _segment in range(34):
        page.keyboard.press("0")
    page.keyboard.press("2")  # image quality, the only question
    finish = page.get_by_role("button", name="Finish and sign")
    expect(finish).to_be_focused()
    page.keyboard.type("no 3 defects")  # Space presses the button
    signature = page.get_by_test_id("sign-dialog")
    expect(signature).to_be_visible()
    page.keyboard.press("Escape")
    expect(signature).to_be_hidden()
    expect(page.locator(".reader-scores td.score", has_text="0")).to_have_count(34)
    said = page.locator(".reader-footer .said")
    expect(said).to_have_count(0)
    # Who goes on scoring is told what was changed.
    page.keyboard.press("n")
    expect(said).to_have_text("Rest 17 Apex changed: 0 → NE")


def test_a_case_without_a_cine_says_so(read: Callable[..., Page]) -> None:
    page = read(cines=False)
    page.keyboard.press("e")
    expect(page.locator(".reader-footer .said")).to_have_text("This case has no gated cine.")
    page.keyboard.press("m")
    expect(page.locator(".reader-footer .said")).to_have_text("This case has no raw projections.")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_score_in_focus_and_what_is_not_saved_can_be_read_in_a_narrow_header(
    read: Callable[..., Page], language: str
) -> None:
    page = read(size=(1366, 768), language=language)
    page.route("**/events", lambda route: route.abort())
    page.keyboard.press("3")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "offline")
    for name in (".reader-header .focus", ".reader-save span", ".reader-simulated"):
        shown, needed = page.locator(name).evaluate("(found) => [found.clientWidth, found.scrollWidth]")
        assert shown >= needed, (name, shown, needed)
