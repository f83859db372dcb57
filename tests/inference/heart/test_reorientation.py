"""In a transaxial image the heart is found, turned into the short axis, and read as if an operator had done it."""

import numpy as np
import pytest

from inference.dicom.read import read_volume
from inference.dicom.write import nm_dataset, to_bytes
from inference.heart.neutral import neutral_volume
from inference.heart.polar import polar_map
from inference.heart.reorientation import reoriented, short_axis_affine
from inference.heart.segments import segment_values
from inference.heart.ventricle import VentricleNotFound, find_left_ventricle
from inference.volume import Kind, Volume
from tests.inference.dicom.hearts import lopsided, stored_as
from tests.inference.heart.phantom import Ball, one_defect, volume

LIVER = Ball(lateral_mm=-35, inferior_mm=70, basal_mm=40, radius_mm=40, activity=0.9)


def chest(heart: Volume, *, shape: tuple[int, int, int] = (50, 70, 70)) -> Volume:
    """The phantom's patient across the body, as a camera for hearts shows it: 4 mm, and nothing beside the field."""
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    centre = heart.affine[:3, :3] @ ((np.array(heart.voxels.shape[::-1]) - 1) / 2) + heart.affine[:3, 3]
    affine[:3, 3] = centre - 2.0 * (np.array(shape[::-1]) - 1) + (18.0, -10.0, 14.0)
    return Volume(heart.resample(affine, shape).voxels, affine, Kind.TRANSAXIAL)


def values(image: Volume) -> np.ndarray:
    return np.array(segment_values(polar_map(neutral_volume(image, find_left_ventricle(image)))))


def direction(image: Volume) -> np.ndarray:
    """From apex to base in LPS, as found in the image."""
    ventricle = find_left_ventricle(image)
    along = image.affine[:3, :3] @ (ventricle.base_mm - ventricle.apex_mm)
    return np.asarray(along / np.linalg.norm(along))


@pytest.mark.parametrize("segment", [10, *(pytest.param(n, marks=pytest.mark.science) for n in (2, 12))])
def test_a_defect_is_found_in_its_own_segment(segment: int) -> None:
    heart = volume(one_defect(segment), fwhm_mm=12, background=0.1, noise=0.05, balls=(LIVER,))
    image = reoriented(chest(heart))
    assert (image.kind, image.flags, image.voxels.shape) == (Kind.SHORT_AXIS, ("reoriented",), (40, 64, 64))
    assert np.linalg.det(image.affine[:3, :3]) > 0
    assert direction(image) @ direction(heart) > np.cos(np.radians(5))
    assert np.argmin(values(image)) + 1 == segment
    # Resampled twice, noise has a lower maximum; the pattern is what must stay.
    difference = values(image) / values(image).mean() - values(heart) / values(heart).mean()
    assert np.abs(difference).max() < 0.06


def test_it_is_the_same_heart_however_the_file_was_stored() -> None:
    original = chest(volume(one_defect(10), fwhm_mm=12, background=0.1))
    found = []
    for mirror, transposed in (("", False), ("k", False), ("ij", True)):
        ds = nm_dataset(stored_as(original, mirror=mirror, transposed=transposed), header={}, state="rest")
        found.append(values(reoriented(read_volume([to_bytes(ds)]))))
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_the_grid_is_right_handed_with_the_septum_at_the_left() -> None:
    to_base = np.array([-0.64, 0.64, 0.42]) / np.linalg.norm([-0.64, 0.64, 0.42])
    affine = short_axis_affine(np.array([40.0, -30.0, 5.0]), to_base)
    assert np.linalg.det(affine[:3, :3]) == pytest.approx(64)
    lateral, inferior, along = affine[:3, :3].T / 4
    np.testing.assert_allclose(along, to_base)
    assert lateral[0] > 0 and lateral[1] > 0 and inferior[2] < 0  # left and back, and down


def test_without_a_heart_nothing_is_made_up_unmarked() -> None:
    with pytest.raises(VentricleNotFound):
        reoriented(lopsided())
    empty = Volume(np.zeros((20, 30, 30), np.float32), np.diag([4.0, 4.0, 4.0, 1.0]), Kind.TRANSAXIAL)
    with pytest.raises(VentricleNotFound):
        reoriented(empty)
    noise = np.random.default_rng(5).random((50, 70, 70)).astype(np.float32)
    image = reoriented(Volume(noise, np.diag([4.0, 4.0, 4.0, 1.0]), Kind.TRANSAXIAL))
    assert "not_ventricle_like" in find_left_ventricle(image).flags
