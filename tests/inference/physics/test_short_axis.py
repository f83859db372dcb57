import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.physics.patient import Ventricle
from inference.physics.short_axis import SIDE, SLICES, affine, as_operator_sees, reorient
from inference.physics.ventricle import frame_of

FRAME = frame_of(
    Ventricle(
        (30, -50, 6), azimuth_deg=45, elevation_deg=25, roll_deg=4, length_mm=84, radius_mm=33, wall_mm=10
    )
)
MIDDLE = np.array([(SIDE - 1) / 2, (SIDE - 1) / 2, (SLICES - 1) / 2, 1])


def test_axes_run_septal_to_lateral_anterior_to_inferior_apex_to_base() -> None:
    i, j, k = affine(FRAME)[:3, :3].T / 4.0
    np.testing.assert_allclose(i, FRAME.lateral)
    np.testing.assert_allclose(j, -FRAME.anterior)
    np.testing.assert_allclose(k, -FRAME.long)
    np.testing.assert_allclose(np.cross(i, j), k, atol=1e-12)  # positive spacing, apex first


def test_the_heart_is_in_the_middle_wherever_the_table_stood() -> None:
    np.testing.assert_allclose((affine(FRAME) @ MIDDLE)[:3], FRAME.centre_mm)
    moved = affine(FRAME, table_mm=(5, -3, 11)) @ MIDDLE
    np.testing.assert_allclose(moved[:3], FRAME.centre_mm + [5, -3, 11])


@settings(max_examples=15, deadline=None)
@given(st.tuples(st.integers(12, 52), st.integers(12, 52), st.integers(8, 32)))
def test_a_spot_in_the_body_appears_where_the_affine_says(index: tuple[int, int, int]) -> None:
    voxel = (3.2, 4.0, 4.0)
    where = (affine(FRAME) @ np.array([*index, 1.0]))[:3]
    z, y, x = np.meshgrid(
        *((np.arange(n) - (n - 1) / 2) * step for n, step in zip((72, 104, 104), voxel, strict=True)),
        indexing="ij",
    )
    apart = (x - where[0]) ** 2 + (y - where[1]) ** 2 + (z - where[2]) ** 2
    spot = torch.from_numpy(np.exp(-apart / 200).astype(np.float32))[None]
    seen = reorient(spot, FRAME, voxel_mm=voxel)[0].numpy()
    k, j, i = np.unravel_index(np.argmax(seen), seen.shape)
    assert np.abs(np.array([i, j, k]) - index).max() <= 1


def test_operator_error_turns_and_shifts_but_keeps_axes_orthonormal() -> None:
    seen = as_operator_sees(FRAME, tilt_deg=(3, -2, 1), shift_mm=(1, 0, -2))
    axes = np.stack([seen.long, seen.anterior, seen.lateral])
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    turned = np.degrees(np.arccos(seen.long @ FRAME.long))
    assert 1 < turned < 4
    np.testing.assert_allclose(seen.centre_mm - FRAME.centre_mm, [1, 0, -2])
