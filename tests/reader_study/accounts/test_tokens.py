"""Keys of programs: made by their owner for one study and one purpose, hashed, expiring, revocable, journaled."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from reader_study.accounts.actions import MAX_TOKENS, invite, make_token, sign
from reader_study.accounts.models import ApiToken, TokenScope, User
from reader_study.accounts.wrong_passwords import MOST
from reader_study.audit.models import Entry
from reader_study.problems import TooMany
from reader_study.studies.delegation import end_membership
from tests.conftest import PASSWORD
from tests.reader_study.cases.world import World, client_of, world  # noqa: F401  # fixtures

pytestmark = pytest.mark.django_db
WISH = {"scope": "intake", "label": "PACS export", "password": PASSWORD}


def made(user: User, study: Any, *, scope: TokenScope = TokenScope.INTAKE, days: int = 30) -> str:
    _token, secret = make_token(
        owner=user, password=None, scope=scope, study=study.id, label="script", days=days
    )
    return secret


def script(secret: str) -> Client:
    return Client(headers={"authorization": f"Bearer {secret}"})


@pytest.fixture
def coordinator(world: World) -> User:  # noqa: F811
    world.coordinator_a.set_password(PASSWORD)
    world.coordinator_a.save()
    return world.coordinator_a


def test_a_coordinator_makes_a_token_with_the_password_and_a_program_uses_it(
    world: World,  # noqa: F811
    coordinator: User,
    client_of: Any,  # noqa: F811
) -> None:
    answer = client_of(coordinator).post(f"/api/studies/{world.study.id}/tokens", WISH)
    assert answer.status_code == 201 and answer.headers["Cache-Control"] == "no-store"
    told = script(answer.json()["token"]).get("/api/token").json()
    assert (told["study"], told["scope"], told["label"]) == (str(world.study.id), "intake", "PACS export")
    assert script(answer.json()["token"]).get(f"/api/studies/{world.study.id}/uploads").status_code == 200
    listed = client_of(coordinator).get(f"/api/studies/{world.study.id}/tokens").json()
    assert [token["label"] for token in listed] == ["PACS export"] and "token" not in listed[0]
    assert listed[0]["last_used_at"] is not None


def test_the_secret_is_nowhere_in_the_database(world: World, coordinator: User) -> None:  # noqa: F811
    secret = made(coordinator, world.study)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM accounts_apitoken t UNION ALL SELECT e::text FROM audit_entry e")
        assert not any(secret in row or secret[4:] in row for (row,) in cursor.fetchall())


def test_without_the_password_there_is_no_token(
    world: World,  # noqa: F811
    coordinator: User,
    client_of: Any,  # noqa: F811
) -> None:
    wish = {**WISH, "password": "wrong"}
    answer = client_of(coordinator).post(f"/api/studies/{world.study.id}/tokens", wish)
    assert (answer.status_code, answer.json()["code"]) == (403, "password")
    assert not ApiToken.objects.exists()


def test_the_password_is_not_guessed_by_making_tokens(
    world: World,  # noqa: F811
    coordinator: User,
    client_of: Any,  # noqa: F811
) -> None:
    browser, address = client_of(coordinator), f"/api/studies/{world.study.id}/tokens"
    for _guess in range(MOST):
        assert browser.post(address, {**WISH, "password": "wrong"}).status_code == 403
    refused = browser.post(address, WISH)
    assert (refused.status_code, refused.json()["code"]) == (429, "passwords")
    assert Entry.objects.filter(action="accounts.password_refused", actor=coordinator.id).count() == MOST
    with pytest.raises(TooMany):  # the same count as at a signature
        sign(signer=coordinator, password=PASSWORD, meaning="authored", content_sha256="0" * 64)


@pytest.mark.parametrize("who", ["reader", "monitor", "stranger", "staff", "investigator"])
def test_who_sends_no_files_gets_no_token_for_it(world: World, client_of: Any, who: str) -> None:  # noqa: F811
    answer = client_of(getattr(world, who)).post(f"/api/studies/{world.study.id}/tokens", WISH)
    assert answer.status_code == 404 and not ApiToken.objects.exists()


def test_a_token_opens_neither_another_study_nor_another_purpose(world: World, coordinator: User) -> None:  # noqa: F811
    here = f"/api/studies/{world.study.id}/uploads"
    other = script(made(coordinator, world.other_study))
    assert other.get(here).status_code == 404  # though the coordinator may
    reading = script(made(coordinator, world.study, scope=TokenScope.DICOMWEB))
    assert (reading.get(here).status_code, reading.get(here).json()["code"]) == (403, "scope")


def test_a_token_opens_nothing_that_does_not_ask_for_one(world: World, coordinator: User) -> None:  # noqa: F811
    program = script(made(coordinator, world.study))
    for address in ("session", f"studies/{world.study.id}/cases", f"studies/{world.study.id}/tokens"):
        assert program.get(f"/api/{address}").status_code == 401
    answer = program.post(f"/api/studies/{world.study.id}/tokens", WISH, content_type="application/json")
    assert answer.status_code == 401


def expired(token: ApiToken) -> None:
    past = timezone.now() - timedelta(days=2)
    ApiToken.objects.update(created_at=past, expires_at=past + timedelta(days=1))


def revoked(token: ApiToken) -> None:
    assert client(token.owner).delete(f"/api/tokens/{token.id}").status_code == 204


def left(token: ApiToken) -> None:
    User.objects.update(is_active=False)


def invited_again(token: ApiToken) -> None:
    owner, staff = token.owner, User.objects.get(is_staff=True)
    invite(inviter=staff, email=owner.email, full_name=owner.full_name, language="en")


def client(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.mark.parametrize("end", [expired, revoked, left, invited_again])
def test_a_token_ends(world: World, coordinator: User, end: Callable[[ApiToken], None]) -> None:  # noqa: F811
    secret = made(coordinator, world.study)
    address = f"/api/studies/{world.study.id}/uploads"
    assert script(secret).get(address).status_code == 200
    end(ApiToken.objects.get())
    refused = script(secret).get(address)
    assert refused.status_code == 401 and "expired" in refused.json()["message"]


def test_who_is_coordinator_no_more_sends_no_more(world: World, coordinator: User) -> None:  # noqa: F811
    secret = made(coordinator, world.study)
    own = coordinator.memberships.get(study=world.study)
    end_membership(actor=world.investigator, study=world.study, membership_id=own.id, reason="Left")
    assert script(secret).get(f"/api/studies/{world.study.id}/uploads").status_code == 404


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer x", "bearer rst_" + "A" * 4000, "Basic YTpi"]
)
def test_another_header_is_no_token(world: World, header: str) -> None:  # noqa: F811
    browser = Client(headers={"authorization": header})
    assert browser.get(f"/api/studies/{world.study.id}/uploads").status_code == 401
    assert browser.get("/api/token").status_code == 401


def test_only_the_owner_or_an_administrator_revokes(world: World, coordinator: User) -> None:  # noqa: F811
    made(coordinator, world.study)
    token = ApiToken.objects.get()
    assert client(world.coordinator_b).delete(f"/api/tokens/{token.id}").status_code == 404
    assert client(world.staff).delete(f"/api/tokens/{token.id}").status_code == 204
    assert client(world.staff).delete(f"/api/tokens/{uuid4()}").status_code == 404
    acts = Entry.objects.filter(action__startswith="accounts.token").order_by("number")
    assert [(act.action, act.actor, act.study) for act in acts] == [
        ("accounts.token_made", coordinator.id, world.study.id),
        ("accounts.token_revoked", world.staff.id, world.study.id),
    ]


def test_a_person_has_no_more_tokens_than_can_be_looked_after(
    world: World,  # noqa: F811
    coordinator: User,
    client_of: Any,  # noqa: F811
) -> None:
    for _ in range(MAX_TOKENS):
        made(coordinator, world.study)
    answer = client_of(coordinator).post(f"/api/studies/{world.study.id}/tokens", WISH)
    assert (answer.status_code, answer.json()["code"]) == (409, "tokens")
    for days in (0, 367):
        answer = client_of(coordinator).post(f"/api/studies/{world.study.id}/tokens", {**WISH, "days": days})
        assert answer.status_code == 400
