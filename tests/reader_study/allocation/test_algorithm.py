"""What williams-mixed-1 promises, over many seeds and designs."""

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import combinations, pairwise, permutations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, mannwhitneyu

from reader_study.allocation.algorithm import (
    Candidate,
    Design,
    Impossible,
    Placement,
    ReadList,
    minimum_distance,
    read_list,
    williams,
)

ARMS = ("spect", "virtual_pet", "pet")
THREE = Design(arms=ARMS, sessions=3)
STUDY = UUID(int=7)
KNOWN_DIGEST = "dad7d8595b87641ae907c5726a65f9493d8b8fc0da22ae638f3cbe14c069e50d"


def candidates(*per_site: int, arms: tuple[str, ...] = ARMS) -> list[Candidate]:
    """So many complete cases per site, with identifiers that only a test has."""
    return [
        Candidate(
            case=UUID(int=100 * site + number),
            subject=f"{letter}-{number:04d}",
            site=letter,
            arms=frozenset(arms),
        )
        for site, (letter, size) in enumerate(zip("ABCDEF", per_site, strict=False), start=1)
        for number in range(1, size + 1)
    ]


def people(number: int) -> dict[str, UUID]:
    return {f"{reader:03d}": UUID(int=10_000 + reader) for reader in range(1, number + 1)}


def seed(number: int) -> bytes:
    return number.to_bytes(32, "big")


def allocate(design: Design = THREE, *sizes: int, readers: int = 3, number: int = 1) -> ReadList:
    return read_list(
        design=design,
        study=STUDY,
        candidates=candidates(*sizes, arms=design.arms),
        readers=people(readers),
        seed=seed(number),
    )


def by_session(reads: ReadList) -> dict[tuple[UUID, int], list[Placement]]:
    sessions = defaultdict(list)
    for placement in sorted(reads.placements, key=lambda p: (p.reader, p.session, p.position)):
        sessions[placement.reader, placement.session].append(placement)
    return sessions


@st.composite
def allocations(draw: st.DrawFn) -> tuple[Design, list[Candidate], ReadList]:
    arms = tuple(f"arm-{number}" for number in range(draw(st.integers(1, 4))))
    sessions = draw(st.integers(len(arms), len(arms) + 2))
    repeats = draw(st.sampled_from([0.0, 0.1, 0.2])) if sessions > len(arms) else 0.0
    cases = candidates(*draw(st.lists(st.integers(4, 13), min_size=1, max_size=4)), arms=arms)
    design = Design(arms=arms, sessions=sessions, repeat_fraction=repeats)
    reads = read_list(
        design=design,
        study=STUDY,
        candidates=cases,
        readers=people(draw(st.integers(1, 3))),
        seed=draw(st.binary(min_size=32, max_size=32)),
    )
    return design, cases, reads


@settings(max_examples=200, deadline=None)
@given(allocations())
def test_every_reader_reads_every_case_once_in_every_arm(drawn):
    design, cases, reads = drawn
    for reader in {p.reader for p in reads.placements}:
        first = Counter((p.case, p.arm) for p in reads.placements if p.reader == reader and not p.repetition)
        assert first == Counter((c.case, arm) for c in cases for arm in design.arms)


@settings(max_examples=200, deadline=None)
@given(allocations())
def test_a_case_is_never_twice_in_a_session_and_positions_have_no_gap(drawn):
    _, _, reads = drawn
    for session in by_session(reads).values():
        assert len({p.case for p in session}) == len(session)
        assert [p.position for p in session] == list(range(1, len(session) + 1))


@settings(max_examples=200, deadline=None)
@given(allocations())
def test_in_each_session_the_arms_of_a_site_and_of_all_sites_differ_by_at_most_one_case(drawn):
    design, cases, reads = drawn
    site_of = {c.case: c.site for c in cases}
    for session in by_session(reads).values():
        first = [p for p in session if not p.repetition]
        for site in {*site_of.values(), None}:
            counts = Counter(p.arm for p in first if site in (None, site_of[p.case]))
            sizes = [counts[arm] for arm in design.arms]
            assert max(sizes) - min(sizes) <= 1


@settings(max_examples=200, deadline=None)
@given(allocations())
def test_two_reads_of_a_case_keep_their_distance_also_across_sessions(drawn):
    _, _, reads = drawn
    sessions = by_session(reads)
    for reader in {p.reader for p in reads.placements}:
        own = [session for (owner, _), session in sessions.items() if owner == reader]
        distance = minimum_distance([len(session) for session in own])
        places = defaultdict(list)
        for place, placement in enumerate(p for session in own for p in session):
            places[placement.case].append(place)
        assert all(b - a >= distance for seen in places.values() for a, b in pairwise(seen))


