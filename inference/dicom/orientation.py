"""Any legal order of a short-axis stack -> the one canonical order, by the geometry in the header.

Patient frame: LPS. Rules: PS3.3 C.7.6.2.1.1 (orientation), C.8.4.15 (sign of the slice spacing).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.volume import Affine, Kind, Voxels

# A usual heart: from apex to base is right, posterior and up; the lateral wall faces left and posterior.
_TO_BASE = np.array([-0.64, 0.64, 0.42])
_TO_LATERAL = np.array([0.71, 0.71, 0.0])
_AXIS_TOLERANCE_DEGREES = 60.0


class ImplausibleOrientation(ValueError):
    """The directions in the header cannot be those of a short-axis image of a heart in its usual place."""


def kind_of(affine: Affine) -> Kind | None:
    """Slices stacked along the patient: transaxial; along a usual heart: short axis; else None."""
    normal = affine[:3, 2] / np.linalg.norm(affine[:3, 2])
    if abs(normal[2]) > 0.9:
        return Kind.TRANSAXIAL
    usual = _TO_BASE / np.linalg.norm(_TO_BASE)
    angle = np.degrees(np.arccos(np.clip(abs(normal @ usual), 0, 1)))
    return Kind.SHORT_AXIS if angle < _AXIS_TOLERANCE_DEGREES else None


def canonical_short_axis(voxels: Voxels, affine: Affine) -> tuple[Voxels, Affine]:
    """The same image with k apex -> base, j anterior -> inferior, i septal -> lateral.

    Slices must be the first array axis. In plane, the axis that runs more along the patient is taken as
    anterior-inferior.
    Raises ImplausibleOrientation if the result would be a mirrored patient, which no true header describes.
    """
    if kind_of(affine) is not Kind.SHORT_AXIS:
        raise ImplausibleOrientation("the slices do not lie across the long axis of a heart")
    if abs(affine[2, 0] / np.linalg.norm(affine[:3, 0])) > abs(affine[2, 1] / np.linalg.norm(affine[:3, 1])):
        voxels, affine = voxels.transpose(0, 2, 1), affine[:, [1, 0, 2, 3]]
    wanted = (_TO_LATERAL, np.array([0.0, 0.0, -1.0]), _TO_BASE)
    for axis, direction in enumerate(wanted):
        if affine[:3, axis] @ direction < 0:
            voxels, affine = flipped(voxels, affine, axis)
    if np.linalg.det(affine[:3, :3]) <= 0:
        raise ImplausibleOrientation("the directions in the header describe a mirrored patient")
    return voxels, affine


def canonical_transaxial(voxels: Voxels, affine: Affine) -> tuple[Voxels, Affine]:
    """The same image with k inferior -> superior, j anterior -> posterior, i right -> left, as near as it lies.

    Slices must be the first array axis and lie across the body. In plane, the axis that runs more from side to side
    is taken as right-left. The result is right-handed whatever the order was: any two flips and a swap keep the
    patient, who is not mirrored by being stored so.
    """
    if abs(affine[0, 0] / np.linalg.norm(affine[:3, 0])) < abs(affine[0, 1] / np.linalg.norm(affine[:3, 1])):
        voxels, affine = voxels.transpose(0, 2, 1), affine[:, [1, 0, 2, 3]]
    for axis in range(3):
        if affine[axis, axis] < 0:
            voxels, affine = flipped(voxels, affine, axis)
    return voxels, affine


def flipped(voxels: Voxels, affine: Affine, axis: int) -> tuple[Voxels, Affine]:
    """The same image stored the other way round along affine column `axis` (0 = i, 1 = j, 2 = k)."""
    array_axis = 2 - axis
    last = voxels.shape[array_axis] - 1
    turned: NDArray[np.float64] = affine.copy()
    turned[:3, 3] = affine[:3, 3] + last * affine[:3, axis]
    turned[:3, axis] = -affine[:3, axis]
    return np.flip(voxels, array_axis), turned
