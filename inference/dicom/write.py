"""DICOM objects from volumes: NM (one multi-frame file) and PT (one file a slice).

Everything is a function of the arguments: no clock, no random UIDs. What the caller does not state is empty.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmwrite
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    NuclearMedicineImageStorage,
    PositronEmissionTomographyImageStorage,
)
from pydicom.valuerep import format_number_as_ds

from inference.dicom import codes
from inference.volume import Kind, Volume

Organ = Literal["heart", "brain"]
STORED_MAXIMUM = 32_000
_EMPTY_UNLESS_STATED = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
    "Manufacturer",
    "SeriesDate",
    "SeriesTime",
    "AcquisitionDate",
    "AcquisitionTime",
    "ContentDate",
    "ContentTime",
    "PositionReferenceIndicator",
)
_IMPLEMENTATION = UID("2.25.212331674205110398131207166113206530467")
_CLASSES = {"NM": NuclearMedicineImageStorage, "PT": PositronEmissionTomographyImageStorage}
_BODY_PARTS: dict[Organ, str] = {"heart": "HEART", "brain": "BRAIN"}
_VIEWS = {Kind.SHORT_AXIS: "SA", Kind.TRANSAXIAL: "TRANSAXIAL"}


def nm_dataset(
    volume: Volume,
    *,
    header: Mapping[str, object],
    state: str | None,
    organ: Organ = "heart",
    corrected: tuple[str, ...] = (),
) -> Dataset:
    """An NM RECON TOMO image (PS3.3 A.5) of the volume as it is ordered.

    header: DICOM keyword -> value, set last, so that it overrides anything (patient, dates, device, text).
    state: "stress", "rest" or None; written to the Acquisition Context and the series description.
    corrected: terms of Corrected Image (0028,0051), e.g. ("ATTN", "SCAT"); none writes no such attribute.
    Voxels are stored as 16 bits up to a factor (NM has no modality LUT); negative values become 0.
    """
    ds = _volume_image(volume, header, modality="NM", state=state, organ=organ)
    ds.ImageType = ["DERIVED", "PRIMARY", "RECON TOMO", "EMISSION"]
    _nm_geometry(ds, volume)
    nm_acquisition(ds)
    if organ == "heart":  # of a brain only the caller knows: perfusion or transporter, technetium or iodine
        technetium(ds)
    if corrected:
        ds.CorrectedImage = list(corrected)
    highest = float(volume.voxels.max())
    set_pixels(ds, stored_values(volume.voxels, highest / STORED_MAXIMUM if highest > 0 else 1.0))
    override(ds, header)
    return ds


def pt_datasets(volume: Volume, *, header: Mapping[str, object], state: str | None) -> list[Dataset]:
    """PT images (PS3.3 A.21), one a slice in the order of k, each with its own rescale slope.

    header and state as in nm_dataset; a SOPInstanceUID in the header is not allowed, every slice has its own.
    """
    if "SOPInstanceUID" in header:
        raise ValueError("the slices of a PT series cannot share one SOPInstanceUID")
    row, column, normal, step = _directions(volume)
    slices = []
    for k, plane in enumerate(volume.voxels):
        ds = _volume_image(volume, header, modality="PT", state=state, organ="heart")
        ds.SOPInstanceUID = uid_from("instance", ds.SeriesInstanceUID, _content(volume), str(k))
        ds.ImageType = ["ORIGINAL", "PRIMARY"]
        ds.InstanceNumber = k + 1
        ds.ImageIndex = k + 1
        position = volume.affine[:3, 3] + k * step * normal
        ds.ImageOrientationPatient = decimals([*row, *column])
        ds.ImagePositionPatient = decimals(position)
        _pet_acquisition(ds, slices=len(volume.voxels))
        highest = float(plane.max())
        slope = highest / STORED_MAXIMUM if highest > 0 else 1.0
        ds.RescaleSlope = decimal(slope)
        ds.RescaleIntercept = "0"
        set_pixels(ds, stored_values(plane, float(ds.RescaleSlope)))
        override(ds, header)
        slices.append(ds)
    return slices


def to_bytes(ds: Dataset) -> bytes:
    """A DICOM file, explicit VR little endian; the same dataset gives the same bytes."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = _IMPLEMENTATION
    meta.ImplementationVersionName = "READERSTUDY_1"
    ds.file_meta = meta
    out = io.BytesIO()
    dcmwrite(out, ds, enforce_file_format=True)
    return out.getvalue()


