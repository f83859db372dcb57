"""The report of `evaluate brain`: it says what was reached and what was not, and the same numbers look the same."""

import json

import pytest

from inference.brain.agreement import measure_heads
from inference.brain.heads import KINDS, Head
from inference.brain.summary import lesions, summary
from inference.evaluation.brain import Maker, report_of
from inference.evaluation.brain_figures import brain_figures, example_of
from inference.evaluation.brain_report import as_markdown
from inference.evaluation.writing import json_text, rounded
from inference.model import ModelIdentity
from inference.translation.network import Network
from inference.translation.predict import Model
from inference.translation.registry import task_named


@pytest.fixture(scope="module")
def maker() -> Maker:
    """Two networks that have learned nothing: they return what they see."""
    task = task_named("brain/nac-to-ctac")
    members = (Network(task.network).eval(), Network(task.network).eval())
    return Maker("untrained", "nac", Model(task, ModelIdentity("untrained", "1", "0" * 64), members))


def test_a_network_that_has_learned_nothing_is_as_far_off_as_no_correction(
    heads: list[Head], maker: Maker
) -> None:
    def images_of(head: Head) -> dict:
        return {**{kind: head.images[kind] for kind in KINDS}, **maker.images(head)}

    measured = measure_heads(heads[:2], images_of)
    data = rounded(report_of(measured, [maker], cohort={"seed": 1}))
    against = data["against"]["ctac"]
    assert json_text(against["untrained"]) == json_text(against["nac"])
    assert against["ctac"]["raw"]["max"] == 0
    assert not any(one["reached"] for one in data["targets"]["untrained"].values())
    assert data["compared"]["untrained"]["chang"]["nmse"] > 0.05
    text = as_markdown(data)
    assert "**Simulated heads**" in text and text.count("**no**") == 3
    assert "untrained#2" in text.split("## Seeds")[1]
    cells = [*(line.count("|") for line in text.splitlines()), 0]
    heads_of_tables = [n for n, count in enumerate(cells) if count and not cells[n - 1]]
    for first in heads_of_tables:  # every row has as many cells as its head
        rows = cells[first : cells.index(0, first)]
        assert len(set(rows)) == 1, text.splitlines()[first]
    pictures = brain_figures(data, example_of(images_of(heads[0])))
    assert pictures == brain_figures(json.loads(json_text(data)), example_of(images_of(heads[0])))
    assert set(summary(measured, against="noise_free")) == {*KINDS, "untrained", "untrained#1", "untrained#2"}
    assert lesions([head for head in measured if head.tracer == "dat"]) == {}
