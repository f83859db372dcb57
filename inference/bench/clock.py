"""Timing on a machine that others use too."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping


def fastest(works: Mapping[str, Callable[[], object]], *, seconds: float) -> tuple[dict[str, float], int]:
    """Shortest time of each work in seconds, and how many rounds there were.

    Every round does all works one after the other, so that a disturbance does not fall on one of them alone, and
    the shortest time is the one that was disturbed least. One round goes before and is not counted: it fills caches.
    """
    for work in works.values():
        work()
    best = dict.fromkeys(works, float("inf"))
    ends, rounds = time.perf_counter() + seconds, 0
    while rounds == 0 or time.perf_counter() < ends:
        for name, work in works.items():
            began = time.perf_counter()
            work()
            best[name] = min(best[name], time.perf_counter() - began)
        rounds += 1
    return best, rounds