def uid_from(*parts: str) -> UID:
    """A UID below 2.25 (PS3.5 B.2), shaped as a version 4 UUID, that is a function of the parts."""
    number = int.from_bytes(hashlib.sha256("\n".join(parts).encode()).digest()[:16], "big")
    number = number & ~(0xF << 76) | (4 << 76)
    number = number & ~(0x3 << 62) | (2 << 62)
    return UID(f"2.25.{number}")


def _content(volume: Volume) -> str:
    return hashlib.sha256(volume.voxels.tobytes() + volume.affine.tobytes()).hexdigest()


def _volume_image(
    volume: Volume, header: Mapping[str, object], *, modality: str, state: str | None, organ: Organ
) -> Dataset:
    ds = image(header, modality=modality, state=state, named=_VIEWS[volume.kind], content=_content(volume))
    ds.BodyPartExamined = _BODY_PARTS[organ]
    i, j, k = volume.spacing
    ds.PixelSpacing = decimals([j, i])
    ds.SliceThickness = decimal(k)
    return ds


def image(
    header: Mapping[str, object], *, modality: str, state: str | None, named: str, content: str
) -> Dataset:
    """The modules that NM and PT share; every attribute that the standard wants present is present.

    named: what the series description calls the image. content: what the instance's UID follows from.
    """
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = _CLASSES[modality]
    ds.Modality = modality
    for keyword in _EMPTY_UNLESS_STATED:
        setattr(ds, keyword, "")
    ds.BodyPartExamined = "HEART"
    ds.BurnedInAnnotation = "NO"
    ds.SeriesNumber = 1
    ds.InstanceNumber = 1
    ds.SeriesDescription = " ".join(filter(None, [modality, named, (state or "").upper()]))
    study = str(header.get("StudyInstanceUID", "")) or uid_from("study", str(header.get("PatientID", "")))
    series = str(header.get("SeriesInstanceUID", "")) or uid_from("series", study, modality, state or "")
    ds.StudyInstanceUID = study
    ds.SeriesInstanceUID = series
    ds.SOPInstanceUID = uid_from("instance", series, content)
    ds.FrameOfReferenceUID = uid_from("frame of reference", study)
    ds.AcquisitionContextSequence = Sequence([_patient_state(state)] if state else [])
    ds.PatientOrientationCodeSequence = codes.RECUMBENT.sequence()
    modifier = codes.SUPINE.sequence()
    ds.PatientOrientationCodeSequence[0].PatientOrientationModifierCodeSequence = modifier
    ds.PatientGantryRelationshipCodeSequence = codes.HEADFIRST.sequence()
    return ds


def _patient_state(state: str) -> Dataset:
    """TID 3470: the state of the patient as a coded item of the Acquisition Context."""
    item = Dataset()
    item.ValueType = "CODE"
    item.ConceptNameCodeSequence = codes.PATIENT_STATE.sequence()
    value = {"stress": codes.CARDIAC_STRESS_STATE, "rest": codes.RESTING_STATE}[state]
    item.ConceptCodeSequence = value.sequence()
    return item


def _directions(
    volume: Volume,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]:
    """Unit row, column and normal vectors, and the signed distance between slices along the normal.

    Sign of Spacing Between Slices: PS3.3 C.8.4.15. ValueError if the slices do not lie along the normal.
    """
    axes = volume.affine[:3, :3]
    row = axes[:, 0] / np.linalg.norm(axes[:, 0])
    column = axes[:, 1] / np.linalg.norm(axes[:, 1])
    normal = np.cross(row, column)
    step = float(axes[:, 2] @ normal)
    if abs(row @ column) > 1e-3 or abs(abs(step) - np.linalg.norm(axes[:, 2])) > 1e-3 * abs(step):
        raise ValueError("DICOM images need an orthogonal grid")
    return row, column, normal, step


