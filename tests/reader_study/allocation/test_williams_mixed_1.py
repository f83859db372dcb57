"""The lists of williams-mixed-1, of which studies were read, can be made again for ever."""

import pytest

from reader_study.allocation.readlist import Impossible
from reader_study.allocation.williams_mixed_1 import Design, read_list
from tests.reader_study.allocation.lists import ARMS, STUDY, cases_of, people, seed

THREE = Design(arms=ARMS, sessions=3)
REPEATED = Design(arms=ARMS, sessions=5, repeat_fraction=0.2)


def listed(design: Design, *sizes: int, number: int = 1, readers: int = 3):
    return read_list(
        design=design,
        study=STUDY,
        candidates=cases_of(*sizes),
        readers={name: reader.account for name, reader in people(readers).items()},
        seed=seed(number),
    )


@pytest.mark.parametrize(
    ("design", "sizes", "digest"),
    [
        (THREE, (6, 6), "b8db051e22967daad161c9a18f916dccb661ace494f449ac485b5411bff176e8"),
        (THREE, (5, 4, 1), "00770b6aa31b544c42601b47b0cf55c2b472c2b9386fb1c4aa49273ab09c2797"),
        (REPEATED, (6, 6), "43015af78a9cc56a91f813fadbdf7660e4277ec1db4d332f29efaa2b52a851df"),
    ],
)
def test_the_list_of_a_known_seed_is_known_for_ever(design, sizes, digest):
    assert listed(design, *sizes).digest() == digest


def test_an_impossible_design_is_still_impossible():
    with pytest.raises(Impossible) as refusal:
        listed(Design(arms=ARMS, sessions=3, repeat_fraction=0.1), 6)
    assert refusal.value.code == "repeat_sessions"
