"""Queries to a site: asked, answered by that site alone, asked again, closed; overdue, due, and never changed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.utils import timezone

from reader_study.accounts.models import User
from reader_study.audit.models import Entry
from reader_study.cases.models import Case, Image
from reader_study.cases.quality_models import SiteQuery, SiteQueryEntry
from reader_study.due.tasks import remind
from reader_study.studies.models import Study
from tests.reader_study.cases.checking import SEEN, case_of, due_on, join_quality, ready
from tests.reader_study.cases.world import World
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db
QUESTION = "Is this the stress image? The walls look as at rest."


@pytest.fixture
def case(world: World) -> Case:
    return case_of(world, world.site_a)


@pytest.fixture
def image(case: Case) -> Image:
    return ready(case)


@pytest.fixture
def quality(world: World) -> User:
    return join_quality(world)


def ask(browser: Any, case: Case, image: Image | None = None, **more: Any) -> Any:
    body = {"category": "state", "text": QUESTION, "image_id": str(image.id) if image else None, **more}
    return browser.post(f"/api/cases/{case.id}/site-queries", body)


def listed(browser: Any, study: Study) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = browser.get(f"/api/studies/{study.id}/site-queries").json()
    return found


def due(browser: Any) -> dict[str, tuple[int, str]]:
    return {item["kind"]: (item["count"], item["link"]) for item in browser.get("/api/due").json()}


def test_a_query_goes_from_the_quality_control_to_the_site_and_back(
    world: World, image: Image, quality: User, client_of: Any
) -> None:
    checks, site = client_of(quality), client_of(world.coordinator_a)
    seen = {**SEEN, "confirmed": ["apex", "base", "axis"]}
    asked = ask(checks, image.case, image, seen=seen)
    assert asked.status_code == 201
    query = asked.json()
    assert (query["state"], query["overdue"], query["answers"], query["closes"]) == (
        "open",
        False,
        False,
        True,
    )
    assert query["due_on"] == (timezone.now().date() + timedelta(days=14)).isoformat()
    assert image.findings.get().confirmed == ["apex", "base", "axis"]

    address = f"/api/site-queries/{query['id']}"
    page = f"/studies/{world.study.id}/queries"
    assert due(site)["site_queries"] == (1, page)
    assert "quality" not in due(checks)  # it waits for the site, not for who asked
    accept = {"decision": "accepted", "seen": SEEN}
    assert checks.post(f"/api/images/{image.id}/qc", accept).json()["code"] == "queried"
    (mine,) = listed(site, world.study)
    assert (mine["answers"], mine["closes"], mine["entries"][0]["text"]) == (True, False, QUESTION)

    answered = site.post(f"{address}/answer", {"text": "It is: the defect fills at rest."})
    assert (answered.status_code, answered.json()["state"]) == (200, "answered")
    assert site.post(f"{address}/answer", {"text": "Once more"}).json()["code"] == "not_open"
    assert due(checks)["site_answers"] == (1, page.replace("queries", "quality"))
    assert "site_queries" not in due(site)
    assert checks.post(f"/api/images/{image.id}/qc", accept).json()["code"] == "queried"

    again = checks.post(f"{address}/reopening", {"text": "Which protocol was it?"})
    assert (again.status_code, again.json()["state"]) == (200, "open")
    assert checks.post(f"{address}/reopening", {"text": "?"}).json()["code"] == "open"
    site.post(f"{address}/answer", {"text": "Two days, stress first."})
    closed = checks.post(f"{address}/closing")
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert checks.post(f"{address}/closing").json()["code"] == "closed"
    assert checks.post(f"/api/images/{image.id}/qc", accept).status_code == 200

    kinds = [entry["kind"] for entry in closed.json()["entries"]]
    assert kinds == ["asked", "answered", "reopened", "answered", "closed"]
    told = Entry.objects.filter(action__startswith="cases.query_").order_by("number")
    assert [(entry.action, entry.actor) for entry in told] == [
        ("cases.query_asked", quality.id),
        ("cases.query_answered", world.coordinator_a.id),
        ("cases.query_reopened", quality.id),
        ("cases.query_answered", world.coordinator_a.id),
        ("cases.query_closed", quality.id),
    ]
    assert QUESTION not in str(list(told.values_list("detail", flat=True)))
    # It is accepted now: nothing more is asked about it, but about its case.
    assert checks.post(f"{address}/reopening", {"text": "Sure?"}).json()["code"] == "accepted"
    assert ask(checks, image.case, image).json()["code"] == "accepted"
    assert ask(checks, image.case, category="missing", text="Is there a PET?").status_code == 201


def test_only_that_site_sees_and_answers_it(
    world: World, image: Image, quality: User, client_of: Any
) -> None:
    query = ask(client_of(quality), image.case, image).json()
    other = ask(client_of(quality), case_of(world, world.site_b)).json()
    for who in (world.coordinator_a, world.coordinator_b):
        (own,) = listed(client_of(who), world.study)
        assert own["case"]["site"]["code"] == ("A" if who == world.coordinator_a else "B")
    for who in (quality, world.investigator, world.monitor):
        assert len(listed(client_of(who), world.study)) == 2
    for who in (world.reader, world.stranger, world.staff):
        answer = client_of(who).get(f"/api/studies/{world.study.id}/site-queries")
        assert answer.status_code == 404

    absent = client_of(world.coordinator_b).post(f"/api/site-queries/{uuid4()}/answer", {"text": "Yes"})
    for who in (
        world.coordinator_b,
        quality,
        world.investigator,
        world.monitor,
        world.reader,
        world.stranger,
    ):
        answer = client_of(who).post(f"/api/site-queries/{query['id']}/answer", {"text": "Yes"})
        assert (answer.status_code, answer.content) == (404, absent.content)
    for who in (world.coordinator_a, world.investigator, world.monitor, world.reader):
        for act in ("closing", "reopening"):
            answer = client_of(who).post(f"/api/site-queries/{query['id']}/{act}", {"text": "Yes"})
            assert (answer.status_code, answer.content) == (404, absent.content)
        assert ask(client_of(who), image.case, image).status_code == 404
    assert other["case"]["site"]["code"] == "B"


def test_a_query_about_an_image_of_another_case_finds_none(
    world: World, image: Image, quality: User, client_of: Any
) -> None:
    other = ready(case_of(world, world.site_a, 2))
    assert ask(client_of(quality), image.case, other).status_code == 404
    query = SiteQuery(case=image.case, image=other, category="state")
    with pytest.raises(DatabaseError, match="of its case"), transaction.atomic():
        query.save()


def test_the_investigator_asks_where_nobody_is_there_for_the_quality_control(
    world: World, image: Image, client_of: Any
) -> None:
    assert ask(client_of(world.coordinator_a), image.case, image).status_code == 404
    assert ask(client_of(world.investigator), image.case, image).status_code == 201
    decision = client_of(world.coordinator_a).post(f"/api/images/{image.id}/qc", {"decision": "accepted"})
    assert decision.json()["code"] == "queried"


def test_what_looks_like_an_identifier_is_sent_back_to_the_writer(
    world: World, image: Image, quality: User, client_of: Any
) -> None:
    refused = ask(client_of(quality), image.case, image, text="Is it the scan of 2026-01-02?")
    assert (refused.status_code, refused.json()["code"]) == (400, "identifiers")
    assert refused.json()["message"] == (
        "“2026-01-02” looks like a date. Leave out whatever could identify a person, then save again."
    )
    query = ask(client_of(quality), image.case, image).json()
    site = client_of(world.coordinator_a)
    for text in ("Yes, Mr. Tanaka", "ID 12345678", "患者名：山田太郎"):
        answer = site.post(f"/api/site-queries/{query['id']}/answer", {"text": text})
        assert (answer.status_code, answer.json()["code"]) == (400, "identifiers")
    closing = client_of(quality).post(
        f"/api/site-queries/{query['id']}/closing", {"text": "Tel 03-1234-5678"}
    )
    assert closing.json()["code"] == "identifiers"
    rejected = {"decision": "rejected", "reason": "Of 12345678, not of this one"}
    assert client_of(quality).post(f"/api/images/{image.id}/qc", rejected).json()["code"] == "identifiers"
    assert SiteQueryEntry.objects.count() == 1


def test_nothing_is_asked_without_a_word_or_a_day_that_can_be(
    image: Image, quality: User, client_of: Any
) -> None:
    today = timezone.now().date()
    for wrong in (
        {"text": "  "},
        {"category": "gossip"},
        {"due_on": (today - timedelta(days=1)).isoformat()},
        {"due_on": (today + timedelta(days=366)).isoformat()},
    ):
        assert ask(client_of(quality), image.case, image, **wrong).status_code == 400
    assert ask(client_of(quality), image.case, image, due_on=today.isoformat()).status_code == 201
    assert ask(client_of(quality), image.case, image).json()["code"] == "queried"


def test_what_nobody_answered_is_overdue_after_its_day(
    world: World, image: Image, quality: User, client_of: Any
) -> None:
    query = ask(client_of(quality), image.case, image).json()
    entry, today = SiteQueryEntry.objects.get(), timezone.now().date()
    page = f"/studies/{world.study.id}/queries"
    due_on(entry, today)
    assert not listed(client_of(quality), world.study)[0]["overdue"]  # the day itself is in time
    due_on(entry, today - timedelta(days=1))
    assert listed(client_of(world.monitor), world.study)[0]["overdue"]
    for who in (quality, world.coordinator_a):
        assert due(client_of(who))["overdue_site_queries"] == (1, page)
        assert "site_queries" not in due(client_of(who))
    assert "overdue_site_queries" not in due(client_of(world.coordinator_b))
    client_of(world.coordinator_a).post(f"/api/site-queries/{query['id']}/answer", {"text": "It is."})
    assert not listed(client_of(quality), world.study)[0]["overdue"]


def test_an_open_query_is_closed_only_with_a_word_about_why(
    world: World, image: Image, quality: User, client_of: Any
) -> None:
    query = ask(client_of(quality), image.case, image).json()
    address = f"/api/site-queries/{query['id']}/closing"
    assert client_of(quality).post(address).json()["code"] == "text"
    assert client_of(quality).post(address, {"text": "The site sent it again."}).status_code == 200


def test_a_locked_study_asks_and_answers_nothing(
    world: World, image: Image, quality: User, client_of: Any
) -> None:
    query = ask(client_of(quality), image.case, image).json()
    due_on(SiteQueryEntry.objects.get(), timezone.now().date() - timedelta(days=1))
    put_in_state(world.study.pk, "locked")
    assert ask(client_of(quality), image.case).status_code == 423
    answer = client_of(world.coordinator_a).post(f"/api/site-queries/{query['id']}/answer", {"text": "Yes"})
    assert answer.status_code == 423
    assert client_of(quality).post(f"/api/site-queries/{query['id']}/closing").status_code == 423
    (shown,) = listed(client_of(world.coordinator_a), world.study)
    assert (shown["answers"], shown["overdue"]) == (False, False)
    assert due(client_of(world.coordinator_a)) == {}


def test_the_database_keeps_the_history_and_its_order(image: Image, quality: User, client_of: Any) -> None:
    ask(client_of(quality), image.case, image)
    entry = SiteQueryEntry.objects.get()
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        SiteQueryEntry.objects.update(text="Another question")
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        SiteQuery.objects.update(category="other")
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        entry.delete()
    today = timezone.now().date()
    for number, kind, text, day in (
        (2, "asked", "Again", today),
        (2, "reopened", "Again", today),
        (2, "closed", "", None),
        (3, "answered", "Yes", None),
        (2, "answered", "", None),
        (2, "answered", "Yes", today),
        (2, "forgotten", "Yes", None),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            entry.query.entries.create(number=number, kind=kind, text=text, due_on=day, by=quality)
    with pytest.raises(DatabaseError, match="not closed"), transaction.atomic():
        Image.objects.filter(pk=image.pk).update(qc="accepted", qc_by=quality, qc_at=timezone.now())


def test_a_reminder_says_nothing_of_the_query(
    world: World, image: Image, quality: User, client_of: Any, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.example.org"
    User.objects.filter(pk=world.coordinator_a.pk).update(password="something usable")
    ask(client_of(quality), image.case, image)
    remind()
    (sent,) = [message for message in mail.outbox if message.to == [world.coordinator_a.email]]
    text = f"{sent.subject} {sent.body}"
    for fact in (image.case.subject, QUESTION, "Hospital", "stress", "SPECT", str(image.case_id)):
        assert fact not in text
