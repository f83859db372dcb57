"""What williams-mixed-2 promises of every list, over random designs."""

from collections import Counter, defaultdict
from dataclasses import replace
from itertools import combinations, pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reader_study.allocation.crossover import half_the_shortest
from reader_study.allocation.readlist import Impossible, ReadList
from reader_study.allocation.williams_mixed_2 import Design, Reader, farthest, read_list
from tests.reader_study.allocation.lists import (
    ARMS,
    STUDY,
    allocated,
    by_reader,
    by_session,
    cases_of,
    designs,
    people,
    seed,
)

THREE = Design(arms=ARMS, sessions=3)
REPEATED = Design(arms=ARMS, sessions=4, repeat_fraction=0.2)
# A change of these is a new algorithm: give it a new name, never a new digest.
KNOWN_DIGESTS = {
    THREE: "d7167298c3072b21052c07daab5bd13b21973ff8693df9154d542569cc4d6101",
    replace(
        REPEATED, readers_per_case=2, minimum_distance=2
    ): "7c8a0fb1dd45312550e54f66a23595cc3c58c1885e430096f8a57e1f0c09f17b",
}


def check_cases(design, cases, readers, reads):
    """Every case in every arm once, by every reader, or by as many readers as the design says."""
    first = Counter((p.reader, p.case, p.arm) for p in reads.placements if not p.repetition)
    assert set(first.values()) == {1}
    of_case = defaultdict(set)
    for reader, case, _arm in first:
        of_case[case].add(reader)
    assert {case.case for case in cases} == set(of_case)
    assert {len(found) for found in of_case.values()} == {design.readers_per_case or readers}
    assert len(first) == sum(len(found) for found in of_case.values()) * len(design.arms)


def check_places(reads):
    """Never twice in a session; sessions and places are numbered without a gap."""
    for session in by_session(reads).values():
        assert len({p.case for p in session}) == len(session)
        assert [p.position for p in session] == list(range(1, len(session) + 1))
    for own in by_reader(reads).values():
        numbers = sorted({p.session for p in own})
        assert numbers == list(range(1, len(numbers) + 1))


def check_balance(design, cases, reads):
    """In each session the arms of a site, and of all sites, differ by at most one case."""
    site_of = {case.case: case.site for case in cases}
    for session in by_session(reads).values():
        first = [p for p in session if not p.repetition]
        for site in {*site_of.values(), None}:
            counts = Counter(p.arm for p in first if site in (None, site_of[p.case]))
            sizes = [counts[arm] for arm in design.arms]
            assert max(sizes) - min(sizes) <= 1


def check_coverage(cases, readers, reads):
    """The numbers of cases of two readers differ by at most one, in all and at each site."""
    site_of = {case.case: case.site for case in cases}
    own = {reader: {p.case for p in placements} for reader, placements in by_reader(reads).items()}
    for site in {*site_of.values(), None}:
        loads = [sum(site in (None, site_of[case]) for case in found) for found in own.values()]
        loads += [0] * (readers - len(own))
        assert max(loads) - min(loads) <= 1


def check_distance(design, reads):
    for own in by_reader(reads).values():
        lengths = list(Counter(p.session for p in own).values())
        asked = design.minimum_distance
        distance = half_the_shortest(lengths) if asked is None else asked + 1
        assert distance <= farthest(lengths)
        places = defaultdict(list)
        for place, placement in enumerate(own):
            places[placement.case].append(place)
        assert all(b - a >= distance for seen in places.values() for a, b in pairwise(seen))


