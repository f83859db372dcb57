"""What can be said about pixels without looking at them: screen captures, hidden planes, burned-in text.

A heuristic that errs towards a person's decision; it proves nothing, and the file never claims clean pixel
data (113101) on its account. `frontend/src/coordinator/deidentify/pixels.ts` asks the same.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from reader_study.intake.reasons import Quarantined, Refused
from reader_study.intake.text_lines import shows_lines
from reader_study.intake.tree import (
    ALLOCATED,
    COLUMNS,
    HIGH_BIT,
    PIXEL_DATA,
    ROWS,
    SAMPLES,
    SIGNED,
    STORED,
    Structure,
    number_at,
    text_at,
)

_BURNED_IN, _IMAGE_TYPE, _PHOTOMETRIC = 0x00280301, 0x00080008, 0x00280004
_PLATEAU = 30  # pixels of one isolated maximum: about two letters
_LEVELS = 8  # fewer grey levels than this are a mask or a test pattern, not an image
_REPEATED = 10  # pixels of one value: the strokes of two small letters
_SPIKE = 8  # times as often as the values beside it
_BESIDE = 4  # values on each side
_MOST_SPIKES = 8  # values of one frame that are looked at
_MOST_OF_MASK = 0.1  # of a frame of few levels: what covers more of it is a pattern
_CONTRAST = 0.12  # of the range lies between a letter and what is around it, and as many grey levels:
_FEWEST_LEVELS = 4
_STROKE = 7  # pixels; no stroke of a letter is as thick both ways
_LETTERS = 3  # in a line
_SMALLEST_LETTER = 6  # pixels
_MOST_PATCHES = 2000
_PIXELS_AT_ONCE = 1 << 22


def check_pixels(structure: Structure, *, looked_at: bool) -> None:
    """Of plain pixels: raises Quarantined when a person must look, Refused when they cannot be of an image.

    looked_at: a person said that there is no text, or blanked it: then only what no eye can see is asked.
    """
    root = structure.root
    image_type = text_at(root, _IMAGE_TYPE).split("\\")
    captured = "SECONDARY" in image_type or any("SCREEN" in value or "SAVE" in value for value in image_type)
    if not looked_at and text_at(root, _BURNED_IN) == "YES":
        raise Quarantined("burned_in")
    if not looked_at and captured:
        raise Quarantined("secondary")
    if number_at(root, SAMPLES) not in (None, 1) or not text_at(root, _PHOTOMETRIC).startswith("MONOCHROME"):
        raise Quarantined("colour")
    allocated, stored = number_at(root, ALLOCATED), number_at(root, STORED)
    if allocated == 8:
        raise Quarantined("eight_bit")
    if allocated != 16 or stored is None or not 0 < stored <= 16 or number_at(root, SIGNED) not in (0, 1):
        raise Refused("bad_value")
    if number_at(root, HIGH_BIT) not in (None, stored - 1):
        raise Refused("bad_value")
    signed = number_at(root, SIGNED) == 1
    pixels = np.frombuffer(root[PIXEL_DATA].value[: structure.pixel_bytes], dtype="<i2" if signed else "<u2")
    if stored < 16:
        half = 1 << (stored - 1)
        least, most = (-half, half - 1) if signed else (0, 2 * half - 1)
        if pixels.min() < least or pixels.max() > most:
            raise Quarantined("overlay")  # planes hidden above the stored bits
    frames = pixels.reshape(structure.frames, number_at(root, ROWS) or 0, number_at(root, COLUMNS) or 0)
    if looked_at:
        return
    at_once = max(1, _PIXELS_AT_ONCE // frames[0].size)  # sorting takes memory
    for first in range(0, structure.frames, at_once):
        some = frames[first : first + at_once]
        if any(shows_text(frame) for frame in _suspicious(some)) or shows_lines(some):
            raise Quarantined("burned_in")


def _suspicious(frames: NDArray[np.integer]) -> NDArray[np.integer]:
    """The frames where one value, not the lowest, is repeated as few measured ones are."""
    if frames[0].size <= _REPEATED:
        return frames[:0]
    ordered = np.sort(frames.reshape(len(frames), -1), axis=1, kind="stable")  # of 16 bits: by radix
    last = ordered[:, _REPEATED - 1 :]
    repeated = (last == ordered[:, : -(_REPEATED - 1)]) & (last > ordered[:, :1])
    return frames[repeated.any(axis=1)]


def shows_text(frame: NDArray[np.integer]) -> bool:
    """Whether letters may be drawn into a frame [row, column]."""
    values, counts = np.unique(frame, return_counts=True)
    levels = values.astype(np.int64)
    if (
        len(levels) > _LEVELS
        and counts[-1] >= _PLATEAU
        and (levels[-1] - levels[-2] > 4 * max(1, levels[-2] - levels[-3]))
    ):
        return True
    return any(_is_lettering(frame.astype(np.int64), levels, n) for n in _spikes(counts))


def _spikes(counts: NDArray[np.intp]) -> list[int]:
    """Which of the values, without the lowest, occur far more often than those beside them; highest first."""
    found = []
    for n in np.flatnonzero(counts >= _REPEATED)[::-1]:
        beside = np.concatenate((counts[max(1, n - _BESIDE) : n], counts[n + 1 : n + 1 + _BESIDE]))
        usual = float(np.median(beside)) if beside.size else 1.0
        few = len(counts) <= _LEVELS and counts[n] <= _MOST_OF_MASK * counts.sum()
        if n > 0 and (few or (len(counts) > _LEVELS and counts[n] >= _SPIKE * max(1.0, usual))):
            found.append(int(n))
    return found[:_MOST_SPIKES]


def _is_lettering(frame: NDArray[np.int64], levels: NDArray[np.int64], n: int) -> bool:
    """Whether the pixels of one value are the strokes of letters, whose edges may be smoothed."""
    strokes = frame == levels[n]
    around = ndimage.binary_dilation(strokes, iterations=2) & ~strokes
    if not around.any():
        return False
    ground = int(np.median(frame[around]))
    contrast = abs(int(levels[n]) - ground)
    steps = abs(int(np.searchsorted(levels, ground)) - n)
    few = len(levels) <= _LEVELS
    if contrast < _CONTRAST * (levels[-1] - levels[0]) or steps < (
        len(levels) / 2 if few else _FEWEST_LEVELS
    ):
        return False
    half = (int(levels[n]) + ground) / 2
    drawn = (frame > half) if levels[n] > ground else (frame < half)
    return _in_a_line(strokes, strokes) or _in_a_line(drawn, strokes)


def _in_a_line(drawn: NDArray[np.bool_], strokes: NDArray[np.bool_]) -> bool:
    """Whether thin patches of like height stand side by side, or of like width one below the other."""
    labels, count = ndimage.label(drawn, structure=np.ones((3, 3)))
    if not 1 <= count <= _MOST_PATCHES:
        return False
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    struck = np.bincount(labels[strokes], minlength=count + 1)
    boxes = [
        box
        for n, box in enumerate(ndimage.find_objects(labels), start=1)
        if sizes[n] >= _SMALLEST_LETTER and 6 * struck[n] >= sizes[n] and _is_thin(labels[box] == n)
    ]
    for line, across in ((0, 1), (1, 0)):
        spans = [(box[line].start, box[line].stop) for box in boxes]
        # Letters that touch make one patch, as long as they are many.
        letters = [
            max(1, (b[across].stop - b[across].start) // (b[line].stop - b[line].start)) for b in boxes
        ]
        for start, stop in spans:
            shared = [min(stop, high) - max(start, low) for low, high in spans]
            longer = [max(stop - start, high - low) for low, high in spans]
            like = [both > 0.6 * long for both, long in zip(shared, longer, strict=True)]
            found = sum(number for number, alike in zip(letters, like, strict=True) if alike)
            if stop - start > 2 and found >= _LETTERS:
                return True
    return False


def _is_thin(mask: NDArray[np.bool_]) -> bool:
    """Whether no square of the width of a stroke lies in it."""
    if min(mask.shape) < _STROKE:
        return True
    sums = np.pad(mask.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    windows = sums[_STROKE:, _STROKE:] - sums[:-_STROKE, _STROKE:] - sums[_STROKE:, :-_STROKE]
    return not bool((windows + sums[:-_STROKE, :-_STROKE] == _STROKE * _STROKE).any())
