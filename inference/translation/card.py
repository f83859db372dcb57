"""The card of a model: what it was trained on, what was measured on patients it never saw, where it fails."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import torch

from inference.translation.network import described, parameter_count
from inference.translation.task import Acceptance, Measurement, NetworkShape, Recipe, Task

USE = "Research use only. Not a medical device; not for diagnosis or treatment."
LICENCE = "Apache-2.0"
_SIMULATED = "Trained on simulated patients only. It has never seen a real patient."


@dataclass(frozen=True)
class Cohort:
    """A simulated cohort, by what its own manifest says: how many patients were used, how many refused."""

    claim: dict[str, Any]
    patients: int
    left_out: int = 0


@dataclass(frozen=True)
class Trained:
    """How the members of a model came about. seeds: one for each member. seconds: of one processor, in all."""

    shape: NetworkShape
    recipe: Recipe
    cohorts: tuple[Cohort, ...]
    steps: int
    seeds: tuple[int, ...]
    seconds: float
    contrast_exponent: float


def cohort_of(folder: Path, *, organ: str) -> dict[str, Any]:
    """What the manifest of a simulated cohort says: its seed, and how else it was made.

    Raises FileNotFoundError for a folder that was not made by the command cohort, ValueError for one of another organ.
    """
    manifest = folder / ".cohort.json"
    if not manifest.exists() or not (folder / "truth.json").exists():
        raise FileNotFoundError(
            f"{folder} is no finished simulated cohort; make one with the command cohort."
        )
    found = json.loads(manifest.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or "seed" not in found:
        raise ValueError(f"{manifest} does not say how the cohort was made; run the command cohort again")
    if found.get("organ", "heart") != organ:
        raise ValueError(f"{folder} is no cohort of the {organ}; make one with cohort --organ {organ}")
    return found


def require_other_people(
    training: Iterable[Mapping[str, Any]], validation: Iterable[Mapping[str, Any]]
) -> None:
    """Claims of cohorts; a seed is its people. Raises ValueError if somebody is in both."""
    if {claim["seed"] for claim in training} & {claim["seed"] for claim in validation}:
        raise ValueError(
            "A validation cohort has the seed of a training cohort: the same people are in both."
        )


def seeds_of(card: Mapping[str, Any], part: Literal["training", "validation"]) -> set[Any]:
    """Of the people whom a model learned from, or was chosen on: none where the card names no cohort.

    Raises ValueError for a card whose cohorts do not say who they are.
    """
    try:
        return {cohort["claim"]["seed"] for cohort in card.get(part, {}).get("cohorts", [])}
    except (AttributeError, KeyError, TypeError) as problem:
        raise ValueError(f"The card does not say of whom the {part} was: train the model again.") from problem


def card_of(
    task: Task, trained: Trained, *, validation: tuple[Cohort, ...], measured: Measurement
) -> dict[str, Any]:
    """Everything of card.json below the identity. measured: on the patients of `validation`."""
    return {
        "task": task.name,
        "task_version": task.version,
        "title": task.title,
        "inputs": list(task.inputs),
        "makes": task.makes,
        "use": USE,
        "licence": LICENCE,
        "network": asdict(trained.shape),
        "architecture": described(trained.shape),
        "parameters": parameter_count(trained.shape),
        "members": len(trained.seeds),
        "contrast_exponent": trained.contrast_exponent,
        "training": {
            "simulated": True,
            "split": "by patient; the cohorts differ in their seeds, so that no patient is in two",
            "cohorts": [asdict(cohort) for cohort in trained.cohorts],
            "patients": sum(cohort.patients for cohort in trained.cohorts),
            "recipe": asdict(trained.recipe),
            "steps": trained.steps,
            "seeds": list(trained.seeds),
            "command": _command(task, trained),
            "processor_seconds": round(trained.seconds),
            "torch": torch.__version__,
            "machine": platform.machine(),
        },
        "validation": {
            "cohorts": [asdict(cohort) for cohort in validation],
            "patients": sum(cohort.patients for cohort in validation),
            "figures": measured.figures,
            "acceptance": [_compared(one, measured.figures) for one in task.acceptance],
            "report": measured.report,
            "text": measured.text,
        },
        "limits": [_SIMULATED, *measured.limits, *task.limits],
    }


def _command(task: Task, trained: Trained) -> str:
    """What trains the same members again, from the cohorts that are listed beside it."""
    cohorts = " ".join(f"--cohort COHORT{n}" for n in range(1, len(trained.cohorts) + 1))
    seeds = " ".join(f"--seed {seed}" for seed in trained.seeds)
    patients = sum(cohort.patients for cohort in trained.cohorts)
    return (
        f"python -m inference train --task {task.name} {cohorts} --validation VALIDATION… --patients {patients} "
        f"--steps {trained.steps} {seeds} --out BUNDLE"
    )


def _compared(wanted: Acceptance, figures: dict[str, float]) -> dict[str, Any]:
    """What should be reached beside what was; reached is null for a figure that could not be measured."""
    found = figures.get(wanted.figure, math.nan)
    known = math.isfinite(found)
    return {
        "says": wanted.says,
        "figure": wanted.figure,
        "low": wanted.low if math.isfinite(wanted.low) else None,
        "high": wanted.high if math.isfinite(wanted.high) else None,
        "measured": found if known else None,
        "reached": wanted.low <= found <= wanted.high if known else None,
    }


def card_text(card: dict[str, Any]) -> str:
    """The body of card.md, made from the same numbers."""
    training, validation = card["training"], card["validation"]
    return "\n".join(
        [
            f"**{card['use']}**",
            "",
            f"{card['title']}. Licence of the weights: {card['licence']}.",
            "",
            f"Input: {'; '.join(card['inputs'])}. Output: {card['makes']}, and how far {card['members']} members "
            "of the model are apart.",
            "",
            *_test(card.get("test")),
            f"## {validation['patients']} simulated patients for validation (they chose the recipe)",
            "",
            validation["text"].strip(),
            "",
            *_acceptance(validation["acceptance"]),
            "## Limits",
            "",
            *[f"- {limit}" for limit in card["limits"]],
            "",
            "## Training",
            "",
            f"{training['patients']} simulated patients ({training['split']}). {card['members']} members, each "
            f"{training['steps']:,} steps; seeds {', '.join(map(str, training['seeds']))}; "
            f"{training['processor_seconds']:,} seconds of one processor in all.",
            "",
            f"{card['architecture']}; {card['parameters']:,} parameters a member.",
            "",
            *_contrast(card["contrast_exponent"]),
            "",
            *[f"- {_cohort_in_words(cohort)}" for cohort in training["cohorts"]],
            *[f"- validation: {_cohort_in_words(cohort)}" for cohort in validation["cohorts"]],
            "",
            f"    {training['command']}",
            "",
            "Recipe: " + ", ".join(f"{name} {value}" for name, value in training["recipe"].items()) + ".",
            "",
        ]
    )


def _contrast(exponent: float) -> list[str]:
    if exponent == 1:
        return []
    return [
        f"What a member says is raised to the power of {exponent:g}, in units of the network: chosen on the patients "
        "for validation, so that the most biased of the 17 segments at stress and at rest is biased least.",
        "",
    ]


def _test(test: dict[str, Any] | None) -> list[str]:
    """What `python -m inference card` put there: misses first."""
    if test is None:
        return ["No test patients have been looked at yet.", ""]
    lines = [
        f"## {test['patients']} simulated patients of the test, opened once (all figures: {test['report']})",
        "",
    ]
    if test["misses"]:
        shown = {name: head for name, head in _MISSES.items() if any(name in one for one in test["misses"])}
        shown["image"] = test.get("misses_of", shown["image"])
        lines += [f"| {' | '.join(shown.values())} |", f"| --- | --- |{' ---: |' * (len(shown) - 2)}"]
        lines += [f"| {' | '.join(_cell(one.get(name)) for name in shown)} |" for one in test["misses"]]
        lines.append("")
    return lines + _compared_rows((one["says"], _measured(one), one["reached"]) for one in test["targets"])


# What of a test is on a card, by what its organ has; counts are pairs, number and of how many.
_MISSES = {
    "image": "inferior segments",
    "against": "against",
    "refused": "patients refused",
    "missed": "defects missed",
    "false": "false defects",
    "false_without_disease": "of them without RCA disease",
    "auc": "AUC",
    "recovery": "contrast recovered",
}


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return f"{value[0]} of {value[1]}"
    if isinstance(value, float):
        return f"{value:.3f}"
    return "–" if value is None else str(value)


def _acceptance(compared: list[dict[str, Any]]) -> list[str]:
    return _compared_rows((one["says"], _number(one["measured"]), one["reached"]) for one in compared)


def _measured(target: dict[str, Any]) -> str:
    """With its unit, and the 95 % interval, where the report tells them."""
    ends = target.get("interval")
    words = (
        _number(target["value"]),
        ends and f"({_number(ends[0])} to {_number(ends[1])})",
        target.get("unit"),
    )
    return " ".join(filter(None, words))


def _number(value: float | None) -> str:
    return "–" if value is None else format(value, ".3g")


def _compared_rows(compared: Iterable[tuple[str, str, bool | None]]) -> list[str]:
    words = {True: "reached", False: "**not reached**", None: "cannot be judged"}
    rows = [f"| {says} | {measured} | {words[reached]} |" for says, measured, reached in compared]
    return ["| wanted | measured |  |", "| --- | ---: | --- |", *rows, ""] if rows else []


def _cohort_in_words(cohort: dict[str, Any]) -> str:
    claim = ", ".join(f"{name} {value}" for name, value in cohort["claim"].items())
    refused = cohort.get("left_out", 0)
    more = f"; {refused} more left out, in whom the task found nothing to translate" if refused else ""
    return f"{cohort['patients']} patients of the simulated cohort with {claim}{more}"
