"""What can be said about pixels without looking at them: screen captures, overlays, burned-in text.

A heuristic that errs towards a person's decision; it proves nothing, and the file never claims clean pixel
data (113101).
"""

import numpy as np
from numpy.typing import NDArray

from reader_study.intake.deidentification import text_of
from reader_study.intake.reasons import Quarantined, Refused
from reader_study.intake.structure import PIXEL_DATA, Structure

_OVERLAY_DATA = 0x3000
_PLATEAU = 30  # pixels of one isolated maximum: about two letters
_LEVELS = 8  # fewer grey levels than this are a mask or a test pattern, not an image
_UNSIGNED_SHORT = 2


def check_pixels(structure: Structure) -> None:
    """Raises Quarantined when the image may show text, Refused when its pixels cannot be of this kind."""
    root = structure.root
    if text_of(root, "BurnedInAnnotation") == "YES":
        raise Quarantined("burned_in")
    image_type = text_of(root, "ImageType").split("\\")
    if "SECONDARY" in image_type or any("SCREEN" in value or "SAVE" in value for value in image_type):
        raise Quarantined("secondary")
    if any(tag >> 16 in range(0x6000, 0x6100) and tag & 0xFFFF == _OVERLAY_DATA for tag in root):
        raise Quarantined("overlay")
    allocated, stored = _number(structure, 0x00280100), _number(structure, 0x00280101)
    if _number(structure, 0x00280002) not in (None, 1) or not text_of(
        root, "PhotometricInterpretation"
    ).startswith("MONOCHROME"):
        raise Quarantined("colour")
    if allocated != 16 or stored is None or not 8 < stored <= 16:
        raise Quarantined("secondary") if allocated == 8 else Refused("bad_value")
    signed = _number(structure, 0x00280103) == 1
    pixels = np.frombuffer(root[PIXEL_DATA].value[: structure.pixel_bytes], dtype="<i2" if signed else "<u2")
    if not signed and (pixels >> (stored - 1) > 1).any():
        raise Quarantined("overlay")  # planes hidden above the stored bits
    frames = int(text_of(root, "NumberOfFrames") or 1)
    if any(_shows_plateau(frame) for frame in _suspicious(pixels.reshape(frames, -1))):
        raise Quarantined("burned_in")


def _number(structure: Structure, tag: int) -> int | None:
    element = structure.root.get(tag)
    if element is None or len(element.value) != _UNSIGNED_SHORT:
        return None
    return int.from_bytes(element.value, "little")


def _suspicious(frames: NDArray[np.integer]) -> NDArray[np.integer]:
    """The frames whose maximum occurs often enough to be looked at."""
    return frames[(frames == frames.max(axis=1, keepdims=True)).sum(axis=1) >= _PLATEAU]


def _shows_plateau(frame: NDArray[np.integer]) -> bool:
    """Whether the maximum stands far above all other values, as bright letters do."""
    values = np.unique(frame).astype(np.int64)
    if len(values) <= _LEVELS:
        return False
    return bool(values[-1] - values[-2] > 4 * max(1, values[-2] - values[-3]))
