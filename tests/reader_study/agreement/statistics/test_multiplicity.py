"""Adjusted p values: Benjamini & Hochberg's own example."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader_study.agreement.statistics.multiplicity import benjamini_hochberg, holm
from tests.reader_study.agreement.statistics.published import BENJAMINI_HOCHBERG


def test_benjamini_hochberg_1995_rejects_four_and_a_step_down_method_three():
    assert np.count_nonzero(benjamini_hochberg(BENJAMINI_HOCHBERG) <= 0.05) == 4
    assert np.count_nonzero(holm(BENJAMINI_HOCHBERG) <= 0.05) == 3


def test_holm_by_hand():
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03])), [0.03, 0.06, 0.06])


def test_a_test_that_was_not_made_does_not_count():
    with_gap = benjamini_hochberg(np.array([0.01, np.nan, 0.04]))
    assert np.isnan(with_gap[1])
    np.testing.assert_allclose(with_gap[[0, 2]], benjamini_hochberg(np.array([0.01, 0.04])))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=17))
def test_adjusting_never_lowers_a_p_value_nor_changes_the_order(p_values):
    p = np.array(p_values)
    for adjust in (holm, benjamini_hochberg):
        adjusted = adjust(p)
        assert (adjusted >= p - 1e-12).all()
        assert (adjusted <= 1).all()
        order = np.argsort(p, kind="stable")
        assert (np.diff(adjusted[order]) >= -1e-12).all()
    assert (holm(p) >= benjamini_hochberg(p) - 1e-12).all()
    assert holm(p).shape == pytest.approx(p.shape)
