"""The largest numbers that a protocol may have: each is beyond what any study needs, and can still be reckoned with.

A washout of millions of days has no date on which it ends, and could not be made shorter again.
"""

from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from reader_study.studies.documents import Rule

if TYPE_CHECKING:
    from reader_study.studies.protocol import Protocol

# By place in the document; what a protocol does not have is not held to it.
MOST: Mapping[str, int] = {
    "sessions": 50,
    "washout_days": 3650,
    "design.readers_per_case": 100,
    "design.minimum_distance": 1000,
    "conduct.daily_cap": 1000,
    "qualification.valid_days": 3650,
    "form.version": 2**31 - 1,  # of a column
    "margins.score": 4,  # as far apart as two scores can be
    "margins.uptake": 100,  # % of maximum
}
MOST_MARGIN = 100
MOST_FIRST = 255  # slice of a view
MOST_ANSWER = 1_000_000_000  # a whole number in every browser


def rules(p: "Protocol") -> Iterator[Rule]:
    for place, most in MOST.items():
        section, _dot, _name = place.rpartition(".")
        value = None if section and getattr(p, section) is None else attrgetter(place)(p)
        yield _at_most(most, value, place)
    for number, endpoint in enumerate(p.endpoints):
        yield _at_most(MOST_MARGIN, endpoint.margin, f"endpoints.{number}.margin")
    for number, layout in enumerate(p.display.layouts):
        first = max((strip.first for strip in layout.strips), default=None)
        yield _at_most(MOST_FIRST, first, f"display.layouts.{number}")
    yield (
        all(0 <= threshold <= 100 for threshold in p.score_thresholds),
        _("score_thresholds must be percentages from 0 to 100."),
        "score_thresholds",
    )
    numbers = [
        number
        for field in p.form.fields
        for number in (field.minimum, field.maximum, *field.values)
        if isinstance(number, int)
    ]
    yield (
        all(abs(number) <= MOST_ANSWER for number in numbers),
        _("The numbers of the form must be from -%(most)s to %(most)s.") % {"most": MOST_ANSWER},
        "form.fields",
    )


def _at_most(most: int, value: object, place: str) -> Rule:
    return (
        not isinstance(value, int | float) or value <= most,  # what is no number breaks a rule of its own
        _("%(place)s must be at most %(most)s.") % {"place": place, "most": most},
        place,
    )
