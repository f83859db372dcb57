"""What may still be amended in a frozen protocol, until when, and what an amendment does to the reads. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reader_study.studies.differences import Difference, differences
from reader_study.studies.protocol import Protocol


class Until(StrEnum):
    """Up to which event something may be amended."""

    QUALIFICATION = (
        "qualification"  # of readers, who are trained and tested by it; or the allocation, if that is first
    )
    ALLOCATION = "allocation"
    ADJUDICATION = "adjudication"
    LOCK = "lock"


@dataclass(frozen=True)
class Stage:
    """How far a study is that is frozen or open.

    Whether its reads are allocated, one was adjudicated, and the qualification of its readers is open.
    """

    allocated: bool
    adjudicated: bool = False
    qualifying: bool = False

    def is_before(self, until: Until) -> bool:
        has_come = {
            Until.QUALIFICATION: self.qualifying or self.allocated,
            Until.ALLOCATION: self.allocated,
            Until.ADJUDICATION: self.adjudicated,
        }
        return not has_come.get(until, False)


_ANALYSIS = gettext_lazy(
    "No read changes. The report says what was amended, and whether reading had been opened by then."
)
_DECLARED = gettext_lazy(
    "No read changes. The report says what was amended. It names this rule and does not apply it yet."
)
_AT_ONCE = gettext_lazy("It holds from now on. What is signed stays as it is.")
# Beginning of a path -> until when, and what it does to reads that are allocated. The longest beginning counts; what
# none of them is the beginning of can be amended until the reads are allocated from it.
RULES: Mapping[str, tuple[Until, Any]] = {
    "title": (Until.LOCK, gettext_lazy("No read changes. Readers see the title that they have seen.")),
    "washout_days": (
        Until.LOCK,
        gettext_lazy("Sessions that no read of is signed yet open later; those that have begun go on."),
    ),
    "conduct": (Until.LOCK, _AT_ONCE),
    "conduct.ask_recall": (Until.LOCK, gettext_lazy("Sessions that end from now on follow it.")),
    "conduct.ask_arm": (
        Until.LOCK,
        gettext_lazy(
            "Sessions that end from now on follow it. Where the arm is asked for, readers see the names of all arms."
        ),
    ),
    "conduct.drift_visible_to": (
        Until.LOCK,
        gettext_lazy("No read changes; who sees the drift does, at once."),
    ),
    # What readers are shown, also while they are trained and tested.
    **{
        path: (Until.QUALIFICATION, "")
        for path in ("reader_title", "simulated", "organ", "states", "arms", "form", "display")
    },
    "qualification": (Until.QUALIFICATION, ""),
    "qualification.valid_days": (
        Until.LOCK,
        gettext_lazy(
            "Certificates expire by the new rule; a reader whose certificate expired qualifies again."
        ),
    ),
    "adjudication": (
        Until.ADJUDICATION,
        gettext_lazy("No read changes. Which of them are adjudicated follows the new rule."),
    ),
    "reference": (Until.LOCK, _DECLARED),
    "endpoints": (Until.LOCK, _DECLARED),
    "multiplicity": (Until.LOCK, _DECLARED),
    "margins": (Until.LOCK, _ANALYSIS),
}


# What readers are held to already while they are trained and tested.
_WHILE_QUALIFYING = ("conduct", "qualification")
# What no read follows, allocated or not.
_OF_NO_READ = ("title", "reference", "endpoints", "multiplicity", "margins")


@dataclass(frozen=True)
class Effect:
    """What comes of one difference. sentence: for whoever is about to sign, in their language."""

    difference: Difference
    until: Until
    is_allowed: bool
    sentence: str


@dataclass(frozen=True)
class Clause:
    """What holds of everything in a protocol below a path; the longest path counts. "": of the rest."""

    path: str
    until: Until
    is_allowed: bool
    sentence: str


def clauses(*, stage: Stage) -> list[Clause]:
    """What may be amended in a study, before anybody has changed anything."""
    found = []
    for path, (until, _sentence) in {"": (Until.ALLOCATION, ""), **RULES}.items():
        refused = _refusal(until, stage)
        found.append(Clause(path, until, not refused, refused))
    return found


def effects(before: Protocol, after: Protocol, *, stage: Stage) -> list[Effect]:
    """Each difference of an amended protocol, whether it is still allowed, and what it does."""
    return [
        _effect(difference, stage) for difference in differences(before.as_document(), after.as_document())
    ]


def changes_reads(before: Protocol, after: Protocol) -> bool:
    """Whether anything differs of which reads are allocated: then the one cannot take the place of the other."""
    return any(not effect.is_allowed for effect in effects(before, after, stage=Stage(allocated=True)))


def _effect(difference: Difference, stage: Stage) -> Effect:
    until, sentence = _rule(difference)
    if refused := _refusal(until, stage):
        return Effect(difference, until, False, refused)
    has_own = _OF_NO_READ + (_WHILE_QUALIFYING if stage.qualifying else ())
    if not stage.allocated and difference.path[0] not in has_own:
        return Effect(difference, until, True, _("Nothing is allocated yet: the reads will follow it."))
    if difference.path == ("washout_days",) and difference.after < difference.before:
        return Effect(
            difference, until, False, _("Once the reads are allocated the washout can only be longer.")
        )
    return Effect(difference, until, True, str(sentence))


def _refusal(until: Until, stage: Stage) -> str:
    """Why what could be amended until then cannot be any more; "" where it still can."""
    if stage.is_before(until):
        return ""
    if until == Until.QUALIFICATION and not stage.allocated:
        return _("It can no longer be amended: readers are trained and tested by it.")
    if until == Until.ADJUDICATION:
        return _("It can no longer be amended: reads have been adjudicated by it.")
    return _("It can no longer be amended: the reads are allocated from it.")


def _rule(difference: Difference) -> tuple[Until, Any]:
    for end in range(len(difference.path), 0, -1):
        beginning = ".".join(map(str, difference.path[:end]))
        if beginning in RULES:
            return RULES[beginning]
    return (Until.ALLOCATION, "")
