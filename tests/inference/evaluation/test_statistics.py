"""Estimates and intervals against hand calculation, scipy, and brute force."""

import numpy as np
import pytest
from scipy import stats

from inference.evaluation.comparisons import verdict
from inference.evaluation.statistics import (
    RESAMPLES,
    auc,
    auc_interval,
    bonferroni,
    correlation,
    correlation_interval,
    equivalence,
    holm,
    mean_interval,
    resampled,
    sample_p,
    share_interval,
    wilcoxon,
    wilson,
)


def test_resampling_draws_patients_with_replacement_and_always_the_same() -> None:
    weights = resampled(9)
    assert weights.shape == (RESAMPLES, 9) and (weights.sum(axis=1) == 9).all()
    assert np.array_equal(weights, resampled(9))


def test_wilson_is_the_published_example_and_nothing_without_trials() -> None:
    # Newcombe 1998, Stat Med 17:857, table I: 81 of 263.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 0) is None


def test_segments_of_the_same_patients_make_the_interval_wider_than_wilson() -> None:
    events, trials = np.repeat([6.0, 0.0], 10), np.full(20, 6.0)
    clustered, naive = share_interval(events, trials, resampled(20)), wilson(60, 120)
    assert clustered is not None and naive is not None
    assert clustered[1] - clustered[0] > 2 * (naive[1] - naive[0])


def test_the_interval_of_a_mean_agrees_with_its_standard_error() -> None:
    values = np.random.default_rng(4).normal(3, 2, 200)
    low, high = mean_interval(values, resampled(200)) or (0.0, 0.0)
    half = 1.96 * values.std() / np.sqrt(200)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.08)


def test_p_of_a_bootstrap_is_the_share_on_the_far_side_twice() -> None:
    samples = np.concatenate([np.full(1980, 1.0), np.full(20, -1.0)])
    assert sample_p(samples) == pytest.approx(2 * 21 / 2001) == sample_p(-samples)
    assert sample_p(np.zeros(RESAMPLES)) == 1
    assert sample_p(np.full(RESAMPLES, np.nan)) is None


@pytest.mark.parametrize(
    ("interval", "p", "said"),
    [
        ((-0.3, -0.1), 0.01, "better"),
        ((0.1, 0.3), 0.01, "worse"),
        ((-0.3, 0.1), 0.01, "not distinguishable"),
        ((-0.3, -0.1), 0.05, "not distinguishable"),
        (None, 0.01, "not distinguishable"),
        ((-0.2, -0.2), 0.001, "not distinguishable"),
    ],
)
def test_a_verdict_asks_for_both_an_interval_without_0_and_a_small_p(
    interval: tuple[float, float] | None, p: float, said: str
) -> None:
    estimate = -0.2 if interval is None else sum(interval) / 2
    assert verdict(estimate, interval, p, good=-1) == said


def test_holm_is_the_textbook_example_and_never_above_bonferroni() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.005])
    assert holm(p) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert bonferroni(p) == pytest.approx([0.04, 0.16, 0.12, 0.02])
    assert holm(p.reshape(2, 2)).shape == (2, 2)


def test_wilcoxon_tests_each_column_and_says_1_where_nothing_differs() -> None:
    differences = np.random.default_rng(0).normal([0, 1, 0], 1, (30, 3))
    differences[:, 2] = 0
    p = wilcoxon(differences)
    assert p[0] > 0.05 > p[1] and p[2] == 1
    assert p[1] == pytest.approx(stats.wilcoxon(differences[:, 1]).pvalue)


def test_a_biased_segment_is_not_equivalent_and_a_noisy_one_is_not_either() -> None:
    generator = np.random.default_rng(3)
    differences = np.stack(
        [generator.normal(0, 3, 40), generator.normal(6, 3, 40), generator.normal(0, 40, 40)], axis=1
    )
    found = equivalence(differences, margin=5.0)
    assert found.equivalent.tolist() == [True, False, False]
    assert ((found.p < 0.05) == found.equivalent).all()


def test_equivalence_is_two_one_sided_t_tests() -> None:
    differences = np.random.default_rng(5).normal(2, 4, (25, 1))
    below = stats.ttest_1samp(differences[:, 0], 5, alternative="less").pvalue
    above = stats.ttest_1samp(differences[:, 0], -5, alternative="greater").pvalue
    assert equivalence(differences, margin=5.0).p[0] == pytest.approx(max(below, above))


def test_auc_counts_pairs_and_half_of_ties() -> None:
    score, positive = np.array([3.0, 2.0, 2.0, 1.0]), np.array([True, True, False, False])
    assert auc(score, positive) == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert auc(score, np.zeros(4, dtype=bool)) is None


def test_intervals_of_auc_and_correlation_are_those_of_drawing_patients_one_by_one() -> None:
    generator = np.random.default_rng(8)
    reference = generator.normal(80, 10, (15, 6)).round()
    values = (reference + generator.normal(0, 8, (15, 6))).round()
    weights = resampled(15)
    drawn = [np.repeat(np.arange(15), sample.astype(int)) for sample in weights]
    slow = [np.corrcoef(values[who].ravel(), reference[who].ravel())[0, 1] for who in drawn]
    assert correlation_interval(values, reference, weights) == pytest.approx(
        np.quantile(slow, (0.025, 0.975))
    )
    assert correlation(values, reference) == pytest.approx(
        np.corrcoef(values.ravel(), reference.ravel())[0, 1]
    )
    positive = reference < 75
    slow = [_mann_whitney(-values[who], positive[who]) for who in drawn]
    assert auc_interval(-values, positive, weights) == pytest.approx(np.nanquantile(slow, (0.025, 0.975)))


def _mann_whitney(score: np.ndarray, positive: np.ndarray) -> float:
    if not positive.any() or positive.all():
        return np.nan
    apart = score[positive][:, None] - score[~positive]
    return float((apart > 0).mean() + (apart == 0).mean() / 2)
