"""Scores of designs beside the usual one: a brain, two image sets side by side, several steps, several answers."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from highdicom.sr import srread
from pydicom import dcmread
from pydicom.dataset import Dataset

from inference.dicom.write import nm_dataset, to_bytes, uid_from
from reader_study.interop.results import concepts, structured_report
from reader_study.interop.results.fhir import bundle
from reader_study.interop.results.scores import ScoredRead, ScoredStudy, SeenImage, scored_study
from reader_study.studies.organs import BRAIN_REGIONS
from reader_study.studies.protocol import Protocol
from reader_study.studies.templates import aided_sequential, brain_attenuation
from tests.reader_study.interop import objects
from tests.reader_study.interop.peers import errors_of

SIGNED = datetime(2026, 11, 21, 12, 0, 7, tzinfo=UTC)
BRAIN = ScoredRead(
    token="token of a brain",
    subject="A-0001",
    case="c",
    site="A",
    reader="R7",
    organ="brain",
    image_set="virtual_ctac",
    number=1,
    version=1,
    scores={"perfusion": [*range(5), None, *[0] * 6]},
    choices={"asymmetry_striatum": "left_lower", "confidence": 80},
    images=[SeenImage("i", "virtual_ctac", "perfusion")],
    signed_at=SIGNED,
)
AIDED = ScoredRead(
    token="token of an aided read",
    subject="A-0001",
    case="c",
    site="A",
    reader="R7",
    image_set="virtual_pet",
    beside=["spect"],
    number=1,
    version=1,
    scores={"stress": [1] * 17, "rest": [0] * 17},
    choices={"territories": ["LAD", "LCX"], "artefacts": ["motion"], "confidence": 70},
    images=[
        SeenImage(f"{name} {state}", name, state)
        for name in ("spect", "virtual_pet")
        for state in ("stress", "rest")
    ],
    signed_at=SIGNED,
)


def study_of(*reads: ScoredRead) -> ScoredStudy:
    return ScoredStudy("8ae11bb4-1f2c-4d7e-9c07-5fd0f3c5b4a1", "A study", True, "a" * 64, reads, [])


def headers_of(read: ScoredRead) -> dict[str, list[Dataset]]:
    found = {}
    for seen in read.images:
        given = {
            "PatientID": read.subject,
            "PatientName": read.subject,
            "PatientSex": "F",
            "StudyDate": "20240229",
            "StudyInstanceUID": uid_from("study", seen.state),
            "SeriesInstanceUID": uid_from(seen.image_set, seen.state),
        }
        made = nm_dataset(objects.volume(7, (3, 16, 16)), header=given, state=seen.state)
        found[f"{seen.state} {seen.image_set}"] = [
            dcmread(io.BytesIO(to_bytes(made)), stop_before_pixels=True)
        ]
    return found


def test_the_report_of_a_brain_names_region_and_side(tmp_path: Path) -> None:
    headers = {"perfusion virtual_ctac": headers_of(AIDED)["rest spect"]}
    data = structured_report.report(BRAIN, headers, study=study_of(BRAIN))
    groups = srread(io.BytesIO(data)).content.get_image_measurement_groups()
    by_name = {group.tracking_identifier: group for group in groups}
    assert len(groups) == 12 + 1
    for number, (region, score) in enumerate(
        zip(BRAIN_REGIONS, BRAIN.scores["perfusion"], strict=True), start=1
    ):
        group = by_name[f"perfusion {number} {region}"]
        lobe, side = region.rsplit("_", 1)
        assert group.finding_sites[0].value == concepts.LOBES[lobe]
        assert group.finding_sites[0].laterality == concepts.SIDES[side]
        measured = group.get_measurements(concepts.REGION_SCORE)
        assert [int(one.value) for one in measured] == ([] if score is None else [score])
    assert by_name["summary"].finding_sites[0].value == concepts.ORGANS["brain"].body
    (tmp_path / "brain.dcm").write_bytes(data)
    assert errors_of(tmp_path / "brain.dcm") == []


def test_an_aided_read_names_both_images_and_every_answer(tmp_path: Path) -> None:
    data = structured_report.report(AIDED, headers_of(AIDED), study=study_of(AIDED))
    ds = dcmread(io.BytesIO(data))
    assert "SPECT + vPET" in ds.SeriesDescription
    evidence = [
        one.ReferencedSOPInstanceUID
        for study in ds.CurrentRequestedProcedureEvidenceSequence
        for series in study.ReferencedSeriesSequence
        for one in series.ReferencedSOPSequence
    ]
    assert len(set(evidence)) == len(evidence)
    groups = srread(io.BytesIO(data)).content.get_image_measurement_groups()
    summary = next(group for group in groups if group.tracking_identifier == "summary")
    said = [one.value for one in summary.get_qualitative_evaluations(concepts.field_name("territories"))]
    assert said == [concepts.field_value("LAD"), concepts.field_value("LCX")]
    seen = [one.value for one in summary.get_qualitative_evaluations(concepts.IMAGE_READ)]
    assert seen == [concepts.IMAGES["spect"], concepts.IMAGES["virtual_pet"]]
    (tmp_path / "aided.dcm").write_bytes(data)
    assert errors_of(tmp_path / "aided.dcm") == []


def test_both_can_be_told_as_fhir() -> None:
    document: dict[str, Any] = json.loads(json.dumps(bundle(study_of(AIDED, BRAIN), [])))
    observations = [
        one["resource"] for one in document["entry"] if one["resource"]["resourceType"] == "Observation"
    ]
    (aided,) = [one for one in observations if one.get("identifier", [{}])[0].get("value") == AIDED.name]
    answers = [
        part["valueCodeableConcept"]["coding"][0]["code"]
        for part in aided["component"]
        if part["code"]["coding"][0]["code"] == "territories"
    ]
    assert answers == ["LAD", "LCX"]
    (regions,) = [one for one in observations if one["code"]["coding"][0]["code"] == "region-scores"]
    assert "valueInteger" not in regions and "dataAbsentReason" not in regions
    _state, *places = regions["component"]
    assert [part["code"]["coding"][0]["code"] for part in places] == [
        name.replace("_", "-") for name in BRAIN_REGIONS
    ]
    assert places[0]["code"]["text"] == "Region 1: Frontal lobe, left"
    assert [part.get("valueInteger") for part in places] == BRAIN.scores["perfusion"]


def lock_of(protocol: Protocol, *, sheets: list[dict[str, Any]]) -> dict[str, Any]:
    """A lock with one case and one reader, who has one read of arm A."""
    return {
        "simulated": True,
        "study": {"id": "s", "title": "t"},
        "protocol": {"document": protocol.as_document()},
        "readers": [{"id": "r", "code": "R1"}],
        "cases": [{"id": "c", "subject": "A-0001", "site": "A"}],
        "images": [
            {"id": f"{name} {state}", "case": "c", "image_set": name, "state": state}
            for name in protocol.image_sets
            for state in protocol.states
        ],
        "models": [],
        "allocation": {"entries": [{"token": "t", "reader": "r", "case": "c", "arm": "A", "repetition": 0}]},
        "reads": [
            {
                "token": "t",
                "version": 1,
                "in_force": True,
                "signature": {"at": "2026-11-21T12:00:07Z"},
                **sheet,
            }
            for sheet in sheets
        ],
    }


@pytest.fixture
def sequential() -> Protocol:
    return aided_sequential(title="T", reader_title="R", simulated=True)


def test_a_read_of_two_steps_is_told_by_its_second(sequential: Protocol) -> None:
    sheets = [
        {
            "step": step,
            "scores": {"stress": [step] * 17, "rest": [0] * 17},
            "fields": {"artefacts": ["motion"]},
        }
        for step in (1, 2)
    ]
    (read,) = scored_study(lock_of(sequential, sheets=sheets), lock_sha256="a" * 64).reads
    assert (read.image_set, list(read.beside), read.scores["stress"]) == ("virtual_pet", ["spect"], [2] * 17)
    assert read.name == "A-0001_R1_spect+virtual_pet_1"
    assert {seen.image_set for seen in read.images} == {"spect", "virtual_pet"}
    assert list(read.answers()) == [("artefacts", "motion")]


def test_a_read_that_ended_before_its_last_step_is_not_told(sequential: Protocol) -> None:
    first = {"step": 1, "scores": {"stress": [0] * 17, "rest": [0] * 17}, "fields": {}}
    assert scored_study(lock_of(sequential, sheets=[first]), lock_sha256="a" * 64).reads == []


def test_a_brain_has_no_sums() -> None:
    protocol = brain_attenuation(title="T", reader_title="R", simulated=True)
    sheet = {"step": 1, "scores": {"perfusion": ["NE", *[1] * 11]}, "fields": {"asymmetry_frontal": "none"}}
    (read,) = scored_study(lock_of(protocol, sheets=[sheet]), lock_sha256="a" * 64).reads
    assert (read.organ, read.image_set) == ("brain", "uncorrected")
    assert read.scores == {"perfusion": [None, *[1] * 11]}
