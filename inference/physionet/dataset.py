"""The open PhysioNet set `myocardial-perfusion-spect` 1.0.0 (2025) on a disk: who is in it, and what lies where.

83 patients at rest, GE Discovery NM 530c, 99mTc-MIBI: transaxial NM, 70 x 70 x 50 at 4 mm, signed 16 bit, feet first;
masks of the left ventricle's wall as NIfTI where there are any (1 is the wall); demographics.csv. The names of files
and folders are not relied on: a DICOM file is known by its content, and a mask belongs to the patient whose number
stands in its name or in that of its folder. https://doi.org/10.13026/ce2z-dw74
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inference.asked import files_of
from inference.dicom.read import Header, Unreadable, read_header

_NUMBER = re.compile(r"\d+")
_NIFTI = (".nii", ".nii.gz")


@dataclass(frozen=True)
class Patient:
    """One patient of the set.

    number: as in file names, without leading zeros; image: the reconstructed DICOM file; masks: NIfTI files that bear
    the number; sex: "M", "F" or ""; age: in years, "" if unsaid.
    """

    number: str
    image: Path
    header: Header
    masks: tuple[Path, ...]
    sex: str
    age: str


def patients_of(folder: Path) -> Iterator[Patient]:
    """The patients of a downloaded folder, by number. A patient with several reconstructions comes several times."""
    images: list[tuple[str, Path, Header]] = []
    masks: dict[str, list[Path]] = defaultdict(list)
    for given in files_of([folder]):
        path = given.path
        if path.name.lower().endswith(_NIFTI):
            masks[_number(path, folder)].append(path)
            continue
        try:
            header = read_header(path.read_bytes())
        except Unreadable:
            continue
        if header.modality == "NM" and "RECON TOMO" in header.image_type:
            images.append((_number(path, folder), path, header))
    people = _people(folder)
    for number, path, header in sorted(images, key=lambda one: (one[0].zfill(9), one[1])):
        sex, age = people.get(number, ("", ""))
        yield Patient(number, path, header, tuple(sorted(masks.get(number, ()))), sex, age)


def _number(path: Path, folder: Path) -> str:
    """The patient's number: of the folder below DICOM or NIfTI that is named so, or else of the file."""
    parts = list(path.relative_to(folder).parts)
    for part in [*reversed(parts[:-1]), re.sub(r"(\.nii)?(\.gz)?$", "", parts[-1])]:
        numbers = _NUMBER.findall(part)
        if len(numbers) == 1:
            return numbers[0].lstrip("0") or "0"
    numbers = _NUMBER.findall(parts[-1])
    return (numbers[0].lstrip("0") or "0") if numbers else parts[-1]


def _people(folder: Path) -> dict[str, tuple[str, str]]:
    """Number -> (sex, age) of demographics.csv, if it is there."""
    found = {}
    for table in sorted(folder.rglob("demographics.csv")):
        with table.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                named = {(key or "").strip().lower(): (value or "").strip() for key, value in row.items()}
                numbers = _NUMBER.findall(named.get("patient_id", ""))
                if numbers:
                    sex = named.get("sex", "").upper()[:1]
                    number = numbers[-1].lstrip("0") or "0"
                    found[number] = (sex if sex in ("M", "F") else "", named.get("age", ""))
    return found
