"""What all commands share: numbers, files and folders that they are given, and what goes wrong, in one sentence."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_NAMED = 2  # examples of each reason


class Foreign(ValueError):
    """The folder holds something that the command did not make, or nothing can be written there."""


@dataclass(frozen=True)
class Given:
    """A file to work on. below: the folder that was given; None if the file itself was, so that it must be of use."""

    path: Path
    below: Path | None


def at_least_one(text: str) -> int:
    """For argparse: a whole number, 1 or more."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def not_negative(text: str) -> int:
    """For argparse: a whole number, 0 or more."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must be at least 0")
    return value


def files_of(paths: Iterable[Path]) -> Iterator[Given]:
    """The files that were given and, sorted, those below the folders that were given; hidden ones are passed over."""
    for path in paths:
        if not path.is_dir():
            yield Given(path, None)
            continue
        for found in sorted(path.rglob("*")):
            hidden = any(part.startswith(".") for part in found.relative_to(path).parts)
            if found.is_file() and not hidden:
                yield Given(found, path)


def passed_over(reasons: Mapping[str, Sequence[Path]]) -> str:
    """One line a reason: how many files of a folder are not what the command is for, and the first of them."""
    lines = []
    for reason, paths in reasons.items():
        more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
        names = ", ".join(map(str, paths[:_NAMED]))
        lines.append(f"passed over {len(paths)}: {reason} ({names}{more})")
    return "\n".join(lines)


def require_own(out: Path, *, made: str, own: Callable[[Path], bool]) -> None:
    """That `out` is a new folder, an empty one, or one in which `own` recognises what the command made before.

    made: what the command makes, in words. Raises Foreign, before any work is done.
    """
    if out.exists():
        if not out.is_dir():
            raise Foreign(f"{out} is a file; name a folder for {made}")
        if any(not path.name.startswith(".") for path in out.iterdir()) and not own(out):
            raise Foreign(f"{out} holds something else than {made}: name another folder")
    standing = next(folder for folder in (out, *out.absolute().parents) if folder.exists())
    if not standing.is_dir() or not os.access(standing, os.W_OK):
        raise Foreign(f"{out} cannot be written: {standing} does not let you")


def in_words(problem: OSError) -> str:
    """Which file or folder, and what is wrong with it."""
    what = (problem.strerror or str(problem)).lower()
    return f"{problem.filename}: {what}" if problem.filename else what
