import math

import pytest
import torch

from inference.physics.camera import Camera
from inference.physics.projector import CollimatorProjector, Grid, LineProjector, to_columns, to_volumes
from inference.physics.reconstruction import osem

GRID = Grid(side=32, slices=2, voxel_mm=6.4, slice_mm=6.4)
ANGLES = [math.radians(3 * view) for view in range(60)]


def cylinder(radius: float) -> torch.Tensor:
    across = torch.arange(GRID.side) - (GRID.side - 1) / 2
    inside = (across[:, None] ** 2 + across[None, :] ** 2 <= radius**2).float()
    return inside.expand(1, GRID.slices, GRID.side, GRID.side)


def centre_and_rim(image: torch.Tensor) -> tuple[float, float]:
    plane = to_volumes(image, GRID)[0, 0]
    rim = torch.stack([plane[16, 7], plane[16, 24], plane[7, 16], plane[24, 16]])
    return float(plane[15:17, 15:17].mean()), float(rim.mean())


def test_counts_of_a_uniform_cylinder_become_a_uniform_cylinder() -> None:
    projector = LineProjector(GRID, ANGLES, bins=32, bin_mm=6.4)
    image = osem(projector, projector.forward(to_columns(cylinder(12))), iterations=4, subsets=6)
    centre, rim = centre_and_rim(image)
    assert centre == pytest.approx(1.0, abs=0.05)
    assert rim == pytest.approx(1.0, abs=0.1)


def test_known_attenuation_and_background_of_pet_lines_are_taken_out() -> None:
    projector = LineProjector(GRID, ANGLES, bins=32, bin_mm=6.4)
    body = to_columns(cylinder(12))
    survival = torch.exp(-0.0096 * projector.forward(body))
    background = torch.full_like(survival, 20.0)
    counts = projector.forward(body) * survival + background
    naive = centre_and_rim(osem(projector, counts, iterations=4, subsets=6))
    right = centre_and_rim(
        osem(projector, counts, iterations=4, subsets=6, factors=survival, additive=background)
    )
    assert naive[0] / naive[1] < 0.9
    assert right == pytest.approx((1.0, 1.0), abs=0.1)


def test_attenuation_in_the_projector_is_taken_out_and_ignoring_it_leaves_a_hollow() -> None:
    body = to_columns(cylinder(12))
    camera = CollimatorProjector(GRID, ANGLES, camera=Camera(radius_mm=200)).attenuated(0.015 * body)
    counts = camera.forward(body)
    plain = LineProjector(GRID, ANGLES, bins=32, bin_mm=6.4)
    hollow = centre_and_rim(osem(plain, counts, iterations=4, subsets=6))
    flat = centre_and_rim(osem(camera, counts, iterations=4, subsets=6))
    assert hollow[0] / hollow[1] < 0.85
    assert flat[0] / flat[1] == pytest.approx(1.0, abs=0.1)


def test_images_of_a_batch_do_not_touch_each_other() -> None:
    projector = LineProjector(GRID, ANGLES, bins=32, bin_mm=6.4)
    one, other = cylinder(12), 5 * cylinder(6)
    together = osem(
        projector, projector.forward(to_columns(torch.cat([one, other]))), iterations=8, subsets=6
    )
    alone = osem(projector, projector.forward(to_columns(other)), iterations=8, subsets=6)
    assert torch.allclose(to_volumes(together, GRID)[1], to_volumes(alone, GRID)[0], rtol=0.1, atol=0.1)


def test_counts_of_another_camera_are_refused_with_both_numbers() -> None:
    projector = LineProjector(GRID, ANGLES, bins=32, bin_mm=6.4)
    with pytest.raises(ValueError, match="59 views, the projector 60"):
        osem(projector, torch.ones(59, 32, 2), iterations=1, subsets=6)
