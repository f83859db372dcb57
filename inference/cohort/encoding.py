"""Other legal ways to store the same image, as scanners of several makers do."""

from collections.abc import Collection
from enum import StrEnum

from pydicom.dataset import Dataset

from inference.dicom.orientation import flipped
from inference.volume import Volume


class Encoding(StrEnum):
    """One habit. The sign of the slice spacing follows from the mirrorings: an odd number makes it negative."""

    MIRRORED_I = "mirrored-i"
    MIRRORED_J = "mirrored-j"
    BASE_FIRST = "base-first"
    TOP_LEVEL_GEOMETRY = "top-level-geometry"
    NO_SPACING = "no-spacing"


_AXIS = {Encoding.MIRRORED_I: 0, Encoding.MIRRORED_J: 1, Encoding.BASE_FIRST: 2}


def stacked(volume: Volume, encodings: Collection[Encoding]) -> Volume:
    """The same image with the axes in another order of storage."""
    voxels, affine = volume.voxels, volume.affine
    for encoding, axis in _AXIS.items():
        if encoding in encodings:
            voxels, affine = flipped(voxels, affine, axis)
    return Volume(voxels, affine, volume.kind)


def phrased(ds: Dataset, encodings: Collection[Encoding]) -> None:
    """Says the geometry of an NM image in other places, or less of it.

    NO_SPACING leaves a negative spacing in: without it the slices would lie elsewhere, and no scanner does that.
    """
    if Encoding.NO_SPACING in encodings and ds.SpacingBetweenSlices > 0:
        del ds.SpacingBetweenSlices
    if Encoding.TOP_LEVEL_GEOMETRY in encodings:
        detector = ds.DetectorInformationSequence[0]
        for keyword in ("ImageOrientationPatient", "ImagePositionPatient"):
            ds[keyword] = detector[keyword]
            del detector[keyword]
