"""The report of `evaluate brain`: it says what was reached and what was not, and the same numbers look the same."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from inference.__main__ import main
from inference.brain.agreement import measure_heads
from inference.brain.heads import KINDS, Head
from inference.brain.placing import place_head
from inference.brain.summary import lesions, summary
from inference.evaluation.brain import Maker, report_of
from inference.evaluation.brain_conclusion import all_keep_the_same, verdict
from inference.evaluation.brain_figures import brain_figures, example_of
from inference.evaluation.brain_report import as_markdown
from inference.evaluation.brain_scanners import scanners_of
from inference.evaluation.writing import json_text, rounded
from inference.model import ModelIdentity
from inference.translation.bundle import write_bundle
from inference.translation.network import Network
from inference.translation.predict import Model
from inference.translation.registry import task_named
from inference.translation.task import NetworkShape
from inference.translation.weights import weights_of


@pytest.fixture(scope="module")
def maker() -> Maker:
    """Two networks that have learned nothing: they return what they see."""
    task = replace(task_named("brain/nac-to-ctac"), place=place_head)
    members = (Network(task.network).eval(), Network(task.network).eval())
    return Maker("untrained", "nac", Model(task, ModelIdentity("untrained", "1", "0" * 64), members))


def test_a_network_that_has_learned_nothing_is_as_far_off_as_no_correction(
    heads: list[Head], maker: Maker
) -> None:
    def images_of(head: Head) -> dict:
        return {**{kind: head.images[kind] for kind in KINDS}, **maker.images(head)}

    measured = measure_heads(heads[:2], images_of)
    data = rounded(report_of(measured, [maker], cohort={"seed": 1, "sites": 2}))
    against = data["against"]["ctac"]
    assert json_text(against["untrained"]) == json_text(against["nac"])
    assert against["ctac"]["raw"]["max"] == 0
    assert not any(one["reached"] for one in data["targets"]["untrained"].values())
    assert data["compared"]["untrained"]["chang"]["nmse"] > 0.05
    text = as_markdown(data)
    assert "The test scanners are the training scanners" not in text  # it was trained on none
    known = {
        **data,
        "scanners": scanners_of({"sites": 2}, {"untrained": {"cohorts": [{"claim": {"sites": 2}}]}}),
    }
    assert "**The test scanners are the training scanners.** Of the 2 simulated scanners" in as_markdown(
        known
    )
    assert (
        "**Simulated heads**" in text
        and text.count("| **no** |") == 4
        and "none of 4 targets reached" in text
    )
    assert "untrained#2" in text.split("## Seeds")[1]
    cells = [*(line.count("|") for line in text.splitlines()), 0]
    heads_of_tables = [n for n, count in enumerate(cells) if count and not cells[n - 1]]
    for first in heads_of_tables:  # every row has as many cells as its head
        rows = cells[first : cells.index(0, first)]
        assert len(set(rows)) == 1, text.splitlines()[first]
    commands = text.split("## Commands")[1]
    assert "--seed 1 --out var/heads-1" in commands and "evaluate brain --cohort var/heads-1" in commands
    pictures = brain_figures(data, example_of(images_of(heads[0])))
    assert pictures == brain_figures(json.loads(json_text(data)), example_of(images_of(heads[0])))
    assert set(summary(measured, against="noise_free")) == {*KINDS, "untrained", "untrained#1", "untrained#2"}
    assert lesions([head for head in measured if head.tracer == "dat"]) == {}
    found = lesions(measured)
    assert 0 < found["clear"] + found["lesioned"] <= found["sites"]


def test_a_count_of_kept_lesions_that_is_everywhere_the_same_is_said_to_separate_no_image() -> None:
    alike = {"kept": 12, "of": 12}
    assert all_keep_the_same({"lesions": {"images": {"nac": alike, "ctac": alike}}}) != []
    assert all_keep_the_same({"lesions": {"images": {"nac": {"kept": 9, "of": 12}, "ctac": alike}}}) == []


def test_a_model_is_not_tested_with_heads_that_it_knows_nor_with_hearts(
    cohort: Path, seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = tmp_path / "known"
    known = {"cohorts": [{"claim": {"seed": seed}, "patients": 4}], "command": "train"}
    shape = NetworkShape(coordinates=3, channels=(8, 8, 8))
    card = {"task": "brain/nac-to-ctac", "task_version": 2, "network": asdict(shape)}
    card |= {"training": known, "validation": {"cohorts": []}}
    write_bundle(bundle, weights=weights_of([Network(shape)]), name="known", version="2", card=card, text="")
    hearts = tmp_path / "hearts"
    hearts.mkdir()
    for name in (".cohort.json", "truth.json"):
        (hearts / name).write_text('{"seed": 1}', encoding="utf-8")
    for folder, said in (
        (cohort, "trained on"),
        (hearts, "no cohort of the brain"),
        (tmp_path / "none", "no finished"),
    ):
        out = tmp_path / "report"
        assert main(["evaluate", "brain", f"--cohort={folder}", f"--bundle={bundle}", f"--out={out}"]) == 1
        assert said in capsys.readouterr().err and not out.exists()


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.01, "better"), (0.03, "not distinguishable"), (0.5, "not distinguishable"), (0.99, "worse")],
)
def test_what_is_not_distinguishable_is_called_so(p: float, said: str) -> None:
    assert verdict(p, heads=24) == said


def test_two_heads_prove_nothing() -> None:
    assert [verdict(p, heads=2) for p in (0.25, 1.0)] == ["not distinguishable"] * 2
