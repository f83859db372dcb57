"""The procedure itself: what it lists, why, and that every engine and every person gets the same of it."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils.translation import override
from pydicom import dcmread
from pydicom.datadict import dictionary_VR, keyword_for_tag

from reader_study.intake.allowlist import ALLOWED, EMPTY, IDENTIFIERS, PROCEDURE_VERSION
from reader_study.intake.concepts import lists
from reader_study.intake.deidentification import deidentify
from reader_study.intake.grounds import REASONS, reason_text
from reader_study.intake.procedure import attribute_names, document
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reporting import ground_of_removal
from reader_study.intake.rules import Codes, Number
from reader_study.intake.sealing import OWN
from reader_study.intake.structure import read_structure
from tests.reader_study.intake.planted import KINDS, rules_of, usual
from tests.reader_study.intake.vectors import KEY, Vector, answer, vectors

ENGINE = Path(__file__).parents[3] / "frontend/src/coordinator/deidentify"
VECTORS = Path(__file__).parent / "vectors/files"
# What PS3.15 table E.1-1 removes and no option that we claim keeps, as far as image exports are known to carry it.
BASIC_PROFILE = [
    "AccessionNumber",
    "AcquisitionComments",
    "AdditionalPatientHistory",
    "AdmissionID",
    "DerivationDescription",
    "DeviceSerialNumber",
    "DeviceUID",
    "InstitutionAddress",
    "InstitutionName",
    "InstitutionalDepartmentName",
    "InterventionDrugInformationSequence",
    "IssuerOfPatientID",
    "MedicalAlerts",
    "MedicalRecordLocator",
    "OperatorsName",
    "OtherPatientIDs",
    "OtherPatientNames",
    "PatientAddress",
    "PatientBirthDate",
    "PatientBirthTime",
    "PatientComments",
    "PatientID",
    "PatientName",
    "PatientTelephoneNumbers",
    "PerformedProcedureStepDescription",
    "PerformedProcedureStepID",
    "PerformingPhysicianName",
    "PlateID",
    "ProtocolName",
    "ReferringPhysicianName",
    "RequestAttributesSequence",
    "RequestedProcedureDescription",
    "SeriesDescription",
    "StationName",
    "StudyDescription",
    "StudyID",
    "UID",
    "IconImageSequence",
    "DetectorID",
    "GantryID",
    "GeneratorID",
    "ScheduledProcedureStepDescription",
    "InstanceCreationDate",
    "InstanceCreatorUID",
    "AcquisitionDeviceProcessingDescription",
    "FrameComments",
    "ImageComments",
    "ReasonForStudy",
    "RequestingService",
    "SourceApplicationEntityTitle",
    "OverlayData",
    "AcquisitionProtocolDescription",
]


def test_every_rule_has_a_reason_in_both_languages_and_a_limit_that_is_one() -> None:
    for sop_class, listed in ALLOWED.items():
        for path, rule in rules_of(dict(listed)):
            assert rule.ground in REASONS, (sop_class, path)
            if isinstance(rule, Number):
                assert rule.low < rule.high and (rule.count == "frames" or int(rule.count) >= 1)
            if isinstance(rule, Codes):
                assert rule.concepts in lists()
    for reason in (*OWN.values(), *(ground_of_removal(tag) for tag in range(0x00080000, 0x00082000))):
        assert reason in REASONS
    for key in REASONS:
        with override("en"):
            english = reason_text(key)
        with override("ja"):
            assert reason_text(key) != english and english.endswith(".")
    assert reason_text("a key of an older procedure") == "a key of an older procedure"


@pytest.mark.parametrize("sop_class", ALLOWED)
def test_no_free_text_is_listed_and_nothing_that_the_basic_profile_removes(sop_class: str) -> None:
    for path, rule in rules_of(dict(ALLOWED[sop_class])):
        vr = dictionary_VR(path[-1])
        assert vr not in ("PN", "ST", "LT", "UT", "UC", "UR", "AE", "OB", "UN"), path
        assert path[-1] >> 16 & 1 == 0 and path[-1] not in (OWN.keys() | IDENTIFIERS), path
        if vr in ("LO", "SH", "CS"):
            assert rule.name in ("names", "terms", "offset"), path
        assert keyword_for_tag(path[-1]) not in BASIC_PROFILE, path
    assert not set(EMPTY) & IDENTIFIERS - {0x00080050, 0x00200010}


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_has_a_line_for_every_attribute_of_the_source(kind: str) -> None:
    source = usual(kind, 3).data
    report = deidentify(read_structure(source), pseudonyms=Pseudonyms(KEY)).report
    paths = [path for path, _, _ in report]
    for element in dcmread(io.BytesIO(source)):
        tag = f"{element.tag.group:04X},{element.tag.element:04X}"
        if element.tag.is_private:
            assert any(path.startswith(f"private {element.tag.group:04X}") for path in paths)
        elif element.tag.group >> 8 not in (0x50, 0x60):
            assert tag in paths, tag
    assert {reason for _, _, reason in report} <= set(REASONS)
    assert {action for _, action, _ in report} == {"kept", "changed", "removed"}
    assert len(set(report)) == len(report)


def test_the_browsers_copy_of_the_procedure_is_this_one() -> None:
    """If this fails: ./run api."""
    out = io.StringIO()
    call_command("procedure", stdout=out)
    assert json.loads(out.getvalue()) == json.loads((ENGINE / "procedure.json").read_text())
    assert attribute_names() == json.loads((ENGINE / "attributes.json").read_text())


def test_the_document_says_all_that_an_engine_needs() -> None:
    said = document()
    assert said["version"] == PROCEDURE_VERSION
    assert set(said["classes"]) == set(ALLOWED) and set(said["classes"].values()) == set(said["rules"])
    assert json.loads(json.dumps(said)) == said


@pytest.mark.parametrize("vector", list(vectors()), ids=lambda vector: vector.name)
def test_the_vectors_are_what_stage_1_answers(vector: Vector) -> None:
    """If this fails for a good reason: python -m tests.reader_study.intake.vectors tests/.../vectors/files."""
    facts, sealed = answer(vector)
    known = {one["name"]: one for one in json.loads((VECTORS / "vectors.json").read_text())["vectors"]}
    assert json.loads(json.dumps(facts)) == known[str(facts["name"])]
    assert (VECTORS / str(facts["input"])).read_bytes() == vector.data
    if sealed:
        assert (VECTORS / str(facts["sealed"])).read_bytes() == sealed


def test_the_table_says_of_every_attribute_what_is_done_and_why_in_both_languages() -> None:
    told = {}
    for language in ("en", "ja"):
        out = io.StringIO()
        call_command("procedure", "--table", "--language", language, stdout=out)
        told[language] = [line.split("\t") for line in out.getvalue().splitlines()]
    assert [row[:3:2] for row in told["en"][1:-1]] == [
        [row[0], row[2].replace("すべて", "all")] for row in told["ja"][1:-1]
    ]
    assert {len(row) for row in told["en"]} == {len(row) for row in told["ja"]} == {5}
    assert all(cell.isascii() for row in told["en"] for cell in row)
    assert not any(ja[3] == en[3] or ja[4] == en[4] for en, ja in zip(told["en"], told["ja"], strict=True))
    rows = {row[0]: row[1:] for row in told["en"]}
    assert rows["0010,0010"][0] == "Patient's Name" and rows["0010,0010"][2] == "written by the study"
    assert rows["0008,0020"][2].startswith("moved back") and "0008,0080" not in rows
    listed = {keyword_for_tag(tag) for rules in ALLOWED.values() for tag in rules} | {
        keyword_for_tag(tag) for tag in (*OWN, *EMPTY)
    }
    assert {keyword_for_tag(int(path.replace(",", ""), 16)) for path in rows if len(path) == 9} == listed
    assert told["en"][-1][0] == "all others" and told["en"][-1][3] == "removed"
