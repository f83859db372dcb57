"""`python -m inference evaluate heart`: every image, and virtual PET, against PET and against the simulated truth."""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from inference.dicom.read import Unreadable
from inference.evaluation.analysis import HeartSet, analysed, joined, summaries
from inference.evaluation.figures import heart_figures
from inference.evaluation.heart_report import as_markdown
from inference.evaluation.images import LABELS, PatientImages, patient_folders, read_images
from inference.evaluation.pattern import paper_pattern
from inference.evaluation.segments import (
    Measured,
    MeasuredPatient,
    made_by,
    measure_patient,
    read_truth,
    together,
    values_csv,
)
from inference.evaluation.targets import targets
from inference.evaluation.voxels import METRICS, likeness
from inference.evaluation.writing import NotAReport, rounded, write_report
from inference.heart.ventricle import VentricleNotFound
from inference.physics.patient import STATES
from inference.translation.bundle import BundleProblem, read_bundle
from inference.translation.predict import Model, translate
from inference.translation.task import NotTranslatable
from inference.translation.weights import model_of
from inference.volume import Volume

_VIRTUAL = "virtual_pet"
_POOLED = "all"


class NotEvaluable(ValueError):
    """What was given cannot be evaluated, in one sentence."""


@dataclass(frozen=True, eq=False)
class Maker:
    """A model under the name that its images have in the report. members: each network of it alone, by name."""

    kind: str
    model: Model

    @property
    def members(self) -> dict[str, Model]:
        return {
            f"{self.kind}#{n}": replace(self.model, members=(member,))
            for n, member in enumerate(self.model.members, start=1)
        }


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "heart", help="misses, false positives, errors and agreement of every image, and of virtual PET"
    )
    parser.add_argument(
        "--cohort",
        type=Path,
        action="append",
        required=True,
        help="test patients nobody trained on; again for a set of another mix. Misses are judged on all together",
    )
    parser.add_argument(
        "--shift",
        type=_named_folder,
        action="append",
        default=[],
        metavar="NAME=FOLDER",
        help="the first patients of the first cohort seen otherwise",
    )
    parser.add_argument(
        "--bundle", type=Path, action="append", required=True, help="model; targets are those of the first"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the report")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    started = time.process_time()
    torch.set_num_threads(1)
    try:
        makers = _makers(arguments.bundle)
        cohorts = _by_mix(arguments.cohort)
        sets = {
            name: measured_set(cohort, makers, members=True, tell=_tell(name))
            for name, cohort in cohorts.items()
        }
        shifted = {
            name: measured_set(cohort, makers, members=False, tell=_tell(name)).measured
            for name, cohort in arguments.shift
        }
        if len(sets) > 1:
            sets[_POOLED] = joined(list(sets.values()))
        data = report_of(
            sets,
            shifted,
            main=next(iter(cohorts)),
            labels=_labels(makers),
            made_from=_made_from(makers, {**cohorts, **dict(arguments.shift)}),
        )
        write_report(
            arguments.out,
            name="heart",
            data=data,
            text=as_markdown(data),
            tables={
                "simulated_values.csv": values_csv(
                    _everything({name: sets[name] for name in cohorts}, shifted)
                )
            },
            figures=heart_figures(data, {name: one.measured for name, one in sets.items()}),
            started=started,
        )
    except (BundleProblem, Unreadable, NotAReport, NotEvaluable, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{arguments.out / 'report.md'}")
    return 0


def measured_set(
    cohort: Path, makers: Sequence[Maker], *, members: bool, tell: Callable[[int, int], None]
) -> HeartSet:
    """Measures every patient of a cohort and what the makers make of his SPECT.

    members: measure also each member of an ensemble alone. A patient in whom an image shows no ventricle, or whom a
    model refuses, is left out of everything and named with the reason. Raises what read_images raises; NotEvaluable.
    """
    folders = patient_folders(cohort)
    if not folders:
        raise NotEvaluable(f"{cohort} holds no folders of patients below folders of sites")
    truth = read_truth(cohort)
    measured: list[MeasuredPatient] = []
    like: dict[str, list[dict[str, float]]] = defaultdict(list)
    left_out = {}
    for number, folder in enumerate(folders, start=1):
        patient = read_images(folder, truth=truth)
        try:
            patient = _with_virtual(patient, makers, members=members)
            one = measure_patient(patient)
        except (VentricleNotFound, NotTranslatable) as problem:
            left_out[patient.patient_id] = str(problem)
            continue
        finally:
            tell(number, len(folders))
        measured.append(one)
        for kind, found in _likeness(patient, one).items():
            like[kind].append(found)
    every = together(measured, left_out=left_out)
    if len(every.patients) < 2:
        raise NotEvaluable(f"{cohort} has one patient only: nothing can be said about more than him")
    alone = {maker.kind: maker.members if members else {} for maker in makers}
    apart = {member for of_one in alone.values() for member in of_one}
    return HeartSet(
        replace(every, images={kind: v for kind, v in every.images.items() if kind not in apart}),
        members={
            kind: {member: every.images[member] for member in of_one}
            for kind, of_one in alone.items()
            if of_one
        },
        likeness=like,
    )


def _with_virtual(patient: PatientImages, makers: Sequence[Maker], *, members: bool) -> PatientImages:
    models = {
        kind: model
        for maker in makers
        for kind, model in ((maker.kind, maker.model), *(maker.members.items() if members else ()))
    }
    spect = patient.images["spect"]
    made: dict[str, dict[str, Volume]] = {
        kind: {state: translate(model, spect[state]).image for state in STATES}
        for kind, model in models.items()
    }
    return replace(patient, images={**patient.images, **made})


def _likeness(patient: PatientImages, measured: MeasuredPatient) -> dict[str, dict[str, float]]:
    found = {}
    for kind, by_state in patient.images.items():
        if kind in {"pet", "ideal"} or "#" in kind:
            continue
        states = [
            likeness(
                by_state[state],
                measured.ventricles[kind][state],
                scanner=patient.images["spect"][state],
                pet=patient.images["pet"][state],
                pet_found=measured.ventricles["pet"][state],
            )
            for state in STATES
        ]
        found[kind] = {metric: float(np.mean([one[metric] for one in states])) for metric in METRICS}
    return found


def report_of(
    sets: Mapping[str, HeartSet],
    shifted: Mapping[str, Measured],
    *,
    main: str,
    labels: Mapping[str, str],
    made_from: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything of heart.json. main: the set that stands for the paper's; "all", if there, is every set together."""
    pooled = _POOLED if _POOLED in sets else main
    analyses = {name: analysed(one) for name, one in sets.items()}
    main_set = sets[main].measured
    found = {
        "simulated": main_set.truth is not None,
        "main": main,
        "pooled": pooled,
        "made_from": made_from,
        "labels": dict(labels),
        "sets": analyses,
        "targets": targets(analyses, main=main, pooled=pooled, kind=_VIRTUAL),
        "pattern": paper_pattern(analyses[main], kinds=("spect", _VIRTUAL)),
        "shifts": {name: _beside_unshifted(one, main_set) for name, one in shifted.items()},
    }
    kept: dict[str, Any] = rounded(found)
    return kept


def _beside_unshifted(shifted: Measured, main: Measured) -> dict[str, Any]:
    same = main.only([patient in shifted.patients for patient in main.patients])
    return {
        "shifted": summaries(shifted),
        "unshifted": summaries(same) if len(same.patients) > 1 else {},
        "left_out": shifted.left_out,
        "doubted": shifted.doubted,
    }


def _everything(sets: Mapping[str, HeartSet], shifted: Mapping[str, Measured]) -> dict[str, Measured]:
    """By name, with the members of ensembles among the images."""
    measured = {
        name: replace(
            one.measured,
            images={
                **one.measured.images,
                **{k: v for of_one in one.members.values() for k, v in of_one.items()},
            },
        )
        for name, one in sets.items()
    }
    return {**measured, **{f"shift {name}": one for name, one in shifted.items()}}


def _makers(folders: Sequence[Path]) -> list[Maker]:
    makers = []
    for n, folder in enumerate(folders):
        kind = _VIRTUAL if n == 0 else f"{_VIRTUAL}@{folder.name}"
        makers.append(Maker(kind, model_of(read_bundle(folder))))
    return makers


def _labels(makers: Sequence[Maker]) -> dict[str, str]:
    labels = dict(LABELS)
    for maker in makers:
        name = maker.kind.partition("@")[2]
        labels[maker.kind] = f"{LABELS[_VIRTUAL]} ({name})" if name else LABELS[_VIRTUAL]
        for member in maker.members:
            labels[member] = f"{labels[maker.kind]}, member {member.partition('#')[2]} alone"
    return labels


def _by_mix(cohorts: Sequence[Path]) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for cohort in cohorts:
        mix = str(made_by(cohort).get("mix", "referred"))
        named[mix if mix not in named else f"{mix} {len(named) + 1}"] = cohort
    return named


def _made_from(makers: Sequence[Maker], cohorts: Mapping[str, Path]) -> dict[str, Any]:
    return {
        "cohorts": {name: made_by(cohort) for name, cohort in cohorts.items()},
        "models": {
            maker.kind: {
                "name": maker.model.identity.name,
                "version": maker.model.identity.version,
                "digest": maker.model.identity.digest,
                "members": len(maker.model.members),
            }
            for maker in makers
        },
    }


def _named_folder(text: str) -> tuple[str, Path]:
    name, equals, folder = text.partition("=")
    if not (name and equals and folder):
        raise argparse.ArgumentTypeError("must be NAME=FOLDER")
    return name, Path(folder)


def _tell(name: str) -> Callable[[int, int], None]:
    return lambda number, of: print(f"{name} {number}/{of}", flush=True)
