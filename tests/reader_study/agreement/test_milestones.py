"""The way of a study to its report: what each state asks for, and who reached it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from reader_study.accounts.models import User
from reader_study.agreement.milestones import Condition, milestones
from reader_study.cases.models import Image
from reader_study.studies.models import Study
from reader_study.studies.templates import TEMPLATES
from tests.reader_study.agreement.studies import finished
from tests.reader_study.allocation.drafts import PASSWORD, draft, frozen, sign_charter
from tests.reader_study.reading.qualifications import prepared
from tests.reader_study.studies.second_person import unblind
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db


def checks(study: Study) -> dict[str, Any]:
    study.refresh_from_db()
    return {check.condition.value: check for one in milestones(study) for check in one.checks}


def test_only_the_next_state_has_a_checklist() -> None:
    made = draft()
    found = milestones(made.study)
    assert [one.state for one in found] == list(Study.State)
    assert [bool(one.checks) for one in found] == [False, True, False, False, False]
    assert [one.reached is not None for one in found] == [True, False, False, False, False]
    sign_charter(made.study, made.investigator)
    made.study.refresh_from_db()
    frozen_one = milestones(made.study)[1]
    assert frozen_one.reached is not None and frozen_one.checks == ()
    assert (frozen_one.reached.by, frozen_one.reached.reason, frozen_one.reached.is_signed) == (
        "Ivo Investigator",
        "The charter is complete",
        True,
    )


def test_before_the_freeze_the_charter_keeps_the_rules_and_may_lack_endpoints() -> None:
    found = checks(draft(per_site=(), readers=0).study)
    assert found["charter"].is_met and not found["endpoint"].is_met and not found["endpoint"].is_needed


def test_before_the_opening_there_are_readers_complete_cases_and_a_list() -> None:
    empty = checks(frozen(per_site=(), readers=0).study)
    assert not any(empty[name].is_met for name in ("readers", "cases", "allocated"))
    made = frozen(per_site=(2,), readers=2)
    Image.objects.filter(case=made.cases[0], image_set="pet").delete()
    found = checks(made.study)
    assert (found["cases"].done, found["cases"].of, found["no_case_waits"].done) == (1, 2, 1)
    assert found["readers"].is_met and not found["allocated"].is_met


def test_before_the_opening_readers_can_qualify_and_differ() -> None:
    charter = TEMPLATES["kawakubo_replica"](title="T", reader_title="R", simulated=True)
    found = checks(frozen(readers=1, adjudication=charter.adjudication).study)
    assert (found["readers"].is_met, found["readers"].of) == (False, 2)
    assert "qualification" not in found
    leading = prepared(title="Another")
    assert not checks(leading.study.study)["qualification"].is_met
    assert leading.open().status_code == 201
    assert checks(leading.study.study)["qualification"].is_met


def test_before_the_lock_every_read_is_signed() -> None:
    made = finished(unsigned=1)
    found = checks(made.study)
    assert (found["signed"].is_met, found["signed"].done, found["signed"].of) == (False, 10, 12)
    assert found["blocks_open"].is_met and found["unlocks_answered"].is_met and found["no_late_case"].is_met
    put_in_state(made.study.pk, Study.State.LOCKED)
    found = checks(made.study)
    assert set(found) == {Condition.REPORT.value, Condition.SECOND_PERSON.value}
    assert found["second_person"].is_met and not found["report"].is_needed
    User.objects.update(is_staff=False)
    assert not checks(made.study)["second_person"].is_met
    unblind(made.study, investigator=made.investigator)
    reached = milestones(made.study)[-1].reached
    assert reached is not None and reached.is_signed
    assert reached.by == "Ivo Investigator, Sigrid Second"


def test_the_investigator_and_the_monitor_see_it(signed_in: Callable[[User], Client]) -> None:
    made = frozen(readers=1)
    answer = signed_in(made.investigator).get(f"/api/studies/{made.study.id}/milestones")
    assert [one["state"] for one in answer.json()] == list(Study.State)
    assert answer.json()[2]["checks"][0]["condition"] == "readers"
    assert PASSWORD not in answer.content.decode()
    assert signed_in(made.readers[0]).get(f"/api/studies/{made.study.id}/milestones").status_code == 404
