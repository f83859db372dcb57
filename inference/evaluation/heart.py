"""`python -m inference evaluate heart`: every image, and virtual PET, against PET and against the simulated truth."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from inference.dicom.read import Unreadable
from inference.evaluation.analysis import HeartSet, analysed, joined
from inference.evaluation.figures import heart_figures
from inference.evaluation.heart_images import Maker, measured_set
from inference.evaluation.heart_report import as_markdown
from inference.evaluation.images import LABELS, VIRTUAL
from inference.evaluation.known import refuse_known_patients
from inference.evaluation.pattern import paper_pattern
from inference.evaluation.segments import Measured, made_by, values_csv
from inference.evaluation.shifts import COMPARATOR, beside_unshifted, held_out
from inference.evaluation.targets import targets
from inference.evaluation.writing import NotAReport, rounded, write_report
from inference.heart.sampling import TRACING_VERSION
from inference.translation.bundle import BundleProblem, read_bundle
from inference.translation.pairs import patient_folders
from inference.translation.weights import model_of

_POOLED = "all"


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
        help="the first patients of the first cohort seen otherwise: cohort --shift with the same seed",
    )
    parser.add_argument(
        "--held-out",
        type=held_out,
        action="append",
        default=[],
        metavar="NAME=SEX:BUNDLE[:COMPARATOR]",
        help="a model trained without patients of that sex (F or M), tried on those of all cohorts; COMPARATOR: the "
        "bundle of a model trained on as many patients of both sexes, so that only the sex makes a difference",
    )
    parser.add_argument(
        "--bundle",
        type=Path,
        action="append",
        required=True,
        help="model to test; targets are stated for the first",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the report")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    started = time.process_time()
    torch.set_num_threads(1)
    try:
        makers = _makers(arguments.bundle)
        cohorts = _by_mix(arguments.cohort)
        tested = [*cohorts.values(), *(folder for _, folder in arguments.shift)]
        for folder in [*arguments.bundle, *(folder for one in arguments.held_out for folder in one.bundles)]:
            refuse_known_patients(folder, tested)
        held_out = [one.read() for one in arguments.held_out]
        sets = {name: measured_set(cohort, makers, tell=_tell(name)) for name, cohort in cohorts.items()}
        shifted = {
            name: measured_set(cohort, makers, members=False, tell=_tell(name)).measured
            for name, cohort in arguments.shift
        }
        shifted |= {one.name: one.measured(cohorts, tell=_tell) for one in held_out}
        values = values_csv(_everything(sets, shifted))
        if len(sets) > 1:
            sets[_POOLED] = joined(list(sets.values()))
        data = report_of(
            sets,
            shifted,
            main=next(iter(cohorts)),
            labels=_labels(makers),
            made_from=_made_from(makers, {**cohorts, **dict(arguments.shift)}),
            held_out={one.name: one.trained for one in held_out},
        )
        write_report(
            arguments.out,
            name="heart",
            data=data,
            text=as_markdown(data),
            tables={"simulated_values.csv" if data["simulated"] else "values.csv": values},
            figures=heart_figures(
                data, {name: one.measured.only(one.readable) for name, one in sets.items()}
            ),
            started=started,
        )
    except (BundleProblem, Unreadable, NotAReport, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(arguments.out / "report.md")
    return 0


def report_of(
    sets: Mapping[str, HeartSet],
    shifted: Mapping[str, Measured],
    *,
    main: str,
    labels: Mapping[str, str],
    made_from: Mapping[str, Any],
    held_out: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Everything of heart.json. main: the set that stands for the paper's; "all", if there, is every set together.

    held_out: of those of `shifted` that are no other camera but another training, by whom it was.
    """
    pooled = _POOLED if _POOLED in sets else main
    analyses = {name: analysed(one) for name, one in sets.items()}
    found: dict[str, Any] = rounded(
        {
            "simulated": sets[main].measured.truth is not None,
            "tracing": TRACING_VERSION,
            "main": main,
            "pooled": pooled,
            "made_from": made_from,
            "labels": labels,
            "sets": analyses,
            "targets": targets(analyses, main=main, pooled=pooled, kind=VIRTUAL),
            "pattern": paper_pattern(analyses[main], kinds=("spect", VIRTUAL)),
            "shifts": {
                name: {
                    **beside_unshifted(one, sets[pooled].measured),
                    "held_out": (held_out or {}).get(name),
                }
                for name, one in shifted.items()
            },
        }
    )
    return found


def _everything(sets: Mapping[str, HeartSet], shifted: Mapping[str, Measured]) -> dict[str, Measured]:
    """By name, with the members of ensembles among the images."""
    measured = {}
    for name, one in sets.items():
        alone = {member: values for members in one.members.values() for member, values in members.items()}
        measured[name] = replace(one.measured, images={**one.measured.images, **alone})
    return {**measured, **{f"shift {name}": one for name, one in shifted.items()}}


def _makers(folders: Sequence[Path]) -> list[Maker]:
    makers = [
        Maker(VIRTUAL if n == 0 else f"{VIRTUAL}@{folder.name}", model_of(read_bundle(folder)))
        for n, folder in enumerate(folders)
    ]
    for folder, maker in zip(folders, makers, strict=True):
        if maker.model.task.organ != "heart":
            raise ValueError(f"{folder} is a model of the {maker.model.task.organ}: give one of the heart.")
    return makers


def _labels(makers: Sequence[Maker]) -> dict[str, str]:
    labels = {**LABELS, COMPARATOR: "virtual PET trained on as many patients of both sexes"}
    for maker in makers:
        name = maker.kind.partition("@")[2]
        labels[maker.kind] = f"{LABELS[VIRTUAL]} ({name})" if name else LABELS[VIRTUAL]
        for n, member in enumerate(maker.members, start=1):
            labels[member] = f"{labels[maker.kind]}, member {n} alone"
    return labels


def _by_mix(cohorts: Sequence[Path]) -> dict[str, Path]:
    named: dict[str, Path] = {}
    for cohort in cohorts:
        mix = str(made_by(cohort).get("mix") or "referred")
        named[mix if mix not in named else f"{mix} {len(named) + 1}"] = cohort
    return named


def _made_from(makers: Sequence[Maker], cohorts: Mapping[str, Path]) -> dict[str, Any]:
    return {
        "cohorts": {
            name: {"patients": len(patient_folders(cohort)), **made_by(cohort)}
            for name, cohort in cohorts.items()
        },
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
