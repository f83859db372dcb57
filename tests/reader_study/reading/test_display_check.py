"""The check of the display: due once after each sign-in, kept with what the reader saw; it bars nothing."""

import pytest

from reader_study.audit.models import Entry
from reader_study.reading.models import DisplayCheck
from tests.reader_study.allocation.drafts import Draft
from tests.reader_study.reading.reads import Desk, answer, event, opened

pytestmark = pytest.mark.django_db

CHECK = {
    "answers": {"steps": True, "dark": True, "bright": False, "bar": True},
    "screen": {
        "width": 3840,
        "height": 2160,
        "window_width": 3840,
        "window_height": 2030,
        "ratio": 1.5,
        "gamut": "p3",
        "zoom": 1,
    },
}


@pytest.fixture
def study() -> Draft:
    return opened(per_site=(1,), readers=2)


@pytest.fixture
def desk(study: Draft, signed_in) -> Desk:
    return Desk(signed_in(study.readers[0]))


def check(desk: Desk, **change: object) -> object:
    return desk.client.post("/api/reading/display-check", {**CHECK, **change}, "application/json")


def test_it_is_due_until_it_was_done_and_again_after_the_next_sign_in(study, desk, signed_in):
    token = desk.next()
    assert desk.worklist()["display_check_due"]
    assert desk.read(token).json()["display_check_due"]
    answered = check(desk)
    assert answered.status_code == 201
    kept = DisplayCheck.objects.get()
    assert answered.json() == {"at": kept.at.isoformat().replace("+00:00", "Z")}
    assert (kept.reader, kept.answers, kept.screen) == (study.readers[0], CHECK["answers"], CHECK["screen"])
    assert not desk.worklist()["display_check_due"]
    assert not desk.read(token).json()["display_check_due"]
    study.readers[0].refresh_from_db()
    assert Desk(signed_in(study.readers[0])).worklist()["display_check_due"]


def test_it_waits_for_the_next_read_where_one_is_in_the_middle(study, desk):
    token = desk.next()
    desk.send(token, event(1, "view", name="break", value="confirmed"))
    assert desk.read(token).json()["display_check_due"]  # nothing of it was seen yet
    desk.send(token, event(2, "view", name="shown", value=""))
    assert not desk.read(token).json()["display_check_due"]
    assert desk.worklist()["display_check_due"]


def test_it_is_asked_once_when_a_signed_read_is_opened_again(study, desk):
    token = desk.next()
    desk.finish(token)
    desk.send(desk.next(), event(1, "view", name="shown", value=""))
    desk.ask_to_correct(token)
    answer(study)
    assert desk.read(token).json()["display_check_due"]
    after = desk.read(token).json()["last_seq"]
    desk.send(token, event(after + 1, "view", name="shown", value=""))
    assert not desk.read(token).json()["display_check_due"]


def test_one_readers_check_is_not_anothers(study, desk, signed_in):
    check(desk)
    assert Desk(signed_in(study.readers[1])).worklist()["display_check_due"]


def test_a_display_that_fails_bars_nothing(desk):
    assert check(desk, answers=dict.fromkeys(CHECK["answers"], False)).status_code == 201
    assert desk.read(desk.next()).status_code == 200


def test_it_is_journaled_in_the_readers_name_and_in_no_study(study, desk):
    check(desk)
    entry = Entry.objects.get(action="reading.display_checked")
    assert (entry.actor, entry.study, entry.subject) == (
        study.readers[0].id,
        None,
        str(study.readers[0].id),
    )
    assert entry.detail == {"answers": CHECK["answers"]}


@pytest.mark.parametrize(
    "change",
    [
        {"answers": {"steps": True}},
        {"answers": {**CHECK["answers"], "dark": "perhaps"}},
        {"answers": None},
        {"screen": {}},
        {"screen": {**CHECK["screen"], "width": 0}},
        {"screen": {**CHECK["screen"], "width": 10**20}},
        {"screen": {**CHECK["screen"], "ratio": "nan"}},
        {"screen": {**CHECK["screen"], "zoom": "inf"}},
        {"screen": {**CHECK["screen"], "gamut": "x" * 21}},
        {"screen": {**CHECK["screen"], "gamut": "\0"}},
    ],
    ids=lambda change: repr(change)[-40:],
)
def test_what_is_no_check_is_refused(desk, change):
    assert check(desk, **change).status_code == 400
    assert not DisplayCheck.objects.exists()


def test_more_than_was_asked_is_not_kept(desk):
    screen = {**CHECK["screen"], "serial": "A1"}
    assert check(desk, screen=screen).status_code == 201
    assert DisplayCheck.objects.get().screen == CHECK["screen"]


def test_a_check_that_is_put_off_is_asked_for_again_after_the_next_time_of_signing_in(study, desk, signed_in):
    token = desk.next()
    assert desk.client.post("/api/reading/display-check/later").status_code == 204
    assert not desk.worklist()["display_check_due"]
    assert not desk.read(token).json()["display_check_due"]
    assert not DisplayCheck.objects.exists()
    assert not Entry.objects.filter(action="reading.display_checked").exists()
    assert Desk(signed_in(study.readers[0])).worklist()["display_check_due"]
