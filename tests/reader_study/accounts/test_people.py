"""How people come in: invitation, sign-in, language; and what a signature proves."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import DatabaseError, connection, transaction
from django.test import Client

from reader_study.accounts.actions import sign
from reader_study.accounts.models import Signature, User
from reader_study.problems import Forbidden
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
NEW = {"email": "New.Reader@example.org", "full_name": "新 太郎", "language": "ja"}


def invite(administrator: Client) -> str:
    answer = administrator.post("/api/invitations", NEW, content_type="application/json")
    assert answer.status_code == 201
    link: str = answer.json()["link"]
    return link


def test_an_invited_person_chooses_a_password_and_is_signed_in(
    person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    link = invite(signed_in(person("Ada Admin", is_staff=True)))
    browser = Client()
    assert "新 太郎" in browser.get(link).content.decode()
    assert browser.post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    session = browser.get("/api/session").json()
    assert (session["user"]["email"], session["user"]["language"]) == ("new.reader@example.org", "ja")


def test_an_invitation_works_once(person: Callable[..., User], signed_in: Callable[[User], Client]) -> None:
    link = invite(signed_in(person("Ada Admin", is_staff=True)))
    Client().post(link, {"password": PASSWORD, "again": PASSWORD})
    second = Client().post(link, {"password": "another password", "again": "another password"})
    assert second.status_code == 404
    assert User.objects.get(email="new.reader@example.org").check_password(PASSWORD)


def test_who_lost_the_password_is_invited_again_and_the_old_one_ends(
    person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    administrator, lost = signed_in(person("Ada Admin", is_staff=True)), person("Rey Reader")
    browser = signed_in(lost)
    body = {"email": lost.email, "full_name": "Rey Reader", "language": "en"}
    link = administrator.post("/api/invitations", body, content_type="application/json").json()["link"]
    assert browser.get("/api/session").status_code == 401
    assert (
        Client().post("/accounts/sign-in", {"username": lost.email, "password": PASSWORD}).status_code == 200
    )
    assert (
        Client().post(link, {"password": "another password", "again": "another password"}).status_code == 302
    )
    assert User.objects.get(pk=lost.pk).check_password("another password")


def test_an_account_is_not_handed_to_somebody_of_another_name(
    person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    administrator, owner = signed_in(person("Ada Admin", is_staff=True)), person("Rey Reader")
    body = {"email": owner.email, "full_name": "Somebody Else", "language": "en"}
    assert administrator.post("/api/invitations", body, content_type="application/json").status_code == 400
    assert User.objects.get(pk=owner.pk).check_password(PASSWORD)


@pytest.mark.parametrize(
    ("password", "again"), [("short", "short"), (PASSWORD, PASSWORD + "x"), ("1" * 14, "1" * 13)]
)
def test_a_weak_or_mistyped_password_is_refused_with_a_reason(
    person: Callable[..., User], signed_in: Callable[[User], Client], password: str, again: str
) -> None:
    link = invite(signed_in(person("Ada Admin", is_staff=True)))
    answer = Client().post(link, {"password": password, "again": again})
    assert answer.status_code == 400 and 'role="alert"' in answer.content.decode()
    assert not User.objects.get(email="new.reader@example.org").has_usable_password()


def test_only_an_administrator_invites(
    person: Callable[..., User], signed_in: Callable[[User], Client]
) -> None:
    answer = signed_in(person("Rey Reader")).post("/api/invitations", NEW, content_type="application/json")
    assert answer.status_code == 404
    assert not User.objects.filter(full_name="新 太郎").exists()


def test_signing_in_on_the_page_opens_the_application(person: Callable[..., User]) -> None:
    user, browser = person("Rey Reader"), Client(enforce_csrf_checks=True)
    page = browser.get("/accounts/sign-in?next=/reading").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token
    fields = {
        "username": user.email.upper(),
        "password": PASSWORD,
        "csrfmiddlewaretoken": token[1],
        "next": "/reading",
    }
    answer = browser.post("/accounts/sign-in", fields)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/reading")


def test_a_wrong_password_says_so_without_saying_whether_the_account_exists(
    person: Callable[..., User],
) -> None:
    user = person("Rey Reader")
    pages = [
        Client().post("/accounts/sign-in", {"username": email, "password": "wrong"}).content.decode()
        for email in (user.email, "nobody@example.org")
    ]
    masked = [re.sub(r'value="[^"]*"', "", page) for page in pages]
    assert 'role="alert"' in masked[0] and masked[0] == masked[1]


def test_the_sign_in_page_speaks_the_language_that_was_chosen() -> None:
    browser = Client()
    browser.post("/accounts/language", {"language": "ja", "next": "/accounts/sign-in"})
    page = browser.get("/accounts/sign-in").content.decode()
    assert '<html lang="ja">' in page and "パスワード" in page


def test_without_signing_in_there_is_only_the_sign_in_page() -> None:
    assert Client().get("/reading").headers["Location"] == "/accounts/sign-in?next=/reading"
    assert Client().get("/api/session").status_code == 401


def test_a_change_needs_the_csrf_token(person: Callable[..., User]) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(person("Rey Reader"))
    answer = browser.post("/api/session/language", {"language": "ja"}, content_type="application/json")
    assert answer.status_code == 403


def test_a_persons_language_is_kept(person: Callable[..., User], signed_in: Callable[[User], Client]) -> None:
    browser = signed_in(person("Rey Reader"))
    assert (
        browser.post("/api/session/language", {"language": "ja"}, content_type="application/json").status_code
        == 204
    )
    assert browser.get("/api/session").json()["user"]["language"] == "ja"
    refused = browser.post("/api/session/language", {"language": "xx"}, content_type="application/json")
    assert refused.status_code == 400 and refused.json()["code"] == "invalid"


def test_a_signature_needs_the_signers_own_password(person: Callable[..., User]) -> None:
    user = person("Rey Reader")
    with pytest.raises(Forbidden):
        sign(signer=user, password="wrong", meaning="authored", content_sha256="0" * 64)
    assert not Signature.objects.exists()
    assert (
        sign(signer=user, password=PASSWORD, meaning="authored", content_sha256="0" * 64).full_name
        == "Rey Reader"
    )


@pytest.mark.parametrize(
    "tamper", ["UPDATE accounts_signature SET full_name = 'x'", "DELETE FROM accounts_signature"]
)
def test_a_signature_cannot_be_changed_or_removed(person: Callable[..., User], tamper: str) -> None:
    sign(signer=person("Rey Reader"), password=PASSWORD, meaning="authored", content_sha256="0" * 64)
    with (
        pytest.raises(DatabaseError, match="insert-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(tamper)


def test_signing_writes_nothing_to_the_account(person: Callable[..., User]) -> None:
    """A reader's request may not; an outdated hash waits for the next sign-in."""
    user = person("Rey Reader")
    user.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt", iterations=1)
    user.save()
    sign(signer=user, password=PASSWORD, meaning="authored", content_sha256="0" * 64)
    assert User.objects.get().password.startswith("pbkdf2_sha256$1$")
