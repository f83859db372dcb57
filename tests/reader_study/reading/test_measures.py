"""What a test is passed by: the three measures, and who says that nothing can be evaluated."""

import numpy as np
import pytest

from reader_study.agreement.statistics import chance_corrected
from reader_study.reading.measures import exact, measured, pairs, weighted_kappa, within_one

SCALE = (0, 1, 2, 3, 4)


def test_segments_without_a_reference_are_not_compared():
    assert pairs({"stress": [1, "NE", 3]}, {"stress": [1, 2, "NE"]}) == [(1, 1), ("NE", 2)]


def test_shares_of_segments():
    found = [(0, 0), (1, 2), (4, 2), ("NE", 1)]
    assert exact(found, SCALE) == 0.25
    assert within_one(found, SCALE) == 0.5


def test_all_reads_of_an_attempt_are_measured_together():
    one = ({"stress": [1, 1]}, {"stress": [1, 0]})
    other = ({"stress": [3, 3]}, {"stress": [3, "NE"]})
    assert measured("exact", [one, other], scale=SCALE) == (2 / 3, 3)


def test_kappa_of_who_says_the_same_and_of_who_guesses():
    assert weighted_kappa([(0, 0), (4, 4)], SCALE) == 1
    assert weighted_kappa([(2, 2)], SCALE) == 1  # chance would agree, too
    assert weighted_kappa([(0, 0), (0, 4), (4, 0), (4, 4)], SCALE) == 0


def test_not_evaluable_is_as_far_from_a_score_as_can_be():
    assert weighted_kappa([("NE", 0), (0, 0), (4, 4)], SCALE) < weighted_kappa(
        [(3, 0), (0, 0), (4, 4)], SCALE
    )


def test_kappa_is_the_one_of_the_report():
    found = [(0, 0), (0, 1), (1, 1), (2, 1), (2, 2), (3, 2), (4, 4), (4, 2), (0, 3), (1, 0)]
    report = chance_corrected.cohen(np.array(found, float), categories=SCALE, weighting="linear")
    assert weighted_kappa(found, SCALE) == pytest.approx(report.estimate)
