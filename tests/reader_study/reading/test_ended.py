"""A study whose data are locked: its readers are told that it has ended; what is not signed is refused alike."""

import pytest

from reader_study.agreement.actions import lock_data
from reader_study.reading import queries, wall
from tests.reader_study.allocation.drafts import PASSWORD, Draft, keep_pictures
from tests.reader_study.reading.reads import Desk, answer, event, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Draft:
    made = opened(per_site=(3,), readers=2)
    keep_pictures(made.cases)
    return made


@pytest.fixture
def desk(study: Draft, signed_in) -> Desk:
    return Desk(signed_in(study.readers[0]))


def lock(study: Draft) -> None:
    lock_data(
        actor=study.investigator,
        study=study.study,
        password=PASSWORD,
        reason="Enough",
        missing_reads_reason="Both have left",
    )


def test_the_list_says_so_and_offers_nothing_to_read(study, desk):
    signed = desk.next()
    assert desk.finish(signed, score=1).status_code == 201
    desk.ask_to_correct(signed)
    answer(study)
    before = desk.worklist()["studies"][0]
    assert (before["ended"], before["amendments"]) == (False, [signed])
    assert before["next"] and before["upcoming"]
    lock(study)
    after = desk.worklist()["studies"][0]
    assert (after["ended"], after["next"], after["upcoming"], after["amendments"]) == (True, None, [], [])
    assert [read["token"] for read in after["signed"]] == [signed]


def test_a_read_its_pictures_and_its_acts_are_refused_alike(study, desk):
    token = desk.next()
    ahead = desk.worklist()["studies"][0]["upcoming"][0]
    assert desk.read(token).status_code == 200
    lock(study)
    answers = [
        desk.read(token),
        desk.volume(token),
        desk.polar(token),
        desk.send(token, event(1)),
        desk.read(ahead, ahead="true"),
        desk.volume(ahead),
    ]
    assert {(said.status_code, said.json()["code"]) for said in answers} == {(423, "study_locked")}


def test_a_signed_read_is_shown_as_signed_also_where_it_was_open_for_amendment(study, desk):
    token = desk.next()
    desk.finish(token, score=1)
    desk.ask_to_correct(token)
    answer(study)
    lock(study)
    assert desk.read(token).json()["state"] == "signed"


def test_nobody_hears_of_the_end_of_a_study_of_others(study):
    other = opened(per_site=(1,), readers=1, title="Another")
    both, elsewhere = other.readers[0], study.readers[1]
    assert both == study.readers[0]
    lock(other)
    wall.enter(elsewhere.pk)
    assert queries.ended_studies() == set()
    wall.leave()
    wall.enter(both.pk)
    assert queries.ended_studies() == {other.study.pk}
    wall.leave()
