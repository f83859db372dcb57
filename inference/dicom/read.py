"""NM and PT files -> a header summary and a volume in canonical order, or one clear reason why not."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import NuclearMedicineImageStorage, PositronEmissionTomographyImageStorage

from inference.dicom.orientation import ImplausibleOrientation, canonical_short_axis, kind_of
from inference.dicom.state import attenuation_corrected, state_of, view_of
from inference.volume import Affine, Kind, Volume, Voxels

UNCERTAINTY = "UNCERTAINTY OF A SYNTHETIC IMAGE"  # how Image Comments (0020,4000) of such a file begin
_MOST_VOXELS = 2**26
_MOST_FRAMES = 4096
_WIDEST_MM = 1500.0  # no field of view is wider; a grid laid over it would have no end
_IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


class Unreadable(ValueError):
    """This cannot become a volume. code: a stable word for programs; message: one sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Header:
    """What a file says about itself.

    state: "stress", "rest" or None; state_source: the DICOM keyword that said so, "" if none.
    view: "short_axis", "vertical_long_axis", "horizontal_long_axis", "transaxial" or None.
    ai_generated: Synthetic Data (0008,001C) is YES.
    image_type: the values of (0008,0008), e.g. ("DERIVED", "PRIMARY", "RECON TOMO", "EMISSION").
    uncertainty: it is no image, but how far those who made one are apart in each voxel.
    attenuation_corrected: by code, by words, or because it is PET; False if the file does not say.
    corrected: the values of Corrected Image (0028,0051), e.g. ("ATTN", "SCAT"); empty if the file has none.
    body_part: Body Part Examined (0018,0015), "" if unsaid.
    """

    sop_class: str
    modality: str
    patient_id: str
    study_uid: str
    series_uid: str
    sop_uid: str
    state: str | None
    state_source: str
    view: str | None
    ai_generated: bool
    uncertainty: bool
    frames: int
    image_type: tuple[str, ...]
    attenuation_corrected: bool
    corrected: tuple[str, ...]
    body_part: str

    @property
    def is_uncorrected_spect(self) -> bool:
        """A reconstructed, ungated emission image, neither corrected for attenuation nor synthetic."""
        return (
            self.modality == "NM"
            and "RECON TOMO" in self.image_type
            and "TRANSMISSION" not in self.image_type
            and not self.attenuation_corrected
            and not self.ai_generated
        )


def read_header(data: bytes) -> Header:
    """The header of one file, without decoding pixels. Raises Unreadable("not_dicom")."""
    ds = parsed(data, pixels=False)
    try:
        state, source = state_of(ds)
        return Header(
            sop_class=str(ds.get("SOPClassUID", "")),
            modality=str(ds.get("Modality", "")),
            patient_id=str(ds.get("PatientID", "")),
            study_uid=str(ds.get("StudyInstanceUID", "")),
            series_uid=str(ds.get("SeriesInstanceUID", "")),
            sop_uid=str(ds.get("SOPInstanceUID", "")),
            state=state,
            state_source=source,
            view=view_of(ds),
            ai_generated=str(ds.get("SyntheticData", "")) == "YES",
            uncertainty=str(ds.get("ImageComments") or "").startswith(UNCERTAINTY),
            frames=int(ds.get("NumberOfFrames") or 1),
            image_type=texts_of(ds, "ImageType"),
            attenuation_corrected=attenuation_corrected(ds),
            corrected=texts_of(ds, "CorrectedImage"),
            body_part=str(ds.get("BodyPartExamined") or ""),
        )
    except (AttributeError, KeyError, TypeError, ValueError, NotImplementedError, RecursionError) as error:
        raise Unreadable("not_dicom", "The header of this file cannot be understood.") from error


