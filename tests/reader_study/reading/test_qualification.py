"""Who may read: a reader is trained, fails, repeats and passes the test, and only then gets a read of the study."""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from reader_study.allocation.models import QualifyingRead
from reader_study.audit.models import Entry
from reader_study.problems import Conflict
from reader_study.reading import wall
from reader_study.reading.amending import amend
from reader_study.reading.models import Presentation, Read
from reader_study.reading.models import TestResult as Result
from reader_study.reading.qualifying import grant_attempt
from reader_study.studies.actions import add_site
from reader_study.studies.charter_conduct import Qualification, Threshold
from reader_study.studies.delegation import end_membership, give_role
from reader_study.studies.models import Role
from reader_study.studies.queries import current_protocol, study_for_update
from tests.reader_study.agreement.studies import keep_sheet
from tests.reader_study.allocation.drafts import PASSWORD, user
from tests.reader_study.at_once import during
from tests.reader_study.reading.adjudications import join
from tests.reader_study.reading.qualifications import (
    ASKED,
    TRUTH,
    Leading,
    agenda,
    asking,
    browser,
    key_of,
    move_back,
    open_for_reading,
    prepared,
    qualify,
    qualifying,
    standing,
    table,
    work_off,
)
from tests.reader_study.reading.reads import Desk, answer, digest, event, opened, scored

pytestmark = pytest.mark.django_db


@pytest.fixture
def leading() -> Leading:
    return qualifying()


@pytest.fixture
def desk(leading: Leading) -> Desk:
    return Desk(browser(leading.study.readers[0]))


def test_a_reader_fails_repeats_passes_and_only_then_gets_a_read_of_the_study(leading: Leading, desk: Desk):
    open_for_reading(leading)
    barred = agenda(desk, "study")
    assert (barred["barred"], barred["next"], barred["upcoming"]) == (True, None, [])
    assert standing(desk)["state"] == "training"
    assert agenda(desk, "test") is None

    work_off(desk, "training")
    first = agenda(desk, "test")
    assert first["next"] and standing(desk)["state"] == "test"
    work_off(desk, "test", 1, score=0)  # the truth is 2 everywhere
    told = standing(desk)
    assert (told["state"], told["current"], told["allowed"]) == ("test", 2, 2)
    failed = told["attempts"][0]["result"]
    assert (failed["passed"], failed["value"], failed["at_least"], failed["measure"]) == (
        False,
        0.0,
        0.8,
        "exact",
    )
    assert agenda(desk, "study")["next"] is None

    second = agenda(desk, "test", 2)
    assert second["next"] not in [read["token"] for read in agenda(desk, "test", 1)["signed"]]
    work_off(desk, "test", 2)
    told = standing(desk)
    assert (told["state"], told["attempts"][1]["result"]["passed"]) == ("qualified", True)
    assert told["certificate"]["number"] == 1
    until, issued = (
        datetime.fromisoformat(text) for text in (told["valid_until"], told["certificate"]["issued_at"])
    )
    assert until - issued == timedelta(days=30)

    token = agenda(desk, "study")["next"]
    assert desk.read(token).status_code == 200
    assert desk.finish(token, score=1).status_code == 201
    other = Desk(browser(leading.study.readers[1]))
    assert agenda(other, "study")["barred"] is True  # a certificate is personal

    acts = Entry.objects.filter(action__startswith="reading.", subject=str(leading.study.readers[0].id))
    assert list(acts.order_by("number").values_list("action", flat=True)) == [
        "reading.qualification_laid_out",
        "reading.qualification_laid_out",
        "reading.test_evaluated",
        "reading.qualification_laid_out",
        "reading.test_evaluated",
        "reading.certified",
    ]


def test_nobody_can_try_which_cases_and_arms_a_reader_was_given(leading: Leading, desk: Desk):
    """There are few orders of a few cases, and tokens are no secret: the journal's digest covers the seed, too."""
    agenda(desk, "training")
    reader = leading.study.readers[0].id
    told = Entry.objects.get(action="reading.qualification_laid_out", subject=str(reader)).detail["digest"]
    drawn = QualifyingRead.objects.filter(reader=reader).order_by("position")
    rows = [[str(read.token), read.position, str(read.case_id), read.arm] for read in drawn]
    listed = json.dumps(rows, separators=(",", ":")).encode()
    assert hashlib.sha256(listed).hexdigest() != told
    assert hashlib.sha256(bytes(drawn[0].qualification.seed) + listed).hexdigest() == told


