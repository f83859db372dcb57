"""The graphics processor goes away in the middle of a read, on the reading page itself."""

import io
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page

from inference.heart.neutral import Neutral
from tests.bench.one_read import PAGE, OneRead
from tests.bench.pages import WITH_GRAPHICS, Site

LOSE = "() => document.querySelector('canvas').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()"


def test_a_context_lost_in_the_middle_of_a_read_loses_no_score(
    built: Path, chromium: Browser, hearts: dict[str, Neutral]
) -> None:
    site = Site(built)
    read = OneRead(site, {key: hearts[key] for key in ("1 stress", "1 rest")})
    context = chromium.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    context.add_init_script(WITH_GRAPHICS)
    try:
        page = site.open(context, PAGE)
        page.wait_for_selector("canvas[data-technique=webgl2]")
        for key in ("Digit2", "Digit0", "Digit3"):
            page.keyboard.press(key)
        before = slices(page)
        page.evaluate(LOSE)
        page.wait_for_selector("canvas[data-technique=cpu]")
        difference = np.abs(slices(page).astype(int) - before)
        assert np.percentile(difference, 99) <= 12
        for key in ("Digit1", "Digit4"):
            page.keyboard.press(key)
        page.wait_for_function("() => /Saved/.test(document.body.innerText)")
        page.wait_for_timeout(500)
        scores = [(e["state"], e["segment"], e["value"]) for e in read.events if e["kind"] == "score"]
        assert scores == [
            ("stress", segment, value) for segment, value in enumerate((2, 0, 3, 1, 4), start=1)
        ]
        assert site.strays == []
    finally:
        context.close()


def slices(page: Page) -> np.ndarray:
    """The rows of the screen with slices, without the labels and the marks of a segment: the horizontal long axis."""
    box = page.locator("canvas.reader-grid-canvas").bounding_box()
    assert box is not None
    clip = {"x": box["x"] + 120, "y": box["y"] + box["height"] * 0.76, "width": 800.0, "height": 180.0}
    return np.asarray(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB"))