def check_repeats(design, cases, reads):
    """As many as asked, of different cases, in an arm that was read in a session before; spread."""
    site_of = {case.case: case.site for case in cases}
    for own in by_reader(reads).values():
        read_in = {(p.case, p.arm): p.session for p in own if not p.repetition}
        own_cases = {p.case for p in own}
        repeats = [p for p in own if p.repetition]
        assert len(repeats) == int(design.repeat_fraction * len(own_cases) + 0.5)
        assert all(p.repetition == 1 and p.session > read_in[p.case, p.arm] for p in repeats)
        assert len({p.case for p in repeats}) == len(repeats)
        for site, size in Counter(site_of[case] for case in own_cases).items():
            share = len(repeats) * size / len(own_cases)
            assert abs(sum(site_of[p.case] == site for p in repeats) - share) < 2
        # Nearly always one apart; a small site may have no case that rests in the session whose turn it is.
        found = Counter(p.session for p in repeats)
        later = [found[session] for session in {p.session for p in own} - {1}]
        assert len(own_cases) < 8 or max(later, default=0) - min(later, default=0) <= 2


def check_identities(reads):
    """No two readers have the same order; no token twice, and all are random UUIDs."""
    orders = [[(p.session, p.case, p.arm, p.repetition) for p in own] for own in by_reader(reads).values()]
    assert all(one != other for one, other in combinations(orders, 2))
    tokens = [p.token for p in reads.placements]
    assert len(set(tokens)) == len(tokens)
    assert all(token.version == 4 for token in tokens)


@settings(max_examples=500, deadline=None)
@given(designs(), st.binary(min_size=32, max_size=32))
def test_every_design_keeps_every_promise(drawn, seed):
    design, cases, readers = drawn
    reads = read_list(design=design, study=STUDY, candidates=cases, readers=people(readers), seed=seed)
    check_cases(design, cases, readers, reads)
    check_places(reads)
    check_balance(design, cases, reads)
    check_coverage(cases, readers, reads)
    check_distance(design, reads)
    check_repeats(design, cases, reads)
    check_identities(reads)


@settings(max_examples=100, deadline=None)
@given(
    designs(), st.integers(1, 9), st.lists(st.integers(0, 7), min_size=6, max_size=6), st.integers(0, 2**64)
)
def test_a_later_block_has_new_tokens_and_follows_what_each_reader_has(drawn, late, last, number):
    design, cases, readers = drawn
    made = {"design": design, "study": STUDY, "seed": seed(number)}
    earlier = read_list(candidates=cases, readers=people(readers), **made)
    followed = {
        name: Reader(reader.account, max(p.session for p in by_reader(earlier)[reader.account]) + gap)
        for (name, reader), gap in zip(people(readers).items(), last, strict=False)
    }
    later = read_list(
        candidates=cases_of(late, arms=design.arms, since=500), readers=followed, block=2, **made
    )
    assert not {p.token for p in earlier.placements} & {p.token for p in later.placements}
    for reader in followed.values():
        own = by_reader(later)[reader.account]
        assert {p.session for p in own} == {
            reader.last_session + n for n in range(1, len({p.session for p in own}) + 1)
        }


@pytest.mark.parametrize("late", [1, 2, 3])
def test_one_late_case_can_be_read_by_many_readers_under_a_far_distance(late):
    design = replace(THREE, minimum_distance=8)
    reads = read_list(
        design=design,
        study=STUDY,
        candidates=cases_of(late, since=90),
        readers=people(10, last_session=3),
        seed=seed(1),
        block=2,
    )
    assert len(reads.placements) == late * 3 * 10
    check_places(
        replace(reads, placements=tuple(replace(p, session=p.session - 3) for p in reads.placements))
    )


@settings(max_examples=50, deadline=None)
@given(designs(), st.randoms(use_true_random=False), st.binary(min_size=32, max_size=32))
def test_the_same_names_give_the_same_order_in_every_database(drawn, random, seed):
    """Identifiers are drawn at random by each installation; the order of arguments means nothing."""
    design, cases, readers = drawn
    named = people(readers)
    here = read_list(design=design, study=STUDY, candidates=cases, readers=named, seed=seed)
    numbers = random.sample(range(10**9), len(cases) + readers)
    moved = [replace(case, case=UUID(int=n)) for case, n in zip(cases, numbers, strict=False)]
    others = {name: Reader(UUID(int=n)) for name, n in zip(named, reversed(numbers), strict=False)}
    there = read_list(
        design=design,
        study=UUID(int=8),
        candidates=moved[::-1],
        readers=dict(reversed(others.items())),
        seed=seed,
    )
    assert by_name(there, moved, others) == by_name(here, cases, named)
    assert not {p.token for p in here.placements} & {p.token for p in there.placements}


