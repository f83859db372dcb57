"""What stands in a header, as numbers and texts that can be trusted, and the pixels as numbers."""

from __future__ import annotations

import io
import struct

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException

MOST_VOXELS = 2**26
MOST_FRAMES = 4096
# Whatever pydicom raises on a header that is damaged or lies; those who read a header turn it into Unreadable.
HEADER_ERRORS = (
    AttributeError,
    BytesLengthException,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    ValueError,
    NotImplementedError,
    OSError,  # of a sequence that is read when it is asked for
    OverflowError,
    RecursionError,
    struct.error,
)


class Unreadable(ValueError):
    """This cannot become a volume. code: a stable word for programs; message: one sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def parsed(data: bytes, *, pixels: bool) -> Dataset:
    """The file as pydicom sees it. Raises Unreadable("not_dicom")."""
    try:
        return dcmread(io.BytesIO(data), stop_before_pixels=not pixels)
    except Exception as error:  # a parser of hostile input: whatever it raises, the file is not readable
        raise Unreadable("not_dicom", "This is not a DICOM file that can be read.") from error


def scaled_pixels(ds: Dataset) -> NDArray[np.float64]:
    """Stored values times Rescale Slope plus Rescale Intercept, which NM has no right to and often has.

    Raises Unreadable("pixels") or ("header").
    """
    return pixels_of(ds) * slope_of(ds) + intercept_of(ds)


def slope_of(ds: Dataset) -> float:
    """Rescale Slope, 1 if absent or empty. Raises Unreadable("header") for 0, which would leave nothing."""
    value = ds.get("RescaleSlope")
    slope = 1.0 if value in (None, "") else number_of(value)
    if slope == 0:
        raise Unreadable("header", "The rescale slope of this image is 0.")
    return slope


def intercept_of(ds: Dataset) -> float:
    """Rescale Intercept, 0 if absent or empty. Raises Unreadable("header")."""
    return number_of(ds.get("RescaleIntercept") or 0)


def pixels_of(ds: Dataset) -> NDArray[np.float64]:
    """Stored values, decoded. Raises Unreadable("pixels")."""
    count = int(ds.Rows) * int(ds.Columns) * int(ds.get("NumberOfFrames") or 1)
    if not 0 < count <= MOST_VOXELS or int(ds.get("SamplesPerPixel") or 1) != 1:
        raise Unreadable("pixels", "The pixel data of this image have an impossible size.")
    try:
        return np.asarray(ds.pixel_array, dtype=np.float64)
    except Exception as error:  # decoders of hostile input raise anything
        raise Unreadable("pixels", "The pixel data of this image cannot be decoded.") from error


def frames_of(ds: Dataset) -> int:
    """Number of frames, 1 if the file does not say. Raises Unreadable("pixels")."""
    frames = int(ds.get("NumberOfFrames") or 1)
    if not 0 < frames <= MOST_FRAMES:
        raise Unreadable("pixels", "The pixel data of this image have an impossible size.")
    return frames


def vector_of(ds: Dataset, keyword: str) -> list[int]:
    """The values of a vector that numbers frames, such as Slice Vector; empty if absent or empty."""
    value = ds.get(keyword)
    return [] if value in (None, "") else [int(n) for n in np.atleast_1d(value)]


def count_of(ds: Dataset, keyword: str) -> int:
    """A number of things, 0 if the file does not say."""
    return int(ds.get(keyword) or 0)


def texts_of(ds: Dataset, keyword: str) -> tuple[str, ...]:
    """All values of a text attribute, of which pydicom gives a single one as itself."""
    value = ds.get(keyword) or ()
    return tuple(str(v) for v in ([value] if isinstance(value, str) else value))


def numbers_of(*places: Dataset, keyword: str, count: int) -> NDArray[np.float64] | None:
    """The vector from the first place that has it; None if it is absent or empty (type 2) everywhere."""
    for place in places:
        value = place.get(keyword)
        if value not in (None, "", []):
            return np.array([number_of(v) for v in value]) if len(value) == count else None
    return None


def number_of(value: object) -> float:
    """A finite number. Raises Unreadable("header")."""
    number = float(str(value))
    if not np.isfinite(number):
        raise Unreadable("header", "A number in the header is not finite.")
    return number
