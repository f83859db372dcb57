"""Which cases train and test readers: never those of the study; their reference, which no reader reads; and opening."""

import pytest
from django.db import IntegrityError, connection, transaction

from reader_study.allocation.models import Assignment
from reader_study.allocation.models import Qualification as Sealed
from reader_study.audit.models import Entry
from reader_study.cases.models import Case, ReferenceScores
from reader_study.reading import wall
from reader_study.reading.models import Read, ReadReference
from reader_study.studies.charter_conduct import Qualification, Threshold
from reader_study.studies.protocol import digest
from tests.reader_study.allocation.drafts import PASSWORD
from tests.reader_study.reading.qualifications import (
    TRUTH,
    Leading,
    agenda,
    asking,
    browser,
    key_of,
    open_for_reading,
    prepared,
    qualifying,
    standing,
    table,
    work_off,
)
from tests.reader_study.reading.reads import Desk, opened

pytestmark = pytest.mark.django_db


def test_what_trains_and_tests_is_never_allocated():
    leading = qualifying()
    open_for_reading(leading)
    allocated = set(Assignment.objects.values_list("case_id", flat=True))
    qualifying_cases = {read.case_id for reader in leading.study.readers for read in key_of(reader)}
    of_the_study = {case.id for case in leading.study.cases[4:]}
    assert allocated == of_the_study and not allocated & qualifying_cases


def test_the_database_keeps_them_apart():
    leading = qualifying()
    open_for_reading(leading)
    trains, reads = leading.study.cases[0], leading.study.cases[-1]
    placed = Assignment.objects.filter(case=reads)[0]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO allocation_key.assignment"
            " SELECT gen_random_uuid(), 9, 9, arm, 0, allocation_id, %s, reader_id"
            " FROM allocation_key.assignment WHERE token = %s",
            [trains.id, placed.token],
        )
    for case, purpose in ((trains, "study"), (reads, "training")):
        with pytest.raises(IntegrityError, match="keeps its purpose"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(purpose=purpose)


def test_a_purpose_is_set_before_the_allocation_and_before_the_opening():
    leading = Leading(asking())
    case = leading.study.cases[0]
    assert leading.set_purpose(case, "training").status_code == 201
    entry = Entry.objects.get(action="cases.purpose_set")
    assert (entry.subject, entry.detail) == (case.subject, {"purpose": "training", "before": "study"})
    assert leading.set_purpose(case, "training").status_code == 201
    assert Entry.objects.filter(action="cases.purpose_set").count() == 1
    unasked = Leading(opened(per_site=(1,), readers=1, title="A third"))
    refused = unasked.set_purpose(unasked.study.cases[0], "test")
    assert (refused.status_code, refused.json()["code"]) == (409, "allocated")
    other = qualifying(title="Another")
    refused = other.set_purpose(other.study.cases[5], "test")
    assert (refused.status_code, refused.json()["code"]) == (409, "opened")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (Qualification(2, 2, Threshold("exact", 0.8), attempts=1), "cases"),
        (Qualification(1, 4, Threshold("exact", 0.8), attempts=1), "cases"),
    ],
)
def test_too_few_cases_are_said_before_anything_is_laid_out(asked, code):
    leading = prepared(asked)
    refused = leading.open()
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert not Read.objects.exists()


def test_it_is_opened_once_while_the_protocol_is_frozen_or_reading_is_open():
    draft = Leading(asking(signed=False))
    assert draft.open().json()["code"] == "state"
    leading = qualifying(title="Another")
    assert leading.open().json()["code"] == "opened"
    none = Leading(opened(per_site=(1,), readers=1, title="A third"))
    assert none.open().json()["code"] == "no_qualification"
    assert none.look()["asked"] is None


def test_reference_scores_are_kept_in_versions():
    leading = prepared()
    subject = leading.study.cases[0].subject
    assert leading.enter(subject).status_code == 201  # the same again
    assert leading.enter(subject, score="ne", reason=" ").status_code == 400
    assert leading.enter(subject, score=3, reason="Read again").status_code == 201
    versions = ReferenceScores.objects.filter(case=leading.study.cases[0]).order_by("version")
    assert [(one.version, one.scores["stress"][0]) for one in versions] == [(1, 2), (2, 3)]
    shown = next(case for case in leading.look()["cases"] if case["subject"] == subject)
    assert (shown["purpose"], shown["reference"]["version"], shown["reference"]["reason"]) == (
        "training",
        2,
        "Read again",
    )
    csv = browser(leading.study.investigator).get(f"{leading.address}/reference.csv").content.decode()
    assert csv.splitlines()[:2] == ["subject,state,segment,score", "A-0001,stress,1,3"]
    assert len(csv.splitlines()) == 1 + 4 * 34
    assert leading.post("reference", {"table": csv, "reason": "The same"}).status_code == 201
    assert ReferenceScores.objects.count() == 5