@settings(max_examples=200, deadline=None)
@given(allocations())
def test_hidden_repeats_are_as_many_as_asked_and_follow_in_a_later_session(drawn):
    design, cases, reads = drawn
    for reader in {p.reader for p in reads.placements}:
        own = [p for p in reads.placements if p.reader == reader]
        session_of_first = {(p.case, p.arm): p.session for p in own if not p.repetition}
        repeats = [p for p in own if p.repetition]
        assert len(repeats) == int(design.repeat_fraction * len(cases) + 0.5)
        assert all(p.session > session_of_first[p.case, p.arm] for p in repeats)
        assert len({p.case for p in repeats}) == len(repeats)


@settings(max_examples=200, deadline=None)
@given(allocations())
def test_no_two_readers_share_an_order_and_no_token_is_used_twice(drawn):
    _, _, reads = drawn
    orders = defaultdict(list)
    for (reader, _), session in by_session(reads).items():
        orders[reader].append([(p.case, p.arm) for p in session])
    assert all(a != b for a, b in combinations(orders.values(), 2))
    tokens = [p.token for p in reads.placements]
    assert len(set(tokens)) == len(tokens)
    assert all(token.version == 4 for token in tokens)


def test_many_readers_of_a_tiny_study_still_have_an_order_of_their_own():
    reads = allocate(THREE, 1, readers=6)
    orders = {tuple(p.arm for p in reads.placements if p.reader == reader) for reader in people(6).values()}
    assert len(orders) == 6


def test_the_same_seed_gives_the_same_list_whatever_the_order_of_the_arguments():
    cases, readers = candidates(5, 4), people(3)
    once = read_list(design=THREE, study=STUDY, candidates=cases, readers=readers, seed=seed(7))
    again = read_list(
        design=THREE,
        study=STUDY,
        candidates=cases[::-1],
        readers=dict(reversed(readers.items())),
        seed=seed(7),
    )
    assert once.canonical() == again.canonical()


def order(reads: ReadList, cases: list[Candidate], readers: dict[str, UUID]) -> list[tuple[object, ...]]:
    """The list by names: what is read when, without the identifiers of one database."""
    subjects, names = {c.case: c.subject for c in cases}, {account: name for name, account in readers.items()}
    return sorted(
        (names[p.reader], p.session, p.position, subjects[p.case], p.arm, p.repetition)
        for p in reads.placements
    )


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(11)), st.permutations(range(3)))
def test_the_same_seed_gives_the_same_order_in_every_database(case_ids, reader_ids):
    """Identifiers are drawn at random by each installation; subjects, sites and readers keep their names."""
    design = Design(arms=ARMS, sessions=4, repeat_fraction=0.2)
    cases, readers = candidates(6, 5), people(3)
    here = read_list(design=design, study=STUDY, candidates=cases, readers=readers, seed=seed(7))
    moved = [replace(case, case=UUID(int=number)) for case, number in zip(cases, case_ids, strict=True)]
    others = {name: UUID(int=number) for name, number in zip(readers, reader_ids, strict=True)}
    there = read_list(design=design, study=UUID(int=8), candidates=moved, readers=others, seed=seed(7))
    assert order(there, moved, others) == order(here, cases, readers)


def test_two_studies_with_one_seed_have_no_token_in_common():
    made = {"design": THREE, "candidates": candidates(6), "readers": people(2), "seed": seed(7)}
    one, other = (read_list(**made, study=UUID(int=study)) for study in (1, 2))
    assert not {p.token for p in one.placements} & {p.token for p in other.placements}


def test_the_list_of_a_known_seed_is_known_for_ever():
    """A change here is a new algorithm: give it a new name, never a new digest."""
    assert allocate(THREE, 6, 6, number=1).digest() == KNOWN_DIGEST


def test_another_seed_gives_another_list():
    assert len({allocate(THREE, 6, 6, number=number).digest() for number in range(50)}) == 50


def test_another_reader_leaves_the_lists_of_the_others_as_they_were():
    few, many = allocate(THREE, 6, 6, readers=2), allocate(THREE, 6, 6, readers=3)
    assert set(few.placements) < set(many.placements)


def test_one_changed_placement_changes_the_digest():
    reads = allocate(THREE, 6, 6)
    for number, placement in enumerate(reads.placements):
        others = reads.placements[:number] + reads.placements[number + 1 :]
        moved = replace(placement, arm="pet" if placement.arm != "pet" else "spect")
        assert ReadList(placements=(*others, moved), withheld=()).digest() != reads.digest()


def test_a_case_that_lacks_an_arm_is_withheld_from_all_arms():
    cases = candidates(6)
    lacking = replace(cases[2], arms=frozenset({"spect", "virtual_pet"}))
    reads = read_list(
        design=THREE,
        study=STUDY,
        candidates=[*cases[:2], lacking, *cases[3:]],
        readers=people(2),
        seed=seed(1),
    )
    assert reads.withheld == (lacking.case,)
    assert lacking.case not in {p.case for p in reads.placements}
    assert len(reads.placements) == 5 * 3 * 2


@pytest.mark.parametrize("order", range(1, 9))
def test_a_williams_design_is_latin_and_every_arm_follows_every_other_equally_often(order):
    squares = williams(order)
    for square in squares:
        for line in [*square, *zip(*square, strict=True)]:
            assert sorted(line) == list(range(order))
    followers = Counter(pair for square in squares for row in square for pair in pairwise(row))
    assert len(followers) == order * (order - 1)
    assert len(set(followers.values())) <= 1


