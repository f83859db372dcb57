"""Which readers read which case of a balanced incomplete design."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader_study.allocation.coverage import covered
from reader_study.allocation.stream import Stream
from tests.reader_study.allocation.lists import FALSE_ALARM, cases_of, independence, seed


def covering(*sizes: int, readers: int, each: int, number: int = 1) -> dict[str, set[str]]:
    """reader -> subjects."""
    names = [f"{reader:03d}" for reader in range(1, readers + 1)]
    stream = Stream(seed=seed(number), label="test")
    found = covered(cases_of(*sizes), readers=names, each=each, stream=stream)
    assert all(own == sorted(own, key=lambda case: case.subject) for own in found.values())
    return {reader: {case.subject for case in own} for reader, own in found.items()}


def pairs(found: dict[str, set[str]]) -> list[int]:
    """How many cases any two readers have in common."""
    return [len(found[one] & found[other]) for one, other in combinations(found, 2)]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.integers(1, 12), min_size=1, max_size=5),
    st.integers(2, 9),
    st.data(),
    st.integers(0, 2**64),
)
def test_cases_readers_sites_and_pairs_are_balanced(sizes, readers, data, number):
    each = data.draw(st.integers(1, readers))
    found = covering(*sizes, readers=readers, each=each, number=number)
    assert set(Counter(subject for own in found.values() for subject in own).values()) == {each}
    for site in ["", *"ABCDE"[: len(sizes)]]:
        loads = [sum(subject.startswith(site) for subject in own) for own in found.values()]
        assert max(loads) - min(loads) <= 1
    # One apart is what one wants; few cases of many sites seldom allow it (sites of one case, say).
    assert max(pairs(found)) - min(pairs(found)) <= 3


@pytest.mark.parametrize(
    ("cases", "readers", "each", "together"),
    [(7, 7, 3, 1), (10, 6, 3, 2), (6, 4, 2, 1), (14, 8, 4, 3), (12, 9, 3, 1), (20, 6, 3, 4)],
)
def test_a_design_of_the_textbooks_is_found(cases, readers, each, together):
    """Balanced incomplete block designs (Fisher & Yates): all pairs of readers share the same number of cases."""
    for number in range(10):
        assert set(pairs(covering(cases, readers=readers, each=each, number=number))) == {together}


def test_all_pairs_of_readers_have_as_many_cases_in_common_in_a_large_study():
    found = covering(200, 150, 150, readers=10, each=4)
    assert max(pairs(found)) - min(pairs(found)) <= 1


def test_over_many_seeds_neither_name_nor_site_tells_who_reads_a_case():
    table = Counter()
    for number in range(400):
        for reader, own in covering(3, 5, readers=4, each=2, number=number).items():
            table.update((reader, subject) for subject in own)
    assert independence(table) > FALSE_ALARM
