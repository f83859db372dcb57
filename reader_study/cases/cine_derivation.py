"""From DICOM files of companions to moving pictures that a reader may be shown. Pure; no database."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.dicom.cine import neutral_views, read_cine
from inference.dicom.read import Unreadable, read_beat
from inference.heart.beat import neutral_beat
from reader_study.cases.derivation import heart_of

_FEWEST_FRAMES, _MOST_FRAMES = 4, 32


@dataclass(frozen=True)
class DerivedCine:
    """data: uint16 LE, frame after frame: [64, 80, 80] of a beat, [64, 64] of views round the patient."""

    data: bytes
    frames: int


def derive_beat(files: Sequence[bytes], *, spect: Sequence[bytes]) -> DerivedCine:
    """The frames of a gated SPECT on the neutral grid of the SPECT of the same state.

    Raises Unreadable, VentricleNotFound (no heart in the SPECT), BeatElsewhere.
    """
    beat = read_beat(files)
    if not _FEWEST_FRAMES <= len(beat) <= _MOST_FRAMES:
        raise Unreadable(
            "beat_frames", f"A beat has {_FEWEST_FRAMES} to {_MOST_FRAMES} frames, not {len(beat)}."
        )
    return _made(neutral_beat(beat, *heart_of(spect)))


def derive_views(files: Sequence[bytes]) -> DerivedCine:
    """The camera's views, one after the other round the patient. Raises Unreadable."""
    if len(files) != 1:
        raise Unreadable("too_many_files", "Projections are one multi-frame file.")
    return _made(neutral_views(read_cine(files[0])))


def _made(frames: NDArray[np.uint16]) -> DerivedCine:
    return DerivedCine(frames.astype("<u2").tobytes(), len(frames))
