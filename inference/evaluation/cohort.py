"""`python -m inference evaluate cohort`: do simulated hearts look like published ones."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from inference.dicom.read import Unreadable
from inference.evaluation.realism import realism
from inference.evaluation.realism_report import as_markdown, walls_figure
from inference.evaluation.segments import made_by, measure, values_csv
from inference.evaluation.writing import NotAReport, rounded, write_report
from inference.heart.sampling import TRACING_VERSION
from inference.translation.pairs import patient_folders, read_truth


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("cohort", help="simulated hearts beside published figures, pass or FAIL")
    parser.add_argument("--cohort", type=Path, required=True, help="folder made by the command cohort")
    parser.add_argument("--out", type=Path, required=True, help="folder of the report")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    started = time.process_time()
    cohort: Path = arguments.cohort
    try:
        truth = read_truth(cohort)
        if truth is None:
            raise ValueError(f"{cohort} has no truth.json: only a finished simulated cohort can be judged")
        measured = measure(patient_folders(cohort), translate=None, truth=truth).completely()
        claim = made_by(cohort)
        mix = str(claim.get("mix") or "referred")
        data = rounded(
            {"simulated": True, "tracing": TRACING_VERSION, "made_from": claim, **realism(measured, mix=mix)}
        )
        write_report(
            arguments.out,
            name="cohort",
            data=data,
            text=as_markdown(data),
            tables={"simulated_values.csv": values_csv({mix: measured})},
            figures={"walls.svg": walls_figure(data)},
            started=started,
        )
    except (Unreadable, NotAReport, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    print(arguments.out / "report.md")
    return 0
