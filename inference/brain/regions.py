"""Lobes, nuclei and cerebellum of one patient, left and right: a template laid over the image by an affine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.optimize import minimize

from inference.brain.mask import brain_mask, tissue_level
from inference.physics.head import Raster, activity, label_of, regions
from inference.physics.head_patient import Tracer, mean_head
from inference.volume import Affine, Kind, Volume

Side = Literal["left", "right"]
Points = NDArray[np.float64]
SIDES: tuple[Side, Side] = ("left", "right")

_SEEN = Raster(side=64, slices=40, voxel_mm=4.0)
_DRAWN = Raster(side=128, slices=80, voxel_mm=2.0)
_TEMPLATE_FWHM_MM = 12.0
# A striatum eight times as bright as the cortex must not decide alone where the head lies.
_BRIGHTEST = 2.0
# Every other voxel in each direction is enough to place a template.
_STRIDE = 2
_MARGIN_VOXELS = 3
# What one unit of the search means: shifts in mm, turns in degrees, sizes as shares.
_UNITS = np.array([6.0, 6.0, 6.0, 5.0, 5.0, 5.0, 0.05, 0.05, 0.05])
_POOR_FIT = 0.80


@dataclass(frozen=True, eq=False)
class BrainRegions:
    """Where one patient's regions lie on the grid of the image that they were fitted to.

    labels: int8 [k, j, i], numbered as `physics.head.regions` does. to_image: 4 x 4, template -> LPS mm of the image.
    fit: correlation of template and image, 1 at best; below 0.8 `flags` says "regions_doubted".
    """

    labels: NDArray[np.int8]
    to_image: Affine
    fit: float
    flags: tuple[str, ...]

    def of(self, name: str, side: Side) -> NDArray[np.bool_]:
        """bool [k, j, i]. name: one of `physics.head_shape.REGIONS`."""
        return np.asarray(self.labels == label_of(name, side))


def fit_regions(volume: Volume, *, tracer: Tracer) -> BrainRegions:
    """Lay the template over an upright image: the mask's centre and size first, then the best correlation.

    Use the corrected or the reference image of a patient, once, so that all his images share the regions.
    Raises BrainNotFound.
    """
    template = _template(tracer)
    mask = brain_mask(volume)
    points, values = _sampled(volume, mask)
    start = _from_moments(volume, mask)

    def cost(parameters: NDArray[np.float64]) -> float:
        inverse = np.linalg.inv(start @ _change(parameters * _UNITS))
        expected = template.at(points @ inverse[:3, :3].T + inverse[:3, 3])
        return -float(np.corrcoef(expected, values)[0, 1]) if expected.std() > 0 else 1.0

    found = minimize(cost, np.zeros(9), method="Powell", options={"xtol": 0.02, "ftol": 1e-5, "maxiter": 6})
    to_image = start @ _change(found.x * _UNITS)
    fit = -float(found.fun)
    return BrainRegions(
        labels=_labels(volume, to_image),
        to_image=to_image,
        fit=fit,
        flags=("regions_doubted",) if fit < _POOR_FIT else (),
    )


def points_of(volume: Volume) -> Points:
    """LPS mm of every voxel centre, [k, j, i, 3]."""
    k, j, i = np.indices(volume.voxels.shape)
    return np.asarray(np.stack([i, j, k], axis=-1) @ volume.affine[:3, :3].T + volume.affine[:3, 3])


def _sampled(volume: Volume, mask: NDArray[np.bool_]) -> tuple[Points, NDArray[np.float32]]:
    """Some points in and round the brain, and what is seen there, in units of ordinary tissue."""
    near = ndimage.binary_dilation(mask, iterations=_MARGIN_VOXELS)
    thin = (slice(None, None, _STRIDE),) * 3
    seen = np.minimum(volume.voxels / np.float32(tissue_level(volume)), np.float32(_BRIGHTEST))
    return points_of(volume)[thin][near[thin]], seen[thin][near[thin]]


def _from_moments(volume: Volume, mask: NDArray[np.bool_]) -> Affine:
    """Template -> image: the same centre and width; no turn."""
    middle, spread = _moments(points_of(volume)[mask])
    template_middle, template_spread = _template_moments()
    start = np.eye(4)
    # Not along z, where a threshold takes more or less of the neck.
    start[:3, :3] *= np.sqrt(np.prod(spread[:2] / template_spread[:2]))
    start[:3, 3] = middle - start[:3, :3] @ template_middle
    return start


def _moments(points: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return points.mean(axis=0), points.std(axis=0)


def _change(parameters: NDArray[np.float64]) -> Affine:
    """3 shifts in mm, 3 turns in degrees about x, y, z, and 3 shares of growth -> 4 x 4 within the template."""
    about_x, about_y, about_z = np.radians(parameters[3:6])
    c, s = np.cos, np.sin
    turn = (
        np.array([[c(about_z), -s(about_z), 0], [s(about_z), c(about_z), 0], [0, 0, 1]])
        @ np.array([[c(about_y), 0, s(about_y)], [0, 1, 0], [-s(about_y), 0, c(about_y)]])
        @ np.array([[1, 0, 0], [0, c(about_x), -s(about_x)], [0, s(about_x), c(about_x)]])
    )
    matrix = np.eye(4)
    matrix[:3, :3] = turn @ np.diag(1 + parameters[6:9])
    matrix[:3, 3] = parameters[:3]
    return matrix


def _labels(volume: Volume, to_image: Affine) -> NDArray[np.int8]:
    """The template's region nearest to each voxel."""
    drawn = _drawn()
    inverse = np.linalg.inv(drawn.affine) @ np.linalg.inv(to_image)
    index = points_of(volume) @ inverse[:3, :3].T + inverse[:3, 3]
    nearest = ndimage.map_coordinates(drawn.voxels, np.moveaxis(index[..., ::-1], -1, 0), order=0)
    return np.asarray(nearest.astype(np.int8))


@cache
def _template(tracer: Tracer) -> Volume:
    """The mean head as a camera shows it, in units of its own ordinary tissue."""
    sigma = _TEMPLATE_FWHM_MM / 2.3548 / _SEEN.voxel_mm
    image = _in_template(ndimage.gaussian_filter(activity(mean_head(tracer), _SEEN), sigma), _SEEN)
    scaled = np.minimum(image.voxels / np.float32(tissue_level(image)), np.float32(_BRIGHTEST))
    return Volume(scaled, image.affine, image.kind)


@cache
def _template_moments() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    image = _template("perfusion")
    return _moments(points_of(image)[brain_mask(image)])


@cache
def _drawn() -> Volume:
    return _in_template(regions(mean_head("perfusion"), _DRAWN).astype(np.float32), _DRAWN)


def _in_template(voxels: NDArray[np.float32], raster: Raster) -> Volume:
    """The mean head lies a little off the middle of its field: its affine leads to the template's own frame."""
    affine = np.diag([raster.voxel_mm] * 3 + [1.0])
    middle = (np.array([raster.side, raster.side, raster.slices]) - 1) / 2 * raster.voxel_mm
    affine[:3, 3] = -middle - mean_head("perfusion").pose.shift_mm
    return Volume(voxels, affine, Kind.TRANSAXIAL)