def test_training_shows_the_reference_after_the_signature_and_not_before(leading: Leading, desk: Desk):
    token = agenda(desk, "training")["next"]
    address = f"/api/reading/reads/{token}/feedback"
    assert desk.client.get(address).status_code == 404
    read = desk.read(token).json()
    assert (read["purpose"], read["state"]) == ("training", "open")
    desk.finish(token, score=1)
    shown = desk.client.get(address).json()
    assert shown == {
        "token": token,
        "number": 1,
        "regions": [],
        "states": [
            {"state": state, "own": [1] * 17, "reference": [TRUTH] * 17} for state in ("stress", "rest")
        ],
    }
    other = browser(leading.study.readers[1])
    assert other.get(address).status_code == 404


def test_of_a_test_nobody_reads_the_truth(desk: Desk):
    work_off(desk, "training")
    for token in work_off(desk, "test"):
        assert desk.client.get(f"/api/reading/reads/{token}/feedback").status_code == 404


def test_the_server_refuses_a_read_of_the_study_whatever_the_browser_asks(leading: Leading, desk: Desk):
    open_for_reading(leading)
    reads = Read.objects.filter(reader=leading.study.readers[0], purpose="study")
    token = str(reads.order_by("session", "position")[0].token)
    for said in (
        desk.read(token),
        desk.read(token, ahead="true"),
        desk.volume(token),
        desk.polar(token),
        desk.send(token, event(1)),
        desk.sign(token, sha256=digest(0), last_seq=0),
        desk.ask_to_correct(token),
    ):
        assert (said.status_code, said.json()["code"]) == (423, "not_qualified")
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        wall.enter(leading.study.readers[0].pk)
        Presentation.objects.create(read_id=token)


def test_nothing_is_allocated_to_readers_whom_no_case_could_qualify_any_more():
    leading = prepared()
    address = f"/api/studies/{leading.study.study.id}/allocation"
    refused = browser(leading.study.investigator).post(address, {}, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "qualification")
    assert leading.open().status_code == 201
    open_for_reading(leading)


def test_an_expired_certificate_bars_until_the_test_is_passed_again(leading: Leading, desk: Desk):
    open_for_reading(leading)
    qualify(desk)
    signed = agenda(desk, "study")["next"]
    assert desk.finish(signed, score=1).status_code == 201
    token = agenda(desk, "study")["next"]
    assert desk.read(token).status_code == 200
    move_back("reading_certificate", "issued_at", 29)
    assert desk.send(token, event(1)).status_code == 200
    move_back("reading_certificate", "issued_at", 1)
    refused = desk.send(token, event(2))
    assert (refused.status_code, refused.json()["code"]) == (423, "not_qualified")
    told = standing(desk)
    assert (told["state"], told["current"], told["allowed"]) == ("test", 1, 2)
    work_off(desk, "test", 2)
    assert (standing(desk)["state"], standing(desk)["certificate"]["number"]) == ("qualified", 2)
    assert desk.send(token, event(2)).status_code == 200


def test_a_correction_needs_the_certificate_too(leading: Leading, desk: Desk):
    open_for_reading(leading)
    qualify(desk)
    token = agenda(desk, "study")["next"]
    desk.finish(token, score=1)
    desk.ask_to_correct(token)
    answer(leading.study)
    move_back("reading_certificate", "issued_at", 31)
    assert agenda(desk, "study")["amendments"] == []
    assert desk.read(token).json()["state"] == "signed"
    assert desk.send(token, event(38)).json()["code"] == "not_qualified"


def test_who_fails_every_attempt_waits_for_the_investigator(leading: Leading, desk: Desk):
    reader = leading.study.readers[0]
    work_off(desk, "training")
    work_off(desk, "test", 1, score=0)
    assert leading.grant(reader).json()["code"] == "not_failed"
    work_off(desk, "test", 2, score=0)
    assert standing(desk)["state"] == "failed"
    due = browser(leading.study.investigator).get("/api/due").json()
    assert [(one["kind"], one["count"], one["link"]) for one in due if one["kind"] == "qualification"] == [
        ("qualification", 1, f"/studies/{leading.study.study.id}/qualification")
    ]
    assert leading.grant(reader, reason=" ").status_code == 400
    assert leading.grant(leading.study.investigator).status_code == 404
    granted = leading.grant(reader)
    assert granted.status_code == 201
    assert (leading.reader()["state"], leading.reader()["allowed"]) == ("test", 3)
    assert Entry.objects.get(action="reading.attempt_granted").detail["reason"]
    work_off(desk, "test", 3)
    assert leading.reader()["state"] == "qualified"
    due = browser(leading.study.investigator).get("/api/due").json()
    assert "qualification" not in [one["kind"] for one in due]


