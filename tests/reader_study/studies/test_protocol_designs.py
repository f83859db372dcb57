"""Documents from before there were steps, layouts and conditions stay what they were; the new ones have their rules."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader_study.problems import Invalid
from reader_study.studies.layouts import Layout, fitting, presets
from reader_study.studies.organs import BRAIN_REGIONS, ORGANS
from reader_study.studies.protocol import Protocol, digest, parse
from reader_study.studies.protocol_display import CINE_FILES
from reader_study.studies.templates import (
    TEMPLATES,
    aided_sequential,
    aided_side_by_side,
)

# As the first version of this software wrote it, and the digest that a study has had since.
OF_OLD = json.loads("""
{"title": "Old", "reader_title": "R", "simulated": false, "organ": "heart", "states": ["stress", "rest"],
 "arms": [{"code": "A", "label": "SPECT", "image_set": "spect"},
          {"code": "B", "label": "Virtual PET", "image_set": "virtual_pet"},
          {"code": "C", "label": "PET", "image_set": "pet"}],
 "reference_arm": "C", "sessions": 3, "washout_days": 28, "repeat_fraction": 0.0,
 "form": {"version": 1,
  "fields": [{"name": "quality", "kind": "choice", "values": [1, 2, 3, 4, 5], "required": true},
             {"name": "overall", "kind": "choice", "values": ["definitely_normal", "probably_normal", "equivocal",
              "probably_abnormal", "definitely_abnormal"], "required": true},
             {"name": "confidence", "kind": "choice", "values": [1, 2, 3, 4, 5], "required": true},
             {"name": "comment", "kind": "text", "values": [], "required": false}],
  "segments": 17, "scores": [0, 1, 2, 3, 4]},
 "display": {"tables": ["gray", "inverse_gray", "cool", "hot_iron", "hot_metal_blue", "warm_metal", "thermal",
  "siemens", "s_pet", "ten_step", "twenty_step"], "default_table": "cool", "show_difference": true,
  "show_sums": true},
 "score_thresholds": [70.0, 50.0, 30.0, 10.0], "margins": {"score": 0.5, "uptake": 5.0}}
