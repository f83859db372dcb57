"""A page that shows one grid with the product's own painters, and hearts to show on it."""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, BrowserContext, Page

from inference.heart.neutral import Neutral, neutral_volume
from inference.heart.ventricle import find_left_ventricle
from tests.bench.pages import WITH_GRAPHICS, Site, build, picture
from tests.inference.heart import phantom


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("pages"))


@dataclass
class Shown:
    """A grid on a page. Keys of pictures are "1 stress" and the like."""

    page: Page
    site: Site

    def open(
        self, organs: Mapping[str, Any], layout: Mapping[str, Any], *, side: float = 48, **shown: Any
    ) -> dict[str, Any]:
        pictures = []
        for key, neutral in organs.items():
            self.site.data[f"data/{key}"] = neutral.to_bytes()
            nk, nj, ni = neutral.voxels.shape
            pictures.append(picture(key, neutral.lv, (ni, nj, nk)))
        order = {"pictures": pictures, "layout": layout}
        return self.page.evaluate(
            "([order, side, shown]) => picture.open(order, side, shown)",
            [order, side, {"table": "gray"} | shown],
        )

    def ask(self, call: str, *arguments: Any) -> Any:
        return self.page.evaluate(f"given => picture.{call}(...given)", list(arguments))

    def pixels(self) -> NDArray[np.uint8]:
        """RGB of the canvas, [row, column, channel]."""
        width, height = self.ask("state")["drawn"]
        found = np.frombuffer(base64.b64decode(self.ask("pixels")), np.uint8)
        return found.reshape(height, width, 4)[..., :3]


@pytest.fixture
def show(built: Path, chromium: Browser) -> Iterator[Callable[..., Shown]]:
    """show(ratio=1.5, prepare="script to run first"): a page of its own."""
    contexts: list[BrowserContext] = []

    def opened(*, ratio: float = 1, prepare: str = "", browser: Browser = chromium) -> Shown:
        context = browser.new_context(viewport={"width": 1900, "height": 1000}, device_scale_factor=ratio)
        contexts.append(context)
        context.add_init_script(WITH_GRAPHICS)
        if prepare:
            context.add_init_script(prepare)
        site = Site(built)
        page = site.open(context, "/bench/picture.html")
        page.wait_for_function("() => 'picture' in window")
        return Shown(page, site)

    yield opened
    for context in contexts:
        context.close()


def neutral_of(segments: list[float], **more: Any) -> Neutral:
    image = phantom.volume(segments, background=0.05, **more)
    return neutral_volume(image, find_left_ventricle(image))


@pytest.fixture(scope="session")
def hearts() -> dict[str, Neutral]:
    """Four different pictures."""
    return {
        "1 stress": neutral_of(phantom.one_defect(10), noise=0.1),
        "1 rest": neutral_of([1.0] * 17, noise=0.1),
        "2 stress": neutral_of(phantom.one_defect(1, remaining=0.2)),
        "2 rest": neutral_of(phantom.one_defect(16, remaining=0.7)),
    }
