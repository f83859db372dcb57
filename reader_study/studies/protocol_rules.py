"""The rules that a protocol obeys, each with its sentence and the place where it would be mended.

They come in groups. The first is of the plan of the reads, on which all others rely; these are independent of each
other, and within a group later rules may rely on earlier ones.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from reader_study.studies import (
    charter_conduct,
    charter_endpoints,
    protocol_display,
    protocol_form,
    protocol_limits,
)
from reader_study.studies import layouts as laying
from reader_study.studies.documents import Rule
from reader_study.studies.organs import ORGANS

if TYPE_CHECKING:
    from reader_study.studies.protocol import Protocol

# What a study may collect beside the images that are read; `intake` knows them by the same words.
COMPANIONS = ("gated_spect", "projections", "gated_projections", "attenuation_map", "gated_pet", "ct")
MOST_STEPS = 4
REPEATS = (0.1, 0.2)  # hidden repeats, where there are any: share of the cases, from and to


def rules(p: "Protocol") -> Iterator[Iterator[Rule]]:
    yield _of_plan(p)
    yield _of_titles(p)
    yield _of_sessions(p)
    yield protocol_display.rules(
        p.display,
        organ=ORGANS[p.organ],
        states=p.states,
        steps=[step for arm in p.arms for step in arm.steps],
        also=p.intake.also,
        layouts=p.layouts,
        default_layout=p.default_layout,
    )
    yield charter_conduct.rules_of_design(p.design)
    yield charter_conduct.rules_of_conduct(p.conduct)
    if p.qualification is not None:
        yield charter_conduct.rules_of_qualification(p.qualification)
    if p.adjudication is not None:
        yield charter_conduct.rules_of_adjudication(p.adjudication, form=p.form, design=p.design)
    yield charter_endpoints.rules(
        p.endpoints,
        reference=p.reference,
        multiplicity=p.multiplicity,
        readings=p.readings,
        adjudicated=p.adjudication is not None,
    )
    yield _of_scoring(p)
    yield _of_intake(p)


def rules_of_new(p: "Protocol") -> Iterator[Iterator[Rule]]:
    """What is asked of protocols since some were stored without it."""
    yield protocol_form.rules_of_new(p.form)
    yield protocol_limits.rules(p)
    yield _of_guesses(p)


def _of_guesses(p: "Protocol") -> Iterator[Rule]:
    yield (
        not p.conduct.ask_arm or len({arm.label for arm in p.arms}) == len(p.arms),
        _("Readers who are asked for the arm choose among labels: two arms have the same."),
        "arms",
    )


def _of_plan(p: "Protocol") -> Iterator[Rule]:
    yield (p.organ in ORGANS, _("organ must be one of: %(organs)s.") % {"organs": ", ".join(ORGANS)}, "organ")
    organ = ORGANS[p.organ]
    yield (
        p.states == organ.states,
        _("states must be, in this order: %(states)s.") % {"states": ", ".join(organ.states)},
        "states",
    )
    yield from _of_arms(p)
    yield from protocol_form.rules(p.form, organ=organ)


def _of_arms(p: "Protocol") -> Iterator[Rule]:
    codes = [arm.code for arm in p.arms]
    yield (
        2 <= len(codes) == len(set(codes)),
        _("There must be at least two arms, each with its own code."),
        "arms",
    )
    yield (
        all(1 <= len(arm.steps) <= MOST_STEPS for arm in p.arms),
        _("An arm has 1 to %(most)s steps.") % {"most": MOST_STEPS},
        "arms",
    )
    yield (
        all(1 <= len(step) == len(set(step)) <= laying.MOST_SETS for arm in p.arms for step in arm.steps),
        _("A step shows one image set, or two different ones side by side."),
        "arms",
    )
    known = ORGANS[p.organ].image_sets
    yield (
        set(p.image_sets) <= set(known),
        _("The image sets of this organ are: %(sets)s.") % {"sets": ", ".join(known)},
        "arms",
    )
    yield (
        all(
            one != next_one for arm in p.arms for one, next_one in zip(arm.steps, arm.steps[1:], strict=False)
        ),
        _("Two steps of an arm that follow each other show the same."),
        "arms",
    )
    # The report and its files tell arms apart by what they show in the end.
    yield (
        len({frozenset(arm.steps[-1]) for arm in p.arms}) == len(codes),
        _("Two arms show the same image sets in their last step."),
        "arms",
    )
    yield (p.reference_arm in codes, _("reference_arm must be the code of an arm."), "reference_arm")
    yield (
        len(p.arm(p.reference_arm).image_sets) == 1,
        _("The reference arm must show one image set, in one step."),
        "reference_arm",
    )


def _of_titles(p: "Protocol") -> Iterator[Rule]:
    yield (
        bool(p.title.strip() and p.reader_title.strip()),
        _("title and reader_title must not be empty."),
        "reader_title" if p.title.strip() else "title",
    )


def _of_sessions(p: "Protocol") -> Iterator[Rule]:
    whole = type(p.sessions) is type(p.washout_days) is int
    yield (
        whole and p.sessions >= len(p.arms),
        _("There must be at least as many sessions as arms."),
        "sessions",
    )
    yield (whole and p.washout_days >= 0, _("washout_days must be 0 or more."), "washout_days")
    least, most = REPEATS
    repeats = p.repeat_fraction != 0
    yield (
        not repeats or least <= p.repeat_fraction <= most,
        _("repeat_fraction must be 0, or from %(least)s to %(most)s.") % {"least": least, "most": most},
        "repeat_fraction",
    )
    yield (
        not repeats or p.sessions > len(p.arms),
        _("Hidden repeats need more sessions than arms: a case is repeated in a session where it rests."),
        "sessions",
    )


def _of_scoring(p: "Protocol") -> Iterator[Rule]:
    yield (
        len(p.score_thresholds) == 4 and list(p.score_thresholds) == sorted(p.score_thresholds, reverse=True),
        _("score_thresholds must be four falling percentages."),
        "score_thresholds",
    )
    yield (p.margins.score > 0 and p.margins.uptake > 0, _("margins must be above 0."), "margins")


def _of_intake(p: "Protocol") -> Iterator[Rule]:
    at = "intake"  # a place in the document; written out, it would look like an act of the journal
    yield (
        type(p.intake.quarantine_days) is int and 1 <= p.intake.quarantine_days <= 365,
        _("intake.quarantine_days must be a number of days from 1 to 365."),
        f"{at}.quarantine_days",
    )
    yield (
        set(p.intake.also) <= set(COMPANIONS) and len(set(p.intake.also)) == len(p.intake.also),
        _("intake.also must name each kind of file once, of these: %(kinds)s.")
        % {"kinds": ", ".join(COMPANIONS)},
        f"{at}.also",
    )
