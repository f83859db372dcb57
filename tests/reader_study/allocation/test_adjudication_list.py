"""A round of adjudication as a value: decoys, seats, distances, and that a place says nothing."""

import json
from collections import Counter, defaultdict
from typing import Any
from uuid import UUID, uuid5

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reader_study.allocation.adjudication import NAME, Seat, decoys, made, rows, sealed_digest
from reader_study.allocation.readlist import Impossible, canonical

SPACE = UUID(int=7)
ARMS = "ABC"


def case_of(number: int) -> str:
    return str(uuid5(SPACE, f"case {number}"))


def person(number: int) -> str:
    return str(uuid5(SPACE, f"person {number}"))


def inputs(
    *,
    discordant: list[tuple[int, str]],
    agreeing: list[tuple[int, str]] = (),  # type: ignore[assignment]
    vacant: list[list[Any]] = (),  # type: ignore[assignment]
    adjudicators: int = 2,
    before: dict[int, list[int]] | None = None,
    fraction: float = 0.2,
    panel: int = 1,
    distance: int | None = None,
) -> dict[str, Any]:
    def named(pairs: list[tuple[int, str]]) -> list[list[str]]:
        return sorted([f"A-{case:04d}", case_of(case), arm] for case, arm in pairs)

    rule = {"when": {"segment_difference": 2}, "decoy_fraction": fraction, "result": "beside"}
    return {
        "round": 1,
        "study": str(SPACE),
        "protocol": "0" * 64,
        "rule": rule | ({"mode": "panel", "panel_size": panel} if panel > 1 else {"mode": "single"}),
        "minimum_distance": distance,
        "discordant": named(discordant),
        "agreeing": named(agreeing),
        "vacant": sorted(vacant),
        "adjudicators": [
            [f"{n:03d}", person(n), [case_of(case) for case in (before or {}).get(n, [])]]
            for n in range(1, adjudicators + 1)
        ],
        "sheets": [],
    }


def of_each(seats: tuple[Seat, ...]) -> dict[UUID, list[Seat]]:
    found: dict[UUID, list[Seat]] = defaultdict(list)
    for seat in sorted(seats, key=lambda seat: seat.position):
        found[seat.adjudicator].append(seat)
    return found


def nearest(order: list[Seat]) -> int:
    """The least distance of two reads of a case; more than there are places where none is read twice."""
    places: dict[UUID, list[int]] = defaultdict(list)
    for place, seat in enumerate(order):
        places[seat.case].append(place)
    return min(
        (b - a for of_case in places.values() for a, b in zip(of_case, of_case[1:], strict=False)),
        default=len(order) + 1,
    )


@st.composite
def rounds(draw: st.DrawFn) -> dict[str, Any]:
    pairs = [(case, arm) for case in range(draw(st.integers(1, 14))) for arm in ARMS]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True))
    panel = draw(st.integers(1, 3))
    return inputs(
        discordant=chosen,
        agreeing=[pair for pair in pairs if pair not in chosen],
        adjudicators=draw(st.integers(panel, 5)),
        fraction=draw(st.sampled_from([0.0, 0.1, 0.2, 0.5, 1.0])),
        panel=panel,
        distance=draw(st.none() | st.integers(1, 30)),
    )


seeds = st.binary(min_size=32, max_size=32)


@given(rounds(), seeds)
def test_every_discordant_pair_has_its_seats_and_as_many_decoys_as_asked(
    given_: dict[str, Any], seed: bytes
) -> None:
    seats = made(NAME, inputs=given_, seed=seed)
    panel, share = given_["rule"].get("panel_size", 1), given_["rule"]["decoy_fraction"]
    by_pair = Counter((str(seat.case), seat.arm, seat.decoy) for seat in seats)
    assert set(by_pair.values()) == {panel}
    discordant = {(case, arm) for _, case, arm in given_["discordant"]}
    assert {(case, arm) for case, arm, decoy in by_pair if not decoy} == discordant
    drawn = {(case, arm) for case, arm, decoy in by_pair if decoy}
    assert drawn <= {(case, arm) for _, case, arm in given_["agreeing"]}
    assert len(drawn) == decoys(share, discordant=len(discordant), agreeing=len(given_["agreeing"]))
    if share and given_["agreeing"]:
        assert drawn


@given(rounds(), seeds)
def test_work_is_shared_evenly_and_nobody_gets_a_pair_twice(given_: dict[str, Any], seed: bytes) -> None:
    seats = made(NAME, inputs=given_, seed=seed)
    loads = Counter(seat.adjudicator for seat in seats)
    each = [loads[UUID(account)] for _, account, _ in given_["adjudicators"]]
    assert max(each) - min(each) <= 1
    assert len({(seat.adjudicator, seat.case, seat.arm) for seat in seats}) == len(seats)
    for own in of_each(seats).values():
        assert [seat.position for seat in own] == list(range(1, len(own) + 1))
    assert len({seat.token for seat in seats}) == len(seats)


