"""What a lock keeps of adjudication, and what it asks for where adjudication is not done."""

import json
from typing import Any

import pytest
from django.conf import settings

from inference.objects import ObjectStore
from reader_study.agreement import adjudication
from reader_study.agreement.milestones import Condition, milestones
from reader_study.agreement.models import Lock
from reader_study.agreement.tasks import compute
from reader_study.allocation.models import AdjudicationSeat
from reader_study.audit.models import Entry
from reader_study.problems import Conflict
from reader_study.reading.models import Unlock
from reader_study.studies.actions import store_protocol
from reader_study.studies.models import Role
from reader_study.studies.queries import current_protocol
from tests.reader_study.agreement.studies import keep_sheet, lock, report_address
from tests.reader_study.allocation.drafts import Draft
from tests.reader_study.reading.adjudications import adjudicated, made, own_reads, read_of, sign_all
from tests.reader_study.reading.reads import answer, scored
from tests.reader_study.studies.second_person import unblind
from tests.reader_study.studies.states import sign_amended

pytestmark = pytest.mark.django_db
ONE, OTHER = ("A-0001", "A"), ("B-0001", "C")


@pytest.fixture
def read() -> Draft:
    """Six pairs of two cases, two of them discordant; one adjudicator, who has got them and a decoy."""
    study = adjudicated(per_site=(1, 1))
    sign_all(study, discordant=[ONE, OTHER])
    made(study)
    return study


def seats_of(study: Draft) -> list[Any]:
    return own_reads(study.study.memberships.get(role=Role.ADJUDICATOR).user)


def locked_document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ObjectStore(settings.OBJECT_STORE).get(Lock.objects.get().sha256))
    return found


def test_a_study_is_locked_with_what_was_adjudicated(read: Draft, signed_in, sent) -> None:
    for seat in seats_of(read):
        keep_sheet(seat, scored(2))
    assert lock(signed_in(read.investigator), read).status_code == 202
    document = locked_document()
    found = document["adjudication"]
    assert document["missing_reads"] is None
    assert [r["round"] for r in found["rounds"]] == [1]
    assert [person["code"] for person in found["adjudicators"]] == ["J1"]
    key = {str(s.token): (str(s.case_id), s.arm, s.decoy) for s in AdjudicationSeat.objects.all()}
    assert {s["token"]: (s["case"], s["arm"], s["decoy"]) for s in found["seats"]} == key
    assert {sheet["token"] for sheet in found["reads"]} == set(key)
    assert all(sheet["scores"]["stress"] == [2] * 17 for sheet in found["reads"])
    # They are no reads of the study: nothing of them stands among those.
    assert not {sheet["token"] for sheet in document["reads"]} & set(key)
    assert len(document["reads"]) == 12
    assert found["waiting"] == []


def test_a_discordant_read_that_nobody_adjudicated_asks_for_a_reason(read: Draft, signed_in, sent) -> None:
    first, *others = seats_of(read)
    keep_sheet(first, scored(2))
    client = signed_in(read.investigator)
    refused = lock(client, read)
    assert (refused.status_code, refused.json()["code"]) == (409, "unadjudicated")
    assert lock(client, read, missing_reads_reason="The adjudicator has left").status_code == 202
    missing = locked_document()["missing_reads"]
    assert missing["reads"] == []
    assert missing["adjudication"]["waiting"] == 0
    assert {row["token"] for row in missing["adjudication"]["reads"]} == {str(o.token) for o in others}
    entry = Entry.objects.get(action="agreement.locked")
    assert entry.detail["missing_reads"] == missing
    assert not {"arm", "case", "decoy"} & set(missing["adjudication"]["reads"][0])
    compute(str(Lock.objects.get().pk))
    unblind(read.study, investigator=read.investigator)
    result = client.get(report_address(read)).json()["result"]
    assert result["missing_reads"]["adjudication"] == {"reads": 2, "waiting": 0}


