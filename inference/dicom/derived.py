"""AI-marked NM images: who they are about, what made them from what, and that they are synthetic."""

from __future__ import annotations

from copy import deepcopy
from typing import Literal

import numpy as np
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.valuerep import CUSTOMIZABLE_CHARSET_VR, VR

from inference.dicom import codes
from inference.dicom.read import UNCERTAINTY
from inference.dicom.state import state_of
from inference.dicom.write import STORED_MAXIMUM, Organ, nm_dataset, set_pixels, stored_values, uid_from
from inference.model import ModelIdentity
from inference.volume import Kind, Volume

Role = Literal["image", "uncertainty"]
_VIEWS = {Kind.SHORT_AXIS: "SA", Kind.TRANSAXIAL: "TRANSAXIAL"}
_TEXT = {*CUSTOMIZABLE_CHARSET_VR, VR.SQ, None}  # None: an implicit VR, known once the element is looked at
# What a derived image takes over from its source: who, which study, which frame of reference, how it was
# acquired, and what the de-identifier said about itself. Everything else is written anew.
_KEPT = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "PatientAge",
    "PatientSize",
    "PatientWeight",
    "PatientIdentityRemoved",
    "DeidentificationMethod",
    "DeidentificationMethodCodeSequence",
    "LongitudinalTemporalInformationModified",
    "StudyInstanceUID",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "StudyDescription",
    "AccessionNumber",
    "ReferringPhysicianName",
    "SeriesDate",
    "SeriesTime",
    "AcquisitionDate",
    "AcquisitionTime",
    "FrameOfReferenceUID",
    "PositionReferenceIndicator",
    "RadiopharmaceuticalInformationSequence",
    "EnergyWindowInformationSequence",
    "RotationInformationSequence",
    "PatientOrientationCodeSequence",
    "PatientGantryRelationshipCodeSequence",
)


def derived_nm(
    volume: Volume,
    *,
    source: Dataset,
    model: ModelIdentity,
    name: str,
    role: Role = "image",
    title: str = "vPET",
) -> Dataset:
    """An AI-marked NM image that a model made from the NM image `source` (PS3.3 C.7.6.1, C.12.1).

    volume: what the model returned, in canonical order, on any grid in the source's frame of reference.
    name: the hash of (input, model, settings); the new UIDs are made from it, so that the same call gives
        the same file.
    role: "uncertainty" for the standard deviation of the image's voxels over the members of the model.
    title: what series and description call the image, e.g. "vPET".
    The largest stored value of an image equals that of its source. Of both roles, the stored value times the slope
    of RealWorldValueMapping is in the units of the source's stored values.
    """
    state, _ = state_of(source)
    organ: Organ = "brain" if source.get("BodyPartExamined") == "BRAIN" else "heart"
    ds = nm_dataset(volume, header={}, state=state, organ=organ)
    taken_over(source, ds)
    if "CorrectedImage" in source:
        ds.CorrectedImage = source.CorrectedImage
    of_image = role == "image"
    what = title if of_image else f"{title} UNCERTAINTY"
    # The words of the first release stay: the same call must give the same UIDs.
    ds.SeriesInstanceUID = uid_from("virtual PET series" if of_image else f"{role} series", name)
    ds.SOPInstanceUID = uid_from("virtual PET instance" if of_image else f"{role} instance", name)
    ds.SyntheticData = "YES"
    ds.ContentQualification = "RESEARCH"
    words = [what, (state or "").upper(), _VIEWS[volume.kind], "(AI, research)"]
    ds.SeriesDescription = " ".join(filter(None, words))
    ds.SeriesNumber = int(source.get("SeriesNumber") or 0) + (1000 if of_image else 2000)
    kind = "SYNTHETIC IMAGE" if of_image else UNCERTAINTY
    ds.ImageComments = f"{kind} - research use only, not for clinical use"
    ds.DerivationDescription = (
        f"{title} computed from SPECT by the neural network {model.name} {model.version} "
        f"(sha256 {model.digest}){'' if of_image else ', standard deviation over its members'}. Research use only."
    )
    ds.DerivationCodeSequence = codes.ARTIFICIAL_INTELLIGENCE.sequence()
    ds.SourceImageSequence = Sequence([source_image(source, preserved=_same_grid(ds, source))])
    ds.ContributingEquipmentSequence = Sequence([_model_equipment(model, title)])
    ds.Manufacturer = "Reader Study"
    ds.ManufacturerModelName = model.name
    ds.SoftwareVersions = [model.version, model.digest]
    highest, source_highest = float(volume.voxels.max()), float(source.pixel_array.max())
    if highest > 0 and source_highest > 0:
        factor = highest / (source_highest if of_image else STORED_MAXIMUM)
        set_pixels(ds, stored_values(volume.voxels, factor))
        ds.RealWorldValueMappingSequence = Sequence([_real_world(factor)])
    return ds


