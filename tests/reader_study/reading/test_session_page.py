"""What a reader's list says of the day, and what it keeps back: daily cap, washout and breaks, at their edges."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from reader_study.reading.models import Event, Read, ScoreSheet
from reader_study.studies.charter_conduct import Conduct
from tests.reader_study.allocation.drafts import Draft
from tests.reader_study.reading.clock import SECOND, acts_came_in, held_since, set_clock, signed_at
from tests.reader_study.reading.reads import Desk, answer, digest, event, in_steps, opened, sequential
from tests.reader_study.reading.test_amending import amend

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def capped(cap: int | None, *, utc_offset: str = "+00:00", **options: Any) -> Draft:
    conduct = Conduct(daily_cap=cap, utc_offset=utc_offset)
    return opened(**{"per_site": (4,), "readers": 1, "conduct": conduct, **options})


def desk_of(study: Draft, signed_in: Any, number: int = 0) -> Desk:
    return Desk(signed_in(study.readers[number]))


def agenda(desk: Desk) -> dict[str, Any]:
    return desk.worklist()["studies"][0]


@pytest.mark.parametrize(
    ("utc_offset", "midnight"),
    [
        ("+00:00", datetime(2026, 11, 22, 0, tzinfo=UTC)),
        ("+09:00", datetime(2026, 11, 21, 15, tzinfo=UTC)),
        ("-03:30", datetime(2026, 11, 22, 3, 30, tzinfo=UTC)),
    ],
)
def test_the_cap_holds_to_the_last_second_of_the_charters_day(signed_in, monkeypatch, utc_offset, midnight):
    study = capped(2, utc_offset=utc_offset)
    set_clock(monkeypatch, NOON)
    desk = desk_of(study, signed_in)
    tokens = [
        str(token)
        for token in Read.objects.order_by("position").filter(session=1).values_list("token", flat=True)
    ]
    for token in tokens[:2]:
        assert desk.finish(token).status_code == 201
        signed_at(token, NOON)

    for now in (NOON, midnight - SECOND):
        set_clock(monkeypatch, now)
        found = agenda(desk_of(study, signed_in))
        assert (found["next"], found["upcoming"], found["today"]["signed"]) == (None, [], 2)
        assert (found["waiting"]["reason"], found["waiting"]["session"]) == ("daily_cap", 1)
        assert datetime.fromisoformat(found["waiting"]["until"]) == midnight

    set_clock(monkeypatch, midnight)
    found = agenda(desk_of(study, signed_in))
    assert (found["next"], found["waiting"], found["today"]["signed"]) == (tokens[2], None, 0)


def test_with_the_cap_reached_nothing_further_is_opened_and_one_sentence_says_when(signed_in):
    study = capped(1, utc_offset="+09:00")
    desk = desk_of(study, signed_in)
    first, second, third = (
        Read.objects.filter(session=1).order_by("position").values_list("token", flat=True)[:3]
    )
    assert desk.read(str(first)).status_code == 200
    assert desk.finish(str(first)).json()["waiting"]["reason"] == "daily_cap"
    refused = [desk.read(str(second)), desk.read(str(second), ahead="true"), desk.volume(str(second))]
    refused += [desk.send(str(second), event(1)), desk.sign(str(second), sha256=digest(0), last_seq=0)]
    assert {answer.status_code for answer in refused} == {423}
    assert len({answer.content for answer in refused}) == 1
    told = refused[0].json()
    day = (timezone.now() + 9 * HOUR).date() + timedelta(days=1)
    assert told == {
        "code": "daily_cap",
        "message": f"The reads of today are signed, 1 of them. Reading goes on from {day} 00:00 (UTC+09:00).",
    }
    assert desk.read(str(third)).status_code == 404
    assert not Event.objects.filter(read=second).exists()


def test_a_read_that_is_open_is_finished_and_signed_though_the_cap_was_lowered_below(signed_in):
    study = capped(3)
    desk = desk_of(study, signed_in)
    assert desk.finish(desk.next()).status_code == 201
    begun = desk.next()
    assert desk.read(begun).status_code == 200
    conduct = {"daily_cap": 1, "ask_recall": False, "ask_arm": False, "drift_visible_to": []}
    amend(study, conduct=conduct)
    found = agenda(desk)
    assert (found["next"], found["begun"], found["upcoming"], found["waiting"]) == (begun, True, [], None)
    assert desk.finish(begun).status_code == 201
    assert (agenda(desk)["next"], agenda(desk)["today"]["signed"], agenda(desk)["today"]["cap"]) == (
        None,
        2,
        1,
    )


def test_a_raised_cap_and_none_hold_at_once(signed_in):
    study = capped(1)
    desk = desk_of(study, signed_in)
    desk.finish(desk.next())
    assert desk.next() is None
    amend(study, conduct={"daily_cap": 2, "ask_recall": False, "ask_arm": False, "drift_visible_to": []})
    desk.finish(desk.next())
    assert desk.next() is None
    amend(study, conduct={"ask_recall": False, "ask_arm": False, "drift_visible_to": []})
    assert desk.next() is not None
    assert agenda(desk)["today"]["cap"] is None


def test_pictures_are_fetched_ahead_only_for_what_may_still_be_read_today(signed_in):
    study = capped(2)
    desk = desk_of(study, signed_in)
    assert len(agenda(desk)["upcoming"]) == 1
    desk.finish(desk.next())
    assert agenda(desk)["upcoming"] == []
    assert agenda(desk)["next"] is not None


def test_a_correction_counts_neither_today_nor_again(signed_in):
    study = capped(2)
    desk = desk_of(study, signed_in)
    first = desk.next()
    desk.finish(first)
    desk.ask_to_correct(first)
    answer(study)
    assert desk.sign(first, sha256=digest(0), last_seq=37, meaning="amended").status_code == 201
    assert agenda(desk)["today"]["signed"] == 1
    assert desk.finish(desk.next()).status_code == 201
    desk.ask_to_correct(first)
    answer(study)
    # The day is full, and a correction goes on all the same.
    assert agenda(desk)["amendments"] == [first]
    assert desk.sign(first, sha256=digest(0), last_seq=37, meaning="amended").status_code == 201
    assert agenda(desk)["next"] is None


def test_a_read_in_steps_is_one_read_of_the_day_when_its_last_step_is_signed(signed_in):
    study = sequential(per_site=(3,), readers=1, conduct=Conduct(daily_cap=1))
    desk = desk_of(study, signed_in)
    token = in_steps(study.readers[0])
    with_steps = Read.objects.get(token=token)
    if (with_steps.session, with_steps.position) != (1, 1):
        amend(study, conduct={"ask_recall": False, "ask_arm": False, "drift_visible_to": []})
        desk.read_until(token)
        signed = ScoreSheet.objects.filter(version=1).count()
        amend(
            study,
            conduct={"daily_cap": signed + 1, "ask_recall": False, "ask_arm": False, "drift_visible_to": []},
        )
    before = agenda(desk)["today"]["signed"]
    desk.read(token)
    assert desk.finish(token).json()["more"] is True
    assert (agenda(desk)["next"], agenda(desk)["today"]["signed"]) == (token, before)
    assert desk.sign(token, sha256=digest(0), last_seq=37, step=2).status_code == 201
    assert agenda(desk)["today"]["signed"] == before + 1


def test_a_cap_is_that_of_one_study(signed_in):
    one = capped(1)
    capped(1, title="Another")
    desk = desk_of(one, signed_in)
    desk.finish(agenda(desk)["next"])
    assert [study["next"] is None for study in desk.worklist()["studies"]] == [True, False]


def test_the_washout_ends_to_the_second(signed_in, monkeypatch):
    study = opened(per_site=(1,), readers=1, washout_days=28)
    desk = desk_of(study, signed_in)
    first, second = Read.objects.order_by("session").values_list("token", flat=True)[:2]
    desk.finish(str(first))
    signed_at(str(first), NOON)

    due = NOON + timedelta(days=28)
    set_clock(monkeypatch, due - SECOND)
    desk = desk_of(study, signed_in)
    assert agenda(desk)["waiting"] == {
        "study": str(study.study.pk),
        "reason": "washout",
        "session": 2,
        "until": "2026-12-19T12:00:00Z",
    }
    assert desk.read(str(second)).status_code == 404
    set_clock(monkeypatch, due)
    assert agenda(desk)["next"] == str(second)
    set_clock(monkeypatch, due + SECOND)
    assert desk.read(str(second)).status_code == 200


def test_a_longer_washout_holds_for_the_session_that_waits_and_not_for_one_that_began(signed_in, monkeypatch):
    study = opened(per_site=(2,), readers=1, washout_days=1)
    desk = desk_of(study, signed_in)
    for token in (desk.next(), desk.next()):
        desk.finish(desk.next())
        assert token
    ended = ScoreSheet.objects.order_by("signature__signed_at").last().signature.signed_at
    amend(study, washout_days=2)
    set_clock(monkeypatch, ended + timedelta(days=2) - SECOND)
    assert agenda(desk_of(study, signed_in))["next"] is None
    set_clock(monkeypatch, ended + timedelta(days=2))
    desk = desk_of(study, signed_in)
    assert desk.finish(desk.next()).status_code == 201
    amend(study, washout_days=9)
    assert desk.next() is not None


def test_where_one_stopped_is_told_on_every_computer(signed_in):
    study = capped(None)
    desk, other = desk_of(study, signed_in), desk_of(study, signed_in)
    desk.finish(desk.next())
    found = agenda(other)
    assert (found["begun"], found["next_place"]) == (False, {"session": 1, "number": 2})
    desk.read(found["next"])
    desk.send(found["next"], event(1, value=3))
    again = agenda(other)
    assert (again["begun"], again["next"], again["next_place"]) == (True, found["next"], found["next_place"])
    assert other.read(again["next"]).json()["draft"]["scores"]["stress"][0] == 3


def with_break(minutes: int | None) -> Draft:
    return opened(per_site=(4,), readers=1, conduct=Conduct(break_after_minutes=minutes))


def read_for(minutes: int, study: Draft, desk: Desk, *, until: datetime) -> str:
    """Acts every minute up to a moment, in the read that is next."""
    token = desk.next()
    desk.read(token)
    assert desk.send(token, *(event(seq) for seq in range(1, minutes + 2))).status_code == 200
    acts_came_in(*(until - timedelta(minutes=ago) for ago in range(minutes, -1, -1)))
    return token


def test_a_break_is_asked_for_after_so_many_minutes_to_the_second_and_bars_nothing(signed_in, monkeypatch):
    study = with_break(20)
    desk = desk_of(study, signed_in)
    token = read_for(20, study, desk, until=NOON)
    set_clock(monkeypatch, NOON - SECOND)
    desk = desk_of(study, signed_in)
    assert desk.worklist()["break_due"] is desk.read(token).json()["break_due"] is False
    set_clock(monkeypatch, NOON)
    assert desk.worklist()["break_due"] is desk.read(token).json()["break_due"] is True
    # It is a request: the read goes on, and is signed.
    assert desk.send(token, event(22)).status_code == 200


def test_who_confirms_is_not_asked_again_at_once_and_who_paused_not_at_all(signed_in, monkeypatch):
    study = with_break(20)
    desk = desk_of(study, signed_in)
    token = read_for(30, study, desk, until=NOON)
    set_clock(monkeypatch, NOON + timedelta(minutes=5) - SECOND)
    desk = desk_of(study, signed_in)
    assert desk.read(token).json()["break_due"] is True
    set_clock(monkeypatch, NOON + timedelta(minutes=5))
    assert desk.read(token).json()["break_due"] is False

    assert desk.send(token, event(32, "view", name="break", value="confirmed")).status_code == 200
    acts_came_in(*(NOON - timedelta(minutes=ago) for ago in range(31, -1, -1)))
    set_clock(monkeypatch, NOON)
    assert desk.read(token).json()["break_due"] is False


def test_nobody_is_asked_where_the_charter_does_not(signed_in, monkeypatch):
    study = with_break(None)
    desk = desk_of(study, signed_in)
    token = read_for(90, study, desk, until=NOON)
    set_clock(monkeypatch, NOON)
    assert desk_of(study, signed_in).read(token).json()["break_due"] is False


def test_reading_is_reading_in_whatever_study_and_of_nobody_else(signed_in, monkeypatch):
    study = opened(per_site=(4,), readers=2, conduct=Conduct(break_after_minutes=20))
    desk = desk_of(study, signed_in, 1)
    read_for(20, study, desk, until=NOON)
    set_clock(monkeypatch, NOON)
    assert desk_of(study, signed_in, 1).worklist()["break_due"] is True
    assert desk_of(study, signed_in, 0).worklist()["break_due"] is False


def test_a_study_from_before_there_were_caps_has_none(signed_in):
    study = capped(None)
    held_since(NOON)
    found = agenda(desk_of(study, signed_in))
    assert (found["today"]["cap"], found["waiting"]) == (None, None)
