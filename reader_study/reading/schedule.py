"""When a reader's sessions open: one after another, each so many days after a case of the last was seen. Pure.

A session ends with its last first signature; late answers to its questions do not count. A correction does not end it
anew, but shows its case once more: the days count from its signature, and none begins before.
"""

from collections.abc import Callable, Iterable, Sequence
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
    """``opens_at`` is set only while a session waits for what must pass or be answered after the one before, and no
    correction is asked for or open.

    ``questions_due``: it is finished, and what is asked at its end is not answered.
    """

    number: int
    total: int
    signed: int
    state: SessionState
    opens_at: datetime | None
    questions_due: bool = False


def sessions(
    reads: Iterable[tuple[int, datetime | None]],
    *,
    washout_days: int,
    now: datetime,
    has_questions: Callable[[int, datetime], bool] = lambda session, ended_at: False,
    corrections: Sequence[tuple[int, datetime | None]] = (),
) -> list[Session]:
    """The sessions of one reader in one study, from (session, time of signing or None) of every read.

    corrections: the same of every correction of a read; None from when it is asked for until it is signed or refused.

    has_questions: whether a session that ended then is still to be answered for; no further one begins before.
    """
    found: list[Session] = []
    opens_at: datetime | None = (
        None  # of the next session; None while an earlier one is not finished or corrected
    )
    first, questions_due = True, False
    for number, group in groupby(sorted(reads, key=lambda read: read[0]), key=lambda read: read[0]):
        times = [signed_at for _, signed_at in group]
        signed = [time for time in times if time is not None]
        if len(signed) == len(times):
            state = SessionState.FINISHED
        elif first or signed or (opens_at is not None and opens_at <= now and not questions_due):
            state = SessionState.OPEN
        else:
            state = SessionState.WAITING
        waits_until = opens_at if state == SessionState.WAITING else None
        questions_due = state == SessionState.FINISHED and has_questions(number, max(signed))
        found.append(Session(number, len(times), len(signed), state, waits_until, questions_due))
        first = False
        seen_until = [*times, *(at for session, at in corrections if session <= number)]
        known = [at for at in seen_until if at is not None]
        opens_at = max(known) + timedelta(days=washout_days) if len(known) == len(seen_until) else None
    return found
