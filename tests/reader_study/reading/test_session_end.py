"""The questions at the end of a session: asked once, answered once, and read back by nobody."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from reader_study.agreement.actions import lock_data
from reader_study.allocation.queries import assignments
from reader_study.audit.models import Entry
from reader_study.audit.queries import first_broken
from reader_study.reading import session_end, wall
from reader_study.reading.models import ArmGuess, Read, SessionEnd
from reader_study.studies.charter_conduct import Conduct
from tests.reader_study.allocation.drafts import PASSWORD, Draft
from tests.reader_study.reading.clock import set_clock
from tests.reader_study.reading.reads import Desk, answer, digest, opened
from tests.reader_study.reading.test_amending import amend

pytestmark = pytest.mark.django_db

BOTH = Conduct(ask_recall=True, ask_arm=True)
NOT_SEEN = {"seen": "no", "reads": None, "positions": []}


def guess(position: int, **what: Any) -> dict[str, Any]:
    return {"position": position, "answer": "arm", "arm": 0, "confidence": 50, **what}


CANNOT_TELL = {"answer": "cannot_tell", "arm": None, "confidence": None}
NOT_REMEMBERED = {"answer": "not_remembered", "arm": None, "confidence": None}


@pytest.fixture
def study() -> Draft:
    return opened(per_site=(4, 4), readers=2, conduct=BOTH)


@pytest.fixture
def desk(study: Draft, signed_in: Any) -> Desk:
    """Of a reader who has signed the first session."""
    return at_the_end(study, Desk(signed_in(study.readers[0])))


def at_the_end(study: Draft, desk: Desk, session: int = 1) -> Desk:
    while (found := desk.worklist()["studies"][0])["next"] and found["next_place"]["session"] == session:
        assert desk.finish(found["next"]).status_code == 201
    return desk


def whole(**what: Any) -> dict[str, Any]:
    return {"recall": NOT_SEEN, "guesses": [guess(position) for position in range(3, 9)], **what}


def test_a_session_ends_with_its_questions_and_the_next_waits_for_the_answers(study, desk):
    found = desk.worklist()["studies"][0]
    assert found["next"] is None
    assert found["waiting"] == {
        "study": str(study.study.pk), "reason": "questions", "session": 1, "until": None
    }  # fmt: skip
    assert [(s["state"], s["questions_due"]) for s in found["sessions"]] == [
        ("finished", True), ("waiting", False), ("waiting", False)
    ]  # fmt: skip
    second = str(Read.objects.filter(reader=study.readers[0], session=2).order_by("position").first().token)
    assert desk.read(second).status_code == 404
    asked = desk.questions(study.study.pk).json()
    assert (asked["session"], asked["recall"], len(asked["reads"])) == (1, True, 8)
    # The same at every read, in an order that says nothing; the last of the session, which are remembered best.
    assert asked["arms"] == ["PET", "SPECT", "Virtual PET"]
    assert asked["guessed"] == [3, 4, 5, 6, 7, 8]
    assert desk.answer(study.study.pk, **whole()).status_code == 204
    found = desk.worklist()["studies"][0]
    assert (found["next"], found["waiting"]) == (second, None)
    assert not any(session["questions_due"] for session in found["sessions"])


def test_what_is_signed_last_says_what_comes_first(study, signed_in):
    desk = Desk(signed_in(study.readers[0]))
    last = None
    while token := desk.next():
        last = desk.finish(token)
    assert last.json()["waiting"]["reason"] == "questions"


def test_the_answers_are_kept_as_they_were_given(study, desk):
    guesses = [
        guess(3, arm=0, confidence=0),
        guess(4, arm=1, confidence=100),
        guess(5, arm=2),
        guess(6, **CANNOT_TELL),
        guess(7, **NOT_REMEMBERED),
        guess(8),
    ]
    seen = {"seen": "yes", "reads": 3, "positions": [2, 5]}
    assert desk.answer(study.study.pk, recall=seen, guesses=guesses).status_code == 204
    (end,) = session_end.answers_of(study.study.pk)
    assert (end.reader_id, end.session, end.seen) == (study.readers[0].pk, 1, "yes")
    assert (end.seen_reads, end.seen_positions) == (3, [2, 5])
    assert [(g.read.position, g.answer, g.arm, g.confidence) for g in end.guesses.all()] == [
        (3, "arm", "C", 0),
        (4, "arm", "A", 100),
        (5, "arm", "B", 50),
        (6, "cannot_tell", "", None),
        (7, "not_remembered", "", None),
        (8, "arm", "C", 50),
    ]


def test_they_are_answered_once_and_never_shown_again(study, desk):
    assert desk.answer(study.study.pk, **whole()).status_code == 204
    absent = desk.questions(study.study.pk, 9)
    assert absent.status_code == 404
    for found in (desk.questions(study.study.pk), desk.answer(study.study.pk, **whole(guesses=[]))):
        assert (found.status_code, found.content) == (404, absent.content)
    assert SessionEnd.objects.count() == 1


def test_the_journal_has_a_digest_that_nobody_can_try_out(study, desk):
    desk.answer(study.study.pk, **whole())
    entry = Entry.objects.get(action="reading.session_ended")
    end = SessionEnd.objects.get()
    assert (entry.actor, entry.study, entry.subject) == (study.readers[0].pk, study.study.pk, str(end.pk))
    assert set(entry.detail) == {"session", "sha256"}
    assert str(end.salt) not in "".join(Entry.objects.values_list("payload", flat=True))
    assert first_broken() is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"recall": None},
        {"recall": {"seen": "yes", "reads": None, "positions": []}},
        {"recall": {"seen": "no", "reads": 1, "positions": []}},
        {"recall": {"seen": "unsure", "reads": None, "positions": [1]}},
        {"recall": {"seen": "yes", "reads": 1, "positions": [1, 2]}},
        {"recall": {"seen": "yes", "reads": 2, "positions": [1, 1]}},
        {"recall": {"seen": "yes", "reads": 1, "positions": [9]}},
        {"recall": {"seen": "yes", "reads": 9, "positions": []}},
        {"recall": {"seen": "perhaps", "reads": None, "positions": []}},
        {"guesses": []},
        {"guesses": [guess(n) for n in range(1, 9)]},
        {"guesses": [guess(n) for n in range(8, 2, -1)]},
        {"guesses": [guess(n, arm=3) for n in range(3, 9)]},
        {"guesses": [guess(n, arm=None) for n in range(3, 9)]},
        {"guesses": [guess(n, confidence=None) for n in range(3, 9)]},
        {"guesses": [guess(n, confidence=101) for n in range(3, 9)]},
        {"guesses": [guess(n, answer="cannot_tell") for n in range(3, 9)]},
        {"guesses": "all"},
    ],
    ids=str,
)
def test_an_answer_that_is_not_whole_is_refused_and_nothing_is_kept(study, desk, wrong):
    answered = desk.answer(study.study.pk, **whole(**wrong))
    assert answered.status_code == 400
    assert not SessionEnd.objects.exists()
    assert desk.next() is None


def test_nobody_is_asked_about_a_session_of_another_or_one_that_goes_on(study, desk, signed_in):
    other = Desk(signed_in(study.readers[1]))
    for found in (other.questions(study.study.pk), other.answer(study.study.pk, **whole())):
        assert found.status_code == 404
    assert desk.questions(study.study.pk, 2).status_code == 404
    assert Desk(signed_in(study.investigator)).questions(study.study.pk).status_code == 404


def test_answers_count_only_for_who_gave_them(study, desk, signed_in):
    other = at_the_end(study, Desk(signed_in(study.readers[1])))
    answered = other.answer(study.study.pk, **whole(reader=desk.who()))
    assert (answered.status_code, answered.json()["code"]) == (409, "another_reader")
    assert not SessionEnd.objects.exists()


def test_only_what_the_charter_asks_is_asked(signed_in):
    recall = opened(per_site=(1,), readers=1, conduct=Conduct(ask_recall=True))
    desk = at_the_end(recall, Desk(signed_in(recall.readers[0])))
    asked = desk.questions(recall.study.pk).json()
    assert (asked["recall"], asked["arms"], asked["guessed"]) == (True, [], [])
    assert desk.answer(recall.study.pk, recall=NOT_SEEN).status_code == 204


def test_in_a_short_session_every_read_is_asked_about(signed_in):
    short = opened(per_site=(2,), readers=1, conduct=Conduct(ask_arm=True))
    desk = at_the_end(short, Desk(signed_in(short.readers[0])))
    asked = desk.questions(short.study.pk).json()
    assert (asked["recall"], asked["guessed"]) == (False, [1, 2])
    assert desk.answer(short.study.pk, guesses=[guess(1), guess(2)]).status_code == 204


def test_late_answers_do_not_move_the_washout_and_early_ones_do_not_end_it(signed_in, monkeypatch):
    study = opened(per_site=(1,), readers=1, conduct=BOTH, washout_days=7)
    desk = at_the_end(study, Desk(signed_in(study.readers[0])))
    ended = timezone.now()
    set_clock(monkeypatch, ended + timedelta(days=8))
    desk = Desk(signed_in(study.readers[0]))
    assert desk.worklist()["studies"][0]["waiting"]["reason"] == "questions"
    assert desk.answer(study.study.pk, recall=NOT_SEEN, guesses=[guess(1)]).status_code == 204
    assert desk.next() is not None
    set_clock(monkeypatch, ended + timedelta(days=6))
    assert Desk(signed_in(study.readers[0])).worklist()["studies"][0]["waiting"]["reason"] == "washout"


def test_what_is_amended_holds_for_sessions_that_end_from_then_on(signed_in):
    study = opened(per_site=(1,), readers=1)
    desk = Desk(signed_in(study.readers[0]))
    desk.finish(desk.next())
    asking = {"ask_recall": True, "ask_arm": True, "drift_visible_to": []}
    amend(study, conduct=asking)
    # The first session ended before.
    assert desk.questions(study.study.pk).status_code == 404
    desk.finish(desk.next())
    assert desk.worklist()["studies"][0]["waiting"]["reason"] == "questions"
    assert desk.questions(study.study.pk, 2).json()["arms"] == ["PET", "SPECT", "Virtual PET"]
    # What is no longer asked keeps nobody waiting.
    amend(study, conduct={"ask_recall": False, "ask_arm": False, "drift_visible_to": []})
    assert desk.next() is not None


def test_a_correction_after_the_answers_asks_nothing_again(study, desk):
    desk.answer(study.study.pk, **whole())
    first = str(Read.objects.get(reader=study.readers[0], session=1, position=1).token)
    desk.ask_to_correct(first)
    answer(study)
    assert desk.sign(first, sha256=digest(0), last_seq=37, meaning="amended").status_code == 201
    assert desk.questions(study.study.pk).status_code == 404
    assert desk.next() is not None


def test_a_read_that_was_opened_again_is_corrected_while_the_questions_wait(study, desk):
    first = str(Read.objects.get(reader=study.readers[0], session=1, position=1).token)
    desk.ask_to_correct(first)
    answer(study)
    assert desk.worklist()["studies"][0]["amendments"] == [first]
    assert desk.read(first).json()["state"] == "open"


def test_the_end_of_the_last_session_is_asked_about_too(signed_in):
    study = opened(per_site=(1,), readers=1, conduct=BOTH)
    desk = Desk(signed_in(study.readers[0]))
    for session in (1, 2, 3):
        at_the_end(study, desk, session)
        assert desk.answer(study.study.pk, session, recall=NOT_SEEN, guesses=[guess(1)]).status_code == 204
    found = desk.worklist()["studies"][0]
    assert (found["next"], found["waiting"]) == (None, None)
    truth = {key.token: key.arm for key in assignments(study.study)}
    guesses = ArmGuess.objects.values_list("read_id", "arm")
    assert sorted(truth[read] == arm for read, arm in guesses) == [False, False, True]


def test_after_the_lock_nothing_is_answered_and_a_sentence_says_so(study, desk, signed_in):
    lock_data(
        actor=study.investigator,
        study=study.study,
        password=PASSWORD,
        reason="Enough",
        missing_reads_reason="Both have left",
    )
    for found in (desk.questions(study.study.pk), desk.answer(study.study.pk, **whole())):
        assert (found.status_code, found.json()["code"]) == (423, "study_locked")
    assert desk.worklist()["studies"][0]["waiting"] is None
    with pytest.raises(DatabaseError, match="locked"), transaction.atomic():
        SessionEnd.objects.create(study_id=study.study.pk, reader=study.readers[0], session=1)


def test_even_the_readers_own_role_cannot_read_an_answer_back(study, desk):
    desk.answer(study.study.pk, **whole())
    with transaction.atomic():
        wall.enter(study.readers[0].pk)
        assert SessionEnd.objects.values_list("session", flat=True).get() == 1
        for answered in ("seen", "seen_reads", "seen_positions", "guesses_asked"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                list(SessionEnd.objects.values_list(answered))
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            ArmGuess.objects.count()
        wall.leave()
        wall.enter(study.readers[1].pk)
        assert not SessionEnd.objects.values_list("session").exists()
        wall.leave()


def test_no_guess_is_added_later_or_in_the_place_of_another(study, desk, signed_in):
    desk.answer(study.study.pk, **whole())
    end = SessionEnd.objects.get()
    own = Read.objects.get(reader=study.readers[0], session=1, position=1)
    second = Read.objects.get(reader=study.readers[0], session=2, position=1)
    foreign = Read.objects.get(reader=study.readers[1], session=1, position=1)
    for read in (own, second, foreign):
        with pytest.raises(DatabaseError, match="belongs to a read of the session"), transaction.atomic():
            ArmGuess.objects.create(end=end, read=read, answer="cannot_tell")
    with transaction.atomic():
        wall.enter(study.readers[1].pk)
        with pytest.raises(DatabaseError), transaction.atomic():
            ArmGuess.objects.bulk_create([ArmGuess(end=end, read=foreign, answer="cannot_tell")])
        forged = SessionEnd(study_id=study.study.pk, reader=study.readers[0], session=2)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            forged.save(force_insert=True)
        wall.leave()


def test_no_session_ends_before_its_last_read_is_signed(study):
    reader = study.readers[0]
    with transaction.atomic():
        wall.enter(reader.pk)
        for session in (1, 99):
            end = SessionEnd(study_id=study.study.pk, reader=reader, session=session)
            with pytest.raises(DatabaseError, match="all of its reads are signed"), transaction.atomic():
                end.save(force_insert=True)
        wall.leave()
    assert not SessionEnd.objects.exists()


def test_an_answer_can_neither_be_changed_nor_removed(study, desk):
    desk.answer(study.study.pk, **whole())
    for model, change in ((SessionEnd, {"seen": "no"}), (ArmGuess, {"arm": "A"})):
        with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
            model.objects.update(**change)
        remove = f"DELETE FROM {model._meta.db_table}"
        with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
            connection.cursor().execute(remove)


def test_what_arms_there_are_readers_know_only_where_they_are_asked(signed_in):
    study = opened(per_site=(1,), readers=1, conduct=Conduct(ask_recall=True))
    with transaction.atomic(), connection.cursor() as cursor:
        wall.enter(study.readers[0].pk)
        cursor.execute("SELECT arms FROM reading_readingconduct")
        assert [arms for (arms,) in cursor.fetchall()] == ["[]"]
        wall.leave()
