"""When a reader's sessions open: one after another, each so many days after the end of the last. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby


class SessionState(StrEnum):
    OPEN = "open"
    WAITING = "waiting"
    FINISHED = "finished"


@dataclass(frozen=True)
class Session:
    """``opens_at`` is set only while a session waits for the days between two sessions to pass."""

    number: int
    total: int
    signed: int
    state: SessionState
    opens_at: datetime | None


def sessions(
    reads: Iterable[tuple[int, datetime | None]], *, washout_days: int, now: datetime
) -> list[Session]:
    """The sessions of one reader in one study, from (session, time of signing or None) of every read."""
    found: list[Session] = []
    opens_at: datetime | None = None  # of the next session; None while the one before is not finished
    first = True
    for number, group in groupby(sorted(reads, key=lambda read: read[0]), key=lambda read: read[0]):
        times = [signed_at for _, signed_at in group]
        signed = [time for time in times if time is not None]
        if len(signed) == len(times):
            state = SessionState.FINISHED
        elif first or (opens_at is not None and opens_at <= now):
            state = SessionState.OPEN
        else:
            state = SessionState.WAITING
        waits_until = opens_at if state == SessionState.WAITING else None
        found.append(Session(number, len(times), len(signed), state, waits_until))
        first = False
        opens_at = max(signed) + timedelta(days=washout_days) if state == SessionState.FINISHED else None
    return found
