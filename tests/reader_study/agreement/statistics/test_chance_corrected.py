"""Chance-corrected agreement equals the printed answers, keeps its identities, survives degenerate data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reader_study.agreement.statistics import agreement_sums
from reader_study.agreement.statistics.chance_corrected import (
    agreement_weights,
    cohen,
    conger,
    fleiss,
    gwet,
    percent_agreement,
)
from tests.reader_study.agreement.statistics.published import (
    COHEN_1968,
    COHEN_1968_DISAGREEMENT,
    FLEISS_1971,
    GWET_4_RATERS,
    NEW_ORLEANS,
    WINNIPEG,
)

SCORES = [0, 1, 2, 3, 4]


def score_tables(readers=3, missing=False):
    element = st.sampled_from([*range(5), np.nan] if missing else list(range(5)))
    shape = st.integers(2, 25).map(lambda n: (n, readers))
    return shape.flatmap(lambda size: arrays(np.float64, size, elements=element))


def test_cohen_1968_prints_492_unweighted_and_348_weighted():
    assert cohen(COHEN_1968, categories=[0, 1, 2]).estimate == pytest.approx(0.492, abs=5e-4)
    weighted = cohen(COHEN_1968, categories=[0, 1, 2], weighting=1 - COHEN_1968_DISAGREEMENT / 6)
    assert weighted.estimate == pytest.approx(0.348, abs=5e-4)


MS_PATIENTS = [
    (NEW_ORLEANS, "identity", 0.2965),
    (NEW_ORLEANS, "linear", 0.4773),
    (WINNIPEG, "identity", 0.2079),
    (WINNIPEG, "linear", 0.3797),
]


@pytest.mark.parametrize(("table", "weighting", "kappa"), MS_PATIENTS)
def test_landis_koch_1977_patients(table, weighting, kappa):
    ours = cohen(table, categories=[0, 1, 2, 3], weighting=weighting)
    assert ours.estimate == pytest.approx(kappa, abs=5e-5)


@pytest.mark.parametrize(("table", "weighting", "_kappa"), MS_PATIENTS)
def test_the_standard_error_of_cohens_kappa_is_the_delta_method_s(table, weighting, _kappa):
    """Kappa differentiated numerically by the cells of a multinomial table: nothing of the formula is used."""
    weights = agreement_weights(weighting, [0, 1, 2, 3])
    cells = np.zeros((4, 4))
    np.add.at(cells, tuple(table.astype(int).T), 1 / len(table))

    def kappa_of(p):
        expected = p.sum(axis=1) @ weights @ p.sum(axis=0)
        return ((weights * p).sum() - expected) / (1 - expected)

    step = 1e-6
    slopes = np.zeros(16)
    for cell in range(16):
        moved = np.zeros(16)
        moved[cell] = step
        moved = moved.reshape(4, 4)
        slopes[cell] = (kappa_of(cells + moved) - kappa_of(cells - moved)) / (2 * step)
    p = cells.ravel()
    variance = ((p * slopes**2).sum() - (p @ slopes) ** 2) / len(table)
    ours = cohen(table, categories=[0, 1, 2, 3], weighting=weighting)
    assert ours.standard_error == pytest.approx(np.sqrt(variance), rel=1e-6)


def test_fleiss_1971_prints_430():
    ours = fleiss(FLEISS_1971, categories=range(5))
    assert ours.estimate == pytest.approx(0.430, abs=5e-4)
    assert percent_agreement(FLEISS_1971, categories=range(5)).estimate == pytest.approx(0.556, abs=5e-4)
    assert (ours.n_cases, ours.n_pairs) == (30, 450)


@pytest.mark.parametrize(
    ("estimator", "weighting", "printed", "digits"),
    [
        # printed in the README of the R package irrCAC (Gwet)
        (percent_agreement, "identity", (0.81818, 0.12561, 0.542), 5),
        (gwet, "identity", (0.77544, 0.14295, 0.461), 5),
        (fleiss, "identity", (0.76117, 0.15302, 0.424), 5),
        (conger, "identity", (0.76282, 0.14917, 0.435), 5),
        # printed to three digits in the unit tests of the Python package irrCAC
        (gwet, "linear", (0.859, 0.117, 0.600), 3),
        (fleiss, "linear", (0.818, 0.149, 0.491), 3),
        (conger, "linear", (0.814, 0.145, 0.494), 3),
        (gwet, "quadratic", (0.914, 0.104, 0.685), 3),
        (fleiss, "quadratic", (0.865, 0.146, 0.544), 3),
        (conger, "quadratic", (0.858, 0.144, 0.541), 3),
    ],
)
def test_gwet_four_raters_with_missing_ratings(estimator, weighting, printed, digits):
    value, error, lower = printed
    ours = estimator(GWET_4_RATERS, categories=[1, 2, 3, 4, 5], weighting=weighting)
    assert ours.estimate == pytest.approx(value, abs=0.6 * 10**-digits)
    assert ours.standard_error == pytest.approx(error, abs=0.6 * 10**-digits)
    assert ours.interval == (pytest.approx(lower, abs=6e-4), 1.0)


@settings(max_examples=60, deadline=None)
@given(score_tables(readers=2))
def test_quadratic_kappa_is_lins_concordance_coefficient(table):
    ours = cohen(table, categories=SCORES, weighting="quadratic").estimate
    x, y = table.T
    scatter = x.var() + y.var() + (x.mean() - y.mean()) ** 2
    if scatter == 0:
        assert ours is None
    else:
        assert ours == pytest.approx(2 * np.mean((x - x.mean()) * (y - y.mean())) / scatter, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(score_tables(readers=2), st.sampled_from(["identity", "linear", "quadratic"]))
def test_conger_is_cohen_for_two_complete_readers_and_so_is_its_error(table, weighting):
    ours = conger(table, categories=SCORES, weighting=weighting)
    theirs = cohen(table, categories=SCORES, weighting=weighting)
    if theirs.estimate is None:
        assert ours.reason == "no variation"
        return
    assert ours.estimate == pytest.approx(theirs.estimate, abs=1e-9)
    n = len(table)
    assert ours.standard_error == pytest.approx(theirs.standard_error * np.sqrt(n / (n - 1)), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(score_tables(missing=True), st.sampled_from([conger, fleiss, gwet, percent_agreement]))
def test_no_table_crashes_and_a_null_has_a_reason(table, estimator):
    ours = estimator(table, categories=SCORES, weighting="linear")
    assert (ours.estimate is None) == (ours.reason is not None)
    if ours.interval is not None:
        assert min(-1, ours.estimate) <= ours.interval[0] <= ours.estimate <= ours.interval[1] <= 1


def test_an_interval_holds_its_estimate_even_below_minus_one():
    """One pair that disagrees and a single rating: the chance of agreement is estimated from all three."""
    ours = fleiss(np.array([[0, 1, np.nan], [0, np.nan, np.nan]]), categories=SCORES, weighting="linear")
    assert ours.estimate == pytest.approx(-5 / 3)
    assert ours.interval[0] <= ours.estimate <= ours.interval[1]


@settings(max_examples=40, deadline=None)
@given(score_tables(missing=True), st.randoms(use_true_random=False))
def test_sums_over_repeated_rows_are_weighted_sums(table, random):
    """The bootstrap's shortcut: a case drawn twice counts as two rows."""
    weights = agreement_weights("linear", SCORES)
    counts = np.array([random.randint(0, 2) for _ in table])
    rows = agreement_sums.features(table, categories=np.array(SCORES), weights=weights)
    repeated = agreement_sums.features(
        np.repeat(table, counts, axis=0), categories=np.array(SCORES), weights=weights
    )
    for coefficient in (agreement_sums.conger, agreement_sums.fleiss, agreement_sums.gwet):
        np.testing.assert_allclose(
            coefficient(counts @ rows, weights=weights),
            coefficient(repeated.sum(axis=0), weights=weights),
            rtol=1e-9,
            atol=1e-9,
        )


