"""The drift chart is open to whom the protocol names, journaled, and pooled over the arms."""

from typing import Any

import pytest
from django.test import Client

from reader_study.accounts.models import User
from reader_study.agreement.drift import compared
from reader_study.allocation.queries import assignments
from reader_study.audit.models import Entry
from reader_study.reading.models import Read
from reader_study.studies.actions import add_member
from reader_study.studies.charter_conduct import Conduct
from reader_study.studies.models import Role
from tests.reader_study.agreement.studies import keep_sheet
from tests.reader_study.allocation.drafts import Draft, user
from tests.reader_study.reading.reads import opened, scored

pytestmark = pytest.mark.django_db


def look(study: Draft, by: User) -> Any:
    client = Client()
    client.force_login(by)
    return client.post(f"/api/studies/{study.study.id}/drift")


def study_of(*visible_to: str, **options: Any) -> tuple[Draft, User]:
    study = opened(
        conduct=Conduct(drift_visible_to=visible_to), **{"per_site": (1, 1), "readers": 2, **options}
    )
    monitor = user("Mo Monitor")
    add_member(actor=study.investigator, study=study.study, email=monitor.email, role=Role.MONITOR)
    return study, monitor


@pytest.mark.parametrize(
    ("visible_to", "expected"),
    [((), [404, 404]), (("investigator",), [200, 404]), (("investigator", "monitor"), [200, 200])],
)
def test_only_whom_the_protocol_names_looks_and_it_is_journaled(
    visible_to: tuple[str, ...], expected: list[int]
) -> None:
    study, monitor = study_of(*visible_to)
    answers = [look(study, person) for person in (study.investigator, monitor)]
    assert [answer.status_code for answer in answers] == expected
    assert look(study, study.readers[0]).status_code == look(study, user("Sue Stranger")).status_code == 404
    looks = Entry.objects.filter(action="agreement.drift_looked_at").order_by("number")
    people = [study.investigator.id, monitor.id]
    assert [entry.actor for entry in looks] == [p for p, s in zip(people, expected, strict=True) if s == 200]


def test_reads_are_compared_with_the_others_of_the_same_case_and_arm() -> None:
    """Both readers score an arm alike and the arms differently: within an arm all agree, across arms nothing would."""
    study, _monitor = study_of("investigator", per_site=(4, 4))
    by_arm = {"A": 0, "B": 2, "C": 4}
    for key in assignments(study.study):
        keep_sheet(Read.objects.get(token=key.token), scored(by_arm[key.arm]))
    answer = look(study, study.investigator)
    assert answer["Cache-Control"] == "private, no-store"
    found = answer.json()
    assert [(one["full_name"], one["signed"], one["compared"]) for one in found["readers"]] == [
        ("Reader 1", 24, 24), ("Reader 2", 24, 24),
    ]  # fmt: skip
    for one in found["readers"]:
        assert one["chart"]["centre"] == 1.0
        assert [point["agreement"] for point in one["chart"]["points"]] == [1.0] * 4
        assert [point["pairs"] for point in one["chart"]["points"]] == [found["block"] * 34] * 4
    said = answer.content.decode()
    assert not [word for word in ("arm", "SPECT", "A-0001", "Hospital", "case") if word in said]


def test_a_read_that_nobody_else_has_signed_is_counted_and_not_compared() -> None:
    study, _monitor = study_of("investigator")
    reader = study.readers[0]
    for read in Read.objects.filter(reader=reader):
        keep_sheet(read, scored(1))
    (found,) = look(study, study.investigator).json()["readers"]
    assert (found["signed"], found["compared"], found["chart"]["points"]) == (6, 0, [])
    assert found["chart"]["reason"] == "too_few"


def test_segments_that_one_could_not_evaluate_make_no_pair() -> None:
    mine, theirs = {"stress": [1, "NE", 3, 4]}, {"stress": [1, 2, "NE", 2]}
    found = compared(mine, [theirs, {"stress": [0, 0, 3, 4]}])
    assert (found.pairs, found.agreeing, found.difference) == (5, 3, 3.0)