def taken_over(source: Dataset, ds: Dataset) -> None:
    """Puts into `ds` who, which study, which place and which acquisition its source is about, in UTF-8.

    Not in the source's characters: of the bytes of a kanji in ISO 2022 one may be 5C, which many readers take for
    the backslash between two values (against PS3.5 6.1.2.5.3), and UTF-8 has room for every name.
    """
    ds.SpecificCharacterSet = "ISO_IR 192"
    for keyword in _KEPT:
        if keyword in source:
            ds[keyword] = _decoded(source[keyword])


def _decoded(element: DataElement) -> DataElement:
    """A copy whose text no longer hangs on the character set of its file, nor of an item of its sequence."""
    copied = deepcopy(element)
    for item in copied.value if copied.VR == VR.SQ else ():
        for tag in list(item.keys()):
            # Text alone: a number that no program understands is handed on as its bytes.
            if item.get_item(tag).VR in _TEXT:
                item[tag] = _decoded(item[tag])
        item.pop("SpecificCharacterSet", None)
    return copied


def source_image(source: Dataset, *, preserved: bool) -> Dataset:
    """An item of Source Image Sequence. preserved: every pixel still lies where it lay in the source."""
    item = Dataset()
    item.ReferencedSOPClassUID = source.SOPClassUID
    item.ReferencedSOPInstanceUID = source.SOPInstanceUID
    item.SpatialLocationsPreserved = "YES" if preserved else "NO"
    item.PurposeOfReferenceCodeSequence = codes.SOURCE_IMAGE.sequence()
    return item


def _same_grid(ds: Dataset, source: Dataset) -> bool:
    """Whether two NM images have the same pixels in the same places, in the same order."""
    detectors = [(one.get("DetectorInformationSequence") or [Dataset()])[0] for one in (ds, source)]
    for keyword in ("Rows", "Columns", "NumberOfFrames", "PixelSpacing", "SpacingBetweenSlices"):
        if not _close(ds.get(keyword), source.get(keyword)):
            return False
    return all(
        _close(detectors[0].get(keyword), detectors[1].get(keyword, source.get(keyword)))
        for keyword in ("ImageOrientationPatient", "ImagePositionPatient")
    )


def _close(one: object, other: object) -> bool:
    if one in (None, "") or other in (None, ""):
        return False
    first, second = (np.atleast_1d(np.asarray(value, dtype=np.float64)) for value in (one, other))
    return first.shape == second.shape and bool(np.allclose(first, second, atol=1e-3))


def _model_equipment(model: ModelIdentity, title: str) -> Dataset:
    item = Dataset()
    item.PurposeOfReferenceCodeSequence = codes.SYNTHESIZING_EQUIPMENT.sequence()
    item.Manufacturer = "Reader Study"
    item.ManufacturerModelName = model.name
    # A value of SoftwareVersions holds 64 characters, which is exactly a SHA-256: hence two values.
    item.SoftwareVersions = [model.version, model.digest]
    item.ContributionDescription = f"{title} from SPECT by a neural network. Research use only."
    return item


def _real_world(factor: float) -> Dataset:
    """Stored value -> value in the units of the source's stored values (PS3.3 C.7.6.16.2.11)."""
    item = Dataset()
    item.RealWorldValueFirstValueMapped = 0
    item.RealWorldValueLastValueMapped = 65_535
    item.RealWorldValueIntercept = 0.0
    item.RealWorldValueSlope = factor
    item.LUTExplanation = "Network output in the units of the source image"
    item.LUTLabel = "SOURCE"
    item.MeasurementUnitsCodeSequence = codes.NO_UNITS.sequence()
    return item
