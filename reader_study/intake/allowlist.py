"""What may stay in a file, attribute by attribute. Everything that is not written here is left out.

Written for NM, PT, CT and enhanced PET image storage from PS3.3 (A.20, A.21, A.3, A.56 and the modules they name;
those that several kinds share are in `modules`, enhanced PET in `allowlist_enhanced`) and held against PS3.15
table E.1-1: nothing that the Basic Profile removes is listed unless an option that we claim (113107 modified
dates, 113108 patient characteristics) keeps it. Free text is never kept: a name list replaces it, or it goes.
"""

from collections.abc import Mapping

from reader_study.intake import rules
from reader_study.intake.allowlist_enhanced import ENHANCED
from reader_study.intake.modules import (
    BEATS,
    COLLIMATORS,
    CORRECTION_FACTORS,
    DECAY_CORRECTION,
    EMISSION,
    ENERGY_RANGE,
    FAR,
    FIELD_SHAPES,
    FRAMING,
    IMAGE,
    MOST_FRAMES,
    MOTION,
    ORIENTATION,
    PATIENT_AND_STUDY,
    POSITION,
    ROTATION_DIRECTION,
    SUV_TYPE,
    UNITS,
    VIEW,
)
from reader_study.intake.rules import Items, Number, Rule, Uid, by_tag, terms

PROCEDURE_VERSION = "3"
# What the file says about its own de-identification (0012,0063).
METHOD = f"Reader study allow-list {PROCEDURE_VERSION} on PS3.15 Basic Profile"

NM_STORAGE = "1.2.840.10008.5.1.4.1.1.20"
PT_STORAGE = "1.2.840.10008.5.1.4.1.1.128"
CT_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_PT_STORAGE = "1.2.840.10008.5.1.4.1.1.130"
# Classes that a reference may name. A class tells nothing about a person; a number in its place might.
STORAGE_CLASSES = frozenset(
    f"1.2.840.10008.5.1.4.1.1.{branch}"
    for branch in (
        ["20", "5", "128", "128.1", "130", "2", "2.1", "2.2", "4", "4.1", "4.4", "7", "66", "66.1", "66.4"]
        + ["67", "11.1", "481.1"]
    )
)

_LONGEST_VECTOR = 16_384  # the most frames that the gate lets through

