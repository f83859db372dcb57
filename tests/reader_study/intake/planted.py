"""Files with invented identifiers wherever one may hide, and with every attribute that a physicist needs.

`usual` plants what real exports are known to carry, `everywhere` plants something in every attribute that the
standard knows. A seed decides all values, so that no test can know them beforehand.
"""

import base64
import hashlib
import io
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pydicom import dcmread, dcmwrite
from pydicom.datadict import DicomDictionary, dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import ImplicitVRLittleEndian

from inference.dicom.write import energy_window, nm_dataset, pt_datasets
from reader_study.intake.allowlist import ALLOWED, CT_STORAGE, ENHANCED_PT_STORAGE
from reader_study.intake.rules import Rule
from tests.reader_study.intake.files import Secrets, finished, header, noise, plant_deep

KINDS = ("NM", "GATED", "PT", "CT", "ENHANCED")
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "shift_jis", "euc_jp", "iso2022_jp")
_SHORTEST = 5  # bytes of a trace: shorter ones turn up by chance


@dataclass(frozen=True)
class Planted:
    """A file, what was planted in it by place, and what has to stay: paths of attributes."""

    data: bytes
    secrets: Secrets
    needed: tuple[str, ...]


def traces(value: str) -> set[bytes]:
    """The forms in which a value could survive, in lower case."""
    plain = value.encode()
    forms = {value.encode(code, "ignore") for code in _ENCODINGS}
    forms |= {hashlib.new(name, plain).hexdigest().encode() for name in ("md5", "sha1", "sha256")}
    forms |= {hashlib.new(name, plain).digest() for name in ("md5", "sha1", "sha256")}
    forms |= {base64.b64encode(plain).rstrip(b"="), plain.hex().encode(), plain[::-1]}
    return {form.lower() for form in forms if len(form) >= _SHORTEST}


def found(secrets: Secrets, result: bytes) -> set[str]:
    """Places whose value is in the result, in any form."""
    lower = result.lower()
    return {place for place, value in secrets.planted.items() if any(t in lower for t in traces(value))}


def usual(kind: str, seed: int, *, implicit: bool = False) -> Planted:
    """One file of a kind of KINDS with more than 60 planted values."""
    secrets = Secrets(seed)
    ds, needed = _BUILDERS[kind](secrets)
    plant_deep(ds, secrets)
    plant_disguised(ds, secrets, kind)
    plant_containers(ds, secrets)
    data = finished(ds, secrets)
    return Planted(as_implicit(data, secrets) if implicit else data, secrets, (*_PATIENT, *needed))


def everywhere(kind: str, seed: int) -> Planted:
    """A file with a value in every attribute of the standard that no rule lists, and private ones."""
    planted = usual(kind, seed)
    ds = dcmread(io.BytesIO(planted.data))
    listed = ALLOWED[str(ds.SOPClassUID)]
    for tag, (vr, _, _, _, keyword) in sorted(DicomDictionary.items()):
        free = tag >= 0x00080000 and tag not in listed and tag not in ds and tag >> 16 not in (0x0028, 0x7FE0)
        if free and tag >> 16 != 0xFFFE and tag != 0x0008001C:  # Synthetic Data: such a file is refused
            plant_by_vr(ds, tag, vr, f"every {keyword} {tag:08X}", planted.secrets)
    return Planted(finished(ds, planted.secrets), planted.secrets, planted.needed)


def plant_by_vr(ds: Dataset, tag: int, vr: str, place: str, secrets: Secrets) -> None:
    """Something of a person in one attribute, in its own representation."""
    word = secrets.word(place) if vr not in ("DA", "DT", "TM", "AS", "UI", "DS", "IS") else ""
    match vr.split(" or ", maxsplit=1)[0]:
        case "DA":
            value: object = secrets.date(place)
        case "DT":
            value = secrets.date(place) + "101112"
        case "UI":
            value = secrets.uid(place)
        case "DS" | "IS":
            value = secrets.number(place, 9)
        case "SQ":
            item = Dataset()
            item.PatientName, item.PatientID = f"{word}^{word}", secrets.number(f"{place} ID", 9)
            value = Sequence([item])
        case "AE" | "CS" | "SH" | "LO" | "LT" | "ST" | "UT" | "UC" | "UR":
            value = word.upper() if vr in ("AE", "CS") else word
        case "PN":
            value = f"{word}^{word}"
        case "OB" | "OW" | "UN":
            value = word.encode() + b"\0" * (len(word) % 2)
        case _:
            secrets.planted.pop(place, None)
            return
    ds.add(DataElement(tag, vr.split(" or ", maxsplit=1)[0], value))


