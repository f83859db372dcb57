"""The images of one patient of a cohort, by kind and state, read from DICOM as hospitals hand it over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.dicom.read import read_header, read_volume
from inference.physics.patient import STATES
from inference.volume import Volume

Values = NDArray[np.float64]

VIRTUAL = "virtual_pet"

# What an image is compared with.
NAMES = {"pet": "PET", "truth": "the simulated truth"}

# What an image is called in reports and in columns of tables; models add their own.
LABELS = {
    "spect": "SPECT",
    "chang": "Chang",
    "ctac": "CTAC",
    "virtual_pet": "virtual PET",
    "pet": "PET",
    "ideal": "noise-free",
}

SEXES = {"F": "women", "M": "men"}


@dataclass(frozen=True, eq=False)
class PatientImages:
    """One patient: images[kind][state]; "spect" is the uncorrected one. Scanners share no coordinates.

    sex: "M", "F", or "" if nobody said; territories: of simulated lesions; truth: float64 [state, segment] in per
    cent of the best perfused wall, None for a patient who is not simulated.
    """

    patient_id: str
    sex: str
    territories: tuple[str, ...]
    truth: Values | None
    images: Mapping[str, Mapping[str, Volume]]


def read_images(
    folder: Path, *, truth: dict[str, Any] | None, only: tuple[str, ...] | None = None
) -> PatientImages:
    """Every image of the heart that `truth` names for the patient; without it, uncorrected SPECT and PET.

    only: of these kinds.
    Raises Unreadable; ValueError if an image is missing, and for a patient whom `truth` does not know.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        raise ValueError(
            f"{folder.name} is empty: it should hold SPECT and PET, stress and rest, of one patient"
        )
    patient_id = read_header(files[0].read_bytes()).patient_id
    known: dict[str, Any] = {patient_id: {}} if truth is None else truth["patients"]
    if patient_id not in known:
        raise ValueError(
            f"truth.json knows no patient {patient_id} of {folder}: run the command cohort again"
        )
    record: dict[str, Any] = known[patient_id]
    wanted = LABELS if only is None else only
    named: dict[str, dict[str, str]] = record.get("images", {})
    images = (
        {kind: _named(folder.parents[1], by_state) for kind, by_state in named.items() if kind in wanted}
        if named
        else _found_by_header(folder, files)
    )
    return PatientImages(
        patient_id=patient_id,
        sex=str(record.get("sex", "")),
        territories=tuple(record.get("territories", ())),
        truth=np.array([record["true_segments"][state] for state in STATES]) if record else None,
        images=images,
    )


def _named(cohort: Path, by_state: dict[str, str]) -> dict[str, Volume]:
    """by_state: a file, or a folder of slices, relative to the cohort."""
    volumes: dict[str, Volume] = {}
    for state in STATES:
        path = cohort / by_state[state]
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        try:
            volumes[state] = read_volume([file.read_bytes() for file in files])
        except FileNotFoundError:
            raise ValueError(f"{by_state[state]} is missing: simulate the cohort again") from None
    return volumes


def _found_by_header(folder: Path, files: list[Path]) -> dict[str, dict[str, Volume]]:
    found: dict[tuple[str, str | None], list[bytes]] = defaultdict(list)
    for path in files:
        data = path.read_bytes()
        header = read_header(data)
        if header.modality == "PT":
            found["pet", header.state].append(data)
        elif header.is_uncorrected_spect and not header.ai_generated:
            found["spect", header.state].append(data)
    wanted = {(kind, state) for kind in ("spect", "pet") for state in STATES}
    if not wanted <= set(found):
        raise ValueError(f"{folder.name} does not hold SPECT and PET, stress and rest, of one patient")
    return {kind: {state: read_volume(found[kind, state]) for state in STATES} for kind in ("spect", "pet")}
