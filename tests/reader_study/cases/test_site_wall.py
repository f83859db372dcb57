"""Who may see what. Absent, foreign and forbidden are one answer."""

from typing import Any
from uuid import uuid4

import pytest

from reader_study.cases.actions import case_for_subject, decide_quality
from reader_study.cases.models import Image
from reader_study.intake.models import Upload
from reader_study.problems import NotFound
from tests.reader_study.cases.world import World
from tests.reader_study.intake.files import Secrets, heart, nm_file
from tests.reader_study.intake.sending import put, send

pytestmark = pytest.mark.django_db

OUTSIDERS = ("coordinator_b", "reader", "staff", "stranger")
INSIDERS = ("coordinator_a", "investigator", "monitor")


@pytest.fixture
def image(world: World, client_of: Any, work: Any) -> Image:
    """A ready image of site A."""
    send(client_of(world.coordinator_a), world.study, [nm_file(heart(), state="stress", secrets=Secrets(1))])
    work()
    return Image.objects.get()


@pytest.fixture
def paths(world: World, image: Image) -> dict[str, str]:
    return {
        "case": f"/api/cases/{image.case_id}",
        "upload": f"/api/uploads/{Upload.objects.get().id}",
        "volume": f"/api/images/{image.id}/volume",
        "polar": f"/api/images/{image.id}/polar",
    }


@pytest.mark.parametrize("who", OUTSIDERS)
def test_who_is_not_of_the_site_gets_the_answer_for_what_is_absent(
    world: World, client_of: Any, image: Image, paths: dict[str, str], who: str
) -> None:
    browser = client_of(getattr(world, who))
    for path in paths.values():
        foreign, absent = browser.get(path), browser.get(path.replace(path.split("/")[3], str(uuid4())))
        assert foreign.status_code == absent.status_code == 404
        assert foreign.content == absent.content
    decision = browser.post(f"/api/images/{image.id}/qc", {"decision": "accepted", "reason": ""})
    assert decision.status_code == 404
    assert browser.post(f"{paths['upload']}/complete").status_code == 404


@pytest.mark.parametrize("who", INSIDERS)
def test_who_is_of_the_site_sees_its_cases(
    world: World, client_of: Any, paths: dict[str, str], image: Image, who: str
) -> None:
    browser = client_of(getattr(world, who))
    assert [case["subject"] for case in browser.get(f"/api/studies/{world.study.id}/cases").json()] == [
        "A-0001"
    ]
    assert browser.get(paths["case"]).json()["images"][0]["id"] == str(image.id)
    assert browser.get(paths["upload"]).status_code == 200
    assert browser.get(paths["volume"]).status_code == (404 if who == "monitor" else 200)


@pytest.mark.parametrize("page", ["cases", "uploads", "translations"])
def test_lists_show_only_the_own_site(world: World, client_of: Any, image: Image, page: str) -> None:
    path = f"/api/studies/{world.study.id}/{page}"
    assert client_of(world.coordinator_b).get(path).json() == []
    for who in ("reader", "staff", "stranger"):
        assert client_of(getattr(world, who)).get(path).status_code == 404


def test_a_coordinator_sends_to_the_own_site_of_the_study_only(
    world: World, client_of: Any, image: Image
) -> None:
    body = {"files": [{"n": 0, "size": 1, "sha256": "a" * 64}]}
    path = f"/api/studies/{world.study.id}/uploads"
    foreign = client_of(world.coordinator_b).post(path, {**body, "site_id": str(world.site_a.id)})
    assert foreign.status_code == 404
    for who in ("investigator", "monitor", "reader", "staff", "stranger"):
        assert client_of(getattr(world, who)).post(path, body).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_nobody_puts_bytes_into_the_upload_of_another_site(world: World, client_of: Any) -> None:
    body = {"files": [{"n": 0, "size": 1, "sha256": "a" * 64}]}
    opened = client_of(world.coordinator_a).post(f"/api/studies/{world.study.id}/uploads", body).json()
    for who in (*OUTSIDERS, "investigator", "monitor"):
        assert put(client_of(getattr(world, who)), opened["id"], "a" * 64, b"x").status_code == 404


def test_one_site_is_not_told_what_another_has_sent(world: World, client_of: Any, image: Image) -> None:
    """A digest that is known at site A is missing at site B."""
    data = nm_file(heart(), state="stress", secrets=Secrets(1))
    upload = send(client_of(world.coordinator_b), world.study, [data])
    assert upload


def test_a_study_sees_no_case_of_another(world: World, client_of: Any, image: Image) -> None:
    browser = client_of(world.coordinator_a)
    assert browser.get(f"/api/studies/{world.other_study.id}/cases").json() == []


def test_the_verb_itself_refuses_who_may_not_decide(world: World, image: Image) -> None:
    for who in (*OUTSIDERS, "monitor"):
        with pytest.raises(NotFound):
            decide_quality(actor=getattr(world, who), image_id=image.id, decision="accepted", reason="")


def test_nobody_is_asked_in_without_signing_in(client: Any, paths: dict[str, str]) -> None:
    assert {client.get(path).status_code for path in paths.values()} == {401}


def test_numbers_are_given_once(world: World) -> None:
    keys = [bytes([n]) * 32 for n in (1, 2, 1, 3)]
    cases = [case_for_subject(study=world.study, site=world.site_a, subject_key=key) for key in keys]
    assert [case.subject for case in cases] == ["A-0001", "A-0002", "A-0001", "A-0003"]