def plant_disguised(ds: Dataset, secrets: Secrets, kind: str) -> None:
    """Identifiers dressed as what their attribute may hold: numbers, terms, times, codes, padding."""

    def put(keyword: str, value: bytes) -> None:
        tag = tag_for_keyword(keyword)
        assert tag is not None, keyword
        _put(ds, tag, dictionary_VR(tag), value)

    for keyword in (
        "HeartRate",
        "KVP",
        "TableHeight",
        "ReconstructionDiameter",
        "TriggerWindow",
        "SliceLocation",
    ):
        put(keyword, secrets.number(f"number in {keyword}", 10).encode())
    put("PatientSize", secrets.number("number in PatientSize", 8).encode())
    put("SeriesNumber", secrets.date("date in SeriesNumber").encode() + b"1")
    put("StudyTime", b"47" + secrets.number("number in StudyTime", 8).encode())
    put("ContentTime", secrets.word("word in ContentTime").encode())
    put("ContentDate", secrets.number("number in ContentDate", 7).encode() + b"9")
    put("AcquisitionDateTime", b"20200102101112&" + secrets.word("word in a DT").encode())
    put("PatientSex", b"F\0" + secrets.word("behind the NUL").encode())
    put("Laterality", secrets.word("word in Laterality").upper().encode())
    put("CorrectedImage", b"ATTN\\" + secrets.word("word in CorrectedImage").upper().encode())
    put("ImageType", _image_type(ds) + b"\\" + secrets.word("word in ImageType").upper().encode())
    put("RescaleType", secrets.word("word in RescaleType").encode())
    put("TimezoneOffsetFromUTC", secrets.word("word in an offset").encode())
    put("PatientAge", secrets.word("word in an age")[:8].encode())
    put("Units", secrets.word("word in Units").upper().encode())
    put("ConvolutionKernel", secrets.word("a kernel").encode())
    put("AttenuationCorrectionMethod", secrets.word("a method").encode())
    reference = Dataset()
    reference.ReferencedSOPClassUID = secrets.uid("a class UID with a date")
    reference.ReferencedSOPInstanceUID = secrets.uid("a referenced UID")
    purpose = Dataset()
    purpose.CodeValue, purpose.CodingSchemeDesignator = "121322", "DCM"
    purpose.CodeMeaning = secrets.word("meaning of a purpose")
    purpose.ContextGroupExtensionCreatorUID = secrets.uid("a UID in a code")
    purpose.LongCodeValue = secrets.word("a long code")
    reference.PurposeOfReferenceCodeSequence = Sequence([purpose])
    reference.add(DataElement(0x00130010, "LO", secrets.word("a private creator in a reference")))
    ds.SourceImageSequence = Sequence([reference])
    region = Dataset()
    region.CodeValue, region.CodingSchemeDesignator = "80891009", "SCT"
    region.CodeMeaning = secrets.word("meaning of a region")
    ds.AnatomicRegionSequence = Sequence([region])
    if kind in ("NM", "GATED"):
        tracer = ds.RadiopharmaceuticalInformationSequence[0]
        tracer.Radiopharmaceutical = secrets.word("a tracer")
        tracer.add(DataElement(0x00190010, "LO", secrets.word("a creator in a tracer")))
        tracer.add(DataElement(0x00191001, "PN", secrets.word("a name in a tracer")))
        ds.DetectorInformationSequence[0].CollimatorGridName = secrets.word("a grid")
        ds.EnergyWindowInformationSequence[0].EnergyWindowName = secrets.word("a window")


