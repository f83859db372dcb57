"""Ablations change one thing at a time, and their report lets nobody take an operating point for a gain."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.__main__ import main
from inference.bench.ablations import _by_camera, variants_of
from inference.bench.ablations_report import as_markdown
from inference.translation.registry import task_named
from inference.translation.train import Examples


def test_a_variant_differs_from_the_recipe_as_shipped_in_what_its_name_says_and_in_nothing_else() -> None:
    task = task_named("heart/spect-to-pet")
    first, *others = variants_of(task, seed=5)
    assert (first.shape, first.recipe, first.seeds, first.fitted) == (task.network, task.recipe, (5,), False)
    changed = {
        one.name: sorted(
            name
            for name in ("shape", "recipe", "seeds", "patients", "fitted")
            if getattr(one, name) != getattr(first, name)
        )
        for one in others
    }
    assert all(len(names) == 1 for names in changed.values()), changed
    recipes = {one.name: one.recipe for one in others if one.recipe != first.recipe}
    even = asdict(recipes["defects weigh and are drawn like the rest"])
    assert {name for name, value in even.items() if value != asdict(first.recipe)[name]} == {
        "abnormal",
        "oversampling",
    }
    assert even["abnormal"] == even["near"] and even["oversampling"] == 1


def test_one_camera_and_all_cameras_are_compared_on_as_many_patients(tmp_path: Path) -> None:
    patients = tuple(f"P{n}" for n in range(9))
    sites = {name: {"site": f"site-{'abc'[n % 3]}"} for n, name in enumerate(patients)}
    (tmp_path / "truth.json").write_text(json.dumps({"patients": sites}), encoding="utf-8")
    rows = torch.arange(18)[:, None]  # stress and rest of each
    found = _by_camera(Examples(patients, (), rows, rows, rows, rows, rows, rows), tmp_path)
    assert found["one camera"].patients == ("P0", "P3", "P6")
    assert found["one camera"].image.ravel().tolist() == [0, 1, 6, 7, 12, 13]
    assert found["every camera"].patients == ("P0", "P1", "P2")
    assert found["every camera"].target.ravel().tolist() == [0, 1, 2, 3, 4, 5]


def judged(missed: int, matched: float) -> dict[str, Any]:
    against = {
        "missed": {"count": missed, "of": 20, "share": missed / 20},
        "false": {"count": 1, "of": 50, "share": 0.02},
        "matched": {"estimate": matched, "interval": [0.0, 0.5]},
        "auc": {"estimate": 0.95, "interval": [0.9, 1.0]},
        "inferior_bias": -1.25,
        "segment_error": 4.5,
        "correlation": 0.75,
    }
    return {"pet": against, "truth": against}


def test_the_report_says_how_far_seeds_are_apart_and_that_all_is_simulated() -> None:
    variants = {
        one.name: {"patients": 40, "contrast_exponent": 1.0, **judged(number, number / 100)}
        for number, one in enumerate(variants_of(task_named("heart/spect-to-pet"), seed=1))
    }
    text = as_markdown(
        {
            "steps": 600,
            "seed": 1,
            "training": {"seed": 7, "left_out": 2},
            "validation": [{"seed": 8}, {"seed": 9}],
            "validation_patients": 44,
            "others": {"spect": judged(2, 0.2), "ctac": judged(9, 0.3)},
            "variants": variants,
        }
    )
    assert "(simulated patients)" in text and "Test patients were not used" in text
    assert "missed 0 to 3 of 20, at CTAC's rate 0.0 to 3.0 %" in text  # seeds: rows 0, 2 and 3
    assert "| gain only | 6/20, 30 % | 1/50, 2 % | 6.0 % | 0.950 | -1.2 | 4.50 | 0.750 |" in text
    assert "| CTAC | 9/20, 45 % |" in text


def test_nobody_is_judged_on_whom_was_learned_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".cohort.json").write_text('{"seed": 3}', encoding="utf-8")
        (tmp_path / name / "truth.json").write_text('{"patients": {}}', encoding="utf-8")
    cohort, validation = str(tmp_path / "one"), str(tmp_path / "two")
    asked = [
        "bench",
        "ablations",
        "--cohort",
        cohort,
        "--validation",
        validation,
        "--steps",
        "1",
        "--seed",
        "1",
    ]
    assert main([*asked, "--out", str(tmp_path / "out")]) == 1
    assert "the same people are in both" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
