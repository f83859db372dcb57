"""What is sent where one asks to unblind and another answers."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client, TestCase

from reader_study.accounts.models import User
from reader_study.cases.models import Case
from reader_study.studies.delegation import give_role
from reader_study.studies.models import Role, Study, UnblindingRequest
from reader_study.studies.unblinding import APPROVERS
from tests.reader_study.allocation.drafts import PASSWORD, Draft, user

REASON = "Chest pain after the scan; the site has to know"


def join(study: Draft, name: str, role: Role, *, by: User | None = None) -> User:
    """by: who names them; otherwise the administrator where they are to approve, else the investigator."""
    person = user(name)
    by = by or (user("Anna Administrator") if role in APPROVERS else study.investigator)
    give_role(study=study.study, user=person, role=role, site=None, by=by)
    return person


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def address(study: Draft, *rest: object) -> str:
    return "/".join([f"/api/studies/{study.study.id}/unblinding", *map(str, rest)])


def ask(study: Draft, *, by: User | None = None, case: Case | None = None, **changed: Any) -> Any:
    body = {"reason": REASON, "password": PASSWORD, **({"case_id": str(case.id)} if case else {}), **changed}
    with TestCase.captureOnCommitCallbacks(execute=True):
        return browser(by or study.investigator).post(address(study), body, "application/json")


def asked(study: Draft, **more: Any) -> UnblindingRequest:
    answer = ask(study, **more)
    assert answer.status_code == 201, answer.content
    return UnblindingRequest.objects.get(pk=answer.json()["id"])


def answer(request: UnblindingRequest, by: User, *, approved: bool = True, **changed: Any) -> Any:
    body = {"approved": approved, "reason": "I have looked at it", "password": PASSWORD, **changed}
    with TestCase.captureOnCommitCallbacks(execute=True):
        return browser(by).post(f"/api/unblinding/{request.id}", body, "application/json")


def refused(found: Any, status: int, code: str) -> bool:
    assert (found.status_code, found.json()["code"]) == (status, code), found.content
    return True


def state(study: Draft) -> str:
    return Study.objects.get(pk=study.study.pk).state


def move_clock(request: UnblindingRequest, by: timedelta) -> None:
    """As if the request had been made so much earlier: its row alone is moved, which nobody else may."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks that wait cannot be altered
        cursor.execute("ALTER TABLE studies_unblindingrequest DISABLE TRIGGER insert_only")
        cursor.execute(
            "UPDATE studies_unblindingrequest SET requested_at = requested_at - %s, expires_at = expires_at - %s"
            " WHERE id = %s",
            [by, by, request.id],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE studies_unblindingrequest ENABLE TRIGGER insert_only")
