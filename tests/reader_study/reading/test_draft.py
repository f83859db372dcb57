"""A draft is the sum of its events, and nothing else."""

import hashlib
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader_study.problems import Invalid
from reader_study.reading.draft import Draft, content_sha256, fold, missing
from reader_study.reading.form import Form, Question

FORM = Form(
    version=1,
    segments=17,
    states=("stress", "rest"),
    scores=(0, 1, 2, 3, 4),
    fields=(
        Question("quality", "choice", (1, 2, 3), True),
        Question("overall", "choice", ("normal", "abnormal"), True),
        Question("comment", "text", (), False),
    ),
)


@dataclass
class Act:
    kind: str
    value: Any
    state: str = ""
    segment: int | None = None
    name: str = ""


def score(state: str, segment: int, value: Any) -> Act:
    return Act("score", value, state=state, segment=segment)


def answer(name: str, value: Any) -> Act:
    return Act("field", value, name=name)


LETTERS = "a é下\n"  # of a few kinds: the table of all takes seconds to make on a busy machine
scores = st.builds(
    score, st.sampled_from(FORM.states), st.integers(1, 17), st.sampled_from([0, 1, 2, 3, 4, "NE", None])
)
answers = st.one_of(
    st.builds(answer, st.just("quality"), st.sampled_from([1, 2, 3, None])),
    st.builds(answer, st.just("comment"), st.text(LETTERS, max_size=5)),
)
views = st.builds(lambda value: Act("view", value, name="table"), st.text(LETTERS))
acts = st.lists(st.one_of(scores, answers, views), max_size=60)


@given(acts)
def test_the_last_act_on_a_thing_wins_and_views_change_nothing(done):
    draft = fold(FORM, done)
    last = {(act.state, act.segment): act.value for act in done if act.kind == "score"}
    for state in FORM.states:
        assert draft.scores[state] == [last.get((state, n)) for n in range(1, 18)]
    answered = {act.name: act.value for act in done if act.kind == "field"}
    assert draft.fields == {name: value for name, value in answered.items() if value not in (None, "")}


@given(acts, acts)
def test_acts_on_different_things_may_come_in_any_order(one, other):
    stress = [act for act in one if act.state == "stress"]
    rest = [act for act in other if act.state == "rest"]
    assert fold(FORM, stress + rest) == fold(FORM, rest + stress)


def test_not_evaluable_is_an_answer_and_blank_is_none():
    draft = fold(FORM, [score("stress", 1, "NE"), score("stress", 2, 0), score("stress", 3, None)])
    lacking = missing(FORM, draft)
    assert "scores.stress.1" not in lacking
    assert "scores.stress.2" not in lacking
    assert "scores.stress.3" in lacking


def test_everything_scored_and_required_is_complete_without_the_comment():
    done = [score(state, n, 0) for state in FORM.states for n in range(1, 18)]
    assert missing(FORM, fold(FORM, done)) == ["fields.quality", "fields.overall"]
    done += [answer("quality", 3), answer("overall", "normal")]
    assert missing(FORM, fold(FORM, done)) == []


def test_an_emptied_answer_is_absent_again():
    done = [answer("comment", "apex?"), answer("comment", ""), answer("quality", 2), answer("quality", None)]
    assert fold(FORM, done).fields == {}


def test_the_signed_content_is_the_json_that_the_contract_with_the_browser_names():
    draft = Draft(
        scores={"stress": [0] * 16 + ["NE"], "rest": [4] * 17},
        fields={"quality": 4, "comment": "下壁 “apex”\n"},
    )
    text = (
        '{"fields":{"comment":"下壁 “apex”\\n","quality":4},"form":1,"scores":{'
        f'"rest":[{",".join(["4"] * 17)}],"stress":[{",".join(["0"] * 16)},"NE"]}}}}'
    )
    assert content_sha256(draft, form_version=1) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("value", [0, 4, "NE", None])
def test_the_form_takes_its_scores(value):
    FORM.check_score(state="rest", segment=17, value=value)


@pytest.mark.parametrize("value", [5, -1, True, 1.0, "1", "ne", "", [1], {}])
def test_the_form_takes_no_other_score(value):
    with pytest.raises(Invalid) as refusal:
        FORM.check_score(state="rest", segment=17, value=value)
    assert refusal.value.code == "score"
    assert "0, 1, 2, 3, 4" in refusal.value.message


@pytest.mark.parametrize(
    ("state", "segment", "code"), [("gated", 1, "state"), ("rest", 0, "segment"), ("rest", 18, "segment")]
)
def test_the_form_has_only_its_states_and_segments(state, segment, code):
    with pytest.raises(Invalid) as refusal:
        FORM.check_score(state=state, segment=segment, value=0)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("arm", "PET", "field"),
        ("quality", 4, "choice"),
        ("quality", "3", "choice"),
        ("quality", True, "choice"),
        ("comment", 3, "text"),
        ("comment", "x" * 2001, "text"),
        ("comment", "a\0b", "text"),
        ("comment", "\ud800", "text"),
    ],
)
def test_the_form_takes_no_other_answer(name, value, code):
    with pytest.raises(Invalid) as refusal:
        FORM.check_field(name=name, value=value)
    assert refusal.value.code == code


def test_a_form_survives_being_stored():
    assert Form.of(FORM.as_document()) == FORM