WHOLE = table("A-0001")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "This field may not be blank"),
        ("case,state", "The first line must name the columns"),
        ("subject,state,segment,score", "The table has no scores"),
        (WHOLE.replace("A-0001", "B-0003"), "Line 2: “B-0003” is no training or test case"),
        (WHOLE.replace("stress,1,2", "late,1,2"), "Line 2: the state is one of stress, rest"),
        (WHOLE.replace("stress,1,2", "stress,18,2"), "Line 2: segments are numbered 1 to 17"),
        (WHOLE.replace("stress,1,2", "stress,1,5"), "Line 2: a score is one of 0, 1, 2, 3, 4 or NE"),
        (WHOLE.replace("stress,1,2", "stress,1"), "Line 2: 4 columns are expected, there are 3"),
        (WHOLE.replace("stress,2,2", "stress,1,2"), "Line 3: this segment is scored twice"),
        (
            WHOLE.replace("A-0001,rest,17,2", ""),
            "A-0001: 1 scores are missing, the first at rest, segment 17",
        ),
        (table("A-0001", score="NE"), "no segment has a score"),
    ],
)
def test_a_table_that_is_not_whole_is_refused_with_its_line(given, said):
    leading = Leading(asking())
    leading.set_purpose(leading.study.cases[0], "training")
    refused = leading.post("reference", {"table": given, "reason": "Consensus"})
    assert refused.status_code == 400 and said in refused.json()["message"]
    assert not ReferenceScores.objects.exists()


def test_a_table_pasted_from_a_spreadsheet_is_taken():
    leading = Leading(asking())
    leading.set_purpose(leading.study.cases[0], "training")
    pasted = "\ufeff" + WHOLE.replace(",", "\t").replace("stress", "Stress")
    assert leading.post("reference", {"table": pasted, "reason": "Consensus"}).status_code == 201


def test_the_truth_does_not_move_once_readers_are_measured_against_it():
    """What is laid out after the opening is measured against what was sealed with it, for every reader alike."""
    leading = qualifying()
    subjects = [case.subject for case in leading.study.cases[:4]]
    sealed = Sealed.objects.get()
    kept = {str(one.case_id): one for one in ReferenceScores.objects.all()}
    assert sealed.inputs["references"] == {
        case: {"version": 1, "sha256": digest(one.scores)} for case, one in kept.items()
    }
    refused = leading.enter(*subjects, score=0, reason="What the readers said")
    assert (refused.status_code, refused.json()["code"]) == (409, "opened")
    assert ReferenceScores.objects.count() == 4

    for one in kept.values():
        moved = {state: [0] * 17 for state in one.scores}
        ReferenceScores.objects.create(
            case_id=one.case_id, version=2, scores=moved, reason="Moved", by=one.by
        )
    desk = Desk(browser(leading.study.readers[0]))
    work_off(desk, "training")
    work_off(desk, "test")
    assert standing(desk)["state"] == "qualified"
    assert {read.scores["rest"][16] for read in ReadReference.objects.all()} == {TRUTH}


def test_behind_the_wall_a_reader_finds_the_reference_of_own_signed_training_only():
    leading = qualifying()
    desks = [Desk(browser(reader)) for reader in leading.study.readers]
    tokens = [agenda(desk, "training")["next"] for desk in desks]

    def found() -> set[str]:
        with transaction.atomic():
            wall.enter(leading.study.readers[0].pk)
            rows = {str(token) for token in ReadReference.objects.values_list("read_id", flat=True)}
            wall.leave()
        return rows

    assert found() == set()
    for desk, token in zip(desks, tokens, strict=True):
        assert desk.finish(token, score=1).status_code == 201
    assert agenda(desks[0], "test")["next"]  # which has a reference, too
    assert found() == {tokens[0]}


def test_what_readers_are_trained_with_is_not_amended_any_more():
    leading = qualifying()
    investigator = browser(leading.study.investigator)
    study = f"/api/studies/{leading.study.study.id}"
    protocol = investigator.get(study).json()["protocol"]
    amended = {**protocol["document"], "reader_title": "Another"}
    body = {"document": amended, "reason": "x", "password": PASSWORD, "sha256": protocol["sha256"]}
    refused = investigator.post(f"{study}/amendment", body, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_amendable")
    asked = {**protocol["document"]["qualification"], "valid_days": 7}
    body["document"] = {**protocol["document"], "qualification": asked}
    assert investigator.post(f"{study}/amendment", body, "application/json").status_code == 201
    assert leading.look()["asked"]["valid_days"] == 7
