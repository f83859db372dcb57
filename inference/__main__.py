"""`python -m inference`: image science from the command line. Each command lives in its own room.

A room is loaded only when one of its commands is asked for: some take seconds to load.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True)
class Command:
    """room: the module whose add_parser(subparsers) describes the command; example: what follows its name."""

    room: str
    sentence: str
    example: str


COMMANDS = {
    "cohort": Command(
        "inference.cohort.command",
        "Simulate patients as hospitals' DICOM folders, with the truth apart.",
        "--patients 12 --sites 2 --seed 1 --out var/cohort",
    ),
    "quantify": Command(
        "inference.heart.command",
        "Find the left ventricle of SPECT or PET studies and print the values of its 17 segments.",
        "var/cohort --json",
    ),
    "train": Command(
        "inference.translation.command",
        "Train a translation model on a simulated cohort and write its bundle: weights and model card.",
        "--cohort var/cohort --out var/bundle --seconds 240 --seed 1",
    ),
    "evaluate": Command(
        "inference.evaluation.command",
        "Measure how far images are from PET and from the simulated truth.",
        "--cohort var/cohort --bundle var/bundle",
    ),
}


def main(arguments: list[str] | None = None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(
        prog="python -m inference",
        description="Simulate, quantify, train and evaluate: image science without the web application.",
        epilog="python -m inference COMMAND --help says what a command does and shows an example.",
    )
    subparsers = parser.add_subparsers(required=True, metavar="command")
    if given and given[0] in COMMANDS:
        _load(given[0], subparsers)
    else:
        for name, command in COMMANDS.items():
            subparsers.add_parser(name, help=command.sentence)
    chosen = parser.parse_args(given)
    return int(chosen.run(chosen))


def _load(name: str, subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = COMMANDS[name]
    import_module(command.room).add_parser(subparsers)
    described = subparsers.choices[name]
    described.description = command.sentence
    described.epilog = f"example:\n  python -m inference {name} {command.example}"
    described.formatter_class = argparse.RawDescriptionHelpFormatter


if __name__ == "__main__":
    sys.exit(main())
