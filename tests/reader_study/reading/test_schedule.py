"""Sessions open one after another, and not before the days between them have passed."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reader_study.reading.schedule import SessionState, sessions

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OPEN, WAITING, FINISHED = SessionState.OPEN, SessionState.WAITING, SessionState.FINISHED


def at(days: float) -> datetime:
    return NOON + timedelta(days=days)


def states(reads: list, *, washout_days: int, now: datetime) -> list[SessionState]:
    return [session.state for session in sessions(reads, washout_days=washout_days, now=now)]


def test_at_first_only_the_first_session_is_open():
    reads = [(1, None), (1, None), (2, None), (3, None)]
    assert states(reads, washout_days=0, now=NOON) == [OPEN, WAITING, WAITING]


def test_a_session_opens_when_the_one_before_is_finished():
    assert states([(1, at(0)), (1, None), (2, None)], washout_days=0, now=NOON) == [OPEN, WAITING]
    assert states([(1, at(0)), (1, at(0)), (2, None)], washout_days=0, now=NOON) == [FINISHED, OPEN]


def test_the_washout_counts_from_the_last_signature_to_the_very_moment():
    reads = [(1, at(-3)), (1, at(0)), (2, None), (3, None)]
    moment = timedelta(microseconds=1)
    assert states(reads, washout_days=28, now=at(28) - moment) == [FINISHED, WAITING, WAITING]
    assert states(reads, washout_days=28, now=at(28)) == [FINISHED, OPEN, WAITING]


def test_only_a_session_that_waits_for_its_day_says_when_it_opens():
    found = sessions([(1, at(0)), (2, None), (3, None)], washout_days=28, now=at(1))
    assert [session.opens_at for session in found] == [None, at(28), None]
    found = sessions([(1, at(0)), (2, None), (3, None)], washout_days=28, now=at(30))
    assert [session.opens_at for session in found] == [None, None, None]


def test_a_session_that_was_begun_stays_open():
    reads = [(1, at(0)), (2, at(28)), (2, None)]
    assert states(reads, washout_days=28, now=at(29)) == [FINISHED, OPEN]


def test_a_correction_shows_a_case_again_so_the_days_count_from_its_signature():
    reads = [(1, at(0)), (2, None), (3, None)]

    def second(day: float, *corrections: tuple) -> tuple:
        found = sessions(reads, washout_days=28, now=at(day), corrections=corrections)
        return (found[1].state, found[1].opens_at)

    assert second(28, (1, at(27))) == (WAITING, at(55))
    assert second(55, (1, at(27))) == (OPEN, None)
    assert second(55, (1, at(27)), (1, None)) == (WAITING, None)  # it is open again


def test_no_session_begins_while_a_correction_of_any_before_it_is_open():
    reads = [(1, at(0)), (2, at(28)), (3, None)]
    found = sessions(reads, washout_days=28, now=at(90), corrections=[(1, None)])
    assert [session.state for session in found] == [FINISHED, FINISHED, WAITING]
    found = sessions([*reads, (3, at(56))], washout_days=28, now=at(90), corrections=[(1, None)])
    assert found[2].state == OPEN  # one that has begun goes on


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=4).map(sorted),
    st.integers(0, 9),
    st.integers(0, 30),
    st.data(),
)
def test_there_is_never_more_than_one_open_session_and_totals_add_up(numbers, signed, washout, data):
    reads = [(number, at(n) if n < signed else None) for n, number in enumerate(numbers)]
    now = at(data.draw(st.integers(0, 60)))
    found = sessions(reads, washout_days=washout, now=now)
    assert [session.state for session in found].count(OPEN) <= 1
    assert sum(session.total for session in found) == len(numbers)
    assert sum(session.signed for session in found) == min(signed, len(numbers))
