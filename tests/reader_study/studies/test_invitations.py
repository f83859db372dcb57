"""A role is offered by mail, and taken by the person who holds the mailbox: once, in time, and by nobody else."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from reader_study.accounts.models import User
from reader_study.audit.models import Entry
from reader_study.studies.actions import add_site
from reader_study.studies.delegation import end_membership
from reader_study.studies.invitations import resend
from reader_study.studies.models import Invitation, Membership, Role
from reader_study.studies.queries import study_for_update
from tests.conftest import PASSWORD
from tests.reader_study.at_once import during
from tests.reader_study.cases.world import World, client_of, world  # noqa: F401  # fixtures
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db
NEW = {"email": "New.Person@example.org", "full_name": "新 花子", "language": "ja", "role": "monitor"}
CHOSEN = {"password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def investigator(world: World, client_of: Any) -> Any:  # noqa: F811
    return client_of(world.investigator)


@pytest.fixture
def address(world: World) -> str:  # noqa: F811
    return f"/api/studies/{world.study.id}/invitations"


def offered(browser: Any, address: str, **changed: Any) -> str:
    answer = browser.post(address, {**NEW, **changed})
    assert answer.status_code == 201, answer.content
    link: str = answer.json()["link"]
    return link


def test_a_new_person_gets_a_mail_and_takes_the_role_with_a_password(
    world: World,  # noqa: F811
    investigator: Any,
    address: str,
) -> None:
    link = offered(investigator, address)
    (sent,) = mail.outbox
    assert sent.to == ["new.person@example.org"] and link in sent.body
    assert "新 花子 様" in sent.body and "A study" in sent.body and "First" not in sent.subject + sent.body
    assert not User.objects.filter(email="new.person@example.org").exists()
    browser = Client()
    assert "新 花子" in browser.get(link).content.decode()
    assert browser.post(link, CHOSEN).status_code == 302
    session = browser.get("/api/session").json()
    assert session["user"]["full_name"] == "新 花子" and session["user"]["language"] == "ja"
    assert [m["role"] for m in session["memberships"]] == ["monitor"]
    (listed,) = investigator.get(address).json()
    assert listed["state"] == "accepted" and listed["mailed_at"] and listed["accepted_at"]
    assert Client().get(link).status_code == 404
    assert (
        Client().post(link, {"password": "another password", "again": "another password"}).status_code == 404
    )


def test_the_journal_says_that_it_was_sent_and_not_what(
    investigator: Any,
    address: str,
) -> None:
    link = offered(investigator, address)
    Client().post(link, CHOSEN)
    entries = Entry.objects.order_by("number").values_list("action", "subject", "detail")
    actions = [action for action, _subject, _detail in entries]
    assert actions[-5:] == [
        "studies.invitation_made",
        "studies.invitation_mailed",
        "accounts.opened",
        "studies.member_added",
        "studies.invitation_accepted",
    ]
    written = str(list(entries)).lower()
    assert (
        "new.person" not in written and "新" not in written and link.rpartition("/")[2].lower() not in written
    )


def test_who_has_an_account_accepts_it_signed_in_and_keeps_the_password(
    world: World,  # noqa: F811
    person: Callable[..., User],
    investigator: Any,
    address: str,
) -> None:
    owner = person("Olga Owner")
    link = offered(investigator, address, email=owner.email, full_name="Another Name")
    thief = Client()
    assert 'type="password"' not in thief.get(link).content.decode()
    assert thief.post(link, CHOSEN).status_code == 200
    thief.force_login(world.reader)
    assert thief.post(link, CHOSEN).status_code == 200
    assert not Membership.objects.filter(user=owner).exists()
    own = Client()
    own.force_login(owner)
    assert own.post(link).status_code == 302
    owner.refresh_from_db()
    assert owner.full_name == "Olga Owner" and owner.check_password(PASSWORD)
    membership = Membership.objects.get(user=owner)
    assert (membership.role, membership.began_by) == ("monitor", world.investigator)


def awaited(person: Callable[..., User], **fields: Any) -> User:
    """Somebody whose account an administrator has made and who has not set the password yet."""
    owner = person("Ada Awaited", **fields)
    owner.set_unusable_password()
    owner.save()
    return owner


def test_an_account_without_a_password_is_not_opened_by_a_link_that_the_inviter_was_handed(
    person: Callable[..., User],
    investigator: Any,
    address: str,
) -> None:
    owner = awaited(person, is_staff=True)
    link = offered(investigator, address, email=owner.email)
    thief = Client()
    for answer in (thief.get(link), thief.post(link, CHOSEN)):
        page = answer.content.decode()
        assert "by the administrator’s link" in page and 'type="password"' not in page
    assert thief.get("/api/session").status_code != 200
    owner.refresh_from_db()
    assert not owner.has_usable_password() and not Membership.objects.filter(user=owner).exists()
    owner.set_password(PASSWORD)  # as the administrator's own link lets its owner do
    owner.save()
    own = Client()
    own.force_login(owner)
    assert own.post(link).status_code == 302 and Membership.objects.filter(user=owner).exists()


def test_an_account_without_a_password_is_opened_by_the_link_that_its_mailbox_got(
    person: Callable[..., User], investigator: Any, address: str, settings: Any
) -> None:
    settings.EMAIL_URL = "smtp://mail.example.org"
    owner = awaited(person)
    assert offered(investigator, address, email=owner.email) is None
    (sent,) = mail.outbox
    found = re.search(r"/accounts/join/\S+", sent.body)
    assert found and Client().post(found[0], CHOSEN).status_code == 302
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_a_link_holds_for_a_week(investigator: Any, address: str) -> None:
    link = offered(investigator, address)
    Invitation.objects.update(expires_at=timezone.now() + timedelta(seconds=30))
    assert Client().get(link).status_code == 200
    held = Invitation.objects.get().expires_at
    Invitation.objects.update(expires_at=timezone.now())
    assert Client().get(link).status_code == 404 and Client().post(link, CHOSEN).status_code == 404
    assert investigator.get(address).json()[0]["state"] == "expired"
    again = investigator.post(f"{address}/{Invitation.objects.get().id}/resend").json()
    assert again["invitation"]["state"] == "waiting"
    assert Invitation.objects.get().expires_at > held + timedelta(days=6)
    assert Client().get(link).status_code == 404 and Client().get(again["link"]).status_code == 200
    assert len(mail.outbox) == 2


def test_the_same_offer_is_offered_again_and_not_twice(investigator: Any, address: str) -> None:
    first, second = offered(investigator, address), offered(investigator, address, full_name="新 華子")
    assert Invitation.objects.get().full_name == "新 華子"
    assert Client().get(first).status_code == 404 and Client().get(second).status_code == 200


def test_a_withdrawn_invitation_opens_nothing(investigator: Any, address: str) -> None:
    link = offered(investigator, address)
    own = f"{address}/{Invitation.objects.get().id}"
    assert investigator.post(f"{own}/withdraw").json()["state"] == "withdrawn"
    assert Client().post(link, CHOSEN).status_code == 404
    for again in ("withdraw", "resend"):
        refused = investigator.post(f"{own}/{again}")
        assert (refused.status_code, refused.json()["code"]) == (409, "not_waiting")


def test_who_invited_must_still_be_allowed_to(
    world: World,  # noqa: F811
    investigator: Any,
    address: str,
    client_of: Any,  # noqa: F811
) -> None:
    link = offered(investigator, address, role="investigator")
    Membership.objects.create(study=world.study, user=world.stranger, role=Role.INVESTIGATOR)
    own = world.study.memberships.get(user=world.investigator)
    end_membership(actor=world.stranger, study=world.study, membership_id=own.id, reason="Left")
    assert Client().post(link, CHOSEN).status_code == 404
    again = client_of(world.stranger).post(f"{address}/{Invitation.objects.get().id}/resend").json()
    assert Client().post(again["link"], CHOSEN).status_code == 302


def test_where_mail_is_sent_nobody_else_is_shown_the_link(
    investigator: Any, address: str, settings: Any
) -> None:
    settings.EMAIL_URL = "smtp://mail.example.org:587"
    assert offered(investigator, address) is None
    assert re.search(r"/accounts/join/\S+", mail.outbox[0].body)


def test_without_any_way_to_send_none_is_said_to_be_sent(
    investigator: Any, address: str, settings: Any
) -> None:
    settings.EMAIL_BACKEND = settings.NO_MAIL
    assert offered(investigator, address)
    assert not mail.outbox and Invitation.objects.get().mailed_at is None
    assert not Entry.objects.filter(action="studies.invitation_mailed").exists()


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"role": "coordinator"}, 400, "site"),
        ({"role": "nobody"}, 400, "invalid"),
        ({"email": "no address"}, 400, "invalid"),
        ({"email": "monitor@example.org", "role": "reader"}, 409, "conflicting_role"),
        ({"email": "reader@example.org", "role": "statistician"}, 409, "conflicting_role"),
        ({"email": "MONITOR@example.org"}, 409, "member"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_offered(
    investigator: Any, address: str, changed: dict[str, str], status: int, code: str
) -> None:
    refused = investigator.post(address, {**NEW, **changed})
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert not mail.outbox and not Invitation.objects.exists()


def test_two_offers_that_exclude_each_other_cannot_both_be_taken(investigator: Any, address: str) -> None:
    links = [offered(investigator, address, role=role) for role in ("reader", "monitor")]
    browser = Client()
    assert browser.post(links[0], CHOSEN).status_code == 302
    refused = browser.post(links[1])
    assert refused.status_code == 400 and 'role="alert"' in refused.content.decode()
    assert [m.role for m in Membership.objects.filter(user__email="new.person@example.org")] == ["reader"]


def test_a_reader_cannot_accept_too_late(
    world: World,  # noqa: F811
    investigator: Any,
    address: str,
) -> None:
    link = offered(investigator, address, role="reader")
    put_in_state(world.study.pk, "open")
    assert Client().post(link, CHOSEN).status_code == 400
    assert not User.objects.filter(email="new.person@example.org").exists()


@pytest.mark.parametrize(
    "chosen", [{"password": "short", "again": "short"}, {"password": PASSWORD, "again": "x"}, {}]
)
def test_a_weak_or_mistyped_password_opens_no_account(
    investigator: Any, address: str, chosen: dict[str, str]
) -> None:
    link = offered(investigator, address)
    assert Client().post(link, chosen).status_code == 400
    assert not User.objects.filter(email="new.person@example.org").exists()
    assert Invitation.objects.get().accepted_at is None


def test_the_delegation_log_keeps_everybody_and_is_a_table_that_no_spreadsheet_runs(
    world: World,  # noqa: F811
    investigator: Any,
) -> None:
    address = f"/api/studies/{world.study.id}"
    membership = world.study.memberships.get(role=Role.MONITOR)
    assert investigator.post(f"{address}/members/{membership.id}/end", {"reason": ""}).status_code == 400
    ended = investigator.post(f"{address}/members/{membership.id}/end", {"reason": "=Left()"})
    assert ended.status_code == 200 and ended.json()["ended_by"] == "Ida Investigator"
    assert "monitor" not in {m["role"] for m in investigator.get(f"{address}/members").json()}
    log = investigator.get(f"{address}/delegation").json()
    assert len(log) == 5 and [row["role"] for row in log][0] == "investigator"
    past = investigator.get(f"{address}/delegation?in_force=false").json()
    assert [(row["role"], row["ended_reason"]) for row in past] == [("monitor", "=Left()")]
    assert [r["role"] for r in investigator.get(f"{address}/delegation?role=reader").json()] == ["reader"]
    table = investigator.get(f"{address}/delegation.csv")
    assert table.headers["Content-Type"].startswith("text/csv")
    lines = table.content.decode().splitlines()
    assert len(lines) == 6 and lines[0].startswith("full_name,email,role,site,began_at")
    assert "'=Left()" in table.content.decode()


@pytest.mark.django_db(transaction=True)
def test_somebody_joins_while_the_investigator_acts_and_both_go_on(
    world: World,  # noqa: F811
    investigator: Any,
    address: str,
) -> None:
    link = offered(investigator, address)
    joined = during(
        lambda: study_for_update(world.investigator, world.study.pk, Role.INVESTIGATOR),
        lambda: Client().post(link, CHOSEN).status_code,
        then=lambda: add_site(actor=world.investigator, study=world.study, code="C", name="Hospital C"),
    )
    assert joined == 302


@pytest.mark.django_db(transaction=True)
def test_a_link_is_dead_while_it_is_being_offered_anew(
    world: World,  # noqa: F811
    investigator: Any,
    address: str,
) -> None:
    link = offered(investigator, address)
    invitation = Invitation.objects.get()
    opened = during(
        lambda: resend(actor=world.investigator, study=world.study, invitation_id=invitation.id),
        lambda: Client().post(link, CHOSEN).status_code,
    )
    assert opened == 404
    assert not User.objects.filter(email="new.person@example.org").exists()