@settings(max_examples=40, deadline=None)
@given(score_tables(missing=True), st.sampled_from(["conger", "fleiss", "gwet"]))
def test_the_estimators_and_the_bootstrap_share_one_coefficient(table, name):
    weights = agreement_weights("linear", SCORES)
    rows = agreement_sums.features(table, categories=np.array(SCORES), weights=weights)
    fast = getattr(agreement_sums, name)(rows.sum(axis=0), weights=weights)
    slow = {"conger": conger, "fleiss": fleiss, "gwet": gwet}[name](
        table, categories=SCORES, weighting="linear"
    )
    if slow.estimate is None:
        assert np.isnan(fast)
    else:
        assert fast == pytest.approx(slow.estimate, abs=1e-9)


def test_an_unused_category_keeps_the_distances_of_the_scale():
    """Category 2 unused: a step from 1 to 3 stays two points (libraries that infer the set make it one)."""
    table = np.array([[0, 1], [1, 1], [3, 0], [0, 0], [3, 3], [1, 3.0]])
    x, y = table.T
    expected = np.abs(x[:, None] - y).mean()
    ours = cohen(table, categories=SCORES, weighting="linear").estimate
    assert ours == pytest.approx(1 - np.abs(x - y).mean() / expected)


def test_a_constant_segment_has_no_kappa_but_full_agreement():
    table = np.zeros((12, 3))
    for estimator in (conger, fleiss):
        assert estimator(table, categories=SCORES, weighting="linear").reason == "no variation"
    assert cohen(table[:, :2], categories=SCORES).reason == "no variation"
    for estimator in (gwet, percent_agreement):
        ours = estimator(table, categories=SCORES, weighting="linear")
        assert (ours.estimate, ours.standard_error, ours.notes) == (1.0, 0.0, ("degenerate",))


def test_perfect_agreement_is_one():
    table = np.repeat(np.arange(5.0)[:, None], 3, axis=1)
    for estimator in (conger, fleiss, gwet, percent_agreement):
        assert estimator(table, categories=SCORES, weighting="linear").estimate == pytest.approx(1.0)


def test_a_reader_without_reads_leaves_the_other_pair_alone():
    table = np.array([[0, 1, np.nan], [2, 2, np.nan], [4, 3, np.nan], [0, 0, np.nan]])
    ours = conger(table, categories=SCORES, weighting="linear")
    assert ours.estimate == pytest.approx(
        cohen(table[:, :2], categories=SCORES, weighting="linear").estimate, abs=1e-12
    )


def test_clusters_widen_the_interval_of_correlated_rows():
    generator = np.random.default_rng(3)
    hearts = np.repeat(generator.integers(0, 3, size=20), 17)
    table = np.clip(hearts[:, None] + generator.integers(0, 2, size=(340, 2)), 0, 4).astype(float)
    table[hearts == 2, 1] = 0  # whole hearts disagree
    patients = np.repeat(np.arange(20), 17)
    naive = conger(table, categories=SCORES, weighting="linear")
    clustered = conger(table, categories=SCORES, weighting="linear", clusters=patients)
    assert clustered.estimate == naive.estimate
    assert clustered.standard_error > 2 * naive.standard_error
    assert clustered.n_cases == 20


def test_a_rating_outside_the_scale_is_an_error():
    with pytest.raises(ValueError, match="outside the categories"):
        conger(np.array([[0, 5.0], [1, 1]]), categories=SCORES)
