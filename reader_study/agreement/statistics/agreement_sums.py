"""The sums over cases that determine every chance-corrected coefficient, and the coefficients from those
sums.

One implementation serves the estimate (sums over all cases), the bootstrap (weighted sums) and the jackknife.
A row of features for one case in one table (say, one segment) with R readers and q categories holds, in this
order:

    0            weighted agreement among its reader pairs (0 below two ratings)
    1            1 if it has at least two ratings
    2            1 if it has at least one rating
    3 .. 3+q     share of its ratings in each category
    3+q ..       one column per reader and category: 1 if that reader gave that category

Sums of such rows over segments are the rows of the pooled table, so pooled coefficients come from pooled
tables and are never means of segment coefficients.
"""

import numpy as np

from reader_study.agreement.statistics.result import FloatArray

FLAT = 1e-12  # 1 - expected agreement below this: no variation


def features(ratings: FloatArray, *, categories: FloatArray, weights: FloatArray) -> FloatArray:
    """ratings (..., R), NaN missing -> (..., 3 + q + R q). Ratings outside the categories are an error."""
    ratings = np.asarray(ratings, np.float64)
    given = ratings[..., None] == categories  # (..., R, q)
    if not np.array_equal(given.any(axis=-1), ~np.isnan(ratings)):
        raise ValueError(f"ratings outside the categories {list(categories)}")
    counts = given.sum(axis=-2).astype(np.float64)  # (..., q)
    rated = counts.sum(axis=-1)
    pairs = rated * (rated - 1)
    agreeing = (counts * (counts @ weights.T - 1)).sum(axis=-1)
    paired = rated >= 2
    return np.concatenate(
        [
            np.where(paired, agreeing / np.where(paired, pairs, 1), 0.0)[..., None],
            paired[..., None],
            (rated >= 1)[..., None],
            counts / np.maximum(rated, 1)[..., None],
            given.reshape(*ratings.shape[:-1], given.shape[-2] * given.shape[-1]),
        ],
        axis=-1,
    )


def observed_agreement(sums: FloatArray) -> FloatArray:
    """(Weighted) agreement of a random reader pair on a random case with two ratings. NaN if none."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums[..., 0] / sums[..., 1]


def conger(sums: FloatArray, *, weights: FloatArray) -> FloatArray:
    """Conger's kappa: expected agreement is the mean over reader pairs of p_g' W p_h. NaN if constant."""
    margins, present = reader_margins(sums, categories=len(weights))
    total = margins.sum(axis=-2)
    readers = present.sum(axis=-1)
    own = np.einsum("...gk,kl,...gl->...", margins, weights, margins)
    everyone = np.einsum("...k,kl,...l->...", total, weights, total)
    with np.errstate(invalid="ignore", divide="ignore"):
        return corrected(observed_agreement(sums), (everyone - own) / (readers * (readers - 1)))


def fleiss(sums: FloatArray, *, weights: FloatArray) -> FloatArray:
    """Fleiss' (weighted) kappa: expected agreement pi' W pi."""
    share = category_shares(sums, categories=len(weights))
    return corrected(observed_agreement(sums), np.einsum("...k,kl,...l->...", share, weights, share))


def gwet(sums: FloatArray, *, weights: FloatArray) -> FloatArray:
    """Gwet's AC1 (identity weights) and AC2: expected agreement sum(W)/(q(q-1)) sum pi(1-pi)."""
    share = category_shares(sums, categories=len(weights))
    size = len(weights)
    expected = weights.sum() / (size * (size - 1)) * (share * (1 - share)).sum(axis=-1)
    return corrected(observed_agreement(sums), expected)


def category_shares(sums: FloatArray, *, categories: int) -> FloatArray:
    """pi: mean over rated cases of the share of ratings in each category. (..., q)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return sums[..., 3 : 3 + categories] / sums[..., 2, None]


def reader_margins(sums: FloatArray, *, categories: int) -> tuple[FloatArray, np.ndarray]:
    """p_g: each reader's distribution over categories (..., R, q), zero for a reader without ratings; and who
    has any.
    """
    counts = sums[..., 3 + categories :].reshape(*sums.shape[:-1], -1, categories)
    total = counts.sum(axis=-1)
    present = total > 0
    return np.where(present[..., None], counts / np.where(present, total, 1)[..., None], 0.0), present


def corrected(observed: FloatArray, expected: FloatArray) -> FloatArray:
    """(observed - expected) / (1 - expected), NaN where nothing varies."""
    room = 1 - expected
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(room > FLAT, (observed - expected) / room, np.nan)
