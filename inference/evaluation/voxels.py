"""Likeness of an image to PET, voxel by voxel, inside the heart: NMAE, PSNR and three-dimensional SSIM."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects, map_coordinates, uniform_filter

from inference.heart.ventricle import LeftVentricle
from inference.volume import Volume, Voxels

METRICS = ("nmae", "psnr", "ssim")
_WALL_REACH_MM = 12.0  # from the middle of the wall outwards: half a wall, and what blur adds
_WINDOW = 7
_FULL = 100.0


def likeness(
    image: Volume, found: LeftVentricle, *, scanner: Volume, pet: Volume, pet_found: LeftVentricle
) -> dict[str, float]:
    """Each image in per cent of its own robust maximum of the wall, compared where PET's ventricle lies.

    scanner: the volume whose coordinates `image` has and whose voxels correspond to PET's, distance from the middle
    for distance; for an image made from SPECT that is the SPECT. nmae: mean |image - PET| in per cent of PET's
    maximum; psnr: dB for a peak of 100 %; ssim: mean over the heart (Wang 2004, IEEE Trans Image Process 13:600;
    cubes of 7 voxels, range 100 %).
    """
    mask = heart_mask(pet, pet_found)
    box = find_objects(mask.astype(np.uint8))[0]
    wide = tuple(
        slice(max(0, side.start - _WINDOW), side.stop + _WINDOW) for side in box
    )  # so that SSIM's windows see what is around the heart
    ours = on_grid_of(image, scanner=scanner, pet=pet)[wide] * np.float32(_FULL / found.robust_max)
    theirs = pet.voxels[wide] * np.float32(_FULL / pet_found.robust_max)
    inside = mask[wide]
    error = (ours - theirs)[inside].astype(np.float64)
    return {
        "nmae": float(np.abs(error).mean()),
        "psnr": float(20 * np.log10(_FULL / max(np.sqrt((error**2).mean()), 1e-6))),
        "ssim": float(structural_similarity(ours, theirs)[inside].mean()),
    }


def heart_mask(volume: Volume, found: LeftVentricle) -> NDArray[np.bool_]:
    """[k, j, i]: the ventricle with its cavity, from outside of the apex to the base."""
    k, j, i = np.meshgrid(*(np.arange(n) for n in volume.voxels.shape), indexing="ij", sparse=True)
    x, y, z = (n * step for n, step in zip((i, j, k), volume.spacing, strict=True))
    along = (found.base_mm - found.apex_mm) / found.length_mm
    from_apex = [at - start for at, start in zip((x, y, z), found.apex_mm, strict=True)]
    height = sum(part * step for part, step in zip(from_apex, along, strict=True))
    off = np.sqrt(np.maximum(sum(part**2 for part in from_apex) - height**2, 0))
    return np.asarray(
        (off <= found.radius_mm + _WALL_REACH_MM) & (height >= -_WALL_REACH_MM) & (height <= found.length_mm)
    )


def on_grid_of(image: Volume, *, scanner: Volume, pet: Volume) -> Voxels:
    """The image on the voxels of `pet`; 0 where it ends."""
    to_scanner = np.eye(4)
    for axis, (step, own) in enumerate(zip(pet.spacing, scanner.spacing, strict=True)):
        middles = [(volume.voxels.shape[2 - axis] - 1) / 2 for volume in (pet, scanner)]
        to_scanner[axis, axis] = step / own
        to_scanner[axis, 3] = middles[1] - middles[0] * step / own
    to_image = np.linalg.inv(image.affine) @ scanner.affine @ to_scanner
    k, j, i = np.meshgrid(
        *(np.arange(n, dtype=np.float64) for n in pet.voxels.shape), indexing="ij", sparse=True
    )
    index = [row[0] * i + row[1] * j + row[2] * k + row[3] for row in to_image[[2, 1, 0]]]
    return np.asarray(
        map_coordinates(
            image.voxels, np.stack(index), output=np.float32, order=1, mode="grid-constant", cval=0.0
        )
    )


def structural_similarity(image: Voxels, reference: Voxels) -> Voxels:
    """SSIM at each voxel, range 100, unbiased variances."""
    x, y = image.astype(np.float64), reference.astype(np.float64)
    mean_x, mean_y = uniform_filter(x, _WINDOW), uniform_filter(y, _WINDOW)
    unbiased = _WINDOW**3 / (_WINDOW**3 - 1)
    xx, yy, xy = (
        unbiased * (uniform_filter(a * b, _WINDOW) - ma * mb)
        for a, b, ma, mb in ((x, x, mean_x, mean_x), (y, y, mean_y, mean_y), (x, y, mean_x, mean_y))
    )
    c1, c2 = (0.01 * _FULL) ** 2, (0.03 * _FULL) ** 2
    return np.asarray(
        (2 * mean_x * mean_y + c1) * (2 * xy + c2) / ((mean_x**2 + mean_y**2 + c1) * (xx + yy + c2)),
        np.float32,
    )


def mean_likeness(each: Mapping[str, list[dict[str, float]]]) -> dict[str, dict[str, dict[str, float]]]:
    """{kind: one dict a patient} -> {kind: {metric: {"mean", "sd"}}}."""
    return {
        kind: {
            metric: {
                "mean": float(np.mean([one[metric] for one in found])),
                "sd": float(np.std([one[metric] for one in found], ddof=1)) if len(found) > 1 else 0.0,
            }
            for metric in METRICS
        }
        for kind, found in each.items()
    }
