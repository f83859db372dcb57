"""What a rotating camera counted, view by view, and the map of the tissue round the patient, as NM files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from inference.dicom import codes
from inference.dicom.nm import nm_stack
from inference.dicom.orientation import ImplausibleOrientation
from inference.dicom.values import (
    HEADER_ERRORS,
    Unreadable,
    number_of,
    numbers_of,
    parsed,
    pixels_of,
    texts_of,
)
from inference.dicom.write import (
    STORED_MAXIMUM,
    decimal,
    decimals,
    energy_window,
    image,
    nm_acquisition,
    nm_dataset,
    override,
    set_pixels,
    stored_values,
    technetium,
)
from inference.volume import Kind, Volume

# The vectors that number the frames of a TOMO image, the last varying fastest (PS3.3 C.8.4.8.1.1).
_VECTORS = ("EnergyWindowVector", "DetectorVector", "RotationVector", "AngularViewVector")
# Below the photopeak: what it counts is scatter (Jaszczak 1984, J Nucl Med 25:893).
_SCATTER_WINDOW_KEV = (92.0, 125.0)
_MM_PER_CM = 10.0


@dataclass(frozen=True, eq=False)
class Projections:
    """One tomographic acquisition with parallel holes.

    counts: float32 [view, bin, slice]; bins run along (cos a, sin a, 0) of the view's angle a in LPS, slices
        from inferior to superior.
    angles_deg: where the detector stood: 0 anterior, 90 at the patient's left side; equal steps.
    radius_mm: from the axis of rotation to the collimator.
    centre_mm: the point of the patient (LPS) that lies on the axis, midway between the outer slices.
    scatter: counts of a lower energy window, same axes, if one was recorded.
    """

    counts: NDArray[np.float32]
    angles_deg: tuple[float, ...]
    radius_mm: float
    bin_mm: float
    slice_mm: float
    centre_mm: tuple[float, float, float]
    scatter: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        counts = np.ascontiguousarray(self.counts, dtype=np.float32)
        if counts.ndim != 3 or 0 in counts.shape:
            raise ValueError(f"counts must be [view, bin, slice] and not empty, not {counts.shape}")
        if len(self.angles_deg) != len(counts):
            raise ValueError(f"{len(counts)} views need as many angles, not {len(self.angles_deg)}")
        if self.scatter is not None and self.scatter.shape != counts.shape:
            raise ValueError("both energy windows must have the same views, bins and slices")
        object.__setattr__(self, "counts", counts)


def projections_dataset(
    projections: Projections, *, header: Mapping[str, object], state: str | None, seconds_per_view: float
) -> Dataset:
    """An NM TOMO image (PS3.3 A.5, C.8.4.8 to C.8.4.12), the photopeak's views first, then the scatter window's.

    Rows run from superior to inferior, as the camera shows the patient. ValueError if the counts are no whole
    numbers below 65 536, or the steps between the views are not equal.
    """
    windows = [projections.counts] + ([] if projections.scatter is None else [projections.scatter])
    counts = np.concatenate(windows)
    if not np.array_equal(counts, np.rint(counts)) or counts.min() < 0 or counts.max() > 65_535:
        raise ValueError("counts must be whole numbers from 0 to 65535")
    angles = np.asarray(projections.angles_deg)
    steps = np.diff(angles)
    if len(angles) < 2 or np.ptp(steps) > 1e-6 or abs(steps[0]) < 1e-6:
        raise ValueError("the views must be equally far apart")
    content = hashlib.sha256(counts.tobytes() + angles.tobytes()).hexdigest()
    ds = image(header, modality="NM", state=state, named="TOMO", content=content)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "TOMO", "EMISSION"]
    nm_acquisition(ds)
    technetium(ds)
    if projections.scatter is not None:
        ds.EnergyWindowInformationSequence.append(energy_window(*_SCATTER_WINDOW_KEV))
    ds.NumberOfEnergyWindows = len(windows)
    views = len(angles)
    ds.NumberOfFrames = len(counts)
    ds.FrameIncrementPointer = [Tag(keyword) for keyword in _VECTORS]
    ds.EnergyWindowVector = [1 + frame // views for frame in range(len(counts))]
    ds.DetectorVector = ds.RotationVector = [1] * len(counts)
    ds.AngularViewVector = [1 + frame % views for frame in range(len(counts))]
    ds.PixelSpacing = decimals([projections.slice_mm, projections.bin_mm])
    ds.TypeOfDetectorMotion = "STEP AND SHOOT"
    ds.CountsAccumulated = int(counts.sum(dtype=np.float64))
    ds.DetectorInformationSequence = Sequence([_detector(projections)])
    ds.RotationInformationSequence = Sequence([_rotation(projections, steps[0], seconds_per_view)])
    set_pixels(ds, stored_values(counts.transpose(0, 2, 1)[:, ::-1], 1.0))
    override(ds, header)
    return ds


def attenuation_dataset(volume: Volume, *, header: Mapping[str, object], state: str | None) -> Dataset:
    """A map of attenuation coefficients (transaxial, 1/mm) as an NM RECON TOMO TRANSMISSION image.

    Not CT: a SPECT/CT makes this map from its CT, at the energy of the tracer and on the camera's grid, and what
    its maker knows of its tube goes into it; Hounsfield units would have to be converted again, by guess.
    Real World Value Mapping gives the coefficients in 1/cm.
    """
    ds = nm_dataset(volume, header={}, state=state)
    named = image(header, modality="NM", state=state, named="ATTENUATION MAP", content=str(ds.SOPInstanceUID))
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"):
        ds[keyword] = named[keyword]
    ds.SeriesDescription = named.SeriesDescription
    ds.ImageType = ["DERIVED", "PRIMARY", "RECON TOMO", "TRANSMISSION"]
    nm_acquisition(ds)
    slope = max(float(volume.voxels.max()), 0.0) / STORED_MAXIMUM or 1.0
    set_pixels(ds, stored_values(volume.voxels, slope))
    mapping = Dataset()
    mapping.RealWorldValueFirstValueMapped = 0
    mapping.RealWorldValueLastValueMapped = 65_535
    mapping.RealWorldValueIntercept = 0.0
    mapping.RealWorldValueSlope = slope * _MM_PER_CM
    mapping.LUTExplanation = "Linear attenuation coefficient at the energy of the tracer"
    mapping.LUTLabel = "MU"
    mapping.MeasurementUnitsCodeSequence = codes.PER_CENTIMETRE.sequence()
    ds.RealWorldValueMappingSequence = Sequence([mapping])
    override(ds, header)
    return ds


def read_projections(data: bytes) -> Projections:
    """The photopeak's views of an NM TOMO file, and those of a second energy window if there is one.

    Raises Unreadable, also for what this package cannot reconstruct: several detectors or rotations, orbits that
    are no circle, and files that do not say where the patient lay.
    """
    ds = parsed(data, pixels=True)
    try:
        return _projections(ds)
    except HEADER_ERRORS as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(
            "header", "The header of these projections is incomplete or contradictory."
        ) from error


def read_attenuation(data: bytes) -> Volume:
    """The attenuation map of an NM file, transaxial, in 1/mm. Raises Unreadable."""
    ds = parsed(data, pixels=True)
    try:
        if "TRANSMISSION" not in texts_of(ds, "ImageType"):
            raise Unreadable(
                "not_transmission", "This is not an attenuation map (NM RECON TOMO TRANSMISSION)."
            )
        volume = nm_stack(ds)
        (mapping,) = ds.get("RealWorldValueMappingSequence") or [Dataset()]
        (unit,) = mapping.get("MeasurementUnitsCodeSequence") or [Dataset()]
        if codes.code_of(unit) != codes.PER_CENTIMETRE[:2]:
            raise Unreadable("units", "This attenuation map does not say its coefficients in 1/cm.")
        slope, intercept = (
            number_of(mapping[name].value) / _MM_PER_CM
            for name in ("RealWorldValueSlope", "RealWorldValueIntercept")
        )
    except ImplausibleOrientation as error:
        raise Unreadable("orientation", f"The orientation cannot be used: {error}.") from error
    except HEADER_ERRORS as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(
            "header", "The header of this attenuation map is incomplete or contradictory."
        ) from error
    if volume.kind is not Kind.TRANSAXIAL:
        raise Unreadable("orientation", "The slices of an attenuation map must lie across the body.")
    return Volume(volume.voxels * slope + intercept, volume.affine, volume.kind, volume.flags)


def _detector(projections: Projections) -> Dataset:
    """The first view's plane (PS3.3 C.8.4.11): the upper left pixel as the detector faces the patient."""
    _, bins, slices = projections.counts.shape
    across, outwards = _directions(projections.angles_deg[0])
    corner = np.array(projections.centre_mm) + projections.radius_mm * outwards
    corner -= across * projections.bin_mm * (bins - 1) / 2
    corner[2] += projections.slice_mm * (slices - 1) / 2
    detector = Dataset()
    detector.ImageOrientationPatient = decimals([*across, 0, 0, -1])
    detector.ImagePositionPatient = decimals(corner)
    detector.CollimatorType = "PARA"
    detector.FocalDistance = "0"
    return detector


