"""Projections and an attenuation map -> a corrected transaxial image: what a SPECT/CT's own software does."""

from __future__ import annotations

import math

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from inference.dicom.projections import Projections
from inference.physics.camera import Camera
from inference.physics.projector import CollimatorProjector, Grid, blur, to_columns, to_volumes
from inference.physics.reconstruction import osem
from inference.volume import Kind, Volume

ITERATIONS, SUBSETS = 4, 8
POST_FILTER_MM = 7.0
# Scatter in the photopeak over counts in the lower window, and the smoothing that takes the noise out of the latter
# (Jaszczak 1984, J Nucl Med 25:893; scatter varies slowly).
SCATTER_RATIO = 0.5
SCATTER_SMOOTHING_MM = 40.0
_FWHM_PER_SIGMA = math.sqrt(8 * math.log(2))


def corrected(projections: Projections, attenuation: Volume) -> Volume:
    """OSEM, 4 iterations of 8 subsets, that models tissue, collimator and (if its window was recorded) scatter.

    attenuation: in 1/mm, anywhere in the same frame of reference; where it does not reach there is air. The
    collimator is taken to be a low-energy high-resolution one: files do not say. Transaxial, in counts per mm.
    """
    views, bins, slices = projections.counts.shape
    grid = Grid(side=bins, slices=slices, voxel_mm=projections.bin_mm, slice_mm=projections.slice_mm)
    affine = _affine(projections)
    tissue = torch.from_numpy(attenuation.resample(affine, (slices, bins, bins)).voxels)
    angles = [math.radians(angle) for angle in projections.angles_deg]
    model = CollimatorProjector(grid, angles, camera=Camera(radius_mm=projections.radius_mm))
    image = osem(
        model.attenuated(to_columns(tissue[None])),
        torch.from_numpy(projections.counts),
        iterations=ITERATIONS,
        subsets=min(SUBSETS, views),
        additive=_scatter(projections),
    )
    voxel = (grid.slice_mm, grid.voxel_mm, grid.voxel_mm)
    smooth = blur(to_volumes(image / grid.voxel_mm, grid), fwhm_mm=POST_FILTER_MM, voxel_mm=voxel)
    return Volume(smooth[0].numpy(), affine, Kind.TRANSAXIAL)


def _scatter(projections: Projections) -> torch.Tensor | None:
    """What of the photopeak's counts is scatter, from a smoothed lower window."""
    if projections.scatter is None:
        return None
    sigma = SCATTER_SMOOTHING_MM / _FWHM_PER_SIGMA
    widths = (0, sigma / projections.bin_mm, sigma / projections.slice_mm)
    smooth = gaussian_filter(projections.scatter, widths, mode="nearest")
    return torch.from_numpy(SCATTER_RATIO * smooth)


def _affine(projections: Projections) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The grid round the axis of rotation that the projections see."""
    _, bins, slices = projections.counts.shape
    step = np.array([projections.bin_mm, projections.bin_mm, projections.slice_mm])
    affine = np.diag([*step, 1.0])
    affine[:3, 3] = np.array(projections.centre_mm) - step * (np.array([bins, bins, slices]) - 1) / 2
    return affine
