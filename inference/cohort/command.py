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
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path

import torch

from inference.cohort.folder import folder_name, write_oddments, write_patient
from inference.cohort.hospital import MOST_HOSPITALS, Hospital, hospital
from inference.cohort.identity import Identity, identity_of
from inference.cohort.plan import VERSION, planned_patient
from inference.cohort.scans import simulate_patient
from inference.physics.patient import STATES, Patient
from inference.physics.ventricle import true_segments

_STATEMENT = (
    "Every patient, person, institution and image of this cohort is simulated. "
    "True values are perfusion in per cent of the best perfused hundredth of the wall, segment 1 first."
)
_SCRATCH = ".unfinished"
_MANIFEST = ".cohort.json"


@dataclass(frozen=True)
class Member:
    """One patient of a cohort and where his files lie."""

    seed: int
    index: int
    patient: Patient
    identity: Identity
    hospital: Hospital

    @property
    def folder(self) -> Path:
        """Relative to the cohort's directory."""
        return Path(self.hospital.code) / folder_name(self.identity, self.hospital)


class DifferentCohort(Exception):
    """The directory already holds patients of another seed, number of sites or version of the simulator."""


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
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    if arguments.sites > MOST_HOSPITALS:
        print(f"--sites: at most {MOST_HOSPITALS}", file=sys.stderr)
        return 2
    try:
        make_cohort(
            patients=arguments.patients,
            sites=arguments.sites,
            seed=arguments.seed,
            out=arguments.out,
            jobs=arguments.jobs,
        )
    except DifferentCohort as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


def make_cohort(*, patients: int, sites: int, seed: int, out: Path, jobs: int) -> None:
    """Fill `out`; patients already there are kept, and `truth.json` appears when all are."""
    _claim(out, seed=seed, sites=sites)
    (out / "truth.json").unlink(missing_ok=True)
    shutil.rmtree(out / _SCRATCH, ignore_errors=True)
    members = [member(seed=seed, index=index, sites=sites) for index in range(patients)]
    for number, (one, seconds) in enumerate(_simulated(members, out=out, jobs=jobs), start=1):
        took = "kept" if seconds is None else f"{seconds:.1f}"
        print(f"{number}/{patients} {one.folder.name} {took}", flush=True)
    for one in members[:sites]:
        write_oddments(one.identity, one.hospital, site=out / one.hospital.code)
    shutil.rmtree(out / _SCRATCH, ignore_errors=True)
    _write_json(out / "truth.json", truth_of(members, seed=seed))


def member(*, seed: int, index: int, sites: int) -> Member:
    """Patients are dealt to the sites in turn, so a longer cohort begins with the shorter one."""
    patient = planned_patient(seed=seed, index=index)
    place = hospital(index % sites)
    identity = identity_of(
        seed=seed, index=index, sex=patient.sex, body_mass_index=patient.body_mass_index, hospital=place
    )
    return Member(seed, index, patient, identity, place)


def truth_of(members: list[Member], *, seed: int) -> dict[str, object]:
    """What evaluation may know and a study never: by PatientID disease, true segment values, and files."""
    return {
        "simulated": True,
        "statement": _STATEMENT,
        "seed": seed,
        "version": VERSION,
        "patients": {
            one.identity.patient_id: {
                "index": one.index,
                "site": one.hospital.code,
                "name": one.identity.person.person_name,
                "sex": one.patient.sex,
                "territories": [lesion.territory for lesion in one.patient.lesions],
                "lesions": one.patient.as_json()["lesions"],
                "true_segments": {state: true_segments(one.patient, state) for state in STATES},
                "spect": {state: (one.folder / "SPECT" / f"{state}.dcm").as_posix() for state in STATES},
                "pet": {state: (one.folder / "PET" / state).as_posix() for state in STATES},
                "patient": one.patient.as_json(),
            }
            for one in members
        },
    }


def _simulated(members: list[Member], *, out: Path, jobs: int) -> Iterator[tuple[Member, float | None]]:
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
        running = {pool.submit(_make_member, one, out): one for one in waiting}
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


def _make_member(one: Member, out: Path) -> float:
    started = time.monotonic()
    scans = simulate_patient(seed=one.seed, index=one.index)
    scratch = out / _SCRATCH / str(one.index)
    write_patient(scans, one.identity, one.hospital, target=out / one.folder, scratch=scratch)
    return time.monotonic() - started


def _claim(out: Path, *, seed: int, sites: int) -> None:
    claim = {"seed": seed, "sites": sites, "version": VERSION}
    manifest = out / _MANIFEST
    if manifest.exists() and json.loads(manifest.read_text(encoding="utf-8")) != claim:
        raise DifferentCohort(f"{out} holds another cohort ({manifest.read_text(encoding='utf-8').strip()})")
    out.mkdir(parents=True, exist_ok=True)
    _write_json(manifest, claim)


def _write_json(path: Path, content: object) -> None:
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def _at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value
