"""How fast the reader's pictures are, beside stock viewports of cornerstone, on the same volumes in the same run.

Every number is of one run on one machine. Main-thread time is what the browser counts for the page's main thread, with
all that it does there itself, less what it counts for a page that draws nothing: once as processor time, which is what
is compared, and once with what the thread waited for (a software graphics processor, other work on the machine). Each
step is on its way to the screen before the next one. The best of some rounds counts, as other work only adds; the JSON
has all of them.

Keys are pressed in two browsers. One is as it comes: on a machine without a graphics processor it puts its pages
together without one, and the reading page draws its slices with its own painter. The other imitates a graphics
processor (SwiftShader), which no reader has: there the processor does all the work of a graphics processor, for every
pixel of the window in every frame. Each is compared with its own floor (see `reading_page`).
"""

import argparse
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, sync_playwright

from inference.heart.neutral import Neutral, neutral_volume
from inference.heart.ventricle import find_left_ventricle
from tests.bench.one_read import OneRead
from tests.bench.pages import ROOT, WITH_GRAPHICS, Site, build, heart_layout, picture
from tests.bench.reading_page import UnderKeys, main_thread, middle, p95
from tests.inference.heart import phantom

WITHOUT_WEBGL = """
const given = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind === 'webgl2' ? null : given.call(this, kind, ...more);
};
"""
NOTHING, OWN, STOCK = "nothing", ("webgl2", "cpu", "mpi:grid"), ("orthographic", "stack")
SAID = {
    "webgl2": "grid, WebGL2",
    "cpu": "grid, processor",
    "mpi:grid": "grid as cornerstone viewport mpi:grid",
    "orthographic": "cornerstone, one volume viewport a tile",
    "stack": "cornerstone, one stack viewport a tile",
}
COLUMNS, PAIRS, SIDE = 12, 2, 116
ROWS = 2 * PAIRS + 4
AS_IT_COMES = ["--disable-dev-shm-usage"]
# Frames take the way that they take through a graphics processor, with SwiftShader in its place.
IMITATED_GRAPHICS = [
    *AS_IT_COMES,
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
]
BROWSERS = {"as_it_comes": "browser as it comes", "imitated_graphics": "graphics processor imitated"}
STEPS = ("scroll", "window")


@dataclass
class Measured:
    """Of one step, on the main thread, by round."""

    first_picture_ms: list[float] = field(default_factory=list)
    ms: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in STEPS})
    with_waits_ms: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in STEPS})
    tiles_lit: int = 0

    def best(self, kind: str) -> float:
        return min(self.ms[kind])

    def best_with_waits(self, kind: str) -> float:
        return min(self.with_waits_ms[kind])

    def less(self, idle: "Measured") -> "Measured":
        """Without what a page costs that draws nothing."""
        return Measured(
            self.first_picture_ms,
            {kind: [max(ms - idle.best(kind), 0) for ms in self.ms[kind]] for kind in STEPS},
            {
                kind: [max(ms - idle.best_with_waits(kind), 0) for ms in self.with_waits_ms[kind]]
                for kind in STEPS
            },
            self.tiles_lit,
        )


@dataclass(frozen=True)
class Limit:
    what: str
    value: float | None
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        if self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass(frozen=True)
class Report:
    measured: dict[str, Measured]
    reading_page: dict[str, UnderKeys]
    floor: dict[str, UnderKeys]
    entry_kilobytes: float | None
    graphics: dict[str, str]
    chromium: str
    strays: list[str]

    def less_main_thread_time(self) -> dict[str, dict[str, dict[str, float]]]:
        """ours -> stock -> step -> how many times less."""
        return {
            own: {
                other: {
                    kind: self.measured[other].best(kind) / max(self.measured[own].best(kind), 0.01)
                    for kind in STEPS
                }
                for other in STOCK
            }
            for own in OWN
        }

    def limits(self) -> list[Limit]:
        ratios = self.less_main_thread_time()["webgl2"]
        worst = {own: max(self.measured[own].best(kind) for kind in STEPS) for own in OWN}
        return [
            Limit("WebGL2: main thread a scroll or window step, ms", worst["webgl2"], 2),
            Limit("processor: main thread a scroll or window step, ms", worst["cpu"], 50),
            Limit(
                "times less main-thread time than one stock viewport a tile, the least of all",
                min(ratio for steps in ratios.values() for ratio in steps.values()),
                50,
                at_least=True,
            ),
            *(
                Limit(
                    f"key to paint on the reading page, 95th percentile, ms ({said})",
                    p95(self.reading_page[name].at_rest.painted_ms),
                    50,
                )
                for name, said in BROWSERS.items()
            ),
            *(
                Limit(
                    f"first picture after data on the reading page, ms ({said})",
                    min(self.reading_page[name].first_picture_ms),
                    300,
                )
                for name, said in BROWSERS.items()
            ),
            Limit("entry JavaScript of the reading page, kB gzip", self.entry_kilobytes, 120),
            Limit("requests to anywhere else", len(self.strays), 0),
        ]


