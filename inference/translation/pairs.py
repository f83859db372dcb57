"""Patients of a cohort as hospitals hand them over: DICOM folders with SPECT and PET, at stress and at rest."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.dicom.read import read_header, read_volume
from inference.volume import Volume

STATES = ("stress", "rest")
_BROKEN_TRUTH = "truth.json of {cohort} cannot be understood: run the command cohort again"


@dataclass(frozen=True, eq=False)
class Pairs:
    """SPECT and PET of one patient by state. Voxels correspond by index: two scans share no coordinates."""

    patient_id: str
    spect: dict[str, Volume]
    pet: dict[str, Volume]


def patient_folders(cohort: Path) -> list[Path]:
    """The patients that truth.json names, in the order in which they were dealt to the sites.

    The first of them are of all sites, then. Without truth.json, as from a hospital: the folders below the folders of
    sites, by name. Raises ValueError for a cohort of heads, one that is not finished, and one whose patients are gone.
    """
    truth = read_truth(cohort)
    if truth is None:
        return sorted(
            (folder for folder in cohort.glob("*/*") if folder.is_dir()), key=lambda folder: folder.name
        )
    if truth.get("organ", "heart") != "heart":
        raise ValueError(f"{cohort} is a cohort of heads; give one of hearts")
    try:
        dealt = sorted(truth["patients"].values(), key=lambda one: one["index"])
        folders = [cohort.joinpath(*Path(one["images"]["spect"]["stress"]).parts[:2]) for one in dealt]
        within = all(folder.resolve().is_relative_to(cohort.resolve()) for folder in folders)
    except (AttributeError, KeyError, TypeError) as problem:
        raise ValueError(_BROKEN_TRUTH.format(cohort=cohort)) from problem
    if not within:
        raise ValueError(_BROKEN_TRUTH.format(cohort=cohort))
    gone = [folder for folder in folders if not folder.is_dir()]
    if gone:
        raise ValueError(
            f"{gone[0]} is missing, and with it {len(gone)} of {len(folders)} patients of truth.json: "
            "run the command cohort again"
        )
    return folders


def read_truth(cohort: Path) -> dict[str, Any] | None:
    """The ground truth beside a simulated cohort; None if the folder is none.

    Raises ValueError for a cohort that is not finished, and for a truth.json that cannot be read.
    """
    path = cohort / "truth.json"
    if not path.exists():
        if (cohort / ".cohort.json").exists():
            raise ValueError(f"{cohort} has no truth.json: run the command cohort again, which finishes it")
        return None
    try:
        found: dict[str, Any] = dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as problem:
        raise ValueError(_BROKEN_TRUTH.format(cohort=cohort)) from problem
    return found


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
