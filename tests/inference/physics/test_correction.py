"""Chang's factors have closed forms in a cylinder; both corrections take out what they model."""

import math
from functools import cache

import numpy as np
import pytest
import torch

from inference.physics import spect
from inference.physics.camera import Camera
from inference.physics.correction import chang, chang_factors, ctac, first_order
from inference.physics.projector import CollimatorProjector, Grid, to_columns, to_volumes
from inference.physics.reconstruction import fbp

FULL_TURN = tuple(math.radians(6 * view) for view in range(60))


def cylinder(grid: Grid, radius_mm: float) -> torch.Tensor:
    """[z, y, x]: share of each voxel inside, from 8 x 8 samples."""
    fine = 8 * grid.side
    across = (torch.arange(fine) - (fine - 1) / 2) * grid.voxel_mm / 8
    inside = (across[:, None] ** 2 + across[None, :] ** 2 <= radius_mm**2).float()
    shares = inside.view(grid.side, 8, grid.side, 8).mean((1, 3))
    return shares.expand(grid.slices, grid.side, grid.side).contiguous()


def from_axis_mm(grid: Grid) -> torch.Tensor:
    across = (torch.arange(grid.side) - (grid.side - 1) / 2) * grid.voxel_mm
    return torch.hypot(across[:, None], across[None, :])


@pytest.mark.parametrize("voxel_mm", [4.0, 6.4])
@pytest.mark.parametrize(
    ("mu_per_cm", "centre", "rim"), [(0.11, 3.00, 1.82), (0.12, 3.32, 1.89), (0.15, 4.48, 2.09)]
)
def test_factors_of_a_water_cylinder_are_the_published_ones(
    voxel_mm: float, mu_per_cm: float, centre: float, rim: float
) -> None:
    """Radius 10 cm; centre exp(mu R), rim at nine tenths of the radius."""
    grid = Grid(side=64, slices=2, voxel_mm=voxel_mm, slice_mm=voxel_mm)
    factors = chang_factors(cylinder(grid, 100), grid=grid, angles=FULL_TURN, mu_per_mm=mu_per_cm / 10)[0]
    radius = from_axis_mm(grid)
    assert float(factors[radius < 6].mean()) == pytest.approx(centre, rel=0.01)
    assert float(factors[radius < 6].mean()) == pytest.approx(math.exp(mu_per_cm * 10), rel=0.01)
    assert float(factors[(radius > 85) & (radius < 95)].mean()) == pytest.approx(rim, rel=0.01)


def test_outside_the_body_nothing_is_multiplied_when_no_view_looks_through_it() -> None:
    grid = Grid(side=32, slices=1, voxel_mm=6.4, slice_mm=6.4)
    factors = chang_factors(torch.zeros(1, 32, 32), grid=grid, angles=FULL_TURN, mu_per_mm=0.012)
    assert torch.equal(factors, torch.ones_like(factors))


def test_first_order_flattens_a_cylinder_seen_from_all_sides_better_than_the_factors_alone() -> None:
    grid = Grid(side=64, slices=2, voxel_mm=4.0, slice_mm=4.0)
    body = cylinder(grid, 100)
    # A cold rod off the axis: an even cylinder would be flat after the factors alone.
    across = (torch.arange(64) - 31.5) * 4.0
    rod = torch.hypot(across[:, None], across[None, :] - 50) < 20
    activity = torch.where(rod, 0.2, body)[None]
    ideal = CollimatorProjector(grid, FULL_TURN, camera=Camera(hole_mm=0.0, intrinsic_mm=0.0))
    counts = ideal.attenuated(to_columns(0.015 * body[None])).forward(to_columns(activity)) * grid.voxel_mm
    plain = to_volumes(fbp(counts, grid=grid, angles=FULL_TURN, bin_mm=4.0), grid)
    factors = chang_factors(body, grid=grid, angles=FULL_TURN, mu_per_mm=0.015)
    corrected = first_order(plain, counts, body, grid=grid, angles=FULL_TURN, mu_per_mm=0.015)
    inside = from_axis_mm(grid) < 85

    def error(image: torch.Tensor) -> float:
        return float((image - activity)[0, 0][inside].square().mean().sqrt())

    assert error(corrected) < 0.8 * error(plain * factors)
    assert error(corrected) < 0.06


@cache
def _warm_cylinder() -> spect.Acquisition:
    """A warm cylinder of water in the heart's camera, many counts."""
    body = cylinder(spect.BODY, 100)
    return spect.acquire(
        body[None], 0.015 * body, counts=[2e7], camera=Camera(), rng=np.random.default_rng(1)
    )


def centre_to_rim(image: torch.Tensor) -> float:
    plane, radius = image[0, 14:22].mean(0), from_axis_mm(spect.CAMERA)
    return float(plane[radius < 25].mean() / plane[(radius > 65) & (radius < 80)].mean())


def test_ctac_with_the_right_map_and_scatter_makes_a_cylinder_flat_and_positive() -> None:
    acquired, tissue = _warm_cylinder(), 0.015 * cylinder(spect.CAMERA, 100)
    image = ctac(acquired, tissue, scatter_error=0.0)
    assert image.shape == (1, 36, 64, 64)
    assert float(image.min()) >= 0
    assert centre_to_rim(spect.reconstruct(acquired)) < 0.8
    assert centre_to_rim(image) == pytest.approx(1.0, abs=0.05)


def test_scatter_left_in_fills_the_middle_and_scatter_overtaken_hollows_it() -> None:
    acquired, tissue = _warm_cylinder(), 0.015 * cylinder(spect.CAMERA, 100)
    left, right, over = (
        centre_to_rim(ctac(acquired, tissue, scatter_error=error)) for error in (-1.0, 0.0, 0.5)
    )
    assert over < right - 0.03
    assert left > right + 0.05


def test_images_share_one_scale_and_correction_only_adds() -> None:
    acquired = _warm_cylinder()
    body = cylinder(spect.CAMERA, 100)
    plain, right, guessed = (
        float(image[:, 8:28].sum())
        for image in (
            spect.reconstruct(acquired),
            ctac(acquired, 0.015 * body, scatter_error=0.0),
            chang(acquired, body),
        )
    )
    assert 1.5 < right / plain < 4
    assert guessed == pytest.approx(right, rel=0.25)


def test_chang_is_never_negative() -> None:
    assert float(chang(_warm_cylinder(), cylinder(spect.CAMERA, 100)).min()) >= 0