@given(rounds(), seeds)
def test_two_reads_of_a_case_are_never_near_each_other(given_: dict[str, Any], seed: bytes) -> None:
    for own in of_each(made(NAME, inputs=given_, seed=seed)).values():
        most = max(Counter(seat.case for seat in own).values())
        apart = len(own) // most
        wanted = given_["minimum_distance"]
        half = max((apart + 1) // 2, 2)
        assert nearest(own) >= min(apart, half if wanted is None else wanted + 1)


@given(seeds)
def test_the_arms_of_a_case_go_to_different_adjudicators(seed: bytes) -> None:
    everything = inputs(discordant=[(case, arm) for case in range(8) for arm in ARMS], adjudicators=3)
    for own in of_each(made(NAME, inputs=everything, seed=seed)).values():
        assert len({seat.case for seat in own}) == len(own) == 8


@given(seeds)
def test_a_round_begins_with_other_cases_than_the_one_before_ended(seed: bytes) -> None:
    pairs = [(case, arm) for case in range(12) for arm in "AB"]
    later = inputs(discordant=pairs, adjudicators=1, before={1: [*range(20, 30), 0, 1, 2, 3]})
    order = list(made(NAME, inputs=later, seed=seed))
    apart = 12 // 2  # half of 24 // 2, which is kept to the round before, too
    for ago, case in enumerate([3, 2, 1, 0], start=1):
        first = next(place for place, seat in enumerate(order) if str(seat.case) == case_of(case))
        assert first + ago >= apart


@given(seeds)
def test_a_seat_that_was_left_goes_to_somebody_else_and_a_decoy_stays_one(seed: bytes) -> None:
    left = [
        ["A-0001", case_of(1), "A", True, 1, [person(1)]],
        ["A-0002", case_of(2), "B", False, 2, [person(2)]],
    ]
    seats = made(NAME, inputs=inputs(discordant=[], vacant=left, adjudicators=3, panel=2), seed=seed)
    found = {(str(seat.case), seat.decoy): set() for seat in seats}
    for seat in seats:
        found[str(seat.case), seat.decoy].add(str(seat.adjudicator))
    assert found[case_of(1), True] < {person(2), person(3)} and len(found[case_of(1), True]) == 1
    assert found[case_of(2), False] == {person(1), person(3)}


def test_a_panel_that_is_too_small_is_refused_with_both_numbers() -> None:
    with pytest.raises(Impossible) as refused:
        made(NAME, inputs=inputs(discordant=[(1, "A")], adjudicators=2, panel=3), seed=bytes(32))
    assert (refused.value.code, refused.value.numbers) == ("adjudicators", {"wanted": 3, "there": 2})


@pytest.mark.parametrize(
    ("fraction", "discordant", "agreeing", "expected"),
    [
        (0.2, 1, 9, 1), (0.2, 5, 9, 1), (0.2, 6, 9, 2), (0.07, 100, 99, 7), (0.0, 9, 9, 0), (1.0, 9, 4, 4),
        (0.5, 0, 9, 0),
    ],
)  # fmt: skip
def test_decoys_are_counted_in_exact_decimals(
    fraction: float, discordant: int, agreeing: int, expected: int
) -> None:
    assert decoys(fraction, discordant=discordant, agreeing=agreeing) == expected


# Some cases are discordant in all arms, some in one, as in a study: the worst case for a place that tells.
STUDY = inputs(
    discordant=[(case, arm) for case in range(4) for arm in ARMS] + [(case, "A") for case in range(4, 12)],
    agreeing=[(case, arm) for case in range(4, 30) for arm in "BC"],
    adjudicators=2,
    fraction=0.4,
)


@pytest.fixture(scope="module")
def many_rounds() -> list[tuple[Seat, ...]]:
    return [made(NAME, inputs=STUDY, seed=number.to_bytes(32, "big")) for number in range(1000)]


def test_neither_place_nor_adjudicator_says_what_a_decoy_is(many_rounds: list[tuple[Seat, ...]]) -> None:
    """Chi-squared tests of place x decoy, adjudicator x decoy, and place x arm."""
    by_place, by_person, by_arm = np.zeros((14, 2)), np.zeros((2, 2)), np.zeros((14, 3))
    people = {UUID(account): index for index, (_, account, _) in enumerate(STUDY["adjudicators"])}
    for seat in (seat for seats in many_rounds for seat in seats):
        by_place[seat.position - 1, int(seat.decoy)] += 1
        by_person[people[seat.adjudicator], int(seat.decoy)] += 1
        by_arm[seat.position - 1, ARMS.index(seat.arm)] += 1
    for table in (by_place, by_person, by_arm):
        assert stats.chi2_contingency(table).pvalue > 0.001
    assert by_place[:, 1].sum() == len(many_rounds) * 8


def test_the_next_read_is_as_likely_a_decoy_after_a_decoy_as_after_another(
    many_rounds: list[tuple[Seat, ...]],
) -> None:
    after = np.zeros((2, 2))
    for seats in many_rounds:
        for own in of_each(seats).values():
            for one, other in zip(own[::2], own[1::2], strict=True):  # no read counts twice
                after[int(one.decoy), int(other.decoy)] += 1
    # Decoys are drawn without replacement, so that one makes the next slightly less likely: 7 of 27, not 8 of 28.
    assert after[1, 1] / after[1].sum() == pytest.approx(7 / 27, abs=0.04)
    assert after[0, 1] / after[0].sum() == pytest.approx(8 / 27, abs=0.04)


@given(rounds(), seeds)
def test_the_digest_is_of_every_row_and_of_all_that_the_list_was_made_from(
    given_: dict[str, Any], seed: bytes
) -> None:
    kept = json.loads(canonical(given_))  # as the database gives it back
    seats = made(NAME, inputs=kept, seed=seed)
    digest = sealed_digest(seats, algorithm=NAME, inputs=kept)
    assert digest == sealed_digest(made(NAME, inputs=given_, seed=seed), algorithm=NAME, inputs=given_)
    assert digest != sealed_digest(seats[:-1], algorithm=NAME, inputs=kept)
    assert digest != sealed_digest(seats, algorithm=NAME, inputs={**kept, "protocol": "1" * 64})
    assert len(rows(seats)) == len(seats)
