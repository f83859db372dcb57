"""DICOM files with invented identifiers in every place that real ones were found in."""

import io
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from pydicom import dcmread, dcmwrite
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from inference.dicom.write import nm_dataset, pt_datasets, to_bytes
from inference.volume import Kind, Volume

_CONSONANTS, _VOWELS, _KANJI = "bdgkmnrtwz", "aeiou", "斎藤渡邊廣瀬高橋濱田嶋崎榎椿"


def heart_affine(step: float = 6.4) -> np.ndarray:
    """A usual short axis, canonical order, `step` mm each way."""
    affine = np.eye(4)
    affine[:3, 0] = np.array([0.7071, 0.7071, 0.0]) * step
    affine[:3, 1] = np.array([0.0, 0.0, -1.0]) * step
    affine[:3, 2] = np.cross(affine[:3, 0], affine[:3, 1]) / step
    affine[:3, 3] = [-100.0, -200.0, 300.0]
    return affine


def noise(shape: tuple[int, int, int] = (12, 16, 16), seed: int = 1) -> Volume:
    """Something that is surely no heart: for what happens before an image is looked at."""
    voxels = np.random.default_rng(seed).gamma(2, 100, shape).astype(np.float32)
    return Volume(voxels, heart_affine(), Kind.SHORT_AXIS)


def heart(seed: int = 1, *, weak_wall: float = 1.0) -> Volume:
    """A left ventricle on a faint background, 40 x 64 x 64 at 4 mm; `weak_wall` scales its inferior wall."""
    k, j, i = np.mgrid[0:40, 0:64, 0:64].astype(np.float64)
    y, x = (j - 32) * 4, (i - 32) * 4
    along = np.clip((22 - k) * 4 / 45, 0, None)  # apex near k = 8, cylinder towards the base
    radius = np.hypot(x, y)
    shell = np.exp(-(((np.hypot(radius / 28, along) - 1) * 28 / 7) ** 2)) * (k <= 31)
    wall = shell * np.where(y > 10, weak_wall, 1.0)
    noise_ = np.random.default_rng(seed).normal(0, 1, wall.shape)
    voxels = np.clip(8 + 100 * wall + noise_, 0, None).astype(np.float32)
    return Volume(voxels, heart_affine(4.0), Kind.SHORT_AXIS)


@dataclass
class Secrets:
    """Invented values of one patient, by seed and place; each is remembered under where it was planted."""

    seed: int
    planted: dict[str, str] = field(default_factory=dict)

    @property
    def patient_id(self) -> str:
        return self.number("PatientID", 8)

    def _dice(self, place: str) -> random.Random:
        return random.Random(f"{self.seed} {place}")

    def word(self, place: str) -> str:
        """A pronounceable word that is in no dictionary of ours."""
        dice = self._dice(place)
        letters = (dice.choice(_CONSONANTS) + dice.choice(_VOWELS) for _ in range(4))
        return self.planted.setdefault(place, "".join(letters).capitalize() + "x")

    def kanji(self, place: str) -> str:
        """Three or four: in two bytes each, they are still long enough to be told from chance."""
        dice = self._dice(place)
        return self.planted.setdefault(place, "".join(dice.sample(_KANJI, dice.choice((3, 4)))))

    def number(self, place: str, digits: int) -> str:
        value = self._dice(place).randrange(10 ** (digits - 1), 10**digits)
        return self.planted.setdefault(place, str(value))

    def date(self, place: str) -> str:
        dice = self._dice(place)
        value = f"{dice.randrange(1930, 2023)}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}"
        return self.planted.setdefault(place, value)

    def uid(self, place: str) -> str:
        value = (
            f"1.2.392.200036.9116.{self._dice(place).randrange(10**8, 10**9)}.{self.date(place + ' date')}"
        )
        return self.planted.setdefault(place, value)


TEXTS = [
    "InstitutionName",
    "InstitutionAddress",
    "InstitutionalDepartmentName",
    "StudyDescription",
    "SeriesDescription",
    "ProtocolName",
    "ImageComments",
    "PatientComments",
    "AdditionalPatientHistory",
    "Occupation",
    "EthnicGroup",
    "MedicalRecordLocator",
    "StationName",
    "DeviceSerialNumber",
    "PerformedProcedureStepDescription",
    "RequestedProcedureDescription",
    "AccessionNumber",
    "StudyID",
    "ImageID",
    "ProcessingFunction",
    "ConvolutionKernel",
    "CurrentPatientLocation",
    "AdmissionID",
    "PatientAddress",
    "Manufacturer",
    "ManufacturerModelName",
    "DerivationDescription",
    "ReasonForStudy",
    "RequestingService",
    "CountryOfResidence",
]
NAMES = [
    "ReferringPhysicianName",
    "PerformingPhysicianName",
    "OperatorsName",
    "NameOfPhysiciansReadingStudy",
    "RequestingPhysician",
    "PatientMotherBirthName",
    "ResponsiblePerson",
]
DATES = [
    "PatientBirthDate",
    "DateOfLastCalibration",
    "InstanceCreationDate",
    "PerformedProcedureStepStartDate",
]


