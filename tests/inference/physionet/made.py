"""A folder in the layout of the PhysioNet set, made here: 70 x 70 x 50 at 4 mm, signed 16 bit, GE 530c, feet first."""

import gzip
import struct
from pathlib import Path

import numpy as np
from pydicom.sequence import Sequence

from inference.dicom.codes import Code
from inference.dicom.orientation import flipped
from inference.dicom.write import nm_dataset, to_bytes
from inference.volume import Kind, Volume
from tests.inference.heart.phantom import LENGTH_MM, RADIUS_MM, Shape, volume

FEET_FIRST = Code("102541007", "SCT", "feet-first")
SIZE = (50, 70, 70)


def chest(segments: list[float]) -> tuple[Volume, np.ndarray]:
    """A phantom's heart across the body, and which of its voxels are the wall of the left ventricle."""
    heart = volume(segments, fwhm_mm=10, background=0.08)
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    middle = heart.affine @ [*(np.array(heart.voxels.shape[::-1]) - 1) / 2, 1]
    affine[:3, 3] = middle[:3] - 2.0 * (np.array(SIZE[::-1]) - 1) + (10.0, -6.0, 8.0)
    lying = Volume(heart.resample(affine, SIZE).voxels, affine, Kind.TRANSAXIAL)
    points = np.argwhere(np.ones(SIZE, bool))[:, ::-1] @ affine[:3, :3].T + affine[:3, 3]
    own = np.linalg.inv(heart.affine)
    x, y, z = ((points @ own[:3, :3].T + own[:3, 3]) * 4.0 - np.array(Shape().apex_mm)).T
    across = np.hypot(x, y)
    cap = np.hypot(across, np.minimum(z - RADIUS_MM, 0))
    wall = (np.abs(cap - RADIUS_MM) < 5) & (z < LENGTH_MM)
    return lying, wall.reshape(SIZE)


def dicom(lying: Volume, *, patient: str) -> bytes:
    """As the camera writes it: superior slices first, hence a negative spacing; no rotation, no words for the view."""
    stored = Volume(*flipped(lying.voxels, lying.affine, 2), Kind.TRANSAXIAL)
    header = {
        "PatientID": patient,
        "PatientName": patient,
        "PatientSex": "F",
        "Manufacturer": "GE MEDICAL SYSTEMS",
        "ManufacturerModelName": "Discovery NM 530c",
        "SeriesDescription": "Rest_IRNCTransAxial",
        "StudyDate": "20200102",
    }
    ds = nm_dataset(stored, header=header, state=None)
    ds.BodyPartExamined = ""
    ds.PatientGantryRelationshipCodeSequence = FEET_FIRST.sequence()
    ds.ImageType = ["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"]
    ds.RotationInformationSequence = Sequence([])
    (detector,) = ds.DetectorInformationSequence
    detector.CollimatorType, detector.CollimatorGridName = "PINH", "MPH_27_45"
    del detector.ViewCodeSequence
    values = np.rint(stored.voxels * (32_767 / stored.voxels.max())).astype("<i2")
    values[0, 0, :5] = -3  # reconstruction makes some negative
    ds.PixelRepresentation, ds.PixelData = 1, values.tobytes()
    ds.WindowCenter, ds.WindowWidth = "16383", "32767"
    return to_bytes(ds)


def nifti(inside: np.ndarray, affine_lps: np.ndarray | None) -> bytes:
    """A mask [k, j, i] as .nii.gz with this sform; None for one that only says its spacing."""
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *inside.shape[::-1], 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, 2, 8)
    struct.pack_into("<8f", header, 76, 1, 4, 4, 4, 0, 0, 0, 0)
    struct.pack_into("<3f", header, 108, 352, 0, 0)
    if affine_lps is not None:
        struct.pack_into("<2h", header, 252, 0, 1)
        struct.pack_into("<12f", header, 280, *(np.diag([-1.0, -1, 1, 1]) @ affine_lps)[:3].ravel())
    header[344:348] = b"n+1\0"
    return gzip.compress(bytes(header) + inside.astype(np.uint8).tobytes(), mtime=0)


def write_set(folder: Path, hearts: list[list[float]], *, lost_order: tuple[int, ...] = ()) -> None:
    """DICOM/N/N.dcm, NIfTI/N/N_mask.nii.gz, demographics.csv. lost_order: patients whose mask says only its spacing."""
    rows = ["patient_id,sex,age,BMI"]
    for number, segments in enumerate(hearts, start=1):
        lying, wall = chest(segments)
        for kind in ("DICOM", "NIfTI"):
            (folder / kind / f"{number:03}").mkdir(parents=True)
        (folder / "DICOM" / f"{number:03}" / f"{number:03}.dcm").write_bytes(
            dicom(lying, patient=f"P{number}")
        )
        # Lost: in the order of the file, superior first.
        data = nifti(wall[::-1], None) if number in lost_order else nifti(wall, lying.affine)
        (folder / "NIfTI" / f"{number:03}" / f"{number:03}_mask.nii.gz").write_bytes(data)
        rows.append(f"{number:03},F,{50 + number},")
    (folder / "demographics.csv").write_text("\n".join(rows) + "\n")
    (folder / "README.txt").write_text("Not a DICOM file.\n")
