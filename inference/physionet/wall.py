"""How far a mask of the left ventricle's wall is from the ventricle that was found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from inference.heart.ventricle import LeftVentricle
from inference.physionet.nifti import Nifti
from inference.volume import Volume

_NEAR_MM = 8.0  # two voxels of the set
_AS_GOOD = 0.95


@dataclass(frozen=True)
class Agreement:
    """order: "header" if the mask lies where its header says, or else the axes that had to be reversed, e.g. "ij".

    contrast: activity in the mask over that round it. centre_mm: between the centres of mask and ventricle.
    distance_mm: mean distance of the mask's voxels from the middle of the wall that was found; near: share of them
    within 8 mm of it.
    """

    order: str
    contrast: float
    centre_mm: float
    distance_mm: float
    near: float

    def as_document(self) -> dict[str, Any]:
        return {
            key: value if isinstance(value, str) else round(value, 3) for key, value in asdict(self).items()
        }


def agreement(mask: Nifti, chest: Volume, image: Volume, ventricle: LeftVentricle) -> Agreement | None:
    """A mask compared with the ventricle found in `image`, both in the patient of `chest`; None for no mask of it.

    Converters often lose the order of the slices (a feet-first patient, a negative spacing). Where the mask holds
    less activity in the place that its header says than reversed along some axes, the reversed one is believed.
    """
    inside = mask.values > 0.5
    if not inside.any() or inside.all() or sorted(inside.shape) != sorted(chest.voxels.shape):
        return None
    by_header = _onto(inside, mask, chest)
    orders = {"header": by_header}
    for axes in product((False, True), repeat=3):
        reversed_axes = tuple(axis for axis, turned in enumerate(axes) if turned)
        name = "".join("kji"[axis] for axis in reversed(reversed_axes)) or "none"
        if inside.shape == chest.voxels.shape:
            orders[name] = np.flip(inside, reversed_axes)
    contrast = {name: _contrast(one, chest) for name, one in orders.items() if one.any()}
    best = max(contrast, key=lambda name: contrast[name])
    chosen = "header" if contrast.get("header", 0.0) >= _AS_GOOD * contrast[best] else best
    points = np.argwhere(orders[chosen])[:, ::-1] @ chest.affine[:3, :3].T + chest.affine[:3, 3]
    return _compared(points, image, ventricle, order=chosen, contrast=contrast[chosen])


def _onto(inside: NDArray[np.bool_], mask: Nifti, chest: Volume) -> NDArray[np.bool_]:
    """The mask on the grid of the image, by both headers."""
    points = np.argwhere(inside)[:, ::-1] @ mask.affine[:3, :3].T + mask.affine[:3, 3]
    inverse = np.linalg.inv(chest.affine)
    index = np.rint(points @ inverse[:3, :3].T + inverse[:3, 3]).astype(int)[:, ::-1]
    index = index[((index >= 0) & (index < chest.voxels.shape)).all(axis=1)]
    there = np.zeros(chest.voxels.shape, bool)
    there[tuple(index.T)] = True
    return there


def _contrast(inside: NDArray[np.bool_], chest: Volume) -> float:
    around = binary_dilation(inside, iterations=2) & ~inside
    return float(chest.voxels[inside].mean() / max(float(chest.voxels[around].mean()), 1e-9))


def _compared(
    points: NDArray[np.float64], image: Volume, ventricle: LeftVentricle, *, order: str, contrast: float
) -> Agreement:
    directions = image.affine[:3, :3] / np.array(image.spacing)
    apex, base = (image.affine[:3, 3] + directions @ end for end in (ventricle.apex_mm, ventricle.base_mm))
    along = (base - apex) / ventricle.length_mm
    radius = ventricle.radius_mm
    height = (points - apex) @ along
    across = np.linalg.norm(points - apex - height[:, None] * along, axis=1)
    cap = np.hypot(across, np.minimum(height - radius, 0.0))  # a half sphere closes the cylinder
    beyond = np.maximum(height - ventricle.length_mm, 0.0)
    distance = np.hypot(cap - radius, beyond)
    return Agreement(
        order=order,
        contrast=contrast,
        centre_mm=float(np.linalg.norm(points.mean(axis=0) - _centre(apex, along, ventricle))),
        distance_mm=float(distance.mean()),
        near=float((distance <= _NEAR_MM).mean()),
    )


def _centre(
    apex: NDArray[np.float64], along: NDArray[np.float64], ventricle: LeftVentricle
) -> NDArray[np.float64]:
    """Centre of area of a half sphere's shell with a cylinder: at half of the length by Archimedes' hat-box."""
    return np.asarray(apex + along * ventricle.length_mm / 2)
