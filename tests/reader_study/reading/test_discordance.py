"""The rule of the protocol on what readers signed."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader_study.reading.discordance import Opinion, is_discordant
from reader_study.studies.charter_conduct import Discordance

SEGMENTS = 5
score = st.sampled_from([0, 1, 2, 3, 4, "NE"])
opinions = st.lists(
    st.builds(
        lambda stress, rest, overall: Opinion(
            {"stress": stress, "rest": rest}, {} if overall is None else {"overall": overall}
        ),
        st.lists(score, min_size=SEGMENTS, max_size=SEGMENTS),
        st.lists(score, min_size=SEGMENTS, max_size=SEGMENTS),
        st.sampled_from([None, "normal", "equivocal", "abnormal"]),
    ),
    min_size=2,
    max_size=4,
)
rules = st.builds(
    Discordance,
    segment_difference=st.none() | st.integers(1, 4),
    summed_difference=st.none() | st.integers(1, 20),
    category_field=st.sampled_from([None, "overall"]),
).filter(lambda rule: rule != Discordance())


def read(*stress: int | str, overall: str = "normal") -> Opinion:
    return Opinion({"stress": stress, "rest": (0,) * len(stress)}, {"overall": overall})


@pytest.mark.parametrize(
    ("one", "other", "rule", "expected"),
    [
        (read(0, 1), read(2, 1), Discordance(segment_difference=2), True),
        (read(0, 1), read(1, 2), Discordance(segment_difference=2), False),
        (read("NE", 1), read(4, 1), Discordance(segment_difference=1), False),  # no score, no difference
        (read(1, 1, 1), read(0, 0, 0), Discordance(summed_difference=3), True),
        (read(1, 1, 0), read(0, 0, 0), Discordance(summed_difference=3), False),
        (read(4, 4, "NE"), read(0, 0, 0), Discordance(summed_difference=1), False),  # a part is no sum
        (read(0), read(0, overall="equivocal"), Discordance(category_field="overall"), True),
        (read(0), read(4), Discordance(category_field="overall"), False),
        (read(0), Opinion({"stress": [0], "rest": [0]}, {}), Discordance(category_field="overall"), False),
        (read(0), read(0, overall="equivocal"), Discordance(segment_difference=1), False),  # not asked for
        (read(2), read(0), Discordance(segment_difference=4, summed_difference=2), True),  # any one is enough
    ],
)
def test_two_readers(one: Opinion, other: Opinion, rule: Discordance, expected: bool) -> None:
    assert is_discordant([one, other], rule) is expected


@given(opinions, rules)
def test_no_order_of_readers_changes_it(found: list[Opinion], rule: Discordance) -> None:
    assert len({is_discordant(list(order), rule) for order in permutations(found)}) == 1


@given(opinions, rules)
def test_a_group_is_discordant_when_two_of_it_are(found: list[Opinion], rule: Discordance) -> None:
    pairs = [[a, b] for place, a in enumerate(found) for b in found[place + 1 :]]
    assert is_discordant(found, rule) == any(is_discordant(pair, rule) for pair in pairs)


@given(opinions, rules)
def test_who_says_the_same_agrees(found: list[Opinion], rule: Discordance) -> None:
    assert not is_discordant([found[0]] * 3, rule)


@given(opinions, st.integers(1, 3))
def test_a_stricter_rule_finds_no_fewer(found: list[Opinion], limit: int) -> None:
    loose, strict = Discordance(segment_difference=limit + 1), Discordance(segment_difference=limit)
    assert is_discordant(found, loose) <= is_discordant(found, strict)
