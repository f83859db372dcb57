"""Signs and formulas of what is read off a brain."""

from itertools import product

import numpy as np
import pytest

from inference.brain.lesions import Places, asymmetries, filled_in, made_up
from inference.brain.measures import (
    asymmetry_index,
    binding_ratio,
    contrast,
    nmse,
    regional_means,
    relative_error,
    scaled_to,
)
from inference.brain.regions import SIDES, BrainRegions
from inference.physics.head import label_of


def two_voxels_a_region() -> tuple[np.ndarray, BrainRegions]:
    labels = np.zeros((1, 8, 18), np.int8)
    for n, (name, side) in enumerate(product(("caudate", "putamen", "occipital", "frontal"), SIDES)):
        labels[0, n, :2] = label_of(name, side)
    voxels = np.zeros(labels.shape, np.float32)
    voxels[0, :, 0] = (6, 4, 3, 2, 1, 1, 1, 0.5)
    voxels[0, :, 1] = voxels[0, :, 0]
    return voxels, BrainRegions(labels, np.eye(4), 1.0, ())


def test_asymmetry_is_positive_where_the_right_side_has_less() -> None:
    assert asymmetry_index(1.0, 0.5) == pytest.approx(200 / 3)
    assert asymmetry_index(0.5, 1.0) == pytest.approx(-200 / 3)
    assert asymmetry_index(1.0, 1.0) == 0
    voxels, regions = two_voxels_a_region()
    means = regional_means(voxels, regions)
    assert asymmetry_index(means["frontal", "left"], means["frontal", "right"]) > 0


def test_binding_is_what_a_striatum_has_beyond_the_occipital_lobes() -> None:
    voxels, regions = two_voxels_a_region()
    assert binding_ratio(voxels, regions, name="caudate", side="left") == pytest.approx(5)
    assert binding_ratio(voxels, regions, name="putamen", side="right") == pytest.approx(1)
    assert binding_ratio(7 * voxels, regions, name="caudate", side="left") == pytest.approx(5)


def test_errors_with_and_without_scale() -> None:
    rng = np.random.default_rng(2)
    reference = rng.random((4, 4, 4)).astype(np.float32) + 1
    mask = np.ones(reference.shape, bool)
    half = 0.5 * reference
    assert relative_error(0.5, 1.0) == pytest.approx(-50)
    assert nmse(half, reference, mask) == pytest.approx(0.25)
    assert nmse(scaled_to(half, reference, mask), reference, mask) == pytest.approx(0, abs=1e-9)


def test_contrast_is_what_is_lost_against_the_other_side() -> None:
    voxels = np.ones((2, 2, 2), np.float32)
    voxels[0] = 0.7
    here = np.zeros(voxels.shape, bool)
    here[0] = True
    assert contrast(voxels, here, ~here) == pytest.approx(0.3)


def test_places_that_lose_or_gain_a_lesion_are_counted() -> None:
    left = np.zeros((1, 1, 4), bool)
    left[0, 0, :2] = True
    site = Places(left, ~left)
    weak_left = np.array([[[0.7, 0.7, 1, 1]]], np.float32)
    assert asymmetries(weak_left, [site])[0] == pytest.approx(-0.3)
    assert asymmetries(weak_left[..., ::-1], [site])[0] == pytest.approx(0.3)
    even, ill = np.array([0.0]), np.array([-0.3])
    assert made_up(ill, even) == 1 and made_up(even, ill) == 0
    assert filled_in(even, ill) == 1 and filled_in(ill, ill) == 0
    assert made_up(-ill, ill) == 1  # on the other side
