"""The patient bootstrap resamples patients within site, is reproducible, and its BCa is the textbook's."""

import numpy as np
import pytest
from scipy import stats

from reader_study.agreement.statistics import bootstrap


def test_every_replicate_keeps_the_number_of_patients_of_each_site():
    sites = np.array(["A"] * 7 + ["B"] * 5)
    weights = bootstrap.case_weights(sites, replicates=200, seed=1)
    assert (weights[:, :7].sum(axis=1) == 7).all()
    assert (weights[:, 7:].sum(axis=1) == 5).all()


def test_the_seed_decides_everything():
    sites = np.array(["A"] * 4 + ["B"] * 3)
    first = bootstrap.case_weights(sites, replicates=50, seed=9)
    np.testing.assert_array_equal(first, bootstrap.case_weights(sites, replicates=50, seed=9))
    assert not np.array_equal(first, bootstrap.case_weights(sites, replicates=50, seed=10))


def test_leave_one_out_sums_leave_one_out():
    features = np.arange(24.0).reshape(4, 3, 2)
    left = bootstrap.leave_one_out_sums(features)
    np.testing.assert_array_equal(left[2], features[[0, 1, 3]].sum(axis=0))


def test_bounds_are_scipys_on_the_same_replicates():
    """Mean of a skewed sample: scipy's BCa with its own 9999 replicates, ours with ours."""
    sample = np.random.default_rng(2).exponential(size=25)
    weights = bootstrap.case_weights(np.zeros(25), replicates=9999, seed=4)
    ours = bootstrap.bca(
        np.array([sample.mean()]),
        (weights @ sample / 25)[:, None],
        ((sample.sum() - sample) / 24)[:, None],
    )
    theirs = stats.bootstrap(
        (sample,), np.mean, n_resamples=9999, method="BCa", rng=np.random.default_rng(0)
    ).confidence_interval
    assert (ours.lower[0], ours.upper[0]) == (
        pytest.approx(theirs.low, abs=0.02),
        pytest.approx(theirs.high, abs=0.03),
    )


def test_bounds_cover_a_known_mean():
    generator = np.random.default_rng(6)
    hits = 0
    for seed in range(150):
        sample = generator.normal(size=40)
        weights = bootstrap.case_weights(np.zeros(40), replicates=400, seed=seed)
        bounds = bootstrap.bca(
            np.array([sample.mean()]),
            (weights @ sample / 40)[:, None],
            ((sample.sum() - sample) / 39)[:, None],
        )
        hits += bool(bounds.lower[0] <= 0 <= bounds.upper[0])
    assert 0.88 <= hits / 150 <= 0.99


def test_undefined_replicates_are_counted_and_too_many_leave_no_interval():
    values = np.random.default_rng(8).normal(size=(1000, 2))
    values[:50, 0] = np.nan
    values[:150, 1] = np.nan
    bounds = bootstrap.bca(np.zeros(2), values, np.random.default_rng(9).normal(size=(20, 2)))
    np.testing.assert_allclose(bounds.undefined, [0.05, 0.15])
    assert not np.isnan(bounds.lower[0])
    assert np.isnan(bounds.lower[1])


def test_replicates_that_never_differ_give_no_interval():
    bounds = bootstrap.bca(np.array([1.0]), np.ones((500, 1)), np.ones((12, 1)))
    assert np.isnan(bounds.lower[0])
    assert np.isnan(bounds.upper[0])
