"""Everything a reader's browser can get out of the server, so that two worlds can be compared."""

import json
import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from reader_study.reading.chain import first_hash, next_hash
from reader_study.reading.models import Event, Read
from tests.reader_study.allocation.drafts import PASSWORD
from tests.reader_study.reading.reads import complete, digest, event

Observed = dict[str, tuple[int, dict[str, str], bytes]]
"""What was asked -> status, headers, body; tokens, times and cookies are replaced by their names."""

PICTURE = re.compile(r"/(volumes|polar|contour)/\d+/(stress|rest)$|/cines/\w+/(stress|rest)$")
TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
COOKIE = re.compile(r"(csrftoken|sessionid)=[^;]*|expires=[^;]*")
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")


class Observer:
    """A signed-in reader who tries everything and writes it down."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.seen: Observed = {}
        self.names = {
            str(token).encode(): f"token-{session}-{position}".encode()
            for token, session, position in Read.objects.values_list("token", "session", "position")
        }
        # The chain of events begins with the token: these hashes differ as tokens do, and any other would be seen.
        self.names |= {
            first_hash(token).encode(): b"hash of " + self.names[str(token).encode()]
            for token in Read.objects.values_list("token", flat=True)
        }

    def ask(self, method: str, address: str, body: Any = None, *, label: str = "") -> HttpResponse:
        with (
            transaction.atomic()
        ):  # as if each request began on a fresh connection, also where it manages its own
            answer = self.client.generic(method.upper(), address, *_as_json(body))
        headers = {name: COOKIE.sub(r"\1", str(value)) for name, value in answer.headers.items()}
        headers |= {
            f"cookie {name}": COOKIE.sub(r"\1", c.OutputString()) for name, c in answer.cookies.items()
        }
        asked = self._named(f"{method} {address} {label}".encode()).decode()
        assert asked not in self.seen
        self.seen[asked] = (answer.status_code, headers, self._named(answer.content))
        return answer

    def read_and_sign(self, token: str) -> None:
        """A whole read, with the mistakes a reader or an attacker can make on the way."""
        read = f"/api/reading/reads/{token}"
        self.ask("get", read, label="opened")
        for state in ("stress", "rest", "spect", "gated"):
            for number in (0, 1, 2):
                for kind in ("volumes", "polar", "contour"):
                    self.ask("get", f"{read}/{kind}/{number}/{state}")
            for kind in ("gated", "projections", "pet"):
                self.ask("get", f"{read}/cines/{kind}/{state}")
        known, acts = uuid.UUID(int=7), complete(2)
        acts = [{**act, "id": str(uuid.UUID(int=100 + act["seq"]))} for act in acts]
        self.names |= {hash_.encode(): b"hash of event" for hash_ in _chain(token, acts)}
        for label, sent in {
            "wrong score": [{**event(1, value=9), "id": str(known)}],
            "gap": [{**event(2), "id": str(known)}],
            "unknown field": [{**event(1, "field", name="colour", value="red"), "id": str(known)}],
            "unreadable": "no list",
            "scores": acts,
            "again": acts,
        }.items():
            self.ask("post", f"{read}/events", {"events": sent}, label=label)
        right = {
            "password": PASSWORD,
            "meaning": "authored",
            "content_sha256": digest(2),
            "last_seq": len(acts),
            "step": 1,
        }
        for label, change in {
            "unreadable": {"content_sha256": "x"},
            "too early": {"last_seq": 1},
            "other scores": {"content_sha256": "0" * 64},
            "another step": {"step": 2},
            "another meaning": {"meaning": "amended"},
            "wrong password": {"password": "guess"},
            "right": {},
            "twice": {},
        }.items():
            self.ask("post", f"{read}/signature", {**right, **change}, label=label)
        self.ask("get", read, label="signed")
        self.ask("get", f"{read}/volumes/1/stress", label="signed")
        self.ask("post", f"{read}/unlock", {"reason": ""}, label="no reason")
        self.ask("post", f"{read}/unlock", {"reason": "A slip"}, label="reason")
        self.ask("post", f"{read}/unlock", {"reason": "A slip"}, label="twice")
        self.ask("get", read, label="asked to correct")

    def end_session(self, study_id: str) -> None:
        """What is asked at the end of a session of one read, answered wrong, right, and again."""
        questions = f"/api/reading/studies/{study_id}/sessions/1/questions"
        self.ask("get", questions, label="session ended")
        reader = self.client.get("/api/session").json()["user"]["id"]
        recall = {"seen": "no", "reads": None, "positions": []}
        guess = {"position": 1, "answer": "arm", "arm": 1, "confidence": 70}
        for label, sent in {
            "unreadable": {},
            "nothing": {"recall": None, "guesses": []},
            "another read": {"recall": recall, "guesses": [{**guess, "position": 2}]},
            "whole": {"recall": recall, "guesses": [guess]},
            "twice": {"recall": recall, "guesses": [guess]},
        }.items():
            self.ask("post", questions, sent and {"reader": reader, **sent}, label=label)
        self.ask("get", questions, label="answered")

    def correct(self, token: str) -> None:
        """The same read after the investigator opened it again."""
        read = f"/api/reading/reads/{token}"
        self.ask("get", read, label="opened again")
        self.ask("get", f"{read}/volumes/1/stress", label="opened again")
        body = {
            "password": PASSWORD,
            "meaning": "amended",
            "content_sha256": digest(2),
            "last_seq": 37,
            "step": 1,
        }
        self.ask("post", f"{read}/signature", body, label="amended")
        self.ask("get", read, label="amended")

    def walk(self, arguments: dict[str, str]) -> None:
        """Every address the server knows, by every method, with the ids of this very case filled in."""
        of_an_arm = ("image_id", "sha256", "study", "series", "instance")
        self.names |= {arguments[name].encode(): name.encode() for name in of_an_arm}
        for route in _routes(get_resolver()):
            address = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda name: arguments[name[1]], route)
            for method in METHODS:
                self.ask(method, address, label="walk")

    def _named(self, text: bytes) -> bytes:
        for token, name in self.names.items():
            text = text.replace(token, name)
        return TIME.sub(b"TIME", text)


def without_voxels(seen: Observed) -> Observed:
    """The same with every picture that was given reduced to its length."""
    return {
        asked: (status, headers, b"%d bytes" % len(body) if _is_picture(asked, status) else body)
        for asked, (status, headers, body) in seen.items()
    }


def pictures(seen: Observed) -> dict[str, bytes]:
    return {asked: body for asked, (status, _, body) in seen.items() if _is_picture(asked, status)}


def _is_picture(asked: str, status: int) -> bool:
    method, address = asked.split(" ")[:2]
    return method == "get" and status == 200 and bool(PICTURE.search(address))


def _chain(token: str, acts: list[dict]) -> Iterator[str]:
    """The hashes that a browser computes of what it sends."""
    after = first_hash(uuid.UUID(token))
    for act in acts:
        known = {"state": "", "segment": None, "name": "", **act}
        known |= {"id": uuid.UUID(act["id"]), "at": datetime.fromisoformat(act["at"])}
        after = next_hash(after, Event(**known))
        yield after


def _as_json(body: Any) -> tuple[bytes, str]:
    return (b"" if body is None else json.dumps(body).encode()), "application/json"


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """The path of every API route, e.g. "api/reading/reads/<uuid:token>"."""
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, path)
        elif isinstance(pattern, URLPattern) and path.startswith("api/"):
            yield path
