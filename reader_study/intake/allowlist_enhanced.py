"""What may stay in an enhanced PET image (PS3.3 A.56): the functional groups, shared and frame by frame."""

from collections.abc import Mapping

from reader_study.intake.modules import (
    BEATS,
    COLLIMATORS,
    CORRECTION_FACTORS,
    DECAY_CORRECTION,
    EMISSION,
    ENERGY_RANGE,
    FAR,
    FIELD_SHAPES,
    IMAGE_REFERENCE,
    MOTION,
    ORIENTATION,
    PATIENT_AND_STUDY,
    PIXELS,
    PLANE,
    POSITION,
    REAL_WORLD_VALUES,
    SCALE,
    SUV_TYPE,
    TRACER,
    UNITS,
    VIEW,
    WINDOW,
)
from reader_study.intake.rules import DateTime, Items, Number, Pointer, Rule, Uid, by_tag, codes, terms

_MANY = 1_000_000  # of counters; no three letters are a number below
_YES_NO = terms("counts", "YES|NO")
_FRAME_TYPE = {
    **by_tag(
        {
            "PixelPresentation": terms("pixels", "MONOCHROME"),
            "VolumetricProperties": terms("geometry", "VOLUME|SAMPLED|DISTORTED|MIXED"),
            "VolumeBasedCalculationTechnique": terms(
                "geometry", "MAX_IP|MIN_IP|VOLUME_RENDER|SURFACE_RENDER|MPR|CURVED_MPR|NONE|MIXED"
            ),
        }
    ),
}
_TYPES = (
    "ORIGINAL|DERIVED|MIXED|PRIMARY|STATIC|DYNAMIC|CARDIAC|CARDIAC_GATED|CARDRESP_GATED|RESP_GATED|GATED|"
    "WHOLE_BODY|VOLUME|PERFUSION|FLOW|NONE|RESAMPLED|MEAN|SUBTRACTION|ATTENUATION|ADDITION|FILTERED|MAXIMUM|MEDIAN|"
    "MINIMUM|QUANTITY|SUM|EMISSION|TRANSMISSION"
)
_DIMENSION_POINTERS = frozenset(
    {
        0x00200032,  # image position (patient)
        0x00209056,  # stack
        0x00209057,  # position in the stack
        0x00209111,  # frame content
        0x00209113,  # plane position
        0x00209116,  # plane orientation
        0x00200037,
        0x00209128,  # temporal position
        0x00209153,  # cardiac trigger delay
        0x00209156,  # acquisition number of the frame
        0x00209241,  # percentage of the cardiac phase
        0x00209245,  # percentage of the respiratory phase
        0x00189118,  # cardiac synchronisation
        0x00189074,  # acquisition date and time of the frame
        0x00189151,  # reference date and time of the frame
    }
)
_FRAME_CONTENT = by_tag(
    {
        "FrameReferenceDateTime FrameAcquisitionDateTime": DateTime("decay"),
        "FrameAcquisitionDuration": Number("decay", 0, 1e8),
        "FrameAcquisitionNumber": Number("grouping", 0, 65_535),
        "DimensionIndexValues": Number("geometry", 0, _MANY, 16),
        "TemporalPositionIndex InStackPositionNumber": Number("geometry", 0, _MANY),
        "StackID": terms("geometry", "|".join(str(n) for n in range(1, 65))),
        "CardiacCyclePosition": terms("gating", "END_SYSTOLE|END_DIASTOLE|UNDETERMINED"),
    }
)
_CARDIAC = {
    **BEATS,
    **by_tag(
        {
            "NominalPercentageOfCardiacPhase": Number("gating", 0, 100),
            "NominalCardiacTriggerDelayTime ActualCardiacTriggerDelayTime RRIntervalTimeNominal "
            "CardiacRRIntervalSpecified": Number("gating", -10_000, 100_000),
        }
    ),
}
_CORRECTIONS = by_tag(
    {
        "DecayCorrected AttenuationCorrected ScatterCorrected DeadTimeCorrected GantryMotionCorrected "
        "PatientMotionCorrected CountLossNormalizationCorrected RandomsCorrected "
        "NonUniformRadialSamplingCorrected SensitivityCalibrated DetectorNormalizationCorrection "
        "TimeOfFlightInformationUsed": _YES_NO,
        "DecayCorrectionDateTime": DateTime("decay"),
        "DecayCorrection": DECAY_CORRECTION,
        "RandomsCorrectionMethod": terms("counts", "NONE|DLYD|SING"),
    }
)
_RECONSTRUCTION = by_tag(
    {
        "ReconstructionType": terms("counts", "2D|3D|3D_REBINNED"),
        "ReconstructionAlgorithm": terms(
            "counts", "FILTER_BACK_PROJ|ITERATIVE|REPROJECTION|RAMLA|MLEM|OSEM|TOF_OSEM"
        ),
        "IterativeReconstructionMethod": _YES_NO,
        "ReconstructionDiameter": Number("geometry", 0, FAR),
        "ReconstructionFieldOfView": Number("geometry", 0, FAR, 2),
        "ReconstructionPixelSpacing": Number("geometry", 0, 1000, 2),
    }
)
_GROUPS: Mapping[int, Rule] = by_tag(
    {
        "PixelMeasuresSequence": Items("geometry", PLANE),
        "PlanePositionSequence": Items("geometry", by_tag({"ImagePositionPatient": POSITION})),
        "PlaneOrientationSequence": Items("geometry", by_tag({"ImageOrientationPatient": ORIENTATION})),
        "FrameContentSequence": Items("geometry", _FRAME_CONTENT),
        "FrameVOILUTSequence": Items("display", WINDOW),
        "PixelValueTransformationSequence": Items("counts", SCALE),
        "RealWorldValueMappingSequence": Items("counts", REAL_WORLD_VALUES),
        "FrameAnatomySequence": Items(
            "kind",
            by_tag(
                {
                    "FrameLaterality": terms("kind", "R|L|U|B"),
                    "AnatomicRegionSequence": codes("kind", "anatomy"),
                }
            ),
        ),
        "CardiacSynchronizationSequence": Items("gating", _CARDIAC),
        "PETFrameTypeSequence": Items(
            "kind", {**_FRAME_TYPE, **by_tag({"FrameType": terms("kind", _TYPES, placed=True)})}
        ),
        "PETFrameAcquisitionSequence": Items(
            "geometry",
            by_tag(
                {
                    "TableHeight": Number("geometry", -FAR, FAR),
                    "GantryDetectorTilt": Number("geometry", -360, 360),
                    "GantryDetectorSlew": Number("geometry", -360, 360),
                    "DataCollectionDiameter": Number("geometry", 0, FAR),
                }
            ),
        ),
        "PETDetectorMotionDetailsSequence": Items(
            "rotation",
            by_tag({"StartAngle ScanArc AngularStep": Number("rotation", -1080, 1080)}),
        ),
        "PETPositionSequence": Items("geometry", by_tag({"TablePosition": Number("geometry", -FAR, FAR)})),
        "PETFrameCorrectionFactorsSequence": Items("counts", CORRECTION_FACTORS),
        "RadiopharmaceuticalUsageSequence": Items(
            "tracer", by_tag({"RadiopharmaceuticalAgentNumber": Number("tracer", 0, 100)})
        ),
        "PatientPhysiologicalStateSequence": Items(
            "kind", by_tag({"PatientPhysiologicalStateCodeSequence": codes("kind", "physiological_state")})
        ),
        "PETReconstructionSequence": Items("counts", _RECONSTRUCTION),
    }
)
_DIMENSION = by_tag(
    {
        "DimensionIndexPointer FunctionalGroupPointer": Pointer("geometry", _DIMENSION_POINTERS),
        "DimensionOrganizationUID": Uid("geometry"),
    }
)
ENHANCED: Mapping[int, Rule] = {
    **PATIENT_AND_STUDY,
    **PIXELS,
    **EMISSION,
    **_FRAME_TYPE,
    **_CORRECTIONS,
    **by_tag(
        {
            "ImageType": terms("kind", _TYPES, placed=True),
            "SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence": Items("geometry", _GROUPS),
            "DimensionOrganizationSequence": Items(
                "geometry", by_tag({"DimensionOrganizationUID": Uid("geometry")})
            ),
            "DimensionIndexSequence": Items("geometry", _DIMENSION),
            "DimensionOrganizationType": terms("geometry", "3D|3D_TEMPORAL|TILED_FULL|TILED_SPARSE"),
            "ContentQualification": terms("kind", "PRODUCT|RESEARCH|SERVICE"),
            "PresentationLUTShape": terms("display", "IDENTITY|INVERSE"),
            "CardiacSynchronizationTechnique": terms(
                "gating", "NONE|REALTIME|PROSPECTIVE|RETROSPECTIVE|PACED"
            ),
            "CardiacSignalSource": terms("gating", "ECG|VCG|PP|MR"),
            "RespiratoryMotionCompensationTechnique": terms(
                "gating", "NONE|BREATH_HOLD|REALTIME|GATING|TRACKING|PHASE_ORDERING|RETROSPECTIVE|CORRECTION"
            ),
            "CountsSource": terms("counts", "EMISSION|TRANSMISSION"),
            "Units": UNITS,
            "SUVType": SUV_TYPE,
            "TypeOfDetectorMotion": MOTION,
            "CollimatorType": COLLIMATORS,
            "FieldOfViewShape": FIELD_SHAPES,
            "EnergyWindowRangeSequence": Items("energy", ENERGY_RANGE),
            "CoincidenceWindowWidth": Number("detector", 0, 1000),
            "ViewCodeSequence": VIEW,
            "AcquisitionDuration": Number("decay", 0, 1e8),
            "SourceImageSequence ReferencedImageSequence": Items("provenance", IMAGE_REFERENCE),
            "RadiopharmaceuticalInformationSequence": Items(
                "tracer",
                {
                    **TRACER,
                    **by_tag(
                        {
                            "RadiopharmaceuticalAgentNumber": Number("tracer", 0, 100),
                        }
                    ),
                },
            ),
        }
    ),
}
