"""Lines of text in an image, found by what a line looks like, whatever grey value it has.

What is thinner than a stroke can be stands out from its surroundings (top-hat, bright and dark); at several heights of
that relief, patches on one baseline and like height that follow each other closely are a line. So it is found with
noise, blur and smooth edges, where no grey value repeats. It proves nothing. `frontend/src/coordinator/deidentify/
textLines.ts` finds the same.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

_STROKE = 7  # pixels: what holds such a square is no stroke
_CONTRAST = 12  # percent of the frame's range that the relief has at least,
_FEWEST_LEVELS = 4  # and as many grey levels
_LETTERS = {2: 6, 3: 6, 4: 4, 5: 4, 6: 4, 7: 4}  # in a line, at so many eighths of the relief
_MORE_IF_DARK = 1  # the gaps between ribs, trabeculae and noise are dark
_LOWEST, _HIGHEST = 4, 48  # rows of a letter
_MOST_PATCHES, _MOST_LETTERS = 2000, 400  # noise has more
_CROWD = 12  # so many patches more ask for one more letter in a line


class _Patch(NamedTuple):
    top: int
    bottom: int
    left: int
    right: int
    letters: int


def shows_lines(frames: NDArray[np.integer]) -> bool:
    """Whether one of the frames [frame, row, column] of 16 bits shows a line of text."""
    values = frames.view("<u2")
    if frames.dtype.kind == "i":
        values = values ^ np.uint16(0x8000)
    ranges = np.ptp(values, axis=(1, 2)).astype(np.int64)
    bright = values - _without_strokes(values, np.minimum, np.maximum)
    dark = _without_strokes(values, np.maximum, np.minimum) - values
    return _shows(bright, ranges, more=0) or _shows(dark, ranges, more=_MORE_IF_DARK)


def _without_strokes(values: NDArray[np.uint16], first: np.ufunc, second: np.ufunc) -> NDArray[np.uint16]:
    """Opened (least, then greatest) or closed by the square, its part inside the frame."""
    for extreme in (first, second):
        for axis in (1, 2):
            values = _running(values, extreme, axis)
    return values


def _running(values: NDArray[np.uint16], extreme: np.ufunc, axis: int) -> NDArray[np.uint16]:
    """The extreme value of the places up to half a stroke away."""
    result, lines = values.copy(), np.moveaxis(values, axis, 0)
    written = np.moveaxis(result, axis, 0)
    for away in range(1, min(_STROKE // 2, len(lines) - 1) + 1):
        extreme(written[away:], lines[:-away], out=written[away:])
        extreme(written[:-away], lines[away:], out=written[:-away])
    return result


def _shows(relief: NDArray[np.uint16], ranges: NDArray[np.int64], *, more: int) -> bool:
    tops = relief.max(axis=(1, 2)).astype(np.int64)
    enough = (tops >= _FEWEST_LEVELS) & (100 * tops >= _CONTRAST * ranges)
    relief, tops = relief[enough], tops[enough]
    for eighths, letters in _LETTERS.items():
        drawn = relief > (tops * eighths >> 3).astype(np.uint16)[:, np.newaxis, np.newaxis]
        begins = drawn.copy()
        begins[:, :, 1:] &= ~drawn[:, :, :-1]
        # A row through a line of letters crosses as many strokes, and so does the next.
        crossed = np.add.reduce(begins, axis=2, dtype=np.uint16) >= letters + more
        for n in np.flatnonzero((crossed[:, 1:] & crossed[:, :-1]).any(axis=1)):
            if _has_line(drawn[n], relief[n], fewest=letters + more):
                return True
    return False


def _has_line(drawn: NDArray[np.bool_], relief: NDArray[np.uint16], *, fewest: int) -> bool:
    patches = _patches(drawn)
    if len(patches) > _MOST_LETTERS:
        return False
    fewest = max(fewest, 3 + len(patches) // _CROWD)
    by_bottom: dict[int, list[int]] = {}
    for n, patch in enumerate(patches):
        by_bottom.setdefault(patch.bottom, []).append(n)
    for tallest in patches:
        height = tallest.bottom - tallest.top
        off = max(1, height // 6)
        near = range(tallest.bottom - off, tallest.bottom + off + 1)
        left = right = found = capitals = 0
        for n in sorted(n for bottom in near for n in by_bottom.get(bottom, ())):
            patch = patches[n]
            is_capital = abs(patch.top - tallest.top) <= off
            is_small = patch.top > tallest.top and 5 * (patch.bottom - patch.top) >= 3 * height
            if not is_capital and not is_small:
                continue
            if not found or 2 * (patch.left - right) > 3 * height:
                left, right, found, capitals = patch.left, 0, 0, 0
            found += patch.letters
            capitals += patch.letters if is_capital else 0
            right = max(right, patch.right)
            if found >= fewest and 2 * capitals >= found:
                box = slice(max(0, tallest.top - 1), tallest.bottom + 1), slice(left, right)
                if _stands_out(drawn[box], relief[box]):
                    return True
    return False


def _patches(drawn: NDArray[np.bool_]) -> list[_Patch]:
    """What may be letters, from left to right; none if there are too many."""
    labels, count = ndimage.label(drawn, structure=np.ones((3, 3)))
    found: list[_Patch] = []
    if count > _MOST_PATCHES:
        return found
    for n, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        height, width = rows.stop - rows.start, columns.stop - columns.start
        if not _LOWEST <= height <= _HIGHEST:
            continue
        letters = 1
        if 10 * width > 13 * height:  # letters that touch: as many as it is long and as it has strokes
            patch = labels[rows, columns] == n
            strokes = int(patch[:, 0].sum()) + int((patch[:, 1:] & ~patch[:, :-1]).sum())
            letters = max(1, min(width // height, 2 * strokes // (3 * height)))
        found.append(_Patch(rows.start, rows.stop, columns.start, columns.stop, letters))
    return sorted(found, key=lambda patch: patch.left)


def _stands_out(drawn: NDArray[np.bool_], relief: NDArray[np.uint16]) -> bool:
    """Whether there is far less between the strokes than on them; noise has much everywhere."""
    on, all_of_it = int(relief[drawn].sum(dtype=np.int64)), int(relief.sum(dtype=np.int64))
    strokes = int(drawn.sum())
    gaps = drawn.size - strokes
    return 10 * (all_of_it - on) * strokes < 3 * on * gaps
