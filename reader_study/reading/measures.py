"""How far a reader's scores agree with reference scores: what a test is passed by. Pure.

A pair is (the reader's, the reference's); both are one of the form's scores or "NE". Who says that a segment cannot be
evaluated where the reference has a score, has not found it: that is a disagreement, and the largest there is. Segments
without a reference are no pairs.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product

from reader_study.reading.form import NOT_EVALUABLE, Score

Pair = tuple[Score, Score]
Sheet = Mapping[str, Sequence[Score]]
"""state -> one score per segment."""


def pairs(own: Sheet, reference: Sheet) -> list[Pair]:
    """Segment by segment, where there is a reference."""
    return [
        (mine, truth)
        for state, truths in reference.items()
        for mine, truth in zip(own[state], truths, strict=True)
        if truth != NOT_EVALUABLE
    ]


def exact(found: Sequence[Pair], _scale: Sequence[int]) -> float:
    """The share of segments with the same score."""
    return sum(mine == truth for mine, truth in found) / len(found)


def within_one(found: Sequence[Pair], _scale: Sequence[int]) -> float:
    """The share of segments that differ by one at most."""
    return sum(_apart(mine, truth) <= 1 for mine, truth in found) / len(found)


def weighted_kappa(found: Sequence[Pair], scale: Sequence[int]) -> float:
    """Cohen's kappa with linear weights over the form's scores (Cohen, Psychol Bull 1968;70:213-220).

    Where chance alone would agree everywhere, because both gave every segment one and the same score, it is 1.
    """
    widest = max(scale) - min(scale)

    def weight(mine: Score, truth: Score) -> float:
        return min(_apart(mine, truth), widest) / widest

    mine = Counter(one for one, _ in found)
    truth = Counter(other for _, other in found)
    observed = sum(weight(*pair) for pair in found) / len(found)
    by_chance = (
        sum(weight(one, other) * mine[one] * truth[other] for one, other in product(mine, truth))
        / len(found) ** 2
    )
    return 1.0 if by_chance == 0 else 1 - observed / by_chance


def can_measure(measure: str, references: Iterable[Sheet]) -> bool:
    """Whether a measure says anything over these references.

    Of one and the same score throughout, a kappa is 1 for a reader who gives that score without looking.
    """
    scores = {score for sheet in references for state in sheet.values() for score in state}
    return measure != "weighted_kappa" or len(scores - {NOT_EVALUABLE}) > 1


MEASURES: Mapping[str, Callable[[Sequence[Pair], Sequence[int]], float]] = {
    "exact": exact,
    "within_one": within_one,
    "weighted_kappa": weighted_kappa,
}


def measured(
    measure: str, sheets: Iterable[tuple[Sheet, Sheet]], *, scale: Sequence[int]
) -> tuple[float, int]:
    """The measure over all segments of all reads together, from (own, reference) of each; and how many they are.

    scale: the scores of the form.
    """
    found = [pair for own, reference in sheets for pair in pairs(own, reference)]
    return MEASURES[measure](found, scale), len(found)


def _apart(mine: Score, truth: Score) -> float:
    if isinstance(mine, int) and isinstance(truth, int):
        return abs(mine - truth)
    return 0 if mine == truth else float("inf")
