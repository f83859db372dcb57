"""When readers of a case in an arm are discordant: the rule of the protocol on what they signed. Pure.

What is not evaluable has no score, so a segment's difference is taken between the readers who scored it, and a sum
only of those who scored every segment of the state, as everywhere else. A question that a reader was not asked, or
left open, was not answered differently.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reader_study.reading.form import Answer, Score
from reader_study.studies.charter_conduct import Discordance


@dataclass(frozen=True)
class Opinion:
    """What one reader signed: state -> one score per segment, and the answers."""

    scores: Mapping[str, Sequence[Score]]
    fields: Mapping[str, Answer]


def is_discordant(opinions: Sequence[Opinion], rule: Discordance) -> bool:
    """Whether any two of the readers differ in any way that the rule names."""
    return (
        (rule.segment_difference is not None and _reaches(rule.segment_difference, _segments(opinions)))
        or (rule.summed_difference is not None and _reaches(rule.summed_difference, _sums(opinions)))
        or (rule.category_field is not None and _differ(opinions, rule.category_field))
    )


def _reaches(limit: int, tables: Iterable[list[int]]) -> bool:
    return any(max(values) - min(values) >= limit for values in tables if values)


def _segments(opinions: Sequence[Opinion]) -> Iterable[list[int]]:
    """Of each state and segment, the scores that it was given."""
    for state in {state for opinion in opinions for state in opinion.scores}:
        for scores in zip(*(opinion.scores[state] for opinion in opinions), strict=True):
            yield [score for score in scores if isinstance(score, int)]


def _sums(opinions: Sequence[Opinion]) -> Iterable[list[int]]:
    """Of each state, the sums that could be formed."""
    for state in {state for opinion in opinions for state in opinion.scores}:
        known = [[score for score in opinion.scores[state] if isinstance(score, int)] for opinion in opinions]
        yield [
            sum(scores)
            for scores, opinion in zip(known, opinions, strict=True)
            if len(scores) == len(opinion.scores[state])
        ]


def _differ(opinions: Sequence[Opinion], field: str) -> bool:
    answers = [opinion.fields[field] for opinion in opinions if field in opinion.fields]
    return any(answer != answers[0] for answer in answers)