def plant_containers(ds: Dataset, secrets: Secrets) -> None:
    """Around and between: overlays, curves, icon, signatures, padding, attributes that were changed before."""
    group = 0x6000
    ds.add(DataElement(group << 16 | 0x0010, "US", 8))
    ds.add(DataElement(group << 16 | 0x0011, "US", 8))
    ds.add(DataElement(group << 16 | 0x0022, "LO", secrets.word("an overlay's description")))
    ds.add(DataElement(group << 16 | 0x1500, "LO", secrets.word("an overlay's label")))
    ds.add(DataElement(0x60023000, "OW", secrets.word("an overlay's bits").encode() + b"\0"))
    ds.add(DataElement(0x50002500, "LO", secrets.word("a curve's label")))
    ds.add(DataElement(0x50003000, "OW", secrets.word("a curve's data").encode() + b"\0"))
    icon = Dataset()
    icon.Rows = icon.Columns = 4
    icon.PixelData = secrets.word("an icon").encode()[:8].ljust(16, b"\0")
    icon["PixelData"].VR = "OB"
    ds.IconImageSequence = Sequence([icon])
    changed, before = Dataset(), Dataset()
    before.PatientName, before.PatientID = (
        secrets.word("an original name"),
        secrets.number("an original ID", 9),
    )
    changed.ModifiedAttributesSequence = Sequence([before])
    changed.SourceOfPreviousValues = secrets.word("a source of values")
    ds.OriginalAttributesSequence = Sequence([changed])
    ds.add(DataElement(0xFFFCFFFC, "OB", secrets.word("padding").encode() + b"\0"))
    # A sequence that says it is unknown: implicit VR inside.
    name = secrets.word("a name in an unknown sequence").encode() + b" "
    inside = struct.pack("<HHI", 0x0010, 0x0010, len(name)) + name
    _put(ds, 0x00321064, "UN", struct.pack("<HHI", 0xFFFE, 0xE000, len(inside)) + inside)
    for number in range(3):
        block = ds.private_block(0x0029 + 2 * number, secrets.word(f"creator {number}"), create=True)
        block.add_new(0x10, "LO", secrets.word(f"private text {number}"))
        block.add_new(0x11, "DS", secrets.number(f"private number {number}", 9))
        block.add_new(0x12, "OB", secrets.kanji(f"private kanji {number}").encode("shift_jis"))
        block.add_new(0x13, "UI", secrets.uid(f"private UID {number}"))


def as_implicit(data: bytes, secrets: Secrets) -> bytes:
    """The file in implicit VR, where the reader's dictionary decides what a value is."""
    ds = dcmread(io.BytesIO(data))
    ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    out = io.BytesIO()
    dcmwrite(out, ds, implicit_vr=True, little_endian=True)
    return out.getvalue()


def _put(ds: Dataset, tag: int, vr: str, value: bytes) -> None:
    """Bytes that no library would put there."""
    value += b" " * (len(value) % 2)
    ds[tag] = RawDataElement(Tag(tag), vr, len(value), value, 0, False, True)


def _image_type(ds: Dataset) -> bytes:
    return "\\".join(ds.ImageType).encode()


def _nm(secrets: Secrets) -> tuple[Dataset, tuple[str, ...]]:
    uids = {"SeriesInstanceUID": secrets.uid("series"), "SOPInstanceUID": secrets.uid("file")}
    ds = nm_dataset(noise((6, 16, 16)), header=header(secrets, **uids), state="stress")
    _physics(ds)
    return ds, (
        *_PLANE,
        *_NUCLEAR,
        "NumberOfFrames",
        "SliceVector",
        "FrameIncrementPointer",
        "SpacingBetweenSlices",
    )


