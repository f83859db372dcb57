"""Attenuation correction of SPECT: with a measured map (CTAC), and with a guessed uniform one (Chang).

Images have the scale of the uncorrected reconstruction: counts per mm of line.
"""

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor

from inference.physics.camera import Camera
from inference.physics.projector import CollimatorProjector, Grid, blur, to_columns, to_volumes
from inference.physics.reconstruction import fbp, osem
from inference.physics.spect import CAMERA, ORBIT, Acquisition, plain_camera, seen_by

_POST_FILTER_MM = 7.0
_IDEAL = Camera(hole_mm=0.0, intrinsic_mm=0.0)


def ctac(acquisition: Acquisition, attenuation: Tensor, *, scatter_error: float) -> Tensor:
    """OSEM, 4 iterations of 8 subsets, that models tissue, collimator and scatter; then 7 mm. [batch, z, y, x].

    `attenuation` [z, y, x] in 1/mm on `spect.CAMERA`, as the CT gave it: where breathing or the table shifted the
    patient between the scans, so is the map. `scatter_error` is the relative error of the scatter estimate: 0.08
    takes out 8 % too much everywhere.
    """
    views = seen_by(acquisition.camera).attenuated(to_columns(attenuation[None]))
    image = osem(
        views,
        acquisition.counts,
        iterations=4,
        subsets=8,
        additive=acquisition.scatter * (1 + scatter_error),
    )
    return _filtered(image / CAMERA.voxel_mm, _POST_FILTER_MM)


def chang(acquisition: Acquisition, body: Tensor, *, mu_per_mm: float = 0.012) -> Tensor:
    """First-order Chang correction of the uncorrected reconstruction, its filter after it. [batch, z, y, x].

    `body` [z, y, x] on `spect.CAMERA` is the share of each voxel inside the contour. The default `mu_per_mm` is the
    broad-beam value of soft tissue: it allows for scatter, which is not taken out otherwise.
    """
    image = to_volumes(osem(plain_camera(), acquisition.counts, iterations=4, subsets=8), CAMERA)
    corrected = first_order(image, acquisition.counts, body, grid=CAMERA, angles=ORBIT, mu_per_mm=mu_per_mm)
    return _filtered(to_columns(corrected), acquisition.camera.post_filter_mm).clamp_min(0)


def chang_factors(body: Tensor, *, grid: Grid, angles: Sequence[float], mu_per_mm: float) -> Tensor:
    """Zeroth-order factors [z, y, x]: one over the mean, over `angles`, of what tissue lets through from a voxel.

    Chang 1978, IEEE Trans Nucl Sci 25:638. Made for views over 360 degrees; with a heart's 180 the mean is over the
    acquired ones.
    """
    free = _lines(grid, tuple(angles))
    seen = free.back(torch.ones(free.views, grid.side, grid.slices))
    dimmed = free.attenuated(to_columns(mu_per_mm * body[None])).back(
        torch.ones(free.views, grid.side, grid.slices)
    )
    return to_volumes(torch.where(dimmed > 0, seen / dimmed, 1.0), grid)[0]


def first_order(
    image: Tensor, counts: Tensor, body: Tensor, *, grid: Grid, angles: Sequence[float], mu_per_mm: float
) -> Tensor:
    """Chang's first order from an uncorrected `image` [batch, z, y, x] of `counts` [view, bin, batch * slice].

    The image times the factors is projected through the uniform body; what the counts have more than that is
    back-projected with a ramp, corrected by the same factors, and added. The result may be negative.
    """
    factors = chang_factors(body, grid=grid, angles=angles, mu_per_mm=mu_per_mm)
    first = image * factors
    through = _lines(grid, tuple(angles)).attenuated(to_columns(mu_per_mm * body[None]))
    missing = counts - through.forward(to_columns(first)) * grid.voxel_mm
    added = fbp(missing, grid=grid, angles=angles, bin_mm=grid.voxel_mm)
    return first + factors * to_volumes(added, grid)


@cache
def _lines(grid: Grid, angles: tuple[float, ...]) -> CollimatorProjector:
    return CollimatorProjector(grid, angles, camera=_IDEAL)


def _filtered(image: Tensor, fwhm_mm: float) -> Tensor:
    voxel = (CAMERA.slice_mm, CAMERA.voxel_mm, CAMERA.voxel_mm)
    return blur(to_volumes(image, CAMERA), fwhm_mm=fwhm_mm, voxel_mm=voxel)
