"""What waits for each person, and one mail a day about it that says nothing of any case."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from reader_study.accounts.actions import choose_reminders
from reader_study.accounts.models import User
from reader_study.allocation.actions import allocate
from reader_study.audit.models import Entry
from reader_study.cases.models import Image
from reader_study.due.models import Reminder
from reader_study.due.tasks import remind
from reader_study.reading.models import Read
from reader_study.studies.delegation import end_membership
from reader_study.studies.models import Invitation, Role
from tests.reader_study.agreement.studies import keep_sheet
from tests.reader_study.allocation.drafts import Draft, complete_case, draft, frozen
from tests.reader_study.reading.reads import Desk, opened, scored
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def due(user: User) -> dict[str, tuple[int, str]]:
    found = browser(user).get("/api/due").json()
    return {item["kind"]: (item["count"], item["link"]) for item in found}


@pytest.fixture
def study() -> Draft:
    return opened(per_site=(1, 1), readers=2)


def test_a_reader_is_told_how_many_reads_the_open_session_has(study: Draft) -> None:
    reader = study.readers[0]
    in_session = Read.objects.filter(reader=reader, session=1).count()
    (item,) = browser(reader).get("/api/due").json()
    assert item == {
        "study": {"id": str(study.study.id), "title": "Heart study 7"},
        "kind": "reads",
        "count": in_session,
        "link": "/reading",
    }
    keep_sheet(Read.objects.filter(reader=reader, session=1).order_by("position")[0], scored(0))
    assert due(reader)["reads"][0] == in_session - 1


def test_an_unlock_waits_for_the_investigator_and_then_for_the_reader(study: Draft) -> None:
    reader = study.readers[0]
    read = Read.objects.filter(reader=reader, session=1).order_by("position")[0]
    keep_sheet(read, scored(0))
    assert Desk(browser(reader)).ask_to_correct(str(read.token)).status_code == 201
    progress = f"/studies/{study.study.id}/progress"
    assert due(study.investigator)["unlock_requests"] == (1, progress)
    asked = read.unlocks.get()
    body = {"approved": True, "reason": "A slip"}
    address = f"/api/studies/{study.study.id}/unlocks/{asked.id}"
    assert browser(study.investigator).post(address, body, "application/json").status_code == 201
    assert "unlock_requests" not in due(study.investigator)
    assert due(reader)["corrections"] == (1, "/reading")


def test_a_former_reader_has_nothing_to_do_and_finds_no_read(study: Draft) -> None:
    reader = study.readers[0]
    desk = Desk(browser(reader))
    token = desk.next()
    assert token is not None and desk.read(token).status_code == 200
    own = study.study.memberships.get(user=reader)
    end_membership(actor=study.investigator, study=study.study, membership_id=own.id, reason="Left")
    assert due(reader) == {} and desk.worklist()["studies"] == []
    for answer in (desk.read(token), desk.volume(token), desk.ask_to_correct(token)):
        assert answer.status_code == 404
    assert Read.objects.filter(reader=reader).count() == 6  # they stay missing


def test_cases_without_a_list_and_a_list_that_nobody_opened_wait_for_the_investigator() -> None:
    planned = frozen(per_site=(1, 1), readers=1)
    allocation = f"/studies/{planned.study.id}/allocation"
    assert due(planned.investigator) == {"allocation": (2, allocation)}
    allocate(actor=planned.investigator, study=planned.study)
    assert due(planned.investigator) == {"opening": (1, allocation)}
    assert due(planned.readers[0]) == {}


def test_no_mail_hurries_an_investigator_who_lets_cases_gather() -> None:
    planned = frozen(per_site=(1, 1), readers=1)
    assert set(due(planned.investigator)) == {"allocation"}
    remind()
    assert not mail.outbox and not Reminder.objects.exists()
    allocate(actor=planned.investigator, study=planned.study)
    remind()
    assert [sent.to for sent in mail.outbox] == [[planned.investigator.email]]


def test_a_case_that_came_late_waits_for_a_list_of_its_own(study: Draft) -> None:
    assert due(study.investigator) == {}
    complete_case(study.study, study.cases[0].site, number=9)
    assert due(study.investigator)["allocation"][0] == 1


def test_nothing_is_due_in_a_study_that_is_locked(study: Draft) -> None:
    put_in_state(study.study.pk, "locked")
    assert due(study.readers[0]) == {} and due(study.investigator) == {}


def test_pictures_that_wait_for_a_decision_and_offers_that_nobody_took() -> None:
    study = draft(per_site=(1,), readers=1)
    Image.objects.filter(case=study.cases[0], image_set="pet").update(qc="pending", qc_by=None, qc_at=None)
    Invitation.objects.create(
        study=study.study,
        email="late@example.org",
        full_name="Late",
        language="en",
        role=Role.MONITOR,
        invited_by=study.investigator,
        digest=b"1" * 32,
        expires_at=timezone.now() - timedelta(days=1),
    )
    here = f"/studies/{study.study.id}"
    assert due(study.investigator) == {
        "quality": (2, f"{here}/cases"),
        "expired_invitations": (1, f"{here}/people"),
    }
    assert due(study.readers[0]) == {}


def test_who_is_due_gets_one_mail_a_day_that_names_the_study_for_readers_only(study: Draft) -> None:
    remind()
    call_command("remind")
    assert sorted(sent.to[0] for sent in mail.outbox) == [reader.email for reader in study.readers]
    for sent in mail.outbox:
        said = sent.subject + sent.body
        assert "Heart study 7" in said and "/due" in said
        for word in ("SPECT", "PET", "Hospital", "A-0001", "virtual", "arm", "6"):
            assert word not in said.replace("reader", "")
    reminded = Entry.objects.filter(action="due.reminded")
    assert {(entry.subject, str(entry.detail)) for entry in reminded} == {
        (str(reader.id), "{}") for reader in study.readers
    }
    Reminder.objects.update(day=timezone.now().date() - timedelta(days=1))
    remind()
    assert len(mail.outbox) == 4


def test_reminders_can_be_switched_off(study: Draft) -> None:
    reader = study.readers[0]
    client = browser(reader)
    answer = client.post("/api/session/reminders", {"reminders": False}, content_type="application/json")
    assert answer.status_code == 204 and client.get("/api/session").json()["user"]["reminders"] is False
    remind()
    assert [sent.to[0] for sent in mail.outbox] == [study.readers[1].email]


def test_a_reminder_in_japanese(study: Draft) -> None:
    User.objects.filter(pk=study.readers[0].pk).update(language="ja")
    remind()
    said = next(sent for sent in mail.outbox if sent.to == [study.readers[0].email])
    assert said.subject == "対応が必要な項目があります" and "Reader 1 様" in said.body


class RefusingBackend:
    """A mail server that is down."""

    def __init__(self, **_options: Any) -> None:
        pass

    def send_messages(self, _messages: Any) -> int:
        raise SMTPException("451 try later")


def test_what_the_mail_server_refused_is_tried_again_and_not_journaled(study: Draft, settings: Any) -> None:
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
    remind()
    assert not Reminder.objects.exists() and not Entry.objects.filter(action="due.reminded").exists()
    settings.EMAIL_BACKEND = working
    remind()
    assert len(mail.outbox) == 2


class UnfitForOne:
    """A mail server whose client fails in its own way on the mail of one person."""

    def __init__(self, **_options: Any) -> None:
        pass

    def send_messages(self, messages: Any) -> int:
        if messages[0].to == ["reader.1@example.org"]:
            raise ValueError("a header that cannot be")
        mail.outbox += messages
        return len(messages)


def test_who_cannot_be_reminded_keeps_nobody_else_from_it(study: Draft, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.UnfitForOne"
    remind()
    assert [sent.to[0] for sent in mail.outbox] == [study.readers[1].email]
    assert Reminder.objects.get().user == study.readers[1]


class TakingItsTime:
    """A mail server that is so slow that meanwhile somebody does what is journaled."""

    def __init__(self, **_options: Any) -> None:
        pass

    def send_messages(self, _messages: Any) -> int:
        with ThreadPoolExecutor(max_workers=1) as somebody:
            return somebody.submit(self._act).result()

    def _act(self) -> int:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '10s'")
                choose_reminders(user=User.objects.get(email="ivo.investigator@example.org"), reminders=True)
        finally:
            connection.close()
        return 1


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_the_mail_server(settings: Any) -> None:
    readers = opened(per_site=(1,), readers=2).readers
    settings.EMAIL_BACKEND = f"{__name__}.TakingItsTime"
    remind()
    acts = list(Entry.objects.order_by("number").values_list("action", flat=True))
    assert acts[-4:] == ["accounts.reminders_chosen", "due.reminded"] * 2
    assert {reminder.user for reminder in Reminder.objects.all()} == set(readers)