def _gated(secrets: Secrets) -> tuple[Dataset, tuple[str, ...]]:
    """Gated projections: two windows are too rare to matter, everything else varies from frame to frame."""
    ds, needed = _nm(secrets)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "GATED TOMO", "EMISSION"]
    ds.EnergyWindowVector = ds.DetectorVector = ds.RotationVector = ds.RRIntervalVector = [1] * 6
    ds.TimeSlotVector, ds.AngularViewVector = [1, 2, 1, 2, 1, 2], [1, 1, 2, 2, 3, 3]
    ds.NumberOfRRIntervals, ds.NumberOfTimeSlots = 1, 2
    vectors = ("EnergyWindow", "Detector", "Rotation", "RRInterval", "TimeSlot", "AngularView")
    ds.FrameIncrementPointer = [Tag(f"{name}Vector") for name in vectors]
    del ds.SliceVector, ds.NumberOfSlices
    slot = Dataset()
    slot.TimeSlotTime = "450"
    data = Dataset()
    data.FrameTime, data.NominalInterval, data.LowRRValue, data.HighRRValue = "450.5", 900, 720, 1080
    data.IntervalsAcquired, data.IntervalsRejected = 512, 7
    data.TimeSlotInformationSequence = Sequence([slot])
    gated = Dataset()
    gated.TriggerTime, gated.CardiacFramingType = "0", "FORW"
    gated.DataInformationSequence = Sequence([data])
    ds.GatedInformationSequence = Sequence([gated])
    kept = tuple(name for name in needed if name != "SliceVector")
    return ds, (*kept, *(f"{name}Vector" for name in vectors), *_GATING)


def _pt(secrets: Secrets) -> tuple[Dataset, tuple[str, ...]]:
    volume = noise((2, 16, 16))
    ds = pt_datasets(volume, header=header(secrets, SeriesInstanceUID=secrets.uid("series")), state="rest")[0]
    ds.Units, ds.SUVType, ds.DecayCorrection = "BQML", "BW", "START"
    ds.FrameReferenceTime, ds.ActualFrameDuration = "301234.567", "600000"
    ds.DecayFactor, ds.DoseCalibrationFactor = "1.1834512345", "31134272.0"
    ds.SliceSensitivityFactor, ds.ScatterFractionFactor, ds.DeadTimeFactor = "0.998877", "0.31", "1.02"
    ds.PrimaryPromptsCountsAccumulated, ds.SecondaryCountsAccumulated = 1234567, [345678]
    _tracer(ds)
    return ds, (*_PLANE, *_TRACER, *_POSITRON, "ImagePositionPatient", "ImageOrientationPatient")


def _ct(secrets: Secrets) -> tuple[Dataset, tuple[str, ...]]:
    ds, _ = _pt(secrets)
    ds.SOPClassUID, ds.Modality, ds.KVP = CT_STORAGE, "CT", "120"
    ds.RescaleSlope, ds.RescaleIntercept = "1", "-1024"
    ds.GantryDetectorTilt, ds.XRayTubeCurrent, ds.SpiralPitchFactor = "0", 200, 0.9375
    needed = (
        "RescaleSlope",
        "RescaleIntercept",
        "XRayTubeCurrent",
        "SpiralPitchFactor",
        "GantryDetectorTilt",
    )
    return ds, (*_PLANE, *needed, "ImagePositionPatient", "ImageOrientationPatient")


