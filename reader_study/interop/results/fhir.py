"""All reads of a study as one FHIR R4 Bundle (HL7 FHIR 4.0.1), type collection.

Patients are pseudonyms, readers are roles without a person. For each read an Observation (LOINC 49569-7) whose members
are one Observation for stress and one for rest, with a component for each segment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from pydicom.sr.coding import Code

from reader_study.interop.results import concepts
from reader_study.interop.results.scores import Model, ScoredRead, ScoredStudy

_Resource = dict[str, Any]
_SYSTEMS = {
    "SCT": "http://snomed.info/sct",
    "DCM": "http://dicom.nema.org/resources/ontology/DCM",
    "UCUM": "http://unitsofmeasure.org",
    "LN": "http://loinc.org",
    concepts.SCHEME: f"urn:oid:{concepts.SCHEME_UID}",
}
_SPECT_REST_STRESS = Code("49569-7", "LN", "SPECT Heart perfusion at rest and W stress and W radionuclide IV")
_SPECT = ("spect", "virtual_pet")
_ABSENT = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/data-absent-reason",
            "code": "unknown",
            "display": "Unknown",
        }
    ],
    "text": "Not evaluable",
}
_CATEGORY = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "imaging",
            "display": "Imaging",
        }
    ]
}


@dataclass(frozen=True)
class ReadImage:
    """The DICOM files of an image that was read; instances: (SOP class, SOP instance UID)."""

    image: str
    subject: str
    study_uid: str
    series_uid: str
    modality: str
    image_set: str
    instances: Sequence[tuple[str, str]]
    organ: str = "heart"


def bundle(study: ScoredStudy, images: Iterable[ReadImage]) -> _Resource:
    """The Bundle as plain JSON, in a fixed order: the same lock gives the same document."""
    known = {image.image: image for image in images}
    made = _Maker(UUID(study.study_id), study)
    subjects = sorted({read.subject for read in study.reads})
    entries = [made.device(), *map(made.model, study.models), *map(made.patient, subjects)]
    entries += [made.reader(code) for code in sorted({read.reader for read in study.reads})]
    examinations: dict[str, list[ReadImage]] = {}
    for image in sorted(known.values(), key=lambda image: (image.subject, image.study_uid, image.series_uid)):
        examinations.setdefault(image.study_uid, []).append(image)
    entries += [made.imaging_study(uid, found) for uid, found in examinations.items()]
    for read in study.reads:
        seen = sorted({known[seen.image].study_uid for seen in read.images if seen.image in known})
        entries += made.observations(read, seen)
    newest = max((read.signed_at for read in study.reads), default=None)
    return {
        "resourceType": "Bundle",
        "id": study.lock_sha256,
        "meta": made.meta,
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{study.study_id}"},
        "type": "collection",
        **({"timestamp": _instant(newest)} if newest else {}),
        "entry": entries,
    }


class _Maker:
    """Resources of one study; `at` is the address that a resource has in the Bundle and in references."""

    def __init__(self, namespace: UUID, study: ScoredStudy) -> None:
        self.namespace, self.study = namespace, study
        labels = [("http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "PSEUDED", "pseudonymized")]
        self.meta: _Resource = {"security": [_coding(*label) for label in labels]}
        if study.simulated:
            reason = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
            self.meta["tag"] = [_coding(reason, "HTEST", "test health data")]

    def at(self, kind: str, name: str) -> str:
        return f"urn:uuid:{uuid5(self.namespace, f'{kind} {name}')}"

    def refer(self, kind: str, name: str) -> dict[str, str]:
        return {"reference": self.at(kind, name)}

    def entry(self, kind: str, name: str, **content: Any) -> _Resource:
        address = self.at(kind, name)
        resource = {
            "resourceType": kind,
            "id": address.removeprefix("urn:uuid:"),
            "meta": self.meta,
            **content,
        }
        return {"fullUrl": address, "resource": resource}

    def own(self, name: str) -> str:
        """The system of identifiers that hold within this study."""
        return f"{self.at('system', name)}"

    def device(self) -> _Resource:
        return self.entry(
            "Device",
            "reader study",
            manufacturer="Reader Study",
            deviceName=[{"name": "Reader Study", "type": "model-name"}],
            note=[{"text": "Software for blinded reading studies. Research use only."}],
        )

    def model(self, model: Model) -> _Resource:
        return self.entry(
            "Device",
            model.digest,
            identifier=[{"system": "urn:ietf:rfc:3986", "value": f"urn:sha256:{model.digest}"}],
            deviceName=[{"name": model.name, "type": "model-name"}],
            version=[{"value": model.version}],
            note=[{"text": "Neural network that computed the virtual images. Research use only."}],
        )

    def patient(self, subject: str) -> _Resource:
        identifier = [{"use": "secondary", "system": self.own("subjects"), "value": subject}]
        return self.entry("Patient", subject, identifier=identifier)

    def reader(self, code: str) -> _Resource:
        identifier = [{"system": self.own("readers"), "value": code}]
        return self.entry("PractitionerRole", code, identifier=identifier, code=[{"text": f"Reader {code}"}])

    def imaging_study(self, uid: str, images: Sequence[ReadImage]) -> _Resource:
        series = [self._series(image) for image in images]
        return self.entry(
            "ImagingStudy",
            uid,
            identifier=[{"system": "urn:dicom:uid", "value": f"urn:oid:{uid}"}],
            status="available",
            subject=self.refer("Patient", images[0].subject),
            numberOfSeries=len(series),
            numberOfInstances=sum(len(image.instances) for image in images),
            series=series,
        )

    def _series(self, image: ReadImage) -> _Resource:
        series: _Resource = {
            "uid": image.series_uid,
            "modality": _coding(_SYSTEMS["DCM"], image.modality),
            "numberOfInstances": len(image.instances),
            "bodySite": _concept(concepts.ORGANS[image.organ].body)["coding"][0],
            "instance": [
                {"uid": sop_uid, "sopClass": {"system": "urn:ietf:rfc:3986", "code": f"urn:oid:{sop_class}"}}
                for sop_class, sop_uid in image.instances
            ],
        }
        if image.image_set in concepts.COMPUTED:
            series["description"] = concepts.IMAGES[image.image_set].meaning
            series["performer"] = [
                {"actor": self.refer("Device", model.digest)} for model in self.study.models
            ]
        return series

    def observations(self, read: ScoredRead, examinations: Sequence[str]) -> list[_Resource]:
        """The read, then its states."""
        states, organ = sorted(read.scores, reverse=True), concepts.ORGANS[read.organ]
        common = {
            "status": "final",
            "category": [_CATEGORY],
            "subject": self.refer("Patient", read.subject),
            "issued": _instant(read.signed_at),
            "performer": [self.refer("PractitionerRole", read.reader)],
            "bodySite": _concept(organ.body),
            "device": self.refer("Device", "reader study"),
            "derivedFrom": [self.refer("ImagingStudy", uid) for uid in examinations],
        }
        if not examinations:
            del common["derivedFrom"]
        codes = [_SPECT_REST_STRESS] if read.image_set in _SPECT else []
        whole = self.entry(
            "Observation",
            read.token,
            identifier=[{"system": self.own("reads"), "value": read.name}],
            code=_concept(*codes, concepts.PROCEDURES[read.image_set]),
            **common,
            hasMember=[self.refer("Observation", f"{read.token} {state}") for state in states],
            component=[
                *_about(read),
                *(
                    _number(code, value=read.difference)
                    for name, code in organ.sums.items()
                    if name == "difference"
                ),
            ],
        )
        return [whole, *(self._of_state(read, state, common) for state in states)]

    def _of_state(self, read: ScoredRead, state: str, common: Mapping[str, Any]) -> _Resource:
        organ = concepts.ORGANS[read.organ]
        return self.entry(
            "Observation",
            f"{read.token} {state}",
            code=_concept(organ.sums.get(state, concepts.REGION_SCORES)),
            **common,
            **(_value(read.sum(state)) if state in organ.sums else {}),
            component=[
                {
                    "code": _concept(concepts.PATIENT_STATE),
                    "valueCodeableConcept": _concept(concepts.STATES[state]),
                },
                *(
                    _number(*place.codes, value=score, text=f"{organ.place} {number}: {place.meaning}")
                    for number, (place, score) in enumerate(
                        zip(organ.places, read.scores[state], strict=True), start=1
                    )
                ),
            ],
        )


def _about(read: ScoredRead) -> list[_Resource]:
    """What was read, which time, and what else the form asked."""
    found: list[_Resource] = [
        *(
            {
                "code": _concept(concepts.IMAGE_READ),
                "valueCodeableConcept": _concept(concepts.IMAGES[image_set]),
            }
            for image_set in [*read.beside, read.image_set]
        ),
        _number(concepts.READ_NUMBER, value=read.number),
    ]
    for name, value in read.answers():
        code = concepts.field_name(name)
        if isinstance(value, str):
            found.append(
                {"code": _concept(code), "valueCodeableConcept": _concept(concepts.field_value(value))}
            )
        else:
            found.append(_number(code, value=value))
    return found


def _number(*codes: Code, value: int | None, text: str = "") -> _Resource:
    concept = _concept(*codes)
    if text:
        concept["text"] = text
    return {"code": concept, **_value(value)}


def _value(value: int | None) -> _Resource:
    return {"dataAbsentReason": _ABSENT} if value is None else {"valueInteger": value}


def _concept(*codes: Code) -> _Resource:
    return {"coding": [_coding(_SYSTEMS[code.scheme_designator], code.value, code.meaning) for code in codes]}


def _coding(system: str, code: str, display: str = "") -> dict[str, str]:
    return {"system": system, "code": code, **({"display": display} if display else {})}


def _instant(moment: Any) -> str:
    text: str = moment.isoformat(timespec="seconds")
    return text.replace("+00:00", "Z")
