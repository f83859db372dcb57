"""What may stay in a file, by name. Everything that is not written here is left out of the rebuilt file.

Written for NM, PT and CT image storage from PS3.3 (A.20, A.21, A.3 and the modules they name) and held
against PS3.15 table E.1-1: nothing that the Basic Profile removes is listed unless an option that we claim
(113107 modified dates, 113108 patient characteristics) keeps it. Free text is never kept: a name list
replaces it, or it goes. Some numeric attributes are absent on purpose although the profile keeps them,
because technologists type into them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from pydicom.datadict import tag_for_keyword


class Keep(Enum):
    """Values that prove themselves by their shape."""

    NUMBER = "numbers of the attribute's own representation, finite"
    UID = "a registered UID stays, any other is replaced under the study's key"
    DATE = "shifted by the subject's days"
    DATETIME = "its date shifted by the subject's days; time of day and offset stay"
    TIME = "time of day stays, so that decay and uptake intervals stay true"
    AGE = "age to 89 years, then 90"
    POINTER = "tags of the frame vectors"


@dataclass(frozen=True)
class Terms:
    """Code strings: kept value by value when the standard (or every vendor) defines the term."""

    terms: frozenset[str]


@dataclass(frozen=True)
class Names:
    """Free text of which only listed names are kept; found without regard to case."""

    names: Mapping[str, str]


@dataclass(frozen=True)
class Codes:
    """Coded concepts: kept when the standard's dictionary has them; the meaning is the dictionary's."""

    within: "Mapping[int, Rule]" = field(default_factory=dict)
    may_be_empty: bool = False


@dataclass(frozen=True)
class Items:
    """A sequence whose items are rebuilt from their own list."""

    within: "Mapping[int, Rule]"
    may_be_empty: bool = False


@dataclass(frozen=True)
class PatientState:
    """The acquisition context, reduced to rest or stress (TID 3470, concept 109054 DCM)."""


Rule: TypeAlias = Keep | Terms | Names | Codes | Items | PatientState


def _terms(text: str) -> Terms:
    return Terms(frozenset(text.split("|")))


def _names(text: str) -> Names:
    return Names({name.casefold(): name for name in text.split("|")})


def _tags(rules: Mapping[str, Rule]) -> dict[int, Rule]:
    """Keywords to tags; a keyword that the dictionary does not know stops the program at start."""
    by_tag = {}
    for keywords, rule in rules.items():
        for keyword in keywords.split():
            tag = tag_for_keyword(keyword)
            if tag is None:
                raise ValueError(f"unknown DICOM keyword {keyword}")
            by_tag[tag] = rule
    return by_tag


_YES_NO = _terms("Y|N")
_COLLIMATORS = _terms("PARA|PINH|FANB|CONE|SLNT|ASTG|DIVG|NONE|UNKN|RING")
_FIELD_SHAPES = _terms("CYLINDRICAL RING|CYLINDRICAL RNG|HEXAGONAL|MULTIPLE PLANAR|RECTANGLE|ROUND")
_FRAMING = _names("FORW|BACK|PCNT")

_IMAGE_REFERENCE = _tags(
    {
        "ReferencedSOPClassUID ReferencedSOPInstanceUID": Keep.UID,
        "ReferencedFrameNumber": Keep.NUMBER,
        "PurposeOfReferenceCodeSequence": Codes(),
        "SpatialLocationsPreserved": _terms("YES|NO|REORIENTED_ONLY"),
    }
)
_ENERGY_RANGE = _tags({"EnergyWindowLowerLimit EnergyWindowUpperLimit": Keep.NUMBER})
_RADIOPHARMACEUTICAL = _tags(
    {
        "RadionuclideCodeSequence RadiopharmaceuticalCodeSequence AdministrationRouteCodeSequence": Codes(),
        "RadiopharmaceuticalVolume RadionuclideTotalDose RadionuclideHalfLife RadionuclidePositronFraction "
        "RadiopharmaceuticalSpecificActivity": Keep.NUMBER,
        "RadiopharmaceuticalStartTime RadiopharmaceuticalStopTime": Keep.TIME,
        "RadiopharmaceuticalStartDateTime RadiopharmaceuticalStopDateTime": Keep.DATETIME,
    }
)
_DETECTOR = _tags(
    {
        "CollimatorType": _COLLIMATORS,
        "FieldOfViewShape": _FIELD_SHAPES,
        "FieldOfViewDimensions FocalDistance XFocusCenter YFocusCenter ZoomCenter ZoomFactor "
        "CenterOfRotationOffset GantryDetectorTilt DistanceSourceToDetector StartAngle RadialPosition "
        "ImageOrientationPatient ImagePositionPatient": Keep.NUMBER,
        "ViewCodeSequence": Codes(_tags({"ViewModifierCodeSequence": Codes()}), may_be_empty=True),
    }
)
_ROTATION = _tags(
    {
        "RotationDirection": _terms("CW|CC"),
        "TypeOfDetectorMotion": _terms("STEP AND SHOOT|CONTINUOUS|ACQ DURING STEP"),
        "StartAngle AngularStep ScanArc ActualFrameDuration RadialPosition DistanceSourceToDetector "
        "NumberOfFramesInRotation TableTraverse TableHeight": Keep.NUMBER,
    }
)
_GATED_DATA = _tags(
    {
        "FrameTime NominalInterval LowRRValue HighRRValue IntervalsAcquired IntervalsRejected": Keep.NUMBER,
        "TimeSlotInformationSequence": Items(_tags({"TimeSlotTime": Keep.NUMBER})),
    }
)
_GATED = _tags(
    {
        "TriggerTime": Keep.NUMBER,
        "CardiacFramingType": _FRAMING,
        "DataInformationSequence": Items(_GATED_DATA),
    }
)
_PHASE = _tags(
    {
        "PhaseDelay ActualFrameDuration PauseBetweenFrames NumberOfFramesInPhase TriggerVector "
        "NumberOfTriggersInPhase": Keep.NUMBER
    }
)
_REAL_WORLD_VALUES = _tags(
    {
        "RealWorldValueFirstValueMapped RealWorldValueLastValueMapped RealWorldValueIntercept "
        "RealWorldValueSlope": Keep.NUMBER,
        "MeasurementUnitsCodeSequence": Codes(),
    }
)

MANUFACTURERS = _names(
    "GE MEDICAL SYSTEMS|GE Healthcare|SIEMENS|SIEMENS NM|Siemens Healthineers|Philips|"
    "Philips Medical Systems|ADAC|TOSHIBA|TOSHIBA_MEC|CANON_MEC|Canon Medical Systems|Spectrum Dynamics|"
    "Spectrum Dynamics Medical|UIH|SHIMADZU|HITACHI|Mediso|Digirad|CTI"
)
MODELS = _names(
    "Discovery NM 530c|Discovery NM/CT 570c|Discovery NM/CT 670|Discovery NM/CT 670 Pro|Discovery NM 630|"
    "Infinia|Infinia Hawkeye 4|MyoSPECT|Ventri|Symbia|Symbia T|Symbia T2|Symbia T6|Symbia T16|"
    "Symbia Intevo|Symbia Evo|e.cam|BrightView|BrightView X|BrightView XCT|CardioMD|Forte|Skylight|D-SPECT|"
    "GCA-9300R|GCA-7200A|Biograph 16|Biograph 40|Biograph 64|Biograph mCT|Biograph Vision|Biograph128|"
    "Discovery ST|Discovery STE|Discovery 600|Discovery 690|Discovery 710|Discovery IQ|Discovery MI|"
    "Gemini TF|Ingenuity TF|Vereos PET/CT|Allegro|Celesteion|Cartesion Prime|1080|1093|1094"
)

PATIENT_AND_STUDY = _tags(
    {
        "PatientSex": _terms("M|F|O"),
        "PatientAge": Keep.AGE,
        "PatientSize PatientWeight": Keep.NUMBER,
        "StudyInstanceUID SeriesInstanceUID SOPInstanceUID SOPClassUID FrameOfReferenceUID": Keep.UID,
        "StudyDate SeriesDate AcquisitionDate ContentDate": Keep.DATE,
        "AcquisitionDateTime": Keep.DATETIME,
        "StudyTime SeriesTime AcquisitionTime ContentTime": Keep.TIME,
        "SeriesNumber InstanceNumber": Keep.NUMBER,
        "Modality": _terms("NM|PT|CT"),
        "BodyPartExamined": _terms("HEART|CHEST|BRAIN|HEAD|THORAX"),
        "Laterality": _terms("R|L|U"),
        "BurnedInAnnotation": _terms("NO"),  # as the site stated it; we do not claim to have looked
        "PatientPosition": _terms("HFS|HFP|FFS|FFP|HFDR|HFDL|FFDR|FFDL"),
        "Manufacturer": MANUFACTURERS,
        "ManufacturerModelName": MODELS,
        "AcquisitionContextSequence": PatientState(),
    }
)
IMAGE = _tags(
    {
        "ImageType": _terms(
            "ORIGINAL|DERIVED|PRIMARY|SECONDARY|AXIAL|LOCALIZER|STATIC|DYNAMIC|GATED|WHOLE BODY|TOMO|"
            "GATED TOMO|RECON TOMO|RECON GATED TOMO|EMISSION|TRANSMISSION|REPROJECTION"
        ),
        "SamplesPerPixel Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation NumberOfFrames "
        "SmallestImagePixelValue LargestImagePixelValue PixelPaddingValue PixelAspectRatio WindowCenter "
        "WindowWidth RescaleIntercept RescaleSlope PixelSpacing SliceThickness SpacingBetweenSlices "
        "SliceLocation ImagePositionPatient ImageOrientationPatient ReconstructionDiameter "
        "DataCollectionDiameter LossyImageCompressionRatio ImagesInAcquisition": Keep.NUMBER,
        "PhotometricInterpretation": _terms("MONOCHROME1|MONOCHROME2"),
        "RescaleType": _names("HU|US|BQML|CNTS|SUV"),
        "LossyImageCompression": _terms("00|01"),
        "LossyImageCompressionMethod": _terms("ISO_10918_1|ISO_14495_1|ISO_15444_1"),
        "SourceImageSequence ReferencedImageSequence": Items(_IMAGE_REFERENCE),
        "DerivationCodeSequence": Codes(),
        "RealWorldValueMappingSequence": Items(_REAL_WORLD_VALUES),
        "FrameIncrementPointer": Keep.POINTER,
        "CorrectedImage": _terms(
            "UNIF|COR|NCO|DECY|ATTN|SCAT|DTIM|NRGY|LIN|MOTN|CLN|RAN|RADL|DCAL|NORM|PMOT|FLTD"
        ),
        "ActualFrameDuration CountsAccumulated FrameTime FrameTimeVector TriggerTime NominalInterval "
        "LowRRValue HighRRValue IntervalsAcquired IntervalsRejected HeartRate TriggerWindow TableHeight "
        "TableTraverse GantryDetectorTilt ZoomFactor ZoomCenter FieldOfViewDimensions "
        "SpatialResolution": Keep.NUMBER,
        "BeatRejectionFlag": _YES_NO,
        "FieldOfViewShape": _FIELD_SHAPES,
        "CollimatorType": _COLLIMATORS,
        "CardiacFramingType": _FRAMING,
        "SliceProgressionDirection": _terms(
            "APEX_TO_BASE|BASE_TO_APEX|ANT_TO_INF|INF_TO_ANT|SEPTUM_TO_WALL|WALL_TO_SEPTUM"
        ),
    }
)
EMISSION = _tags(
    {
        "PatientOrientationCodeSequence": Codes(
            _tags({"PatientOrientationModifierCodeSequence": Codes()}), may_be_empty=True
        ),
        "PatientGantryRelationshipCodeSequence": Codes(may_be_empty=True),
        "RadiopharmaceuticalInformationSequence": Items(_RADIOPHARMACEUTICAL, may_be_empty=True),
        "ScanVelocity ScanLength": Keep.NUMBER,
    }
)
NUCLEAR = _tags(
    {
        "EnergyWindowVector NumberOfEnergyWindows DetectorVector NumberOfDetectors PhaseVector "
        "NumberOfPhases RotationVector NumberOfRotations RRIntervalVector NumberOfRRIntervals "
        "TimeSlotVector NumberOfTimeSlots SliceVector NumberOfSlices AngularViewVector TimeSliceVector "
        "NumberOfTimeSlices": Keep.NUMBER,
        "EnergyWindowInformationSequence": Items(
            _tags({"EnergyWindowRangeSequence": Items(_ENERGY_RANGE)}), may_be_empty=True
        ),
        "DetectorInformationSequence": Items(_DETECTOR, may_be_empty=True),
        "RotationInformationSequence": Items(_ROTATION, may_be_empty=True),
        "GatedInformationSequence": Items(_GATED, may_be_empty=True),
        "PhaseInformationSequence": Items(_PHASE, may_be_empty=True),
        "AcquisitionTerminationCondition": _terms("CNTS|DENS|MANU|OVFL|TIME|TRIG"),
        "TriggerSourceOrType": _terms("EKG"),
        "WholeBodyTechnique": _terms("1PS|2PS|PCN|MSP"),
    }
)
POSITRON = _tags(
    {
        "Units": _terms(
            "CNTS|NONE|CM2|PCNT|CPS|BQML|MGMINML|UMOLMINML|MLMING|MLG|1CM|UMOLML|PROPCNTS|PROPCPS|MLMINML|"
            "MLML|GML|STDDEV"
        ),
        "SUVType": _terms("BSA|BW|LBM|LBMJAMES128|LBMJANMA|IBW"),
        "CountsSource": _terms("EMISSION|TRANSMISSION"),
        "SeriesType": _terms("STATIC|DYNAMIC|GATED|WHOLE BODY|IMAGE|REPROJECTION"),
        "RandomsCorrectionMethod": _terms("NONE|DLYD|SING"),
        "DecayCorrection": _terms("NONE|START|ADMIN"),
        "CountsIncluded": _terms("TRUES|SCATTER|RANDOMS|SINGLES"),
        "AcquisitionTerminationCondition": _terms("CNTS|DENS|MANU|OVFL|TIME|TRIG"),
        "NumberOfSlices NumberOfRRIntervals NumberOfTimeSlots NumberOfTimeSlices FrameReferenceTime "
        "ImageIndex PrimaryPromptsCountsAccumulated SecondaryCountsAccumulated SliceSensitivityFactor "
        "DecayFactor DoseCalibrationFactor ScatterFractionFactor DeadTimeFactor AxialAcceptance AxialMash "
        "TransverseMash DetectorElementSize CoincidenceWindowWidth": Keep.NUMBER,
        "EnergyWindowRangeSequence": Items(_ENERGY_RANGE),
    }
)
COMPUTED = _tags(
    {
        "KVP XRayTubeCurrent ExposureTime Exposure DistanceSourceToDetector DistanceSourceToPatient "
        "SpiralPitchFactor SingleCollimationWidth TotalCollimationWidth TableSpeed": Keep.NUMBER,
        "RotationDirection": _terms("CW|CC"),
    }
)

NM_STORAGE = "1.2.840.10008.5.1.4.1.1.20"
PT_STORAGE = "1.2.840.10008.5.1.4.1.1.128"
CT_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
ALLOWED: Mapping[str, Mapping[int, Rule]] = {
    NM_STORAGE: {**PATIENT_AND_STUDY, **IMAGE, **EMISSION, **NUCLEAR},
    PT_STORAGE: {**PATIENT_AND_STUDY, **IMAGE, **EMISSION, **POSITRON},
    CT_STORAGE: {**PATIENT_AND_STUDY, **IMAGE, **COMPUTED},
}

# Type 2 attributes (PS3.3 C.7): present and empty, so that the rebuilt file stays valid.
EMPTY = (
    "PatientBirthDate",
    "AccessionNumber",
    "ReferringPhysicianName",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "Manufacturer",
    "SeriesNumber",
    "InstanceNumber",
)


def vocabulary() -> frozenset[str]:
    """Every word of the lists above, casefolded: words that tell nothing about the file that has them."""
    words: set[str] = set()

    def collect(rules: Mapping[int, Rule]) -> None:
        for rule in rules.values():
            match rule:
                case Terms(terms):
                    words.update(term.casefold() for term in terms)
                case Names(names):
                    words.update(names)
                case Codes(within) | Items(within):
                    collect(within)
                case _:
                    pass

    for rules in ALLOWED.values():
        collect(rules)
    return frozenset(words)
