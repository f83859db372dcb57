"""`python -m inference translate`: NM files in, derived NM files of the image and of its uncertainty out."""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch

from inference.asked import Foreign, Given, files_of, in_words, passed_over, require_own
from inference.dicom.read import Unreadable, read_header
from inference.objects import digest_of
from inference.translation.bundle import BundleProblem, read_bundle
from inference.translation.files import output_name, translated
from inference.translation.predict import Model
from inference.translation.task import NotMeant, NotTranslatable
from inference.translation.weights import model_of

_ENDINGS = (".translated.dcm", ".uncertainty.dcm")


@dataclass(frozen=True)
class Study:
    """name: where the output goes below the folder of outputs, without an ending."""

    given: Given
    name: Path


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "translate",
        description="Writes NAME.translated.dcm for every NM file, and for a model of several members "
        "NAME.uncertainty.dcm: their standard deviation in each voxel, in the units of the image. What lies in a "
        "folder and is not what the model is for (PET, projections, corrected or gated images) is passed over and "
        "counted; a file that is named itself must be of use. Ends with 1 if one could not be translated.",
    )
    parser.add_argument("--bundle", type=Path, required=True, help="folder of a model, as train writes it")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        help="folder for nothing but translations; those there are replaced",
    )
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="NM files, or folders with them")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """1 if nothing was translated or any file was refused; each refusal is one sentence on standard error."""
    torch.set_num_threads(1)
    try:
        require_own(arguments.out, made="translations", own=_is_own)
        model = model_of(read_bundle(arguments.bundle))
        studies, others = studies_of(files_of(arguments.files))
    except (BundleProblem, Foreign, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    done = refused = 0
    for number, study in enumerate(studies, start=1):
        began = time.perf_counter()
        here = f"{number}/{len(studies)}"
        try:
            flags = _translate(model, study, out=arguments.out)
        except (Unreadable, NotTranslatable, OSError) as reason:
            words = in_words(reason) if isinstance(reason, OSError) else f"{study.given.path}: {reason}"
            if isinstance(reason, NotMeant) and study.given.below is not None:
                others[str(reason)].append(study.given.path)
            else:
                refused += 1
                print(f"{here} {words}", file=sys.stderr, flush=True)
            continue
        done += 1
        doubts = f"  check: {', '.join(flags)}" if flags else ""
        print(f"{here} {study.name}  {time.perf_counter() - began:.1f} s{doubts}", flush=True)
    if others:
        print(passed_over(others), file=sys.stderr)
    elif not studies:
        print("There is no file in what was given.", file=sys.stderr)
    print(f"{done} translated, {refused} refused; research use only")
    return 1 if refused or not done else 0


def studies_of(files: Iterable[Given]) -> tuple[list[Study], dict[str, list[Path]]]:
    """The files that were named and the NM files of folders; by reason, the other files of folders.

    Raises ValueError if two would have one output.
    """
    studies: dict[Path, Study] = {}
    others: dict[str, list[Path]] = defaultdict(list)
    for given in files:
        other = None if given.below is None else _no_nm(given.path)
        if other is not None:
            others[other].append(given.path)
            continue
        name = _without_ending(
            Path(given.path.name) if given.below is None else given.path.relative_to(given.below)
        )
        if name in studies:
            raise ValueError(
                f"{studies[name].given.path} and {given.path} would both become {name}: "
                "give the folder that holds both."
            )
        studies[name] = Study(given, name)
    return list(studies.values()), others


def _without_ending(path: Path) -> Path:
    """Files are often named by their UID, whose last number is no ending."""
    return path.with_suffix("") if path.suffix.lower() == ".dcm" else path


def _is_own(out: Path) -> bool:
    """Whether nothing but translations lies there."""
    return all(given.path.name.endswith(_ENDINGS) for given in files_of([out]))


def _no_nm(path: Path) -> str | None:
    try:
        return None if read_header(path.read_bytes()).modality == "NM" else "no NM image"
    except Unreadable:
        return "no DICOM file"


def _translate(model: Model, study: Study, *, out: Path) -> tuple[str, ...]:
    data = study.given.path.read_bytes()
    name = output_name(input_keys=[digest_of(data)], model=model, settings={})
    made = translated(model, data, name=name)
    target = out / study.name
    target.parent.mkdir(parents=True, exist_ok=True)
    for ending, content in zip(_ENDINGS, (made.image, made.uncertainty), strict=True):
        if content is not None:
            target.with_name(target.name + ending).write_bytes(content)
    return made.flags
