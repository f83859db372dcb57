"""Locks and reports of designs with several steps, with two image sets together, and of brains."""

import csv
import io
import json

import pytest

from reader_study.agreement.models import Lock
from reader_study.agreement.tasks import compute
from reader_study.allocation.queries import assignments
from reader_study.cases.models import Image
from reader_study.cases.storage import store
from reader_study.interop.results.scores import scored_study
from reader_study.reading.draft import Draft as Content
from reader_study.reading.models import Read, Unlock
from reader_study.studies.templates import aided_sequential, aided_side_by_side, brain_attenuation
from tests.reader_study.agreement.studies import keep_sheet, lock, report_address
from tests.reader_study.allocation.drafts import Draft
from tests.reader_study.reading.reads import opened, scored
from tests.reader_study.studies.second_person import unblind

pytestmark = pytest.mark.django_db


def read_step_by_step(template, *, last_steps=True) -> Draft:
    """Everybody scores 1 in a first step and 3 in a second; without the last steps, arm A ends before its second."""
    study = opened(template=template, per_site=(1, 1), readers=2)
    for key in assignments(study.study):
        read = Read.objects.get(token=key.token)
        keep_sheet(read, scored(1), step=1)
        if len(key.steps) == 2 and last_steps:
            keep_sheet(read, scored(3), step=2)
    return study


def report(study, client, **more):
    answer = lock(client, study, **more)
    assert answer.status_code == 202, answer.content
    compute(str(Lock.objects.get().pk))
    unblind(study.study, investigator=study.investigator)
    return client.get(report_address(study)).json()


def rows(client, study, name):
    text = client.get(report_address(study, name)).content.decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_the_report_is_about_the_last_step_and_the_table_has_both(sent, signed_in):
    study = read_step_by_step(aided_sequential)
    client = signed_in(study.investigator)
    result = report(study, client)["result"]
    arm = result["design"]["arms"][0]
    assert (arm["image_set"], arm["steps"]) == ("virtual_pet", [["spect"], ["spect", "virtual_pet"]])
    assert result["design"]["n_reads_signed"] == result["design"]["n_reads_due"] == 8
    pooled = next(row for row in result["score_differences"] if row["segment"] == 0)
    assert pooled["mean_difference"]["estimate"] == 3 - 1  # step 2 of arm A against the one step of PET
    assert client.get(report_address(study, "report.pdf")).content.startswith(b"%PDF")
    found = {(row["step"], row["modality"], row["score"]) for row in rows(client, study, "reads.csv")}
    assert found == {("1", "spect", "1"), ("2", "spect+virtual_pet", "3"), ("1", "pet", "1")}


def test_a_read_that_ended_before_its_last_step_is_missing(sent, signed_in):
    study = read_step_by_step(aided_sequential, last_steps=False)
    client = signed_in(study.investigator)
    refused = lock(client, study)
    assert (refused.status_code, refused.json()["code"]) == (409, "unsigned")
    result = report(study, client, missing_reads_reason="The readers have left")["result"]
    assert len(result["missing_reads"]["reads"]) == 4
    assert {row["arm"] for row in result["missing_reads"]["reads"]} == {"A"}
    table = rows(client, study, "reads.csv")
    assert {row["missing_reason"] for row in table if row["step"] == "2"} == {"not_read"}
    assert {row["score"] for row in table if row["step"] == "1"} == {"1"}


def test_an_arm_with_two_image_sets_is_one_arm_of_the_report(sent, signed_in):
    study = read_step_by_step(aided_side_by_side)
    result = report(study, signed_in(study.investigator))["result"]
    assert [arm["steps"] for arm in result["design"]["arms"]] == [
        [["spect"]], [["spect", "virtual_pet"]], [["pet"]],
    ]  # fmt: skip
    assert {row["arm"] for row in result["uptake_differences"]} == {"A", "B"}


def test_a_corrected_read_keeps_both_versions_and_the_reason_and_counts_by_the_later(sent, signed_in):
    study = read_step_by_step(aided_side_by_side)
    read = Read.objects.order_by("token").first()
    unlock = Unlock.objects.create(read=read, version=1, reason="Wrong segment")
    keep_sheet(read, scored(4), unlock=unlock)
    client = signed_in(study.investigator)
    report(study, client)
    document = json.loads(store().get(Lock.objects.get().sha256))
    kept = [row for row in document["reads"] if row["token"] == str(read.token)]
    assert [(row["version"], row["in_force"], row["reason"]) for row in kept] == [
        (1, False, ""), (2, True, "Wrong segment"),
    ]  # fmt: skip
    assert [row["signature"]["meaning"] for row in kept] == ["authored", "amended"]
    assert sum(row["score"] == "4" for row in rows(client, study, "reads.csv")) == 34


@pytest.fixture
def brain() -> Draft:
    study = opened(template=brain_attenuation, per_site=(1, 1), readers=2)
    content = Content(
        {"perfusion": ["NE", *[1] * 11]}, {"quality": 4, "overall": "equivocal", "confidence": 60}
    )
    for read in Read.objects.all():
        keep_sheet(read, content)
    return study


def test_a_brain_study_is_locked_and_says_that_it_has_no_report_yet(brain, sent, signed_in):
    client = signed_in(brain.investigator)
    before = client.get(report_address(brain)).json()
    assert before["state"] == "none" and "not computed yet" in before["note"]
    after = report(brain, client)
    assert (after["state"], after["result"]) == ("ready", None)
    assert "not computed yet" in after["note"]
    assert [file["name"] for file in after["files"]] == [
        "reads.csv", "segments.csv", "dictionary.csv", "lock.json",
    ]  # fmt: skip
    assert client.get(report_address(brain, "report.pdf")).status_code == 404


def test_a_correction_by_formula_is_no_model(brain, sent, signed_in):
    chang, virtual = (
        {"name": name, "version": "1.0.0", "digest": name[0] * 64} for name in ("chang", "virtual")
    )
    images = Image.objects.filter(case__study=brain.study)
    images.filter(image_set="chang").update(source="correction", provenance={"model": chang})
    images.filter(image_set="virtual_ctac").update(provenance={"model": virtual})
    report(brain, signed_in(brain.investigator))
    locked = json.loads(store().get(Lock.objects.get().sha256))
    assert (locked["models"], locked["corrections"]) == ([virtual], [chang])


def test_the_tables_of_a_brain_study_name_its_regions(brain, sent, signed_in):
    client = signed_in(brain.investigator)
    report(brain, client)
    table = rows(client, brain, "reads.csv")
    assert len(table) == 2 * 2 * 4 * 12
    assert {row["modality"] for row in table} == {"uncorrected", "chang", "virtual_ctac", "ctac"}
    first = [row for row in table if row["segment"] == "1"]
    assert {(row["territory"], row["score"], row["missing_reason"]) for row in first} == {
        ("frontal_left", "", "not_evaluable")
    }
    assert {(row["sss"], row["srs"], row["sds"], row["confidence"]) for row in table} == {("", "", "", "60")}
    assert len(rows(client, brain, "segments.csv")) == 2 * 4 * 12
    told = scored_study(json.loads(store().get(Lock.objects.get().sha256)), lock_sha256="a" * 64)
    assert {read.organ for read in told.reads} == {"brain"} and len(told.reads) == 16
