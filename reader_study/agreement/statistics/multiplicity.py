"""Adjusted p values. NaN (a test that could not be made) stays NaN and is not counted in the family."""

from collections.abc import Callable

import numpy as np

from reader_study.agreement.statistics.result import FloatArray


def holm(p_values: FloatArray) -> FloatArray:
    """Step-down adjusted p values, family-wise error (Holm 1979, Scand J Stat 6:65)."""

    def adjust(ordered: FloatArray) -> FloatArray:
        steps = ordered.size - np.arange(ordered.size)
        return np.maximum.accumulate(ordered * steps)

    return _adjusted(p_values, adjust)


def benjamini_hochberg(p_values: FloatArray) -> FloatArray:
    """Step-up adjusted p values, false discovery rate (Benjamini & Hochberg 1995, JRSS B 57:289)."""

    def adjust(ordered: FloatArray) -> FloatArray:
        scaled = ordered * ordered.size / np.arange(1, ordered.size + 1)
        return np.minimum.accumulate(scaled[::-1])[::-1]

    return _adjusted(p_values, adjust)


def _adjusted(p_values: FloatArray, adjust: Callable[[FloatArray], FloatArray]) -> FloatArray:
    p_values = np.asarray(p_values, dtype=np.float64)
    result = np.full(p_values.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p_values))
    if tested.size:
        order = tested[np.argsort(p_values.flat[tested], kind="stable")]
        result.flat[order] = np.clip(adjust(p_values.flat[order]), 0.0, 1.0)
    return result
