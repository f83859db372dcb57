"""Opened studies, and readers who read them through the API."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.test import Client

from reader_study.allocation.actions import allocate
from reader_study.reading.draft import Draft as Content
from reader_study.reading.draft import content_sha256
from reader_study.reading.opening import open_study
from tests.reader_study.allocation.drafts import PASSWORD, Draft, draft

ANSWERS: Mapping[str, int | str] = {"quality": 4, "overall": "equivocal", "confidence": 3}
NOON = "2026-11-21T12:00:00Z"


def opened(*, seed: bytes | None = None, **options: object) -> Draft:
    """A study that was allocated and opened for reading."""
    planned = draft(**options)  # type: ignore[arg-type]
    allocate(actor=planned.investigator, study=planned.study, seed=seed)
    open_study(actor=planned.investigator, study=planned.study, password=PASSWORD, reason="All cases are in")
    planned.study.refresh_from_db()
    return planned


@dataclass
class Desk:
    """A reader's browser: what it can ask, and the answers as they come."""

    client: Client

    def worklist(self) -> dict:
        return self.client.get("/api/reading/worklist").json()

    def next(self) -> str | None:
        return self.worklist()["studies"][0]["next"]

    def read(self, token: str) -> HttpResponse:
        return self.client.get(f"/api/reading/reads/{token}")

    def volume(self, token: str, slot: str = "stress") -> HttpResponse:
        return self.client.get(f"/api/reading/reads/{token}/volumes/{slot}")

    def polar(self, token: str, slot: str = "stress") -> HttpResponse:
        return self.client.get(f"/api/reading/reads/{token}/polar/{slot}")

    def send(self, token: str, *events: dict) -> HttpResponse:
        return self._post(f"/api/reading/reads/{token}/events", {"events": list(events)})

    def sign(self, token: str, *, sha256: str, last_seq: int, password: str = PASSWORD) -> HttpResponse:
        body = {"password": password, "meaning": "authored", "content_sha256": sha256, "last_seq": last_seq}
        return self._post(f"/api/reading/reads/{token}/signature", body)

    def finish(self, token: str, *, score: int | str = 0) -> HttpResponse:
        """Score every segment the same, answer what must be answered, and sign."""
        events = complete(score)
        assert self.send(token, *events).status_code == 200
        sha256 = content_sha256(scored(score), form_version=1)
        return self.sign(token, sha256=sha256, last_seq=len(events))

    def _post(self, address: str, body: dict) -> HttpResponse:
        return self.client.post(address, body, "application/json")


def event(seq: int, kind: str = "score", **what: object) -> dict:
    """One event; a score of segment 1 at stress unless said otherwise."""
    if kind == "score":
        what = {"state": "stress", "segment": 1, "value": 0, **what}
    return {"id": str(uuid.uuid4()), "seq": seq, "kind": kind, "elapsed_ms": 1000 * seq, "at": NOON, **what}


def scored(score: int | str) -> Content:
    """What a read says in which every segment has the same score."""
    return Content({state: [score] * 17 for state in ("stress", "rest")}, dict(ANSWERS))


def complete(score: int | str = 0) -> list[dict]:
    """The events of a whole read."""
    scores = [{"state": state, "segment": n} for state in ("stress", "rest") for n in range(1, 18)]
    events = [event(seq, value=score, **what) for seq, what in enumerate(scores, start=1)]
    for name, value in ANSWERS.items():
        events.append(event(len(events) + 1, "field", name=name, value=value))
    return events
