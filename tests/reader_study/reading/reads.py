"""Opened studies, and readers who read them through the API."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.test import Client

from reader_study.accounts.models import User
from reader_study.allocation.actions import allocate
from reader_study.reading.draft import Draft as Content
from reader_study.reading.draft import content_sha256
from reader_study.reading.form import Answer
from reader_study.reading.models import ReadVolume, Unlock, UnlockAnswer
from reader_study.reading.opening import open_study
from reader_study.reading.unlocks import answer_unlock
from reader_study.studies.templates import aided_sequential, aided_side_by_side
from tests.reader_study.allocation.drafts import PASSWORD, Draft, frozen

ANSWERS: Mapping[str, Answer] = {"quality": 4, "overall": "probably_normal", "confidence": 60}
FORM_VERSION = 2
NOON = "2026-11-21T12:00:00Z"


def opened(*, seed: bytes | None = None, **options: object) -> Draft:
    """A study that was allocated and opened for reading."""
    planned = frozen(**options)
    allocate(actor=planned.investigator, study=planned.study, seed=seed)
    open_study(actor=planned.investigator, study=planned.study, password=PASSWORD, reason="All cases are in")
    planned.study.refresh_from_db()
    return planned


def sequential(**options: object) -> Draft:
    """The same where arm A is SPECT and, once that is signed, SPECT beside virtual PET; arm B is PET."""
    aided = aided_sequential(title="", reader_title="", simulated=True)
    return opened(arms=aided.arms, reference_arm="B", sessions=2, **options)


def side_by_side(**options: object) -> Draft:
    """The same where arm B shows SPECT and virtual PET beside each other from the first look on."""
    return opened(arms=aided_side_by_side(title="", reader_title="", simulated=True).arms, **options)


def in_steps(reader: User) -> str:
    """The token of a reader's read that has a second step."""
    return str(ReadVolume.objects.filter(read__reader=reader, step=2).values_list("read", flat=True)[0])


def answer(study: Draft, *, approved: bool = True, reason: str = "A slip of the key") -> UnlockAnswer:
    """The investigator's, to the newest request."""
    asked = Unlock.objects.latest("requested_at")
    return answer_unlock(
        actor=study.investigator, study=study.study, unlock_id=asked.id, approved=approved, reason=reason
    )


@dataclass
class Desk:
    """A reader's browser: what it can ask, and the answers as they come."""

    client: Client

    def worklist(self) -> dict:
        return self.client.get("/api/reading/worklist").json()

    def next(self) -> str | None:
        return self.worklist()["studies"][0]["next"]

    def read(self, token: str, **asked: str) -> HttpResponse:
        return self.client.get(f"/api/reading/reads/{token}", asked)

    def volume(self, token: str, state: str = "stress", set: int = 1) -> HttpResponse:
        return self.client.get(f"/api/reading/reads/{token}/volumes/{set}/{state}")

    def polar(self, token: str, state: str = "stress", set: int = 1) -> HttpResponse:
        return self.client.get(f"/api/reading/reads/{token}/polar/{set}/{state}")

    def contour(self, token: str, state: str = "stress", set: int = 1) -> HttpResponse:
        return self.client.get(f"/api/reading/reads/{token}/contour/{set}/{state}")

    def cine(self, token: str, kind: str = "gated", state: str = "stress") -> HttpResponse:
        return self.client.get(f"/api/reading/reads/{token}/cines/{kind}/{state}")

    def send(self, token: str, *events: dict, **more: object) -> HttpResponse:
        return self._post(f"/api/reading/reads/{token}/events", {"events": list(events), **more})

    def sign(
        self,
        token: str,
        *,
        sha256: str,
        last_seq: int,
        step: int = 1,
        meaning: str = "authored",
        password: str = PASSWORD,
    ) -> HttpResponse:
        body = {
            "password": password,
            "meaning": meaning,
            "content_sha256": sha256,
            "last_seq": last_seq,
            "step": step,
        }
        return self._post(f"/api/reading/reads/{token}/signature", body)

    def ask_to_correct(self, token: str, reason: str = "Wrong segment") -> HttpResponse:
        return self._post(f"/api/reading/reads/{token}/unlock", {"reason": reason})

    def read_until(self, token: str) -> None:
        """Sign everything before a read, so that it is next."""
        while (now := self.next()) != token:
            assert now is not None
            self.finish(now)
            if self.next() == now:  # a read in steps
                self.sign(now, sha256=digest(0), last_seq=37, step=2)

    def finish(self, token: str, *, score: int | str = 0) -> HttpResponse:
        """Score every segment the same, answer what must be answered, and sign."""
        events = complete(score)
        assert self.send(token, *events).status_code == 200
        sha256 = digest(score)
        return self.sign(token, sha256=sha256, last_seq=len(events))

    def questions(self, study: object, session: int = 1) -> HttpResponse:
        return self.client.get(_questions(study, session))

    def answer(self, study: object, session: int = 1, **answers: object) -> HttpResponse:
        body = {"reader": self.who(), "recall": None, "guesses": [], **answers}
        return self._post(_questions(study, session), body)

    def who(self) -> str:
        return self.client.get("/api/session").json()["user"]["id"]

    def _post(self, address: str, body: dict) -> HttpResponse:
        return self.client.post(address, body, "application/json")


def _questions(study: object, session: int) -> str:
    return f"/api/reading/studies/{study}/sessions/{session}/questions"


def event(seq: int, kind: str = "score", **what: object) -> dict:
    """One event; a score of segment 1 at stress unless said otherwise."""
    if kind == "score":
        what = {"state": "stress", "segment": 1, "value": 0, **what}
    return {"id": str(uuid.uuid4()), "seq": seq, "kind": kind, "elapsed_ms": 1000 * seq, "at": NOON, **what}


def scored(score: int | str) -> Content:
    """What a read says in which every segment has the same score."""
    return Content({state: [score] * 17 for state in ("stress", "rest")}, dict(ANSWERS))


def digest(score: int | str) -> str:
    """What is signed of such a read."""
    return content_sha256(scored(score), form_version=FORM_VERSION)


def complete(score: int | str = 0) -> list[dict]:
    """The events of a whole read."""
    scores = [{"state": state, "segment": n} for state in ("stress", "rest") for n in range(1, 18)]
    events = [event(seq, value=score, **what) for seq, what in enumerate(scores, start=1)]
    for name, value in ANSWERS.items():
        events.append(event(len(events) + 1, "field", name=name, value=value))
    return events
