"""Patients of a cohort as hospitals hand them over: DICOM folders with SPECT and PET, at stress and at rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inference.dicom.read import read_header, read_volume
from inference.volume import Volume

STATES = ("stress", "rest")


@dataclass(frozen=True, eq=False)
class Pairs:
    """SPECT and PET of one patient by state. Voxels correspond by index: two scans share no coordinates."""

    patient_id: str
    spect: dict[str, Volume]
    pet: dict[str, Volume]


@dataclass(frozen=True)
class Split:
    """Folders of patients, by what they are for; no patient is in two."""

    training: tuple[Path, ...]
    validation: tuple[Path, ...]
    held_out: tuple[Path, ...]


def patient_folders(cohort: Path) -> list[Path]:
    """The folders below the sites of a cohort, in the order of their names."""
    return sorted(
        (folder for folder in cohort.glob("*/*") if folder.is_dir()), key=lambda folder: folder.name
    )


def split(folders: list[Path]) -> Split:
    """A fifth is held out, two fifteenths validate, the others train: 60 give 40, 8 and 12.

    By place in the order of names, which says nothing about disease. ValueError for fewer than two.
    """
    if len(folders) < 2:
        raise ValueError("a model needs one patient to learn from and one to be tested on")
    held_out = max(1, len(folders) // 5)
    validation = len(folders) * 2 // 15
    first = len(folders) - held_out - validation
    return Split(tuple(folders[:first]), tuple(folders[first:-held_out]), tuple(folders[-held_out:]))


def read_pairs(folder: Path) -> Pairs:
    """Reads all DICOM files below a patient's folder. Raises Unreadable; ValueError if an image is missing."""
    files: dict[tuple[str, str | None], list[bytes]] = defaultdict(list)
    patients = set()
    for data in _files(folder):
        header = read_header(data)
        files[header.modality, header.state].append(data)
        patients.add(header.patient_id)
    wanted = {(modality, state) for modality in ("NM", "PT") for state in STATES}
    if set(files) != wanted or len(patients) != 1:
        raise ValueError(f"{folder.name} does not hold SPECT and PET, stress and rest, of one patient")
    return Pairs(
        patient_id=patients.pop(),
        spect={state: read_volume(files["NM", state]) for state in STATES},
        pet={state: read_volume(files["PT", state]) for state in STATES},
    )


def _files(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
