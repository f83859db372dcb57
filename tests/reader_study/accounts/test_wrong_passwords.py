"""Guessing passwords: counted, journaled and slowed down, at signatures and at sign-in; never for good."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from reader_study.accounts.models import Signature, User, WrongPassword
from reader_study.audit.models import Entry
from tests.conftest import PASSWORD
from tests.reader_study.allocation.drafts import Draft
from tests.reader_study.reading.reads import Desk, complete, digest, opened

pytestmark = pytest.mark.django_db
REFUSED = "accounts.password_refused"
SIGN_IN = "/accounts/sign-in"


@pytest.fixture
def study() -> Draft:
    return opened(per_site=(1,), readers=2)


def ready(signed_in: Any, reader: User) -> tuple[Desk, str]:
    """At a read in which everything is answered."""
    desk = Desk(signed_in(reader))
    token = desk.next()
    desk.read(token)
    desk.send(token, *complete(1))
    return desk, token


def signing(desk: Desk, token: str, password: str = PASSWORD) -> Any:
    return desk.sign(token, sha256=digest(1), last_seq=37, password=password)


def time_goes_by(**passed: int) -> None:
    for wrong in WrongPassword.objects.all():
        wrong.at -= timedelta(**passed)
        wrong.save()


def test_after_five_wrong_passwords_a_signature_has_to_wait(study: Draft, signed_in: Any) -> None:
    desk, token = ready(signed_in, study.readers[0])
    for _guess in range(5):
        assert signing(desk, token, "a guess").status_code == 403
    for password in ("a guess", PASSWORD):
        answered = signing(desk, token, password)
        assert (answered.status_code, answered.json()["code"]) == (429, "passwords")
        assert 0 < int(answered["Retry-After"]) <= 300
    assert not Signature.objects.filter(signer=study.readers[0]).exists()

    time_goes_by(minutes=5)
    assert signing(desk, token).status_code == 201


def test_each_is_journaled_although_the_request_is_undone(study: Draft, signed_in: Any) -> None:
    desk, token = ready(signed_in, study.readers[0])
    reader = study.readers[0].id
    for _guess in range(7):
        signing(desk, token, "a guess")
    told = Entry.objects.filter(action=REFUSED).values_list("actor", "study", "subject", "detail")
    assert list(told) == [(reader, None, str(reader), {"door": "signature"})] * 5


def test_what_one_person_guesses_keeps_nobody_else_waiting(study: Draft, signed_in: Any) -> None:
    desk, token = ready(signed_in, study.readers[0])
    for _guess in range(6):
        signing(desk, token, "a guess")
    assert signing(*ready(signed_in, study.readers[1])).status_code == 201


def test_signing_in_waits_alike_for_known_and_unknown_addresses(study: Draft) -> None:
    known = study.readers[0]
    browser = Client()
    for email in (known.email.upper(), "nobody@example.org"):
        answers = [browser.post(SIGN_IN, {"username": email, "password": "a guess"}) for _ in range(6)]
        assert [answered.status_code for answered in answers] == [200] * 5 + [429]
        assert 0 < int(answers[-1]["Retry-After"]) <= 300
        assert 'role="alert"' in answers[-1].content.decode()
    assert browser.post(SIGN_IN, {"username": known.email, "password": PASSWORD}).status_code == 429
    told = Entry.objects.filter(action=REFUSED).values_list("actor", "subject", "detail")
    assert list(told) == [(None, str(known.id), {"door": "sign_in"})] * 5

    time_goes_by(minutes=5)
    assert browser.post(SIGN_IN, {"username": known.email, "password": PASSWORD}).status_code == 302


def test_who_is_signed_in_can_sign_whatever_others_guess_at_the_door(study: Draft, signed_in: Any) -> None:
    desk, token = ready(signed_in, study.readers[0])
    for _guess in range(6):
        Client().post(SIGN_IN, {"username": study.readers[0].email, "password": "a guess"})
    assert signing(desk, token).status_code == 201


def test_a_form_without_a_password_is_no_guess(study: Draft) -> None:
    for _time in range(6):
        answered = Client().post(SIGN_IN, {"username": study.readers[0].email, "password": ""})
        assert answered.status_code == 200
    assert not WrongPassword.objects.exists()


def test_addresses_are_kept_as_digests_and_not_for_long(study: Draft) -> None:
    Client().post(SIGN_IN, {"username": "mistyped@example.org", "password": "a guess"})
    [kept] = WrongPassword.objects.all()
    assert "example" not in str(vars(kept)) and kept.person is None
    time_goes_by(days=1)
    Client().post(SIGN_IN, {"username": study.readers[0].email, "password": "a guess"})
    assert [wrong.person for wrong in WrongPassword.objects.all()] == [study.readers[0]]
