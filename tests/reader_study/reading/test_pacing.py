"""A day of the charter, from midnight to midnight; and how long somebody has read without a pause."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader_study.reading.pacing import PAUSE, is_break_due, looked_back, today

TOKYO = timezone(timedelta(hours=9))
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("now", "midnight"),
    [
        (datetime(2026, 11, 21, 14, 59, 59, tzinfo=UTC), datetime(2026, 11, 21, 15, tzinfo=UTC)),
        (datetime(2026, 11, 21, 15, 0, 0, tzinfo=UTC), datetime(2026, 11, 22, 15, tzinfo=UTC)),
        (datetime(2026, 12, 31, 15, 0, 0, tzinfo=UTC), datetime(2027, 1, 1, 15, tzinfo=UTC)),
    ],
)
def test_a_day_ends_at_midnight_of_the_charters_clock(now, midnight):
    assert today([], cap=3, time_zone=TOKYO, now=now).ends_at == midnight


def test_what_was_signed_at_midnight_belongs_to_the_day_that_begins():
    midnight = datetime(2026, 11, 21, 15, tzinfo=UTC)
    signed = [midnight - MOMENT, midnight, midnight + HOUR, None, midnight + 24 * HOUR]
    assert today(signed, cap=None, time_zone=TOKYO, now=midnight).signed == 2
    assert today(signed, cap=None, time_zone=TOKYO, now=midnight - MOMENT).signed == 1


def test_without_a_cap_a_day_is_never_full_and_a_lowered_cap_leaves_nothing():
    signed = [NOON] * 5
    assert not today(signed, cap=None, time_zone=UTC, now=NOON).is_full
    assert [today(signed, cap=cap, time_zone=UTC, now=NOON).left for cap in (7, 5, 2)] == [2, 0, 0]


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-14 * 60, 14 * 60))
def test_every_moment_is_in_exactly_one_day_of_24_hours(now, minutes):
    zone = timezone(timedelta(minutes=minutes))
    try:
        day = today([now], cap=1, time_zone=zone, now=now)
    except OverflowError:  # the first and the last day of the calendar
        return
    assert day.is_full
    assert timedelta(0) < day.ends_at - now <= 24 * HOUR


def acts(*ago: float, confirmed: float | None = None) -> list[tuple[datetime, bool]]:
    """Newest first, minutes ago."""
    return [(NOON - minutes * MINUTE, minutes == confirmed) for minutes in sorted(ago)]


def due(found, after: int = 20) -> bool:
    return is_break_due(found, after=after * MINUTE, now=NOON)


def test_after_so_many_minutes_without_a_pause_a_break_is_due_to_the_very_moment():
    assert due(acts(0, 4, 8, 12, 16, 20))
    assert not due(acts(0, 4, 8, 12, 16, 20 - 1 / 60))
    assert not due([])


def test_a_pause_begins_the_count_anew():
    assert not due(acts(0, 4, 8, 13, 17, 21))  # five minutes without an act
    assert due(acts(0, 4, 8, 13 - 1 / 60, 17, 21))


def test_who_was_away_until_now_has_paused():
    assert not due(acts(5, 9, 13, 17, 21, 25))
    assert due(acts(5 - 1 / 60, 9, 13, 17, 21, 25))


def test_who_confirmed_is_asked_again_after_as_long():
    reading = [float(minute) for minute in range(60)]
    assert not due(acts(*reading, confirmed=19))
    assert due(acts(*reading, confirmed=20))


@given(st.sets(st.integers(0, 100)), st.integers(5, 60))
def test_what_lies_further_back_than_is_looked_changes_nothing(minutes, after):
    whole = acts(*map(float, minutes))
    near = [act for act in whole if act[0] > NOON - looked_back(after * MINUTE)]
    assert due(whole, after) == due(near, after)


def test_a_pause_is_shorter_than_any_time_after_which_a_charter_asks_for_one():
    assert timedelta(minutes=5) >= PAUSE
