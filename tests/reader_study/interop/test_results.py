"""Scores as DICOM SR and FHIR: what they say, and that other people's programs agree."""

import io
import json
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from highdicom.sr import srread
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from inference.dicom.write import nm_dataset, pt_datasets, to_bytes, uid_from
from inference.heart.segments import SEGMENT_NAMES
from reader_study.interop.results import concepts, structured_report
from reader_study.interop.results.fhir import ReadImage, bundle
from reader_study.interop.results.scores import Model, ScoredRead, ScoredStudy, SeenImage, scored_study
from tests.reader_study.interop import objects
from tests.reader_study.interop.peers import DCMTK, errors_of, need

SUBJECT = "A-0001"
STUDY_ID = "8ae11bb4-1f2c-4d7e-9c07-5fd0f3c5b4a1"
SIGNED = datetime(2026, 11, 21, 12, 0, 7, tzinfo=UTC)
FREE_TEXT = "Dr. Yamada thinks otherwise"


def _read(image_set: str, scores: Mapping[str, list[int | None]]) -> ScoredRead:
    return ScoredRead(
        token=f"token of {image_set}",
        subject=SUBJECT,
        case="c",
        site="A",
        reader="R7",
        image_set=image_set,
        number=1,
        version=1,
        scores=scores,
        choices={"confidence": 4, "overall": "definitely_abnormal"},
        images=[SeenImage(f"{image_set} {state}", image_set, state) for state in scores],
        signed_at=SIGNED,
    )


READS = [
    _read("pet", {"stress": [0] * 17, "rest": [0] * 17}),
    _read("spect", {"stress": [n % 5 for n in range(17)], "rest": [(n + 2) % 4 for n in range(17)]}),
    # One segment at stress cannot be scored.
    _read("virtual_pet", {"stress": [None if n == 3 else 1 for n in range(17)], "rest": [2] * 17}),
]
STUDY = ScoredStudy(
    study_id=STUDY_ID,
    title="SPECT against PET",
    simulated=True,
    lock_sha256="a" * 64,
    reads=READS,
    models=[Model("heart-spect-to-pet", "1.0.0", "b" * 64)],
)


def headers_of(image_set: str, state: str) -> list[Dataset]:
    """Of one image; stress and rest on two days: two DICOM studies, as hospitals have it."""
    given = {
        "PatientID": SUBJECT,
        "PatientName": SUBJECT,
        "PatientSex": "F",
        "StudyDate": "20240229",
        "StudyInstanceUID": uid_from("study", state),
        "SeriesInstanceUID": uid_from(image_set, state),
    }
    volume = objects.volume(len(image_set + state), (3, 16, 16))
    if image_set == "pet":
        made = pt_datasets(volume, header=given, state=state)
    else:
        made = [nm_dataset(volume, header=given, state=state)]
    return [dcmread(io.BytesIO(to_bytes(ds)), stop_before_pixels=True) for ds in made]


HEADERS = {
    read.image_set: {state: headers_of(read.image_set, state) for state in read.scores} for read in READS
}


@pytest.fixture(scope="module")
def reports() -> dict[str, bytes]:
    return {
        read.image_set: structured_report.report(read, HEADERS[read.image_set], study=STUDY) for read in READS
    }


def evidence_of(ds: Dataset) -> set[tuple[str, str]]:
    """(Study Instance UID, SOP Instance UID) of everything that a report says it rests upon."""
    referenced = set()
    for sequence in ("CurrentRequestedProcedureEvidenceSequence", "PertinentOtherEvidenceSequence"):
        for study in ds.get(sequence, []):
            for series in study.ReferencedSeriesSequence:
                for one in series.ReferencedSOPSequence:
                    referenced.add((study.StudyInstanceUID, one.ReferencedSOPInstanceUID))
    return referenced