def _rotation(projections: Projections, step_deg: float, seconds_per_view: float) -> Dataset:
    """PS3.3 C.8.4.12: 0 degrees is at the patient's back, 90 at the left side, so ours run the other way."""
    rotation = Dataset()
    rotation.StartAngle = decimal((180 - projections.angles_deg[0]) % 360)
    rotation.AngularStep = decimal(abs(step_deg))
    rotation.RotationDirection = "CW" if step_deg > 0 else "CC"
    rotation.ScanArc = decimal(abs(step_deg) * len(projections.angles_deg))
    rotation.ActualFrameDuration = round(1000 * seconds_per_view)
    rotation.RadialPosition = decimal(projections.radius_mm)
    rotation.NumberOfFramesInRotation = len(projections.angles_deg)
    return rotation


def _directions(angle_deg: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vectors along the bins of a view, and from the patient to its detector."""
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return np.array([cos, sin, 0.0]), np.array([sin, -cos, 0.0])


def _projections(ds: Dataset) -> Projections:
    image_type = texts_of(ds, "ImageType")
    if "TOMO" not in image_type or "TRANSMISSION" in image_type:
        raise Unreadable("not_projections", "This is not an NM file of projections (TOMO, EMISSION).")
    views, angles, radius = _orbit(ds)
    frames = pixels_of(ds)
    windows = int(ds.NumberOfEnergyWindows)
    wanted = [(1 + frame // views, 1, 1, 1 + frame % views) for frame in range(views * windows)]
    if list(zip(*(np.atleast_1d(ds[keyword].value) for keyword in _VECTORS), strict=True)) != wanted:
        raise Unreadable(
            "frame_order", "These projections must come from one detector in one rotation, in order."
        )
    slice_mm, bin_mm = (number_of(value) for value in ds.PixelSpacing)
    counts = frames.reshape(views * windows, int(ds.Rows), int(ds.Columns))[:, ::-1].transpose(0, 2, 1)
    across, outwards = _directions(angles[0])
    orientation = numbers_of(
        ds.DetectorInformationSequence[0], ds, keyword="ImageOrientationPatient", count=6
    )
    corner = numbers_of(ds.DetectorInformationSequence[0], ds, keyword="ImagePositionPatient", count=3)
    if orientation is None or corner is None:
        raise Unreadable("geometry_missing", "These projections do not say where the patient lay.")
    if np.abs(orientation - [*across, 0, 0, -1]).max() > 1e-2:
        raise Unreadable(
            "orientation", "The first view does not face the patient upright from its start angle."
        )
    centre = corner - radius * outwards + across * bin_mm * (counts.shape[1] - 1) / 2
    centre[2] -= slice_mm * (counts.shape[2] - 1) / 2
    return Projections(
        counts=counts[:views].astype(np.float32),
        angles_deg=angles,
        radius_mm=radius,
        bin_mm=bin_mm,
        slice_mm=slice_mm,
        centre_mm=(float(centre[0]), float(centre[1]), float(centre[2])),
        scatter=counts[views : 2 * views].astype(np.float32) if windows > 1 else None,
    )


def _orbit(ds: Dataset) -> tuple[int, tuple[float, ...], float]:
    """Number of views, their angles in our convention, and the radius."""
    (rotation,) = ds.RotationInformationSequence
    views = int(rotation.NumberOfFramesInRotation)
    step = number_of(rotation.AngularStep) * {"CW": 1, "CC": -1}[rotation.RotationDirection]
    first = 180 - number_of(rotation.StartAngle)
    first -= 360 * round(first / 360)
    radii = [number_of(value) for value in np.atleast_1d(rotation.get("RadialPosition") or [])]
    if not radii or max(radii) - min(radii) > 1:
        raise Unreadable("orbit", "Only circular orbits of a stated radius can be reconstructed.")
    return views, tuple(first + step * view for view in range(views)), radii[0]
