"""A study with two sites and everybody in it, made by the verbs; the default worker without a process."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import Empty
from typing import Any

import pytest
from django.test import Client

from reader_study.accounts.models import User
from reader_study.celery import app
from reader_study.studies.actions import add_member, add_site, create_study
from reader_study.studies.models import Role, Site, Study
from reader_study.studies.templates import kawakubo_replica


@dataclass
class World:
    study: Study
    other_study: Study
    site_a: Site
    site_b: Site
    coordinator_a: User
    coordinator_b: User
    investigator: User
    monitor: User
    reader: User
    staff: User
    stranger: User


def _person(name: str, **fields: Any) -> User:
    """An account without a password: hashing one takes longer than most tests."""
    return User.objects.create_user(
        f"{name.replace(' ', '.').lower()}@example.org", None, full_name=name, **fields
    )


@pytest.fixture
def world(db: None) -> World:
    """Two studies with the same sites; monitor and reader are only in the first."""
    staff, pi = _person("Sam Staff", is_staff=True), _person("Ida Investigator")
    people = {
        "coordinator_a": (Role.COORDINATOR, "A"),
        "coordinator_b": (Role.COORDINATOR, "B"),
        "monitor": (Role.MONITOR, None),
        "reader": (Role.READER, None),
    }
    made = {name: _person(name.replace("_", " ").title()) for name in people}
    studies = []
    for title in ("First", "Second"):
        document = kawakubo_replica(title=title, reader_title="A study", simulated=True).as_document()
        study = create_study(creator=staff, title=title, investigator=pi.email, document=document)
        sites = {code: add_site(actor=pi, study=study, code=code, name=f"Hospital {code}") for code in "AB"}
        for name, (role, code) in people.items():
            if title == "First" or role == Role.COORDINATOR:
                site_id = sites[code].id if code else None
                add_member(actor=pi, study=study, email=made[name].email, role=role, site_id=site_id)
        studies.append(study)
    others = {"investigator": pi, "staff": staff, "stranger": _person("Sue Stranger")}
    return World(*studies, sites["A"], sites["B"], **made, **others)


@pytest.fixture
def work(django_capture_on_commit_callbacks: Any) -> Iterator[Callable[[], list[str]]]:
    """Do what the default worker would: take every message from the queue, run its task, until none is left.

    The real messages and the real tasks; what they send after their commit is taken too. Returns the names of
    the tasks. Messages for other queues stay where they are.
    """

    def run() -> list[str]:
        done = []
        while message := take("default"):
            name, args = message
            with django_capture_on_commit_callbacks(execute=True):
                app.tasks[name](*args)
            done.append(name)
        return done

    app.loader.import_default_modules()
    for queue in ("default", "gpu"):
        while take(queue):
            pass
    yield run


def take(queue: str) -> tuple[str, list[Any]] | None:
    """The next message of a queue: (task, arguments)."""
    with app.connection_for_read() as connection:
        simple = connection.SimpleQueue(queue)
        try:
            message = simple.get_nowait()
        except Empty:
            return None
        finally:
            simple.close()
        message.ack()
        return message.headers["task"], message.payload[0]


@pytest.fixture
def client_of(
    signed_in: Callable[[User], Client], django_capture_on_commit_callbacks: Any
) -> Callable[[User], Any]:
    """A person's browser: after each request, what it left for after the commit is done."""

    class Browser:
        def __init__(self, user: User) -> None:
            self.client = signed_in(user)

        def __getattr__(self, verb: str) -> Callable[..., Any]:
            def request(path: str, data: Any = None, **more: Any) -> Any:
                with django_capture_on_commit_callbacks(execute=True):
                    if verb == "get":
                        return self.client.get(path, data, **more)
                    more.setdefault("content_type", "application/json")
                    return getattr(self.client, verb)(path, {} if data is None else data, **more)

            return request

    return Browser
