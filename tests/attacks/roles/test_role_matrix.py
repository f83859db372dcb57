"""Every endpoint, asked by every role, of the own and of another site and study: exactly the expected answer.

The endpoints are those that the URL resolver knows: a new one without a row in table.py fails here.
"""

import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from reader_study.accounts.models import User
from tests.attacks.roles import world as worlds
from tests.attacks.roles.table import DESCRIPTION, OF_THE_SITE, ROWS, SIGNED_IN, Row, Things

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# Views that are functions: what they answer to.
FUNCTIONS = {
    "accounts/sign-in": ("GET", "POST"),
    "accounts/sign-out": ("POST",),
    "accounts/language": ("POST",),
    "accounts/invitations/{uid}/{token}": ("GET", "POST"),
    "accounts/join/{secret}": ("GET", "POST"),
    "{page}": ("GET",),
    "api/studies/{study_id}/dicomweb/studies": ("GET", "POST"),
    "api/studies/{study_id}/dicomweb/studies/{study}": ("GET", "POST"),
}
PAGES = r"^(?!api/|accounts/|static/).*$"
# Who else may see which cases site A has sent, once all is read and unblinded.
KNOWS_SITE_A = {"unblinded": (*OF_THE_SITE, "statistician")}
NOT_FOUND = 404


def endpoints() -> Iterator[tuple[str, str]]:
    """(method, address) of everything the server answers to."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, str]]:
        for pattern in patterns:
            address = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, address)
                continue
            address = "{page}" if address == PAGES else re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", address)
            view = getattr(pattern.callback, "view_class", None) or getattr(pattern.callback, "cls", None)
            methods = FUNCTIONS.get(address) or [m for m in METHODS if hasattr(view, m.lower())]
            assert methods, f"{address}: name the methods of this view in FUNCTIONS"
            yield from ((method, address) for method in methods)

    yield from walk(get_resolver().url_patterns, "")


def test_every_endpoint_has_its_row() -> None:
    known = {(row.method, row.address) for row in [*ROWS, DESCRIPTION]}
    assert sorted(set(endpoints()) - known) == [], "say in table.py who may do this"
    assert sorted(known - set(endpoints())) == [], "there is no such endpoint any more"


class Browsers:
    """A signed-in browser for each person; what a request changes is undone."""

    def __init__(self) -> None:
        self.sessions: dict[User, str] = {}

    def ask(self, row: Row, who: User | None, things: Things) -> tuple[int, bytes, dict[str, str]]:
        client = Client(raise_request_exception=False)  # a crash is an answer, too
        if who is not None:
            if who not in self.sessions:
                signing_in = Client()
                signing_in.force_login(who)
                self.sessions[who] = signing_in.cookies["sessionid"].value
            client.cookies["sessionid"] = self.sessions[who]
        body = row.sent(things)
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        with transaction.atomic():
            answer: HttpResponse = client.generic(
                row.method, self.address(row, things), data, row.content_type
            )
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        return answer.status_code, content, dict(answer.headers)

    @staticmethod
    def address(row: Row, things: Things) -> str:
        named = {
            name: things[value[1:]] if value.startswith("@") else value for name, value in row.named.items()
        }
        return "/" + row.address.format_map({**things, **named}) + row.query


def absent(things: Things) -> dict[str, str]:
    """Ids of the same form of things that are not there."""
    return {name: str(uuid.uuid4()) if _is_id(value) else value for name, value in things.items()}


def _is_id(value: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) is not None


def has_ids(row: Row) -> bool:
    return row.address.startswith("api/") and re.search(r"{\w*(_id|token)}", row.address) is not None


@pytest.mark.django_db
def test_everybody_gets_exactly_what_the_table_says(settings: Any, tmp_path: Path) -> None:
    settings.FRONTEND_DIST = tmp_path
    (tmp_path / "index.html").write_text("<!doctype html>")
    world, browsers = worlds.make(), Browsers()
    wrong: list[str] = []

    def check(what: str, *, found: object, expected: object) -> None:
        if found != expected:
            wrong.append(f"{what}: {found}, not {expected}")

    for row in ROWS:
        things, missing = world.things[row.study], absent(world.things[row.study])
        asked = f"{row.method} {row.address} of the study that is {row.study}, by"
        anonymous = browsers.ask(row, None, things)
        if row.address.startswith("api/"):
            check(f"{asked} nobody signed in", found=anonymous[0], expected=401)
            check(f"{asked} nobody", found=anonymous, expected=browsers.ask(row, None, missing))
        else:
            check(f"{asked} nobody signed in", found=anonymous[0], expected=row.gets["anonymous"])
        # Forbidden is byte by byte what absent is, whoever asks.
        not_there = browsers.ask(row, world.people["investigator"], missing) if has_ids(row) else None
        for role in SIGNED_IN:
            answer = browsers.ask(row, world.people[role], things)
            check(f"{asked} {role}", found=answer[0], expected=row.gets.get(role, NOT_FOUND))
            if answer[0] == NOT_FOUND and not_there is not None:
                check(f"{asked} {role}", found=answer, expected=not_there)
            is_text = "json" in answer[2].get("Content-Type", "") or "text" in answer[2].get(
                "Content-Type", ""
            )
            if is_text and answer[0] < 300 and role not in KNOWS_SITE_A.get(row.study, OF_THE_SITE):
                shown = [word for word in world.hidden if word.encode() in answer[1]]
                check(f"{asked} {role}, what is shown of site A", found=shown, expected=[])
        if not_there is not None:
            for role, person in world.elsewhere.items():
                found = browsers.ask(row, person, things)
                check(f"{asked} {role} of another study", found=found, expected=not_there)
    assert not wrong, "\n".join(wrong)


@pytest.mark.django_db
def test_the_description_of_the_api_is_for_who_is_signed_in(person: Any, signed_in: Any) -> None:
    assert Client().get("/api/schema").status_code == 401
    assert signed_in(person("Norma Nobody")).get("/api/schema").status_code == 200
