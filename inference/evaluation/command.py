"""`python -m inference evaluate`: how far images are from PET and from the simulated truth."""

from __future__ import annotations

import argparse
from importlib import import_module

# What can be evaluated: each module of this package describes and runs one of the subcommands.
ROOMS = ("cohort", "heart", "brain", "finder")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "evaluate", help="reports on simulated hearts, virtual PET, brains and the search for the ventricle"
    )
    rooms = parser.add_subparsers(required=True, metavar="what")
    for room in ROOMS:
        import_module(f"inference.evaluation.{room}").add_parser(rooms)
