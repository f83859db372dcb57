"""Rules of the modules of PS3.3 that more than one kind of image has: patient, study, pixels, plane, tracer.

Numbers have limits: what no scanner can have measured is no number of an image, whatever else it may be. Limits
are wide on purpose; they are no quality control.
"""

from itertools import permutations, product

from reader_study.intake.rules import (
    FRAMES,
    Age,
    ClassUid,
    Date,
    DateTime,
    Items,
    Number,
    Offset,
    PatientState,
    Pointer,
    Terms,
    Time,
    Uid,
    by_tag,
    codes,
    names,
    terms,
)

FRAME_VECTORS = (0x00540010, 0x00540020, 0x00540030, 0x00540050, 0x00540060, 0x00540070, 0x00540080) + (
    0x00540090,
    0x00540100,
    0x00181063,  # frame time, and its vector
    0x00181065,
)
MOST_FRAMES = 8191  # a smaller number is no pair of letters or digits either
FAR = 10_000.0  # no place in a scanner room is further from its centre

YES_NO = terms("acquisition", "Y|N")
COLLIMATORS = terms("detector", "PARA|PINH|FANB|CONE|SLNT|ASTG|DIVG|NONE|UNKN|RING")
FIELD_SHAPES = terms("detector", "CYLINDRICAL RING|CYLINDRICAL RNG|HEXAGONAL|MULTIPLE PLANAR|RECTANGLE|ROUND")
FRAMING = names("gating", "FORW|BACK|PCNT")
START = terms("acquisition", "DENS|RDD|MANU|TIME|AUTO|TRIG")
END = terms("acquisition", "CNTS|DENS|MANU|OVFL|TIME|TRIG")
ROTATION_DIRECTION = terms("rotation", "CW|CC")
MOTION = terms("rotation", "NONE|STATIONARY|STEP AND SHOOT|CONTINUOUS|ACQ DURING STEP|WOBBLE|CLAMSHELL")

POSITION = Number("geometry", -FAR, FAR, 3, essential=True)
ORIENTATION = Number("geometry", -1.001, 1.001, 6, essential=True)
PLANE = by_tag(
    {
        "PixelSpacing": Number("geometry", 0, 1000, 2, essential=True, zero=False),
        "SliceThickness": Number("geometry", 0, 1000, essential=True),
        "SpacingBetweenSlices": Number("geometry", -1000, 1000, essential=True),
    }
)
SCALE = by_tag(
    {
        "RescaleSlope": Number("counts", -1e12, 1e12, essential=True, zero=False),
        "RescaleIntercept": Number("counts", -1e12, 1e12, essential=True),
        "RescaleType": names("counts", "HU|US|BQML|CNTS|SUV|GML"),
    }
)
WINDOW = by_tag(
    {
        "WindowCenter WindowWidth": Number("display", -200_000, 200_000, 16),
        "VOILUTFunction": terms("display", "LINEAR|LINEAR_EXACT|SIGMOID"),
    }
)
IMAGE_REFERENCE = by_tag(
    {
        "ReferencedSOPClassUID": ClassUid("provenance"),
        "ReferencedSOPInstanceUID": Uid("provenance"),
        "ReferencedFrameNumber": Number("provenance", 1, MOST_FRAMES, MOST_FRAMES),
        "PurposeOfReferenceCodeSequence": codes("provenance", "source_image"),
        "SpatialLocationsPreserved": terms("provenance", "YES|NO|REORIENTED_ONLY"),
    }
)
ENERGY_RANGE = by_tag({"EnergyWindowLowerLimit EnergyWindowUpperLimit": Number("energy", 0, 10_000)})
TRACER = by_tag(
    {
        "RadionuclideCodeSequence": codes("decay", "radionuclide"),
        "RadiopharmaceuticalCodeSequence": codes("tracer", "radiopharmaceutical"),
        "AdministrationRouteCodeSequence": codes("tracer", "route"),
        "Radiopharmaceutical": names(
            "tracer",
            "Sestamibi|Tc99m Sestamibi|Tc-99m Sestamibi|99mTc-Sestamibi|MIBI|Tc99m MIBI|Tc-99m MIBI|99mTc-MIBI|"
            "Tetrofosmin|Tc99m Tetrofosmin|Tc-99m Tetrofosmin|99mTc-Tetrofosmin|Myoview|Cardiolite|Thallium|"
            "Thallous chloride|Tl-201|Tl201|201Tl|TlCl|MIBG|I-123 MIBG|123I-MIBG|BMIPP|I-123 BMIPP|123I-BMIPP|"
            "Ammonia|N-13 Ammonia|13N-Ammonia|13N-NH3|Rubidium|Rb-82|Rb82|82Rb|Water|O-15 Water|15O-H2O|"
            "Flurpiridaz|F-18 Flurpiridaz|FDG|F-18 FDG|18F-FDG|Fluorodeoxyglucose|FDG -- fluorodeoxyglucose|"
            "Solution",
        ),
        "RadiopharmaceuticalVolume": Number("tracer", 0, 10_000),
        "RadionuclideTotalDose": Number("decay", 0, 1e11),
        "RadionuclideHalfLife": Number("decay", 0, 1e11),
        "RadionuclidePositronFraction": Number("decay", 0, 1),
        "RadiopharmaceuticalStartTime RadiopharmaceuticalStopTime": Time("decay"),
        "RadiopharmaceuticalStartDateTime RadiopharmaceuticalStopDateTime": DateTime("decay"),
        "CalibrationDataSequence": Items(
            "decay",
            by_tag(
                {
                    "EnergyWindowNumber": Number("energy", 0, 64),
                    "SyringeCounts ResidualSyringeCounts": Number("decay", 0, 2**31 - 1),
                }
            ),
        ),
    }
)
VIEW = codes("orientation", "view", by_tag({"ViewModifierCodeSequence": codes("orientation", "view_modifier")}),
             may_be_empty=True)  # fmt: skip
