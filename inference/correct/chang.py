"""Chang's correction of a reconstructed image: uniform tissue inside a contour that the image itself must give."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray

from inference.brain.contour import head_contour
from inference.physics.correction import chang_factors
from inference.physics.projector import Grid
from inference.volume import Volume

# More make no visible difference to a smooth factor.
_ANGLES = tuple(2 * math.pi * view / 20 for view in range(20))


def chang_corrected(volume: Volume, *, mu_per_mm: float, threshold: float) -> Volume:
    """The image times Chang's factors, zeroth order: the projections that the first order needs are not in it.

    volume: transaxial, uncorrected, from views over 360 degrees, with square slices. threshold: of the brightest
    hundredth; what is above it, as one ellipse a slice, is taken for the body. Chang 1978, IEEE Trans Nucl Sci
    25:638.
    """
    return corrected_inside(volume, body=head_contour(volume, threshold=threshold), mu_per_mm=mu_per_mm)


def corrected_inside(volume: Volume, *, body: NDArray[np.generic], mu_per_mm: float) -> Volume:
    """The same for a given body: which share of each voxel [k, j, i] is tissue."""
    slices, side, _ = volume.voxels.shape
    i_mm, _, k_mm = volume.spacing
    grid = Grid(side=side, slices=slices, voxel_mm=i_mm, slice_mm=k_mm)
    tissue = torch.from_numpy(body.astype(np.float32))
    factors = chang_factors(tissue, grid=grid, angles=_ANGLES, mu_per_mm=mu_per_mm)
    return Volume(volume.voxels * factors.numpy(), volume.affine, volume.kind, volume.flags)
