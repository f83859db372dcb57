"""When a reader will have finished at the pace so far: the sums, the washout, and when nothing is said."""

from datetime import UTC, datetime, timedelta

import pytest

from reader_study.reading.pace import Pace, pace_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def reads(*sessions: tuple[int, list[float]]) -> list[tuple[int, datetime | None]]:
    """(how many, days ago of those that are signed) of each session."""
    return [
        (number, NOW - days[index] * DAY if index < len(days) else None)
        for number, (total, days) in enumerate(sessions, start=1)
        for index in range(total)
    ]


def test_what_is_left_takes_as_long_as_what_was_read() -> None:
    found = pace_of(reads((20, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1])), washout_days=0, now=NOW)
    assert found.per_week == pytest.approx(7.0)
    assert found.ends_at == NOW + 10 * DAY


def test_a_washout_comes_between_two_sessions() -> None:
    found = pace_of(reads((10, [5, 4, 3, 2, 1]), (10, []), (5, [])), washout_days=28, now=NOW)
    assert found.ends_at == NOW + (5 + 28 + 10 + 28 + 5) * DAY


def test_a_washout_that_has_begun_is_waited_out() -> None:
    found = pace_of(reads((5, [24, 23, 22, 21, 20]), (5, [])), washout_days=28, now=NOW)
    a_day = 5 / 24
    assert found.ends_at is not None
    assert abs(found.ends_at - (NOW + 8 * DAY + 5 / a_day * DAY)) < timedelta(seconds=1)


def test_only_the_last_four_weeks_tell_the_pace() -> None:
    found = pace_of(reads((30, [90, 80, 70, 60, 50, 40, *[14.0] * 14])), washout_days=0, now=NOW)
    assert found.per_week == pytest.approx(3.5)


def test_many_reads_on_the_first_day_are_a_day_s_work() -> None:
    found = pace_of(reads((20, [0.1] * 10)), washout_days=0, now=NOW)
    assert found == Pace(70.0, NOW + DAY)


@pytest.mark.parametrize(
    "given", [reads((20, [4, 3, 2, 1])), reads((20, [])), reads((20, [60, 59, 58, 57, 56, 29])), []]
)
def test_of_too_few_or_too_old_reads_nothing_is_said(given: list[tuple[int, datetime | None]]) -> None:
    assert pace_of(given, washout_days=0, now=NOW) == Pace(None, None)


def test_who_has_finished_ended_with_the_last_signature() -> None:
    assert pace_of(reads((5, [50, 49, 48, 47, 46])), washout_days=0, now=NOW) == Pace(None, NOW - 46 * DAY)
