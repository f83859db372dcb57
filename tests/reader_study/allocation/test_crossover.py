"""The Williams squares, and that all orders that keep the distance are equally likely."""

from collections import Counter
from itertools import pairwise, permutations

import pytest
from scipy.stats import chi2

from reader_study.allocation.crossover import uniform_order, williams
from reader_study.allocation.stream import Stream
from reader_study.allocation.williams_mixed_2 import Design
from tests.reader_study.allocation.lists import FALSE_ALARM, allocated, by_session, seed


@pytest.mark.parametrize("order", range(1, 9))
def test_a_williams_design_is_latin_and_every_arm_follows_every_other_equally_often(order):
    squares = williams(order)
    for square in squares:
        for line in [*square, *zip(*square, strict=True)]:
            assert sorted(line) == list(range(order))
    followers = Counter(pair for square in squares for row in square for pair in pairwise(row))
    assert len(followers) == order * (order - 1)
    assert len(set(followers.values())) <= 1


def uniform(counts: Counter, *, possible: int) -> bool:
    expected = counts.total() / possible
    statistic = sum((count - expected) ** 2 / expected for count in counts.values())
    return len(counts) == possible and chi2.sf(statistic, possible - 1) > FALSE_ALARM


def test_an_order_is_drawn_uniformly_from_those_that_are_allowed():
    allowed = {"a": 0, "b": 2, "c": 1, "d": 0}
    valid = [order for order in permutations("abcd") if all(order.index(x) >= allowed[x] for x in "abcd")]
    stream = Stream(seed=seed(1), label="test")
    counts = Counter(tuple(uniform_order(allowed, stream)) for _ in range(100 * len(valid)))
    assert set(counts) == set(valid)
    assert uniform(counts, possible=len(valid))


def test_all_second_sessions_that_keep_the_distance_are_equally_likely():
    """Four cases, distance two: whoever was last in the first session is not first in the second."""
    valid = {order for order in permutations(range(4)) if order[0] != 3}
    counts = Counter()
    for number in range(100 * len(valid)):
        reads = allocated(Design(arms=("spect", "pet"), sessions=2), 4, readers=1, number=number)
        first, second = by_session(reads).values()
        place = {p.case: p.position - 1 for p in first}
        counts[tuple(place[p.case] for p in second)] += 1
    assert set(counts) == valid
    assert uniform(counts, possible=len(valid))