_DETECTOR = by_tag(
    {
        "CollimatorType": COLLIMATORS,
        "FieldOfViewShape": FIELD_SHAPES,
        "FieldOfViewDimensions": Number("detector", 0, FAR, 2),
        "FocalDistance": Number("detector", 0, 100_000),
        "XFocusCenter YFocusCenter": Number("detector", -FAR, FAR),
        "ZoomCenter": Number("detector", -FAR, FAR, 2),
        "ZoomFactor": Number("detector", 0, 100, 2),
        "CenterOfRotationOffset RotationOffset": Number("rotation", -1000, 1000, MOST_FRAMES),
        "AngularPosition": Number("rotation", -720, 720),
        "GantryDetectorTilt": Number("rotation", -360, 360),
        "DistanceSourceToDetector": Number("rotation", 0, 100_000),
        "StartAngle": Number("rotation", -720, 720),
        "RadialPosition": Number("rotation", -FAR, FAR, MOST_FRAMES),
        "ImageOrientationPatient": ORIENTATION,
        "ImagePositionPatient": POSITION,
        "ViewCodeSequence": VIEW,
    }
)
_ROTATION = by_tag(
    {
        "RotationDirection": ROTATION_DIRECTION,
        "TypeOfDetectorMotion": MOTION,
        "StartAngle": Number("rotation", -720, 720),
        "AngularStep": Number("rotation", -360, 360),
        "ScanArc": Number("rotation", -1080, 1080),
        "ActualFrameDuration": Number("decay", 0, 10_000_000),
        "RadialPosition": Number("rotation", -FAR, FAR, MOST_FRAMES),
        "DistanceSourceToDetector": Number("rotation", 0, 100_000),
        "NumberOfFramesInRotation": Number("rotation", 0, MOST_FRAMES),
        "TableTraverse TableHeight": Number("geometry", -FAR, FAR),
    }
)
_GATED_DATA = {
    **BEATS,
    **by_tag(
        {
            "FrameTime": Number("gating", 0, 10_000_000),
            "TimeSlotInformationSequence": Items(
                "gating", by_tag({"TimeSlotTime": Number("gating", 0, 100_000)})
            ),
        }
    ),
}
_GATED = by_tag(
    {
        "TriggerTime": Number("gating", 0, 10_000_000),
        "CardiacFramingType": FRAMING,
        "DataInformationSequence": Items("gating", _GATED_DATA),
    }
)
_PHASE = by_tag(
    {
        "PhaseDelay PauseBetweenFrames ActualFrameDuration": Number("decay", 0, 10_000_000),
        "NumberOfFramesInPhase NumberOfTriggersInPhase": Number("acquisition", 0, MOST_FRAMES),
        "TriggerVector": Number("acquisition", 0, 10_000_000, MOST_FRAMES),
        "PhaseDescription": terms("acquisition", "FLOW|WASHOUT|UPTAKE|EMPTYING|EXCRETION"),
    }
)
NUCLEAR = _ROTATION | by_tag(  # of old files the rotation stands outside of any sequence
    {
        "EnergyWindowVector DetectorVector PhaseVector RotationVector RRIntervalVector TimeSlotVector SliceVector "
        "AngularViewVector TimeSliceVector": Number(
            "pixels", 0, MOST_FRAMES, _LONGEST_VECTOR, essential=True
        ),
        "NumberOfEnergyWindows NumberOfDetectors NumberOfPhases NumberOfRotations NumberOfRRIntervals "
        "NumberOfTimeSlots NumberOfSlices NumberOfTimeSlices": Number(
            "pixels", 0, MOST_FRAMES, essential=True
        ),
        "EnergyWindowInformationSequence": Items(
            "energy",
            by_tag({"EnergyWindowRangeSequence": Items("energy", ENERGY_RANGE)}),
            may_be_empty=True,
        ),
        "DetectorInformationSequence": Items("detector", _DETECTOR, may_be_empty=True),
        "RotationInformationSequence": Items("rotation", _ROTATION, may_be_empty=True),
        "GatedInformationSequence": Items("gating", _GATED, may_be_empty=True),
        "PhaseInformationSequence": Items("acquisition", _PHASE, may_be_empty=True),
        "TriggerSourceOrType": terms("gating", "EKG"),
        "WholeBodyTechnique": terms("acquisition", "1PS|2PS|PCN|MSP"),
    }
)
POSITRON = {
    **CORRECTION_FACTORS,
    **by_tag(
        {
            "Units": UNITS,
            "SUVType": SUV_TYPE,
            "CountsSource": terms("counts", "EMISSION|TRANSMISSION"),
            "SeriesType": terms("kind", "STATIC|DYNAMIC|GATED|WHOLE BODY|IMAGE|REPROJECTION", placed=True),
            "RandomsCorrectionMethod": terms("counts", "NONE|DLYD|SING"),
            "TypeOfDetectorMotion": MOTION,
            "DecayCorrection": DECAY_CORRECTION,
            "SecondaryCountsType": terms("counts", "DLYD|SCAT|SING|DTIM"),
            "CountsIncluded": terms("counts", "TRUES|SCATTER|RANDOMS|SINGLES"),
            "NumberOfSlices NumberOfRRIntervals NumberOfTimeSlots NumberOfTimeSlices": Number(
                "grouping", 0, MOST_FRAMES, essential=True
            ),
            "FrameReferenceTime": Number("decay", -200_000_000, 200_000_000),
            "ImageIndex": Number("grouping", 0, 65_535),
            "DoseCalibrationFactor": Number("counts", 0, 1e15),
            "AxialAcceptance": Number("detector", 0, 1000),
            "AxialMash TransverseMash": Number("detector", 0, 1000, 2),
            "DetectorElementSize": Number("detector", 0, 1000, 2),
            "CoincidenceWindowWidth": Number("detector", 0, 1000),
            "EnergyWindowRangeSequence": Items("energy", ENERGY_RANGE),
        }
    ),
}
COMPUTED = by_tag(
    {
        "KVP": Number("attenuation", 0, 1000),
        "XRayTubeCurrent": Number("attenuation", 0, 10_000),
        "ExposureTime Exposure ExposureInuAs": Number("attenuation", 0, 1e9),
        "DistanceSourceToDetector DistanceSourceToPatient": Number("geometry", 0, 100_000),
        "SpiralPitchFactor": Number("geometry", 0, 100),
        "SingleCollimationWidth TotalCollimationWidth": Number("geometry", 0, 1000),
        "TableSpeed TableFeedPerRotation": Number("geometry", 0, 10_000),
        "RevolutionTime": Number("attenuation", 0, 1000),
        "ReconstructionTargetCenterPatient DataCollectionCenterPatient": Number("geometry", -FAR, FAR, 3),
        "RotationDirection": ROTATION_DIRECTION,
    }
)

# Type 2 attributes (PS3.3 C.7): present and empty, so that the rebuilt file stays valid.
EMPTY = by_tag(
    {
        "PatientBirthDate AccessionNumber ReferringPhysicianName StudyID StudyDate StudyTime Manufacturer "
        "SeriesNumber InstanceNumber": Uid("valid")  # the rule is not used: the value is empty
    }
)
# Names, patient IDs, medical record, accession, study ID, admission: a number found here is sought elsewhere.
IDENTIFIERS = frozenset(
    {0x00100010, 0x00100020, 0x00101000, 0x00101001, 0x00101090, 0x00080050, 0x00200010, 0x00380010}
)


def vocabulary() -> frozenset[str]:
    """Every term and name of the rules, casefolded: words that tell nothing about the file that has them."""
    words: set[str] = set()

    def collect(listed: Mapping[int, Rule]) -> None:
        for rule in listed.values():
            match rule:
                case rules.Terms():
                    words.update(term.casefold() for term in rule.terms)
                case rules.Names():
                    words.update(rule.names)
                case rules.Codes() | rules.Items():
                    collect(rule.within)
                case _:
                    pass

    for listed in ALLOWED.values():
        collect(listed)
    return frozenset(words)


ALLOWED: Mapping[str, Mapping[int, Rule]] = {
    NM_STORAGE: {**PATIENT_AND_STUDY, **IMAGE, **EMISSION, **NUCLEAR},
    PT_STORAGE: {**PATIENT_AND_STUDY, **IMAGE, **EMISSION, **POSITRON},
    CT_STORAGE: {**PATIENT_AND_STUDY, **IMAGE, **COMPUTED},
    ENHANCED_PT_STORAGE: ENHANCED,
}
