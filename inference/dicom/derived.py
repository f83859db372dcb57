"""The AI-marked NM image of a virtual PET: who it is about, what made it, and that it is synthetic."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.dicom import codes
from inference.dicom.state import state_of
from inference.dicom.write import nm_dataset, set_pixels, stored_values, uid_from
from inference.translation.bundle import ModelIdentity
from inference.volume import Volume

# What a derived image takes over from its source: who, which study, which frame of reference, how it was
# acquired, and what the de-identifier said about itself. Everything else is written anew.
_KEPT = (
    "SpecificCharacterSet",
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


def derived_nm(volume: Volume, *, source: Dataset, model: ModelIdentity, name: str) -> Dataset:
    """The AI-marked NM image that a model made from the NM image `source` (PS3.3 C.7.6.1, C.12.1).

    volume: what the model returned, in canonical order, on the grid of the source.
    name: the hash of (input, model, settings); the new UIDs are made from it, so that the same call gives
        the same file. The largest stored value equals that of the source; the factor is in
        RealWorldValueMapping.
    """
    state, _ = state_of(source)
    ds = nm_dataset(volume, header={}, state=state)
    for keyword in _KEPT:
        if keyword in source:
            ds[keyword] = source[keyword]
    ds.SeriesInstanceUID = uid_from("virtual PET series", name)
    ds.SOPInstanceUID = uid_from("virtual PET instance", name)
    ds.SyntheticData = "YES"
    ds.ContentQualification = "RESEARCH"
    ds.SeriesDescription = " ".join(filter(None, ["vPET", (state or "").upper(), "SA (AI, research)"]))
    ds.SeriesNumber = int(source.get("SeriesNumber") or 0) + 1000
    ds.ImageComments = "SYNTHETIC IMAGE - research use only, not for clinical use"
    ds.DerivationDescription = (
        f"Virtual PET computed from SPECT by the neural network {model.name} {model.version} "
        f"(sha256 {model.digest}). Research use only."
    )
    ds.DerivationCodeSequence = codes.ARTIFICIAL_INTELLIGENCE.sequence()
    ds.SourceImageSequence = Sequence([_source_image(source)])
    ds.ContributingEquipmentSequence = Sequence([_model_equipment(model)])
    ds.Manufacturer = "Reader Study"
    ds.ManufacturerModelName = model.name
    ds.SoftwareVersions = [model.version, model.digest]
    highest, source_highest = float(volume.voxels.max()), float(source.pixel_array.max())
    if highest > 0 and source_highest > 0:
        factor = highest / source_highest
        set_pixels(ds, stored_values(volume.voxels, factor))
        ds.RealWorldValueMappingSequence = Sequence([_real_world(factor)])
    return ds


def _source_image(source: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = source.SOPClassUID
    item.ReferencedSOPInstanceUID = source.SOPInstanceUID
    item.SpatialLocationsPreserved = "YES"
    item.PurposeOfReferenceCodeSequence = codes.SOURCE_IMAGE.sequence()
    return item


def _model_equipment(model: ModelIdentity) -> Dataset:
    item = Dataset()
    item.PurposeOfReferenceCodeSequence = codes.SYNTHESIZING_EQUIPMENT.sequence()
    item.Manufacturer = "Reader Study"
    item.ManufacturerModelName = model.name
    # A value of SoftwareVersions holds 64 characters, which is exactly a SHA-256: hence two values.
    item.SoftwareVersions = [model.version, model.digest]
    item.ContributionDescription = "Virtual PET from SPECT by a neural network. Research use only."
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