@pytest.mark.parametrize("read", READS, ids=lambda read: read.image_set)
def test_a_structured_report_says_what_was_signed(read: ScoredRead, reports: dict[str, bytes]) -> None:
    ds = dcmread(io.BytesIO(reports[read.image_set]))
    assert (ds.PatientID, ds.PatientName) == (SUBJECT, SUBJECT)
    assert ds.SOPClassUID == "1.2.840.10008.5.1.4.1.1.88.34"
    assert (ds.ContentDate, ds.ContentTime, ds.TimezoneOffsetFromUTC) == ("20261121", "120007", "+0000")
    assert (ds.CompletionFlag, ds.PreliminaryFlag) == ("COMPLETE", "FINAL")
    assert "SIMULATED" in ds.SeriesDescription
    report = srread(io.BytesIO(reports[read.image_set]))
    groups = report.content.get_image_measurement_groups()
    assert len(groups) == 2 * 17 + 1
    by_name = {group.tracking_identifier: group for group in groups}
    for state, scores in read.scores.items():
        for number, score in enumerate(scores):
            group = by_name[f"{state} {number + 1} {SEGMENT_NAMES[number]}"]
            assert group.finding_sites[0].value == concepts.SEGMENTS[number]
            (of,) = group.get_qualitative_evaluations(concepts.PATIENT_STATE)
            assert of.value == concepts.STATES[state]
            measured = group.get_measurements(concepts.SEGMENT_SCORE)
            if score is None:
                assert not measured
                (said,) = group.get_qualitative_evaluations(concepts.SEGMENT_SCORE)
                assert said.value == concepts.NOT_EVALUABLE
            else:
                assert (int(measured[0].value), measured[0].unit) == (score, concepts.SCORE_UNIT)
    _check_summary(by_name["summary"], read)
    observers = report.content.get_observer_contexts(observer_type=codes.DCM.Person)
    assert [str(one.observer_identifying_attributes.name) for one in observers] == ["R7^"]
    files = [file for of_state in HEADERS[read.image_set].values() for file in of_state]
    assert evidence_of(ds) == {(file.StudyInstanceUID, file.SOPInstanceUID) for file in files}


def _check_summary(summary: Any, read: ScoredRead) -> None:
    for name, value in (
        ("stress", read.sum("stress")),
        ("rest", read.sum("rest")),
        ("difference", read.difference),
    ):
        measured = summary.get_measurements(concepts.SUMS[name])
        assert [int(one.value) for one in measured] == ([] if value is None else [value])
    (image,) = summary.get_qualitative_evaluations(concepts.IMAGE_READ)
    assert image.value == concepts.IMAGES[read.image_set]
    (overall,) = summary.get_qualitative_evaluations(concepts.field_name("overall"))
    assert overall.value == concepts.field_value("definitely_abnormal")
    assert int(summary.get_measurements(concepts.field_name("confidence"))[0].value) == 4


def test_dciodvfy_finds_no_error(reports: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in reports.items():
        file = tmp_path / f"{name}.dcm"
        file.write_bytes(data)
        assert errors_of(file) == []


def test_dciodvfy_would_find_one(reports: dict[str, bytes], tmp_path: Path) -> None:
    ds = dcmread(io.BytesIO(reports["spect"]))
    del ds.CompletionFlag
    ds.save_as(tmp_path / "broken.dcm")
    assert errors_of(tmp_path / "broken.dcm")


def test_dcmtk_prints_a_report(reports: dict[str, bytes], tmp_path: Path) -> None:
    file = tmp_path / "report.dcm"
    file.write_bytes(reports["virtual_pet"])
    dump = subprocess.run([need(DCMTK / "dsrdump"), file], capture_output=True, text=True, check=False)
    assert dump.returncode == 0, dump.stderr
    assert dump.stdout.count("left ventricle") == 2 * 17
    assert "Virtual PET: synthetic image computed by AI" in dump.stdout
    assert "Summed rest score" in dump.stdout
    assert "Not evaluable" in dump.stdout


def test_the_same_read_gives_the_same_bytes(reports: dict[str, bytes]) -> None:
    (read,) = [read for read in READS if read.image_set == "spect"]
    assert structured_report.report(read, HEADERS["spect"], study=STUDY) == reports["spect"]


def test_the_map_of_segments_is_that_of_the_aha() -> None:
    """CID 3717 is in another order: every code must mean what the segment of that number is called."""
    group = {(code.value, code.scheme_designator): code.meaning for code in _cid_3717()}
    assert len({code.value for code in concepts.SEGMENTS}) == 17
    for name, code in zip(SEGMENT_NAMES, concepts.SEGMENTS, strict=True):
        meaning = group[code.value, code.scheme_designator].lower()
        assert meaning == code.meaning.lower()
        assert meaning == ("apex of left ventricle" if name == "apex" else f"left ventricle {name} segment")


def _cid_3717() -> Any:
    return [getattr(codes.cid3717, name) for name in codes.cid3717.dir()]


def test_free_text_of_readers_stays() -> None:
    sheet = {"comment": FREE_TEXT, "confidence": 2, "overall": None}
    snapshot = {
        "simulated": True,
        "study": {"id": STUDY_ID, "title": "t"},
        "protocol": {
            "document": {
                "organ": "heart",
                "arms": [{"code": "A", "image_set": "spect"}],
                "states": ["stress", "rest"],
                "form": {
                    "fields": [{"name": "comment", "kind": "text"}, {"name": "confidence", "kind": "choice"}]
                },
            }
        },
        "readers": [{"id": "r", "code": "R1", "name": "Ada Reader"}],
        "cases": [{"id": "c", "subject": SUBJECT, "site": "A"}],
        "images": [],
        "models": [],
        "allocation": {"entries": [{"token": "t", "reader": "r", "case": "c", "arm": "A", "repetition": 0}]},
        "reads": [
            {
                "token": "t",
                "version": 1,
                "in_force": True,
                "scores": {"stress": ["NE"] * 17, "rest": [0] * 17},
                "fields": sheet,
                "signature": {"at": "2026-11-21T12:00:07Z"},
            }
        ],
    }
    (read,) = scored_study(snapshot, lock_sha256="a" * 64).reads
    assert read.choices == {"confidence": 2}
    assert (read.sum("stress"), read.sum("rest"), read.difference) == (None, 0, None)
    assert (read.reader, read.signed_at) == ("R1", SIGNED)


# --- FHIR


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    images = [
        ReadImage(
            image=f"{image_set} {state}",
            subject=SUBJECT,
            study_uid=str(files[0].StudyInstanceUID),
            series_uid=str(files[0].SeriesInstanceUID),
            modality=str(files[0].Modality),
            image_set=image_set,
            instances=[(str(file.SOPClassUID), str(file.SOPInstanceUID)) for file in files],
        )
        for image_set, states in HEADERS.items()
        for state, files in states.items()
    ]
    made: dict[str, Any] = json.loads(json.dumps(bundle(STUDY, images)))
    return made


def of_kind(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one["resource"] for one in document["entry"] if one["resource"]["resourceType"] == kind]


def test_every_reference_of_the_bundle_leads_to_a_resource_of_its_kind(document: dict[str, Any]) -> None:
    kinds = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in document["entry"]}
    assert len(kinds) == len(document["entry"])
    wanted = {
        "subject": "Patient",
        "performer": "PractitionerRole",
        "actor": "Device",
        "derivedFrom": "ImagingStudy",
        "hasMember": "Observation",
        "device": "Device",
    }
    found = []

    def walk(value: Any, under: str) -> None:
        if isinstance(value, dict):
            if "reference" in value:
                assert kinds[value["reference"]] == wanted[under]
                found.append(under)
            for name, inner in value.items():
                walk(inner, name)
        elif isinstance(value, list):
            for inner in value:
                walk(inner, under)

    walk(document["entry"], "")
    assert set(found) == set(wanted)


