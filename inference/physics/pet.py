"""Attenuation-corrected ammonia-like PET: the reference that SPECT is compared with.

Lines of 3.2 mm are reconstructed on 4 mm voxels: not the grid that made them.
"""

import math
from functools import cache

import numpy as np
import torch
from torch import Tensor

from inference.physics.projector import Grid, LineProjector, blur, to_columns, to_volumes
from inference.physics.reconstruction import osem
from inference.physics.spect import BODY

IMAGE = Grid(side=104, slices=72, voxel_mm=4.0, slice_mm=3.2)
_ANGLES = tuple(math.pi * view / 48 for view in range(48))
_RESOLUTION_MM = 5.0
_POST_FILTER_MM = 4.5
_TRUES = 1.6e7
# Scatter and randoms, taken as flat and known.
_BACKGROUND_SHARE = 0.35


@cache
def _scanner() -> LineProjector:
    return LineProjector(BODY, _ANGLES, bins=BODY.side, bin_mm=BODY.voxel_mm, fwhm_mm=_RESOLUTION_MM)


@cache
def _tissue_lines() -> LineProjector:
    return LineProjector(BODY, _ANGLES, bins=BODY.side, bin_mm=BODY.voxel_mm)


@cache
def _model() -> LineProjector:
    return LineProjector(IMAGE, _ANGLES, bins=BODY.side, bin_mm=BODY.voxel_mm)


def scan(
    activity: Tensor, attenuation: Tensor, *, rng: np.random.Generator, iterations: int = 6, subsets: int = 8
) -> Tensor:
    """Acquire and reconstruct `activity` [batch, z, y, x] in `attenuation` [z, y, x] (1/mm), on `IMAGE`."""
    batch = activity.shape[0]
    survival = torch.exp(-_tissue_lines().forward(to_columns(attenuation[None]))).repeat(1, 1, batch)
    trues = _scanner().forward(to_columns(activity)) * survival
    per_image = trues.view(len(_ANGLES), BODY.side, batch, BODY.slices).sum((0, 1, 3))
    trues *= (_TRUES / per_image).repeat_interleave(BODY.slices)
    background = torch.full_like(trues, float(trues.mean()) * _BACKGROUND_SHARE)
    prompts = torch.from_numpy(rng.poisson((trues + background).double().numpy()).astype(np.float32))
    image = osem(
        _model(), prompts, iterations=iterations, subsets=subsets, factors=survival, additive=background
    )
    voxel = (IMAGE.slice_mm, IMAGE.voxel_mm, IMAGE.voxel_mm)
    return blur(to_volumes(image, IMAGE), fwhm_mm=_POST_FILTER_MM, voxel_mm=voxel)
