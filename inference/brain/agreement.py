"""How far images of the same heads are from the CT-corrected one and from the simulated truth, head by head."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.brain.heads import Head
from inference.brain.lesions import CALLED, CLEAR, asymmetries, filled_in, lesion_places, made_up, site_places
from inference.brain.mask import brain_mask
from inference.brain.measures import (
    READ_REGIONS,
    RegionKey,
    asymmetry_index,
    binding_ratio,
    coefficient_of_variation,
    nmse,
    regional_means,
    relative_error,
    scaled_to,
)
from inference.brain.regions import SIDES, BrainRegions, fit_regions
from inference.physics.head_patient import Tracer
from inference.volume import Volume, Voxels

Floats = NDArray[np.float64]
PAIRS = tuple(dict.fromkeys(name for name, _ in READ_REGIONS))
STRIATUM = tuple((name, side) for name in ("caudate", "putamen") for side in SIDES)


@dataclass(frozen=True, eq=False)
class Against:
    """One image of one head against a reference.

    raw, scaled: error of each of READ_REGIONS in per cent, NaN where a region lies outside the image; scaled: with the
    reference's mean in the brain mask. nmse, nmse_scaled: in the mask. asymmetry: error of the index of each of PAIRS,
    in points. binding: error of the binding ratio of each of STRIATUM, in per cent of the reference's; empty unless the
    tracer is of the transporter. noise: root mean square difference in the mask, scaled, in per cent of the mean.
    """

    raw: Floats
    scaled: Floats
    nmse: float
    nmse_scaled: float
    asymmetry: Floats
    binding: Floats
    noise: float


@dataclass(frozen=True, eq=False)
class Lesions:
    """contrast: of each simulated lesion. made_up, filled_in: sites of the cortex, against the truth."""

    contrast: Floats
    made_up: int
    filled_in: int


@dataclass(frozen=True, eq=False)
class HeadMeasured:
    """One head: by image against CTAC ("ctac"), the truth ("ideal"), the scan without noise ("noise_free")
    and that with an exact CT and scatter ("exact").

    true_contrast: of each lesion in the truth. white: coefficient of variation in white matter by image, in per cent;
    a part of it is no noise. sites: places of the cortex that were compared; lesioned and clear: of them, those that
    are called a lesion in truth, and those that are clear; what lies between is not judged.
    """

    patient_id: str
    tracer: Tracer
    doubted: bool
    against: dict[str, dict[str, Against]]
    lesions: dict[str, Lesions]
    true_contrast: Floats
    white: dict[str, float]
    sites: int
    lesioned: int
    clear: int


def measure_heads(
    heads: Iterable[Head], images_of: Callable[[Head], Mapping[str, Volume]]
) -> list[HeadMeasured]:
    """images_of: the images of a head that are measured, by name, on the grid of head.images.

    Regions and mask come from the CT-corrected image alone: all images of a head share them.
    Raises BrainNotFound, and what reading and `images_of` raise.
    """
    return [measure_head(head, images_of(head)) for head in heads]


def measure_head(head: Head, images: Mapping[str, Volume]) -> HeadMeasured:
    ctac, truth = head.images["ctac"], head.truth()
    regions, mask = fit_regions(ctac, tracer=head.tracer), brain_mask(ctac)
    references = {
        "ctac": ctac.voxels,
        "ideal": truth.ideal,
        "noise_free": truth.noise_free,
        "exact": truth.exact,
    }
    seen = {name: image.voxels for name, image in images.items()}
    white = _white(regions)
    sites = site_places(ctac, regions)
    true_asymmetry = asymmetries(truth.ideal, sites)
    found = [lesion_places(ctac, regions, lesion) for lesion in head.lesions]
    lesions = [place for place in found if place is not None]

    def kept(voxels: Voxels) -> Lesions:
        here = asymmetries(voxels, sites)
        return Lesions(
            contrast=np.array([place.contrast(voxels) for place in lesions]),
            made_up=made_up(here, true_asymmetry),
            filled_in=filled_in(here, true_asymmetry),
        )

    # A transporter's striatum, not its cortex, is what may be lost.
    perfusion = head.tracer == "perfusion"
    return HeadMeasured(
        patient_id=head.patient_id,
        tracer=head.tracer,
        doubted=bool(regions.flags),
        against={
            reference: {
                name: _against(voxels, wanted, regions, mask, binding=not perfusion)
                for name, voxels in seen.items()
            }
            for reference, wanted in references.items()
        },
        lesions={name: kept(voxels) for name, voxels in seen.items()} if perfusion else {},
        true_contrast=np.array([place.contrast(truth.ideal) for place in lesions]),
        white={
            name: coefficient_of_variation(voxels, white)
            for name, voxels in {**seen, "noise_free": truth.noise_free}.items()
        },
        sites=len(sites) if perfusion else 0,
        lesioned=int((np.abs(true_asymmetry) >= CALLED).sum()) if perfusion else 0,
        clear=int((np.abs(true_asymmetry) < CLEAR).sum()) if perfusion else 0,
    )


def _against(
    voxels: Voxels, wanted: Voxels, regions: BrainRegions, mask: NDArray[np.bool_], *, binding: bool
) -> Against:
    scaled = scaled_to(voxels, wanted, mask)
    here, target = regional_means(voxels, regions), regional_means(wanted, regions)
    errors = [relative_error(here[key], target[key]) if key in here else np.nan for key in READ_REGIONS]
    gain = 1 + np.array(errors) / 100
    in_scale = 100 * (gain * float(scaled[mask].mean() / voxels[mask].mean()) - 1)
    ratios = [
        relative_error(
            binding_ratio(voxels, regions, name=name, side=side),
            binding_ratio(wanted, regions, name=name, side=side),
        )
        for name, side in (STRIATUM if binding else ())
    ]
    difference = (scaled - wanted)[mask].astype(np.float64)
    return Against(
        raw=np.array(errors),
        scaled=in_scale,
        nmse=nmse(voxels, wanted, mask),
        nmse_scaled=nmse(scaled, wanted, mask),
        asymmetry=np.array([_index(here, name) - _index(target, name) for name in PAIRS]),
        binding=np.array(ratios),
        noise=float(100 * np.sqrt((difference**2).mean()) / wanted[mask].mean()),
    )


def _index(means: Mapping[RegionKey, float], name: str) -> float:
    left, right = (means.get((name, side)) for side in SIDES)
    return np.nan if left is None or right is None else asymmetry_index(left, right)


def _white(regions: BrainRegions) -> NDArray[np.bool_]:
    """White matter of both sides without its edge, where grey matter spills in."""
    whole = regions.of("white", "left") | regions.of("white", "right")
    core = ndimage.binary_erosion(whole)
    return np.asarray(core if core.sum() > 50 else whole)
