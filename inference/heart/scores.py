"""Scores 0 to 4 from uptake by named thresholds, and the sums that a report states.

Sums follow ASNC/EANM practice: summed stress score (SSS), summed rest score (SRS) and summed difference score (SDS),
each at most 68 in 17 segments. An automatic score never replaces a reader's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.heart.segments import TERRITORIES, scores_from_uptake

SEGMENTS = 17
WORST = 4  # score of a segment without uptake
_KEYS = {"name", "version", "cutoffs"}


class BadThresholds(ValueError):
    """Thresholds that cannot be used; the message says why in one sentence."""


@dataclass(frozen=True)
class Thresholds:
    """cutoffs: four falling values in % of the ventricle's maximum; at or above the first a segment scores 0.

    Name and version are shown beside every score that was made with them. Raises BadThresholds.
    """

    name: str
    version: str
    cutoffs: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        if not self.name or not self.version:
            raise BadThresholds("Thresholds need a name and a version that can be shown beside their scores.")
        cutoffs = self.cutoffs
        if len(cutoffs) != WORST:
            raise BadThresholds(f"Thresholds are four cutoffs for scores 0 to 4, not {len(cutoffs)}.")
        if not all(0 < cutoff <= 100 for cutoff in cutoffs):
            raise BadThresholds("Cutoffs are per cent of the maximum, above 0 and at most 100.")
        if any(low >= high for high, low in zip(cutoffs, cutoffs[1:], strict=False)):
            raise BadThresholds("Cutoffs must fall from one to the next.")

    def scores(self, values: NDArray[np.float64]) -> NDArray[np.int64]:
        """Scores 0 to 4 of values in % of the maximum, of the same shape."""
        return scores_from_uptake(values, self.cutoffs)


# The wording of guidelines in per cent of the maximum; others in use are tighter and call mild attenuation abnormal.
DEFAULT = Thresholds("guideline 70/50/30/10", "1", (70.0, 50.0, 30.0, 10.0))
NAMED = {
    "guideline": DEFAULT,
    "tight": Thresholds("tight 80/70/60/50", "1", (80.0, 70.0, 60.0, 50.0)),
    "automatic": Thresholds("automatic 70/60/50/40", "1", (70.0, 60.0, 50.0, 40.0)),
}


@dataclass(frozen=True)
class Summed:
    """Sums over 17 segments. percent: of the worst possible sum, the share of the myocardium that is affected."""

    total: int
    territories: dict[str, int]

    @property
    def percent(self) -> float:
        return 100 * self.total / (SEGMENTS * WORST)


def thresholds_of(choice: str) -> Thresholds:
    """One of `NAMED`, or read from a TOML file with name, version and cutoffs. Raises BadThresholds."""
    if choice in NAMED:
        return NAMED[choice]
    path = Path(choice)
    if path.suffix != ".toml":
        raise BadThresholds(f"{choice} is neither a TOML file nor one of: {', '.join(NAMED)}.")
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise BadThresholds(f"{choice} could not be read: {problem.strerror}.") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadThresholds(f"{choice} is not TOML: {problem}.") from problem
    if set(found) != _KEYS:
        raise BadThresholds(f"{choice} must hold name, version and cutoffs, and nothing else.")
    name, version, cutoffs = found["name"], found["version"], found["cutoffs"]
    if not isinstance(name, str) or not isinstance(version, str):
        raise BadThresholds(f"{choice}: name and version must be text.")
    if not isinstance(cutoffs, list) or not all(
        isinstance(cutoff, int | float) and not isinstance(cutoff, bool) for cutoff in cutoffs
    ):
        raise BadThresholds(f"{choice}: cutoffs must be a list of numbers.")
    try:
        return Thresholds(name, version, tuple(float(cutoff) for cutoff in cutoffs))  # type: ignore[arg-type]
    except BadThresholds as problem:
        raise BadThresholds(f"{choice}: {problem}") from problem


def summed(scores: Sequence[int] | NDArray[np.int64]) -> Summed:
    """Sum and territory sums (standard AHA assignment, which real coronaries only approximate) of 17 scores."""
    if len(scores) != SEGMENTS:
        raise ValueError(f"scores must be of {SEGMENTS} segments, not {len(scores)}")
    return Summed(
        total=int(np.sum(scores)),
        territories={
            name: int(sum(int(scores[segment - 1]) for segment in segments))
            for name, segments in TERRITORIES.items()
        },
    )


@dataclass(frozen=True)
class Difference:
    """Stress minus rest by segment. reversed_segments: worse at rest (reverse redistribution): to be confirmed.

    The sum is signed, as is usual; positive_total leaves out segments that are worse at rest.
    """

    scores: tuple[int, ...]
    summed: Summed
    positive_total: int
    reversed_segments: tuple[int, ...]


def difference(stress: NDArray[np.int64], rest: NDArray[np.int64]) -> Difference:
    """SDS of 17 scores at stress and 17 at rest."""
    scores = tuple(int(a) - int(b) for a, b in zip(stress, rest, strict=True))
    return Difference(
        scores=scores,
        summed=summed(scores),
        positive_total=sum(score for score in scores if score > 0),
        reversed_segments=tuple(n for n, score in enumerate(scores, 1) if score < 0),
    )
