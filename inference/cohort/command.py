"""`python -m inference cohort`: folders of simulated patients, one process a core, resumable."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from enum import StrEnum
from multiprocessing import get_context, parent_process
from pathlib import Path

import torch

from inference.cohort.encoding import Encoding
from inference.cohort.folder import folder_name, image_path, write_oddments, write_patient
from inference.cohort.hospital import MOST_HOSPITALS, Hospital, hospital
from inference.cohort.identity import Identity, identity_of
from inference.cohort.plan import VERSION, Mix, Options, Shift, planned_patient, shifted
from inference.cohort.scans import simulate_patient
from inference.physics.patient import STATES, Patient, Sex
from inference.physics.ventricle import true_segments

_STATEMENT = (
    "Every patient, person, institution and image of this cohort is simulated. "
    "True values are perfusion in per cent of the best perfused hundredth of the wall, segment 1 first."
)
_SCRATCH = ".unfinished"
_MANIFEST = ".cohort.json"


class Extra(StrEnum):
    """What a hospital may send beside uncorrected SPECT and PET."""

    CORRECTIONS = "corrections"


@dataclass(frozen=True)
class Order:
    """Everything that decides which files a cohort's first patient, second patient, ... get."""

    seed: int
    sites: int = 1
    mix: Mix = Mix.REFERRED
    sex: Sex | None = None
    shift: Shift | None = None
    extras: frozenset[Extra] = frozenset()
    encodings: frozenset[Encoding] = frozenset()

    @property
    def options(self) -> Options:
        return Options(self.mix, self.sex, self.shift, corrections=Extra.CORRECTIONS in self.extras)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which images every patient has, by the names of `truth.json`."""
        corrected = ("chang", "ctac") if Extra.CORRECTIONS in self.extras else ()
        return ("spect", *corrected, "pet")

    def as_json(self) -> dict[str, object]:
        return {
            "seed": self.seed,
            "sites": self.sites,
            "version": VERSION,
            "mix": self.mix,
            "sex": self.sex,
            "shift": self.shift,
            "with": sorted(self.extras),
            "variant": sorted(self.encodings),
        }


@dataclass(frozen=True)
class Member:
    """One patient of a cohort and where his files lie."""

    index: int
    patient: Patient
    identity: Identity
    hospital: Hospital

    @property
    def folder(self) -> Path:
        """Relative to the cohort's directory."""
        return Path(self.hospital.code) / folder_name(self.identity, self.hospital)


