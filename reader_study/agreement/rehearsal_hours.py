"""Rehearsal: how long the reads of a protocol would take a reader. Pure: no Django."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

QUANTILES = (0.1, 0.9)  # of readers: the quick and the slow one


@dataclass(frozen=True)
class Pace:
    """
    minutes_per_read
        On the average, with all steps of a read.
    spread
        Standard deviation between readers, as a share of that average; log-normal.
    break_after_minutes, break_minutes
        After so much reading a day a break of so many minutes; None: no breaks are counted.
    hours_per_day
        Most that a reader reads on one day, without breaks.
    daily_cap
        Most reads on one day; None: no such limit.
    days_per_week
        On which a reader reads.
    """

    minutes_per_read: float
    spread: float
    hours_per_day: float
    days_per_week: float
    daily_cap: int | None = None
    break_after_minutes: float | None = None
    break_minutes: float = 0.0


@dataclass(frozen=True)
class SessionHours:
    """Hours with breaks; reading_days: days on which is read, calendar_days: with the days of the week off."""

    session: int
    reads: float
    reading_hours: float
    break_hours: float
    reading_days: int
    calendar_days: int


@dataclass(frozen=True)
class Hours:
    """Of an average reader. quick, slow: hours in all of the reader at the 10th and at the 90th percentile.

    calendar_days: from the first to the last read, washouts included.
    """

    sessions: tuple[SessionHours, ...]
    reading_hours: float
    break_hours: float
    hours: float
    quick: float
    slow: float
    reading_days: int
    calendar_days: int


def reader_hours(session_reads: Sequence[float], *, pace: Pace, washout_days: int) -> Hours:
    """session_reads: reads of an average reader in each session."""
    sessions = tuple(_session(number, reads, pace) for number, reads in enumerate(session_reads, start=1))
    reading = sum(session.reading_hours for session in sessions)
    breaks = sum(session.break_hours for session in sessions)
    sigma = math.sqrt(math.log1p(pace.spread**2))
    # Log-normal with mean 1; breaks are as much longer as the reading between them.
    quick, slow = (
        math.exp(sigma * NormalDist().inv_cdf(quantile) - sigma**2 / 2) * (reading + breaks)
        for quantile in QUANTILES
    )
    return Hours(
        sessions=sessions,
        reading_hours=reading,
        break_hours=breaks,
        hours=reading + breaks,
        quick=quick,
        slow=slow,
        reading_days=sum(session.reading_days for session in sessions),
        calendar_days=sum(session.calendar_days for session in sessions)
        + washout_days * max(len(sessions) - 1, 0),
    )


def _session(number: int, reads: float, pace: Pace) -> SessionHours:
    a_day = max(1, int(pace.hours_per_day * 60 / pace.minutes_per_read))
    if pace.daily_cap is not None:
        a_day = min(a_day, pace.daily_cap)
    full, rest = divmod(reads, a_day)
    breaks = full * _breaks(a_day * pace.minutes_per_read, pace) + _breaks(rest * pace.minutes_per_read, pace)
    days = math.ceil(reads / a_day)
    return SessionHours(
        session=number,
        reads=reads,
        reading_hours=reads * pace.minutes_per_read / 60,
        break_hours=breaks * pace.break_minutes / 60,
        reading_days=days,
        calendar_days=math.ceil(days * 7 / pace.days_per_week),
    )


def _breaks(minutes: float, pace: Pace) -> int:
    """Breaks in so many minutes of one day: none after the last read."""
    if pace.break_after_minutes is None or minutes <= 0:
        return 0
    return max(0, math.ceil(minutes / pace.break_after_minutes) - 1)
