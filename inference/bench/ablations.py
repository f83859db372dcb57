"""What each choice of the heart's recipe is worth: one network for each variant, judged on validation patients.

Never run on test patients: what is chosen by looking must not be looked at again as if it had been waiting.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from inference.dicom.read import Unreadable
from inference.evaluation.markdown import NONE, number, table
from inference.evaluation.writing import NotAReport, rounded, write_report
from inference.model import ModelIdentity
from inference.translation.card import cohort_of
from inference.translation.command import contrast_exponent
from inference.translation.predict import Model, translate
from inference.translation.prepared import prepared
from inference.translation.registry import task_named
from inference.translation.task import NetworkShape, Recipe, Task
from inference.translation.train import Examples, Progress, examples_of, train

_TASK = "heart/spect-to-pet"
Variant = Callable[[NetworkShape, Recipe], tuple[NetworkShape, Recipe]]

# Each differs from the shipped recipe in one thing.
VARIANTS: Mapping[str, Variant] = {
    "as shipped": lambda shape, recipe: (shape, recipe),
    "defects weigh and are drawn like the rest": lambda shape, recipe: (
        shape,
        replace(recipe, abnormal=recipe.near, oversampling=1.0),
    ),
    "gain only": lambda shape, recipe: (replace(shape, offset_head=False), recipe),
    "no coordinate": lambda shape, recipe: (replace(shape, coordinates=0), recipe),
    "all three coordinates": lambda shape, recipe: (replace(shape, coordinates=3), recipe),
    "lower quantile in defects": lambda shape, recipe: (shape, replace(recipe, tau_abnormal=0.35)),
}
_UNCALIBRATED = "as shipped, without contrast exponent"
_FIGURES = {
    "inferior missed": "inferior defects missed, %",
    "inferior false": "false inferior defects, %",
    "inferior bias": "inferior bias",
    "segment error": "segment error",
    "correlation": "correlation",
}


def add_parser(what: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = what.add_parser(
        "ablations",
        help="train variants of the heart's recipe and compare them on validation patients",
        description="Train one network for each variant of the heart's recipe; judge all on validation patients.",
        epilog="example: python -m inference bench ablations --cohort var/cohort --validation var/validation "
        "--steps 1200 --seed 1 --out var/ablations",
    )
    parser.add_argument("--cohort", type=Path, required=True)
    parser.add_argument("--validation", type=Path, action="append", required=True, help="repeat for more")
    parser.add_argument("--steps", type=int, required=True, help="of each variant")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder of the report")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    started = time.process_time()
    torch.set_num_threads(1)
    try:
        data = ablations(
            task_named(_TASK),
            cohort=arguments.cohort,
            validation=arguments.validation,
            steps=arguments.steps,
            seed=arguments.seed,
        )
        write_report(
            arguments.out,
            name="ablations",
            data=data,
            text=as_markdown(data),
            tables={},
            figures={},
            started=started,
        )
    except (Unreadable, NotAReport, ValueError, FileNotFoundError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(arguments.out / "report.md")
    return 0


def ablations(
    task: Task, *, cohort: Path, validation: Sequence[Path], steps: int, seed: int
) -> dict[str, Any]:
    """Figures of Task.measure for each variant, by its name; each with the contrast exponent that it asks for."""
    claims = [cohort_of(one, organ=task.organ) for one in (cohort, *validation)]
    examples = examples_of(task.pairs(cohort))
    found: dict[str, Any] = {}
    for name, variant in VARIANTS.items():
        shape, recipe = variant(task.network, task.recipe)
        model = _trained(task, examples, shape=shape, recipe=recipe, steps=steps, seed=seed, name=name)
        exponent = contrast_exponent(model, validation)
        if name == "as shipped":
            found[_UNCALIBRATED] = _figures(model, validation, exponent=1.0)
        found[name] = _figures(model, validation, exponent=exponent)
    return dict(
        rounded(
            {
                "simulated": True,
                "task": task.name,
                "training": {
                    **claims[0],
                    "patients": len(examples.patients),
                    "left_out": len(examples.left_out),
                },
                "validation": claims[1:],
                "steps": steps,
                "seed": seed,
                "variants": found,
            }
        )
    )


def _trained(
    task: Task, examples: Examples, *, shape: NetworkShape, recipe: Recipe, steps: int, seed: int, name: str
) -> Model:
    network = train(examples, shape=shape, recipe=recipe, steps=steps, seed=seed, tell=partial(_tell, name))
    return Model(task, ModelIdentity(name, str(task.version), ""), (prepared(network),))


def _figures(model: Model, validation: Sequence[Path], *, exponent: float) -> dict[str, float]:
    calibrated = replace(model, contrast_exponent=exponent)
    measured = model.task.measure(validation, lambda volume: translate(calibrated, volume).image)
    return {"contrast_exponent": exponent, **measured.figures}


def as_markdown(data: Mapping[str, Any]) -> str:
    """The variants as two tables, against PET and against the truth."""
    training = data["training"]
    lines = [
        "# Ablations of virtual PET (simulated patients)",
        "",
        f"One network of {data['steps']:,} steps (seed {data['seed']}) for each variant, trained on "
        f"{training['patients']} simulated patients (cohort seed {training['seed']}) and judged on validation cohorts "
        f"{' and '.join(str(one['seed']) for one in data['validation'])}; test patients were not used. Shorter "
        "training and one network: only differences between rows mean anything, and small ones do not.",
    ]
    first = next(iter(data["variants"].values()))
    for against, name in (("pet", "PET"), ("truth", "the simulated truth")):
        rows = [
            [label, NONE, *_cells(first, f"{kind} v {against}: ")]
            for kind, label in (("spect", "SPECT"), ("ctac", "CTAC"))
        ]
        rows += [
            [variant, number(figures["contrast_exponent"]), *_cells(figures, f"virtual_pet v {against}: ")]
            for variant, figures in data["variants"].items()
        ]
        lines += ["", f"## Against {name}", "", *table(["", "exponent", *_FIGURES.values()], rows)]
    return "\n".join(lines) + "\n"


def _cells(figures: Mapping[str, float], prefix: str) -> list[str]:
    return [number(figures.get(prefix + figure), 2) for figure in _FIGURES]


def _tell(name: str, progress: Progress) -> None:
    print(f"{name}: step {progress.step}/{progress.steps}  loss {progress.loss:.4f}", flush=True)
