"""An outside judge, dciodvfy of dicom3tools, finds no error in any kind of object that we write."""

import io
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from inference.cohort.command import Extra, Member, Order, member
from inference.cohort.folder import write_oddments, write_patient
from inference.correct.command import correct_by_guess
from inference.dicom.derived import derived_nm
from inference.dicom.write import nm_dataset, pt_datasets, to_bytes
from inference.translation.bundle import ModelIdentity
from inference.volume import Kind, Volume
from tests.inference.cohort.tiny import tiny_scans
from tests.inference.dicom.hearts import lopsided

JUDGE = Path(sys.executable).with_name("dciodvfy")
MODEL = ModelIdentity(name="heart-spect-to-pet", version="1.0", digest="a1" * 32)
HEADER = {"PatientID": "A-0007", "PatientName": "A-0007", "StudyInstanceUID": "2.25.77"}
# Type 1 in PET, where only the caller knows it.
SCANNED = {"SeriesDate": "20240102", "SeriesTime": "101500"}

pytestmark = pytest.mark.skipif(not JUDGE.exists(), reason="dciodvfy (dicom3tools) is not installed")


def errors(path: Path) -> list[str]:
    """What dciodvfy calls an error in this file."""
    said = subprocess.run([JUDGE, path], capture_output=True, text=True, errors="replace", check=False)
    return [line for line in (said.stdout + said.stderr).splitlines() if "Error" in line]


def objects() -> dict[str, Dataset]:
    """One of each kind that the study itself writes."""
    lying = Volume(lopsided((6, 12, 12)).voxels, np.diag([4.0, 4.0, 4.0, 1.0]), Kind.TRANSAXIAL)
    heart = nm_dataset(lopsided(), header=HEADER, state="stress")
    brain = nm_dataset(lying, header=HEADER, state=None, organ="brain")
    sources = {name: dcmread(io.BytesIO(to_bytes(ds))) for name, ds in (("heart", heart), ("brain", brain))}
    own_grid = Volume(lopsided().voxels[:, :8, :8], lopsided().affine, Kind.SHORT_AXIS)
    made = {
        (role, of): derived_nm(volume, source=sources[of], model=MODEL, name="5e" * 32, role=role)
        for role in ("image", "uncertainty")
        for of, volume in (("heart", own_grid), ("brain", lying))
    }
    return {
        "heart": heart,
        "corrected heart": nm_dataset(lopsided(), header=HEADER, state="rest", corrected=("ATTN", "SCAT")),
        "brain": brain,
        "PET slice": pt_datasets(lopsided(), header={**HEADER, **SCANNED}, state="stress")[0],
        "virtual PET": made["image", "heart"],
        "its uncertainty": made["uncertainty", "heart"],
        "translated brain": made["image", "brain"],
        "its uncertainty, brain": made["uncertainty", "brain"],
        "brain after Chang": correct_by_guess(to_bytes(brain), mu_per_mm=0.012, threshold=0.1),
    }


def test_what_the_study_writes_is_without_error(tmp_path: Path) -> None:
    found = {}
    for number, (kind, ds) in enumerate(objects().items()):
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(to_bytes(ds))
        found[kind] = errors(path)
    assert {kind: said for kind, said in found.items() if said} == {}


def members(order: Order) -> Iterator[Member]:
    """A patient of each of two hospitals, whose names dciodvfy can read.

    It takes the byte 5C inside a kanji of ISO 2022 for the backslash between two values, against PS3.5 6.1.2.5.3.
    """
    for place in range(order.sites):
        for index in count(place, order.sites):
            one = member(order, index)
            who = one.identity
            names = "".join(map(str, vars(who).values())) + who.person.person_name + who.operator.person_name
            if b"\\" not in names.encode("iso2022_jp_ext", errors="replace"):
                yield one
                break


def test_what_hospitals_send_is_without_error(tmp_path: Path) -> None:
    order = Order(seed=1, sites=2, extras=frozenset(Extra))
    for number, one in enumerate(members(order)):
        folder = tmp_path / str(number)
        write_patient(
            tiny_scans(one),
            one.identity,
            one.hospital,
            kinds=order.kinds,
            encodings=(),
            target=folder / "patient",
            scratch=folder / "unfinished",
        )
        write_oddments(one.identity, one.hospital, site=folder)
        found = {path.relative_to(folder).as_posix(): errors(path) for path in sorted(folder.rglob("*.dcm"))}
        assert len(found) == 2 * (len(order.kinds) - 1) + 2 * 4 + 1
        assert {path: said for path, said in found.items() if said} == {}
