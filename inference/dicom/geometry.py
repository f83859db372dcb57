"""Where the pixels of an image lie in the patient, from whatever places of a header say so.

Patient frame: LPS, mm. PS3.3 C.7.6.2.1.1 (orientation and position), C.8.4.15 (sign of the slice spacing).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.dicom.orientation import canonical_short_axis, canonical_transaxial, kind_of
from inference.dicom.state import SHORT_AXIS_PROGRESSIONS
from inference.dicom.values import Unreadable, number_of, numbers_of
from inference.volume import Affine, Kind, Volume, Voxels

Vector = NDArray[np.float64]
_WIDEST_MM = 1500.0  # no field of view is wider; a grid laid over it would have no end
_FAR_MM = 10_000.0  # no table is longer
_IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
_SAME_PLACE_MM = 0.05
_UNEVEN = 0.05  # of the smallest step: how much the steps between slices may differ


@dataclass(frozen=True)
class Plane:
    """One slice in the patient: row and column direction as 6 numbers, and its first pixel; None if unsaid."""

    orientation: Vector | None
    position: Vector | None

    @property
    def is_dummy(self) -> bool:
        """No orientation, or one along the axes of the patient to the last digit.

        True of transaxial slices, and of no reoriented heart.
        """
        if self.orientation is None:
            return True
        size = np.abs(self.orientation)
        return bool(np.abs(size - np.rint(size)).max() < 1e-6)

    @property
    def along(self) -> float:
        """How far the plane lies along its own normal, in mm. Raises Unreadable("geometry_missing")."""
        if self.orientation is None or self.position is None:
            raise Unreadable("geometry_missing", "A slice of this image has no position or orientation.")
        return float(self.position @ np.cross(*_directions(self.orientation)))


def plane_of(*places: Dataset) -> Plane:
    """What the most telling of the places says, the first among equals.

    An orientation along the axes of the patient, and a first pixel at the origin, are what systems write that know
    none: where another place says more, that is believed. What a place leaves out is taken from the others.
    """
    said = []
    for place in places:
        orientation = numbers_of(place, keyword="ImageOrientationPatient", count=6)
        if orientation is not None:
            said.append(Plane(orientation, numbers_of(place, keyword="ImagePositionPatient", count=3)))
    position = numbers_of(*places, keyword="ImagePositionPatient", count=3)
    if not said:
        return Plane(None, position)
    best = max(
        said, key=lambda plane: (not plane.is_dummy, plane.position is not None and plane.position.any())
    )
    return best if best.position is not None else Plane(best.orientation, position)


def slice_step(ds: Dataset) -> tuple[float, list[str]]:
    """Signed distance of the slices along the normal in mm, and the flag for one that was taken from the thickness.

    Spacing Between Slices that is absent, empty or 0 says nothing. Raises Unreadable("geometry_missing").
    """
    for keyword, flags in (("SpacingBetweenSlices", []), ("SliceThickness", ["slice_spacing_assumed"])):
        value = ds.get(keyword)
        step = 0.0 if value in (None, "") else number_of(value)
        if abs(step) >= 1e-3:
            return (abs(step) if flags else step), list(flags)
    raise Unreadable("geometry_missing", "This image does not say how far its slices lie apart.")


def pixel_spacing(ds: Dataset) -> tuple[float, float]:
    """Distance of the rows and of the columns in mm. Raises Unreadable("geometry_missing")."""
    spacing = [number_of(v) for v in ds.get("PixelSpacing") or []]
    if len(spacing) != 2 or min(spacing) <= 0:
        raise Unreadable("geometry_missing", "This image does not say how large its voxels are.")
    return spacing[0], spacing[1]


def stack_affine(
    plane: Plane, *, spacing: tuple[float, float], step: float, size: tuple[int, int, int]
) -> Affine:
    """(i, j, k, 1) -> LPS mm of the stack as stored.

    plane: of the first slice. spacing: of rows and of columns. step: signed, along the normal. size: slices, rows,
    columns. Raises Unreadable("geometry_missing"), ("header") for what no body and no table is, or ("orientation").
    """
    if abs(step) < 1e-3:
        raise Unreadable("geometry_missing", "This image does not say how far its slices lie apart.")
    slices, rows, columns = size
    if max(rows * spacing[0], columns * spacing[1]) > _WIDEST_MM or abs(step) > _WIDEST_MM:
        raise Unreadable("header", "The voxels of this image are too large for a person.")
    position = np.zeros(3) if plane.position is None else plane.position
    if np.abs(position).max() > _FAR_MM:
        raise Unreadable("header", "The first slice of this image lies farther away than any table reaches.")
    row, column = _directions(np.array(_IDENTITY) if plane.orientation is None else plane.orientation)
    affine = np.eye(4)
    affine[:3, 0] = row * spacing[1]
    affine[:3, 1] = column * spacing[0]
    affine[:3, 2] = np.cross(row, column) * step
    affine[:3, 3] = position
    return affine


def _directions(orientation: Vector) -> tuple[Vector, Vector]:
    row, column = np.clip(orientation, -2, 2).reshape(2, 3)
    lengths = [float(np.linalg.norm(row)), float(np.linalg.norm(column))]
    off = max(abs(lengths[0] - 1), abs(lengths[1] - 1), abs(float(row @ column)))
    if off > 1e-2:
        raise Unreadable("orientation", "The image orientation is not a pair of perpendicular unit vectors.")
    if off < 1e-6:
        return row, column
    # Rounded to two digits, as some systems write it: made perpendicular again, or the grid would be sheared.
    row = row / lengths[0]
    column = column - (column @ row) * row
    return row, column / np.linalg.norm(column)


def stacked(planes: Sequence[Plane]) -> tuple[list[int], float]:
    """The order of parallel slices along their normal, by their positions, and the distance between them.

    Numbers in a header may run either way or be wrong; the position along the normal cannot.
    Raises Unreadable("geometry_missing"), ("mixed_series"), ("slice_missing"), ("slice_duplicate"), ("orientation").
    """
    if len(planes) < 2:
        raise Unreadable("slice_missing", "A volume needs all of its slices, and here is one.")
    along = np.array([plane.along for plane in planes])
    orientations = np.array([plane.orientation for plane in planes], dtype=np.float64)
    positions = np.array([plane.position for plane in planes], dtype=np.float64)
    if np.abs(orientations - orientations[0]).max() > 1e-3:
        raise Unreadable("mixed_series", "The slices of this series point in different directions.")
    normal = np.cross(*_directions(orientations[0]))
    order = np.argsort(along, kind="stable")
    steps = np.diff(along[order])
    if steps.min() < 1e-3:
        raise Unreadable("slice_duplicate", "Two slices lie at the same place.")
    if np.ptp(steps) > _UNEVEN * steps.min():
        raise Unreadable("slice_missing", "Slices are missing between others, or lie unevenly.")
    step = float(steps.mean())
    sideways = positions - positions[0] - (along - along[0])[:, None] * normal
    if np.abs(sideways).max() > max(0.1 * step, 0.5):
        raise Unreadable(
            "orientation", "The slices of this series are shifted sideways, as under a tilted gantry."
        )
    return [int(n) for n in order], step


def by_place(planes: Sequence[Plane]) -> list[list[int]]:
    """Which of the planes lie at one place, from place to place along the normal. Raises Unreadable."""
    along = np.array([plane.along for plane in planes])
    order = np.argsort(along, kind="stable")
    starts = np.flatnonzero(np.diff(along[order]) > _SAME_PLACE_MM) + 1
    return [[int(n) for n in group] for group in np.split(order, starts)]


def in_time(planes: Sequence[Plane], times: Sequence[float]) -> list[list[int]]:
    """Time after time, the planes that were seen then: several volumes of the same slices in one series.

    Raises Unreadable("slice_missing") or ("slice_duplicate") if they do not have the same slices at distinct times.
    """
    groups = [sorted(group, key=lambda n: times[n]) for group in by_place(planes)]
    if len({len(group) for group in groups}) != 1:
        raise Unreadable("slice_missing", "The time slots of this image do not have the same slices.")
    if any(times[one] == times[next_] for group in groups for one, next_ in pairwise(group)):
        raise Unreadable("slice_duplicate", "Two slices lie at the same place at the same time of the beat.")
    return [list(slot) for slot in zip(*groups, strict=True)]


def placed(
    voxels: Voxels,
    *,
    affine: Affine,
    plane: Plane,
    view: str | None,
    progression: str,
    flags: Sequence[str] = (),
) -> Volume:
    """Brings a stack into canonical order by its stated geometry, or else by the display convention.

    plane: of the first slice. view: "short_axis", …, None if unsaid. progression: Slice Progression Direction, "" if
    unsaid. The affine that comes out is right-handed. Raises Unreadable, ImplausibleOrientation.
    """
    if view in ("vertical_long_axis", "horizontal_long_axis"):
        raise Unreadable("not_short_axis", "This is a long-axis series; the short-axis series is needed.")
    if view == "short_axis" and plane.is_dummy:
        return _as_displayed(voxels, affine=affine, progression=progression, flags=flags)
    if plane.orientation is None:
        raise Unreadable(
            "geometry_missing", "This image has no orientation and is not named a short-axis image."
        )
    if kind_of(affine) is Kind.TRANSAXIAL and view in (None, "transaxial"):
        return Volume(*canonical_transaxial(voxels, affine), Kind.TRANSAXIAL, tuple(flags))
    if view == "transaxial":
        raise Unreadable("orientation", "This image is named transaxial, but its slices lie obliquely.")
    apex_first = affine[:3, 2] @ np.array([-0.64, 0.64, 0.42]) > 0
    if progression in SHORT_AXIS_PROGRESSIONS and (progression == "APEX_TO_BASE") != apex_first:
        flags = [*flags, "slice_order_conflict"]
    return Volume(*canonical_short_axis(voxels, affine), Kind.SHORT_AXIS, tuple(flags))


def _as_displayed(voxels: Voxels, *, affine: Affine, progression: str, flags: Sequence[str]) -> Volume:
    """No true orientation: septum left, anterior on top, apex first unless progression or sign say else.

    The affine keeps only the spacing: directions that mean nothing must not be handed on.
    """
    row, column, along = affine[:3, :3].T
    backwards = float(np.cross(row, column) @ along) < 0
    if progression == "BASE_TO_APEX" or (progression != "APEX_TO_BASE" and backwards):
        voxels = voxels[::-1]
    spacing_only = np.diag([*np.linalg.norm(affine[:3, :3], axis=0), 1.0])
    return Volume(voxels, spacing_only, Kind.SHORT_AXIS, (*flags, "geometry_unverified"))
