"""Does a reader's agreement with the others change while the study is read? A control chart for an overdispersed share.

A point is a block of reads that one reader read one after another. Its share p_i is that of its n_i pairs of segment
scores that are equal: the reader's score and another reader's of the same segment, state, case and arm. Limits are
Laney's p':

    p      = sum(agreeing) / sum(n)                     the centre, over all blocks of the reader
    s_i    = sqrt(p (1 - p) / n_i)                      the binomial spread of a block
    z_i    = (p_i - p) / s_i
    s_z    = mean |z_i - z_(i-1)| / 1.128               how much more (or less) the blocks vary than coins would
    limits = p +- 3 s_i s_z, cut at 0 and 1

Segments of one heart go together, and the same score stands in several pairs, so that the binomial limits of a common
p chart would be too narrow; s_z takes that up. Source: Laney DB, Quality Engineering 2002;14:531-537; the constant
1.128 is d2 of ranges of two (Montgomery, Introduction to Statistical Quality Control, appendix VI).

Few reads: a block that is not full is left out, and below `FEWEST` full blocks there are no limits, only points; below
`PROVISIONAL` the limits are told to be provisional, as a spread from few ranges is uncertain. Where all pairs agree or
none does, or all blocks are alike, there is no spread to judge by. The limits are computed from the blocks that they
judge, so a change in many blocks widens them: a point within the limits proves no constancy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

BLOCK = 6  # reads
FEWEST = 5  # blocks
PROVISIONAL = 20
RANGE_OF_TWO = 1.128
TOO_FEW = "too_few"
NO_VARIATION = "no_variation"


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One read of a reader against all others' of the same case and arm. ``difference``: summed |score - score|."""

    pairs: int
    agreeing: int
    difference: float


@dataclass(frozen=True, kw_only=True)
class Point:
    """``first`` and ``last``: places of the block's reads among those compared, from 1. ``difference``: the mean."""

    first: int
    last: int
    pairs: int
    agreement: float
    difference: float
    lower: float | None
    upper: float | None

    @property
    def is_outside(self) -> bool:
        return (
            self.lower is not None
            and self.upper is not None
            and not self.lower <= self.agreement <= self.upper
        )


@dataclass(frozen=True, kw_only=True)
class Chart:
    """``centre``: None without a full block; ``reason``: why there are no limits; `provisional`: they rest on few."""

    points: tuple[Point, ...]
    centre: float | None
    reason: str | None
    is_provisional: bool


def chart(reads: Sequence[Compared], *, block: int = BLOCK) -> Chart:
    """The chart of one reader; reads in the order in which they were read, each with at least one pair."""
    if any(read.pairs < 1 for read in reads):
        raise ValueError("a read without a pair has no agreement")
    full = [reads[start : start + block] for start in range(0, len(reads) - block + 1, block)]
    counts = [(sum(r.pairs for r in part), sum(r.agreeing for r in part)) for part in full]
    total = sum(pairs for pairs, _agreeing in counts)
    centre = sum(agreeing for _pairs, agreeing in counts) / total if total else None
    spread, reason = _spread(counts, centre)
    points = []
    for number, (part, (pairs, agreeing)) in enumerate(zip(full, counts, strict=True)):
        half = None if spread is None or centre is None else 3 * spread * sqrt(centre * (1 - centre) / pairs)
        points.append(
            Point(
                first=number * block + 1,
                last=(number + 1) * block,
                pairs=pairs,
                agreement=agreeing / pairs,
                difference=sum(read.difference for read in part) / pairs,
                lower=None if half is None or centre is None else max(0.0, centre - half),
                upper=None if half is None or centre is None else min(1.0, centre + half),
            )
        )
    is_provisional = spread is not None and len(full) < PROVISIONAL
    return Chart(points=tuple(points), centre=centre, reason=reason, is_provisional=is_provisional)


def _spread(counts: Sequence[tuple[int, int]], centre: float | None) -> tuple[float | None, str | None]:
    """s_z, or why there is none."""
    if len(counts) < FEWEST or centre is None:
        return None, TOO_FEW
    if centre in (0.0, 1.0):
        return None, NO_VARIATION
    scores = [(agreeing / pairs - centre) / sqrt(centre * (1 - centre) / pairs) for pairs, agreeing in counts]
    spread = sum(abs(later - earlier) for earlier, later in pairwise(scores)) / (len(scores) - 1)
    return (spread / RANGE_OF_TWO, None) if spread > 0 else (None, NO_VARIATION)
