"""Balanced incomplete designs: which readers read which case. Pure.

Each case is read by ``each`` of all readers. In this order:

1. **Dealing.** Readers are shuffled into a ring. The cases of a site (sites in the order of their codes) are
   shuffled; one site after the other, each case takes the next ``each`` readers of the ring. So the numbers of
   cases of two readers differ by at most one, in all and at every site.
2. **Pairs.** How many cases two readers have in common is made as even as possible by exchanges that keep all of
   the above: while these numbers differ by more than one, and at most ``TRIES * cases * each`` times, two cases
   are drawn (``below`` of all, twice), then a reader of the first who does not read the second and a reader of the
   second who does not read the first (each by ``below`` of those there are, in ring order; a try without such
   readers ends). The two change places if the sum of the squares of these numbers does not grow by it; between
   cases of two sites only if at each site the one who leaves has more cases than the one who comes.

Numbers that differ by at most one in all is what statisticians call balanced (every pair equally often) where the
counts allow it.
"""

from collections import Counter
from collections.abc import Sequence

from reader_study.allocation.readlist import Candidate
from reader_study.allocation.stream import Stream

TRIES = 100


def covered(
    cases: Sequence[Candidate], *, readers: Sequence[str], each: int, stream: Stream
) -> dict[str, list[Candidate]]:
    """reader -> the cases to be read, in the order given. ``cases`` in the order of their names."""
    ring = stream.shuffled(sorted(readers))
    dealt: list[tuple[Candidate, set[int]]] = []
    taken = 0
    for site in sorted({case.site for case in cases}):
        for case in stream.shuffled([case for case in cases if case.site == site]):
            dealt.append((case, {(taken + place) % len(ring) for place in range(each)}))
            taken += each
    _even_out_pairs(dealt, len(ring), stream)
    read_by = {case.subject: {ring[place] for place in places} for case, places in dealt}
    return {reader: [case for case in cases if reader in read_by[case.subject]] for reader in readers}


def _even_out_pairs(dealt: list[tuple[Candidate, set[int]]], readers: int, stream: Stream) -> None:
    together = [[0] * readers for _ in range(readers)]
    at_site: Counter[tuple[str, int]] = Counter()
    for case, places in dealt:
        for one in places:
            at_site[case.site, one] += 1
            for other in places - {one}:
                together[one][other] += 1
    for _ in range(TRIES * sum(len(places) for _, places in dealt)):
        if _even(together):
            return
        (first, here), (second, there) = (dealt[stream.below(len(dealt))] for _ in range(2))
        may_leave, may_come = sorted(here - there), sorted(there - here)
        if not may_leave:
            continue
        leaves = may_leave[stream.below(len(may_leave))]
        comes = may_come[stream.below(len(may_come))]
        if first.site != second.site and not (
            at_site[first.site, leaves] > at_site[first.site, comes]
            and at_site[second.site, comes] > at_site[second.site, leaves]
        ):
            continue
        # Together with whom once more or once less: n becomes n + 1 or n - 1, its square grows by 1 +- 2n.
        rest_here, rest_there = here - {leaves}, there - {comes}
        gain = sum(together[comes][x] - together[leaves][x] + 1 for x in rest_here - rest_there)
        gain += sum(together[leaves][x] - together[comes][x] + 1 for x in rest_there - rest_here)
        if gain > 0:
            continue
        for rest, out, into in ((rest_here, leaves, comes), (rest_there, comes, leaves)):
            for x in rest:
                together[out][x] -= 1
                together[x][out] -= 1
                together[into][x] += 1
                together[x][into] += 1
        here ^= {leaves, comes}
        there ^= {leaves, comes}
        for site, out, into in ((first.site, leaves, comes), (second.site, comes, leaves)):
            at_site[site, out] -= 1
            at_site[site, into] += 1


def _even(together: list[list[int]]) -> bool:
    counts = [row[other] for one, row in enumerate(together) for other in range(one)]
    return not counts or max(counts) - min(counts) <= 1