BEATS = by_tag(
    {
        "NominalInterval LowRRValue HighRRValue": Number("gating", 0, 10_000),
        "IntervalsAcquired IntervalsRejected": Number("gating", 0, 100_000),
    }
)
REAL_WORLD_VALUES = by_tag(
    {
        "RealWorldValueFirstValueMapped RealWorldValueLastValueMapped": Number("counts", -65_536, 65_536),
        "RealWorldValueIntercept RealWorldValueSlope": Number("counts", -1e12, 1e12),
        "MeasurementUnitsCodeSequence": codes("counts", "units"),
    }
)

MANUFACTURERS = names(
    "equipment",
    "GE MEDICAL SYSTEMS|GE Healthcare|GEMS|SIEMENS|SIEMENS NM|Siemens Healthineers|Siemens Healthcare|Philips|"
    "Philips Medical Systems|Philips Healthcare|ADAC|ADAC Laboratories|Picker|Marconi|Elscint|TOSHIBA|"
    "TOSHIBA_MEC|CANON_MEC|Canon Medical Systems|Spectrum Dynamics|Spectrum Dynamics Medical|UIH|SHIMADZU|"
    "SHIMADZU CORPORATION|HITACHI|Hitachi Medical Corporation|Mediso|MEDISO|Digirad|CTI|CPS|SOPHA|SMV|ACME",
)
MODELS = names(
    "equipment",
    "Discovery NM 530c|Discovery NM/CT 570c|Discovery NM/CT 670|Discovery NM/CT 670 Pro|Discovery NM 630|"
    "Discovery NM/CT 850|Discovery NM/CT 860|Discovery NM/CT 870|NM/CT 850|NM/CT 860|NM/CT 870|StarGuide|"
    "Infinia|Infinia Hawkeye|Infinia Hawkeye 4|Millennium MG|Millennium VG|Millennium MPR|MyoSPECT|"
    "MyoSPECT ES|Ventri|Xeleris|Symbia|Symbia S|Symbia T|Symbia T2|Symbia T6|Symbia T16|Symbia Intevo|"
    "Symbia Intevo 2|Symbia Intevo 6|Symbia Intevo 16|Symbia Intevo Bold|Symbia Evo|Symbia Evo Excel|"
    "Symbia Pro.specta|c.cam|e.cam|BrightView|BrightView X|BrightView XCT|CardioMD|CardioMD IV|Forte|Skylight|"
    "Precedence|Vertex|Prism|IRIX|D-SPECT|VERITON|VERITON-CT|GCA-9300R|GCA-7200A|GCA-7100A|GCA-9300A|"
    "Biograph 6|Biograph 16|Biograph 40|Biograph 64|Biograph128|Biograph mCT|Biograph mCT Flow|"
    "Biograph Horizon|Biograph Vision|Biograph Vision Quadra|Discovery LS|Discovery ST|Discovery STE|"
    "Discovery VCT|Discovery RX|Discovery 600|Discovery 690|Discovery 710|Discovery IQ|Discovery MI|Omni Legend|"
    "Gemini|Gemini TF|Gemini GXL|Ingenuity TF|Vereos PET/CT|Allegro|Celesteion|Cartesion Prime|uMI 510|uMI 550|"
    "uMI 780|uEXPLORER|ECAT EXACT|1080|1093|1094",
)

