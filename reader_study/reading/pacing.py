"""How much a reader reads in a day and without a pause. Pure.

A day is the charter's: from midnight to midnight at its offset from UTC, the same for all readers of a study. A pause
is PAUSE without an act, whatever the reader does meanwhile; who only looks at a picture for so long has not tired.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

PAUSE = timedelta(minutes=5)
BREAK = "break"  # the view event with which a reader confirms having been asked to take a break


@dataclass(frozen=True)
class Today:
    """Reads of a study that were signed for the first time since midnight. ``cap`` None: as many as there are."""

    signed: int
    cap: int | None
    ends_at: datetime

    @property
    def left(self) -> int | None:
        return None if self.cap is None else max(self.cap - self.signed, 0)

    @property
    def is_full(self) -> bool:
        return self.left == 0


def today(
    signed_at: Iterable[datetime | None], *, cap: int | None, time_zone: tzinfo, now: datetime
) -> Today:
    midnight = datetime.combine(now.astimezone(time_zone), time.min, time_zone)
    ends_at = midnight + timedelta(days=1)
    signed = sum(1 for moment in signed_at if moment is not None and midnight <= moment < ends_at)
    return Today(signed=signed, cap=cap, ends_at=ends_at)


def is_break_due(acts: Iterable[tuple[datetime, bool]], *, after: timedelta, now: datetime) -> bool:
    """Whether somebody has read for so long without a pause, or since the last time of being asked.

    acts: when each came in, newest first, and whether it confirmed being asked; those of the last `looked_back` are
    enough.
    """
    later = now
    for at, confirmed in acts:
        if later - at >= PAUSE:
            return False
        if confirmed or now - at >= after:
            return now - at >= after
        later = at
    return False


def looked_back(after: timedelta) -> timedelta:
    return after + PAUSE
