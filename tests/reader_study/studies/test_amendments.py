"""What of a frozen protocol may still be amended, and that the reads are never touched."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from reader_study.studies.amendments import RULES, Stage, Until, changes_reads, effects
from reader_study.studies.charter_conduct import Conduct
from reader_study.studies.protocol import Protocol, parse
from reader_study.studies.templates import TEMPLATES
from tests.reader_study.studies.charters import charters

CHARTER = TEMPLATES["kawakubo_replica"](title="T", reader_title="R", simulated=True)
BEFORE, ALLOCATED = Stage(allocated=False), Stage(allocated=True)
ADJUDICATED = Stage(allocated=True, adjudicated=True)
QUALIFYING = Stage(allocated=False, qualifying=True)


def amended(**sections: Any) -> Protocol:
    return parse({**CHARTER.as_document(), **sections})


ALWAYS = [
    {"title": "Another"},
    {"washout_days": 29},
    {"conduct": None},
    {"conduct": {"daily_cap": 10}},
    {"endpoints": [], "multiplicity": "holm"},
    {"reference": {"rule": "panel_median"}},
    {"margins": {"score": 1, "uptake": 4}},
    {"qualification": {**CHARTER.as_document()["qualification"], "valid_days": 100}},
]
NEVER_ONCE_ALLOCATED = [
    {"reader_title": "Another"},
    {"washout_days": 27},
    {"simulated": False},
    {"sessions": 4},
    {"sessions": 4, "repeat_fraction": 0.1},
    {"reference_arm": "A", "endpoints": []},
    {"design": {"kind": "balanced_incomplete", "readers_per_case": 2}},
    {"score_thresholds": [60, 50, 30, 10]},
    {"qualification": {**CHARTER.as_document()["qualification"], "attempts": 3}},
    {"qualification": None},
    {"intake": {"quarantine_days": 3}},
    {"display": {**CHARTER.as_document()["display"], "show_sums": False}},
]


@pytest.mark.parametrize("sections", ALWAYS)
def test_what_touches_no_read_can_be_amended_until_the_lock(sections: dict[str, Any]) -> None:
    for stage in (BEFORE, ALLOCATED, ADJUDICATED):
        found = effects(CHARTER, amended(**sections), stage=stage)
        assert found and all(effect.is_allowed and effect.sentence for effect in found)
    assert not changes_reads(CHARTER, amended(**sections))


@pytest.mark.parametrize("sections", NEVER_ONCE_ALLOCATED)
def test_what_the_reads_come_from_can_be_amended_until_they_are_allocated(sections: dict[str, Any]) -> None:
    assert all(effect.is_allowed for effect in effects(CHARTER, amended(**sections), stage=BEFORE))
    found = effects(CHARTER, amended(**sections), stage=ALLOCATED)
    refused = [effect for effect in found if not effect.is_allowed]
    assert refused and all(effect.sentence for effect in refused)
    assert changes_reads(CHARTER, amended(**sections))


def test_what_readers_are_trained_with_stands_once_they_are() -> None:
    for sections in NEVER_ONCE_ALLOCATED:
        found = effects(CHARTER, amended(**sections), stage=QUALIFYING)
        shown = {"reader_title", "simulated", "display", "qualification"} & set(sections)
        assert [effect.is_allowed for effect in found] == [not shown] * len(found)
        assert {effect.until for effect in found if not effect.is_allowed} <= {Until.QUALIFICATION}
        assert all(effect.sentence for effect in found)


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (
            {"qualification": {**CHARTER.as_document()["qualification"], "valid_days": 100}},
            "Certificates expire",
        ),
        ({"conduct": {"daily_cap": 10}}, "It holds from now on."),
        ({"washout_days": 1}, "Nothing is allocated yet"),
    ],
)
def test_readers_who_qualify_are_held_to_it_before_anything_is_allocated(
    sections: dict[str, Any], said: str
) -> None:
    found = effects(CHARTER, amended(**sections), stage=QUALIFYING)
    assert said in {effect.sentence[: len(said)] for effect in found}


@pytest.mark.parametrize(
    "adjudication", [None, {**CHARTER.as_document()["adjudication"], "decoy_fraction": 0.5}]
)
def test_the_rule_of_adjudication_stands_once_something_was_adjudicated(adjudication: Any) -> None:
    after = amended(adjudication=adjudication)
    assert all(effect.is_allowed for effect in effects(CHARTER, after, stage=ALLOCATED))
    (refused,) = effects(CHARTER, after, stage=ADJUDICATED)
    assert (refused.until, refused.is_allowed) == (Until.ADJUDICATION, False)


def test_before_the_allocation_a_shorter_washout_is_no_matter() -> None:
    (effect,) = effects(CHARTER, amended(washout_days=1), stage=BEFORE)
    assert effect.is_allowed


@given(charters(), charters())
def test_what_may_be_amended_leaves_all_that_reads_are_made_of(one: Protocol, other: Protocol) -> None:
    """Whatever two charters are: if the one may take the place of the other, these are the same."""
    if changes_reads(one, other):
        return
    neutral: dict[str, Any] = {
        "title": "", "washout_days": 0, "conduct": Conduct(), "adjudication": None, "endpoints": (),
        "multiplicity": "none", "margins": one.margins, "reference": one.reference,
        "qualification": one.qualification and replace(one.qualification, valid_days=None),
    }  # fmt: skip
    of_other = {
        **neutral,
        "qualification": other.qualification and replace(other.qualification, valid_days=None),
    }
    assert replace(one, **neutral) == replace(other, **of_other)


def test_every_rule_is_about_something_that_there_is() -> None:
    document = CHARTER.as_document() | {"reference": {"rule": "panel_median"}, "multiplicity": "holm"}
    for path in RULES:
        place: Any = document
        for key in path.split("."):
            place = place[key]
