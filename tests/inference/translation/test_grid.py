"""The heart's grid follows the ventricle that was found, and leads back into the patient."""

import numpy as np
import pytest

from inference.heart.ventricle import find_left_ventricle
from inference.translation.grid import (
    APEX_K,
    SHAPE,
    SPACING_MM,
    NoActivity,
    coordinates,
    frame_of,
    in_frame,
    scale_of,
)
from inference.volume import Kind, Volume
from tests.inference.heart.phantom import Shape
from tests.inference.heart.phantom import volume as phantom
from tests.inference.translation.simulated import heart, on_another_grid


def placed(volume: Volume) -> Volume:
    return in_frame(volume, frame_of(find_left_ventricle(volume)))


@pytest.mark.parametrize("shape", [Shape(), Shape(apex_mm=(115.0, 139.0, 50.0))])
def test_the_apex_and_the_axis_are_always_in_the_same_place(shape: Shape) -> None:
    found = find_left_ventricle(placed(phantom(background=0.05, shape=shape)))
    wanted = np.array([31.5, 31.5, APEX_K]) * SPACING_MM
    assert np.abs(found.apex_mm - wanted).max() < 2.5
    assert np.abs((found.base_mm - found.apex_mm)[:2]).max() < 2.5


def test_a_place_in_the_patient_stays_where_it_was() -> None:
    source = heart()
    seen = placed(source)
    assert seen.voxels.shape == SHAPE
    inner = seen.voxels[4:-4, 8:-8, 8:-8]
    back = source.resample(seen.affine, SHAPE).voxels[4:-4, 8:-8, 8:-8]
    assert np.abs(back - inner).max() < 1e-3 * inner.max()


def test_another_camera_is_seen_in_the_same_place() -> None:
    volume = heart()
    seen, other = placed(volume), placed(on_another_grid(volume))
    assert np.linalg.norm(seen.affine[:3, 3] - other.affine[:3, 3]) < 4.0
    inner = (slice(6, 30), slice(14, 50), slice(14, 50))
    assert np.corrcoef(seen.voxels[inner].ravel(), other.voxels[inner].ravel())[0, 1] > 0.97


def test_directions_that_nobody_stated_are_not_made_up() -> None:
    volume = heart()
    unverified = Volume(
        volume.voxels, np.diag([4.0, 4.0, 4.0, 1.0]), Kind.SHORT_AXIS, ("geometry_unverified",)
    )
    assert np.array_equal(placed(unverified).affine, np.diag([4.0, 4.0, 4.0, 1.0]))
    assert np.array_equal(placed(unverified).voxels, placed(volume).voxels)


def test_coordinates_are_zero_at_the_apex_and_one_at_base_and_wall() -> None:
    height, down, across = coordinates(length_mm=80.0, radius_mm=26.0)
    assert height[APEX_K] == 0 and np.isclose(height[APEX_K + 20], 1)
    for line in (down, across):
        assert np.isclose(line[31] + line[32], 0) and np.isclose(
            np.interp(31.5 + 6.5, np.arange(64), line), 1
        )


def test_a_hot_organ_beside_the_heart_does_not_change_the_scale() -> None:
    volume = placed(heart())
    with_gut = volume.voxels.copy()
    with_gut[:, 52:60, 20:30] = 10 * volume.voxels.max()
    assert scale_of(with_gut) == scale_of(volume.voxels)


def test_nothing_has_no_scale() -> None:
    with pytest.raises(NoActivity):
        scale_of(np.zeros(SHAPE, dtype=np.float32))
