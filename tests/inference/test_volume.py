"""A volume knows where its voxels lie."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.volume import Kind, Volume


def oblique() -> Volume:
    rng = np.random.default_rng(3)
    basis, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    affine = np.eye(4)
    affine[:3, :3] = basis * np.array([2.0, 3.0, 4.0])
    affine[:3, 3] = (10.0, -20.0, 30.0)
    return Volume(rng.random((5, 6, 7), dtype=np.float32), affine, Kind.SHORT_AXIS)


def test_spacing_is_given_along_i_j_k() -> None:
    assert oblique().spacing == pytest.approx((2.0, 3.0, 4.0))


@given(st.integers(0, 6), st.integers(0, 5), st.integers(0, 4))
def test_at_a_voxel_centre_the_sample_is_the_voxel(i: int, j: int, k: int) -> None:
    volume = oblique()
    point = (volume.affine @ [i, j, k, 1])[:3]
    assert volume.at(point) == pytest.approx(volume.voxels[k, j, i], abs=1e-5)


def test_outside_the_volume_a_sample_is_zero() -> None:
    assert oblique().at(np.array([[1000.0, 0.0, 0.0]])).tolist() == [0.0]


def test_resampling_agrees_with_point_samples_on_an_unequal_grid() -> None:
    volume = oblique()
    affine = volume.affine @ np.diag([0.5, 0.7, 1.3, 1.0])
    affine[:3, 3] += (1.0, 0.5, -0.5)
    resampled = volume.resample(affine, (3, 4, 9))
    index = np.stack(np.meshgrid(np.arange(3), np.arange(4), np.arange(9), indexing="ij"), -1)[..., ::-1]
    points = index @ affine[:3, :3].T + affine[:3, 3]
    np.testing.assert_allclose(resampled.voxels, volume.at(points), atol=1e-5)
    np.testing.assert_array_equal(resampled.affine, affine)


@pytest.mark.parametrize("affine", [np.zeros((4, 4)), np.eye(3), np.full((4, 4), np.nan)])
def test_a_volume_without_a_usable_affine_cannot_exist(affine: np.ndarray) -> None:
    with pytest.raises(ValueError, match="affine"):
        Volume(np.ones((2, 2, 2), dtype=np.float32), affine, Kind.SHORT_AXIS)
