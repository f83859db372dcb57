"""Laney's p' chart of a reader's agreement: by hand, on simulated data, and when it says nothing."""

from math import sqrt

import numpy as np
import pytest

from reader_study.agreement.statistics.drift import (
    BLOCK,
    FEWEST,
    NO_VARIATION,
    PROVISIONAL,
    TOO_FEW,
    Compared,
    chart,
)


def reads(shares: list[float], *, pairs: int = 100) -> list[Compared]:
    """Blocks of reads with these shares of agreement; a disagreement is of one point."""
    return [
        Compared(pairs=pairs, agreeing=round(share * pairs), difference=pairs - round(share * pairs))
        for share in shares
        for _ in range(BLOCK)
    ]


def test_the_limits_by_hand() -> None:
    shares = [0.8, 0.7, 0.8, 0.6, 0.8, 0.5]
    found = chart(reads(shares))
    centre, n = sum(shares) / 6, 100 * BLOCK
    spread = sqrt(centre * (1 - centre) / n)
    z = [(share - centre) / spread for share in shares]
    sigma = sum(abs(b - a) for a, b in zip(z, z[1:], strict=False)) / 5 / 1.128
    assert found.centre == pytest.approx(0.7)
    assert [point.agreement for point in found.points] == pytest.approx(shares)
    assert found.points[0].upper == pytest.approx(min(1.0, centre + 3 * spread * sigma))
    assert found.points[0].lower == pytest.approx(centre - 3 * spread * sigma)
    assert [(point.first, point.last) for point in found.points][:2] == [(1, 6), (7, 12)]
    assert found.points[1].difference == pytest.approx(0.3)
    assert (found.reason, found.is_provisional) == (None, True)


def test_a_jump_at_the_end_lies_outside_and_a_steady_reader_does_not() -> None:
    steady = [0.80, 0.78, 0.81, 0.79, 0.80, 0.82, 0.79, 0.81, 0.80, 0.78] * 2
    assert not any(point.is_outside for point in chart(reads(steady)).points)
    jumped = chart(reads([*steady, 0.60]))
    assert [point.is_outside for point in jumped.points] == [False] * 20 + [True]
    assert not jumped.is_provisional


def test_overdispersed_blocks_seldom_lie_outside_where_binomial_limits_would_cry_wolf() -> None:
    """Beta-binomial blocks, as segments of one heart go together: the p' limits hold, those of a p chart do not."""
    generator = np.random.default_rng(7)
    outside = binomial = points = 0
    for _ in range(200):
        shares = generator.beta(40, 10, size=24)  # sd 0.056, the binomial one of 600 pairs is 0.016
        counts = generator.binomial(100 * BLOCK, shares)
        found = chart(
            [
                Compared(pairs=100, agreeing=int(count // BLOCK), difference=0.0)
                for count in counts
                for _ in range(BLOCK)
            ]
        )
        assert found.centre is not None
        half = 3 * sqrt(found.centre * (1 - found.centre) / (100 * BLOCK))
        outside += sum(point.is_outside for point in found.points)
        binomial += sum(abs(point.agreement - found.centre) > half for point in found.points)
        points += len(found.points)
    assert outside / points < 0.02
    assert binomial / points > 0.2


@pytest.mark.parametrize(
    ("shares", "reason"),
    [
        ([0.8] * (FEWEST - 1), TOO_FEW),
        ([], TOO_FEW),
        ([1.0] * FEWEST, NO_VARIATION),
        ([0.0] * FEWEST, NO_VARIATION),
        ([0.75] * FEWEST, NO_VARIATION),
    ],
)
def test_without_a_spread_there_are_points_and_no_limits(shares: list[float], reason: str) -> None:
    found = chart(reads(shares))
    assert found.reason == reason and len(found.points) == len(shares)
    assert all(point.lower is point.upper is None and not point.is_outside for point in found.points)


def test_a_block_that_is_not_full_is_left_out() -> None:
    full = reads([0.8, 0.7, 0.8, 0.7, 0.6])
    short = chart([*full, *full[: BLOCK - 1]])
    assert short == chart(full)
    assert len(chart([*full, *full[:BLOCK]]).points) == 6


def test_limits_stay_within_a_share() -> None:
    found = chart(reads([0.99, 0.80] * (PROVISIONAL // 2)))
    assert all(point.upper == 1.0 for point in found.points)


def test_a_read_that_nobody_else_read_is_not_charted() -> None:
    with pytest.raises(ValueError, match="pair"):
        chart([Compared(pairs=0, agreeing=0, difference=0.0)])