def _nm_geometry(ds: Dataset, volume: Volume) -> None:
    row, column, _, step = _directions(volume)
    frames = len(volume.voxels)
    ds.NumberOfFrames = frames
    ds.FrameIncrementPointer = Tag("SliceVector")
    ds.SliceVector = list(range(1, frames + 1))
    ds.NumberOfSlices = frames
    ds.SpacingBetweenSlices = decimal(step)
    detector = Dataset()
    detector.ImageOrientationPatient = decimals([*row, *column])
    detector.ImagePositionPatient = decimals(volume.affine[:3, 3])
    detector.CollimatorType = "PARA"
    detector.FocalDistance = "0"
    view = {Kind.SHORT_AXIS: codes.SHORT_AXIS, Kind.TRANSAXIAL: codes.TRANSVERSE}[volume.kind]
    detector.ViewCodeSequence = view.sequence()
    ds.DetectorInformationSequence = Sequence([detector])


def nm_acquisition(ds: Dataset) -> None:
    """What NM images say about how they were acquired, as far as nothing is known."""
    ds.NumberOfEnergyWindows = 1
    ds.NumberOfDetectors = 1
    ds.NumberOfRotations = 1
    ds.RotationInformationSequence = Sequence([])
    ds.EnergyWindowInformationSequence = Sequence([])
    ds.RadiopharmaceuticalInformationSequence = Sequence([])
    ds.CountsAccumulated = None


def technetium(ds: Dataset) -> None:
    """Sestamibi, seen in the usual window of 20 % round 140 keV."""
    ds.EnergyWindowInformationSequence = Sequence([energy_window(126, 154)])
    tracer = Dataset()
    tracer.RadionuclideCodeSequence = codes.TECHNETIUM_99M.sequence()
    tracer.RadiopharmaceuticalCodeSequence = codes.SESTAMIBI.sequence()
    ds.RadiopharmaceuticalInformationSequence = Sequence([tracer])


def energy_window(lower_kev: float, upper_kev: float) -> Dataset:
    """An item of Energy Window Information."""
    limits = Dataset()
    limits.EnergyWindowLowerLimit, limits.EnergyWindowUpperLimit = decimal(lower_kev), decimal(upper_kev)
    window = Dataset()
    window.EnergyWindowRangeSequence = Sequence([limits])
    return window


def _pet_acquisition(ds: Dataset, *, slices: int) -> None:
    ds.Units = "CNTS"
    ds.CountsSource = "EMISSION"
    ds.SeriesType = ["STATIC", "IMAGE"]
    ds.NumberOfSlices = slices
    ds.CorrectedImage = ["ATTN", "RAN", "NORM"]
    ds.DecayCorrection = "NONE"
    ds.CollimatorType = "NONE"
    ds.FrameReferenceTime = "0"
    ds.ActualFrameDuration = None
    tracer = Dataset()
    tracer.RadionuclideCodeSequence = codes.NITROGEN_13.sequence()
    tracer.RadiopharmaceuticalCodeSequence = codes.AMMONIA.sequence()
    ds.RadiopharmaceuticalInformationSequence = Sequence([tracer])


def stored_values(voxels: NDArray[np.float32], slope: float) -> NDArray[np.uint16]:
    """What to store so that stored * slope is the voxel; negative values become 0."""
    return np.clip(np.rint(voxels.astype(np.float64) / slope), 0, 65_535).astype("<u2")


def set_pixels(ds: Dataset, stored: NDArray[np.uint16]) -> None:
    """Image Pixel module for 16-bit unsigned values, [row, column] or [frame, row, column]."""
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = stored.shape[-2:]
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit = 15
    ds.PixelRepresentation = 0
    ds.PixelData = stored.tobytes()


def override(ds: Dataset, header: Mapping[str, object]) -> None:
    """Sets what the caller states. ValueError for what is no DICOM keyword."""
    for keyword, value in header.items():
        if tag_for_keyword(keyword) is None:
            raise ValueError(f"{keyword} is not a DICOM keyword")
        setattr(ds, keyword, value)


def decimal(value: float) -> str:
    """As DICOM writes numbers: 16 characters at most."""
    return format_number_as_ds(float(value))


def decimals(values: object) -> list[str]:
    """As `decimal`, for all values of an array."""
    return [decimal(float(v)) for v in np.asarray(values, dtype=np.float64).ravel()]