def launch(chromium: BrowserType, path: str) -> dict[str, Browser]:
    """Those of BROWSERS."""
    return {
        "as_it_comes": chromium.launch(executable_path=path, args=AS_IT_COMES),
        "imitated_graphics": chromium.launch(executable_path=path, args=IMITATED_GRAPHICS),
    }


def run(browsers: Mapping[str, Browser], built: Path, *, steps: int, rounds: int, keys: int) -> Report:
    """steps: of each kind; keys: how often all of the measured keys are pressed in a round."""
    browser = browsers["imitated_graphics"]
    site = Site(built)
    hearts = {"1 stress": _heart(phantom.one_defect(10)), "1 rest": _heart([1.0] * 17)}
    order = _order(site, hearts)
    measured: dict[str, Measured] = {name: Measured() for name in (NOTHING, *OWN, *STOCK)}
    for _ in range(rounds):
        for name, each in measured.items():
            _measure(browser, site, order, name, each, steps)
    idle = measured.pop(NOTHING)
    measured = {name: each.less(idle) for name, each in measured.items()}
    pages, floor = ({name: UnderKeys() for name in BROWSERS} for _ in range(2))
    for _ in range(rounds):
        for name in BROWSERS:
            OneRead(site, hearts)
            with closing(_context(browsers[name], name)) as context:
                pages[name].reading_page(context, site, keys)
            with closing(_context(browsers[name], name)) as context:
                floor[name].one_line(context, site, keys)
    graphics = {name: _graphics(each) for name, each in browsers.items()}
    return Report(measured, pages, floor, _entry(), graphics, browser.version, site.strays)


def _order(site: Site, hearts: Mapping[str, Neutral]) -> dict[str, Any]:
    for key, heart in hearts.items():
        site.data[f"data/{key}"] = heart.to_bytes()
    pictures = [picture(key, heart.lv) for key, heart in hearts.items()]
    return {"pictures": pictures, "layout": heart_layout(COLUMNS, PAIRS)}


def _heart(segments: list[float]) -> Neutral:
    image = phantom.volume(segments, background=0.05, noise=0.1)
    return neutral_volume(image, find_left_ventricle(image))


def _opened(browser: Browser, site: Site, order: Mapping[str, Any], name: str) -> Page:
    context = _context(browser, name)
    page = site.open(context, "/bench/speed.html")
    page.wait_for_function("() => 'speed' in window")
    page.evaluate("([order, side, name]) => speed.load(order, side, name)", [order, SIDE, name])
    return page


def _measure(
    browser: Browser, site: Site, order: Mapping[str, Any], name: str, into: Measured, steps: int
) -> None:
    page = _opened(browser, site, order, name)
    try:
        into.first_picture_ms.append(page.evaluate("name => speed.first(name)", name))
        into.tiles_lit = _lit(page)
        clock = page.context.new_cdp_session(page)
        clock.send("Performance.enable")
        for kind in STEPS:
            page.evaluate("kind => speed.steps(kind, 2)", kind)  # warm
            before = main_thread(clock)
            page.evaluate("([kind, count]) => speed.steps(kind, count)", [kind, steps])
            worked, busy = (after - from_ for after, from_ in zip(main_thread(clock), before, strict=True))
            into.ms[kind].append(worked / steps)
            into.with_waits_ms[kind].append(busy / steps)
    finally:
        page.context.close()


def _lit(page: Page) -> int:
    """Tiles of the screen in which there is anything."""
    seen = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L"))
    seen = seen[: ROWS * SIDE, : COLUMNS * SIDE]
    return int((seen.reshape(ROWS, SIDE, COLUMNS, SIDE).max(axis=(1, 3)) > 0).sum())


def _context(browser: Browser, name: str) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, device_scale_factor=1)
    if name == "cpu":
        context.add_init_script(WITHOUT_WEBGL)
    elif name != "as_it_comes":
        context.add_init_script(WITH_GRAPHICS)
    return context


def _graphics(browser: Browser) -> str:
    page = browser.new_page()
    try:
        found: str = page.evaluate(
            """() => {
              const gl = document.createElement('canvas').getContext('webgl2');
              const more = gl?.getExtension('WEBGL_debug_renderer_info');
              return gl ? gl.getParameter(more ? more.UNMASKED_RENDERER_WEBGL : gl.RENDERER) : 'no WebGL2';
            }"""
        )
        return found
    finally:
        page.close()


