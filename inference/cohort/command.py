"""`python -m inference cohort`: folders of simulated patients, one process a core, resumable."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from inference.asked import at_least_one, not_negative
from inference.cohort.brain_folder import make_brain_cohort
from inference.cohort.encoding import Encoding
from inference.cohort.folder import folder_name, image_path, write_oddments, write_patient
from inference.cohort.hospital import MOST_HOSPITALS, Hospital, hospital
from inference.cohort.identity import Identity, identity_of
from inference.cohort.plan import VERSION, Mix, Options, Shift, planned_patient, shifted
from inference.cohort.pool import DifferentCohort, claim, cores, simulated, write_json
from inference.cohort.scans import simulate_patient
from inference.physics.patient import STATES, Patient, Sex
from inference.physics.ventricle import true_segments

_STATEMENT = (
    "Every patient, person, institution and image of this cohort is simulated. "
    "True values are perfusion in per cent of the best perfused hundredth of the wall, segment 1 first."
)
_SCRATCH = ".unfinished"
_HEARTS_ONLY = ("mix", "sex", "shift", "extras", "encodings")


class Extra(StrEnum):
    """What a hospital may send beside uncorrected SPECT and PET."""

    CORRECTIONS = "corrections"
    PROJECTIONS = "projections"
    GATED = "gated"


_KINDS = {
    Extra.CORRECTIONS: ("chang", "ctac"),
    Extra.PROJECTIONS: ("projections", "mumap"),
    Extra.GATED: ("gated",),
}


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
        return Options(
            self.mix,
            self.sex,
            self.shift,
            corrections=Extra.CORRECTIONS in self.extras,
            gated=Extra.GATED in self.extras,
        )

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which images every patient has, by the names of `truth.json`."""
        return ("spect", "pet", *(kind for extra in Extra if extra in self.extras for kind in _KINDS[extra]))

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


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "cohort",
        description="Anatomy, disease, attenuation, detector, noise and reconstruction are computed for each "
        "patient: about 5 seconds of one core a heart, 7 --with corrections. Patients follow from the seed: the same "
        "command gives the same voxels, a longer cohort begins with the shorter one, and what was stopped goes on "
        "where it was. OUT gets a folder a site with a folder a patient, as an upload takes them, and truth.json, "
        "which no upload contains.",
    )
    parser.add_argument(
        "--patients", type=at_least_one, required=True, help="how many, stress and rest of each"
    )
    parser.add_argument(
        "--sites",
        type=at_least_one,
        default=1,
        help=f"hospitals, each with its camera and its habits, to which patients are dealt in turn; at most "
        f"{MOST_HOSPITALS}; default: 1",
    )
    parser.add_argument(
        "--seed",
        type=not_negative,
        required=True,
        help="which people: training, validation and test want different ones",
    )
    parser.add_argument("--out", type=Path, required=True, help="new folder, or one with this very cohort")
    parser.add_argument(
        "--jobs", type=at_least_one, default=cores(), help="processes side by side; default: every core"
    )
    parser.add_argument(
        "--organ",
        choices=["heart", "brain"],
        default="heart",
        help="default: heart; for brain the options below do not hold",
    )
    parser.add_argument(
        "--mix",
        choices=list(Mix),
        help="referred: a third without disease, the others with inferior defects (RCA) or elsewhere; rca: everybody "
        "with inferior defects; normal: nobody with any; default: referred",
    )
    parser.add_argument("--sex", choices=["M", "F"], help="men or women only; default: two thirds men")
    parser.add_argument(
        "--shift",
        choices=list(Shift),
        help="the same people seen otherwise than at any hospital: orbit of 300 mm radius, half the counts, "
        "resolution of a collimator with holes of 2.1 mm, diaphragm 15 mm higher; default: none",
    )
    parser.add_argument(
        "--with",
        dest="extras",
        nargs="+",
        choices=list(Extra),
        default=[],
        help="beside uncorrected SPECT and PET: corrections (Chang and SPECT/CT images), projections (with attenuation "
        "maps), gated (SPECT in frames of a heartbeat); default: none",
    )
    parser.add_argument(
        "--variant",
        dest="encodings",
        nargs="+",
        choices=list(Encoding),
        default=[],
        help="store the same images in other legal ways, to try a reader: axes mirrored, slices from the base on, "
        "orientation at the top of the header, no spacing of slices; default: as the hospital does",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    if arguments.sites > MOST_HOSPITALS:
        print(f"--sites: at most {MOST_HOSPITALS}", file=sys.stderr)
        return 2
    if arguments.organ == "brain" and any(getattr(arguments, option) for option in _HEARTS_ONLY):
        print("--mix, --sex, --shift, --with and --variant are for --organ heart", file=sys.stderr)
        return 2
    began = sum(os.times()[:4])
    try:
        if arguments.organ == "brain":
            make_brain_cohort(
                patients=arguments.patients,
                sites=arguments.sites,
                seed=arguments.seed,
                out=arguments.out,
                jobs=arguments.jobs,
            )
        else:
            order = _order(arguments)
            make_cohort(order, patients=arguments.patients, out=arguments.out, jobs=arguments.jobs)
    except DifferentCohort as problem:
        print(problem, file=sys.stderr)
        return 1
    except BrokenProcessPool:
        print(
            "a process was ended from outside; with memory for every one of --jobs, the same command goes on",
            file=sys.stderr,
        )
        return 1
    print(
        f"{arguments.patients} patients in {arguments.out}; {sum(os.times()[:4]) - began:.0f} processor seconds"
    )
    return 0


def _order(arguments: argparse.Namespace) -> Order:
    return Order(
        seed=arguments.seed,
        sites=arguments.sites,
        mix=Mix(arguments.mix or Mix.REFERRED),
        sex=arguments.sex,
        shift=arguments.shift and Shift(arguments.shift),
        extras=frozenset(map(Extra, arguments.extras)),
        encodings=frozenset(map(Encoding, arguments.encodings)),
    )


def make_cohort(order: Order, *, patients: int, out: Path, jobs: int) -> None:
    """Fill `out`; patients already there are kept, and `truth.json` appears when all are."""
    claim(out, order.as_json())
    (out / "truth.json").unlink(missing_ok=True)
    shutil.rmtree(out / _SCRATCH, ignore_errors=True)
    members = [member(order, index) for index in range(patients)]
    done = simulated(
        members, make=partial(_make, order=order, out=out), there=partial(_is_there, out=out), jobs=jobs
    )
    for number, (one, seconds) in enumerate(done, start=1):
        took = "kept" if seconds is None else f"{seconds:.1f}"
        print(f"{number}/{patients} {one.folder.name} {took}", flush=True)
    for one in members[: order.sites]:
        write_oddments(one.identity, one.hospital, site=out / one.hospital.code)
    shutil.rmtree(out / _SCRATCH, ignore_errors=True)
    write_json(out / "truth.json", truth_of(order, members))


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


def _is_there(one: Member, out: Path) -> bool:
    return (out / one.folder).is_dir()


def _make(one: Member, order: Order, out: Path) -> float:
    started = time.monotonic()
    scans = simulate_patient(
        seed=order.seed, index=one.index, camera=one.hospital.camera, options=order.options
    )
    write_patient(
        scans,
        one.identity,
        one.hospital,
        kinds=order.kinds,
        encodings=order.encodings,
        target=out / one.folder,
        scratch=out / _SCRATCH / str(one.index),
    )
    return time.monotonic() - started
