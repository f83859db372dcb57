"""Cardiac SPECT as most hospitals make it: 180 degrees, no attenuation correction.

Counts are made on 3.2 mm voxels and reconstructed on 6.4 mm from noisy sums of four, so that the
reconstruction never sees the model that made its data.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from inference.physics.anatomy import ATTENUATION
from inference.physics.camera import STANDARD, Camera
from inference.physics.projector import (
    CollimatorProjector,
    Grid,
    LineProjector,
    blur,
    to_columns,
    to_volumes,
)
from inference.physics.reconstruction import osem

BODY = Grid(side=128, slices=72, voxel_mm=3.2, slice_mm=3.2)
CAMERA = Grid(side=64, slices=36, voxel_mm=6.4, slice_mm=6.4)
# RAO 45 to LPO 45 in 60 steps of 3 degrees.
ORBIT = tuple(math.radians(-45 + 3 * step) for step in range(60))
# Scatter as an effective source: this share of the activity, spread widely and weighted by local density.
# Gives a scatter fraction of 0.25 to 0.28; it is not Monte Carlo.
_SCATTER_SHARE, _SCATTER_MM = 0.55, 85.0


@dataclass(frozen=True, eq=False)
class Acquisition:
    """What a camera measured, [view, bin, batch * slice] on its own grid.

    counts: with noise. scatter: the expected scattered part of them, which no camera knows exactly.
    """

    counts: Tensor
    scatter: Tensor
    camera: Camera

    @property
    def scatter_share(self) -> float:
        return float(self.scatter.sum() / self.counts.sum())


@cache
def _fine_views() -> CollimatorProjector:
    return CollimatorProjector(BODY, ORBIT, camera=STANDARD)


@cache
def _views() -> CollimatorProjector:
    return CollimatorProjector(CAMERA, ORBIT, camera=STANDARD)


def seen_by(camera: Camera) -> CollimatorProjector:
    """The camera on its own grid, with its blur: what a corrected reconstruction models."""
    return _views().of(camera)


@cache
def plain_camera() -> LineProjector:
    """A camera as an uncorrected reconstruction imagines it: no tissue, no collimator."""
    return LineProjector(CAMERA, ORBIT, bins=CAMERA.side, bin_mm=CAMERA.voxel_mm)


def acquire(
    activity: Tensor,
    attenuation: Tensor,
    *,
    counts: Sequence[float],
    camera: Camera,
    rng: np.random.Generator,
) -> Acquisition:
    """Poisson counts of `activity` [batch, z, y, x] in `attenuation` [z, y, x] (1/mm), both on `BODY`.

    `counts` are the expected totals of a camera of sensitivity 1, one for each image of the batch.
    """
    fine = _fine_views().of(camera).attenuated(to_columns(attenuation[None]))
    pairs = (len(ORBIT), CAMERA.side, 2, len(counts) * CAMERA.slices, 2)
    expected = fine.forward(to_columns(activity)).view(pairs).sum((2, 4))
    scatter = _scatter(activity, attenuation, camera)
    total = expected + scatter
    per_image = total.view(len(ORBIT), CAMERA.side, -1, CAMERA.slices).sum((0, 1, 3))
    scale = (camera.sensitivity * torch.tensor(counts) / per_image).repeat_interleave(CAMERA.slices)
    noisy = rng.poisson((total * scale).double().numpy())
    return Acquisition(torch.from_numpy(noisy.astype(np.float32)), scatter * scale, camera)


def _scatter(activity: Tensor, attenuation: Tensor, camera: Camera) -> Tensor:
    voxel = (BODY.slice_mm, BODY.voxel_mm, BODY.voxel_mm)
    density = attenuation / ATTENUATION["spect"].soft
    source = functional.avg_pool3d(activity[:, None], 2)[:, 0]
    coarse = [2 * step for step in voxel]
    spread = blur(source, fwhm_mm=_SCATTER_MM, voxel_mm=coarse) * functional.avg_pool3d(density[None], 2)
    mu = functional.avg_pool3d(attenuation[None], 2)
    # Eight fine voxels in a coarse one.
    return 8 * _SCATTER_SHARE * seen_by(camera).attenuated(to_columns(mu)).forward(to_columns(spread))


def reconstruct(acquisition: Acquisition) -> Tensor:
    """Clinical OSEM, 4 iterations of 8 subsets, and a filter; no correction. [batch, z, y, x] on `CAMERA`."""
    image = osem(plain_camera(), acquisition.counts, iterations=4, subsets=8)
    voxel = (CAMERA.slice_mm, CAMERA.voxel_mm, CAMERA.voxel_mm)
    return blur(to_volumes(image, CAMERA), fwhm_mm=acquisition.camera.post_filter_mm, voxel_mm=voxel)
