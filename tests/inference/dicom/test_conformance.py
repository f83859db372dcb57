"""An outside judge, dciodvfy of dicom3tools, finds no error in any kind of object that we write."""

import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TypeVar, get_args

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from inference.cohort.brain import HEAD_IMAGES, HeadScans
from inference.cohort.brain_folder import HeadMember, head_member, head_path, write_head
from inference.cohort.command import Extra, Member, Order, member
from inference.cohort.encoding import Encoding
from inference.cohort.folder import image_path, write_oddments, write_patient
from inference.cohort.hospital import MOST_HOSPITALS
from inference.cohort.people import Person
from inference.correct.command import correct_by_guess
from inference.dicom.derived import Role, derived_nm
from inference.dicom.read import read_volume
from inference.dicom.write import nm_dataset, pt_datasets, to_bytes
from inference.model import ModelIdentity
from inference.volume import Kind, Volume
from tests.inference.cohort.tiny import tiny_scans
from tests.inference.dicom.hearts import lopsided

M = TypeVar("M", Member, HeadMember)
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

    It takes the byte 5C inside a kanji of ISO 2022 for the backslash between two values, against PS3.5 6.1.2.5.3, and
    counts bytes, escape sequences too, where PS3.5 6.2 allows 64 characters to each part of a name.
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


def hard_to_write(one: M) -> M:
    """The member with names that dciodvfy cannot read in ISO 2022, and one that ASCII cannot hold."""
    who = replace(
        one.identity,
        person=Person("YAMAMOTO", "KENJI", ("山本", "健二"), ("やまもと", "けんじ")),
        referring=Person("KOBAYASHI", "SACHIKO", ("小林", "幸子"), ("こばやし", "さちこ")),
        operator=Person("MATSUMOTO", "TARO", ("松本", "太郎"), ("まつもと", "たろう")),
        reading=Person("MÜLLER", "JOSÉ"),
    )
    return replace(one, identity=who)


def sources(folder: Path) -> dict[str, bytes]:
    """A heart and a head from each of the hospitals, every heart stored in another legal order."""
    found = {}
    kinds = ((), *((encoding,) for encoding in Encoding))
    for site, encodings in zip(range(MOST_HOSPITALS), kinds, strict=True):
        order = Order(seed=1, sites=MOST_HOSPITALS, encodings=frozenset(encodings))
        one = hard_to_write(member(order, site))
        target = folder / f"heart-{site}"
        write_patient(
            tiny_scans(one),
            one.identity,
            one.hospital,
            kinds=["spect"],
            encodings=encodings,
            target=target,
            scratch=folder / "unfinished",
        )
        found[target.name] = (target / image_path("spect", "stress")).read_bytes()
        lying = Volume(lopsided((4, 6, 6)).voxels, np.diag([4.0, 4.0, 4.0, 1.0]), Kind.TRANSAXIAL)
        head = hard_to_write(head_member(seed=1, index=site, sites=MOST_HOSPITALS))
        labels = np.zeros(lying.voxels.shape, np.int8)
        scans = HeadScans(head.patient, dict.fromkeys(HEAD_IMAGES, lying), lying, lying, lying, labels)
        target = folder / f"brain-{site}"
        write_head(scans, head, target=target, truth=folder / "truth.npz", scratch=folder / "unfinished")
        found[target.name] = (target / head_path("nac")).read_bytes()
    return found


def test_what_a_model_makes_of_any_hospital_s_files_is_without_error_and_keeps_every_name(
    tmp_path: Path,
) -> None:
    found, made = {}, 0
    for name, data in sources(tmp_path / "sent").items():
        volume, source = read_volume([data]), dcmread(io.BytesIO(data))
        for role in get_args(Role):
            path = tmp_path / f"{name}-{role}.dcm"
            path.write_bytes(to_bytes(derived_nm(volume, source=source, model=MODEL, name=name, role=role)))
            found[path.name] = errors(path)
            written = dcmread(path)
            tracer = written.RadiopharmaceuticalInformationSequence[0]
            assert str(written.PatientName) == "YAMAMOTO^KENJI=山本^健二=やまもと^けんじ"
            assert str(written.ReferringPhysicianName) == "KOBAYASHI^SACHIKO=小林^幸子=こばやし^さちこ"
            assert tracer.RadiopharmaceuticalRoute == "i.v. by 松本太郎"
            made += 1
    assert made == 2 * 2 * MOST_HOSPITALS
    assert {path: said for path, said in found.items() if said} == {}