def test_each_reader_and_each_attempt_has_an_order_of_its_own_and_arms_are_mixed():
    many = Qualification(0, 5, Threshold("within_one", 0.5), attempts=10)
    leading = Leading(qualifying_with(many, per_site=(6, 1)))
    orders = {}
    for place, reader in enumerate(leading.study.readers):
        desk = Desk(browser(reader))
        for attempt in range(1, 4):
            work_off(desk, "test", attempt, score="NE")
            drawn = [read for read in key_of(reader) if read.attempt == attempt]
            assert [read.position for read in drawn] == [1, 2, 3, 4, 5]
            arms = [read.arm for read in drawn]
            assert sorted(arms.count(arm) for arm in "ABC") == [1, 2, 2]
            orders[place, attempt] = tuple((read.case_id, read.arm) for read in drawn)
    assert len(set(orders.values())) == len(orders)


def qualifying_with(asked: Qualification, **options: object):
    study = asking(asked, **options)
    leading = Leading(study)
    for case in study.cases[:-1]:
        assert leading.set_purpose(case, "test").status_code == 201
    assert leading.enter(*(case.subject for case in study.cases[:-1])).status_code == 201
    answer = leading.open()
    assert answer.status_code == 201, answer.content
    return study


def test_without_training_the_test_comes_first():
    leading = qualifying(Qualification(0, 1, Threshold("exact", 1), attempts=1))
    desk = Desk(browser(leading.study.readers[0]))
    assert agenda(desk, "training") is None and agenda(desk, "test")["next"]
    work_off(desk, "test")
    assert (standing(desk)["state"], standing(desk)["valid_until"]) == ("qualified", None)


def test_a_kappa_is_measured():
    leading = qualifying_kappa()
    desk = Desk(browser(leading.study.readers[0]))
    work_off(desk, "training")
    work_off(desk, "test", score=1)
    (result,) = [attempt["result"] for attempt in standing(desk)["attempts"][:1]]
    assert result["measure"] == "weighted_kappa" and result["value"] == 0 and not result["passed"]


def test_a_kappa_is_passed_by_nobody_who_scores_nothing():
    """Two of the three test cases are normal: a test of these alone would be passed by giving 0 throughout."""
    leading = prepared(Qualification(1, 1, Threshold("weighted_kappa", 0.6), attempts=2), readers=4)
    *normal, other = (case.subject for case in leading.study.cases[:4])
    assert leading.enter(*normal, score=0).status_code == 201
    defect = table(other, score=0).replace("stress,4,0", "stress,4,3")
    assert leading.post("reference", {"table": defect, "reason": "Consensus"}).status_code == 201
    assert leading.open().status_code == 201
    for reader in leading.study.readers:
        desk = Desk(browser(reader))
        work_off(desk, "training")
        work_off(desk, "test", score=0)
        (result,) = [attempt["result"] for attempt in standing(desk)["attempts"][:1]]
        assert result["value"] == 0 and not result["passed"]


def test_who_failed_since_is_not_qualified_by_a_longer_validity():
    leading = qualifying(replace(ASKED, attempts=1))
    open_for_reading(leading)
    desk = Desk(browser(leading.study.readers[0]))
    qualify(desk)
    token = agenda(desk, "study")["next"]
    move_back("reading_certificate", "issued_at", 31)
    work_off(desk, "test", 2, score=0)
    assert standing(desk)["state"] == "failed"

    study = leading.study.study
    version = current_protocol(study)
    longer = {**version.document["qualification"], "valid_days": 365}
    amend(
        actor=leading.study.investigator,
        study=study,
        document={**version.document, "qualification": longer},
        password=PASSWORD,
        sha256=version.sha256,
        reason="A year will do",
    )
    told = standing(desk)
    assert told["state"] == "failed"
    assert datetime.fromisoformat(told["valid_until"]) <= timezone.now()
    assert desk.send(token, event(1)).json()["code"] == "not_qualified"
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        wall.enter(leading.study.readers[0].pk)
        Presentation.objects.create(read_id=token)


