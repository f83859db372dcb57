import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.physics import spect
from inference.physics.camera import STANDARD, Camera
from inference.physics.projector import (
    CollimatorProjector,
    Grid,
    LineProjector,
    Projector,
    blur,
    to_columns,
    to_volumes,
)

ANGLES = [math.radians(angle) for angle in (-45, 0, 17, 90, 131)]


def adjoint_error(projector: Projector, image: torch.Tensor) -> float:
    """|<A f, p> - <f, A' p>| relative to |A f| |p|, in 2-norms; operators in single precision, sums in double."""
    projected = projector.forward(image)
    data = torch.rand(projected.shape)
    there = (projected.double() * data.double()).sum()
    back = (image.double() * projector.back(data).double()).sum()
    return float((there - back).abs() / (projected.double().norm() * data.double().norm()))


@settings(max_examples=20, deadline=None)
@given(
    side=st.integers(8, 20),
    slices=st.integers(2, 6),
    batch=st.integers(1, 3),
    extra_bins=st.integers(0, 7),
    bin_mm=st.floats(2, 7),
    fwhm_mm=st.sampled_from([0.0, 5.0]),
)
def test_line_projector_and_its_adjoint_match(
    *, side: int, slices: int, batch: int, extra_bins: int, bin_mm: float, fwhm_mm: float
) -> None:
    grid = Grid(side=side, slices=slices, voxel_mm=4.0, slice_mm=3.2)
    projector = LineProjector(grid, ANGLES, bins=side + extra_bins, bin_mm=bin_mm, fwhm_mm=fwhm_mm)
    assert adjoint_error(projector, torch.rand(side * side, batch * slices)) < 1e-6


@settings(max_examples=20, deadline=None)
@given(side=st.integers(8, 20), slices=st.integers(2, 6), batch=st.integers(1, 3), tissue=st.booleans())
def test_attenuated_collimator_projector_and_its_adjoint_match(
    side: int, slices: int, batch: int, tissue: bool
) -> None:
    grid = Grid(side=side, slices=slices, voxel_mm=6.4, slice_mm=6.4)
    projector = CollimatorProjector(grid, ANGLES, camera=Camera(radius_mm=240))
    if tissue:
        projector = projector.attenuated(0.03 * torch.rand(side * side, slices))
    assert adjoint_error(projector, torch.rand(side * side, batch * slices)) < 1e-6


@pytest.mark.parametrize("tissue", [False, True])
@pytest.mark.parametrize("views", [range(60), range(3, 60, 8)])
def test_the_clinical_camera_and_its_adjoint_match_at_full_size(*, tissue: bool, views: range) -> None:
    """64 x 64 x 36, stress and rest; data with both signs, as a correction's differences have."""
    projector = spect.seen_by(STANDARD)
    if tissue:
        projector = projector.attenuated(0.02 * torch.rand(64 * 64, 36))
    part: Projector
    for part in (projector.subset(views), spect.plain_camera().subset(views)):
        assert adjoint_error(part, torch.rand(64 * 64, 72)) < 1e-6
        assert adjoint_error(part, torch.randn(64 * 64, 72)) < 1e-6


def disc(side: int, slices: int, radius: float) -> torch.Tensor:
    across = torch.arange(side) - (side - 1) / 2
    inside = (across[:, None] ** 2 + across[None, :] ** 2 <= radius**2).float()
    return inside.expand(1, slices, side, side)


def test_line_through_a_disc_is_its_diameter_in_millimetres_from_every_side() -> None:
    grid = Grid(side=64, slices=1, voxel_mm=4.0, slice_mm=4.0)
    projector = LineProjector(grid, ANGLES, bins=65, bin_mm=4.0)
    middle = projector.forward(to_columns(disc(64, 1, 20)))[:, 32, 0]
    assert middle.tolist() == pytest.approx([160.0] * len(ANGLES), rel=0.02)


def test_point_in_the_middle_of_tissue_is_dimmed_exponentially() -> None:
    grid = Grid(side=65, slices=5, voxel_mm=4.0, slice_mm=4.0)
    camera = CollimatorProjector(grid, ANGLES, camera=Camera(radius_mm=240))
    point = torch.zeros(1, 5, 65, 65)
    point[0, 2, 32, 32] = 1.0
    body = 0.015 * disc(65, 5, 20)
    free = camera.forward(to_columns(point)).sum((1, 2))
    seen = camera.attenuated(to_columns(body)).forward(to_columns(point)).sum((1, 2))
    assert (seen / free).tolist() == pytest.approx([math.exp(-0.015 * 80)] * len(ANGLES), rel=0.03)


def test_attenuation_depends_on_the_side_one_looks_from() -> None:
    grid = Grid(side=33, slices=1, voxel_mm=6.4, slice_mm=6.4)
    point, body = torch.zeros(1, 1, 33, 33), torch.zeros(1, 1, 33, 33)
    point[0, 0, 16, 16] = 1.0
    body[0, 0, 16, 20:26] = 0.015  # to the patient's left: row is y, column is x
    anterior, left = (
        CollimatorProjector(grid, [0.0, math.pi / 2], camera=Camera(radius_mm=240))
        .attenuated(to_columns(body))
        .forward(to_columns(point))
    )
    assert left.sum() < 0.7 * anterior.sum()


def test_subset_of_views_sees_what_the_whole_sees() -> None:
    grid = Grid(side=16, slices=3, voxel_mm=6.4, slice_mm=6.4)
    image = torch.rand(256, 6)
    whole: Projector
    for whole in (
        LineProjector(grid, ANGLES, bins=16, bin_mm=6.4, fwhm_mm=5.0),
        CollimatorProjector(grid, ANGLES, camera=Camera(radius_mm=240)).attenuated(0.01 * torch.rand(256, 3)),
    ):
        assert torch.allclose(whole.subset([1, 4]).forward(image), whole.forward(image)[[1, 4]], rtol=1e-5)


def test_columns_and_volumes_are_the_same_numbers() -> None:
    grid = Grid(side=6, slices=4, voxel_mm=4.0, slice_mm=4.0)
    volumes = torch.rand(3, 4, 6, 6)
    assert torch.equal(to_volumes(to_columns(volumes), grid), volumes)


def test_collimator_resolution_at_ten_centimetres() -> None:
    assert float(Camera().fwhm_mm(torch.tensor(100.0))) == pytest.approx(7.2, abs=0.1)


def test_blur_keeps_counts_and_has_the_width_asked_for() -> None:
    point = torch.zeros(1, 41, 41, 41)
    point[0, 20, 20, 20] = 1.0
    spread = blur(point, fwhm_mm=12.0, voxel_mm=(2.0, 2.0, 2.0))
    assert float(spread.sum()) == pytest.approx(1.0, abs=1e-3)
    profile = spread[0, 20, 20]
    assert float(profile[23] / profile[20]) == pytest.approx(0.5, abs=0.02)  # half width is 6 mm, 3 voxels
