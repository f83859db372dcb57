"""Our camera and reconstruction against PyTomography's (an independent implementation), the same phantom in both.

Not one of our dependencies: `pip install pytomography`, then `pytest -m science tests/science/test_pytomography.py -s`
prints what was measured.
"""

import math
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from inference.physics.camera import Camera
from inference.physics.projector import CollimatorProjector, Grid, blur, to_columns, to_volumes
from inference.physics.reconstruction import osem

pytestmark = pytest.mark.science

with warnings.catch_warnings():  # importing it silences every warning of the process
    pytomography = pytest.importorskip("pytomography")
    from pytomography.algorithms import OSEM
    from pytomography.likelihoods import PoissonLogLikelihood
    from pytomography.metadata.SPECT import SPECTObjectMeta, SPECTProjMeta, SPECTPSFMeta
    from pytomography.projectors.SPECT import SPECTSystemMatrix
    from pytomography.transforms.SPECT import SPECTAttenuationTransform, SPECTPSFTransform

GRID = Grid(side=64, slices=24, voxel_mm=6.4, slice_mm=6.4)
DEGREES = tuple(-45 + 3 * view for view in range(60))
SIGMA_PER_FWHM = 1 / math.sqrt(8 * math.log(2))
AGREEMENT = 0.02


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def phantom() -> tuple[torch.Tensor, torch.Tensor]:
    """Activity and attenuation (1/mm) [z, y, x], unlike their mirror images: a shell, a hot ball, a lung."""
    across = torch.arange(GRID.side) - (GRID.side - 1) / 2
    axial = torch.arange(GRID.slices) - (GRID.slices - 1) / 2
    z, y, x = torch.meshgrid(axial, across, across, indexing="ij")
    body = ((x / 25) ** 2 + (y / 17) ** 2 < 1).float()
    shell, cavity = (
        (((x - 5) / wide) ** 2 + ((y + 6) / wide) ** 2 + ((z - 2) / long) ** 2 < 1).float()
        for wide, long in ((8, 7), (6, 5))
    )
    ball = ((x + 9) ** 2 + (y - 3) ** 2 + (z + 5) ** 2 < 9).float()
    lung = ((x - 12) ** 2 + (y - 3) ** 2 < 36).float()
    return shell - 0.9 * cavity + 0.05 * body + 0.6 * ball, 0.015 * body - 0.0105 * lung


def ours(camera: Camera) -> CollimatorProjector:
    angles = [math.radians(angle) for angle in DEGREES]
    return CollimatorProjector(GRID, angles, camera=camera).attenuated(to_columns(phantom()[1][None]))


def theirs(camera: Camera) -> Any:
    """The same camera: centimetres, x before y before z, angles that turn the other way.

    Their blur is sampled in the middle of a bin, ours integrated over it: one twelfth of its square is the variance
    that makes both equally wide.
    """
    centimetre = GRID.voxel_mm / 10

    def sigma_cm(distance_cm: Any) -> Any:
        resolved = camera.fwhm_mm(torch.as_tensor(np.asarray(distance_cm) * 10)).numpy() * SIGMA_PER_FWHM
        return np.sqrt(resolved**2 + GRID.voxel_mm**2 / 12) / 10

    transforms = [SPECTAttenuationTransform(10 * phantom()[1].permute(2, 1, 0).contiguous())]
    if camera.hole_mm > 0:
        blurred = SPECTPSFMeta((), sigma_cm, kernel_dimensions="2D", min_sigmas=3)
        transforms.append(SPECTPSFTransform(blurred))
    around = np.array([-angle % 360 for angle in DEGREES], float)
    radii = np.full(len(DEGREES), camera.radius_mm / 10)
    return SPECTSystemMatrix(
        transforms,
        [],
        SPECTObjectMeta([centimetre] * 3, [GRID.side, GRID.side, GRID.slices]),
        SPECTProjMeta((GRID.side, GRID.slices), [centimetre] * 2, around, radii=radii),
    )


def differences(mine: torch.Tensor, other: torch.Tensor) -> tuple[float, float]:
    """Relative 2-norm of the difference, and relative difference of the totals."""
    return float((mine - other).norm() / other.norm()), abs(float(mine.sum() / other.sum()) - 1)


@pytest.mark.parametrize(
    "camera", [Camera(), Camera(hole_mm=0.0, intrinsic_mm=0.0)], ids=["collimator", "ideal holes"]
)
def test_counts_of_the_same_phantom_agree(camera: Camera) -> None:
    activity = phantom()[0]
    mine = ours(camera).forward(to_columns(activity[None]))
    other = theirs(camera).forward(activity.permute(2, 1, 0).contiguous())
    shape, total = differences(mine, other)
    print(f"\nprojections: relative L2 {100 * shape:.3f} %, total {100 * total:.3f} %")
    assert shape < AGREEMENT
    assert total < AGREEMENT


def test_images_from_the_same_counts_agree() -> None:
    """OSEM 4 x 8 with tissue and collimator in the model, 7 mm filter."""
    camera = Camera()
    counts = ours(camera).forward(to_columns(phantom()[0][None])) + 0.05
    mine = to_volumes(osem(ours(camera), counts, iterations=4, subsets=8), GRID)
    other = OSEM(PoissonLogLikelihood(theirs(camera), counts))(4, 8).permute(2, 1, 0)[None]
    filtered = [blur(image.contiguous(), fwhm_mm=7.0, voxel_mm=(6.4, 6.4, 6.4)) for image in (mine, other)]
    shape, total = differences(*filtered)
    print(f"\nimages: relative L2 {100 * shape:.3f} %, total {100 * total:.3f} %")
    assert shape < AGREEMENT
    assert total < AGREEMENT