def _enhanced(secrets: Secrets) -> tuple[Dataset, tuple[str, ...]]:
    ds, _ = _pt(secrets)
    ds.SOPClassUID, ds.NumberOfFrames = ENHANCED_PT_STORAGE, 2
    ds.PixelData += ds.PixelData
    ds.ImageType = ["ORIGINAL", "PRIMARY", "STATIC", "NONE"]
    ds.AttenuationCorrected, ds.DecayCorrected = "YES", "YES"
    ds.DecayCorrectionDateTime = secrets.planted["StudyDate"] + "101500.00"
    shared, measures, orientation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = ds.PixelSpacing, ds.SliceThickness
    orientation.ImageOrientationPatient = ds.ImageOrientationPatient
    shared.PixelMeasuresSequence = Sequence([measures])
    shared.PlaneOrientationSequence = Sequence([orientation])
    shared.FrameAnatomySequence = Sequence([Dataset()])
    shared.FrameAnatomySequence[0].FrameLaterality = "U"
    shared.PerformedProcedureStepDescription = secrets.word("text in a functional group")
    ds.SharedFunctionalGroupsSequence = Sequence([shared])
    ds.PerFrameFunctionalGroupsSequence = Sequence([_frame(ds, secrets, number) for number in range(2)])
    for keyword in ("PixelSpacing", "SliceThickness", "ImageOrientationPatient", "ImagePositionPatient"):
        delattr(ds, keyword)
    frames = "PerFrameFunctionalGroupsSequence"
    return ds, (
        *_TRACER,
        "SharedFunctionalGroupsSequence/PixelMeasuresSequence/PixelSpacing",
        "SharedFunctionalGroupsSequence/PixelMeasuresSequence/SliceThickness",
        "SharedFunctionalGroupsSequence/PlaneOrientationSequence/ImageOrientationPatient",
        f"{frames}/PlanePositionSequence/ImagePositionPatient",
        f"{frames}/PixelValueTransformationSequence/RescaleSlope",
        f"{frames}/FrameContentSequence/FrameAcquisitionDuration",
        f"{frames}/FrameContentSequence/DimensionIndexValues",
        f"{frames}/FrameContentSequence/StackID",
        f"{frames}/PETFrameCorrectionFactorsSequence/DecayFactor",
        "AttenuationCorrected",
        "NumberOfFrames",
    )


def _frame(ds: Dataset, secrets: Secrets, number: int) -> Dataset:
    frame, position, content, scale, factors = Dataset(), Dataset(), Dataset(), Dataset(), Dataset()
    position.ImagePositionPatient = ["-100.5", "-200.25", str(300 + number * 3.27)]
    content.FrameAcquisitionDateTime = secrets.planted["StudyDate"] + "101500.123000"
    content.FrameAcquisitionDuration, content.DimensionIndexValues = 600000.125, [1, number + 1]
    content.StackID, content.InStackPositionNumber = "1", number + 1
    content.FrameComments = secrets.word(f"comment of frame {number}")
    content.FrameLabel = secrets.word(f"label of frame {number}")
    scale.RescaleSlope, scale.RescaleIntercept, scale.RescaleType = str(0.123456789 + number), "0", "US"
    factors.DecayFactor = "1.0012345"
    frame.PlanePositionSequence, frame.FrameContentSequence = Sequence([position]), Sequence([content])
    frame.PixelValueTransformationSequence = Sequence([scale])
    frame.PETFrameCorrectionFactorsSequence = Sequence([factors])
    return frame


def _physics(ds: Dataset) -> None:
    """Everything that acquisition says in numbers."""
    ds.EnergyWindowInformationSequence = Sequence([energy_window(126.45, 154.55)])
    ds.CountsAccumulated, ds.ActualFrameDuration = 12_345_678, "25000"
    ds.PixelSpacing = ["6.59150000000001", "6.59150000000001"]
    ds.RescaleSlope, ds.RescaleIntercept = "0.000123456789", "0"
    rotation = Dataset()
    rotation.RotationDirection, rotation.TypeOfDetectorMotion = "CC", "STEP AND SHOOT"
    rotation.StartAngle, rotation.AngularStep, rotation.ScanArc = "-45.000000000001", "3", "180"
    rotation.ActualFrameDuration, rotation.NumberOfFramesInRotation = "25000", 60
    rotation.RadialPosition = ["251.1", "249.25", "248.875", "250", "250.5", "251"]
    rotation.TableHeight, rotation.TableTraverse = "-157.25", "1023.5"
    ds.RotationInformationSequence = Sequence([rotation])
    detector = ds.DetectorInformationSequence[0]
    detector.FieldOfViewDimensions, detector.ZoomFactor = [540, 400], ["1.46", "1.46"]
    detector.CenterOfRotationOffset, detector.RadialPosition = "-0.125", "250.125"
    _tracer(ds)


def _tracer(ds: Dataset) -> None:
    tracer = ds.RadiopharmaceuticalInformationSequence[0]
    tracer.RadiopharmaceuticalVolume, tracer.RadionuclideHalfLife = "5.5", "21624.12"
    tracer.RadionuclidePositronFraction, tracer.RadiopharmaceuticalStopTime = "0.967", "092530.25"


