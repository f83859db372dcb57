"""`python -m inference`: image science from the command line. Each command lives in its own room.

A room is loaded only when one of its commands is asked for: some take seconds to load.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from importlib import import_module
from textwrap import fill

from inference.asked import in_words


@dataclass(frozen=True)
class Command:
    """room: the module whose add_parser(subparsers) describes the command; example: what follows its name.

    stopped: what to know after Ctrl-C.
    """

    room: str
    sentence: str
    example: str
    stopped: str = "nothing was changed"


COMMANDS = {
    "cohort": Command(
        "inference.cohort.command",
        "Simulate patients as hospitals' DICOM folders, with the truth apart.",
        "--patients 12 --sites 2 --seed 1 --out var/cohort",
        "the same command goes on from here",
    ),
    "quantify": Command(
        "inference.heart.command",
        "Find the left ventricle of SPECT or PET studies and print the values of its 17 segments.",
        "var/cohort --json",
    ),
    "physionet": Command(
        "inference.physionet.command",
        "Turn the open PhysioNet set of transaxial SPECT into short-axis studies, and compare them with its masks.",
        "var/myocardial-perfusion-spect --out var/physionet",
        "what was written stays",
    ),
    "train": Command(
        "inference.translation.command",
        "Train a translation model on a simulated cohort and write its bundle: weights and model card.",
        "--task heart/spect-to-pet --cohort var/cohort --validation var/others --steps 2000 --seed 1 --out var/bundle",
        "no bundle was written",
    ),
    "translate": Command(
        "inference.translation.translating",
        "Translate NM files with a trained model into derived NM files: the image, and how uncertain it is.",
        "--bundle var/bundle --out var/translated var/cohort",
        "what was translated stays; the same command does all of it again",
    ),
    "card": Command(
        "inference.translation.released",
        "Write into a bundle's card what the evaluation on test patients found.",
        "--bundle var/bundle --report docs/image-science/heart/heart.json",
    ),
    "correct": Command(
        "inference.correct.command",
        "Correct SPECT files for attenuation: with a map of the tissue (ctac), or with Chang's guess of it (chang).",
        "ctac --projections PROJECTIONS/stress.dcm --attenuation MUMAP/stress.dcm --out var/ctac.dcm",
        "no file was written",
    ),
    "evaluate": Command(
        "inference.evaluation.command",
        "Write a report on how far images are from PET and from the simulated truth.",
        "heart --cohort var/cohort --bundle var/bundle --out var/report",
        "no report was written",
    ),
    "bench": Command(
        "inference.bench.command",
        "Measure what the shipped model costs on this machine, and what the parts of its recipe are worth.",
        "inference",
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
    if not (given and given[0] in COMMANDS):
        for name, command in COMMANDS.items():
            subparsers.add_parser(name, help=command.sentence)
        parser.parse_args(given)  # --help, or which commands there are
        return 2
    try:
        _load(given[0], subparsers)
        chosen = parser.parse_args(given)
        return int(chosen.run(chosen))
    except KeyboardInterrupt:
        print(f"stopped; {COMMANDS[given[0]].stopped}", file=sys.stderr)
        return 130
    except OSError as problem:
        print(in_words(problem), file=sys.stderr)
        return 1


def _load(name: str, subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = COMMANDS[name]
    import_module(command.room).add_parser(subparsers)
    described = subparsers.choices[name]
    details = [described.description] if described.description else []
    described.description = "\n\n".join([command.sentence, *details])
    described.epilog = f"example: python -m inference {name} {command.example}"
    _laid_out(described)


def _laid_out(parser: argparse.ArgumentParser) -> None:
    """Paragraphs filled, and examples on a line of their own that can be copied; the same for what is below."""
    paragraphs = (parser.description or "").split("\n\n")
    parser.description = "\n\n".join(fill(paragraph, 79) for paragraph in paragraphs)
    parser.epilog = (parser.epilog or "").replace("example: ", "example:\n  ", 1)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                _laid_out(below)


if __name__ == "__main__":
    sys.exit(main())