class DifferentCohort(Exception):
    """The directory already holds patients of another order or another version of the simulator."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "cohort", help="simulate patients as hospitals' DICOM folders, with the truth apart"
    )
    parser.add_argument("--patients", type=_at_least_one, required=True)
    parser.add_argument("--sites", type=_at_least_one, default=1, help=f"at most {MOST_HOSPITALS}")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--jobs", type=_at_least_one, default=len(os.sched_getaffinity(0)), help="default: every core"
    )
    parser.add_argument(
        "--mix", choices=list(Mix), default=Mix.REFERRED, help="which disease; default: referred"
    )
    parser.add_argument("--sex", choices=["M", "F"], help="default: two thirds men")
    parser.add_argument("--shift", choices=list(Shift), help="one thing unlike every usual hospital")
    parser.add_argument(
        "--with",
        dest="extras",
        nargs="+",
        choices=list(Extra),
        default=[],
        help="images beside SPECT and PET",
    )
    parser.add_argument(
        "--variant",
        dest="encodings",
        nargs="+",
        choices=list(Encoding),
        default=[],
        help="store the same images in other legal orders; an odd number of mirrorings makes the spacing negative",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    if arguments.sites > MOST_HOSPITALS:
        print(f"--sites: at most {MOST_HOSPITALS}", file=sys.stderr)
        return 2
    order = Order(
        seed=arguments.seed,
        sites=arguments.sites,
        mix=Mix(arguments.mix),
        sex=arguments.sex,
        shift=arguments.shift and Shift(arguments.shift),
        extras=frozenset(map(Extra, arguments.extras)),
        encodings=frozenset(map(Encoding, arguments.encodings)),
    )
    try:
        make_cohort(order, patients=arguments.patients, out=arguments.out, jobs=arguments.jobs)
    except DifferentCohort as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


def make_cohort(order: Order, *, patients: int, out: Path, jobs: int) -> None:
    """Fill `out`; patients already there are kept, and `truth.json` appears when all are."""
    _claim(out, order)
    (out / "truth.json").unlink(missing_ok=True)
    shutil.rmtree(out / _SCRATCH, ignore_errors=True)
    members = [member(order, index) for index in range(patients)]
    for number, (one, seconds) in enumerate(_simulated(order, members, out=out, jobs=jobs), start=1):
        took = "kept" if seconds is None else f"{seconds:.1f}"
        print(f"{number}/{patients} {one.folder.name} {took}", flush=True)
    for one in members[: order.sites]:
        write_oddments(one.identity, one.hospital, site=out / one.hospital.code)
    shutil.rmtree(out / _SCRATCH, ignore_errors=True)
    _write_json(out / "truth.json", truth_of(order, members))


def member(order: Order, index: int) -> Member:
    """Patients are dealt to the sites in turn, so a longer cohort begins with the shorter one."""
    patient = planned_patient(seed=order.seed, index=index, options=order.options)
    place = hospital(index % order.sites)
    identity = identity_of(
        seed=order.seed,
        index=index,
        sex=patient.sex,
        body_mass_index=patient.body_mass_index,
        hospital=place,
    )
    return Member(index, patient, identity, place)


def truth_of(order: Order, members: list[Member]) -> dict[str, object]:
    """What evaluation may know and a study never: by PatientID disease, true segment values, and files."""
    return {
        "simulated": True,
        "statement": _STATEMENT,
        **order.as_json(),
        "patients": {one.identity.patient_id: _truth_of(order, one) for one in members},
    }


def _truth_of(order: Order, one: Member) -> dict[str, object]:
    images = {
        kind: {state: (one.folder / image_path(kind, state)).as_posix() for state in STATES}
        for kind in order.kinds
    }
    return {
        "index": one.index,
        "site": one.hospital.code,
        "name": one.identity.person.person_name,
        "sex": one.patient.sex,
        "territories": [lesion.territory for lesion in one.patient.lesions],
        "lesions": one.patient.as_json()["lesions"],
        "true_segments": {state: true_segments(one.patient, state) for state in STATES},
        "spect": images["spect"],
        "pet": images["pet"],
        "images": images,
        "camera": asdict(shifted(one.hospital.camera, order.shift)),
        "patient": one.patient.as_json(),
    }


def _simulated(
    order: Order, members: list[Member], *, out: Path, jobs: int
) -> Iterator[tuple[Member, float | None]]:
    """Yield each member once its folder is there, with the seconds it took (None: it was there)."""
    waiting = []
    for one in members:
        if (out / one.folder).is_dir():
            yield one, None
        else:
            waiting.append(one)
    if not waiting:
        return
    # Patients run in parallel, not matrix products: spinning OpenMP threads would cost fifty times the work.
    os.environ.update(OMP_NUM_THREADS="1", KMP_BLOCKTIME="0")
    with ProcessPoolExecutor(
        max_workers=min(jobs, len(waiting)),
        mp_context=get_context("spawn"),
        initializer=_start_worker,
    ) as pool:
        running = {pool.submit(_make_member, order, one, out): one for one in waiting}
        try:
            for done in as_completed(running):
                yield running[done], done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _start_worker() -> None:
    torch.set_num_threads(1)
    # Ctrl-C reaches the whole group. A worker may die at any moment: no folder is ever half a patient.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """A killed parent cannot stop its workers, and they would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _make_member(order: Order, one: Member, out: Path) -> float:
    started = time.monotonic()
    scans = simulate_patient(
        seed=order.seed, index=one.index, camera=one.hospital.camera, options=order.options
    )
    write_patient(
        scans,
        one.identity,
        one.hospital,
        encodings=order.encodings,
        target=out / one.folder,
        scratch=out / _SCRATCH / str(one.index),
    )
    return time.monotonic() - started


def _claim(out: Path, order: Order) -> None:
    manifest = out / _MANIFEST
    if manifest.exists() and json.loads(manifest.read_text(encoding="utf-8")) != order.as_json():
        raise DifferentCohort(f"{out} holds another cohort ({manifest.read_text(encoding='utf-8').strip()})")
    out.mkdir(parents=True, exist_ok=True)
    _write_json(manifest, order.as_json())


def _write_json(path: Path, content: object) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def _at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value
