"""Projections as a cine: view after view round the patient, whatever the number of detectors, windows and time slots.

For eyes, which look for motion, hot gut and extravasation; what is to be reconstructed is read by `projections`.
Readers are shown `neutral_views`, in which no camera's matrix, zoom or scale is left. The number of views stays, and
none is made of others: a view between two views would hide the jump that the reader looks for.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.dicom.values import (
    HEADER_ERRORS,
    Unreadable,
    frames_of,
    number_of,
    parsed,
    scaled_pixels,
    texts_of,
    vector_of,
)

VIEW_SHAPE = (64, 64)  # rows, columns
VIEW_PIXEL_MM = 6.4
FULL_SCALE = 40_000
_FEWEST_VIEWS, _MOST_VIEWS = 8, 360
_ROBUST_QUANTILE = 0.995  # of all pixels: what is hot and small (gall, a vein) is brighter


@dataclass(frozen=True, eq=False)
class Cine:
    """counts: float32 [view, row, column], as the camera shows the patient, superior row first.

    angles_deg: of each view, rising, PS3.3 C.8.4.12 (0 at the back, 90 at the left side; above 360 where the orbit goes
    on past the back); None if the file does not say, and the views are in the order of their numbers.
    pixel_mm: distance of the rows and of the columns.
    """

    counts: NDArray[np.float32]
    angles_deg: tuple[float, ...] | None
    pixel_mm: tuple[float, float]


def read_cine(data: bytes) -> Cine:
    """The views of an NM TOMO or GATED TOMO file: the first energy window, time slots added up. Raises Unreadable."""
    ds = parsed(data, pixels=True)
    try:
        return _cine(ds)
    except HEADER_ERRORS as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(
            "header", "The header of these projections is incomplete or contradictory."
        ) from error


def neutral_views(cine: Cine) -> NDArray[np.uint16]:
    """[view, row, column]: VIEW_SHAPE pixels of VIEW_PIXEL_MM round the middle of the field, 0 outside of it.

    FULL_SCALE is the robust maximum of the whole series. Raises Unreadable: "views" if they are too few or too many,
    "no_counts" if they are empty.
    """
    views, rows, columns = cine.counts.shape
    if not _FEWEST_VIEWS <= views <= _MOST_VIEWS:
        raise Unreadable("views", f"A cine needs {_FEWEST_VIEWS} to {_MOST_VIEWS} views, not {views}.")
    down = _resampling(rows, cine.pixel_mm[0], VIEW_SHAPE[0])
    across = _resampling(columns, cine.pixel_mm[1], VIEW_SHAPE[1])
    resampled = np.clip(down @ cine.counts @ across.T, 0, None)
    highest = float(np.quantile(resampled, _ROBUST_QUANTILE))
    if not np.isfinite(highest) or highest <= 0:
        raise Unreadable("no_counts", "These projections hold no counts.")
    return np.clip(np.rint(resampled * (FULL_SCALE / highest)), 0, 65_535).astype("<u2")


def _resampling(pixels: int, pixel_mm: float, wanted: int) -> NDArray[np.float64]:
    """[wanted, pixels]: of small pixels a mean over the new one, between large ones the line that joins them."""
    width = max(pixel_mm, VIEW_PIXEL_MM)
    beyond = int(np.ceil((wanted * VIEW_PIXEL_MM / 2 + width) / pixel_mm))  # the field goes on there, empty
    old = (np.arange(-beyond, pixels + beyond) - (pixels - 1) / 2) * pixel_mm
    new = (np.arange(wanted) - (wanted - 1) / 2) * VIEW_PIXEL_MM
    weights = np.clip(1 - np.abs(new[:, None] - old[None, :]) / width, 0, None)
    weights /= weights.sum(axis=1, keepdims=True)
    return np.asarray(weights[:, beyond : beyond + pixels])


def _cine(ds: Dataset) -> Cine:
    image_type = texts_of(ds, "ImageType")
    if not {"TOMO", "GATED TOMO"} & set(image_type) or "TRANSMISSION" in image_type:
        raise Unreadable("not_projections", "This is not an NM file of projections (TOMO, EMISSION).")
    frames = frames_of(ds)
    pixels = scaled_pixels(ds).reshape(frames, int(ds.Rows), int(ds.Columns))
    window, detector, rotation, view = (
        _numbers(ds, keyword, frames)
        for keyword in ("EnergyWindowVector", "DetectorVector", "RotationVector", "AngularViewVector")
    )
    if not vector_of(ds, "AngularViewVector"):
        view = list(range(1, frames + 1))
    places: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for frame in range(frames):
        if window[frame] == min(window):
            places[rotation[frame], detector[frame], view[frame]].append(frame)
    if len({len(own) for own in places.values()}) != 1:
        raise Unreadable("slice_missing", "The views of these projections do not have the same time slots.")
    order, angles = _round(ds, sorted(places))
    spacing = [number_of(value) for value in ds.get("PixelSpacing") or []]
    if len(spacing) != 2 or min(spacing) <= 0:
        raise Unreadable("geometry_missing", "These projections do not say how large their pixels are.")
    return Cine(
        counts=np.stack([pixels[places[place]].sum(axis=0) for place in order]).astype(np.float32),
        angles_deg=angles,
        pixel_mm=(spacing[0], spacing[1]),
    )


def _round(
    ds: Dataset, places: list[tuple[int, int, int]]
) -> tuple[list[tuple[int, int, int]], tuple[float, ...] | None]:
    """Views in the order of their angles, whichever detector saw them, from the end of the part that none saw."""
    angles = {place: angle for place in places if (angle := _angle(ds, *place)) is not None}
    if len(angles) != len(places) or len(set(angles.values())) != len(places):
        return places, None
    order = sorted(places, key=lambda place: angles[place])
    rising = np.array([angles[place] for place in order])
    gaps = np.diff(rising, prepend=rising[-1] - 360)
    start = int(gaps.argmax()) if gaps.max() > gaps[0] + 1e-6 else 0
    rising[:start] += 360
    return order[start:] + order[:start], tuple(float(angle) for angle in np.roll(rising, -start))


def _numbers(ds: Dataset, keyword: str, frames: int) -> list[int]:
    """The vector, or 1 for each frame."""
    numbers = vector_of(ds, keyword) or [1] * frames
    if len(numbers) != frames:
        raise Unreadable(
            "header", "The header of these projections numbers more or fewer frames than there are."
        )
    return numbers


def _angle(ds: Dataset, rotation: int, detector: int, view: int) -> float | None:
    """Of one view: where its detector began, and how far it has turned; None if the file does not say."""
    rotations = list(ds.get("RotationInformationSequence") or [])
    detectors = list(ds.get("DetectorInformationSequence") or [])
    if not 1 <= rotation <= len(rotations):
        return None
    turn = rotations[rotation - 1]
    own = detectors[detector - 1] if 1 <= detector <= len(detectors) else Dataset()
    start = own.get("StartAngle") if own.get("StartAngle") not in (None, "") else turn.get("StartAngle")
    step, direction = turn.get("AngularStep"), str(turn.get("RotationDirection") or "")
    if start in (None, "") or step in (None, "") or direction not in ("CW", "CC"):
        return None
    # Clockwise as seen from the feet: angles fall (PS3.3 C.8.4.12), from the left side to the front.
    sign = -1.0 if direction == "CW" else 1.0
    return (number_of(start) + sign * (view - 1) * number_of(step)) % 360.0
