"""A read as a DICOM structured report: Comprehensive 3D SR with TID 1500, one group (TID 1501) for each segment.

Everything is a function of the arguments: no clock, no random UIDs.
"""

import io
import warnings
from collections.abc import Mapping, Sequence

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from highdicom.sr import (
    Comprehensive3DSR,
    DeviceObserverIdentifyingAttributes,
    FindingSite,
    Measurement,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    PersonObserverIdentifyingAttributes,
    QualitativeEvaluation,
    TrackingIdentifier,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian

from inference.dicom.write import uid_from
from reader_study.interop.results import concepts
from reader_study.interop.results.scores import ScoredRead, ScoredStudy

FORMAT = "1"  # changes with the content: a new format makes new files, with new UIDs
_SERIES_NUMBER = 9001
_SHORT = {
    "spect": "SPECT",
    "virtual_pet": "vPET (AI, research)",
    "pet": "PET",
    "uncorrected": "NC",
    "chang": "Chang",
    "virtual_ctac": "vCTAC (AI, research)",
    "ctac": "CTAC",
}
_REQUIRED = ("PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate", "StudyTime")


def report(read: ScoredRead, images: Mapping[str, Sequence[Dataset]], *, study: ScoredStudy) -> bytes:
    """One DICOM file. images: name -> headers of the files that the reader saw, at least one of all."""
    evidence = [_complete(ds) for name in sorted(images) for ds in images[name]]
    names = (study.lock_sha256, read.token, str(read.version), FORMAT)
    with warnings.catch_warnings():
        # Pseudonyms have no family name, and highdicom wonders.
        warnings.filterwarnings(
            "ignore", message="The string .* is unlikely to represent", category=UserWarning
        )
        document = Comprehensive3DSR(
            evidence=evidence,
            content=_content(read, evidence, names),
            series_instance_uid=uid_from("score series", *names),
            series_number=_SERIES_NUMBER,
            series_description=_description(read, study),
            sop_instance_uid=uid_from("score report", *names),
            instance_number=1,
            manufacturer="Reader Study",
            manufacturer_model_name="Reader Study",
            software_versions=[FORMAT, study.lock_sha256],
            is_complete=True,
            is_final=True,
            content_date=read.signed_at.date(),
            content_time=read.signed_at.time(),
            transfer_syntax_uid=ExplicitVRLittleEndian,
            coding_schemes=[
                CodingSchemeIdentificationItem(
                    designator=concepts.SCHEME,
                    name=concepts.SCHEME_NAME,
                    version=concepts.VERSION,
                    uid=concepts.SCHEME_UID,
                )
            ],
        )
    # When it was signed, not when it was written: the same lock gives the same bytes.
    document.InstanceCreationDate, document.InstanceCreationTime = document.ContentDate, document.ContentTime
    document.TimezoneOffsetFromUTC = "+0000"
    for equipment in document.ContributingEquipmentSequence:
        equipment.ContributionDateTime = read.signed_at.strftime("%Y%m%d%H%M%S+0000")
    out = io.BytesIO()
    document.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _complete(ds: Dataset) -> Dataset:
    """A header in which everything that a report takes over is at least empty."""
    for keyword in _REQUIRED:
        if keyword not in ds:
            setattr(ds, keyword, "")
    return ds


def _description(read: ScoredRead, study: ScoredStudy) -> str:
    arm = " + ".join(_SHORT[image_set] for image_set in [*read.beside, read.image_set])
    return f"Scores {read.reader} {arm} read {read.number}{' SIMULATED' if study.simulated else ''}"


def _content(read: ScoredRead, evidence: Sequence[Dataset], names: tuple[str, ...]) -> MeasurementReport:
    person = PersonObserverIdentifyingAttributes(name=f"{read.reader}^")
    device = DeviceObserverIdentifyingAttributes(
        uid=uid_from("device", "reader study"), name="Reader Study", manufacturer_name="Reader Study"
    )
    groups = [
        _segment(read, state, number, names)
        for state in sorted(read.scores, reverse=True)
        for number in range(len(read.scores[state]))
    ]
    return MeasurementReport(
        observation_context=ObservationContext(
            observer_person_context=ObserverContext(codes.DCM.Person, person),
            observer_device_context=ObserverContext(codes.DCM.Device, device),
        ),
        procedure_reported=concepts.PROCEDURES[read.image_set],
        imaging_measurements=[*groups, _summary(read, names)],
        title=codes.DCM.ImagingMeasurementReport,
        referenced_images=evidence,
    )


def _segment(
    read: ScoredRead, state: str, number: int, names: tuple[str, ...]
) -> MeasurementsAndQualitativeEvaluations:
    organ = concepts.ORGANS[read.organ]
    score, place = read.scores[state][number], organ.places[number]
    said = [QualitativeEvaluation(concepts.PATIENT_STATE, concepts.STATES[state])]
    measured = []
    if score is None:
        said.append(QualitativeEvaluation(organ.score, concepts.NOT_EVALUABLE))
    else:
        measured.append(Measurement(organ.score, score, concepts.SCORE_UNIT))
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(
            uid=uid_from("score", *names, state, str(number + 1)),
            identifier=f"{state} {number + 1} {place.name}",
        ),
        finding_sites=[FindingSite(place.site, laterality=place.side)],
        measurements=measured or None,
        qualitative_evaluations=said,
    )


def _summary(read: ScoredRead, names: tuple[str, ...]) -> MeasurementsAndQualitativeEvaluations:
    organ = concepts.ORGANS[read.organ]
    measured = [
        Measurement(code, value, concepts.SCORE_UNIT)
        for name, code in organ.sums.items()
        for value in [read.difference if name == "difference" else read.sum(name)]
        if value is not None
    ]
    said = [
        QualitativeEvaluation(concepts.IMAGE_READ, concepts.IMAGES[image_set])
        for image_set in [*read.beside, read.image_set]
    ]
    for name, value in read.answers():
        if isinstance(value, str):
            said.append(QualitativeEvaluation(concepts.field_name(name), concepts.field_value(value)))
        else:
            measured.append(Measurement(concepts.field_name(name), value, concepts.SCORE_UNIT))
    measured.append(Measurement(concepts.READ_NUMBER, read.number, concepts.NO_UNITS))
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(uid=uid_from("summary", *names), identifier="summary"),
        finding_sites=[FindingSite(organ.body)],
        measurements=measured,
        qualitative_evaluations=said,
    )
