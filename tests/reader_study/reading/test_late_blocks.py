"""Late cases reach the readers as further sessions: after what each has, signed, and nothing before them changes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reader_study.accounts.models import Signature
from reader_study.allocation.actions import allocate
from reader_study.allocation.queries import blocks_of, keys_of
from reader_study.audit.models import Entry
from reader_study.cases.models import Image
from reader_study.problems import Conflict, Forbidden
from reader_study.reading.models import Read, ReadVolume
from reader_study.reading.opening import open_block
from tests.reader_study.agreement.studies import keep_sheet
from tests.reader_study.allocation.drafts import PASSWORD, Draft, complete_case
from tests.reader_study.reading.reads import Desk, opened, scored

pytestmark = pytest.mark.django_db
REASON = "Two late cases are in"


@pytest.fixture
def reading() -> Draft:
    return opened(per_site=(1, 1), readers=2, washout_days=28)


def with_late_cases(study: Draft, *numbers: int) -> None:
    """Complete, and allocated as a further block."""
    site = study.study.sites.get(code="B")
    study.cases.extend(complete_case(study.study, site, number) for number in numbers)
    allocate(actor=study.investigator, study=study.study)


def open_it(study: Draft, **changes: object) -> None:
    given = {"actor": study.investigator, "study": study.study, "password": PASSWORD, "reason": REASON}
    open_block(**{**given, **changes})


def world() -> tuple[set, set]:
    return set(Read.objects.values_list()), set(ReadVolume.objects.values_list("id", "neutral_key"))


def test_an_allocated_block_is_nobodys_until_it_is_opened(reading):
    before = world()
    with_late_cases(reading, 2, 3)
    assert world() == before


def test_opening_adds_the_reads_of_the_block_and_changes_none(reading):
    before = world()
    with_late_cases(reading, 2, 3)
    open_it(reading)
    reads, volumes = world()
    assert before[0] < reads
    assert before[1] < volumes
    block = blocks_of(reading.study)[1]
    for key in keys_of(block):
        read = Read.objects.get(token=key.token)
        assert (read.reader_id, read.session, read.position) == (key.reader_id, key.session, key.position)
        ((image_set,),) = key.steps
        for volume in read.volumes.all():
            image = Image.objects.get(case=key.case_id, image_set=image_set, state=volume.state)
            assert volume.neutral_key == image.neutral_key
    assert Read.objects.count() == 2 * 3 * (2 + 2)


def test_the_investigator_signs_the_digest_of_the_block_and_the_journal_says_so(reading):
    with_late_cases(reading, 2)
    open_it(reading)
    digest = blocks_of(reading.study)[1].digest
    signature = Signature.objects.latest("signed_at")
    assert (signature.signer, signature.content_sha256) == (reading.investigator, digest)
    entry = Entry.objects.get(action="reading.block_opened")
    assert entry.detail == {
        "allocation": digest,
        "block": 2,
        "reads": 6,
        "signature": str(signature.id),
        "reason": REASON,
    }


@pytest.mark.parametrize(("days", "state"), [(27, "waiting"), (28, "open")])
def test_the_first_session_of_the_block_waits_for_the_washout_too(
    reading, signed_in, monkeypatch, days, state
):
    for read in Read.objects.all():
        keep_sheet(read, scored(0))
    last = Signature.objects.latest("signed_at").signed_at
    with_late_cases(reading, 2, 3)
    monkeypatch.setattr(timezone, "now", lambda: last + timedelta(days=days))
    desk = Desk(signed_in(reading.readers[0]))
    assert desk.next() is None
    open_it(reading)
    sessions = desk.worklist()["studies"][0]["sessions"]
    assert [session["number"] for session in sessions] == [1, 2, 3, 4, 5, 6]
    assert [session["state"] for session in sessions[3:]] == [state, "waiting", "waiting"]
    assert (desk.next() is not None) == (state == "open")


def test_a_wrong_password_opens_nothing(reading):
    with_late_cases(reading, 2)
    before = world()
    with pytest.raises(Forbidden):
        open_it(reading, password="another password")
    assert world() == before


def test_a_picture_that_changed_after_the_block_was_allocated_stops_it(reading):
    with_late_cases(reading, 2)
    Image.objects.filter(case=reading.cases[-1], image_set="pet", state="rest").update(neutral_key="a" * 64)
    with pytest.raises(Conflict) as refusal:
        open_it(reading)
    assert refusal.value.code == "images_changed"


def test_through_the_door_blocks_are_allocated_and_opened_one_after_the_other(reading, signed_in):
    client = signed_in(reading.investigator)
    address = f"/api/studies/{reading.study.id}"
    body = {"password": PASSWORD, "reason": REASON}
    assert client.post(f"{address}/opening", body, "application/json").json()["code"] == "no_block"
    site = reading.study.sites.get(code="A")
    for number in (2, 3):
        complete_case(reading.study, site, number)
        assert client.post(f"{address}/allocation", {}, "application/json").status_code == 201
    waiting = client.get(f"{address}/opening").json()
    assert [(block["block"], block["opened"]) for block in waiting["blocks"]] == [
        (1, True), (2, False), (3, False),
    ]  # fmt: skip
    assert client.post(f"{address}/opening", body, "application/json").json()["reads"] == 12 + 6
    assert client.post(f"{address}/opening", body, "application/json").json()["reads"] == 12 + 6 + 6
    assert client.post(f"{address}/opening", body, "application/json").status_code == 409
    assert signed_in(reading.readers[0]).get(f"{address}/opening").status_code == 404