def header(secrets: Secrets, **more: object) -> dict[str, object]:
    """Keyword -> value for the top level. Dates of the examination: `secrets.planted["StudyDate"]`."""
    family, given = secrets.word("family"), secrets.word("given")
    kanji = f"{secrets.kanji('family kanji')}^{secrets.kanji('given kanji')}"
    day = secrets.date("StudyDate")
    return {
        "SpecificCharacterSet": ["", "ISO 2022 IR 87"],
        "PatientName": f"{family}^{given}={kanji}",
        "PatientID": secrets.patient_id,
        "OtherPatientNames": f"{secrets.word('other name')}^{given}",
        "PatientSex": "F",
        "PatientAge": "093Y",
        "PatientWeight": "61.5",
        "PatientSize": "1.58",
        "StudyInstanceUID": secrets.uid("StudyInstanceUID"),
        "StudyDate": day,
        "SeriesDate": day,
        "AcquisitionDate": day,
        "StudyTime": "101500",
        "SeriesTime": "103000",
        "AcquisitionTime": "103000",
        **{keyword: secrets.word(keyword)[:16] for keyword in TEXTS},
        **{keyword: f"{secrets.word(keyword)}^{secrets.word(keyword + ' given')}" for keyword in NAMES},
        **{keyword: secrets.date(keyword) for keyword in DATES},
        "SoftwareVersions": ["4.1", secrets.word("SoftwareVersions")],
        "BodyPartExamined": secrets.word("BodyPartExamined").upper(),
        "RetrieveURL": f"http://{secrets.word('RetrieveURL').lower()}.example/",
        "PatientTelephoneNumbers": secrets.number("PatientTelephoneNumbers", 10),
        "IssuerOfPatientID": secrets.word("IssuerOfPatientID"),
        "TimezoneOffsetFromUTC": "+0900",
        **more,
    }  # fmt: skip


def plant_deep(ds: Dataset, secrets: Secrets) -> None:
    """Identifiers in nested, private and unknown elements, in a standard code, behind the pixels."""
    tracer = ds.RadiopharmaceuticalInformationSequence[0]
    tracer.RadiopharmaceuticalRoute = secrets.word("RadiopharmaceuticalRoute")
    tracer.RadiopharmaceuticalStartTime = "092500"
    tracer.RadiopharmaceuticalStartDateTime = secrets.planted["StudyDate"] + "092500.00+0900"
    tracer.RadionuclideTotalDose = "740000000"
    tracer.RadionuclideCodeSequence[0].CodeMeaning = secrets.word("code meaning")
    local = Dataset()
    local.CodeValue, local.CodingSchemeDesignator = secrets.word("local code")[:16], "99LOCAL"
    local.CodeMeaning = secrets.word("local meaning")
    ds.PatientGantryRelationshipCodeSequence.append(local)
    other = Dataset()
    other.PatientID, other.IssuerOfPatientID = secrets.number("other id", 7), secrets.word("other issuer")
    ds.OtherPatientIDsSequence = Sequence([other])
    inner = Dataset()
    inner.PersonName = f"{secrets.word('nested person')}^X"
    inner.InstitutionName = secrets.word("nested institution")
    outer = Dataset()
    outer.PersonIdentificationCodeSequence = Sequence([inner])
    ds.RequestAttributesSequence = Sequence([outer])
    context = Dataset()
    context.ValueType = "TEXT"
    context.TextValue = secrets.word("context text")
    ds.AcquisitionContextSequence.append(context)
    if "EnergyWindowInformationSequence" in ds:
        ds.EnergyWindowInformationSequence[0].EnergyWindowName = secrets.word("EnergyWindowName")
    block = ds.private_block(0x0011, "ACME 1", create=True)
    block.add_new(0x01, "LO", secrets.word("private LO"))
    block.add_new(0x02, "UN", f"name={secrets.word('private UN')};".encode())
    private_item = Dataset()
    private_item.PatientName = f"{secrets.word('private PN')}^Y"
    block.add_new(0x03, "SQ", Sequence([private_item]))
    block.add_new(0x04, "OB", b"\0\1\2" + secrets.word("private OB").encode() + b"\0\0")
    ds.add(DataElement(0x00104000, "UN", secrets.word("public UN").encode() + b" "))
    ds.PixelData += secrets.word("behind the pixels").encode() + b" "


def finished(ds: Dataset, secrets: Secrets) -> bytes:
    """The file, with identifiers in preamble and file meta too."""
    ds = dcmread(io.BytesIO(to_bytes(ds)))
    ds.preamble = secrets.word("preamble").encode().ljust(128, b"\0")
    ds.file_meta.SourceApplicationEntityTitle = secrets.word("AE title").upper()
    ds.file_meta.ImplementationVersionName = secrets.word("implementation")
    ds.file_meta.PrivateInformationCreatorUID = UID("1.2.3.4.5.6.7")
    ds.file_meta.PrivateInformation = secrets.word("meta private").encode() + b" "
    out = io.BytesIO()
    dcmwrite(out, ds)
    return out.getvalue()


def nm_file(
    volume: Volume, *, state: str | None, secrets: Secrets, more: Mapping[str, object] | None = None
) -> bytes:
    series = {
        "SeriesInstanceUID": secrets.uid(f"NM series {state}"),
        "SOPInstanceUID": secrets.uid(f"NM file {state}"),
    }
    ds = nm_dataset(volume, header=header(secrets, **{**series, **(more or {})}), state=state)
    plant_deep(ds, secrets)
    return finished(ds, secrets)


def pt_files(
    volume: Volume, *, state: str | None, secrets: Secrets, more: Mapping[str, object] | None = None
) -> list[bytes]:
    series = {"SeriesInstanceUID": secrets.uid(f"PT series {state}")}
    files = []
    for ds in pt_datasets(volume, header=header(secrets, **{**series, **(more or {})}), state=state):
        plant_deep(ds, secrets)
        files.append(finished(ds, secrets))
    return files
