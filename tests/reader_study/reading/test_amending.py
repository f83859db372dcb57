"""Amending the protocol of a study whose reads are there: they stay, and a longer washout holds for what is to come."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reader_study.allocation.actions import allocate
from reader_study.problems import Conflict
from reader_study.reading import amending
from reader_study.reading.models import Read, ReadingConduct
from reader_study.reading.opening import open_study
from reader_study.reading.qualifying import open_qualification
from reader_study.reading.schedule import SessionState, sessions
from reader_study.studies.models import ProtocolVersion
from reader_study.studies.queries import current_protocol
from tests.reader_study.allocation.drafts import PASSWORD, Draft, frozen
from tests.reader_study.at_once import during
from tests.reader_study.reading.adjudications import adjudicated, made, sign_all
from tests.reader_study.reading.qualifications import browser, prepared, qualifying, work_off
from tests.reader_study.reading.reads import Desk, opened

pytestmark = pytest.mark.django_db


def amend(study: Draft, **sections: Any) -> ProtocolVersion:
    version = current_protocol(study.study)
    return amending.amend(
        actor=study.investigator,
        study=study.study,
        document={**version.document, **sections},
        password=PASSWORD,
        sha256=version.sha256,
        reason="Needed",
    )


def test_a_longer_washout_postpones_the_sessions_that_have_not_begun(signed_in: Any) -> None:
    study = opened(per_site=(1, 1), readers=1)
    desk = Desk(signed_in(study.readers[0]))
    tokens = set(Read.objects.values_list("token", flat=True))
    assert desk.finish(desk.next()).status_code == desk.finish(desk.next()).status_code == 201
    assert desk.next() is not None
    shown = amending.preview(
        study=study.study, document={**current_protocol(study.study).document, "washout_days": 7}
    )
    assert (shown.amendment.is_allowed, shown.opened, shown.signed) == (True, 6, 2)
    amend(study, washout_days=7)
    assert [held.washout_days for held in ReadingConduct.objects.order_by("id")] == [0, 7]
    assert desk.next() is None
    assert set(Read.objects.values_list("token", flat=True)) == tokens


def test_an_amendment_is_previewed_with_what_trains_and_tests_readers() -> None:
    leading = qualifying()
    study = leading.study.study
    work_off(Desk(browser(leading.study.readers[0])), "training")
    document = current_protocol(study).document
    sooner = {**document["qualification"], "valid_days": 1}
    shown = amending.preview(study=study, document={**document, "qualification": sooner})
    (effect,) = shown.amendment.effects
    assert (shown.opened, shown.signed) == (1 + 2 + 1, 1)
    assert "a reader whose certificate expired qualifies again" in effect.sentence


def test_a_session_that_has_begun_goes_on_though_the_washout_became_longer() -> None:
    now = timezone.now()
    reads = [(1, now - timedelta(days=1)), (2, now), (2, None), (3, None)]
    found = [session.state for session in sessions(reads, washout_days=30, now=now)]
    assert found == [SessionState.FINISHED, SessionState.OPEN, SessionState.WAITING]


def test_what_was_amended_after_the_allocation_is_opened() -> None:
    planned = frozen(per_site=(1,), readers=1)
    allocate(actor=planned.investigator, study=planned.study)
    planned.study.refresh_from_db()
    amend(planned, washout_days=14, title="Another title")
    open_study(actor=planned.investigator, study=planned.study, password=PASSWORD, reason="All cases are in")
    assert ReadingConduct.objects.get().washout_days == 14


@pytest.mark.django_db(transaction=True)
def test_no_pass_mark_is_amended_away_while_the_qualification_is_being_opened() -> None:
    study = prepared().study
    asked = current_protocol(study.study).document["qualification"]
    lower = {**asked, "threshold": {"measure": "exact", "at_least": 0.1}}
    with pytest.raises(Conflict) as refused:
        during(
            lambda: open_qualification(actor=study.investigator, study=study.study),
            lambda: amend(study, qualification=lower),
        )
    assert refused.value.code == "not_amendable"
    assert current_protocol(study.study).document["qualification"] == asked


@pytest.mark.django_db(transaction=True)
def test_no_rule_of_adjudication_is_amended_while_a_round_is_being_made() -> None:
    study = adjudicated(per_site=(1,))
    sign_all(study, discordant=[("A-0001", "A")])
    rule = current_protocol(study.study).document["adjudication"]
    rarer = {**rule, "when": {"segment_difference": 4}}
    with pytest.raises(Conflict) as refused:
        during(lambda: made(study), lambda: amend(study, adjudication=rarer))
    assert refused.value.code == "not_amendable"
    assert current_protocol(study.study).document["adjudication"] == rule
