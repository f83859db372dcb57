"""The signed-rank test is exact with ties and zeros; shifts and intervals are Hollander & Wolfe's."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from reader_study.agreement.statistics.paired import hodges_lehmann, signed_rank
from tests.reader_study.agreement.statistics.published import HAMILTON_AFTER, HAMILTON_BEFORE


def brute_force(differences, zeros):
    """Two-sided p over every pattern of signs."""
    values = np.asarray(differences, float)
    if zeros == "wilcoxon":
        values = values[values != 0]
    ranks = stats.rankdata(np.abs(values))[values != 0]
    signs = values[values != 0] > 0
    observed = ranks[signs].sum()
    sums = [ranks[np.array(pattern, bool)].sum() for pattern in product([0, 1], repeat=ranks.size)]
    below = np.mean([total <= observed for total in sums])
    above = np.mean([total >= observed for total in sums])
    return min(1.0, 2 * min(below, above))


def test_hollander_wolfe_depression_factor():
    """Example 3.1: T+ = 5, one-sided P = .020; examples 3.3, 3.4: shift -.46, interval (-.786, -.010)."""
    change = HAMILTON_AFTER - HAMILTON_BEFORE
    test = signed_rank(change, alternative="less")
    assert test.estimate == 5
    assert test.p_value == pytest.approx(0.020, abs=5e-4)
    shift = hodges_lehmann(change)
    assert shift.estimate == pytest.approx(-0.46, abs=5e-3)
    assert shift.interval == (pytest.approx(-0.786, abs=5e-4), pytest.approx(-0.010, abs=5e-4))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=1, max_size=9), st.sampled_from(["pratt", "wilcoxon"]))
def test_exact_with_ties_and_zeros_by_enumeration(differences, zeros):
    ours = signed_rank(np.array(differences, float), zeros=zeros)
    assert ours.p_value == pytest.approx(brute_force(differences, zeros), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 10**6), min_size=3, max_size=20, unique=True), st.randoms(use_true_random=False)
)
def test_without_ties_it_is_scipys_exact_test(sizes, random):
    differences = np.array([size * random.choice([-1, 1]) for size in sizes], float)
    theirs = stats.wilcoxon(differences, method="exact").pvalue
    assert signed_rank(differences).p_value == pytest.approx(theirs, abs=1e-12)


def test_thirds_that_differ_only_in_binary_are_ties():
    differences = np.array([1 / 3, 1 - 2 / 3, -(1 / 3), 2 / 3, 4 / 3 - 2 / 3, 1.0])
    assert signed_rank(differences).p_value == signed_rank(np.array([1, 1, -1, 2, 2, 3.0])).p_value


def test_no_change_at_all_has_p_one_and_shift_zero():
    still = signed_rank(np.zeros(12))
    assert (still.p_value, still.notes) == (1.0, ("degenerate",))
    assert hodges_lehmann(np.zeros(12)).estimate == 0


def test_missing_pairs_are_dropped_and_none_left_is_null():
    assert signed_rank(np.array([np.nan, 1.0, 2.0])) == signed_rank(np.array([1.0, 2.0]))
    assert signed_rank(np.array([np.nan])).reason == "no pairs"
    assert hodges_lehmann(np.array([])).reason == "no pairs"


def test_five_pairs_have_a_shift_but_no_interval():
    ours = hodges_lehmann(np.arange(1.0, 6.0))
    assert (ours.estimate, ours.interval) == (3.0, None)
    assert ours.interval_reason == "too few pairs for this level"


def test_many_pairs_use_the_normal_limit_and_agree_with_the_exact_one():
    generator = np.random.default_rng(1)
    differences = generator.integers(-4, 5, size=500) + generator.integers(0, 2, size=500) * 0.25
    exact = signed_rank(differences)
    limit = signed_rank(np.append(differences, [0.0] * 2 + [1.0, -1.0] * 60))
    assert exact.method.startswith("exact")
    assert limit.method.startswith("asymptotic")
    assert signed_rank(differences).p_value == pytest.approx(limit.p_value, abs=0.05)
