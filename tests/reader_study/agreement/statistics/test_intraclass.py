"""Intraclass correlations equal Shrout & Fleiss, and are null with a reason where nothing can be said."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reader_study.agreement.statistics import intraclass
from reader_study.agreement.statistics.intraclass import icc
from tests.reader_study.agreement.statistics.published import SHROUT_FLEISS


@pytest.mark.parametrize(
    ("form", "printed", "interval"),
    [
        # estimates: Shrout & Fleiss 1979, table 4; intervals: R package psych, ICC(), two digits or more
        ("1", 0.17, (-0.13, 0.72)),
        ("A,1", 0.29, (0.019, 0.76)),
        ("C,1", 0.71, (0.34, 0.95)),
        ("1,k", 0.44, (-0.88, 0.91)),
        ("A,k", 0.62, (0.071, 0.93)),
        ("C,k", 0.91, (0.68, 0.99)),
    ],
)
def test_the_six_forms_of_shrout_and_fleiss(form, printed, interval):
    ours = icc(SHROUT_FLEISS, form=form)
    assert ours.estimate == pytest.approx(printed, abs=5e-3)
    assert ours.interval == (pytest.approx(interval[0], abs=5.1e-3), pytest.approx(interval[1], abs=5.1e-3))
    assert (ours.n_cases, ours.n_pairs) == (6, 36)


def test_mean_squares_of_shrout_and_fleiss():
    table = intraclass.squares(intraclass.features(SHROUT_FLEISS).sum(axis=0))
    printed = (11.24, 6.26, 32.49, 1.02)  # table 3: between targets, within, judges, residual
    ours = (table.between, table.within, table.readers, table.error)
    assert ours == tuple(pytest.approx(value, abs=5e-3) for value in printed)


TABLES = st.integers(3, 15).flatmap(
    lambda n: arrays(np.float64, (n, 3), elements=st.integers(0, 68).map(float))
)


@settings(max_examples=60, deadline=None)
@given(TABLES, st.integers(1, 40), st.sampled_from(["A,1", "C,1", "1"]))
def test_a_common_shift_changes_nothing(table, shift, form):
    first, second = icc(table, form=form), icc(table + shift, form=form)
    assert (first.estimate is None) == (second.estimate is None)
    if first.estimate is not None:
        assert second.estimate == pytest.approx(first.estimate, abs=1e-7)


@settings(max_examples=60, deadline=None)
@given(TABLES)
def test_consistency_ignores_a_readers_offset_and_absolute_agreement_does_not_gain(table):
    offset = table + np.array([0.0, 50.0, 100.0])
    plain, moved = icc(table, form="C,1"), icc(offset, form="C,1")
    if plain.estimate is not None and moved.estimate is not None:
        assert moved.estimate == pytest.approx(plain.estimate, abs=1e-6)


def test_cases_with_a_missing_score_are_left_out():
    holed = np.vstack([SHROUT_FLEISS, [[5, np.nan, 3, 3]]])
    assert icc(holed, form="A,1") == icc(SHROUT_FLEISS, form="A,1")


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        (np.zeros((8, 3)), "no variation"),
        (np.array([[1.0], [2.0]]), "fewer than two readers"),
        (np.array([[1.0, 2.0]]), "fewer than two complete cases"),
        (np.full((4, 2), np.nan), "fewer than two complete cases"),
    ],
)
def test_nothing_to_estimate_is_null_with_a_reason(scores, reason):
    ours = icc(scores)
    assert (ours.estimate, ours.reason) == (None, reason)


def test_perfect_agreement_is_one_without_an_interval():
    ours = icc(np.repeat(np.arange(6.0)[:, None], 3, axis=1))
    assert (ours.estimate, ours.interval, ours.notes) == (1.0, None, ("degenerate",))
