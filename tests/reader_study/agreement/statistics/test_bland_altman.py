"""Limits of agreement equal the Lancet paper's, and the linked ones reduce to them."""

import numpy as np
import pytest

from reader_study.agreement.statistics.bland_altman import limits, linked_limits
from tests.reader_study.agreement.statistics.published import MINI_WRIGHT, WRIGHT


def test_peak_flow_as_printed_in_1986():
    """Bland & Altman 1986 use 2 standard deviations and print one decimal."""
    ours = limits(WRIGHT - MINI_WRIGHT, multiplier=2)
    assert ours.bias.estimate == pytest.approx(-2.1, abs=0.05)
    assert ours.sd == pytest.approx(38.8, abs=0.05)
    assert ours.bias.standard_error == pytest.approx(9.4, abs=0.05)
    assert ours.bias.interval == (pytest.approx(-22.0, abs=0.06), pytest.approx(17.8, abs=0.06))
    assert ours.lower.estimate == pytest.approx(-79.7, abs=0.1)
    assert ours.upper.estimate == pytest.approx(75.5, abs=0.1)
    assert ours.lower.interval == (pytest.approx(-114.3, abs=0.2), pytest.approx(-45.1, abs=0.2))
    assert ours.upper.interval == (pytest.approx(40.9, abs=0.2), pytest.approx(110.1, abs=0.2))


def test_one_difference_a_patient_gives_the_simple_limits():
    differences = WRIGHT - MINI_WRIGHT
    simple, linked = limits(differences), linked_limits(differences[:, None])
    assert linked.sd == pytest.approx(simple.sd)
    assert linked.lower.estimate == pytest.approx(simple.lower.estimate)
    assert linked.upper.estimate == pytest.approx(simple.upper.estimate)
    assert linked.bias.interval == pytest.approx(simple.bias.interval)


def test_repeating_a_patients_difference_adds_readings_but_no_patients():
    differences = (WRIGHT - MINI_WRIGHT)[:, None]
    once, thrice = linked_limits(differences), linked_limits(np.repeat(differences, 3, axis=1))
    assert thrice.bias.standard_error == pytest.approx(once.bias.standard_error)
    assert (thrice.bias.n_cases, thrice.bias.n_pairs) == (17, 51)


def test_linked_variance_is_the_sum_of_the_components_it_was_drawn_with():
    generator = np.random.default_rng(11)
    differences = 1 + generator.normal(0, 3, size=(4000, 1)) + generator.normal(0, 4, size=(4000, 3))
    differences[::5, 2] = np.nan
    ours = linked_limits(differences)
    assert ours.sd == pytest.approx(5, rel=0.02)
    assert ours.upper.estimate == pytest.approx(1 + 1.96 * 5, rel=0.03)


def test_limits_cover_at_their_level():
    """MOVER intervals for the upper limit, 12 patients x 3 readers: close to the nominal 95 %."""
    generator = np.random.default_rng(5)
    hits = 0
    for _ in range(400):
        sample = generator.normal(0, 2, size=(12, 1)) + generator.normal(0, 1, size=(12, 3))
        low, high = linked_limits(sample).upper.interval
        hits += low <= 1.96 * np.sqrt(5) <= high
    assert 0.91 <= hits / 400 <= 0.985


def test_fewer_than_two_patients_have_no_limits():
    for nothing in (limits(np.array([3.0])), linked_limits(np.array([[1.0, 2.0]])), limits(np.array([]))):
        assert nothing.bias.reason == "fewer than two cases"
        assert nothing.sd is None
