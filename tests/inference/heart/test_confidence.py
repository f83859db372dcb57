"""Confidence means the share that is right, and no single odd measurement outvotes the others."""

import numpy as np

from inference.heart.confidence import NAMES, calibration, fitted

RING = NAMES.index("ring")


def hearts(count: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Evidence in which only the ring's contrast says how likely a heart was found right."""
    rng = np.random.default_rng(3)
    rows = rng.uniform(0, 0.5, size=(count, len(NAMES)))
    return rows, rng.random(count) < 1 / (1 + np.exp(-12 * (rows[:, RING] - 0.2)))


def test_among_hearts_of_one_confidence_that_share_is_right() -> None:
    rows, right = hearts()
    stated = fitted(rows, right).confidence(rows)
    assert stated.min() > 0
    assert stated.max() < 1
    for half in (stated < np.median(stated), stated >= np.median(stated)):
        assert abs(stated[half].mean() - right[half].mean()) < 0.03


def test_what_tells_right_from_wrong_gets_the_weight() -> None:
    rows, right = hearts()
    assert np.abs(fitted(rows, right).weight).argmax() == RING


def test_the_constants_in_use_know_every_quantity_and_never_leave_0_to_1() -> None:
    extreme = np.array([np.full(len(NAMES), value) for value in (-1e9, 0.0, 1e9)])
    stated = calibration().confidence(extreme)
    assert stated.shape == (3,)
    assert ((stated >= 0) & (stated <= 1)).all()
    assert np.abs(calibration().weight).max() > 0