""")
DIGEST_OF_OLD = "d16d14db291e458ce27c6fb1495c29c7a67f3a7abcd2b84c0addb0a5ae9c29a1"


def made(name: str) -> dict[str, Any]:
    return TEMPLATES[name](title="T", reader_title="R", simulated=True).as_document()


def test_an_old_document_is_read_and_keeps_its_digest() -> None:
    assert digest(OF_OLD) == DIGEST_OF_OLD
    protocol = parse(OF_OLD)
    assert digest(protocol.as_document()) == DIGEST_OF_OLD
    assert [arm.steps for arm in protocol.arms] == [(("spect",),), (("virtual_pet",),), (("pet",),)]
    assert [layout.name for layout in protocol.layouts] == ["8x12", "8x10", "6x16", "2x6"]


@given(
    title=st.text(min_size=1).filter(str.strip),
    simulated=st.booleans(),
    sessions=st.integers(3, 12),
    washout=st.integers(0, 365),
    tables=st.sets(st.sampled_from(OF_OLD["display"]["tables"])).map(lambda more: sorted(more | {"cool"})),
    flags=st.tuples(st.booleans(), st.booleans()),
)
def test_whatever_an_old_document_said_its_digest_stays(
    title: str, simulated: bool, sessions: int, washout: int, tables: list[str], flags: tuple[bool, bool]
) -> None:
    display = {"tables": tables, "default_table": "cool", "show_difference": flags[0], "show_sums": flags[1]}
    document = {
        **OF_OLD,
        "title": title,
        "simulated": simulated,
        "sessions": sessions,
        "washout_days": washout,
        "display": display,
    }
    assert digest(parse(document).as_document()) == digest(document)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_a_protocol_and_survives_being_stored(name: str) -> None:
    document = json.loads(json.dumps(made(name)))
    protocol = parse(document)
    assert protocol.as_document() == document
    assert protocol == TEMPLATES[name](title="T", reader_title="R", simulated=True)


def test_what_goes_without_saying_is_not_written() -> None:
    document = made("kawakubo_replica")
    assert set(document["display"]) == {"tables", "default_table", "show_difference", "show_sums"}
    assert "intake" not in document
    one_step = {"code": "A", "label": "SPECT", "steps": [["spect"]]}
    written = parse({**document, "arms": [one_step, *document["arms"][1:]]}).as_document()
    assert written == document  # with image_set in the place of steps


def test_the_arms_of_a_sequential_design() -> None:
    aided, reference = aided_sequential(title="T", reader_title="R", simulated=True).arms
    assert aided.steps == (("spect",), ("spect", "virtual_pet"))
    assert (aided.image_sets, aided.image_set) == (("spect", "virtual_pet"), "virtual_pet")
    assert reference.as_document() == {"code": "B", "label": "PET", "image_set": "pet"}


def test_a_complete_case_has_every_image_set_of_every_step() -> None:
    protocol = aided_side_by_side(title="T", reader_title="R", simulated=True)
    assert set(protocol.image_sets) == {"spect", "virtual_pet", "pet"}


def test_the_questions_of_the_second_form_of_the_heart() -> None:
    fields = {field["name"]: field for field in made("kawakubo_replica")["form"]["fields"]}
    assert list(fields) == [
        "quality", "artefacts", "overall", "territories", "inferior", "confidence", "comment",
    ]  # fmt: skip
    assert fields["territories"]["when"] == {
        "field": "overall", "in": ["equivocal", "probably_abnormal", "definitely_abnormal"],
    }  # fmt: skip
    assert fields["inferior"]["when"] == {"scores": [4, 10, 15], "at_least": 1}
    assert (fields["confidence"]["minimum"], fields["confidence"]["maximum"]) == (0, 100)


def test_the_regions_of_a_brain_are_asked_for_asymmetry_in_pairs() -> None:
    form = made("brain_attenuation")["form"]
    assert (form["segments"], form["regions"]) == (12, list(BRAIN_REGIONS))
    for number, field in enumerate(field for field in form["fields"] if "asymmetry" in field["name"]):
        pair = [2 * number + 1, 2 * number + 2]
        assert field["when"] == {"scores": pair, "at_least": 1}
        lobe = field["name"].removeprefix("asymmetry_")
        assert [form["regions"][n - 1] for n in pair] == [f"{lobe}_left", f"{lobe}_right"]


def moving(document: dict[str, Any], kind: str) -> dict[str, Any]:
    """The same with moving pictures on."""
    intake = {"quarantine_days": 30, "also": [CINE_FILES[kind]]}
    return {**document, "display": {**document["display"], "cine": [kind]}, "intake": intake}


def all_with_spect() -> dict[str, Any]:
    aided = made("aided_side_by_side")
    return {**aided, "arms": aided["arms"][:2], "reference_arm": "A", "endpoints": []}


@pytest.mark.parametrize("kind", CINE_FILES)
def test_moving_pictures_are_shown_only_where_every_step_of_every_arm_shows_spect(kind: str) -> None:
    """Beside a picture that is not SPECT they would tell a reader the arm, and what the SPECT shows."""
    for name in ("kawakubo_replica", "aided_sequential", "aided_side_by_side"):
        with pytest.raises(Invalid) as refused:
            parse(moving(made(name), kind))
        assert "gated SPECT and projections" in refused.value.message
    shown = moving(all_with_spect(), kind)
    assert parse(shown).display.cine == (kind,)
    with pytest.raises(Invalid):
        parse({**shown, "intake": {"quarantine_days": 30, "also": []}})


# --- layouts


@pytest.mark.parametrize("organ", ORGANS)
@pytest.mark.parametrize("sets", [1, 2])
def test_the_usual_layouts_fill_their_grid_once_and_pair_the_states(organ: str, sets: int) -> None:
    for layout in presets(organ, sets=sets):
        cells = [cell for strip in layout.strips for cell in strip.cells]
        assert len(cells) == len(set(cells)) == layout.rows * layout.columns
        shown = {
            state: [(s.view, s.set, s.first, s.count) for s in layout.strips if s.state == state]
            for state in ORGANS[organ].states
        }
        assert len({tuple(strips) for strips in shown.values()}) == 1
        assert {strip.set for strip in layout.strips} == set(range(1, sets + 1))


def test_the_usual_numbers_of_tiles() -> None:
    tiles = {layout.name: layout.rows * layout.columns for layout in presets("heart", sets=1)}
    assert tiles == {"8x12": 96, "8x10": 80, "6x16": 96, "2x6": 12}
    assert [layout.rows * layout.columns for layout in presets("brain", sets=1)] == [96, 60]


def test_a_view_goes_on_where_its_last_row_ended() -> None:
    layout = presets("heart", sets=2)[1]
    right = [s for s in layout.strips if (s.view, s.state, s.set) == ("SA", "rest", 2)]
    assert [(s.row, s.column, s.first, s.count) for s in right] == [(1, 7, 0, 7), (3, 7, 7, 7)]


def test_only_layouts_that_show_as_many_sets_fit_a_step() -> None:
    protocol = aided_sequential(title="T", reader_title="R", simulated=True)
    documents = [layout.as_document() for layout in protocol.layouts]
    assert [layout["name"] for layout in fitting(documents, sets=2)] == ["8x6+6", "8x7+7"]
    assert len(fitting(documents, sets=1)) == 4


def test_a_study_may_bring_its_own_layouts() -> None:
    strip = {"view": "SA", "state": "rest", "set": 1, "row": 0, "column": 0, "count": 3, "first": 2}
    own = {"name": "three", "columns": 3, "rows": 1, "strips": [strip]}
    document = with_value(made("kawakubo_replica"), ("display", "layouts"), [own])
    protocol = parse(document)
    assert [layout.name for layout in protocol.layouts] == ["three"]
    assert protocol.default_layout == "three"
    assert isinstance(protocol.layouts[0], Layout) and protocol.as_document() == document


# --- rules


def with_value(document: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


FIELD = {"name": "extra", "kind": "choice", "values": ["a", "b"], "required": False}
STRIP = {"view": "SA", "state": "stress", "set": 1, "row": 0, "column": 0, "count": 2, "first": 0}
LAYOUT = {"name": "own", "columns": 2, "rows": 1, "strips": [STRIP]}
FIELDS = ("form", "fields")


def layouts(**changes: Any) -> list[dict[str, Any]]:
    return [{**LAYOUT, **changes}]


def field(**changes: Any) -> list[dict[str, Any]]:
    """The form's own questions, and one more at the end."""
    return [*made("kawakubo_replica")["form"]["fields"], {**FIELD, **changes}]


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("kawakubo_replica", ("arms", 0), {"code": "A", "label": "x", "steps": []}),
        ("kawakubo_replica", ("arms", 0), {"code": "A", "label": "x", "steps": [["spect"]] * 2}),
        ("kawakubo_replica", ("arms", 0), {"code": "A", "label": "x", "steps": [[]]}),
        ("kawakubo_replica", ("arms", 0), {"code": "A", "label": "x", "steps": "spect"}),
        ("kawakubo_replica", ("arms", 0), {"code": "A", "label": "x", "steps": [["spect", "spect"]]}),
        (
            "kawakubo_replica",
            ("arms", 0),
            {"code": "A", "label": "x", "steps": [["spect", "virtual_pet", "pet"]]},
        ),
        (
            "kawakubo_replica",
            ("arms", 0),
            {"code": "A", "label": "x", "image_set": "spect", "steps": [["spect"]]},
        ),
        ("kawakubo_replica", ("arms", 0, "image_set"), "ctac"),
        ("kawakubo_replica", ("arms", 0, "image_set"), "virtual_pet"),
        ("aided_side_by_side", ("reference_arm",), "B"),
        ("aided_sequential", ("reference_arm",), "A"),
        ("brain_attenuation", ("organ",), "heart"),
        ("brain_attenuation", ("organ",), "liver"),
        ("brain_attenuation", ("states",), ["stress", "rest"]),
        ("brain_attenuation", ("form", "regions"), list(BRAIN_REGIONS[::-1])),
        ("brain_attenuation", ("form", "segments"), 17),
        ("brain_attenuation", ("display", "show_difference"), True),
        ("brain_attenuation", ("display", "cine"), ["gated"]),
        ("kawakubo_replica", ("form", "regions"), list(BRAIN_REGIONS)),
        ("kawakubo_replica", ("form", "segments"), True),
        ("kawakubo_replica", ("form", "version"), 0),
        ("kawakubo_replica", FIELDS, field(name="")),
        ("kawakubo_replica", FIELDS, field(name="x" * 41)),
        ("kawakubo_replica", FIELDS, field(name="quality")),
        ("kawakubo_replica", FIELDS, field(kind="choices", values=["a", "a"])),
        ("kawakubo_replica", FIELDS, field(kind="number")),
        ("kawakubo_replica", FIELDS, field(kind="number", values=[])),
        ("kawakubo_replica", FIELDS, field(kind="number", values=[], minimum=5, maximum=5)),
        ("kawakubo_replica", FIELDS, field(kind="number", values=[], minimum=0, maximum=1.5)),
        ("kawakubo_replica", FIELDS, field(minimum=0, maximum=1)),
        ("kawakubo_replica", FIELDS, field(values=[1.5])),
        ("kawakubo_replica", FIELDS, field(values=[True])),
        ("kawakubo_replica", FIELDS, field(required="yes")),
        ("kawakubo_replica", FIELDS, field(when={})),
        ("kawakubo_replica", FIELDS, field(when=None)),
        ("kawakubo_replica", FIELDS, field(when={"field": "overall"})),
        ("kawakubo_replica", FIELDS, field(when={"field": "overall", "in": []})),
        ("kawakubo_replica", FIELDS, field(when={"field": "overall", "in": ["superb"]})),
        ("kawakubo_replica", FIELDS, field(when={"field": "extra", "in": ["a"]})),
        ("kawakubo_replica", FIELDS, field(when={"field": "confidence", "in": [50]})),
        ("kawakubo_replica", FIELDS, field(when={"scores": [18], "at_least": 1})),
        ("kawakubo_replica", FIELDS, field(when={"scores": [], "at_least": 1})),
        ("kawakubo_replica", FIELDS, field(when={"scores": [1], "at_least": 0})),
        ("kawakubo_replica", FIELDS, field(when={"scores": [1], "at_least": 5})),
        ("kawakubo_replica", ("display", "tables"), ["cool", "nih"]),
        ("kawakubo_replica", ("display", "tables"), ["cool", ["gray"]]),
        ("kawakubo_replica", ("display", "cine"), ["gated"]),
        ("kawakubo_replica", ("display", "cine"), ["sinogram"]),
        ("kawakubo_replica", ("display", "show_time"), 1),
        ("kawakubo_replica", ("display", "default_layout"), "1x1"),
        ("aided_sequential", ("display", "layouts"), layouts()),
        ("kawakubo_replica", ("display", "layouts"), layouts(name="")),
        ("kawakubo_replica", ("display", "layouts"), layouts() * 2),
        ("kawakubo_replica", ("display", "layouts"), layouts(columns=25)),
        ("kawakubo_replica", ("display", "layouts"), layouts(rows=0)),
        ("kawakubo_replica", ("display", "layouts"), layouts(strips=[])),
        ("kawakubo_replica", ("display", "layouts"), layouts(strips=[STRIP, STRIP])),
        ("kawakubo_replica", ("display", "layouts"), layouts(strips=[{**STRIP, "view": "TRA"}])),
        ("kawakubo_replica", ("display", "layouts"), layouts(strips=[{**STRIP, "state": "perfusion"}])),
        ("kawakubo_replica", ("display", "layouts"), layouts(strips=[{**STRIP, "set": 2}])),
        ("kawakubo_replica", ("display", "layouts"), layouts(strips=[{**STRIP, "count": 3}])),
        ("kawakubo_replica", ("display", "layouts"), layouts(strips=[{**STRIP, "count": 0}])),
        ("kawakubo_replica", ("display", "layouts"), layouts(strips=[{**STRIP, "count": 10**12}])),
        ("kawakubo_replica", ("display", "layouts"), layouts(strips=[{**STRIP, "row": 1}])),
        ("kawakubo_replica", ("display", "layouts"), layouts(strips=[{**STRIP, "column": -1}])),
        ("kawakubo_replica", ("display", "layouts"), layouts(strips=[{**STRIP, "first": -1}])),
        ("kawakubo_replica", ("display", "layouts"), layouts(strips=[{**STRIP, "extra": 1}])),
    ],
)
def test_a_design_that_cannot_be_read_is_refused_with_a_sentence(
    name: str, path: tuple[Any, ...], value: Any
) -> None:
    with pytest.raises(Invalid) as refused:
        parse(with_value(made(name), path, value))
    assert refused.value.code == "protocol" and refused.value.message


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def paths(document: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if not isinstance(document, dict | list):
        return []
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    return [path for key, value in inner for path in [(*before, key), *paths(value, (*before, key))]]


ALL_SAID = moving(all_with_spect(), "projections")
ALL_SAID["arms"] = [
    *ALL_SAID["arms"],
    {"code": "C", "label": "In steps", "steps": [["spect"], ["spect", "pet"]]},
]
ALL_SAID["display"] = {
    **ALL_SAID["display"],
    "layouts": [layout.as_document() for layout in parse(ALL_SAID).layouts[3:]],
    "default_layout": "2x6",
}


@given(path=st.sampled_from(paths(ALL_SAID)), value=json_values)
def test_any_value_anywhere_is_read_or_refused_and_never_a_crash(path: tuple[Any, ...], value: Any) -> None:
    document = with_value(ALL_SAID, path, value)
    try:
        protocol = parse(document)
    except Invalid:
        return
    assert isinstance(protocol, Protocol) and parse(protocol.as_document()) == protocol
