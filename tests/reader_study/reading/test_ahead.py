"""Pictures fetched ahead of their turn: nothing is looked at by it, nothing can be said, nothing beyond is there."""

import pytest

from reader_study.audit.models import Entry
from reader_study.reading.models import Event, Presentation, Read
from tests.reader_study.allocation.drafts import Draft, keep_pictures
from tests.reader_study.reading.reads import Desk, digest, event, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Draft:
    study = opened(per_site=(4,), readers=2)
    keep_pictures(study.cases)
    return study


@pytest.fixture
def desk(study: Draft, signed_in) -> Desk:
    return Desk(signed_in(study.readers[0]))


def order(study: Draft, reader: int = 0) -> list[str]:
    own = Read.objects.filter(reader=study.readers[reader]).order_by("session", "position")
    return [str(token) for token in own.values_list("token", flat=True)]


def upcoming(desk: Desk) -> list[str]:
    return desk.worklist()["studies"][0]["upcoming"]


def test_the_two_after_the_next_are_named_and_their_pictures_are_there(study, desk):
    first, second, third, fourth, *_later = order(study)
    assert upcoming(desk) == [second, third]
    for token in (second, third):
        given = desk.read(token).json()
        assert (given["state"], given["draft"], given["signature"]) == ("ahead", None, None)
        assert len(given["slots"]) == 2
        for state in ("stress", "rest"):
            assert desk.volume(token, state).status_code == desk.polar(token, state).status_code == 200
    assert desk.read(fourth).status_code == desk.volume(fourth).status_code == 404


def test_to_fetch_ahead_is_not_to_look(study, desk):
    for token in upcoming(desk):
        desk.read(token)
        desk.volume(token)
        desk.polar(token)
    assert not Presentation.objects.exists()
    assert not Entry.objects.filter(action="reading.presented").exists()


def test_nothing_can_be_said_signed_or_asked_of_a_read_ahead(study, desk):
    for token in upcoming(desk):
        for answer in (
            desk.send(token, event(1)),
            desk.send(token),
            desk.sign(token, sha256=digest(0), last_seq=0),
            desk.ask_to_correct(token),
        ):
            assert answer.status_code == 404
    assert not Event.objects.exists()


def test_a_read_whose_turn_has_come_is_looked_at_then(study, desk):
    first, second, third, fourth, *_later = order(study)
    desk.read(second)
    answer = desk.finish(first).json()
    assert (answer["next"], answer["upcoming"]) == (second, [third, fourth])
    assert desk.read(second).json()["state"] == "open"
    assert str(Presentation.objects.get().read_id) == second
    assert desk.send(second, event(1)).status_code == 200


def test_a_picture_that_is_fetched_late_marks_no_read_as_looked_at(study, desk):
    """The rest of what was fetched ahead may arrive when the read before it was signed meanwhile."""
    first, second, *_later = order(study)
    desk.read(second)
    desk.finish(first)
    before = Entry.objects.count()
    assert desk.volume(second).status_code == desk.polar(second).status_code == 200
    assert desk.contour(second).status_code == desk.cine(second).status_code == 404
    assert not Presentation.objects.filter(read=second).exists()
    assert Entry.objects.count() == before
    desk.read(second)
    assert Presentation.objects.filter(read=second).exists()


def test_a_read_that_is_asked_for_ahead_is_not_looked_at_when_its_turn_has_come_meanwhile(study, desk):
    first, second, *_later = order(study)
    desk.finish(first)
    before = Entry.objects.count()
    assert desk.read(second, ahead="true").json()["state"] == "open"
    assert not Presentation.objects.filter(read=second).exists()
    assert Entry.objects.count() == before
    assert desk.read(second, ahead="maybe").status_code == 400
    desk.read(second)
    assert Presentation.objects.filter(read=second).exists()


def test_nothing_is_fetched_ahead_from_another_session(study, desk):
    tokens = order(study)
    for token in tokens[:3]:
        desk.finish(token)
    assert upcoming(desk) == []
    assert desk.read(tokens[4]).status_code == 404
    desk.finish(tokens[3])
    assert (desk.next(), upcoming(desk)) == (tokens[4], tokens[5:7])


def test_what_lies_ahead_of_one_reader_is_not_there_for_another(study, desk, signed_in):
    other = Desk(signed_in(study.readers[1]))
    for token in upcoming(desk):
        assert other.read(token).status_code == other.volume(token).status_code == 404
