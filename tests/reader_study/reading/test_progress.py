"""How far a study is, for its investigator and monitor: by reader, session and site, and the same in every arm."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from reader_study.accounts.models import User
from reader_study.allocation.queries import assignments
from reader_study.cases.models import Case, Image
from reader_study.reading.models import Read
from reader_study.studies.actions import add_member
from reader_study.studies.delegation import end_membership
from reader_study.studies.models import Role
from tests.reader_study.agreement.studies import keep_sheet
from tests.reader_study.allocation.drafts import Draft, complete_case, draft, user
from tests.reader_study.reading.reads import opened, scored

pytestmark = pytest.mark.django_db


def told(study: Draft, by: User | None = None) -> dict[str, Any]:
    client = Client()
    client.force_login(by or study.investigator)
    answer = client.get(f"/api/studies/{study.study.id}/progress")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def sign(reads: list[Read]) -> None:
    for read in reads:
        keep_sheet(read, scored(1))


def test_reads_are_counted_by_reader_session_and_site() -> None:
    study = opened(per_site=(2, 1), readers=2)
    reader = study.readers[0]
    first = list(Read.objects.filter(reader=reader, session=1))
    sign(first)
    found = told(study)
    assert [(one["full_name"], one["signed"], one["total"]) for one in found["readers"]] == [
        (reader.full_name, len(first), 9), (study.readers[1].full_name, 0, 9),
    ]  # fmt: skip
    assert found["sessions"][0] == {
        "number": 1, "signed": len(first), "total": 2 * len(first), "readers": 2, "finished": 1,
    }  # fmt: skip
    assert [(one["code"], one["cases"], one["allocated"], one["withheld"], one["total"]) for one in found["sites"]] == [
        ("A", 2, 2, 0, 12), ("B", 1, 1, 0, 6),
    ]  # fmt: skip
    signed = {read.token for read in first}
    of_a = sum(key.token in signed for key in assignments(study.study) if key.case_id != study.cases[2].id)
    assert [one["signed"] for one in found["sites"]] == [of_a, len(first) - of_a]


def test_which_arm_was_signed_makes_no_difference_to_any_count() -> None:
    """One read of the same case and reader, once of each arm: the answers are the same but for its session."""
    answers = []
    for arm in ("A", "B", "C"):
        study = opened(per_site=(1, 1), readers=1, seed=b"1" * 32)
        (key,) = [k for k in assignments(study.study) if k.arm == arm and k.case_id == study.cases[0].id]
        sign([Read.objects.get(token=key.token)])
        answers.append([{**site} for site in told(study)["sites"]])
    assert answers[0] == answers[1] == answers[2]


def test_before_the_allocation_sites_have_cases_and_nobody_reads() -> None:
    study = draft(per_site=(2, 1), readers=1)
    Image.objects.filter(case=study.cases[0], image_set="pet").delete()
    found = told(study)
    assert (found["readers"], found["sessions"], found["ends_at"], found["missing"]) == ([], [], None, 0)
    assert [(one["cases"], one["allocated"], one["withheld"], one["total"]) for one in found["sites"]] == [
        (2, 0, 1, 0), (1, 0, 0, 0),
    ]  # fmt: skip


def test_a_case_that_came_after_the_allocation_is_no_reader_s_and_is_not_withheld_when_complete() -> None:
    study = opened(per_site=(1, 1), readers=1)
    complete_case(study.study, study.study.sites.get(code="A"), 7)
    assert [(one["cases"], one["allocated"], one["withheld"]) for one in told(study)["sites"]] == [
        (2, 1, 0), (1, 1, 0),
    ]  # fmt: skip


def test_cases_that_train_and_test_readers_are_none_of_the_study_s() -> None:
    study = draft(per_site=(2, 1), readers=1)
    Case.objects.filter(pk=study.cases[0].pk).update(purpose=Case.Purpose.TRAINING)
    assert [one["cases"] for one in told(study)["sites"]] == [1, 1]


def test_what_a_reader_who_left_has_not_signed_is_missing_and_does_not_delay_the_end() -> None:
    study = opened(per_site=(2, 1), readers=2)
    leaving, staying = study.readers
    sign(list(Read.objects.filter(reader=leaving)[:2]))
    sign(list(Read.objects.filter(reader=staying).order_by("session", "position")[:6]))
    assert told(study)["ends_at"] is None  # of two reads nothing can be said
    held = study.study.memberships.get(user=leaving)
    end_membership(actor=study.investigator, study=study.study, membership_id=held.id, reason="Left")
    found = told(study)
    assert found["missing"] == 7
    assert [one["has_left"] for one in found["readers"]] == [True, False]
    assert found["ends_at"] == found["readers"][1]["ends_at"] is not None


def test_the_end_is_expected_by_the_pace_so_far() -> None:
    study = opened(per_site=(3, 3), readers=1)
    sign(list(Read.objects.filter(reader=study.readers[0]).order_by("session", "position")[:9]))
    with connection.cursor() as cursor:  # as if they had been signed over nine days
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_signature DISABLE TRIGGER insert_only")
        cursor.execute(
            "UPDATE accounts_signature s SET signed_at = now() - %s * (10 - n.row_number) FROM"
            " (SELECT id, row_number() OVER (ORDER BY signed_at) FROM accounts_signature WHERE meaning = 'authored') n"
            " WHERE n.id = s.id",
            [timedelta(days=1)],
        )
        cursor.execute("ALTER TABLE accounts_signature ENABLE TRIGGER insert_only")
    (reader,) = told(study)["readers"]
    assert reader["per_week"] == pytest.approx(7, abs=0.01)
    assert (reader["signed"], reader["total"]) == (9, 18)


def test_monitors_see_it_and_nobody_else() -> None:
    study = opened(per_site=(1, 1), readers=1)
    monitor = user("Mo Monitor")
    add_member(actor=study.investigator, study=study.study, email=monitor.email, role=Role.MONITOR)
    assert told(study, monitor) == told(study)
    for person in (study.readers[0], user("Sue Stranger")):
        client = Client()
        client.force_login(person)
        assert client.get(f"/api/studies/{study.study.id}/progress").status_code == 404
