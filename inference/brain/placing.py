"""Heads as the networks of the brain see them: one upright grid, one scale, and what is no head at all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.brain.contour import head_contour
from inference.brain.orientation import NotUpright, upright
from inference.dicom.read import Header
from inference.translation import refusals
from inference.translation.task import Line, NotTranslatable, Placed
from inference.volume import Kind, Volume

SHAPE = (40, 64, 64)  # k to the top, j to the back, i to the left
SPACING_MM = 4.0
# What one unit of a coordinate means.
_HALF_HEAD_MM = 80.0
_DEEP_MM = 20.0
_SPACINGS_MM = (1.5, 7.0)
# A head across, from the youngest adult to one whose outline a wide filter has widened.
_HEAD_MM = (110.0, 260.0)


def refusal(header: Header | None, volume: Volume) -> str | None:
    """Why this is no transaxial SPECT of a head, whatever its correction; None if it may be one."""
    if volume.kind is not Kind.TRANSAXIAL:
        return refusals.NOT_TRANSAXIAL
    least, most = _SPACINGS_MM
    of_the_voxels = refusals.of_the_voxels(volume, least_mm=least, most_mm=most)
    if header is None:
        return of_the_voxels
    return refusals.of_another_organ(header, organ="brain") or of_the_voxels


def place_head(volume: Volume, *, first: Callable[[Volume], Volume] | None = None) -> Placed:
    """The head on the grid, its field's middle in the middle; scale: the median deep inside it.

    Not the maximum: striatum and salivary glands can be hotter than any brain. first: what is done to the image on
    the grid before the network sees it. Raises NotTranslatable, and what `first` raises.
    """
    try:
        image = on_grid(upright(volume))
    except NotUpright as problem:
        raise NotTranslatable(str(problem)) from problem
    contour = head_contour(image)
    _require_head(contour)
    image = first(image) if first else image
    deep = contour & (ndimage.distance_transform_edt(contour, sampling=SPACING_MM) > _DEEP_MM)
    scale = float(np.median(image.voxels[deep])) if deep.any() else 0.0
    if scale <= 0:
        raise NotTranslatable(
            "There is no activity deep in this head; give an image of one with a tracer in it."
        )
    return Placed(image=image, scale=scale, coordinates=_coordinates(contour))


def on_grid(image: Volume) -> Volume:
    """An upright image on 4 mm voxels along the patient's axes; the same voxels if it already lies so."""
    affine = np.diag([SPACING_MM] * 3 + [1.0])
    middle = image.affine @ [*_middle(image.voxels.shape), 1.0]
    affine[:3, 3] = middle[:3] - SPACING_MM * _middle(SHAPE)
    if image.voxels.shape == SHAPE and np.allclose(image.affine, affine, atol=1e-4):
        return image
    return image.resample(affine, SHAPE)


def _require_head(contour: NDArray[np.bool_]) -> None:
    widest = contour[np.argmax(contour.sum(axis=(1, 2)))]
    across = (
        [float(np.ptp(np.flatnonzero(widest.any(axis=axis))) + 1) * SPACING_MM for axis in (0, 1)]
        if widest.any()
        else [0.0]
    )
    if not all(_HEAD_MM[0] <= length <= _HEAD_MM[1] for length in across):
        sizes = " x ".join(f"{length:.0f}" for length in across)
        raise NotTranslatable(f"What is bright in this image measures {sizes} mm across, which is no head.")


def _coordinates(contour: NDArray[np.bool_]) -> tuple[Line, Line, Line]:
    """Along k, j and i from the middle of the head's outline, in units of half a head."""
    centre = np.argwhere(contour).mean(axis=0)
    k, j, i = (
        ((np.arange(count) - middle) * SPACING_MM / _HALF_HEAD_MM).astype(np.float32)
        for count, middle in zip(contour.shape, centre, strict=True)
    )
    return k, j, i


def _middle(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Index (i, j, k) of the middle of an array [k, j, i]."""
    return (np.array(shape[::-1], dtype=np.float64) - 1) / 2
