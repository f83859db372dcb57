"""However a transaxial stack is stored, left is left and the top is the top."""

from itertools import product

import numpy as np
import pytest

from inference.brain.orientation import NotUpright, upright
from inference.dicom.orientation import flipped
from inference.volume import Kind, Volume


def stack() -> Volume:
    voxels = np.random.default_rng(1).random((5, 6, 7)).astype(np.float32)
    affine = np.diag([3.0, 3.0, 4.0, 1.0])
    affine[:3, 3] = (-10, -20, -30)
    return Volume(voxels, affine, Kind.TRANSAXIAL)


@pytest.mark.parametrize("mirrored", list(product((False, True), repeat=3)))
@pytest.mark.parametrize("swapped", [False, True])
def test_sixteen_orders_of_one_image_come_back_as_one(
    mirrored: tuple[bool, bool, bool], swapped: bool
) -> None:
    wanted = stack()
    voxels, affine = wanted.voxels, wanted.affine
    for axis, turn in enumerate(mirrored):
        if turn:
            voxels, affine = flipped(voxels, affine, axis)
    if swapped:
        voxels, affine = voxels.transpose(0, 2, 1), affine[:, [1, 0, 2, 3]]
    found = upright(Volume(voxels, affine, Kind.TRANSAXIAL))
    np.testing.assert_array_equal(found.voxels, wanted.voxels)
    np.testing.assert_allclose(found.affine, wanted.affine, atol=1e-9)


def test_a_heart_and_an_oblique_stack_are_refused() -> None:
    with pytest.raises(NotUpright, match="transaxial"):
        upright(Volume(stack().voxels, stack().affine, Kind.SHORT_AXIS))
    half = np.sqrt(0.5) * 3
    oblique = np.array([[half, half, 0, 0], [-half, half, 0, 0], [0, 0, 4, 0], [0, 0, 0, 1.0]])
    with pytest.raises(NotUpright, match="oblique"):
        upright(Volume(stack().voxels, oblique, Kind.TRANSAXIAL))
