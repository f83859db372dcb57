"""`python -m inference bench inference|worker|ablations`: what the shipped model costs, what its parts are worth."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from inference.asked import at_least_one, not_negative
from inference.bench.inference import Untrained, measure
from inference.bench.study import simulated_study
from inference.bench.text import inference_text, worker_text
from inference.bench.worker import serve
from inference.cohort.pool import cores
from inference.translation.bundle import SHIPPED, BundleProblem, read_bundle
from inference.translation.job import JobFailed
from inference.translation.task import NotTranslatable

_BUNDLE = SHIPPED / "heart-spect-to-pet"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("bench", help="what the shipped model costs and what its parts are worth")
    what = parser.add_subparsers(required=True, metavar="what")

    inference = what.add_parser(
        "inference",
        help="ms a volume, beside the machine's matrix product, ONNX Runtime and OpenVINO",
        description="Time one trained network and the whole prediction, in float32, beside other back ends.",
        epilog="example: python -m inference bench inference --json",
    )
    inference.add_argument("--bundle", type=Path, default=_BUNDLE, help="default: the heart's, as shipped")
    inference.add_argument("--seconds", type=float, default=30.0, help="of timing for each number of threads")
    inference.add_argument("--json", action="store_true", help="JSON instead of tables")
    inference.add_argument("--out", type=Path, help="folder for report.md and inference.json of this run")
    inference.set_defaults(run=run_inference)

    worker = what.add_parser(
        "worker",
        help="many studies through the worker's job: does its memory grow?",
        description="Translate many simulated studies as the worker does, and say how its memory grows.",
        epilog="example: python -m inference bench worker --studies 100",
    )
    worker.add_argument("--studies", type=_at_least_one, default=100)
    worker.add_argument("--json", action="store_true", help="JSON instead of a sentence")
    worker.add_argument("--out", type=Path, help="folder for worker.md and worker.json of this run")
    worker.set_defaults(run=run_worker)

    ablations = what.add_parser(
        "ablations",
        help="train variants of the heart's recipe and compare them on validation patients",
        description="Train a network for each variant of the heart's recipe; judge all on validation patients.",
        epilog="example: python -m inference bench ablations --cohort var/cohort --validation var/validation "
        "--steps 600 --seed 1 --out var/ablations",
    )
    ablations.add_argument("--cohort", type=Path, required=True)
    ablations.add_argument("--validation", type=Path, action="append", required=True, help="repeat for more")
    ablations.add_argument("--steps", type=at_least_one, required=True, help="of each network")
    ablations.add_argument(
        "--seed", type=not_negative, required=True, help="of the first network; two more follow it"
    )
    ablations.add_argument("--out", type=Path, required=True, help="folder of the report")
    ablations.set_defaults(run=run_ablations)


def run_inference(arguments: argparse.Namespace) -> int:
    try:
        report = measure(
            arguments.bundle, simulated_study(), seconds=arguments.seconds, threads=sorted({1, cores()})
        )
    except (BundleProblem, NotTranslatable, Untrained) as problem:
        print(problem, file=sys.stderr)
        return 1
    _give(arguments, report, text=inference_text(report), names=("report.md", "inference.json"))
    return 0


def run_worker(arguments: argparse.Namespace) -> int:
    def tell(number: int, seconds: float) -> None:
        print(f"{number}/{arguments.studies}  {seconds:.0f} s", file=sys.stderr, flush=True)

    try:
        digest = read_bundle(_BUNDLE).model.digest
        report = serve(simulated_study(), model_digest=digest, studies=arguments.studies, tell=tell)
    except (BundleProblem, JobFailed) as problem:
        print(problem, file=sys.stderr)
        return 1
    _give(arguments, report, text=worker_text(report), names=("worker.md", "worker.json"))
    return 0


def run_ablations(arguments: argparse.Namespace) -> int:
    from inference.bench.ablations import run  # noqa: PLC0415 what it needs must not count as a worker's memory

    return run(arguments)


def _give(
    arguments: argparse.Namespace, report: dict[str, Any], *, text: str, names: tuple[str, str]
) -> None:
    """Prints a report, and writes it to the folder that was asked for. names: of the text and of the JSON."""
    data = json.dumps(report, indent=1)
    if arguments.out is not None:
        arguments.out.mkdir(parents=True, exist_ok=True)
        for name, content in zip(names, (text, data), strict=True):
            (arguments.out / name).write_text(content + "\n", encoding="utf-8")
    print(data if arguments.json else text)


def _at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value