def read_volume(files: Sequence[bytes]) -> Volume:
    """One NM multi-frame file, or all slices of one PT series, as a volume.

    A short-axis image comes back in canonical order whatever the order and the mirroring of the file;
    a transaxial one as the header describes it. Flags: "geometry_unverified" when the header holds no true
    orientation and the display convention was used; "slice_spacing_assumed" when only the thickness was
    given; "slice_order_conflict" when the stated slice progression contradicts the geometry, which won.
    Raises Unreadable.
    """
    datasets = [parsed(data, pixels=True) for data in files]
    try:
        classes = {str(ds.get("SOPClassUID", "")) for ds in datasets}
        if classes == {str(NuclearMedicineImageStorage)}:
            return _nm_volume(datasets)
        if classes == {str(PositronEmissionTomographyImageStorage)}:
            return _pt_volume(datasets)
    except ImplausibleOrientation as error:
        raise Unreadable("orientation", f"The orientation cannot be used: {error}.") from error
    except (AttributeError, KeyError, TypeError, ValueError, NotImplementedError, RecursionError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("header", "The header of this image is incomplete or contradictory.") from error
    raise Unreadable("sop_class", "Only NM and PT images of one kind can become a volume.")


def parsed(data: bytes, *, pixels: bool) -> Dataset:
    """The file as pydicom sees it. Raises Unreadable("not_dicom")."""
    try:
        return dcmread(io.BytesIO(data), stop_before_pixels=not pixels)
    except Exception as error:  # a parser of hostile input: whatever it raises, the file is not readable
        raise Unreadable("not_dicom", "This is not a DICOM file that can be read.") from error


def _nm_volume(datasets: list[Dataset]) -> Volume:
    if len(datasets) != 1:
        raise Unreadable("too_many_files", "An NM volume is one multi-frame file.")
    ds = datasets[0]
    image_type = texts_of(ds, "ImageType")
    if "RECON GATED TOMO" in image_type:
        raise Unreadable("gated", "A gated image cannot be read as one volume.")
    if "RECON TOMO" not in image_type:
        raise Unreadable("not_reconstructed", "This NM image is not a reconstructed volume.")
    if "TRANSMISSION" in image_type:
        raise Unreadable("transmission", "This NM image is a map of tissue, not of activity.")
    return nm_stack(ds)


def nm_stack(ds: Dataset) -> Volume:
    """The frames of a reconstructed NM image, whatever they show. Raises Unreadable, ImplausibleOrientation."""
    frames = int(ds.get("NumberOfFrames") or 1)
    if not 0 < frames <= _MOST_FRAMES:
        raise Unreadable("pixels", "The pixel data of this image have an impossible size.")
    order = [int(n) for n in np.atleast_1d(ds.get("SliceVector") or range(1, frames + 1))]
    if order != list(range(1, frames + 1)):
        raise Unreadable("slice_order", "The slices of this file are not numbered 1 to N in order.")
    pixels = pixels_of(ds).reshape(frames, int(ds.Rows), int(ds.Columns))
    voxels = pixels * number_of(ds.get("RescaleSlope") or 1) + number_of(ds.get("RescaleIntercept") or 0)
    detector = next(iter(ds.get("DetectorInformationSequence") or []), Dataset())
    orientation = numbers_of(detector, ds, keyword="ImageOrientationPatient", count=6)
    position = numbers_of(detector, ds, keyword="ImagePositionPatient", count=3)
    flags = []
    spacing = ds.get("SpacingBetweenSlices")
    if spacing in (None, ""):
        spacing = ds.get("SliceThickness")
        flags.append("slice_spacing_assumed")
    return _placed(
        np.asarray(voxels, dtype=np.float32),
        affine=_affine(ds, orientation, position, step=number_of(spacing)),
        has_orientation=orientation is not None,
        ds=ds,
        flags=flags,
    )


def _pt_volume(datasets: list[Dataset]) -> Volume:
    first = datasets[0]
    same = ("SeriesInstanceUID", "Rows", "Columns", "PixelSpacing")
    for keyword in same:
        if len({str(ds.get(keyword)) for ds in datasets}) != 1:
            raise Unreadable("mixed_series", "The slices do not belong to one PT series of one size.")
    orientation = _required(first, keyword="ImageOrientationPatient", count=6)
    orientations = [_required(ds, keyword="ImageOrientationPatient", count=6) for ds in datasets]
    positions = [_required(ds, keyword="ImagePositionPatient", count=3) for ds in datasets]
    if np.abs(np.array(orientations) - orientation).max() > 1e-3:
        raise Unreadable("mixed_series", "The slices of this PT series point in different directions.")
    if len(datasets) < 2:
        raise Unreadable("slice_missing", "A PT volume needs all its slices.")
    # Instance numbers may run either way or be wrong; the position along the normal cannot.
    along = np.array(positions) @ np.cross(orientation[:3], orientation[3:])
    order = np.argsort(along, kind="stable")
    steps = np.diff(along[order])
    if steps.min() < 1e-3:
        raise Unreadable("slice_duplicate", "Two PT slices lie at the same place.")
    expected = int(first.get("NumberOfSlices") or len(datasets))
    if np.ptp(steps) > 0.05 * steps.min() or expected != len(datasets):
        raise Unreadable(
            "slice_missing", f"The PT series is not complete: {len(datasets)} of {expected} slices."
        )
    planes = [
        pixels_of(ds) * number_of(ds.get("RescaleSlope") or 1) + number_of(ds.get("RescaleIntercept") or 0)
        for ds in (datasets[n] for n in order)
    ]
    return _placed(
        np.asarray(planes, dtype=np.float32),
        affine=_affine(first, orientation, positions[order[0]], step=float(steps.mean())),
        has_orientation=True,
        ds=first,
        flags=[],
    )


def _placed(
    voxels: Voxels, *, affine: Affine, has_orientation: bool, ds: Dataset, flags: list[str]
) -> Volume:
    """Brings a stack into canonical order by its stated geometry, or else by the display convention."""
    view = view_of(ds)
    if view in ("vertical_long_axis", "horizontal_long_axis"):
        raise Unreadable("not_short_axis", "This is a long-axis series; the short-axis series is needed.")
    dummy = not has_orientation or np.allclose(_orientation_of(affine), _IDENTITY, atol=1e-6)
    if dummy and view == "short_axis":
        return _as_displayed(voxels, affine=affine, stated=ds.get("SliceProgressionDirection"), flags=flags)
    if not has_orientation:
        raise Unreadable(
            "geometry_missing", "This image has no orientation and is not named a short-axis image."
        )
    kind = kind_of(affine)
    if kind is Kind.TRANSAXIAL and view in (None, "transaxial"):
        return Volume(voxels, affine, Kind.TRANSAXIAL, tuple(flags))
    if view == "transaxial":
        raise Unreadable("orientation", "This image is named transaxial, but its slices lie obliquely.")
    stated = ds.get("SliceProgressionDirection")
    apex_first = affine[:3, 2] @ np.array([-0.64, 0.64, 0.42]) > 0
    if stated in ("APEX_TO_BASE", "BASE_TO_APEX") and (stated == "APEX_TO_BASE") != apex_first:
        flags = [*flags, "slice_order_conflict"]
    voxels, affine = canonical_short_axis(voxels, affine)
    return Volume(voxels, affine, Kind.SHORT_AXIS, tuple(flags))


def _as_displayed(voxels: Voxels, *, affine: Affine, stated: object, flags: list[str]) -> Volume:
    """No true orientation: septum left, anterior on top, apex first unless progression or sign say else.

    The affine keeps only the spacing: a direction along k that means nothing must not be handed on.
    """
    step = float(affine[2, 2])
    if stated == "BASE_TO_APEX" or (stated != "APEX_TO_BASE" and step < 0):
        voxels = voxels[::-1]
    spacing_only = np.diag([affine[0, 0], affine[1, 1], abs(step), 1.0])
    return Volume(voxels, spacing_only, Kind.SHORT_AXIS, (*flags, "geometry_unverified"))


def _affine(
    ds: Dataset, orientation: NDArray[np.float64] | None, position: NDArray[np.float64] | None, *, step: float
) -> Affine:
    """(i, j, k, 1) -> LPS mm of the stack as stored; PS3.3 C.7.6.2.1.1, signed step per C.8.4.15."""
    spacing = [number_of(v) for v in ds.get("PixelSpacing") or []]
    if len(spacing) != 2 or min(spacing) <= 0 or abs(step) < 1e-3:
        raise Unreadable("geometry_missing", "This image does not say how large its voxels are.")
    if max(int(ds.Rows) * spacing[0], int(ds.Columns) * spacing[1]) > _WIDEST_MM or abs(step) > _WIDEST_MM:
        raise Unreadable("header", "The voxels of this image are too large for a person.")
    direction = np.array(_IDENTITY) if orientation is None else orientation
    row, column = direction[:3], direction[3:]
    if (
        abs(np.linalg.norm(row) - 1) > 1e-2
        or abs(np.linalg.norm(column) - 1) > 1e-2
        or abs(row @ column) > 1e-2
    ):
        raise Unreadable("orientation", "The image orientation is not a pair of perpendicular unit vectors.")
    affine = np.eye(4)
    affine[:3, 0] = row * spacing[1]
    affine[:3, 1] = column * spacing[0]
    affine[:3, 2] = np.cross(row, column) * step
    affine[:3, 3] = 0 if position is None else position
    return affine


def _orientation_of(affine: Affine) -> NDArray[np.float64]:
    axes = affine[:3, :2] / np.linalg.norm(affine[:3, :2], axis=0)
    return axes.T.ravel()


def pixels_of(ds: Dataset) -> NDArray[np.float64]:
    """Stored values, decoded. Raises Unreadable("pixels")."""
    count = int(ds.Rows) * int(ds.Columns) * int(ds.get("NumberOfFrames") or 1)
    if not 0 < count <= _MOST_VOXELS or int(ds.get("SamplesPerPixel") or 1) != 1:
        raise Unreadable("pixels", "The pixel data of this image have an impossible size.")
    try:
        return np.asarray(ds.pixel_array, dtype=np.float64)
    except Exception as error:  # decoders of hostile input raise anything
        raise Unreadable("pixels", "The pixel data of this image cannot be decoded.") from error


def numbers_of(*places: Dataset, keyword: str, count: int) -> NDArray[np.float64] | None:
    """The vector from the first place that has it; None if it is absent or empty (type 2) everywhere."""
    for place in places:
        value = place.get(keyword)
        if value not in (None, "", []):
            return np.array([number_of(v) for v in value]) if len(value) == count else None
    return None


def _required(ds: Dataset, *, keyword: str, count: int) -> NDArray[np.float64]:
    numbers = numbers_of(ds, keyword=keyword, count=count)
    if numbers is None:
        raise Unreadable("geometry_missing", "A PT slice has no position or orientation.")
    return numbers


def texts_of(ds: Dataset, keyword: str) -> tuple[str, ...]:
    """All values of a text attribute, of which pydicom gives a single one as itself."""
    value = ds.get(keyword) or ()
    return tuple(str(v) for v in ([value] if isinstance(value, str) else value))


def number_of(value: object) -> float:
    """A finite number. Raises Unreadable("header")."""
    number = float(str(value))
    if not np.isfinite(number):
        raise Unreadable("header", "A number in the header is not finite.")
    return number
