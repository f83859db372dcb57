"""Brain SPECT over 360 degrees: uncorrected, corrected by CT, and in a fifth of the time.

Counts are made on voxels of 2.67 mm and reconstructed on 4 mm from noisy sums, so that the reconstruction never
sees the model that made its data.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor

from inference.physics.camera import Camera
from inference.physics.head import SOFT, Raster
from inference.physics.head_patient import Tracer
from inference.physics.projector import (
    CollimatorProjector,
    Grid,
    LineProjector,
    blur,
    to_columns,
    to_volumes,
)
from inference.physics.reconstruction import osem

FINE = Raster(side=96, slices=60, voxel_mm=8 / 3)
CAMERA = Raster(side=64, slices=40, voxel_mm=4.0)
_VOLUME = (FINE.voxel_mm / CAMERA.voxel_mm) ** 3
VIEWS = 60
ORBIT = tuple(2 * math.pi * view / VIEWS for view in range(VIEWS))
SHORT_SHARE = 0.2
_CAMERA = Camera(radius_mm=145.0)
_POST_FILTER_MM = 8.0
_ITERATIONS, _SUBSETS = 4, 6
# Scatter as an effective source: this share of the activity, spread widely and weighted by local density. The
# energetic photons of 123I that pass through the collimator's walls are counted with it. It is not Monte Carlo.
_SCATTER_SHARE: dict[Tracer, float] = {"perfusion": 0.40, "dat": 0.48}
_SCATTER_MM = 70.0


@dataclass(frozen=True, eq=False)
class HeadAcquisition:
    """Counts [view, bin, slice] on the camera's grid.

    full, short: noisy, the short ones in a fifth of the time and of another scan. expected: the full scan without
    noise; scatter: its part that is scatter. counts_per_unit: counts per mm of line for one unit of activity.
    """

    full: Tensor
    short: Tensor
    expected: Tensor
    scatter: Tensor
    counts_per_unit: float

    @property
    def scatter_share(self) -> float:
        return float(self.scatter.sum() / self.expected.sum())


@cache
def fine_camera() -> CollimatorProjector:
    return CollimatorProjector(_grid(FINE), ORBIT, camera=_CAMERA)


@cache
def camera() -> CollimatorProjector:
    """The camera on its own grid, with its blur: what a corrected reconstruction models."""
    return CollimatorProjector(_grid(CAMERA), ORBIT, camera=_CAMERA)


@cache
def plain_camera() -> LineProjector:
    """The camera as an uncorrected reconstruction imagines it: no tissue, no collimator."""
    return LineProjector(_grid(CAMERA), ORBIT, bins=CAMERA.side, bin_mm=CAMERA.voxel_mm)


def acquire(
    activity: Tensor, attenuation: Tensor, *, tracer: Tracer, counts: float, rng: np.random.Generator
) -> HeadAcquisition:
    """`activity` and `attenuation` (1/mm) are [z, y, x] on `FINE`; `counts` are expected in the full scan."""
    primary = fine_camera().attenuated(to_columns(attenuation[None])).forward(to_columns(activity[None]))
    # Sums over fine voxels, in units of the camera's voxels as the scatter is.
    expected = _shares(FINE.side, CAMERA.side) @ primary @ _shares(FINE.slices, CAMERA.slices).T * _VOLUME
    scatter = _scatter(activity, attenuation, tracer)
    total = expected + scatter
    scale = counts / float(total.sum())
    total, scatter = total * scale, scatter * scale
    return HeadAcquisition(
        full=_poisson(rng, total),
        short=_poisson(rng, total * SHORT_SHARE),
        expected=total,
        scatter=scatter,
        counts_per_unit=scale / CAMERA.voxel_mm,
    )


def reconstruct(counts: Tensor) -> Tensor:
    """Clinical OSEM, 4 iterations of 6 subsets, and a filter; no correction. [z, y, x] on `CAMERA`, counts per mm."""
    return _filtered(osem(plain_camera(), counts, iterations=_ITERATIONS, subsets=_SUBSETS))[0]


def reconstruct_corrected(counts: Tensor, *, attenuation: Tensor, scatter: Tensor) -> Tensor:
    """The same with attenuation (1/mm, [z, y, x] on `CAMERA`), collimator and estimated scatter in the model.

    Scans of one head go together: counts and scatter [scan, view, bin, slice] -> [scan, z, y, x].
    """
    model = camera().attenuated(to_columns(attenuation[None]))
    measured, additive = (torch.cat(tuple(scans), dim=2) for scans in (counts, scatter))
    image = osem(model, measured, iterations=_ITERATIONS, subsets=_SUBSETS, additive=additive)
    return _filtered(image / CAMERA.voxel_mm)


def pooled(volume: Tensor) -> Tensor:
    """[z, y, x] on `FINE` -> its means on `CAMERA`."""
    along, across = _shares(FINE.slices, CAMERA.slices), _shares(FINE.side, CAMERA.side)
    in_plane = across @ volume @ across.T
    summed = torch.tensordot(along, in_plane, dims=1)
    return summed * _VOLUME


@cache
def _shares(fine: int, coarse: int) -> Tensor:
    """[coarse, fine]: how much of each fine voxel lies in each coarse one, both over the same length."""
    edges = torch.arange(coarse, dtype=torch.float64)[:, None] * fine / coarse
    cells = torch.arange(fine, dtype=torch.float64)[None, :]
    overlap = torch.minimum(edges + fine / coarse, cells + 1) - torch.maximum(edges, cells)
    return overlap.clamp_min(0).float()


def at_resolution(volume: Tensor, *, fwhm_mm: float) -> Tensor:
    """[z, y, x] on `CAMERA` as a camera of this resolution and no noise would show it."""
    return blur(volume[None], fwhm_mm=fwhm_mm, voxel_mm=(CAMERA.voxel_mm,) * 3)[0]


def _scatter(activity: Tensor, attenuation: Tensor, tracer: Tracer) -> Tensor:
    mu = pooled(attenuation)
    spread = at_resolution(pooled(activity), fwhm_mm=_SCATTER_MM) * mu / SOFT[tracer]
    return _SCATTER_SHARE[tracer] * camera().attenuated(to_columns(mu[None])).forward(
        to_columns(spread[None])
    )


def _poisson(rng: np.random.Generator, expected: Tensor) -> Tensor:
    return torch.from_numpy(rng.poisson(expected.double().numpy()).astype(np.float32))


def _filtered(image: Tensor) -> Tensor:
    return blur(to_volumes(image, _grid(CAMERA)), fwhm_mm=_POST_FILTER_MM, voxel_mm=(CAMERA.voxel_mm,) * 3)


def _grid(raster: Raster) -> Grid:
    return Grid(side=raster.side, slices=raster.slices, voxel_mm=raster.voxel_mm, slice_mm=raster.voxel_mm)
