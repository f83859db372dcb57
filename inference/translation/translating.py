"""`python -m inference translate`: NM files in, derived NM files of the image and of its uncertainty out."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from inference.dicom.read import Unreadable, read_header
from inference.objects import digest_of
from inference.translation.bundle import BundleProblem, read_bundle
from inference.translation.files import output_name, translated
from inference.translation.predict import Model
from inference.translation.task import NotTranslatable
from inference.translation.weights import model_of


@dataclass(frozen=True)
class Study:
    """path: an NM file. name: where its output goes below the folder of outputs, without an ending."""

    path: Path
    name: Path


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "translate",
        help="translate NM files with a trained model",
        description="Writes NAME.translated.dcm and, for a model of several members, NAME.uncertainty.dcm for every "
        "NM file. Of a folder only the NM files are taken. One study is in memory at a time.",
        epilog="example: python -m inference translate --bundle var/bundle --out var/translated var/cohort",
    )
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder; files that are there are replaced")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="NM files, or folders with them")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """1 if any file was refused; each refusal is one sentence on standard error."""
    torch.set_num_threads(1)
    try:
        model = model_of(read_bundle(arguments.bundle))
        studies = studies_of(arguments.files)
    except (BundleProblem, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    refused = 0
    for number, study in enumerate(studies, start=1):
        began = time.perf_counter()
        try:
            flags = _translate(model, study, out=arguments.out)
        except (Unreadable, NotTranslatable, OSError) as reason:
            print(f"{number}/{len(studies)} {study.path}: {reason}", file=sys.stderr, flush=True)
            refused += 1
            continue
        doubts = f"  check: {', '.join(flags)}" if flags else ""
        print(
            f"{number}/{len(studies)} {study.name}  {time.perf_counter() - began:.1f} s{doubts}", flush=True
        )
    print(f"{len(studies) - refused} translated, {refused} refused; research use only")
    return 1 if refused or not studies else 0


def studies_of(paths: Sequence[Path]) -> list[Study]:
    """The given files, and the NM files of the given folders. ValueError if two would have one output."""
    studies: dict[Path, Study] = {}
    for given in paths:
        found = sorted(path for path in given.rglob("*") if _is_nm(path)) if given.is_dir() else [given]
        for path in found:
            name = _without_ending(path.relative_to(given) if given.is_dir() else Path(path.name))
            if name in studies:
                raise ValueError(
                    f"{studies[name].path} and {path} would both become {name}: give the folder that holds both."
                )
            studies[name] = Study(path, name)
    return list(studies.values())


def _without_ending(path: Path) -> Path:
    """Files are often named by their UID, whose last number is no ending."""
    return path.with_suffix("") if path.suffix.lower() == ".dcm" else path


def _is_nm(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        return read_header(path.read_bytes()).modality == "NM"
    except Unreadable:
        return False


def _translate(model: Model, study: Study, *, out: Path) -> tuple[str, ...]:
    data = study.path.read_bytes()
    name = output_name(input_keys=[digest_of(data)], model=model, settings={})
    made = translated(model, data, name=name)
    target = out / study.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.with_name(f"{target.name}.translated.dcm").write_bytes(made.image)
    if made.uncertainty is not None:
        target.with_name(f"{target.name}.uncertainty.dcm").write_bytes(made.uncertainty)
    return made.flags
