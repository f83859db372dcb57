"""What the algorithms share: which arm a case shows in which session, and a uniform order within one. Pure.

Nothing here may ever change: the lists of long ago are made again with it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import count

from reader_study.allocation.readlist import Candidate
from reader_study.allocation.stream import Stream

Sequences = dict[str, tuple[str | None, ...]]


def williams(order: int) -> list[list[list[int]]]:
    """The Williams design of an order: one square if even, two (mirrored) if odd; rows are sequences.

    In each square every treatment stands once in every row and every column; over the design every treatment
    directly follows every other equally often (E. J. Williams, Aust J Sci Res 1949;2:149). The first row is
    0, 1, order - 1, 2, order - 2 ...; row ``n`` adds ``n`` to it, modulo the order.
    """
    first = [0]
    for step in range(1, order):
        first.append((step + 1) // 2 if step % 2 else order - step // 2)
    square = [[(treatment + shift) % order for treatment in first] for shift in range(order)]
    return [square] if order % 2 == 0 else [square, [row[::-1] for row in square]]


def sequences(arms: Sequence[str], sessions: int, cases: Sequence[Candidate], stream: Stream) -> Sequences:
    """Which arm each case shows in each session; None where it rests. ``cases`` in the order of their names."""
    labels: list[str | None] = stream.shuffled([*arms, *[None] * (sessions - len(arms))])
    squares = stream.shuffled(williams(sessions))
    by_site: dict[str, list[str]] = defaultdict(list)
    for candidate in cases:
        by_site[candidate.site].append(candidate.subject)

    rows: dict[str, list[int]] = {}
    left_over: list[str] = []
    blocks = count()
    for site in sorted(by_site):
        shuffled = stream.shuffled(by_site[site])
        while len(shuffled) >= sessions:
            block, shuffled = shuffled[:sessions], shuffled[sessions:]
            square = squares[next(blocks) % len(squares)]
            rows |= dict(zip(block, stream.shuffled(square), strict=True))
        left_over += shuffled
    last_square = stream.shuffled(squares[next(blocks) % len(squares)])
    rows |= {subject: last_square[place % sessions] for place, subject in enumerate(left_over)}
    return {subject: tuple(labels[treatment] for treatment in row) for subject, row in rows.items()}


def half_the_shortest(session_lengths: Sequence[int]) -> int:
    """Two reads of one case are at least this many places apart: half the shortest session, at least 1."""
    return max(1, min((length for length in session_lengths if length), default=0) // 2)


def uniform_order(first_allowed: Mapping[str, int], stream: Stream) -> list[str]:
    """Drawn uniformly from the orders in which no subject stands before its first allowed place (from 0).

    The most restricted is placed first (latest first allowed place; among equals by name), each at one of the free
    places that it may have. The allowed places are nested, so every step has a fixed number of choices.
    """
    places: list[str | None] = [None] * len(first_allowed)
    for subject in sorted(first_allowed, key=lambda subject: (-first_allowed[subject], subject)):
        free = [p for p in range(first_allowed[subject], len(places)) if places[p] is None]
        places[free[stream.below(len(free))]] = subject
    return [subject for subject in places if subject is not None]
