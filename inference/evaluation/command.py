"""`python -m inference evaluate`: how far SPECT, and virtual PET made from it, are from PET and from the truth."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import torch

from inference.dicom.read import Unreadable
from inference.evaluation.images import patient_folders
from inference.evaluation.report import agreement, as_text
from inference.evaluation.segments import measure, read_truth
from inference.heart.ventricle import VentricleNotFound
from inference.translation.bundle import BundleProblem, read_bundle
from inference.translation.predict import translate
from inference.translation.weights import model_of


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "evaluate", help="segment values of SPECT and virtual PET against PET and, if simulated, the truth"
    )
    parser.add_argument("--cohort", type=Path, required=True, help="folder with sites, patients below them")
    parser.add_argument("--bundle", type=Path, help="model whose virtual PET is measured too")
    parser.add_argument("--json", action="store_true", help="JSON instead of tables")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    torch.set_num_threads(1)
    folders = patient_folders(arguments.cohort)
    if not folders:
        print(f"{arguments.cohort} holds no folders of patients below folders of sites", file=sys.stderr)
        return 1
    try:
        model = None if arguments.bundle is None else model_of(read_bundle(arguments.bundle))
        measured = measure(
            folders,
            translate=None if model is None else lambda volume: translate(model, volume).image,
            truth=read_truth(arguments.cohort),
        )
    except (BundleProblem, Unreadable, VentricleNotFound, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    report = agreement(measured)
    print(json.dumps(report, indent=1) if arguments.json else as_text(report))
    return 0
