"""Which questions are asked, what they take, and what of it is signed."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader_study.problems import Invalid
from reader_study.reading.draft import Draft, content, content_sha256, missing
from reader_study.reading.form import Form
from reader_study.studies.templates import BRAIN_FORM, HEART_FORM

HEART = Form.of({**HEART_FORM.as_document(), "states": ["stress", "rest"]})
BRAIN = Form.of({**BRAIN_FORM.as_document(), "states": ["perfusion"]})
CHAIN = Form.of(
    {
        "version": 1,
        "segments": 2,
        "states": ["stress"],
        "scores": [0, 1],
        "fields": [
            {"name": "a", "kind": "choice", "values": ["yes", "no"], "required": False},
            {
                "name": "b",
                "kind": "choices",
                "values": ["x", "y"],
                "required": False,
                "when": {"field": "a", "in": ["yes"]},
            },
            {
                "name": "c",
                "kind": "text",
                "values": [],
                "required": True,
                "when": {"field": "b", "in": ["y"]},
            },
        ],
    }
)
VECTORS = Path(__file__).parents[3] / "frontend/src/reader/session/form.vectors.json"


def draft(form: Form, fields: dict[str, Any] | None = None, **scores: list) -> Draft:
    return Draft({state: scores.get(state, [0] * form.segments) for state in form.states}, fields or {})


def asked(form: Form, told: Draft) -> list[str]:
    return [question.name for question in form.asked(told.scores, told.fields)]


def test_territories_are_asked_once_the_heart_is_called_abnormal():
    normal = draft(HEART, {"overall": "probably_normal"})
    assert asked(HEART, normal) == ["quality", "artefacts", "overall", "confidence", "comment"]
    abnormal = draft(HEART, {"overall": "equivocal"})
    assert asked(HEART, abnormal) == [
        "quality",
        "artefacts",
        "overall",
        "territories",
        "confidence",
        "comment",
    ]
    assert missing(HEART, abnormal) == ["fields.quality", "fields.territories", "fields.confidence"]
    assert missing(HEART, normal) == ["fields.quality", "fields.confidence"]


@pytest.mark.parametrize(
    ("segment", "score", "is_asked"),
    [(4, 1, True), (15, 4, True), (10, 0, False), (10, "NE", False), (10, None, False), (9, 4, False)],
)
@pytest.mark.parametrize("state", ["stress", "rest"])
def test_the_inferior_wall_is_asked_after_a_score_there_in_any_state(state, segment, score, is_asked):
    marks: list = [0] * 17
    marks[segment - 1] = score
    assert ("inferior" in asked(HEART, draft(HEART, **{state: marks}))) == is_asked


def test_each_lobe_of_the_brain_asks_for_its_own_asymmetry():
    marks = [0] * 12
    marks[BRAIN.regions.index("parietal_right")] = 2
    told = draft(BRAIN, perfusion=marks)
    assert [name for name in asked(BRAIN, told) if name.startswith("asym")] == ["asymmetry_parietal"]
    assert "fields.asymmetry_parietal" in missing(BRAIN, told)


def test_an_answer_that_is_not_asked_for_any_more_is_kept_but_not_signed():
    fields = {"quality": 4, "overall": "probably_normal", "territories": ["RCA"], "confidence": 0}
    told = draft(HEART, fields)
    assert missing(HEART, told) == []
    signed = content(HEART, told)
    assert signed.fields == {"quality": 4, "overall": "probably_normal", "confidence": 0}
    assert told.fields == fields
    assert content(HEART, draft(HEART, {**fields, "overall": "equivocal"})).fields["territories"] == ["RCA"]


def test_a_condition_looks_only_at_answers_to_questions_that_are_asked_themselves():
    assert asked(CHAIN, draft(CHAIN, {"a": "yes", "b": ["y"]})) == ["a", "b", "c"]
    assert asked(CHAIN, draft(CHAIN, {"a": "yes", "b": ["x"]})) == ["a", "b"]
    hidden = draft(CHAIN, {"a": "no", "b": ["x", "y"], "c": "text"})
    assert asked(CHAIN, hidden) == ["a"]
    assert missing(CHAIN, hidden) == []
    assert content(CHAIN, hidden).fields == {"a": "no"}


@pytest.mark.parametrize("value", [["LAD"], ["LAD", "LCX"], ["LAD", "RCA", "LCX"]])
def test_several_choices_are_taken_in_the_order_of_the_form(value):
    HEART.check_field(name="territories", value=value)


@pytest.mark.parametrize(
    "value",
    [
        [],
        ["RCA", "LAD"],
        ["LAD", "LAD"],
        ["LAD", "LM"],
        ["lad"],
        [["LAD"]],
        [None],
        [True],
        "LAD",
        {"LAD": True},
        ["LAD"] * 100_000,
        "LAD" * 100_000,
    ],
    ids=lambda value: repr(value)[:30],
)
def test_another_order_doubles_and_strangers_are_refused_shortly(value):
    with pytest.raises(Invalid) as refusal:
        HEART.check_field(name="territories", value=value)
    assert refusal.value.code == "choices"
    assert len(refusal.value.message) < 200


@pytest.mark.parametrize("value", [0, 1, 60, 100, None])
def test_a_number_is_whole_and_within_its_bounds(value):
    HEART.check_field(name="confidence", value=value)


@pytest.mark.parametrize(
    "value", [-1, 101, 10**400, True, False, 60.0, 60.5, float("nan"), float("inf"), "60", [60], {}]
)
def test_no_other_number_is_taken(value):
    with pytest.raises(Invalid) as refusal:
        HEART.check_field(name="confidence", value=value)
    assert refusal.value.code == "number"
    assert len(refusal.value.message) < 200


def test_a_form_of_before_there_were_conditions_is_read_and_asks_everything():
    old = {
        "version": 1,
        "segments": 17,
        "states": ["stress", "rest"],
        "scores": [0, 1, 2, 3, 4],
        "fields": [
            {"name": "quality", "kind": "choice", "values": [1, 2], "required": True},
            {"name": "comment", "kind": "text", "values": [], "required": False},
        ],
    }
    form = Form.of(old)
    assert form.regions == ()
    assert asked(form, draft(form)) == ["quality", "comment"]
    assert Form.of(form.as_document()) == form


@pytest.mark.parametrize("form", [HEART, BRAIN, CHAIN])
def test_a_form_survives_being_stored_as_json(form):
    assert Form.of(json.loads(json.dumps(form.as_document()))) == form


marks = st.lists(st.sampled_from([0, 1, 4, "NE", None]), min_size=17, max_size=17)
answers = st.fixed_dictionaries(
    {},
    optional={
        "overall": st.sampled_from(HEART.fields[2].values),
        "territories": st.sampled_from([["LAD"], ["RCA", "LCX"]]),
        "inferior": st.sampled_from(["perfusion", "undecided"]),
        "confidence": st.integers(0, 100),
        "comment": st.sampled_from(["apex?", "下壁"]),
    },
)


@given(marks, marks, answers)
def test_what_is_signed_is_never_asked_for_and_never_more_than_was_answered(stress, rest, fields):
    told = draft(HEART, fields, stress=stress, rest=rest)
    signed = content(HEART, told)
    names = asked(HEART, told)
    assert set(signed.fields) == set(fields) & set(names)
    assert asked(HEART, signed) == names  # leaving out what is not asked changes no condition
    assert missing(HEART, signed) == missing(HEART, told)


def test_the_browser_asks_misses_and_signs_the_same():
    vectors = json.loads(VECTORS.read_text())
    forms = {name: Form.of(document) for name, document in vectors["forms"].items()}
    assert (forms["heart"], forms["brain"]) == (HEART, BRAIN)
    assert len(vectors["cases"]) > 10
    for case in vectors["cases"]:
        form = forms[case["form"]]
        told = Draft(case["draft"]["scores"], case["draft"]["fields"])
        assert asked(form, told) == case["asked"]
        assert missing(form, told) == case["missing"]
        assert content_sha256(content(form, told), form_version=form.version) == case["sha256"]
