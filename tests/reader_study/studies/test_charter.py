"""The sections of a charter: what is written is read again, what cannot be conducted is refused with a sentence."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader_study.problems import Invalid
from reader_study.studies.charter_conduct import Conduct, Design
from reader_study.studies.charter_endpoints import Reference
from reader_study.studies.protocol import SECTIONS, Protocol, breaches, digest, parse, parse_new
from reader_study.studies.protocol_limits import MOST
from reader_study.studies.templates import TEMPLATES, kawakubo_replica
from tests.reader_study.studies.charters import charters


def made(name: str = "kawakubo_replica") -> dict[str, Any]:
    return TEMPLATES[name](title="T", reader_title="R", simulated=True).as_document()


@given(charters())
def test_a_charter_survives_being_written(charter: Protocol) -> None:
    document = json.loads(json.dumps(charter.as_document()))
    assert parse(document) == charter
    assert digest(parse(document).as_document()) == digest(document)


@given(charters())
def test_what_is_null_may_as_well_be_left_out(charter: Protocol) -> None:
    document = charter.as_document()
    said = {**document, "conduct": {"daily_cap": None, **document.get("conduct", {})}}
    said |= {name: None for name in ("qualification", "adjudication") if name not in document}
    if "conduct" in document:
        assert parse(said) == charter
    assert all(value is not None for value in document.values())


def test_a_document_without_the_sections_is_what_it_was() -> None:
    plain = kawakubo_replica(title="T", reader_title="R", simulated=True).as_document()
    assert not set(plain) & set(SECTIONS)
    protocol = parse(plain)
    assert (protocol.design, protocol.conduct, protocol.reference) == (Design(), Conduct(), Reference())
    assert (protocol.qualification, protocol.adjudication, protocol.endpoints) == (None, None, ())
    assert digest(protocol.as_document()) == digest(plain)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_a_whole_charter(name: str) -> None:
    protocol = parse(made(name))
    assert protocol.washout_days == 28 and protocol.qualification and protocol.adjudication
    assert protocol.endpoints[0].role == "primary"


def test_endpoints_can_compare_the_steps_of_an_arm() -> None:
    assert parse(made("aided_sequential")).readings == ("A", "B", "A.1")
    assert parse(made("kawakubo_replica")).readings == ("A", "B", "C")


THRESHOLD = {"measure": "exact", "at_least": 0.8}
QUALIFICATION = {"training_cases": 1, "test_cases": 1, "threshold": THRESHOLD, "attempts": 1}
ADJUDICATION = {
    "when": {"segment_difference": 2},
    "decoy_fraction": 0.2,
    "mode": "single",
    "result": "beside",
}
ENDPOINT = {
    "name": "x", "role": "primary", "measure": "weighted_kappa", "compare": ["B", "A"], "against": "C",
    "test": "superiority",
}  # fmt: skip
EQUIVALENT = {**ENDPOINT, "test": "equivalence", "margin": 0.1}


@pytest.mark.parametrize(
    ("section", "value"),
    [
        ("design", {"kind": "latin"}),
        ("design", {"kind": "balanced_incomplete"}),
        ("design", {"kind": "balanced_incomplete", "readers_per_case": 0}),
        ("design", {"kind": "balanced_incomplete", "readers_per_case": True}),
        ("design", {"kind": "fully_crossed", "readers_per_case": 2}),
        ("design", {"kind": "fully_crossed", "minimum_distance": 0}),
        ("design", {"kind": "fully_crossed", "blocks": 2}),
        ("design", []),
        ("repeat_fraction", 0.15),
        ("repeat_fraction", 0.05),
        ("repeat_fraction", -0.1),
        ("repeat_fraction", "0.1"),
        ("repeat_fraction", True),
        ("conduct", {"daily_cap": 0}),
        ("conduct", {"break_after_minutes": 4}),
        ("conduct", {"ask_arm": 1}),
        ("conduct", {"drift_visible_to": ["monitor"]}),
        ("conduct", {"drift_visible_to": ["reader"]}),
        ("conduct", "strict"),
        ("qualification", {}),
        ("qualification", {**QUALIFICATION, "test_cases": 0}),
        ("qualification", {**QUALIFICATION, "training_cases": -1}),
        ("qualification", {**QUALIFICATION, "attempts": 0}),
        ("qualification", {**QUALIFICATION, "valid_days": 0}),
        ("qualification", {**QUALIFICATION, "threshold": {**THRESHOLD, "at_least": 0}}),
        ("qualification", {**QUALIFICATION, "threshold": {**THRESHOLD, "at_least": 1.1}}),
        ("qualification", {**QUALIFICATION, "threshold": {**THRESHOLD, "at_least": float("nan")}}),
        ("qualification", {**QUALIFICATION, "threshold": {**THRESHOLD, "measure": "auc"}}),
        ("adjudication", {**ADJUDICATION, "when": {}}),
        ("adjudication", {**ADJUDICATION, "when": {"segment_difference": 5}}),
        ("adjudication", {**ADJUDICATION, "when": {"summed_difference": 69}}),
        ("adjudication", {**ADJUDICATION, "when": {"category_field": "confidence"}}),
        ("adjudication", {**ADJUDICATION, "decoy_fraction": 1.5}),
        ("adjudication", {**ADJUDICATION, "mode": "vote"}),
        ("adjudication", {**ADJUDICATION, "result": "hides"}),
        ("adjudication", {**ADJUDICATION, "panel_size": 3}),
        ("adjudication", {**ADJUDICATION, "mode": "panel"}),
        ("reference", {"rule": "majority"}),
        ("endpoints", [{**ENDPOINT, "name": " "}]),
        ("endpoints", [ENDPOINT, ENDPOINT]),
        ("endpoints", [{**ENDPOINT, "role": "secondary"}]),
        ("endpoints", [{**ENDPOINT, "measure": "auc"}]),
        ("endpoints", [{**ENDPOINT, "compare": ["B", "B"]}]),
        ("endpoints", [{**ENDPOINT, "compare": ["B"]}]),
        ("endpoints", [{**ENDPOINT, "compare": ["B", "A.1"]}]),
        ("endpoints", [{**ENDPOINT, "against": "A"}]),
        ("endpoints", [{**ENDPOINT, "against": None}]),
        ("endpoints", [{**ENDPOINT, "margin": 0.1}]),
        ("endpoints", [{**EQUIVALENT, "margin": None}]),
        ("endpoints", [{**EQUIVALENT, "margin": 0}]),
        ("endpoints", [{**EQUIVALENT, "margin": float("inf")}]),
        ("endpoints", [{**ENDPOINT, "alpha": 0}]),
        ("endpoints", [{**ENDPOINT, "alpha": 0.5}]),
        ("endpoints", ENDPOINT),
        ("endpoints", [ENDPOINT, {**ENDPOINT, "name": "y"}]),
        ("multiplicity", "bonferroni"),
        ("multiplicity", ["holm"]),
    ],
)
def test_a_charter_that_cannot_be_conducted_is_refused_with_a_sentence(section: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        parse({**made(), section: value})
    assert refused.value.code == "protocol" and refused.value.message


def with_number(place: str, value: float) -> dict[str, Any]:
    kind = "balanced_incomplete" if place == "design.readers_per_case" else "fully_crossed"
    document = {**made(), "design": {"kind": kind}}
    section: Any = document
    *path, name = place.split(".")
    for step in path:
        section = section[int(step)] if step.isdecimal() else section.setdefault(step, {})
    section[name] = value
    return document


@pytest.mark.parametrize("place", MOST)
def test_a_number_beyond_all_reckoning_is_not_stored(place: str) -> None:
    """A washout of 4 000 000 days has no end that a calendar knows, and could never be made shorter again."""
    parse_new(with_number(place, MOST[place]))
    document = with_number(place, MOST[place] + 1)
    [breach] = breaches(document)
    assert breach.place == place and str(MOST[place]) in breach.sentence
    with pytest.raises(Invalid):
        parse_new(document)
    parse(document)  # one that was stored before can still be read


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("score_thresholds", [170, 50, 30, 10]),
        ("score_thresholds", [70, 50, 30, -10]),
        ("endpoints.0.margin", 101),
        ("form.fields", [{"name": "age", "kind": "number", "values": [], "required": True,
                          "minimum": 0, "maximum": 2**53}]),
        ("form.fields", [{"name": "class", "kind": "choice", "values": [1, 2**53], "required": True}]),
        ("margins", {"score": 10**400, "uptake": 5}),
    ],
)  # fmt: skip
def test_neither_is_one_that_no_browser_or_float_could_hold(place: str, value: Any) -> None:
    document = {name: given for name, given in made().items() if name != "adjudication"}
    if place == "endpoints.0.margin":
        document["endpoints"] = [{**EQUIVALENT, "margin": value}]
    else:
        document[place.split(".", maxsplit=1)[0]] = (
            {**document["form"], "fields": value} if "form" in place else value
        )
    [breach] = breaches(document)
    assert breach.place == ("" if place == "margins" else place)


def test_adjudicated_reads_are_a_reference_only_where_something_is_adjudicated() -> None:
    document = {**made(), "reference": {"rule": "adjudicated"}}
    assert parse(document).reference.rule == "adjudicated"
    with pytest.raises(Invalid):
        parse({name: value for name, value in document.items() if name != "adjudication"})


def test_nothing_can_be_adjudicated_where_a_case_has_one_reader() -> None:
    with pytest.raises(Invalid):
        parse({**made(), "design": {"kind": "balanced_incomplete", "readers_per_case": 1}})


def test_hidden_repeats_need_a_session_in_which_a_case_rests() -> None:
    assert parse({**made(), "repeat_fraction": 0.15, "sessions": 4}).repeat_fraction == 0.15


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(section=st.sampled_from(list(SECTIONS)), value=json_values)
def test_any_section_is_read_or_refused_and_never_a_crash(section: str, value: Any) -> None:
    try:
        protocol = parse({**made(), section: value})
    except Invalid:
        return
    assert parse(protocol.as_document()) == protocol
