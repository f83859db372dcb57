"""The constants of `heart.confidence`, fitted to simulated hearts whose true place is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.heart.confidence import fitted

_FOLDS = 5
SILENT_AT_MOST = 0.005  # of all hearts may be misplaced with no flag at all: half of what is promised


def calibrated(hearts: Sequence[dict[str, Any]], *, seed: int) -> dict[str, Any]:
    """What `heart/confidence.json` holds.

    Fitted to which hearts are well placed, not to which are wrong: those are too few to learn from, and the model finds
    them at fewer false alarms from the many that are nearly wrong. doubt_below is the least limit at which at most
    SILENT_AT_MOST of the hearts are misplaced without any flag, where each heart's confidence comes from a model that
    saw neither of its person's studies; false_alarms is the share of rightly placed hearts below it.
    """
    measured = [heart for heart in hearts if heart["evidence"] is not None]
    rows = np.array([heart["evidence"] for heart in measured])
    placed = np.array([heart["outcome"].startswith("right") for heart in measured])
    well = np.array([heart["well_placed"] for heart in measured])
    others = np.array([bool(set(heart["flags"]) - {"low_confidence"}) for heart in measured])
    fold = np.array([heart["person"] for heart in measured]) % _FOLDS
    unseen = np.empty(len(measured))
    for one in range(_FOLDS):
        unseen[fold == one] = fitted(rows[fold != one], well[fold != one]).confidence(rows[fold == one])
    limit = _limit(unseen[~placed & ~others], allowed=int(SILENT_AT_MOST * len(measured)))
    return {
        "made_by": f"python -m inference evaluate finder --hearts {len(hearts)} --seed {seed} --out REPORT --calibrate",
        "simulated_hearts": len(measured),
        "false_alarms": float((unseen[placed] < limit).mean()),
        **replace(fitted(rows, well), doubt_below=limit).as_json(),
    }


def _limit(silent: NDArray[np.float64], *, allowed: int) -> float:
    """Just above all but `allowed` of these confidences."""
    highest = np.sort(silent)[::-1]
    return float(np.nextafter(highest[allowed], 1)) if len(highest) > allowed else 0.0
