"""`python -m inference`: image science from the command line. Each command lives in its own room."""

import argparse
import importlib
import sys

_ROOMS = ("cohort", "translation", "evaluation")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m inference", description="Simulate, translate, quantify, evaluate."
    )
    subparsers = parser.add_subparsers(required=True, metavar="command")
    for room in _ROOMS:
        try:
            command = importlib.import_module(f"inference.{room}.command")
        except ModuleNotFoundError as missing:
            if missing.name != f"inference.{room}.command":
                raise
            continue
        command.add_parser(subparsers)
    chosen = parser.parse_args(arguments)
    return int(chosen.run(chosen))


if __name__ == "__main__":
    sys.exit(main())
