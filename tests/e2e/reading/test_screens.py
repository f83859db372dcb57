"""What a reader sees of a normal, a diseased and an attenuated heart, on three screens and in two languages.

With SCREENSHOTS=folder the 18 pictures stay there, to be looked at beside a clinical display.
"""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page

from reader_study.demonstration.person import Person
from tests.e2e.reading import keys
from tests.e2e.reading.server import Server
from tests.e2e.reading.studies_named import ATTENUATED, DEFECT, NORMAL

pytestmark = pytest.mark.browser

SIZES = ((1366, 768), (1920, 1080), (3840, 2160))
READERS = {"en": "reader.1", "ja": "reader.2"}
KINDS = {NORMAL: "normal", DEFECT: "defect", ATTENUATED: "attenuated"}
ROWS, COLUMNS = 8, 12
# Of 255: every colour of the first table that muscle has is brighter in one of its parts.
LIT = 127
# The time of day apart, each heart's page has the same words.
SAVED = re.compile("Saved|保存済み")
# What would name an arm; one table of colours is called PET 20 steps.
ARMS = re.compile(r"SPECT|PET(?! 20)|[Vv]irtual|仮想")
INFERIOR = (4, 10, 15)
# Points of the 100 of a map by which the inferior wall lies below the others: at stress and at rest, least and most.
BELOW = {NORMAL: ((-6, 6), (-6, 6)), DEFECT: ((25, 50), (-6, 6)), ATTENUATED: ((8, 25), (8, 25))}

# Mean gray, in per cent, of what each segment's outline covers of its map.
_SEGMENTS = """(state) => {
    const canvas = document.querySelector(`.reader-map:has([data-bullseye=${state}]) canvas`);
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const box = canvas.getBoundingClientRect();
    const sums = {};
    for (let y = 0; y < canvas.height; y += 2) {
        for (let x = 0; x < canvas.width; x += 2) {
            const across = box.left + ((x + 0.5) * box.width) / canvas.width;
            const down = box.top + ((y + 0.5) * box.height) / canvas.height;
            const sector = document.elementFromPoint(across, down)?.closest('[data-segment]');
            if (!sector) continue;
            const sum = (sums[sector.dataset.segment] ??= [0, 0]);
            sum[0] += pixels.data[4 * (y * canvas.width + x)] / 2.55;
            sum[1] += 1;
        }
    }
    return Array.from({ length: 17 }, (_, index) => sums[index + 1][0] / sums[index + 1][1]);
}"""

# All that is written on the page, seen or heard.
_WORDS = """() => [
    document.title,
    document.body.innerText,
    ...[...document.querySelectorAll('*')].flatMap((element) =>
        ['aria-label', 'title', 'alt', 'placeholder'].map((name) => element.getAttribute(name) ?? '')),
].join('\\n')"""

# How far the middle of each map lies from the middle of its segments, and what it has of their width.
_MAPS = """() => [...document.querySelectorAll('.reader-disc:has([data-bullseye])')].map((disc) => {
    const [map, segments] = ['canvas', 'svg'].map((name) => disc.querySelector(name).getBoundingClientRect());
    const middle = (box) => [box.left + box.width / 2, box.top + box.height / 2];
    const [[x, y], [across, down]] = [middle(map), middle(segments)];
    return [Math.hypot(x - across, y - down), map.width / segments.width];
})"""

# An element of the page whose width is set anew: what it measures at once.
_SET_ANEW = """() => {
    const element = document.createElement('div');
    document.body.append(element);
    const widths = ['10px', '20px'].map((width) => {
        element.style.width = width;
        return element.getBoundingClientRect().width;
    });
    element.remove();
    return widths;
}"""

_OVERFLOW = """() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    const box = (name) => document.querySelector(name).getBoundingClientRect();
    return [
        scrollWidth - innerWidth,
        scrollHeight - innerHeight,
        box('.reader-overlay').right - box('.reader-panel').left,
        box('.reader-overlay').bottom - box('.reader-footer').top,
    ].map(Math.ceil);
}"""


def settled(page: Page) -> None:
    """The picture has followed a change of the window's size."""
    page.mouse.move(1, 1)
    page.wait_for_timeout(400)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def lit(page: Page, seen: bytes) -> int:
    """How many places of the grid show muscle in their middle, where there are no words."""
    box = page.locator(".reader-grid .reader-overlay").bounding_box()
    assert box is not None
    pixels: NDArray[np.uint8] = np.asarray(Image.open(io.BytesIO(seen)).convert("RGB"))
    down, across = box["height"] / ROWS, box["width"] / COLUMNS
    count = 0
    for row in range(ROWS):
        for column in range(COLUMNS):
            top, left = box["y"] + (row + 0.2) * down, box["x"] + (column + 0.2) * across
            tile = pixels[int(top) : int(top + 0.6 * down), int(left) : int(left + 0.6 * across)]
            count += tile.max() > LIT
    return count


def below(page: Page, state: str) -> float:
    """By how much the inferior wall lies below the other segments in what the map shows, in gray."""
    page.keyboard.down("g")
    page.wait_for_timeout(200)
    segments: list[float] = page.evaluate(_SEGMENTS, state)
    page.keyboard.up("g")
    inferior = [segments[number - 1] for number in INFERIOR]
    others = [value for number, value in enumerate(segments, 1) if number not in INFERIOR]
    return float(np.mean(others) - np.mean(inferior))


@pytest.fixture(scope="module")
def hearts(server: Server) -> Server:
    """The server with three studies more: 20 seconds of simulated scans."""
    server.add("tests.e2e.reading.studies_of_one_man")
    return server


@pytest.mark.parametrize("language", ["en", "ja"])
def test_three_hearts_on_three_screens(
    hearts: Server,
    sit_down: Callable[..., Page],
    person: Callable[[str], Person],
    pictures: Path,
    language: str,
) -> None:
    page = sit_down(READERS[language], language=language, size=SIZES[0])
    words: dict[tuple[int, int], set[str]] = {}
    for title, kind in KINDS.items():
        keys.opened(page, hearts.next_of(title, person(READERS[language])))
        keys.pass_the_check(page)
        for width, height in SIZES:
            at = f"{kind}-{width}x{height}-{language}"
            page.set_viewport_size({"width": width, "height": height})
            settled(page)
            keys.saved(page)
            seen = page.screenshot(path=pictures / f"{at}.png")
            assert all(pixels <= 0 for pixels in page.evaluate(_OVERFLOW)), at
            for away, share in page.evaluate(_MAPS):
                assert away < 5 and 0.9 < share < 1, at
            assert lit(page, seen) == ROWS * COLUMNS, at
            said = {line for line in page.evaluate(_WORDS).split("\n") if line and not SAVED.search(line)}
            # Whatever the heart and whatever the arm, the page says the same words.
            assert said == words.setdefault((width, height), said), at
            assert not [line for line in said if ARMS.search(line)], at
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
        settled(page)
        for state, (least, most) in zip(("stress", "rest"), BELOW[title], strict=True):
            assert least <= below(page, state) <= most, (title, state)


def test_sizes_follow_at_once_where_the_reader_wants_no_motion(sit_down: Callable[..., Page]) -> None:
    """A picture is laid by what its place measures now: no style may be on its way there."""
    page = sit_down("reader.3")
    assert page.evaluate("() => matchMedia('(prefers-reduced-motion: reduce)').matches")
    assert page.evaluate(_SET_ANEW) == [10, 20]
