"""Studies whose readers have to qualify, and the people in them, through the doors."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client

from reader_study.accounts.models import User
from reader_study.allocation.models import QualifyingRead
from reader_study.cases.models import Case
from reader_study.studies.charter_conduct import Qualification, Threshold
from tests.reader_study.allocation.drafts import PASSWORD, Draft, draft, frozen
from tests.reader_study.reading.reads import Desk

ASKED = Qualification(
    training_cases=1, test_cases=2, threshold=Threshold("exact", 0.8), attempts=2, valid_days=30
)
TRUTH = 2


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def asking(asked: Qualification = ASKED, *, signed: bool = True, **options: Any) -> Draft:
    """A study with a qualification, frozen unless said otherwise: six cases of two sites."""
    made: dict[str, Any] = {"per_site": (3, 3), "readers": 2, "qualification": asked, **options}
    return frozen(**made) if signed else draft(**made)


@dataclass
class Leading:
    """The investigator's page of the qualification."""

    study: Draft

    @property
    def address(self) -> str:
        return f"/api/studies/{self.study.study.id}/qualification"

    def look(self) -> dict[str, Any]:
        answer = browser(self.study.investigator).get(self.address)
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    def reader(self, place: int = 0) -> dict[str, Any]:
        wanted = str(self.study.readers[place].id)
        return next(reader for reader in self.look()["readers"] if reader["id"] == wanted)

    def post(self, path: str, body: dict[str, Any] | None = None) -> HttpResponse:
        return browser(self.study.investigator).post(f"{self.address}/{path}", body or {}, "application/json")

    def set_purpose(self, case: Case, purpose: str) -> HttpResponse:
        return self.post(f"cases/{case.id}", {"purpose": purpose})

    def enter(self, *subjects: str, score: object = TRUTH, reason: str = "Consensus of two") -> HttpResponse:
        return self.post("reference", {"table": table(*subjects, score=score), "reason": reason})

    def open(self) -> HttpResponse:
        return self.post("opening")

    def grant(self, reader: User, reason: str = "A misunderstanding of the scale") -> HttpResponse:
        return self.post(f"readers/{reader.id}/attempts", {"reason": reason})


def table(*subjects: str, score: object = TRUTH) -> str:
    """CSV in which every segment of some cases has the same reference score."""
    rows = [
        f"{subject},{state},{segment},{score}"
        for subject in subjects
        for state in ("stress", "rest")
        for segment in range(1, 18)
    ]
    return "\n".join(["subject,state,segment,score", *rows])


def prepared(asked: Qualification = ASKED, **options: Any) -> Leading:
    """Cases A-0001 train, A-0002, A-0003 and B-0001 test, with reference scores; the protocol is frozen."""
    leading = Leading(asking(asked, **options))
    one, *others = leading.study.cases[:4]
    assert leading.set_purpose(one, "training").status_code == 201
    for case in others:
        assert leading.set_purpose(case, "test").status_code == 201
    answer = leading.enter(*(case.subject for case in (one, *others)))
    assert answer.status_code == 201, answer.content
    return leading


def qualifying(asked: Qualification = ASKED, **options: Any) -> Leading:
    """The same once it is open for readers."""
    leading = prepared(asked, **options)
    answer = leading.open()
    assert answer.status_code == 201, answer.content
    return leading


def open_for_reading(leading: Leading) -> None:
    """Allocate and open the study itself."""
    investigator, study = (
        browser(leading.study.investigator),
        f"/api/studies/{leading.study.study.id}",
    )
    assert investigator.post(f"{study}/allocation", {}, "application/json").status_code == 201
    body = {"password": PASSWORD, "reason": "All cases are in"}
    answer = investigator.post(f"{study}/opening", body, "application/json")
    assert answer.status_code == 201, answer.content


def agenda(desk: Desk, purpose: str, attempt: int = 1) -> dict[str, Any] | None:
    """What a reader's list says of the reads of a purpose."""
    found = (
        one for one in desk.worklist()["studies"] if (one["purpose"], one["attempt"]) == (purpose, attempt)
    )
    return next(found, None)


def work_off(desk: Desk, purpose: str, attempt: int = 1, *, score: int | str = TRUTH) -> list[str]:
    """Sign every read of a purpose with one score everywhere; returns their tokens."""
    signed = []
    while (one := agenda(desk, purpose, attempt)) and (token := one["next"]):
        assert desk.read(token).status_code == 200
        answer = desk.finish(token, score=score)
        assert answer.status_code == 201, answer.content
        signed.append(token)
    return signed


def qualify(desk: Desk) -> None:
    work_off(desk, "training")
    work_off(desk, "test")


def standing(desk: Desk) -> dict[str, Any]:
    """What a reader is told of the own qualification."""
    (found,) = desk.worklist()["qualifications"]
    return dict(found)


def key_of(reader: User) -> list[QualifyingRead]:
    return list(QualifyingRead.objects.filter(reader=reader).order_by("purpose", "attempt", "position"))


def move_back(table: str, column: str, days: int) -> None:
    """As if these rows had been written so many days ago: what a moved clock would show."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER insert_only")
        cursor.execute(f"UPDATE {table} SET {column} = {column} - make_interval(days => %s)", [days])
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER insert_only")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