PATIENT_AND_STUDY = by_tag(
    {
        "PatientSex": terms("patient", "M|F|O"),
        "PatientAge": Age("patient"),
        "PatientSize": Number("patient", 0, 300),
        "PatientWeight": Number("patient", 0, 700),
        "StudyInstanceUID SeriesInstanceUID SOPInstanceUID FrameOfReferenceUID": Uid("grouping"),
        "SOPClassUID": ClassUid("kind"),
        "StudyDate SeriesDate AcquisitionDate ContentDate": Date("decay"),
        "AcquisitionDateTime": DateTime("decay"),
        "StudyTime SeriesTime AcquisitionTime ContentTime": Time("decay"),
        "TimezoneOffsetFromUTC": Offset("decay"),
        "SeriesNumber InstanceNumber": Number("grouping", 0, 2**31 - 1, counter=True),
        "Modality": terms("kind", "NM|PT|CT"),
        "BodyPartExamined": terms("kind", "HEART|CHEST|BRAIN|HEAD|THORAX|ABDOMEN|WHOLEBODY|NECK"),
        "Laterality": terms("kind", "R|L|U"),
        "BurnedInAnnotation": terms("kind", "NO"),  # as the site stated it, unless a person looked
        "PatientPosition": terms("orientation", "HFS|HFP|FFS|FFP|HFDR|HFDL|FFDR|FFDL"),
        "Manufacturer": MANUFACTURERS,
        "ManufacturerModelName": MODELS,
        "AcquisitionContextSequence": PatientState("kind"),
    }
)
# Every direction of the patient that the letters can say, e.g. L, LP, LPH (PS3.3 C.7.6.1.1.1).
_DIRECTIONS = [
    "".join(letters)
    for count in (1, 2, 3)
    for axes in permutations(("LR", "AP", "HF"), count)
    for letters in product(*axes)
]
_IMAGE_TYPES = (
    "ORIGINAL|DERIVED|PRIMARY|SECONDARY|AXIAL|LOCALIZER|STATIC|DYNAMIC|GATED|WHOLE BODY|TOMO|GATED TOMO|"
    "RECON TOMO|RECON GATED TOMO|EMISSION|TRANSMISSION|REPROJECTION|REFORMATTED|AVERAGE|HELIX"
)
PIXELS = by_tag(
    {
        "Rows Columns": Number("pixels", 1, 65_535, essential=True),
        "SamplesPerPixel": Number("pixels", 1, 3, essential=True),
        "BitsAllocated BitsStored HighBit": Number("pixels", 0, 64, essential=True),
        "PixelRepresentation": Number("pixels", 0, 1, essential=True),
        "NumberOfFrames": Number("pixels", 1, 100_000, essential=True),
        "PhotometricInterpretation": terms("pixels", "MONOCHROME1|MONOCHROME2"),
        "SmallestImagePixelValue LargestImagePixelValue SmallestPixelValueInSeries LargestPixelValueInSeries "
        "PixelPaddingValue PixelPaddingRangeLimit": Number("pixels", -32_768, 65_535),
        "LossyImageCompression": terms("pixels", "00|01"),
        "LossyImageCompressionMethod": terms("pixels", "ISO_10918_1|ISO_14495_1|ISO_15444_1|ISO_15444_15"),
        "LossyImageCompressionRatio": Number("pixels", 0, 10_000, 4),
    }
)
IMAGE = {
    **PIXELS,
    **PLANE,
    **SCALE,
    **WINDOW,
    **BEATS,
    **by_tag(
        {
            "ImageType": terms("kind", _IMAGE_TYPES, placed=True),
            "PixelAspectRatio": Number("geometry", 1, 10_000, 2, essential=True),
            "SliceLocation": Number("geometry", -FAR, FAR),
            "PatientOrientation": Terms("orientation", frozenset(_DIRECTIONS), placed=True),
            "ImagePositionPatient": POSITION,
            "ImageOrientationPatient": ORIENTATION,
            "ReconstructionDiameter DataCollectionDiameter": Number("geometry", 0, FAR),
            "ImagesInAcquisition": Number("grouping", 0, 100_000),
            "SourceImageSequence ReferencedImageSequence": Items("provenance", IMAGE_REFERENCE),
            "DerivationCodeSequence": codes("provenance", "derivation"),
            "RealWorldValueMappingSequence": Items("counts", REAL_WORLD_VALUES),
            "FrameIncrementPointer": Pointer("pixels", frozenset(FRAME_VECTORS)),
            "CorrectedImage": terms(
                "counts",
                "UNIF|COR|NCO|DECY|ATTN|SCAT|DTIM|NRGY|LIN|MOTN|CLN|RAN|RADL|DCAL|NORM|PMOT|FLTD|SLSENS",
            ),
            "ActualFrameDuration": Number("decay", 0, 10_000_000),
            "EffectiveDuration": Number("decay", 0, 1_000_000),
            "CountsAccumulated": Number("counts", 0, 2**31 - 1),
            "CountRate": Number("counts", 0, 10_000_000),
            "FrameTime": Number("decay", 0, 10_000_000),
            "FrameTimeVector": Number("decay", 0, 10_000_000, FRAMES),
            "TriggerTime": Number("gating", 0, 10_000_000),
            "HeartRate": Number("gating", 0, 400),
            "TriggerWindow": Number("gating", 0, 100),
            "CardiacNumberOfImages TemporalPositionIdentifier NumberOfTemporalPositions": Number(
                "gating", 0, MOST_FRAMES
            ),
            "FrameDelay TriggerTimeOffset": Number("gating", -10_000_000, 10_000_000),
            "CineRate RecommendedDisplayFrameRate": Number("display", 0, 1000),
            "SkipBeats": Number("gating", 0, 1000),
            "BeatRejectionFlag": YES_NO,
            "CardiacFramingType": FRAMING,
            "TableHeight TableTraverse": Number("geometry", -FAR, FAR),
            "GantryDetectorTilt GantryDetectorSlew": Number("geometry", -360, 360),
            "ZoomFactor": Number("detector", 0, 100, 2),
            "ZoomCenter": Number("detector", -FAR, FAR, 2),
            "FieldOfViewDimensions": Number("detector", 0, FAR, 2),
            "FieldOfViewShape": FIELD_SHAPES,
            "CollimatorType": COLLIMATORS,
            "SpatialResolution": Number("detector", 0, 1000),
            "SliceProgressionDirection": terms(
                "orientation",
                "APEX_TO_BASE|BASE_TO_APEX|ANT_TO_INF|INF_TO_ANT|SEPTUM_TO_WALL|WALL_TO_SEPTUM",
            ),
        }
    ),
}
EMISSION = by_tag(
    {
        "PatientOrientationCodeSequence": codes(
            "orientation",
            "orientation",
            by_tag({"PatientOrientationModifierCodeSequence": codes("orientation", "orientation_modifier")}),
            may_be_empty=True,
        ),
        "PatientGantryRelationshipCodeSequence": codes("orientation", "gantry", may_be_empty=True),
        "RadiopharmaceuticalInformationSequence": Items("tracer", TRACER, may_be_empty=True),
        "ScanVelocity ScanLength": Number("geometry", 0, FAR),
        "ScanProgressionDirection": terms("geometry", "FEET_TO_HEAD|HEAD_TO_FEET"),
        "ReprojectionMethod": terms("geometry", "SUM|MAX PIXEL"),
        "AcquisitionTerminationCondition": END,
        "AcquisitionStartCondition": START,
        "AcquisitionStartConditionData AcquisitionTerminationConditionData": Number(
            "acquisition", 0, 2**31 - 1
        ),
        # Where files from before the sequences have it.
        **dict.fromkeys(
            (
                "RadiopharmaceuticalStartTime",
                "RadiopharmaceuticalStopTime",
            ),
            Time("decay"),
        ),
        "RadionuclideTotalDose RadionuclideHalfLife": Number("decay", 0, 1e11),
        "RadionuclidePositronFraction": Number("decay", 0, 1),
        "RadiopharmaceuticalVolume": Number("tracer", 0, 10_000),
        "EnergyWindowCenterline EnergyWindowTotalWidth": Number("energy", 0, 10_000),
        "Radionuclide": names(
            "tracer",
            "Tc-99m|Tc99m|99mTc|99m Technetium|99m-Technetium|Technetium-99m|Tl-201|Tl201|201Tl|201 Thallium|"
            "Thallium-201|I-123|I123|123I|N-13|N13|13N|Rb-82|Rb82|82Rb|O-15|O15|15O|F-18|F18|18F",
        ),
    }
)
UNITS = terms(
    "counts",
    "CNTS|NONE|CM2|CM2ML|PCNT|CPS|BQML|MGMINML|UMOLMINML|MLMING|MLG|1CM|UMOLML|PROPCNTS|PROPCPS|MLMINML|MLML|GML|"
    "STDDEV",
)
SUV_TYPE = terms("counts", "BSA|BW|LBM|LBMJAMES128|LBMJANMA|IBW")
DECAY_CORRECTION = terms("decay", "NONE|START|ADMIN")
CORRECTION_FACTORS = by_tag(
    {
        "PrimaryPromptsCountsAccumulated": Number("counts", 0, 2**31 - 1),
        "SecondaryCountsAccumulated": Number("counts", 0, 2**31 - 1, 16),
        "SliceSensitivityFactor DeadTimeFactor ScatterFractionFactor": Number("counts", -1e6, 1e6),
        "DecayFactor": Number("decay", 0, 1e9),
    }
)
