"""The reading page itself, as it is built, with its doors answered without a server: keys, and the first picture.

Key to paint is the browser's own measure (Event Timing): from the moment of the key to the moment at which the next
frame has been presented, in steps of 8 ms. What it does not report took less than 16 ms and counts as 16. Handed on
ends earlier: when the page has made its frame, and the browser has yet to draw it.

At rest, a key is pressed some time after the last one, as readers do. Held, a key repeats 30 times a second, ready or
not; what a key comes late because the page did not take the ones before it counts as its own.

The floor is what the same keys need in the same browser on a page of the same size that changes one line of text.
"""

import time
from dataclasses import asdict, dataclass, field
from statistics import median, quantiles
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page

from tests.bench.one_read import PAGE
from tests.bench.pages import Site

# Before the page's own code. Handed on: the task after the frame in which the page was drawn anew.
_CLOCKS = """
const handedOn = then => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => then(performance.now());
  port2.postMessage(null);
});
window.pressed = [];
window.presented = new Map();
addEventListener('keydown', ({ timeStamp: at }) => {
  const key = { at };
  pressed.push(key);
  handedOn(now => { key.handed = now - at; });
}, true);
new PerformanceObserver(told => {
  for (const { name, startTime, duration } of told.getEntries()) {
    if (name === 'keydown') presented.set(startTime, duration);
  }
}).observe({ type: 'event', durationThreshold: 16 });
window.first = new Promise(resolve => {
  const watch = new MutationObserver(() => {
    if (!document.querySelector('canvas[data-technique]')) return;
    watch.disconnect();
    handedOn(resolve);
  });
  watch.observe(document, { subtree: true, childList: true, attributes: true });
});
"""
_SPENT = "() => pressed.splice(0).map(({ at, handed }) => [at, handed, presented.get(at) ?? 16])"
_FIRST_AFTER_DATA = """async () => {
  const shown = await first;
  const data = performance.getEntriesByType('resource').filter(({ name }) => /\\/(volumes|polar)\\//.test(name));
  return shown - Math.max(...data.map(({ responseEnd }) => responseEnd));
}"""
_ONE_LINE = """() => {
  const line = document.body.appendChild(document.createElement('p'));
  let count = 0;
  addEventListener('keydown', () => { line.textContent = `Line ${++count}`; });
}"""
# Scores, slices of a view, windows, another table: what a reader does most.
KEYS = ("Digit0", "Digit2", "KeyJ", "BracketLeft", "Digit1", "KeyK", "BracketRight", "KeyC")
# From the middle to one end, and from there to the other: each of them moves the slices.
HELD = ("KeyJ",) * 12 + ("KeyK",) * 24
REST_MS = 300
REPEAT_MS = 1000 / 30
# What the page fetches and records when it has time.
SETTLED_MS = 1500


@dataclass
class Keys:
    """By round, of each key, in ms."""

    handed_on_ms: list[list[float]] = field(default_factory=list)
    painted_ms: list[list[float]] = field(default_factory=list)

    def take(self, page: Page, *, every: float | None = None) -> None:
        """every: ms between two keys, as a keyboard means them to come."""
        page.wait_for_timeout(SETTLED_MS)
        keys = page.evaluate(_SPENT)
        late = [
            0.0 if every is None else max(0.0, at - keys[0][0] - n * every) for n, (at, *_) in enumerate(keys)
        ]
        self.handed_on_ms.append([ms + by for (_, ms, _), by in zip(keys, late, strict=True)])
        self.painted_ms.append([ms + by for (_, _, ms), by in zip(keys, late, strict=True)])

    def as_document(self) -> dict[str, Any]:
        return asdict(self) | {
            "median": {"handed_on_ms": middle(self.handed_on_ms), "painted_ms": middle(self.painted_ms)},
            "p95": {"handed_on_ms": p95(self.handed_on_ms), "painted_ms": p95(self.painted_ms)},
        }


def middle(rounds: list[list[float]]) -> float:
    return min(median(each) for each in rounds)


def p95(rounds: list[list[float]]) -> float:
    """95th percentile of the keys of a round, the best round."""
    return min(quantiles(each, n=20)[-1] for each in rounds)


@dataclass
class UnderKeys:
    """One page in one browser. By round; main_thread_ms: processor time of a key at rest."""

    technique: str = ""
    first_picture_ms: list[float] = field(default_factory=list)
    main_thread_ms: list[float] = field(default_factory=list)
    at_rest: Keys = field(default_factory=Keys)
    held: Keys = field(default_factory=Keys)

    def reading_page(self, context: BrowserContext, site: Site, times: int) -> None:
        """first_picture_ms: from the last byte of the pictures."""
        context.add_init_script(_CLOCKS)
        page = site.open(context, PAGE)
        self.first_picture_ms.append(page.evaluate(_FIRST_AFTER_DATA))
        self.technique = page.locator("canvas[data-technique]").first.get_attribute("data-technique") or ""
        self._press(page, times)

    def one_line(self, context: BrowserContext, site: Site, times: int) -> None:
        context.add_init_script(_CLOCKS)
        page = site.open(context, "/bench/speed.html")
        page.evaluate(_ONE_LINE)
        self._press(page, times)

    def _press(self, page: Page, times: int) -> None:
        clock = page.context.new_cdp_session(page)
        clock.send("Performance.enable")
        page.wait_for_timeout(SETTLED_MS)
        before = main_thread(clock)[0]
        for key in KEYS * times:
            page.keyboard.press(key)
            page.wait_for_timeout(REST_MS)
        self.main_thread_ms.append((main_thread(clock)[0] - before) / (len(KEYS) * times))
        self.at_rest.take(page)
        _hold(page, clock)
        self.held.take(page, every=REPEAT_MS)

    def as_document(self) -> dict[str, Any]:
        return asdict(self) | {"at_rest": self.at_rest.as_document(), "held": self.held.as_document()}


def _hold(page: Page, clock: CDPSession) -> None:
    began = time.monotonic()
    before = ""
    for number, code in enumerate(HELD):
        page.wait_for_timeout(max(0.0, number * REPEAT_MS - (time.monotonic() - began) * 1000))
        key = {"code": code, "key": code[-1].lower(), "autoRepeat": code == before}
        clock.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
        before = code


def main_thread(clock: CDPSession) -> tuple[float, float]:
    """ms so far: processor time of the page's main thread, and time in its tasks by the clock on the wall."""
    metrics = {each["name"]: each["value"] for each in clock.send("Performance.getMetrics")["metrics"]}
    return 1000 * metrics["ThreadTime"], 1000 * metrics["TaskDuration"]
