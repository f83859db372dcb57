"""The uncertainty that came with an image, in the image's own units. Pure; no database."""

import io

import numpy as np
from pydicom import dcmread

from inference.dicom.read import Unreadable, read_volume
from inference.volume import Volume

UNUSABLE = "uncertainty_unusable"  # the flag of an image whose uncertainty cannot be shown


def in_units_of(data: bytes, *, image: bytes, grid: Volume) -> Volume:
    """The standard deviation in the units in which the image is read. Raises Unreadable.

    Each file may store its numbers in steps of its own; Real World Value Mapping (PS3.3 C.7.6.16.2.11) makes
    them comparable.
    """
    deviation = read_volume([data])
    same_grid = deviation.voxels.shape == grid.voxels.shape and np.allclose(
        deviation.affine, grid.affine, atol=1e-3
    )
    if not same_grid or not np.isfinite(deviation.voxels).all() or float(deviation.voxels.min()) < 0:
        raise Unreadable("header", "The uncertainty does not lie on the grid of its image.")
    voxels = deviation.voxels * (_real_world_slope(data) / _real_world_slope(image))
    return Volume(voxels, deviation.affine, deviation.kind, deviation.flags)


def _real_world_slope(data: bytes) -> float:
    header = dcmread(io.BytesIO(data), stop_before_pixels=True)
    mapping = header.get("RealWorldValueMappingSequence") or []
    slope = float(mapping[0].RealWorldValueSlope) if mapping else 1.0
    if not np.isfinite(slope) or slope <= 0:
        raise Unreadable("header", "The real-world value of a stored value is missing.")
    return slope
