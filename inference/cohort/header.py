"""Headers as hospitals fill them: every place where a real file names its patient, typed or private."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.cohort.hospital import Hospital, Scanner, Variant
from inference.cohort.identity import Identity, scanned_at, uid
from inference.dicom.codes import ACQUISITION_EQUIPMENT
from inference.physics.patient import State

_SERIES_NUMBER = {"stress": 1, "rest": 2}
_IN_WORDS = {"stress": "負荷", "rest": "安静"}


@dataclass(frozen=True)
class Series:
    """How hospitals name one kind of image: at even sites in `words`, at odd ones in `tersely`."""

    modality: str
    number: int
    words: str
    tersely: str
    image_id: str
    processing: str


# Corrected, raw and gated images of one acquisition follow it in the same study, with their own numbers.
SERIES = {
    "spect": Series("NM", 0, "SA NM", "短軸像 SA NM", "Short Ax", "OSEM 4x8"),
    "pet": Series("PT", 0, "SA PT", "短軸像 SA PT", "", ""),
    "chang": Series(
        "NM", 10, "SA AC Chang NM", "短軸像 SA AC Chang NM", "Short Ax AC", "OSEM 4x8 Chang 1st order 0.12/cm"
    ),
    "ctac": Series("NM", 20, "SA CTAC NM", "短軸像 SA CTAC NM", "Short Ax CTAC", "OSEM 4x8 AC SC RR"),
    "projections": Series("NM", 30, "TOMO NM", "収集 TOMO NM", "Tomo", ""),
    "mumap": Series("NM", 40, "AC map NM", "減弱係数 map NM", "AC map", "CT to 140 keV"),
    "gated": Series("NM", 50, "SA gated NM", "心電図同期 SA NM", "Short Ax gated", "OSEM 4x8"),
}


def header_of(identity: Identity, hospital: Hospital, *, kind: str, state: State) -> dict[str, object]:
    """DICOM keyword -> value for the top level of one series. kind: a key of `SERIES`."""
    series = SERIES[kind]
    modality = series.modality
    at = scanned_at(identity, modality=modality, state=state)
    study_at = identity.spect_at if modality == "NM" else identity.pet_at
    scanner = hospital.spect if modality == "NM" else hospital.pet
    acquisition = _SERIES_NUMBER[state]
    number = series.number + acquisition
    return {
        "SpecificCharacterSet": list(hospital.character_set),
        "StudyInstanceUID": uid(identity, hospital, study_at),
        "SeriesInstanceUID": uid(identity, hospital, at, number),
        "FrameOfReferenceUID": uid(identity, hospital, at, acquisition, 0),
        **_patient(identity, hospital),
        **_visit(identity, hospital, modality=modality),
        **_times(study_at, at),
        **_equipment(hospital, scanner),
        **_words(identity, hospital, series, state=state),
        "SeriesNumber": number,
    }


def plant_identifiers(ds: Dataset, identity: Identity, hospital: Hospital) -> None:
    """Add what keywords cannot: identifiers in nested sequences and in private elements."""
    ds.OtherPatientIDsSequence = _items(
        PatientID=identity.insurance_id, IssuerOfPatientID="国民健康保険", TypeOfPatientID="TEXT"
    )
    ds.RequestAttributesSequence = _request(identity)
    ds.ReferencedStudySequence = _items(
        ReferencedSOPClassUID="1.2.840.10008.3.1.2.3.1", ReferencedSOPInstanceUID=ds.StudyInstanceUID + ".9"
    )
    ds.PhysiciansReadingStudyIdentificationSequence = _items(
        InstitutionName=hospital.name,
        InstitutionalDepartmentName=identity.reading.written,
        PersonIdentificationCodeSequence=_local_code("R-07", f"Dr {identity.reading.family}"),
    )
    ds.ContributingEquipmentSequence = _items(
        PurposeOfReferenceCodeSequence=ACQUISITION_EQUIPMENT.sequence(),
        Manufacturer=ds.Manufacturer,
        InstitutionName=hospital.name_local,
        StationName=ds.StationName,
        OperatorsName=identity.operator.person_name,
        ContributionDateTime=f"{ds.SeriesDate}{ds.SeriesTime}+0900",
    )
    for tracer in ds.RadiopharmaceuticalInformationSequence:
        injected = datetime.strptime(ds.SeriesDate + ds.SeriesTime, "%Y%m%d%H%M%S") - timedelta(hours=1)  # noqa: DTZ007
        tracer.RadiopharmaceuticalStartTime = f"{injected:%H%M%S}"
        tracer.RadiopharmaceuticalStartDateTime = f"{injected:%Y%m%d%H%M%S}"
        # Megabecquerel in NM, becquerel in PET.
        tracer.RadionuclideTotalDose = "740" if ds.Modality == "NM" else "555000000"
        tracer.RadiopharmaceuticalRoute = f"i.v. by {identity.operator.written}"
    for window in ds.get("EnergyWindowInformationSequence", []):
        window.EnergyWindowName = f"Tc99m {identity.patient_id}"
    _private(ds, identity, hospital)


def speak_tersely(ds: Dataset, *, kind: str, state: State) -> None:
    """Legal but bare: neither state nor view is coded any more, and words carry both."""
    ds.AcquisitionContextSequence = Sequence([])
    for detector in ds.get("DetectorInformationSequence", []):
        if "ViewCodeSequence" in detector:
            del detector.ViewCodeSequence
    ds.ProtocolName = f"Cardiac {ds.StationName}"
    ds.SeriesDescription = f"{_IN_WORDS[state]} {SERIES[kind].tersely}"


def _patient(identity: Identity, hospital: Hospital) -> dict[str, object]:
    who = identity.person.written
    return {
        "PatientName": identity.person.person_name,
        "PatientID": identity.patient_id,
        "IssuerOfPatientID": hospital.name,
        "PatientBirthDate": f"{identity.birth_date:%Y%m%d}",
        "PatientBirthTime": "0412",
        "PatientSex": identity.sex,
        "PatientAge": f"{identity.age:03d}Y",
        "PatientSize": f"{identity.height_m:.2f}",
        "PatientWeight": f"{identity.weight_kg:.1f}",
        "OtherPatientNames": f"{identity.person.family}^{identity.person.given[0]}",
        "PatientAddress": identity.address,
        "PatientTelephoneNumbers": identity.telephone,
        "PatientMotherBirthName": f"{identity.reading.family}^{identity.person.family}",
        "MedicalRecordLocator": f"MR{identity.patient_id}",
        "EthnicGroup": "Resident",
        "Occupation": "retired teacher",
        "AdditionalPatientHistory": f"{who} {identity.age}歳 胸痛 紹介 {identity.referring.written}",
        "PatientComments": f"連絡先 {identity.telephone}",
    }


def _visit(identity: Identity, hospital: Hospital, *, modality: str) -> dict[str, object]:
    accession = identity.spect_accession if modality == "NM" else identity.pet_accession
    return {
        "AccessionNumber": accession,
        "StudyID": accession[-6:],
        "InstitutionName": hospital.name,
        "InstitutionAddress": hospital.address,
        "InstitutionalDepartmentName": hospital.department,
        "ReferringPhysicianName": identity.referring.person_name,
        "PerformingPhysicianName": identity.reading.person_name,
        "NameOfPhysiciansReadingStudy": identity.reading.person_name,
        "OperatorsName": identity.operator.person_name,
        "RequestingPhysician": identity.referring.person_name,
        "AdmissionID": f"A{identity.insurance_id}",
        "CurrentPatientLocation": f"3F West {identity.insurance_id[-2:]}",
        "PerformedProcedureStepID": f"PPS{accession}"[:16],
        "PerformedProcedureStepDescription": f"MPI {identity.person.family}",
        "RequestedProcedureDescription": f"心筋血流 {identity.person.written}",
    }


def _times(study_at: datetime, at: datetime) -> dict[str, object]:
    day, clock = f"{at:%Y%m%d}", f"{at:%H%M%S}"
    return {
        "StudyDate": f"{study_at:%Y%m%d}",
        "StudyTime": f"{study_at:%H%M%S}",
        "SeriesDate": day,
        "SeriesTime": clock,
        "AcquisitionDate": day,
        "AcquisitionTime": clock,
        "ContentDate": day,
        "ContentTime": clock,
        "InstanceCreationDate": day,
        "InstanceCreationTime": clock,
        "PerformedProcedureStepStartDate": day,
        "PerformedProcedureStepStartTime": clock,
        "TimezoneOffsetFromUTC": "+0900",
    }


def _equipment(hospital: Hospital, scanner: Scanner) -> dict[str, object]:
    return {
        "Manufacturer": scanner.manufacturer,
        "ManufacturerModelName": scanner.model,
        "StationName": scanner.station,
        "DeviceSerialNumber": scanner.serial,
        "SoftwareVersions": [scanner.software, f"installed {hospital.name}"],
        "DateOfLastCalibration": "20220315",
        "DeviceUID": f"2.25.{int(scanner.serial) * 7919}",
    }


def _words(identity: Identity, hospital: Hospital, series: Series, *, state: State) -> dict[str, object]:
    who = identity.person.written
    words: dict[str, object] = {
        "StudyDescription": f"Myocardial perfusion {identity.person.family}",
        "SeriesDescription": f"{state.upper()} {series.words} {identity.person.family}",
        "ProtocolName": f"Cardiac {state} / {hospital.name}",
        "ImageComments": f"{who} ID {identity.patient_id} 撮像 {identity.operator.written}",
    }
    if series.modality == "NM":
        words["ImageID"] = f"{series.image_id} {identity.person.family}"[:16]
    if series.processing:
        words["ProcessingFunction"] = f"{series.processing} {identity.operator.family}"
    if "SA" in series.words.split():
        words["DerivationDescription"] = f"reoriented by {identity.operator.written}"
    if series.modality == "PT":
        words["ReconstructionMethod"] = f"OSEM {hospital.department}"
        words["AttenuationCorrectionMethod"] = f"CT {identity.pet_accession}"
        words["ConvolutionKernel"] = f"G4.5 {identity.operator.family}"[:16]
    return words


def _request(identity: Identity) -> Sequence:
    request = _items(
        ScheduledProcedureStepID=f"SPS{identity.insurance_id}",
        ScheduledProcedureStepDescription=f"{identity.person.written} 負荷心筋",
        RequestedProcedureID=identity.spect_accession,
        ReasonForTheRequestedProcedure=f"angina, Dr {identity.referring.family}",
    )
    request[0].ScheduledProtocolCodeSequence = _local_code("MPI-2D", f"MPI for {identity.person.family}")
    return request


def _private(ds: Dataset, identity: Identity, hospital: Hospital) -> None:
    creators = (
        ((0x0009, "GEMS_GENIE_1"), (0x0011, "GEMS_GENIE_1"), (0x0033, "GEMS_GENIE_1"))
        if hospital.variant is Variant.TEXTBOOK
        else ((0x0029, "SIEMENS CSA HEADER"), (0x0033, "SIEMENS MED NM"), (0x0071, "SIEMENS MED PT"))
    )
    first, second, third = (ds.private_block(group, creator, create=True) for group, creator in creators)
    first.add_new(0xD0, "LO", identity.person.written)
    first.add_new(0xD1, "SH", identity.patient_id[:16])
    unknown = f"PATIENT={identity.person.family} {identity.patient_id}".encode()
    first.add_new(0xD2, "UN", unknown + b" " * (len(unknown) % 2))
    nested = _items(PatientName=identity.person.person_name, PatientBirthDate=f"{identity.birth_date:%Y%m%d}")
    second.add_new(0xE0, "SQ", nested)
    second.add_new(0xE1, "PN", identity.operator.person_name)
    third.add_new(0xF0, "DT", f"{identity.spect_at:%Y%m%d%H%M%S}")
    third.add_new(
        0x31, "OB", f"<Patient Name='{identity.person.family}' Phone='{identity.telephone}'/> ".encode()
    )


def _local_code(value: str, meaning: str) -> Sequence:
    return _items(CodeValue=value, CodingSchemeDesignator="99LOCAL", CodeMeaning=meaning)


def _items(**elements: object) -> Sequence:
    item = Dataset()
    for keyword, value in elements.items():
        setattr(item, keyword, value)
    return Sequence([item])
