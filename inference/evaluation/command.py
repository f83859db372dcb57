"""`python -m inference evaluate`: how far images are from PET and from the simulated truth."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module

from inference.asked import Foreign, require_own
from inference.evaluation.writing import REPORT


@dataclass(frozen=True)
class Room:
    """A module of this package that describes and runs one of the subcommands."""

    description: str
    example: str


ROOMS = {
    "cohort": Room(
        "Walls by sex, spread before and after correction, share of abnormal studies: each beside the published "
        "figure, pass or FAIL by the tolerance stated. Values are per cent of the ventricle's maximum. Rows about "
        "Chang and CTAC need cohort --with corrections.",
        "--cohort var/cohort --out var/realism",
    ),
    "heart": Room(
        "Every image of test patients, and the virtual PET that models make of their SPECT, against PET and against "
        "the simulated truth: missed and false defects first, then errors of the 17 segments in points of per cent "
        "of the maximum, equivalence, likeness, targets. Patients whose seeds are on a model's card are "
        "refused.\n\n--shift looks at the same people seen otherwise: a cohort of the first cohort's seed that was "
        "made with cohort --shift. --held-out looks at a model that never saw one sex, on patients of that sex.",
        "--cohort var/test --bundle var/bundle --shift orbit=var/shift-orbit --out var/report",
    ),
    "brain": Room(
        "Uncorrected, Chang's, short and network images of test heads against CTAC and against the simulated truth: "
        "errors of regions in per cent, raw and scaled, asymmetry, lesions, noise, targets.",
        "--cohort var/heads-test --bundle var/brain-nac-to-ctac --out var/report",
    ),
    "finder": Room(
        "Simulates hearts that are hard to find (hot liver or gut, large defects) and compares what is found with "
        "what is there, in mm: right, flagged as doubtful, or silently wrong. --keep lets a stopped "
        "run go on.",
        "--hearts 20 --seed 1 --out var/finder",
    ),
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "evaluate",
        description="Each writes a folder: report.md for people, the same numbers as JSON and CSV, SVG figures, and in "
        "timing.json how long it took. The same input gives the same numbers.",
    )
    rooms = parser.add_subparsers(required=True, metavar="what")
    for room, about in ROOMS.items():
        import_module(f"inference.evaluation.{room}").add_parser(rooms)
        described = rooms.choices[room]
        described.description = about.description
        described.epilog = f"example: python -m inference evaluate {room} {about.example}"
        described.set_defaults(run=partial(_with_a_place, described.get_default("run")))


def _with_a_place(run: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    """Looks at the folder of the report first: measuring takes minutes."""
    try:
        require_own(arguments.out, made="a report", own=lambda out: (out / REPORT).is_file())
    except Foreign as problem:
        print(problem, file=sys.stderr)
        return 1
    return run(arguments)
