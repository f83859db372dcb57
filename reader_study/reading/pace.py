"""When a reader will have finished, if it goes on as it went. Pure.

The pace is the number of reads signed within the last four weeks, or since the first one where that is later, by the
days that this took, rest days and all; at least one day. It is carried forward session by session, with the washout
between them. Below five signed reads, and after four weeks without one, nothing is said.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

WINDOW = timedelta(days=28)
DAY = timedelta(days=1)
FEWEST = 5


@dataclass(frozen=True)
class Pace:
    """``per_week``: None where nothing can be said, as is ``ends_at``; of who has finished, the last signature."""

    per_week: float | None
    ends_at: datetime | None


def pace_of(reads: Iterable[tuple[int, datetime | None]], *, washout_days: int, now: datetime) -> Pace:
    """reads: (session, time of signing or None) of every read of one reader."""
    found = sorted(reads, key=lambda read: read[0])
    times = [signed_at for _session, signed_at in found if signed_at is not None]
    left = len(found) - len(times)
    recent = [time for time in times if time > now - WINDOW]
    if len(times) < FEWEST or (left and not recent):
        return Pace(None, None)
    if not left:
        return Pace(None, max(times))
    span = max(now - max(min(times), now - WINDOW), DAY)
    a_day = len(recent) / (span / DAY)
    ends_at = now
    opens_at: datetime | None = None  # of the next session
    for _number, group in groupby(found, key=lambda read: read[0]):
        signed = [signed_at for _session, signed_at in group]
        done = [time for time in signed if time is not None]
        waiting = len(signed) - len(done)
        if waiting:
            if opens_at is not None and not done:
                ends_at = max(ends_at, opens_at)
            ends_at += DAY * (waiting / a_day)
        opens_at = (ends_at if waiting else max(done)) + DAY * washout_days
    return Pace(a_day * 7, ends_at)