def test_over_whole_blocks_each_arm_follows_each_other_equally_often_for_every_reader():
    reads = allocate(THREE, 12, readers=3)
    for reader in people(3).values():
        sequences = defaultdict(dict)
        for p in reads.placements:
            if p.reader == reader:
                sequences[p.case][p.session] = p.arm
        followers = Counter(
            (arms[session], arms[session + 1]) for arms in sequences.values() for session in (1, 2)
        )
        assert set(followers.values()) == {4}


def independence(table: dict[tuple[object, object], int]) -> float:
    """p of Pearson's chi-square for a table of counts; small = the rows tell something about the columns."""
    rows, columns = sorted({r for r, _ in table}), sorted({c for _, c in table})
    total = sum(table.values())
    row = {r: sum(table.get((r, c), 0) for c in columns) for r in rows}
    column = {c: sum(table.get((r, c), 0) for r in rows) for c in columns}
    statistic = sum(
        (table.get((r, c), 0) - row[r] * column[c] / total) ** 2 / (row[r] * column[c] / total)
        for r in rows
        for c in columns
    )
    return float(chi2.sf(statistic, (len(rows) - 1) * (len(columns) - 1)))


@pytest.fixture(scope="module")
def many() -> list[ReadList]:
    return [allocate(THREE, 5, 4, readers=2, number=number) for number in range(400)]


def test_over_many_seeds_the_place_in_a_session_tells_nothing_about_the_arm(many):
    for session in (1, 2, 3):
        table = Counter(
            (p.position, p.arm) for reads in many for p in reads.placements if p.session == session
        )
        assert independence(table) > 0.001


def test_over_many_seeds_the_session_tells_nothing_about_the_arm_of_a_case(many):
    first_case = UUID(int=101)
    table = Counter((p.session, p.arm) for reads in many for p in reads.placements if p.case == first_case)
    assert independence(table) > 0.001


def test_over_many_seeds_the_place_in_the_first_session_tells_nothing_about_the_case(many):
    table = Counter((p.position, str(p.case)) for reads in many for p in reads.placements if p.session == 1)
    assert independence(table) > 0.001


def test_over_many_seeds_one_reader_tells_nothing_about_the_other(many):
    table = Counter()
    for reads in many:
        first, second = (
            {p.case: p.arm for p in reads.placements if p.reader == reader and p.session == 1}
            for reader in people(2).values()
        )
        table[first[UUID(int=101)], second[UUID(int=101)]] += 1
    assert independence(table) > 0.001


def test_over_many_seeds_the_token_tells_nothing_about_the_arm(many):
    tokens = defaultdict(list)
    for reads in many:
        for placement in reads.placements:
            tokens[placement.arm].append(placement.token.int / 2**128)
    for one, other in combinations(ARMS, 2):
        assert mannwhitneyu(tokens[one], tokens[other]).pvalue > 0.001


def test_all_orders_that_keep_the_distance_are_equally_likely():
    """Four cases, distance two: whoever was last in the first session is not first in the second."""
    valid = {order for order in permutations(range(4)) if order[0] != 3}
    counts = Counter()
    for number in range(100 * len(valid)):
        first, second = by_session(
            allocate(Design(arms=("spect", "pet"), sessions=2), 4, readers=1, number=number)
        ).values()
        place = {p.case: p.position - 1 for p in first}
        counts[tuple(place[p.case] for p in second)] += 1
    assert set(counts) == valid
    assert chi2.sf(sum((n - 100) ** 2 / 100 for n in counts.values()), len(valid) - 1) > 0.001


def test_the_independence_test_itself_sees_a_dependence_of_a_tenth(many):
    """The tests above can fail: pull one read in ten towards its arm's corner and the p-value is gone."""
    table = Counter()
    for reads in many:
        for number, p in enumerate(p for p in reads.placements if p.session == 1):
            position = 1 if p.arm == "pet" and number % 10 == 0 else p.position
            table[position, p.arm] += 1
    assert independence(table) < 0.001


@pytest.mark.parametrize(
    ("design", "sizes", "readers", "code"),
    [
        (Design(arms=ARMS, sessions=2), (6,), 1, "sessions"),
        (Design(arms=ARMS, sessions=3, repeat_fraction=0.1), (6,), 1, "repeat_sessions"),
        (Design(arms=ARMS, sessions=4, repeat_fraction=0.9), (6,), 1, "repeats"),
        (THREE, (), 1, "no_cases"),
        (THREE, (6,), 0, "no_readers"),
        (Design(arms=("spect", "pet"), sessions=2), (1,), 3, "orders"),
    ],
)
def test_an_impossible_design_says_what_stands_in_the_way(design, sizes, readers, code):
    with pytest.raises(Impossible) as refusal:
        allocate(design, *sizes, readers=readers)
    assert refusal.value.code == code
