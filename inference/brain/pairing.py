"""What the two tasks of the brain share: examples of a cohort, and what a trained model is measured by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.brain.heads import KINDS, Head, read_heads
from inference.brain.mask import brain_mask, tissue_level
from inference.translation.task import (
    ABNORMAL,
    ELSEWHERE,
    NEAR,
    LeftOut,
    Measurement,
    NotTranslatable,
    Pair,
    Placed,
)
from inference.volume import Volume

_HOT = 1.6
_MARGIN_VOXELS = 2


def pairs_of(
    cohort: Path, *, source: str, target: str, place: Callable[[Volume], Placed]
) -> Iterator[Pair | LeftOut]:
    """Every head of a cohort and its mirror image. Raises FileNotFoundError, Unreadable, BrainNotFound."""
    for head in read_heads(cohort):
        try:
            placed = place(head.images[source])
        except NotTranslatable as problem:
            yield LeftOut(head.patient_id, str(problem))
        else:
            yield from with_mirror(pair_of(placed, head, target=target))


def pair_of(placed: Placed, head: Head, *, target: str) -> Pair:
    """One head: what the network sees, and what it should make of it, in units of the network.

    The factor between the two images is a part of what is learned. Raises BrainNotFound.
    """
    wanted = head.images[target]
    return Pair(
        patient=head.patient_id,
        placed=placed,
        target=wanted.voxels / np.float32(placed.scale),
        region=_regions(wanted),
    )


def with_mirror(pair: Pair) -> tuple[Pair, Pair]:
    """The example, and what it would be with left and right exchanged: a full circle of views has no side.

    Without it a few dozen heads teach a network that one half of a head is brighter.
    """
    image = pair.placed.image
    k, j, i = pair.placed.coordinates
    placed = replace(
        pair.placed,
        image=replace(image, voxels=image.voxels[:, :, ::-1]),
        coordinates=(k, j, np.ascontiguousarray(-i[::-1])),
    )
    flip = np.ascontiguousarray(pair.region[:, :, ::-1])
    target = np.ascontiguousarray(pair.target[:, :, ::-1])
    return pair, replace(pair, placed=placed, target=target, region=flip)


def brain_measurement(
    source: str, target: str
) -> Callable[[Sequence[Path], Callable[[Volume], Volume]], Measurement]:
    """The `measure` of a task that makes `target` of `source`."""

    def measure(cohorts: Sequence[Path], translated: Callable[[Volume], Volume]) -> Measurement:
        # Measuring is needed after training alone, and takes seconds to load.
        from inference.brain.agreement import measure_heads  # noqa: PLC0415
        from inference.brain.summary import measurement_of  # noqa: PLC0415

        def images_of(head: Head) -> dict[str, Volume]:
            others = {kind: head.images[kind] for kind in KINDS if kind != target}
            return {**others, "ai": translated(head.images[source])}

        heads = (head for cohort in cohorts for head in read_heads(cohort))
        return measurement_of(measure_heads(heads, images_of), source=source, target=target)

    return measure


def _regions(wanted: Volume) -> NDArray[np.uint8]:
    """Near the brain, and where it is hot: a small striatum must count as much as a large cortex."""
    mask = brain_mask(wanted)
    near = ndimage.binary_dilation(mask, iterations=_MARGIN_VOXELS)
    hot = mask & (wanted.voxels > _HOT * tissue_level(wanted))
    return np.where(hot, ABNORMAL, np.where(near, NEAR, ELSEWHERE)).astype(np.uint8)
