"""A short-axis grid as it lies in a patient, and the same image stored in other orders."""

import numpy as np

from inference.dicom.orientation import flipped
from inference.volume import Affine, Kind, Volume


def short_axis_affine(shape: tuple[int, int, int], *, spacing: tuple[float, float, float]) -> Affine:
    """A heart at azimuth 45, elevation 25 degrees; shape [k, j, i], spacing along i, j, k."""
    azimuth, elevation = np.radians((45.0, 25.0))
    base_to_apex = np.array(
        [np.cos(elevation) * np.sin(azimuth), -np.cos(elevation) * np.cos(azimuth), -np.sin(elevation)]
    )
    anterior = np.array([0.0, 0.0, 1.0]) - base_to_apex[2] * base_to_apex
    anterior /= np.linalg.norm(anterior)
    lateral = np.cross(anterior, base_to_apex)
    affine = np.eye(4)
    affine[:3, :3] = np.stack([lateral, -anterior, -base_to_apex], axis=1) * spacing
    middle = (np.array(shape[::-1]) - 1) / 2
    affine[:3, 3] = np.array([40.0, -30.0, 5.0]) - affine[:3, :3] @ middle
    return affine


def lopsided(shape: tuple[int, int, int] = (10, 12, 14)) -> Volume:
    """Noise: no two orders of it are alike."""
    voxels = np.random.default_rng(1).integers(0, 32_000, shape).astype(np.float32)
    voxels[0, 0, 0] = 32_000
    return Volume(voxels, short_axis_affine(shape, spacing=(3.0, 3.5, 4.0)), Kind.SHORT_AXIS)


def stored_as(volume: Volume, *, mirror: str = "", transposed: bool = False) -> Volume:
    """The same image with the axes named in `mirror` ("ijk") reversed, or rows and columns swapped."""
    voxels, affine = volume.voxels, volume.affine
    for axis in mirror:
        voxels, affine = flipped(voxels, affine, "ijk".index(axis))
    if transposed:
        voxels, affine = voxels.transpose(0, 2, 1), affine[:, [1, 0, 2, 3]]
    return Volume(voxels, affine, volume.kind)


MIRRORS = ["", "i", "j", "k", "ij", "ik", "jk", "ijk"]