def test_observations_say_what_was_signed(document: dict[str, Any]) -> None:
    by_address = {entry["fullUrl"]: entry["resource"] for entry in document["entry"]}
    reads = {read.name: read for read in READS}
    whole = {
        one["identifier"][0]["value"]: one for one in of_kind(document, "Observation") if "hasMember" in one
    }
    assert set(whole) == set(reads)
    for name, one in whole.items():
        read = reads[name]
        assert by_address[one["subject"]["reference"]]["identifier"][0]["value"] == SUBJECT
        (performer,) = [by_address[reference["reference"]] for reference in one["performer"]]
        assert performer["identifier"][0]["value"] == "R7"
        assert "practitioner" not in performer
        assert len(one["derivedFrom"]) == 2
        assert one["issued"] == "2026-11-21T12:00:07Z"
        assert one["meta"]["tag"][0]["code"] == "HTEST"  # simulated
        for member, state in zip(one["hasMember"], ("stress", "rest"), strict=True):
            of_state = by_address[member["reference"]]
            assert of_state.get("valueInteger") == read.sum(state)
            assert ("dataAbsentReason" in of_state) == (read.sum(state) is None)
            about, *segments = of_state["component"]
            assert about["valueCodeableConcept"]["coding"][0]["code"] == concepts.STATES[state].value
            assert [part.get("valueInteger") for part in segments] == read.scores[state]
            assert [part["code"]["coding"][0]["code"] for part in segments] == [
                code.value for code in concepts.SEGMENTS
            ]


def test_computed_images_are_said_to_be(document: dict[str, Any]) -> None:
    series = [series for study in of_kind(document, "ImagingStudy") for series in study["series"]]
    computed = [one for one in series if "computed by AI" in one.get("description", "")]
    assert (len(series), len(computed)) == (6, 2)
    (model,) = [one for one in of_kind(document, "Device") if "version" in one]
    assert (model["deviceName"][0]["name"], model["version"][0]["value"]) == ("heart-spect-to-pet", "1.0.0")


def test_nobody_is_named(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    assert '"name": [' not in text.replace('"deviceName": [', "")
    assert '"birthDate"' not in text
    assert document["entry"][0]["resource"]["meta"]["security"][0]["code"] == "PSEUDED"
