"""What each choice of the heart's recipe is worth: networks of short training, judged on validation patients.

Never run on test patients: what is chosen by looking must not be looked at again as if it had been waiting.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from inference.bench.ablations_report import as_markdown, figures
from inference.dicom.read import Unreadable
from inference.evaluation.detection import detection, inferior
from inference.evaluation.images import PatientImages, Values, read_images
from inference.evaluation.segments import Measured, MeasuredPatient, measure_patient, together
from inference.evaluation.statistics import resampled
from inference.evaluation.writing import NotAReport, rounded, write_report
from inference.heart.sampling import TRACING_VERSION
from inference.heart.ventricle import VentricleNotFound
from inference.model import ModelIdentity
from inference.physics.patient import STATES
from inference.translation.card import cohort_of, require_other_people
from inference.translation.command import contrast_exponent
from inference.translation.network import Network
from inference.translation.pairs import patient_folders, read_truth
from inference.translation.predict import Model, answers
from inference.translation.prepared import prepared
from inference.translation.registry import task_named
from inference.translation.task import NetworkShape, NotTranslatable, Recipe, Task
from inference.translation.train import Examples, Progress, examples_of, train
from inference.volume import Volume

_TASK = "heart/spect-to-pet"
_KINDS = ("spect", "ctac", "pet")
_MADE = "virtual_pet"


@dataclass(frozen=True)
class Variant:
    """One row. patients: "all", as many as one camera has, of "every camera", or of "one camera"."""

    name: str
    shape: NetworkShape
    recipe: Recipe
    seeds: tuple[int, ...]
    patients: str = "all"
    fitted: bool = False  # the contrast exponent; else it is 1, so that rows differ in nothing else


@dataclass(frozen=True, eq=False)
class Judge:
    """A validation patient: what his other images say, and the SPECT that models are given, by state."""

    measured: MeasuredPatient
    spect: Mapping[str, Volume]


def variants_of(task: Task, *, seed: int) -> tuple[Variant, ...]:
    """Each differs from the first in one thing, which its name says; the last two from each other."""
    shape, recipe = task.network, task.recipe
    seeds = (seed, seed + 1, seed + 2)
    evenly = replace(recipe, abnormal=recipe.near, oversampling=1.0)
    return (
        Variant("recipe as shipped", shape, recipe, seeds[:1]),
        Variant("contrast exponent fitted", shape, recipe, seeds[:1], fitted=True),
        Variant("another seed", shape, recipe, seeds[1:2]),
        Variant("a third seed", shape, recipe, seeds[2:]),
        Variant("mean of these three networks", shape, recipe, seeds),
        Variant("defects weigh and are drawn like the rest", shape, evenly, seeds[:1]),
        Variant("gain only", replace(shape, offset_head=False), recipe, seeds[:1]),
        Variant("lower quantile in defects", shape, replace(recipe, tau_abnormal=0.35), seeds[:1]),
        Variant("fewer patients, every camera", shape, recipe, seeds[:1], patients="every camera"),
        Variant("as few patients, one camera", shape, recipe, seeds[:1], patients="one camera"),
    )


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
            figures=figures(data),
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
    """How every variant does against PET and against the truth, beside SPECT and CTAC of the same patients.

    Raises Unreadable; ValueError, FileNotFoundError for folders that are no simulated cohorts with corrections.
    """
    training = cohort_of(cohort, organ=task.organ)
    claims = [cohort_of(one, organ=task.organ) for one in validation]
    require_other_people([training], claims)
    judges = [judge for one in validation for judge in _judges(one)]
    examples = {"all": examples_of(task.pairs(cohort))}
    examples |= _by_camera(examples["all"], cohort)
    # Where the organ lies does not depend on the network: found once for each image.
    task = replace(task, place=cache(task.place))
    networks: dict[tuple[NetworkShape, Recipe, int, str], Network] = {}
    found: dict[str, Any] = {}
    for variant in variants_of(task, seed=seed):
        for member in variant.seeds:
            key = (variant.shape, variant.recipe, member, variant.patients)
            if key not in networks:
                networks[key] = prepared(
                    train(
                        examples[variant.patients],
                        shape=variant.shape,
                        recipe=variant.recipe,
                        steps=steps,
                        seed=member,
                        tell=partial(_tell, f"{variant.name}, seed {member}"),
                    )
                )
        members = tuple(
            networks[variant.shape, variant.recipe, one, variant.patients] for one in variant.seeds
        )
        model = Model(task, ModelIdentity(variant.name, str(task.version), ""), members)
        if variant.fitted:
            model = replace(model, contrast_exponent=contrast_exponent(model, validation))
        found[variant.name] = {
            "networks": len(members),
            "patients": len(examples[variant.patients].patients),
            "contrast_exponent": model.contrast_exponent,
            **_judged([_with_answer(judge, model) for judge in judges], _MADE),
        }
    others = [judge.measured for judge in judges]
    return dict(
        rounded(
            {
                "simulated": True,
                "tracing": TRACING_VERSION,
                "task": task.name,
                "training": {**training, "left_out": len(examples["all"].left_out)},
                "validation": claims,
                "validation_patients": len(judges),
                "steps": steps,
                "seed": seed,
                "others": {kind: _judged(others, kind) for kind in ("spect", "ctac")},
                "variants": found,
            }
        )
    )


def _judges(cohort: Path) -> list[Judge]:
    truth = read_truth(cohort)
    found = []
    for folder in patient_folders(cohort):
        patient = read_images(folder, truth=truth, only=_KINDS)
        if set(patient.images) != set(_KINDS):
            raise ValueError(f"{cohort} has no CTAC images: simulate it with --with corrections")
        try:
            found.append(Judge(measure_patient(patient), patient.images["spect"]))
        except VentricleNotFound as problem:  # PET shows none: nothing to compare with
            print(f"{cohort}: {patient.patient_id} is left out: {problem}", file=sys.stderr, flush=True)
    return found


def _by_camera(examples: Examples, cohort: Path) -> dict[str, Examples]:
    """The patients of one camera, and as many who were dealt to all cameras in turn."""
    known = (read_truth(cohort) or {})["patients"]
    sites = [known[patient]["site"] for patient in examples.patients]
    first = np.flatnonzero([site == min(sites) for site in sites])
    return {
        "one camera": _only(examples, first),
        "every camera": _only(examples, np.arange(len(first))),
    }


def _only(examples: Examples, patients: Any) -> Examples:
    """patients: their places in Examples.patients; each has as many examples as any other, one after the other."""
    each = len(examples.image) // len(examples.patients)
    rows = torch.from_numpy((patients[:, None] * each + np.arange(each)).ravel())
    tensors = ("image", "target", "region", "along_k", "along_j", "along_i")
    kept = tuple(examples.patients[place] for place in patients)
    return replace(examples, patients=kept, **{name: getattr(examples, name)[rows] for name in tensors})


def _with_answer(judge: Judge, model: Model) -> MeasuredPatient:
    made: dict[str, Volume] = {}
    refused: dict[str, str] = {}
    for state in STATES:
        try:
            translation = answers(model, judge.spect[state]).translation(model.contrast_exponent)
            made[state] = translation.image
        except NotTranslatable as problem:
            refused[state] = str(problem)
    of = judge.measured
    images = PatientImages(of.patient_id, of.sex, of.territories, of.truth, {_MADE: made})
    answer = measure_patient(images, refused={_MADE: refused})
    return replace(
        of,
        values={**of.values, **answer.values},
        ventricles={**of.ventricles, **answer.ventricles},
        unread=(*of.unread, *answer.unread),
    )


def _judged(patients: Sequence[MeasuredPatient], kind: str) -> dict[str, Any]:
    measured = together(patients, left_out={})
    return {
        "refused": len([one for one in measured.unread if one.kind == kind]),
        "pet": _against(measured, kind, measured.images["pet"]),
        "truth": _against(measured, kind, measured.truth),
    }


def _against(measured: Measured, kind: str, reference: Values | None) -> dict[str, Any]:
    """missed, false, auc, matched: of inferior segments, as evaluation.detection has them."""
    if reference is None:
        raise ValueError("the validation patients have no simulated truth")
    images = {one: measured.images[one] for one in dict.fromkeys((kind, "ctac"))}
    found = detection(
        images, reference, territories=measured.territories, weights=resampled(len(measured.patients))
    )["inferior"]["images"][kind]
    values = images[kind]
    read = np.isfinite(values)
    error = values - reference
    return {
        **{name: found[name] for name in ("missed", "false", "auc", "matched")},
        "inferior_bias": float(np.nanmean(inferior(error))),
        "segment_error": float(np.nanmean(np.abs(error))),
        "correlation": float(np.corrcoef(values[read], reference[read])[0, 1]),
    }


def _tell(name: str, progress: Progress) -> None:
    print(f"{name}: step {progress.step}/{progress.steps}  loss {progress.loss:.4f}", flush=True)
