"""The brain that a reader sees: the same grid, type and scale for every source, and nothing else in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.brain.mask import brain_mask
from inference.brain.orientation import upright
from inference.brain.regions import SIDES, BrainRegions, Side, fit_regions
from inference.physics.head_patient import Tracer
from inference.volume import Affine, Volume, Voxels

SHAPE = (80, 112, 96)
SPACING_MM = 2.0
FULL_SCALE = 40_000
ROBUST_QUANTILE = 0.995
# What is read, in its order, and of which regions of the template it is made.
_READ = {
    "frontal": ("frontal",),
    "parietal": ("parietal",),
    "temporal": ("temporal",),
    "occipital": ("occipital",),
    "striatum": ("caudate", "putamen"),
    "cerebellum": ("cerebellum",),
}
REGIONS = tuple(f"{name}_{side}" for name in _READ for side in SIDES)
# The template is laid over voxels of this size whatever the camera's are: finer ones would only take longer.
_FITTED_MM, _FITTED_SHAPE = 4.0, (40, 56, 48)
_CUT_OFF_MM2 = 500.0


@dataclass(frozen=True, eq=False)
class Brain:
    """A brain that was found. image: upright; centre_mm: LPS, of its mask; robust_max: of the counts in the mask.

    flags: those of the image, and "brain_cut_off" where the brain reaches an edge of the image.
    """

    image: Volume
    centre_mm: NDArray[np.float64]
    robust_max: float
    flags: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Neutral:
    """voxels: uint16 [80, 112, 96] (k, j, i) at 2 mm; FULL_SCALE is 100 % of the brain's robust maximum.

    i runs from the patient's right to his left, j from front to back, k from the neck to the top; the axes are the
    patient's own, however the slices lay.
    """

    voxels: NDArray[np.uint16]

    def to_bytes(self) -> bytes:
        """1,720,320 bytes, little endian, i fastest."""
        return self.voxels.astype("<u2").tobytes()


@dataclass(frozen=True, eq=False)
class RegionValues:
    """percent: mean of each of REGIONS in % of the robust maximum. flags: "regions_doubted", "region_outside"."""

    percent: tuple[float, ...]
    flags: tuple[str, ...]


def find_brain(volume: Volume) -> Brain:
    """The brain of a transaxial image. Raises NotUpright, BrainNotFound."""
    image = upright(volume)
    mask = brain_mask(image)
    k, j, i = np.argwhere(mask).mean(axis=0)
    return Brain(
        image=image,
        centre_mm=(image.affine @ [i, j, k, 1.0])[:3],
        robust_max=float(np.quantile(image.voxels[mask], ROBUST_QUANTILE)),
        flags=(*image.flags, *(("brain_cut_off",) if _touches_edge(mask, image) else ())),
    )


def neutral_volume(brain: Brain) -> Neutral:
    """The brain on the neutral grid: the centre of its mask in the middle, the axes those of the patient."""
    sampled = _around(brain, spacing_mm=SPACING_MM, shape=SHAPE)
    scaled = np.clip(np.rint(sampled.voxels * (FULL_SCALE / brain.robust_max)), 0, 65_535)
    return Neutral(scaled.astype("<u2"))


def region_values(brain: Brain, *, tracer: Tracer, of: Volume | None = None) -> RegionValues:
    """The mean of each region, by a template that is laid over the brain. Raises BrainNotFound.

    of: another upright image on the same grid whose means are asked for, such as the uncertainty; None: the brain's
    own. A region of which the image holds less than half has 0, with the flag "region_outside".
    """
    image = _around(brain, spacing_mm=_FITTED_MM, shape=_FITTED_SHAPE)
    regions = fit_regions(image, tracer=tracer)
    covered = _covered(brain, image)
    if of is not None:
        image = of.resample(image.affine, _FITTED_SHAPE)
    means = [
        _mean(image.voxels, regions, covered, name, side) / brain.robust_max
        for name in _READ
        for side in SIDES
    ]
    outside = ("region_outside",) if any(np.isnan(means)) else ()
    percent = tuple(0.0 if np.isnan(mean) else round(100 * mean, 3) for mean in means)
    return RegionValues(percent, (*regions.flags, *outside))


def _mean(voxels: Voxels, regions: BrainRegions, covered: NDArray[np.bool_], name: str, side: Side) -> float:
    """Of the part that the camera saw; NaN if it saw less than half."""
    mask = np.logical_or.reduce([regions.of(part, side) for part in _READ[name]])
    seen = mask & covered
    return float(voxels[seen].mean()) if 2 * seen.sum() > mask.sum() else float("nan")


def _covered(brain: Brain, image: Volume) -> NDArray[np.bool_]:
    """Which voxels of another grid lie within the brain's image as it came."""
    everywhere = Volume(np.ones_like(brain.image.voxels), brain.image.affine, brain.image.kind)
    return np.asarray(everywhere.resample(image.affine, _FITTED_SHAPE).voxels > 0.99)


def _around(brain: Brain, *, spacing_mm: float, shape: tuple[int, int, int]) -> Volume:
    affine: Affine = np.diag([spacing_mm] * 3 + [1.0])
    affine[:3, 3] = brain.centre_mm - spacing_mm * (np.array(shape[::-1]) - 1) / 2
    return brain.image.resample(affine, shape)


def _touches_edge(mask: NDArray[np.bool_], image: Volume) -> bool:
    """Whether more than 5 cm2 of the brain lie in an outermost plane; the neck always leaves a little."""
    spacing = image.spacing[::-1]
    for axis in range(3):
        pixel_mm2 = float(np.prod(spacing) / spacing[axis])
        first, last = (np.take(mask, index, axis=axis).sum() * pixel_mm2 for index in (0, -1))
        if max(first, last) > _CUT_OFF_MM2:
            return True
    return False