def by_name(reads, cases, readers):
    subjects = {case.case: case.subject for case in cases}
    names = {reader.account: name for name, reader in readers.items()}
    return sorted(
        (names[p.reader], p.session, p.position, subjects[p.case], p.arm, p.repetition)
        for p in reads.placements
    )


@pytest.mark.parametrize(("design", "digest"), KNOWN_DIGESTS.items(), ids=["crossed", "incomplete"])
def test_the_list_of_a_known_seed_is_known_for_ever(design, digest):
    assert allocated(design, 6, 6).digest() == digest


def test_another_seed_gives_another_list():
    assert len({allocated(THREE, 6, 6, number=number).digest() for number in range(50)}) == 50


def test_another_reader_of_a_crossed_design_leaves_the_lists_of_the_others_as_they_were():
    few, many = allocated(REPEATED, 6, 6, readers=2), allocated(REPEATED, 6, 6, readers=3)
    assert set(few.placements) < set(many.placements)


def test_one_changed_placement_changes_the_digest():
    reads = allocated(REPEATED, 4, 4)
    for number, placement in enumerate(reads.placements):
        others = reads.placements[:number] + reads.placements[number + 1 :]
        moved = replace(placement, repetition=1 - placement.repetition)
        assert replace(reads, placements=(*others, moved)).digest() != reads.digest()


def test_a_case_that_lacks_an_arm_is_withheld_from_all_arms():
    cases = cases_of(6)
    lacking = replace(cases[2], arms=frozenset({"spect", "virtual_pet"}))
    reads: ReadList = read_list(
        design=THREE,
        study=STUDY,
        candidates=[*cases[:2], lacking, *cases[3:]],
        readers=people(2),
        seed=seed(1),
    )
    assert reads.withheld == (lacking.case,)
    assert lacking.case not in {p.case for p in reads.placements}
    assert len(reads.placements) == 5 * 3 * 2


def test_over_whole_blocks_each_arm_follows_each_other_equally_often_for_every_reader():
    reads = allocated(THREE, 12, readers=3)
    for own in by_reader(reads).values():
        sequences = defaultdict(dict)
        for p in own:
            sequences[p.case][p.session] = p.arm
        followers = Counter(
            (arms[session], arms[session + 1]) for arms in sequences.values() for session in (1, 2)
        )
        assert set(followers.values()) == {4}


def test_a_large_study_is_allocated_whole():
    design = Design(arms=("A", "B", "C", "D"), sessions=5, repeat_fraction=0.2)
    reads = allocated(design, 200, 200, 100, readers=10)
    assert len(reads.placements) == 10 * (500 * 4 + 100)
    check_distance(design, reads)


@pytest.mark.parametrize(
    ("design", "sizes", "readers", "code"),
    [
        (Design(arms=ARMS, sessions=2), (6,), 1, "sessions"),
        (Design(arms=ARMS, sessions=3, repeat_fraction=0.1), (6,), 1, "repeat_sessions"),
        (Design(arms=ARMS, sessions=4, repeat_fraction=0.9), (6,), 1, "repeats"),
        (replace(THREE, readers_per_case=4), (6,), 3, "readers_per_case"),
        (replace(THREE, minimum_distance=5), (6,), 1, "distance"),
        (THREE, (), 1, "no_cases"),
        (THREE, (6,), 0, "no_readers"),
        (Design(arms=("spect", "pet"), sessions=2), (1,), 3, "orders"),
    ],
)
def test_an_impossible_design_says_what_stands_in_the_way(design, sizes, readers, code):
    with pytest.raises(Impossible) as refusal:
        allocated(design, *sizes, readers=readers)
    assert refusal.value.code == code
