"""Over many seeds, nothing that a reader can observe tells arm, site or repetition.

Every chi-square test refuses at FALSE_ALARM, and there are about a dozen: a sound change of the algorithm would turn
one of them red about once in a hundred changes. (Reads of one list are not drawn apart from each other, a place is
taken once; that makes the tests refuse a little less often still.) The last test shows that they see a dependence.
"""

from collections import Counter, defaultdict
from itertools import combinations, pairwise
from uuid import UUID

import pytest
from scipy.stats import chi2, mannwhitneyu

from reader_study.allocation.readlist import ReadList
from reader_study.allocation.williams_mixed_2 import Design
from tests.reader_study.allocation.lists import (
    ARMS,
    FALSE_ALARM,
    allocated,
    by_reader,
    cases_of,
    independence,
)

CROSSED = Design(arms=ARMS, sessions=3)
REPEATED = Design(arms=ARMS, sessions=4, repeat_fraction=0.2)
INCOMPLETE = Design(arms=ARMS, sessions=5, repeat_fraction=0.2, readers_per_case=2, minimum_distance=2)
SEEDS = 400


@pytest.fixture(
    scope="module", params=[CROSSED, REPEATED, INCOMPLETE], ids=["crossed", "repeats", "incomplete"]
)
def many(request) -> list[ReadList]:
    sizes = (9, 6) if request.param.readers_per_case else (5, 4)
    readers = 3 if request.param.readers_per_case else 2
    return [allocated(request.param, *sizes, readers=readers, number=number) for number in range(SEEDS)]


@pytest.fixture(scope="module")
def repeated() -> list[ReadList]:
    return [allocated(REPEATED, 9, 6, readers=1, number=number) for number in range(3 * SEEDS)]


def test_the_place_in_a_session_tells_nothing_about_the_arm(many):
    for session in (1, 2, 3):
        placed = (p for reads in many for p in reads.placements if p.session == session)
        assert independence(Counter((p.position, p.arm) for p in placed)) > FALSE_ALARM


def test_the_place_in_a_session_tells_nothing_about_the_site(many):
    site_of = {case.case: case.site for case in cases_of(9, 6)}
    placed = (p for reads in many for p in reads.placements if p.session == 2)
    assert independence(Counter((p.position, site_of[p.case]) for p in placed)) > FALSE_ALARM


def test_the_session_tells_nothing_about_the_arm(many):
    placed = (p for reads in many for p in reads.placements if not p.repetition)
    table = Counter((p.session, p.arm) for p in placed if p.case == UUID(int=10_001))
    assert independence(table) > FALSE_ALARM


def test_whatever_the_arm_of_a_read_the_next_read_is_as_likely_in_either_other_arm(many):
    table: Counter[tuple[str, str]] = Counter()
    for reads in many:
        for own in by_reader(reads).values():
            middle = [p.arm for p in own if p.session == 2]
            table.update(pair for pair in pairwise(middle) if pair[0] != pair[1])
    expected = table.total() / 6
    assert chi2.sf(sum((count - expected) ** 2 / expected for count in table.values()), 5) > FALSE_ALARM


def test_one_reader_tells_nothing_about_the_other(many):
    table: Counter[tuple[str, str]] = Counter()
    for reads in many:
        arms = [
            next((p.arm for p in own if p.session == 1 and p.case == UUID(int=10_001)), None)
            for own in by_reader(reads).values()
        ]
        if None not in arms[:2]:
            table[arms[0], arms[1]] += 1
    assert independence(table) > FALSE_ALARM


def test_the_token_tells_nothing_about_the_arm(many):
    tokens = defaultdict(list)
    for reads in many:
        for placement in reads.placements:
            tokens[placement.arm].append(placement.token.int / 2**128)
    for one, other in combinations(ARMS, 2):
        assert mannwhitneyu(tokens[one], tokens[other]).pvalue > FALSE_ALARM


@pytest.mark.parametrize("session", [2, 3, 4])
def test_the_place_in_a_session_tells_nothing_about_the_repetition(repeated, session):
    placed = [p for reads in repeated for p in reads.placements if p.session == session]
    assert sum(p.repetition for p in placed) == len(repeated)
    assert independence(Counter((p.position, p.repetition) for p in placed)) > FALSE_ALARM


def test_repeats_are_of_every_arm_case_and_place_alike(repeated):
    repeats = [p for reads in repeated for p in reads.placements if p.repetition]
    arms, cases = Counter(p.arm for p in repeats), Counter(p.case for p in repeats)
    assert all(abs(count / len(repeats) - 1 / 3) < 0.03 for count in arms.values())
    assert len(cases) == 15
    assert all(abs(count / len(repeats) - 1 / 15) < 0.02 for count in cases.values())


def test_the_list_does_not_follow_the_order_of_names():
    """Neither the number of a case nor the name of a reader foretells a place."""
    table: Counter[tuple[int, str]] = Counter()
    for number in range(SEEDS):
        reads = allocated(CROSSED, 9, readers=1, number=number)
        table.update((p.position, str(p.case)) for p in reads.placements if p.session == 1)
    assert independence(table) > FALSE_ALARM


def test_the_independence_test_itself_sees_a_dependence_of_a_tenth(many):
    """The tests above can fail: pull one read in ten towards its arm's corner and the p-value is gone."""
    table: Counter[tuple[int, str]] = Counter()
    for reads in many:
        for number, p in enumerate(p for p in reads.placements if p.session == 1):
            position = 1 if p.arm == "pet" and number % 10 == 0 else p.position
            table[position, p.arm] += 1
    assert independence(table) < FALSE_ALARM
