"""Any legal order of a transaxial stack -> the one order that the brain is measured in."""

from __future__ import annotations

import numpy as np

from inference.volume import Kind, Volume

_LARGEST_TILT_DEGREES = 30.0


class NotUpright(ValueError):
    """This is no transaxial image of a head. One sentence."""


def upright(volume: Volume) -> Volume:
    """The same voxels with i to the patient's left, j to the back and k to the top of the head.

    Axes are swapped and turned round, nothing is interpolated. Raises NotUpright for another kind of image and for
    axes more than 30 degrees away from the patient's.
    """
    if volume.kind is not Kind.TRANSAXIAL:
        raise NotUpright("This is not a transaxial image; a brain is measured in transaxial slices.")
    directions = volume.affine[:3, :3] / volume.spacing
    order = np.argmax(np.abs(directions), axis=1)
    steepest = np.abs(directions[np.arange(3), order])
    if sorted(order) != [0, 1, 2] or steepest.min() < np.cos(np.radians(_LARGEST_TILT_DEGREES)):
        raise NotUpright("The slices of this image lie obliquely in the patient; give transaxial slices.")
    voxels = volume.voxels.transpose([2 - order[axis] for axis in (2, 1, 0)])
    affine = volume.affine[:, [*order, 3]]
    for axis in range(3):
        if affine[axis, axis] < 0:
            affine = affine.copy()
            affine[:3, 3] += (voxels.shape[2 - axis] - 1) * affine[:3, axis]
            affine[:3, axis] *= -1
            voxels = np.flip(voxels, 2 - axis)
    return Volume(voxels, affine, volume.kind, volume.flags)
