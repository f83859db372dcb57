"""`python -m inference physionet FOLDER --out OUT`: short-axis studies of the open PhysioNet set, beside its masks."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.asked import in_words
from inference.dicom.derived import source_image
from inference.dicom.read import Unreadable, read_volume
from inference.dicom.values import parsed
from inference.dicom.write import nm_dataset, to_bytes
from inference.heart.neutral import neutral_volume
from inference.heart.polar import polar_map
from inference.heart.reorientation import reoriented
from inference.heart.segments import segment_values
from inference.heart.ventricle import LeftVentricle, VentricleNotFound, find_left_ventricle
from inference.physionet.dataset import Patient, patients_of
from inference.physionet.nifti import NotNifti, read_nifti
from inference.physionet.wall import agreement
from inference.volume import Kind, Volume

_TAKEN_OVER = (
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "FrameOfReferenceUID",
    "Manufacturer",
    "PatientAge",
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "physionet",
        description="The set (DICOM and masks of the left ventricle's wall, 83 patients at rest, GE Discovery NM 530c) "
        "is open: https://physionet.org/content/myocardial-perfusion-spect/1.0.0/ - download it, and give the folder. "
        "Every transaxial study is turned into the short axis and written as a DICOM file that the platform takes; "
        "OUT/patients.jsonl says of each patient what was found, what to doubt, the values of the 17 segments, and, "
        "where there is a mask, how far it lies from the wall that was found. A person has to look at what was "
        "turned. Ends with 1 if a study could not be used.",
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the downloaded folder, in any structure")
    parser.add_argument("--out", type=Path, required=True, metavar="OUT", help="a new or empty folder")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Writes one short-axis file a patient and patients.jsonl; 1 if a study could not be used, or there was none."""
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        print(f"{out} is not empty; give a new folder.", file=sys.stderr)
        return 2
    refused = written = 0
    with (out / "patients.jsonl").open("w", encoding="utf-8") as table:
        for patient in patients_of(arguments.folder):
            try:
                ds, told = imported(patient)
            except (Unreadable, VentricleNotFound, OSError) as reason:
                words = in_words(reason) if isinstance(reason, OSError) else str(reason)
                print(f"{patient.image}: {words}", file=sys.stderr)
                refused += 1
                continue
            name = f"{patient.number.zfill(3)}-{told['uid'][-6:]}.dcm"
            (out / name).write_bytes(to_bytes(ds))
            written += 1
            table.write(json.dumps({"file": name, **told}) + "\n")
            print(_line(patient, told))
    if not written and not refused:
        print("There is no reconstructed NM study below this folder.", file=sys.stderr)
    return 1 if refused or not written else 0


def imported(patient: Patient) -> tuple[Dataset, dict[str, Any]]:
    """The short-axis study of a patient, and what was found in it. Raises Unreadable, VentricleNotFound."""
    data = patient.image.read_bytes()
    chest = read_volume([data])
    image = reoriented(chest) if chest.kind is Kind.TRANSAXIAL else chest
    ventricle = find_left_ventricle(image)
    source = parsed(data, pixels=False)
    header: dict[str, object] = {key: source[key].value for key in _TAKEN_OVER if source.get(key)}
    header |= {
        "PatientID": f"PHYSIONET-{patient.number.zfill(3)}",
        "PatientName": f"PHYSIONET-{patient.number.zfill(3)}",
        "PatientSex": patient.sex or str(source.get("PatientSex") or ""),
        "SeriesDescription": "REST SA (reoriented automatically)",
        "DerivationDescription": "Turned into the short axis automatically. Research use only.",
        "SourceImageSequence": Sequence([source_image(source, preserved=False)]),
    }
    ds = nm_dataset(image, header=header, state="rest")
    told: dict[str, Any] = {
        "patient": patient.number,
        "uid": str(ds.SOPInstanceUID),
        "sex": patient.sex,
        "age": patient.age,
        "apex_mm": _rounded(ventricle.apex_mm),
        "base_mm": _rounded(ventricle.base_mm),
        "radius_mm": round(ventricle.radius_mm, 1),
        "confidence": round(ventricle.confidence, 3),
        "flags": sorted({*image.flags, *ventricle.flags}),
        "segments": [round(float(v), 1) for v in segment_values(polar_map(neutral_volume(image, ventricle)))],
        "mask": _mask(patient, chest, image, ventricle),
    }
    return ds, told


def _mask(patient: Patient, chest: Volume, image: Volume, ventricle: LeftVentricle) -> dict[str, Any] | None:
    """The agreement with the patient's first file that is a mask on the study's grid."""
    for path in patient.masks:
        try:
            mask = read_nifti(path.read_bytes())
        except NotNifti:
            continue
        levels = set(mask.values.ravel()[:: max(mask.values.size // 50_000, 1)]) | {mask.values.max()}
        if levels <= {0.0, 1.0} and (found := agreement(mask, chest, image, ventricle)):
            return {"file": path.name, **found.as_document()}
    return None


def _rounded(point: Any) -> list[float]:
    return [round(float(v), 1) for v in point]


def _line(patient: Patient, told: dict[str, Any]) -> str:
    mask = told["mask"]
    beside = f"; mask {mask['distance_mm']:.1f} mm from the wall, {mask['near']:.0%} near" if mask else ""
    doubts = f"; {', '.join(told['flags'])}" if told["flags"] else ""
    return f"{patient.number}: radius {told['radius_mm']} mm, confidence {told['confidence']}{beside}{doubts}"
