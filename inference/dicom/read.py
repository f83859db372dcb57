"""What hospitals send -> a header summary and a volume in canonical order, or one clear reason why not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import (
    CTImageStorage,
    NuclearMedicineImageStorage,
    PositronEmissionTomographyImageStorage,
)

from inference.dicom.enhanced import ENHANCED_PET, LEGACY_CONVERTED_PET, enhanced_beat, enhanced_volume
from inference.dicom.nm import nm_beat, nm_volume
from inference.dicom.orientation import ImplausibleOrientation
from inference.dicom.slices import ct_volume, pt_beat, pt_volume
from inference.dicom.state import attenuation_corrected, state_of, view_and_source
from inference.dicom.values import HEADER_ERRORS, Unreadable, parsed, texts_of
from inference.volume import Volume

__all__ = [
    "UNCERTAINTY",
    "Header",
    "Unreadable",
    "read_beat",
    "read_ct",
    "read_header",
    "read_volume",
    "summed",
]
T = TypeVar("T")
UNCERTAINTY = "UNCERTAINTY OF A SYNTHETIC IMAGE"  # how Image Comments (0020,4000) of such a file begin


@dataclass(frozen=True)
class Header:
    """What a file says about itself.

    state: "stress", "rest" or None; state_source: the DICOM keyword that said so, "" if none.
    view: "short_axis", "vertical_long_axis", "horizontal_long_axis", "transaxial" or None; view_source: the DICOM
        keyword that said so, "" if none.
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
    view_source: str = ""

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
        view, view_source = view_and_source(ds)
        return Header(
            sop_class=str(ds.get("SOPClassUID", "")),
            modality=str(ds.get("Modality", "")),
            patient_id=str(ds.get("PatientID", "")),
            study_uid=str(ds.get("StudyInstanceUID", "")),
            series_uid=str(ds.get("SeriesInstanceUID", "")),
            sop_uid=str(ds.get("SOPInstanceUID", "")),
            state=state,
            state_source=source,
            view=view,
            view_source=view_source,
            ai_generated=str(ds.get("SyntheticData", "")) == "YES",
            uncertainty=str(ds.get("ImageComments") or "").startswith(UNCERTAINTY),
            frames=int(ds.get("NumberOfFrames") or 1),
            image_type=texts_of(ds, "ImageType"),
            attenuation_corrected=attenuation_corrected(ds),
            corrected=texts_of(ds, "CorrectedImage"),
            body_part=str(ds.get("BodyPartExamined") or ""),
        )
    except HEADER_ERRORS as error:
        raise Unreadable("not_dicom", "The header of this file cannot be understood.") from error


def read_volume(files: Sequence[bytes]) -> Volume:
    """One activity image as a volume: NM in one file or one a slice, all slices of a PT series, enhanced PET.

    A short-axis or transaxial image comes back in canonical order, on a right-handed grid, whatever the order and the
    mirroring of the files. Flags: "geometry_unverified" when the header holds no true orientation and the display
    convention was used; "slice_spacing_assumed" when only the thickness was given; "slice_order_assumed" when the
    slices do not say where they lie and were put in the order of their numbers; "slice_order_conflict" when the stated
    slice progression contradicts the geometry, which won. Raises Unreadable.
    """
    return _read(
        files,
        {
            str(NuclearMedicineImageStorage): nm_volume,
            str(PositronEmissionTomographyImageStorage): pt_volume,
            ENHANCED_PET: enhanced_volume,
            LEGACY_CONVERTED_PET: enhanced_volume,
        },
        otherwise="Only NM and PT images of one kind can become a volume.",
    )


def read_beat(files: Sequence[bytes]) -> tuple[Volume, ...]:
    """The frames of one gated NM or PT image, in the order of their time slots; orders and flags as in read_volume.

    `summed` makes the ungated image of them. Raises Unreadable.
    """
    return _read(
        files,
        {
            str(NuclearMedicineImageStorage): nm_beat,
            str(PositronEmissionTomographyImageStorage): pt_beat,
            ENHANCED_PET: enhanced_beat,
        },
        otherwise="Only gated NM and PT images of one kind have frames of a beat.",
    )


def read_ct(files: Sequence[bytes]) -> Volume:
    """All slices of one CT series, in Hounsfield units and canonical transaxial order. Raises Unreadable."""
    return _read(
        files, {str(CTImageStorage): ct_volume}, otherwise="These files are not slices of one CT series."
    )


def summed(beat: Sequence[Volume]) -> Volume:
    """The ungated image that the frames of a beat add up to."""
    first = beat[0]
    return Volume(np.sum([one.voxels for one in beat], axis=0), first.affine, first.kind, first.flags)


def _read(
    files: Sequence[bytes], readers: Mapping[str, Callable[[Sequence[Dataset]], T]], *, otherwise: str
) -> T:
    datasets = [parsed(data, pixels=True) for data in files]
    try:
        classes = {str(ds.get("SOPClassUID", "")) for ds in datasets}
        reader = readers.get(classes.pop()) if len(classes) == 1 else None
        if reader is not None:
            return reader(datasets)
    except ImplausibleOrientation as error:
        raise Unreadable("orientation", f"The orientation cannot be used: {error}.") from error
    except HEADER_ERRORS as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("header", "The header of this image is incomplete or contradictory.") from error
    raise Unreadable("sop_class", otherwise)