def _entry() -> float | None:
    """kB that a reader's browser loads before the first picture, as the build counts them; None without a build."""
    if not (ROOT / "frontend" / "dist" / "index.html").exists():
        return None
    done = subprocess.run(
        ["node", "budget.mjs"], cwd=ROOT / "frontend", capture_output=True, text=True, check=False
    )
    found = re.search(r"Reading page ([\d.]+) kB", done.stdout)
    return float(found[1]) if found else None


def as_document(report: Report) -> dict[str, Any]:
    return {
        "tiles": COLUMNS * ROWS,
        "edge_of_a_tile": SIDE,
        "graphics": report.graphics,
        "chromium": report.chromium,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "measured": {name: asdict(each) for name, each in report.measured.items()},
        "reading_page": {name: page.as_document() for name, page in report.reading_page.items()},
        "floor": {name: page.as_document() for name, page in report.floor.items()},
        "less_main_thread_time": report.less_main_thread_time(),
        "limits": [asdict(limit) | {"met": limit.met} for limit in report.limits()],
    }


def as_text(report: Report) -> str:
    lines = [
        f"{COLUMNS * ROWS} tiles of {SIDE} pixels, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; "
        f"Chromium {report.chromium}",
        *(f"{said}: {report.graphics[name]}" for name, said in BROWSERS.items()),
        "",
        f"{'main thread, ms a step (best round)':42}{'scroll':>8}{'window':>8}"
        f"{'with waits: scroll':>20}{'window':>8}{'first picture':>15}",
    ]
    for name, each in report.measured.items():
        steps = "".join(f"{each.best(kind):8.1f}" for kind in STEPS)
        waits = f"{each.best_with_waits('scroll'):20.1f}{each.best_with_waits('window'):8.1f}"
        dark = COLUMNS * ROWS - each.tiles_lit
        lines.append(
            f"{SAID[name]:42}{steps}{waits}{min(each.first_picture_ms):15.0f}"
            + (f"  ({dark} tiles are black)" if dark else "")
        )
    lines += ["", f"{'times less main-thread time':42}{'scroll':>8}{'window':>8}"]
    for own, others in report.less_main_thread_time().items():
        for other, ratio in others.items():
            steps = "".join(f"{ratio[kind]:8.0f}" for kind in STEPS)
            lines.append(f"{own + ' than ' + other:42}{steps}")
    lines.append("")
    lines += _said_of_keys(report)
    lines.append("")
    for limit in report.limits():
        value = "not measured" if limit.value is None else f"{limit.value:.1f}"
        word = {True: "met", False: "NOT MET", None: "unknown"}[limit.met]
        bound = "at least" if limit.at_least else "at most"
        lines.append(f"{word:8} {limit.what}: {value} ({bound} {limit.limit:g})")
    return "\n".join(lines)


def _said_of_keys(report: Report) -> list[str]:
    lines = [
        f"{'key to paint, ms (best round)':52}{'at rest: median':>15}{'95 %':>6}{'handed on':>11}{'95 %':>6}"
        f"{'held: median':>14}{'95 %':>6}{'main thread':>13}{'first picture':>15}"
    ]
    for name, said in BROWSERS.items():
        page, floor = report.reading_page[name], report.floor[name]
        for what, each in ((f"reading page, {SAID[page.technique]}", page), ("one line of text", floor)):
            rest, held = each.at_rest, each.held
            first = f"{min(each.first_picture_ms):15.0f}" if each.first_picture_ms else ""
            lines.append(
                f"{said + ': ' + what:52}{middle(rest.painted_ms):15.0f}{p95(rest.painted_ms):6.0f}"
                f"{middle(rest.handed_on_ms):11.0f}{p95(rest.handed_on_ms):6.0f}"
                f"{middle(held.painted_ms):14.0f}{p95(held.painted_ms):6.0f}{min(each.main_thread_ms):13.0f}{first}"
            )
        times = [
            reading(getattr(page, way).painted_ms) / reading(getattr(floor, way).painted_ms)
            for way in ("at_rest", "held")
            for reading in (middle, p95)
        ]
        lines.append(f"{'  times as long':52}{times[0]:15.1f}{times[1]:6.1f}{times[2]:31.1f}{times[3]:6.1f}")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench reader", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", dest="as_json", help="the numbers as JSON")
    parser.add_argument("--steps", type=int, default=20, help="steps of each kind (default 20)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the best counts (default 3)")
    asked = parser.parse_args()
    chromium = os.environ.get("CHROMIUM")
    if not chromium:
        sys.stderr.write("The bench needs Chromium: ./run test says why there is none.\n")
        return 1
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        built = build(Path(place) / "pages")
        browsers = launch(playwright.chromium, chromium)
        report = run(browsers, built, steps=asked.steps, rounds=asked.rounds, keys=5)
    sys.stdout.write((json.dumps(as_document(report), indent=1) if asked.as_json else as_text(report)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
