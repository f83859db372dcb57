"""Whether bytes that stand among pixels stand there by chance.

Six bytes are three pixels of 16 bits, and counts make every three small numbers somewhere. So a hit counts only if
this image would make it less than once in a million images like it, by the larger of two estimates: what the
frequencies of its pixel values say, were they independent; and how often neighbours come near to the same values
elsewhere, since in an image they are not independent. `frontend/src/coordinator/deidentify/chance.ts` is the same.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

LARGEST_CHANCE = 1e-6
SHORTEST = 4  # bytes of a needle: two pixels
_UNSEEN = 1 / 16  # of a pixel: how often a value is taken to occur that this image has nowhere else
_REACH, _REACH_OF_TWO = 64, 512  # how near is near, in pixel values; (2 reach + 1) ^ pixels exceeds a million
_AROUND = 64  # pixels around a hit that tell nothing of chance: what stands there may be of the same hand
_MOST_PLACES = 1 << 14


@dataclass(frozen=True)
class _Tables:
    """begins, follows: whether a needle has these two bytes at its beginning, and the two behind them. wanted: by
    these four, 0, or 1 from an odd place, and the needle; keys: sorted."""

    begins: NDArray[np.bool_]
    follows: NDArray[np.bool_]
    wanted: dict[int, list[tuple[int, bytes]]]
    keys: NDArray[np.uint32]
    longest: int


def found_among(pixels: bytes | memoryview, needles: Collection[bytes]) -> set[bytes]:
    """Those of the needles (lower case, at least four bytes) that stand among the pixels, in either case, and not
    by chance."""
    words = np.frombuffer(pixels, "<u2", len(pixels) // 2)
    if not needles or len(words) < 2:
        return set()
    hits = _hits(pixels, words, frozenset(needles))
    if not hits:
        return set()
    counts = np.bincount(words, minlength=1 << 16)
    return {
        needle
        for (needle, _), places in hits.items()
        if _by_chance(bytes(pixels[places[0] : places[0] + len(needle)]), places, words, counts)
        < LARGEST_CHANCE
    }


def _hits(
    pixels: bytes | memoryview, words: NDArray[np.uint16], needles: frozenset[bytes]
) -> dict[tuple[bytes, int], list[int]]:
    """Places of each needle, apart for even and odd ones. All are sought at once by pairs of their bytes: one after
    the other they would cost more than all the rest."""
    tables = _tables(needles)
    places = np.flatnonzero(tables.begins.take(words[:-1]))
    places = places[tables.follows.take(words[places + 1])]
    keys = words[places].astype(np.uint32) | words[places + 1].astype(np.uint32) << 16
    known = tables.keys[np.minimum(np.searchsorted(tables.keys, keys), len(tables.keys) - 1)] == keys
    places, keys = places[known], keys[known]
    hits: dict[tuple[bytes, int], list[int]] = {}
    if len(places) > _MOST_PLACES:  # an image of few values: then one by one
        lower = bytes(pixels).lower()
        for needle in needles:
            at = lower.find(needle)
            while at >= 0:
                hits.setdefault((needle, at & 1), []).append(at)
                at = lower.find(needle, at + 1)
        return hits
    for place, key in zip(places.tolist(), keys.tolist(), strict=True):
        before = min(place * 2, 1)
        here = bytes(pixels[place * 2 - before : place * 2 + tables.longest]).lower()
        for start, needle in tables.wanted[key]:
            if start <= before and here.startswith(needle, before - start):
                hits.setdefault((needle, start), []).append(place * 2 - start)
    return hits


@lru_cache(maxsize=16)  # of a patient's files
def _tables(needles: frozenset[bytes]) -> _Tables:
    begins, follows = np.zeros(1 << 16, bool), np.zeros(1 << 16, bool)
    wanted: dict[int, list[tuple[int, bytes]]] = {}
    for needle in needles:
        for start in (0, 1)[: len(needle) - SHORTEST + 1]:
            first, second = _written(needle[start : start + 2]), _written(needle[start + 2 : start + 4])
            begins[list(first)] = follows[list(second)] = True
            for word, then in product(first, second):
                wanted.setdefault(then << 16 | word, []).append((start, needle))
    keys = np.array(sorted(wanted), np.uint32)
    return _Tables(begins, follows, wanted, keys, max(map(len, needles)))


def _written(pair: bytes) -> set[int]:
    """The pixels that two bytes of a needle are, in either case."""
    upper = pair.upper()
    return {high << 8 | low for low, high in product({pair[0], upper[0]}, {pair[1], upper[1]})}


def _by_chance(
    found: bytes, places: list[int], words: NDArray[np.uint16], counts: NDArray[np.int64]
) -> float:
    """How many such hits this image would have by chance. found: the bytes at places[0], as they are."""
    odd, lower, size = places[0] & 1, found.lower(), len(words)
    pairs = [lower[at : at + 2] for at in range(odd, len(found) - 1, 2)]
    if len(pairs) < 2:
        return float("inf")
    expected = float(size)
    for pair in pairs:
        others = int(counts[list(_written(pair))].sum()) - pairs.count(pair) * len(places)
        expected *= (max(others, 0) + _UNSEEN) / size
    by_byte = counts.reshape(256, 256)
    if odd:  # the first byte is the second one of its pixel
        others = int(by_byte[list({lower[0], found.upper()[0]})].sum()) - len(places)
        expected *= (max(others, 0) + _UNSEEN) / size
    if (len(found) - odd) & 1:
        others = int(by_byte[:, list({lower[-1], found.upper()[-1]})].sum()) - len(places)
        expected *= (max(others, 0) + _UNSEEN) / size
    return max(expected, _nearly(found, places, words))


def _nearly(found: bytes, places: list[int], words: NDArray[np.uint16]) -> float:
    """The same, from how often neighbouring pixels are elsewhere near to the values that were found."""
    odd = places[0] & 1
    values = [int.from_bytes(found[at : at + 2], "little") for at in range(odd, len(found) - 1, 2)]
    reach = _REACH_OF_TWO if len(values) == 2 else _REACH
    elsewhere = np.ones(len(words), bool)
    for place in places:
        elsewhere[max(0, place // 2 - _AROUND) : place // 2 + _AROUND + 1] = False
    elsewhere[len(words) - len(values) + 1 :] = False
    near = np.flatnonzero(elsewhere)
    for behind, value in enumerate(values):
        near = near[np.abs(words[near + behind].astype(np.int32) - value) <= reach]
    cases = 2.0 ** sum(letter != other for letter, other in zip(found.lower(), found.upper(), strict=True))
    return float(len(near) * cases / float(2 * reach + 1) ** len(values))
