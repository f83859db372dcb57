import math

import pytest
import torch

from inference.physics.camera import Camera
from inference.physics.projector import CollimatorProjector, Grid, LineProjector, to_columns, to_volumes
from inference.physics.reconstruction import Butterworth, fbp, osem

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


FINE = Grid(side=64, slices=2, voxel_mm=4.0, slice_mm=4.0)


def sinogram_of_disc(angles: list[float], *, radius_mm: float, x_mm: float) -> torch.Tensor:
    """Exact line integrals of a disc of activity 1, centred `x_mm` to the left."""
    bins = (torch.arange(64, dtype=torch.float64) - 31.5) * 4.0
    away = bins[None, :] - x_mm * torch.cos(torch.tensor(angles, dtype=torch.float64))[:, None]
    chords = 2 * (radius_mm**2 - away**2).clamp_min(0).sqrt()
    return chords.float()[:, :, None].expand(-1, -1, 2).contiguous()


def distance_from(x_mm: float) -> torch.Tensor:
    across = (torch.arange(64) - 31.5) * 4.0
    return torch.hypot(across[:, None], across[None, :] - x_mm)


@pytest.mark.parametrize(
    ("views", "degrees", "first"), [(60, 180, -45), (90, 180, 0), (120, 360, 0), (60, -180, 132)]
)
def test_fbp_of_a_known_disc_returns_its_value_at_its_place(views: int, degrees: int, first: int) -> None:
    angles = [math.radians(first + degrees * view / views) for view in range(views)]
    counts = sinogram_of_disc(angles, radius_mm=60, x_mm=30)
    image = to_volumes(fbp(counts, grid=FINE, angles=angles, bin_mm=4.0), FINE)[0, 1]
    away = distance_from(30)
    assert float(image[away < 50].mean()) == pytest.approx(1.0, abs=0.01)
    assert float(image[(away > 75) & (distance_from(0) < 110)].mean()) == pytest.approx(0.0, abs=0.01)


def test_fbp_with_views_over_less_than_half_a_turn_is_refused_with_the_arc() -> None:
    angles = [math.radians(3 * view) for view in range(40)]
    with pytest.raises(ValueError, match="180 or 360 degrees; these 40 cover 120"):
        fbp(torch.ones(40, 64, 2), grid=FINE, angles=angles, bin_mm=4.0)


def test_both_butterworths_keep_the_mean_and_differ_at_the_cut_off_by_a_square_root() -> None:
    order, power = Butterworth(0.5, 5), Butterworth(0.5, 5, "power")
    frequencies = torch.tensor([0.0, 0.05, 0.2])  # cycles/mm: zero, the cut-off, far above it
    assert order.gain(frequencies).tolist() == pytest.approx([1.0, math.sqrt(0.5), 4.0**-5], rel=1e-3)
    assert power.gain(frequencies).tolist() == pytest.approx([1.0, 0.5, 4.0**-10], rel=1e-3, abs=1e-9)
    assert str(power) == "Butterworth 0.5 cycles/cm, n 5 (without square root)"
    counts = sinogram_of_disc(ANGLES, radius_mm=60, x_mm=0)
    sharp, smooth = (
        to_volumes(fbp(counts, grid=FINE, angles=ANGLES, bin_mm=4.0, window=window), FINE)[0, 0]
        for window in (None, order)
    )
    inside = distance_from(0) < 40
    assert float(smooth[inside].mean()) == pytest.approx(float(sharp[inside].mean()), rel=0.01)
    edge = (distance_from(0) > 56) & (distance_from(0) < 64)
    assert float(smooth[edge].std()) < float(sharp[edge].std())


def test_butterworth_smooths_across_slices_too() -> None:
    grid = Grid(side=64, slices=9, voxel_mm=4.0, slice_mm=4.0)
    counts = torch.zeros(60, 64, 9)
    counts[:, :, 4] = sinogram_of_disc(ANGLES, radius_mm=60, x_mm=0)[:, :, 0]
    image = to_volumes(fbp(counts, grid=grid, angles=ANGLES, bin_mm=4.0, window=Butterworth(0.5, 5)), grid)[0]
    profile = image[:, 24:40, 24:40].mean((1, 2))
    assert float(profile.sum()) == pytest.approx(1.0, abs=0.02)
    assert float(profile[4]) < 0.7
