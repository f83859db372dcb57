"""Steps with times: one line a step, redrawn in place on a terminal, written once at its end elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_WIDTH = 24


class Step:
    def __init__(self, title: str) -> None:
        self.title, self.note, self.began = title, "", time.monotonic()
        self.fraction: float | None = None

    def at(self, done: int, total: int) -> None:
        self.fraction = done / total if total else 1.0
        self.note = f"{done}/{total}"
        self._draw()

    def say(self, note: str) -> None:
        self.note = note
        self._draw()

    def _draw(self) -> None:
        if sys.stdout.isatty():
            full = round(_WIDTH * (self.fraction or 0))
            bar = "█" * full + "·" * (_WIDTH - full) if self.fraction is not None else " " * _WIDTH
            print(f"\r\033[K  {self.title:<44} {bar} {self.note}", end="", flush=True)

    def end(self) -> None:
        start = "\r\033[K" if sys.stdout.isatty() else ""
        print(f"{start}  {self.title:<44} {time.monotonic() - self.began:5.1f} s   {self.note}", flush=True)


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Show a step while its block runs; its line with the time it took stays when the block ended well."""
    current = Step(title)
    current._draw()
    try:
        yield current
    except BaseException:
        if sys.stdout.isatty():
            print()
        raise
    current.end()
