"""`python -m inference train`: from a simulated cohort to a model bundle with its card."""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import Any

import torch

from inference.dicom.read import Unreadable
from inference.evaluation.report import agreement, as_text
from inference.evaluation.segments import measure, read_truth
from inference.heart.ventricle import VentricleNotFound
from inference.translation.bundle import write_bundle
from inference.translation.card import Trained, card_of, card_text
from inference.translation.grid import NoActivity
from inference.translation.pairs import patient_folders, read_pairs, split
from inference.translation.predict import virtual_pet
from inference.translation.train import Progress, examples_of, train
from inference.translation.weights import weights_of

NAME, VERSION = "heart-spect-to-pet", "1"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("train", help="train virtual PET from SPECT on a simulated cohort")
    parser.add_argument("--cohort", type=Path, required=True, help="folder made by the command cohort")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model bundle")
    parser.add_argument("--seconds", type=float, required=True, help="processor time for training")
    parser.add_argument("--seed", type=int, required=True)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    torch.set_num_threads(1)
    try:
        make_bundle(arguments.cohort, out=arguments.out, seconds=arguments.seconds, seed=arguments.seed)
    except (Unreadable, VentricleNotFound, NoActivity, ValueError, FileNotFoundError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def make_bundle(cohort: Path, *, out: Path, seconds: float, seed: int) -> None:
    """Trains, measures the patients that were kept back, and writes the bundle. The card needs the truth of a cohort.

    Raises FileNotFoundError for a cohort without ground truth, and what reading and measuring raise.
    """
    truth = read_truth(cohort)
    if truth is None:
        raise FileNotFoundError(f"{cohort} has no truth.json: this command trains on simulated cohorts only")
    made_by = json.loads((cohort / ".cohort.json").read_text(encoding="utf-8"))
    parts = split(patient_folders(cohort))
    network, steps = train(
        examples_of(read_pairs(folder) for folder in parts.training), seconds=seconds, seed=seed, tell=_print
    )

    def report_of(folders: tuple[Path, ...]) -> dict[str, Any]:
        return agreement(measure(folders, translate=partial(virtual_pet, network), truth=truth))

    held_out = report_of(parts.held_out)
    card = card_of(
        Trained(parts, made_by, seed=seed, seconds=seconds, steps=steps),
        validation=report_of(parts.validation) if parts.validation else {},
        held_out=held_out,
    )
    model = write_bundle(
        out, weights=weights_of(network), name=NAME, version=VERSION, card=card, text=card_text(card)
    )
    print(f"{model.name} {model.version} {model.digest}\n\n{as_text(held_out)}")


def _print(progress: Progress) -> None:
    print(f"{progress.share:4.0%}  {progress.steps} steps  loss {progress.loss:.4f}", flush=True)
