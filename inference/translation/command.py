"""`python -m inference train`: from simulated cohorts to a model bundle with its card."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from inference.asked import at_least_one, not_negative, require_own
from inference.dicom.read import Unreadable
from inference.model import ModelIdentity
from inference.translation.bundle import write_bundle
from inference.translation.card import (
    Cohort,
    Trained,
    card_of,
    card_text,
    cohort_of,
    require_other_people,
)
from inference.translation.predict import Model, answers, translate
from inference.translation.prepared import prepared
from inference.translation.registry import TASKS, task_named
from inference.translation.task import LeftOut, Task
from inference.translation.train import Examples, Progress, examples_of, first_patients, joined, train
from inference.translation.weights import weights_of
from inference.volume import Volume

_HEART = "heart/spect-to-pet"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "train",
        description="Trains one network for each seed, fits the contrast of them all on the validation cohorts, "
        "measures them together there, and writes the bundle: model.safetensors, card.json, card.md. The same cohorts, "
        "steps and seeds give the same weights on one kind of machine. A patient whom the task refuses (no ventricle "
        "found) is left out, named, and counted on the card.",
    )
    parser.add_argument(
        "--task", choices=sorted(TASKS), default=_HEART, help=f"what to translate; default: {_HEART}"
    )
    parser.add_argument(
        "--cohort",
        type=Path,
        action="append",
        required=True,
        help="folder that the command cohort made; repeat for more",
    )
    parser.add_argument(
        "--validation",
        type=Path,
        action="append",
        required=True,
        help="a cohort of another seed, so that nobody is in both; repeat for more",
    )
    parser.add_argument(
        "--patients",
        type=at_least_one,
        help="train on the first so many patients of the cohorts, as they were dealt to the sites; default: all",
    )
    parser.add_argument(
        "--steps",
        type=at_least_one,
        required=True,
        help="of training, for each network; 1000 take about 3 minutes of one core",
    )
    parser.add_argument(
        "--seed",
        type=not_negative,
        action="append",
        required=True,
        help="of a network; repeat for an ensemble, whose spread is the uncertainty of each voxel",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        help="folder of the bundle, new or with a bundle to replace; its name is the model's",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    torch.set_num_threads(1)  # sums in another order would be other weights
    try:
        require_own(arguments.out, made="a model bundle", own=lambda out: (out / "card.json").is_file())
        identity = make_bundle(
            task_named(arguments.task),
            cohorts=arguments.cohort,
            validation=arguments.validation,
            patients=arguments.patients,
            steps=arguments.steps,
            seeds=arguments.seed,
            out=arguments.out,
        )
    except (Unreadable, ValueError, FileNotFoundError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{identity.name} {identity.version} {identity.digest}")
    return 0


def make_bundle(
    task: Task,
    *,
    cohorts: Sequence[Path],
    validation: Sequence[Path],
    patients: int | None,
    steps: int,
    seeds: Sequence[int],
    out: Path,
) -> ModelIdentity:
    """Trains, measures the patients of `validation`, and writes the bundle.

    Raises FileNotFoundError for a folder that is no simulated cohort, ValueError for cohorts of one seed, and what
    reading and measuring raise.
    """
    given = [cohort_of(cohort, organ=task.organ) for cohort in cohorts]
    judges = [cohort_of(cohort, organ=task.organ) for cohort in validation]
    require_other_people(given, judges)
    began = time.process_time()
    parts = _taught(task, cohorts, patients)
    # A file that cannot be read is found before hours of training, not after.
    chose = [_judging(task, claim, cohort) for claim, cohort in zip(judges, validation, strict=True)]
    examples = joined(parts)
    members = tuple(
        train(
            examples,
            shape=task.network,
            recipe=task.recipe,
            steps=steps,
            seed=seed,
            tell=partial(_tell, seed),
        )
        for seed in seeds
    )
    uncalibrated = Model(
        task, ModelIdentity(out.name, str(task.version), ""), tuple(prepared(member) for member in members)
    )
    exponent = contrast_exponent(uncalibrated, validation)
    weights = weights_of(members, contrast_exponent=exponent)
    model = replace(uncalibrated, contrast_exponent=exponent)
    measured = task.measure(validation, lambda volume: translate(model, volume).image)
    trained = Trained(
        shape=task.network,
        recipe=task.recipe,
        cohorts=tuple(
            Cohort(claim, len(part.patients), len(part.left_out))
            for claim, part in zip(given, parts, strict=False)
        ),
        steps=steps,
        seeds=tuple(seeds),
        seconds=time.process_time() - began,
        contrast_exponent=exponent,
    )
    card = card_of(task, trained, validation=tuple(chose), measured=measured)
    return write_bundle(
        out, weights=weights, name=out.name, version=str(task.version), card=card, text=card_text(card)
    )


def _taught(task: Task, cohorts: Sequence[Path], patients: int | None) -> list[Examples]:
    """The examples of the first `patients` of all cohorts, those of one cohort after those of another."""
    parts: list[Examples] = []
    left = patients
    for cohort in cohorts:
        if left == 0:
            break
        part = examples_of(first_patients(task.pairs(cohort), left))
        _name_left_out(cohort, part.left_out)
        left = None if left is None else left - len(part.patients) - len(part.left_out)
        parts.append(part)
    if left and patients:
        raise ValueError(f"--patients {patients}: the cohorts hold {patients - left}")
    return parts


def _judging(task: Task, claim: dict[str, Any], cohort: Path) -> Cohort:
    """A cohort for validation, all of whose files have been read once."""
    patients, left_out = set(), []
    for found in task.pairs(cohort):
        if isinstance(found, LeftOut):
            left_out.append(found)
        else:
            patients.add(found.patient)
    _name_left_out(cohort, left_out)
    if not patients:
        raise ValueError(f"{cohort} holds nobody to measure the model on")
    return Cohort(claim, len(patients), len(left_out))


def _name_left_out(cohort: Path, left_out: Sequence[LeftOut]) -> None:
    for one in left_out:
        print(f"{cohort}: {one.patient} is left out: {one.reason}", file=sys.stderr, flush=True)


def contrast_exponent(model: Model, validation: Sequence[Path]) -> float:
    """What validation patients ask for, to a hundredth, as the card states it; 1 where the task has none."""
    if model.task.calibrate is None:
        return 1.0

    def curve(volume: Volume) -> Callable[[float], Volume]:
        found = answers(model, volume)
        return lambda exponent: found.translation(exponent).image

    return round(model.task.calibrate(validation, curve), 2)


def _tell(seed: int, progress: Progress) -> None:
    print(f"seed {seed}: step {progress.step}/{progress.steps}  loss {progress.loss:.4f}", flush=True)