def test_what_no_round_took_is_counted_for_the_journal_and_named_in_the_lock(signed_in, sent) -> None:
    study = adjudicated(per_site=(1, 1))
    sign_all(study, discordant=[ONE, OTHER])
    client = signed_in(study.investigator)
    assert lock(client, study).json()["code"] == "unadjudicated"
    assert lock(client, study, missing_reads_reason="Nobody could be found").status_code == 202
    document = locked_document()
    assert document["missing_reads"]["adjudication"] == {"reads": [], "waiting": 2}
    subjects = {case["id"]: case["subject"] for case in document["cases"]}
    assert {(subjects[case], arm) for case, arm in document["adjudication"]["waiting"]} == {ONE, OTHER}


@pytest.mark.parametrize("left_open", ["unsigned", "asked to correct", "being corrected"])
def test_what_a_reader_left_open_hides_no_discordance(left_open: str, signed_in, sent) -> None:
    """No round can take the pair yet; a lock ends that, and what was signed is discordant for good."""
    study = adjudicated(per_site=(1, 1), readers=3)
    open_read = read_of(study, ONE, study.readers[0])
    sign_all(study, discordant=[ONE], but=[open_read] if left_open == "unsigned" else [])
    if left_open != "unsigned":
        Unlock.objects.create(read=open_read, version=1, reason="A slip")
    if left_open == "being corrected":
        answer(study)
    with pytest.raises(Conflict) as nothing:
        made(study)
    assert nothing.value.code == "nothing"

    assert adjudication.pending(study.study) == {"reads": [], "waiting": 1}
    [check] = [
        check
        for milestone in milestones(study.study)
        for check in milestone.checks
        if check.condition == Condition.ADJUDICATED
    ]
    assert not check.is_met
    client = signed_in(study.investigator)
    told = client.get(f"/api/studies/{study.study.id}/adjudication").json()["adjudication"]
    assert (told["waiting"], told["unfinished"]) == (0, 1)
    assert lock(client, study).status_code == 409
    assert lock(client, study, missing_reads_reason="A reader does not answer").status_code == 202
    document = locked_document()
    assert document["missing_reads"]["adjudication"] == {"reads": [], "waiting": 1}
    subjects = {case["id"]: case["subject"] for case in document["cases"]}
    assert [(subjects[case], arm) for case, arm in document["adjudication"]["waiting"]] == [ONE]
    compute(str(Lock.objects.get().pk))
    unblind(study.study, investigator=study.investigator)
    result = client.get(report_address(study)).json()["result"]["adjudication"]
    assert (result["n_discordant"], result["n_unresolved"]) == (1, 1)


def test_a_lock_in_which_nothing_was_discordant_is_as_it_was_without_the_rule(signed_in, sent) -> None:
    study = adjudicated(per_site=(1, 1))
    sign_all(study)
    assert adjudication.adjudicated(study.study) is None
    assert lock(signed_in(study.investigator), study).status_code == 202
    assert "adjudication" not in locked_document()


def test_a_decoy_that_nobody_signed_is_told_as_missing_like_the_others(read: Draft) -> None:
    decoy = AdjudicationSeat.objects.get(decoy=True).token
    for seat in seats_of(read):
        if seat.token != decoy:
            keep_sheet(seat, scored(2))
    pending = adjudication.pending(read.study)
    assert pending is not None
    assert [row["token"] for row in pending["reads"]] == [str(decoy)]


def test_what_was_adjudicated_stays_in_the_lock_whatever_a_later_protocol_says(read: Draft) -> None:
    for seat in seats_of(read):
        keep_sheet(seat, scored(2))
    before = adjudication.adjudicated(read.study)
    assert before is not None and len(before["reads"]) == 3
    document = {
        name: said for name, said in current_protocol(read.study).document.items() if name != "adjudication"
    }
    later = store_protocol(
        study=read.study, author=read.investigator, document=document, reason="Adjudicated less"
    )
    sign_amended(later, by=read.investigator)
    assert adjudication.adjudicated(read.study) == before
    assert adjudication.pending(read.study) is None
