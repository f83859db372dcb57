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


def patient_folders(cohort: Path) -> list[Path]:
    """The folders below the sites of a cohort, in the order of their names."""
    return sorted(
        (folder for folder in cohort.glob("*/*") if folder.is_dir()), key=lambda folder: folder.name
    )


def read_pairs(folder: Path) -> Pairs:
    """Reads SPECT and PET of a patient's folder. Raises Unreadable; ValueError if an image is missing.

    Other images (corrected SPECT, projections) may lie beside them.
    """
    files: dict[tuple[str, str | None], list[bytes]] = defaultdict(list)
    patients = set()
    for data in (*_files(folder / "SPECT"), *_files(folder / "PET")):
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
