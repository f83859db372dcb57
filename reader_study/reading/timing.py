"""How long a read was looked at, from the browser's stopwatch at each event. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

ATTENTION = "attention"  # the view event that says, at each change, what the time from then on is
SHOWN = "shown"  # the view event of the first complete picture of a page; what comes before is not reading
ACTIVE, IDLE, HIDDEN = "active", "idle", "hidden"


@dataclass(frozen=True)
class Moment:
    """An event's stopwatch, what it says of the attention ("": nothing), and whether the picture is there from now."""

    elapsed_ms: int
    attention: str = ""
    shown: bool = False


@dataclass(frozen=True)
class ReadingTime:
    """Seconds: at the read, in front of it without a move of the hand, and with the page out of sight."""

    active: float
    idle: float
    hidden: float


def moment(*, elapsed_ms: int, kind: str, name: str, value: object) -> Moment:
    said = value if kind == "view" and name == ATTENTION else ""
    shown = kind == "view" and name == SHOWN
    return Moment(elapsed_ms, said if said in (ACTIVE, IDLE, HIDDEN) else "", shown)


def reading_time(moments: Iterable[Moment]) -> ReadingTime:
    """Add up the time between events, each stretch as the attention was when it began.

    The stopwatch starts again with the page, and a page that opens is looked at: a reading below the one before, or
    a first picture, begins a new stretch, which is active. A page that goes on behind the acts of another computer
    says its first picture again. A page counts from its first complete picture, so that neither loading nor the
    check of the screen is reading; pages of before that was recorded count whole. Nothing is
    known of the time after the last event.
    """
    total = {ACTIVE: 0, IDLE: 0, HIDDEN: 0}
    moments = list(moments)
    recorded = any(now.shown for now in moments)
    last, attention, seen = 0, ACTIVE, not recorded
    for now in moments:
        if now.shown or now.elapsed_ms < last:
            last, attention, seen = 0, ACTIVE, not recorded
        if seen:
            total[attention] += now.elapsed_ms - last
        last, attention, seen = now.elapsed_ms, now.attention or attention, seen or now.shown
    return ReadingTime(total[ACTIVE] / 1000, total[IDLE] / 1000, total[HIDDEN] / 1000)