_PATIENT = ("PatientWeight", "SOPClassUID", "SeriesTime", "AcquisitionTime", "Rows", "Columns",
            "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SamplesPerPixel",
            "PhotometricInterpretation", "Modality", "InstanceNumber")  # fmt: skip
_PLANE = ("PixelSpacing", "SliceThickness")
_TRACER = tuple(
    f"RadiopharmaceuticalInformationSequence/{keyword}"
    for keyword in ("RadiopharmaceuticalStartTime", "RadiopharmaceuticalStopTime", "RadionuclideTotalDose",
                    "RadionuclideHalfLife", "RadionuclidePositronFraction", "RadiopharmaceuticalVolume",
                    "RadionuclideCodeSequence/CodeValue", "RadiopharmaceuticalCodeSequence/CodeValue")
)  # fmt: skip
_NUCLEAR = (
    *_TRACER,
    "RescaleSlope", "RescaleIntercept", "CountsAccumulated", "ActualFrameDuration",
    "EnergyWindowInformationSequence/EnergyWindowRangeSequence/EnergyWindowLowerLimit",
    "EnergyWindowInformationSequence/EnergyWindowRangeSequence/EnergyWindowUpperLimit",
    *(f"RotationInformationSequence/{keyword}" for keyword in (
        "RotationDirection", "TypeOfDetectorMotion", "StartAngle", "AngularStep", "ScanArc", "ActualFrameDuration",
        "NumberOfFramesInRotation", "RadialPosition", "TableHeight", "TableTraverse")),
    *(f"DetectorInformationSequence/{keyword}" for keyword in (
        "ImageOrientationPatient", "ImagePositionPatient", "FieldOfViewDimensions", "ZoomFactor", "CollimatorType",
        "CenterOfRotationOffset", "RadialPosition", "FocalDistance", "ViewCodeSequence/CodeValue")),
    "PatientOrientationCodeSequence/CodeValue",
    "PatientOrientationCodeSequence/PatientOrientationModifierCodeSequence/CodeValue",
)  # fmt: skip
_GATING = (
    "NumberOfTimeSlots", "NumberOfRRIntervals", "GatedInformationSequence/TriggerTime",
    "GatedInformationSequence/CardiacFramingType",
    *(f"GatedInformationSequence/DataInformationSequence/{keyword}" for keyword in (
        "FrameTime", "NominalInterval", "LowRRValue", "HighRRValue", "IntervalsAcquired", "IntervalsRejected",
        "TimeSlotInformationSequence/TimeSlotTime")),
)  # fmt: skip
_POSITRON = ("SUVType", "DecayCorrection", "FrameReferenceTime", "ActualFrameDuration", "DecayFactor",
             "DoseCalibrationFactor", "SliceSensitivityFactor", "ScatterFractionFactor", "DeadTimeFactor",
             "PrimaryPromptsCountsAccumulated", "SecondaryCountsAccumulated", "RescaleSlope", "RescaleIntercept",
             "NumberOfSlices", "ImageIndex", "CountsSource", "SeriesType")  # fmt: skip
_BUILDERS: dict[str, Callable[[Secrets], tuple[Dataset, tuple[str, ...]]]] = {
    "NM": _nm,
    "GATED": _gated,
    "PT": _pt,
    "CT": _ct,
    "ENHANCED": _enhanced,
}


def values(ds: Dataset, path: str) -> Iterator[object]:
    """All values at a path, one for each item on the way; numbers as they are written."""
    keyword, _, rest = path.partition("/")
    if rest:
        for item in ds[keyword].value:
            yield from values(item, rest)
    else:
        value = ds[keyword].value
        many = value if isinstance(value, Iterable) and not isinstance(value, str | bytes) else [value]
        yield [getattr(one, "original_string", one) for one in many]


def rules_of(
    listed: "dict[int, Rule]", prefix: tuple[int, ...] = ()
) -> Iterator[tuple[tuple[int, ...], Rule]]:
    """Every rule with the tags that lead to it."""
    for tag, rule in listed.items():
        yield (*prefix, tag), rule
        yield from rules_of(getattr(rule, "within", {}), (*prefix, tag))
