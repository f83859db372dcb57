"""Intervals for proportions: Newcombe's table, and what clustering does to them."""

import numpy as np
import pytest

from reader_study.agreement.statistics.proportions import clopper_pearson, rao_scott, wilson


@pytest.mark.parametrize(
    ("events", "trials", "score", "exact"),
    [
        # Newcombe 1998, Stat Med 17:857, table I, methods 3 (score) and 5 (exact)
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ],
)
def test_newcombe_1998(events, trials, score, exact):
    for ours, printed in ((wilson(events, trials), score), (clopper_pearson(events, trials), exact)):
        assert ours.interval == tuple(pytest.approx(bound, abs=6e-5) for bound in printed)


def test_all_events_reach_one():
    assert clopper_pearson(20, 20).interval[1] == 1
    assert wilson(20, 20).interval[1] == pytest.approx(1)


def test_the_design_effect_of_rows_repeated_within_clusters_is_their_number():
    """Three identical readers carry the information of one: the interval is (almost) that of the patients."""
    events = np.array([1, 0, 0, 1, 0, 1, 0, 0, 0, 1] * 4, float)
    ours = rao_scott(3 * events, np.full(40, 3.0))
    assert ours.estimate == 0.4
    assert ours.standard_error == pytest.approx(np.sqrt(0.4 * 0.6 / 39))
    assert ours.interval == pytest.approx(wilson(16 * 39 / 40, 39).interval, abs=1e-9)


def test_spread_out_events_do_not_narrow_the_interval_below_wilson():
    ours = rao_scott(np.ones(10), np.full(10, 3.0))
    assert ours.interval == pytest.approx(wilson(10, 30).interval)


def test_no_event_counts_patients_not_reads():
    ours = rao_scott(np.zeros(12), np.full(12, 3.0))
    assert ours.interval == pytest.approx(wilson(0, 12).interval)
    assert ours.standard_error is None


def test_no_trials_is_null():
    for nothing in (wilson(0, 0), clopper_pearson(0, 0), rao_scott(np.zeros(3), np.zeros(3))):
        assert (nothing.estimate, nothing.reason) == (None, "no trials")