def qualifying_kappa() -> Leading:
    leading = prepared(Qualification(1, 1, Threshold("weighted_kappa", 0.6), attempts=2))
    refused = leading.open()
    assert (refused.status_code, refused.json()["code"]) == (409, "one_score")
    rows = [
        f"{case.subject},{state},{segment},{segment % 5}"
        for case in leading.study.cases[1:4]
        for state in ("stress", "rest")
        for segment in range(1, 18)
    ]
    table = "\n".join(["subject,state,segment,score", *rows])
    assert leading.post("reference", {"table": table, "reason": "More than one"}).status_code == 201
    assert leading.open().status_code == 201
    return leading


def test_who_joins_later_is_trained_too_and_adjudicators_as_readers(leading: Leading):
    late, judge = user("Lara Late"), user("Ada Adjudicator")
    for person, role in ((late, Role.READER), (judge, Role.ADJUDICATOR)):
        give_role(study=leading.study.study, user=person, role=role, site=None, by=leading.study.investigator)
        assert agenda(Desk(browser(person)), "training")["next"]
    kinds = [one["kind"] for one in browser(late).get("/api/due").json()]
    assert kinds == ["reads"]
    assert [reader["full_name"] for reader in leading.look()["readers"]] == [
        "Ada Adjudicator",
        "Lara Late",
        "Reader 1",
        "Reader 2",
    ]


def test_who_has_left_gets_nothing_more(leading: Leading, desk: Desk):
    own = leading.study.study.memberships.get(user=leading.study.readers[0])
    end_membership(
        actor=leading.study.investigator, study=leading.study.study, membership_id=own.id, reason="Left"
    )
    assert desk.worklist()["studies"] == desk.worklist()["qualifications"] == []


def test_what_trains_and_tests_is_neither_corrected_nor_counted(leading: Leading, desk: Desk):
    token = agenda(desk, "training")["next"]
    desk.finish(token, score=1)
    refused = desk.ask_to_correct(token)
    assert (refused.status_code, refused.json()["code"]) == (409, "qualification")
    progress = browser(leading.study.investigator).get(f"/api/studies/{leading.study.study.id}/progress")
    assert progress.json()["readers"] == []
    opening = browser(leading.study.investigator).get(f"/api/studies/{leading.study.study.id}/opening")
    assert (opening.json()["opened_at"], opening.json()["reads"]) == (None, 0)


def test_a_study_without_a_qualification_asks_nothing(signed_in):
    study = opened(per_site=(1,), readers=1)
    desk = Desk(signed_in(study.readers[0]))
    assert desk.worklist()["qualifications"] == [] and desk.next()


@pytest.mark.django_db(transaction=True)
def test_who_joins_late_sits_down_while_the_investigator_acts_and_both_go_on():
    leading = qualifying()
    study, investigator = leading.study.study, leading.study.investigator
    late = join(leading.study, "Late Adjudicator")

    def grants() -> None:
        with pytest.raises(Conflict):
            grant_attempt(actor=investigator, study=study, reader_id=late.id, reason="Joined late")

    told = during(
        lambda: study_for_update(investigator, study.pk, Role.INVESTIGATOR),
        lambda: standing(Desk(browser(late))),
        then=grants,
    )
    assert told["state"] == "training"


@pytest.mark.django_db(transaction=True)
def test_a_failed_test_is_evaluated_while_the_investigator_acts_and_both_go_on():
    leading = qualifying(replace(ASKED, training_cases=0))
    study, investigator = leading.study.study, leading.study.investigator
    reader = leading.study.readers[0]
    for read in Read.objects.filter(reader=reader, purpose=Read.Purpose.TEST):
        keep_sheet(read, scored(0))
    told = during(
        lambda: study_for_update(investigator, study.pk, Role.INVESTIGATOR),
        lambda: agenda(Desk(browser(reader)), "test", 2),
        then=lambda: add_site(actor=investigator, study=study, code="Z", name="Hospital Z"),
    )
    assert told is not None and told["next"] is not None
    assert [result.passed for result in Result.objects.filter(reader=reader)] == [False]
