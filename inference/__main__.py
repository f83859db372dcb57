"""`python -m inference`: image science from the command line. Each command lives in its own room."""

import argparse
import sys

from inference.cohort import command as cohort
from inference.evaluation import command as evaluation
from inference.heart import command as heart
from inference.translation import command as translation


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m inference", description="Simulate, translate, quantify, evaluate."
    )
    subparsers = parser.add_subparsers(required=True, metavar="command")
    for room in (cohort, heart, translation, evaluation):
        room.add_parser(subparsers)
    chosen = parser.parse_args(arguments)
    return int(chosen.run(chosen))


if __name__ == "__main__":
    sys.exit(main())
