"""Read lists of the current algorithm, without a database."""

from collections import defaultdict
from uuid import UUID

from hypothesis import strategies as st
from scipy.stats import chi2

from reader_study.allocation.readlist import Candidate, Placement, ReadList
from reader_study.allocation.williams_mixed_2 import Design, Reader, read_list

ARMS = ("spect", "virtual_pet", "pet")
STUDY = UUID(int=7)
# Each statistical test refuses a list that is as it should be once in so many runs with other seeds. The seeds are
# fixed, so a test that passed once passes for ever; what this says is how surprised to be when a change turns it red.
FALSE_ALARM = 0.001


def cases_of(*per_site: int, arms: tuple[str, ...] = ARMS, since: int = 1) -> list[Candidate]:
    """So many complete cases per site, numbered from ``since``, with identifiers that only a test has."""
    return [
        Candidate(
            case=UUID(int=10_000 * site + number),
            subject=f"{letter}-{number:04d}",
            site=letter,
            arms=frozenset(arms),
        )
        for site, (letter, size) in enumerate(zip("ABCDEFGH", per_site, strict=False), start=1)
        for number in range(since, since + size)
    ]


def people(number: int, *, last_session: int = 0) -> dict[str, Reader]:
    return {
        f"{reader:03d}": Reader(UUID(int=10**6 + reader), last_session) for reader in range(1, number + 1)
    }


def seed(number: int) -> bytes:
    return number.to_bytes(32, "big")


def allocated(design: Design, *sizes: int, readers: int = 3, number: int = 1) -> ReadList:
    return read_list(
        design=design,
        study=STUDY,
        candidates=cases_of(*sizes, arms=design.arms),
        readers=people(readers),
        seed=seed(number),
    )


def by_reader(reads: ReadList) -> dict[UUID, list[Placement]]:
    """Each reader's reads in reading order."""
    found = defaultdict(list)
    for placement in sorted(reads.placements, key=lambda p: (p.reader, p.session, p.position)):
        found[placement.reader].append(placement)
    return found


def by_session(reads: ReadList) -> dict[tuple[UUID, int], list[Placement]]:
    found = defaultdict(list)
    for reader, own in by_reader(reads).items():
        for placement in own:
            found[reader, placement.session].append(placement)
    return found


@st.composite
def designs(draw: st.DrawFn) -> tuple[Design, list[Candidate], int]:
    """A design that can be allocated, its cases, and how many readers."""
    arms = tuple(f"arm-{number}" for number in range(draw(st.integers(1, 4))))
    sessions = draw(st.integers(len(arms), len(arms) + 2))
    sizes = draw(st.lists(st.integers(1, 13), min_size=1, max_size=4).filter(lambda sizes: sum(sizes) >= 8))
    readers = draw(st.integers(1, 6))
    each = draw(st.one_of(st.none(), st.integers(max(1, readers - 2), readers)))
    shortest = sum(sizes) * (each or readers) // readers * len(arms) // sessions - 2
    design = Design(
        arms=arms,
        sessions=sessions,
        repeat_fraction=draw(st.sampled_from([0.0, 0.1, 0.15, 0.2])) if sessions > len(arms) else 0.0,
        readers_per_case=each,
        minimum_distance=draw(st.one_of(st.none(), st.integers(1, 3 * shortest // 4 - 1)))
        if shortest >= 3
        else None,
    )
    return design, cases_of(*sizes, arms=arms), readers


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
