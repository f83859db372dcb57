"""A reader's days: the cap, a break, where one stopped, the questions at the end of a session, and the washout.

With SCREENSHOTS=folder the pages stay there, in two sizes and languages.
"""

import re
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page, expect

from reader_study.demonstration.person import Person
from tests.e2e.reading import keys
from tests.e2e.reading.server import Server
from tests.e2e.reading.studies_named import SESSIONS
from tests.reader_study.allocation.drafts import PASSWORD
from tests.reader_study.reading.reads import complete, digest

pytestmark = pytest.mark.browser

SIZES = ((1366, 768), (1920, 1080))
READERS = {"en": "sara.session", "ja": "saburo.session"}
SAYS = {
    "en": {
        "enough": "The 2 reads of today are signed. Reading goes on from",
        "today": "Today: 2 signed of at most 2",
        "stopped": "You stopped in session 1, read 3 of 3.",
        "questions": "Session 1 is finished.",
        "yes": "Yes",
        "missing": "4 answers are missing.",
        "arm": "Virtual PET",
        "cannot": "I cannot tell",
        "forgotten": "I no longer remember this read",
        "confidence": "How sure (0–100)",
        "washout": "Session 2 opens on",
    },
    "ja": {
        "enough": "本日の上限である2例に署名しました。",
        "today": "本日の署名済み：2例（上限2例）",
        "stopped": "第1セッション 3例目（全3例）で中断しています。",
        "questions": "第1セッションが終了しました。",
        "yes": "あった",
        "missing": "未回答が4件あります。",
        "arm": "Virtual PET",
        "cannot": "分からない",
        "forgotten": "この症例を覚えていない",
        "confidence": "確信度（0～100）",
        "washout": "第2セッションは",
    },
}


@pytest.fixture(scope="module")
def sessions(server: Server) -> Server:
    server.add("tests.e2e.reading.study_of_sessions")
    return server


def earlier(server: Server, table: str, change: str, of: str, reader: str) -> None:
    """What a reader did is put back in time, as if the clock had gone on."""
    with psycopg.connect(server.database) as connection:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER insert_only")
        connection.execute(
            f"UPDATE {table} SET {change} WHERE {of} IN"
            " (SELECT pk FROM (SELECT r.token AS pk, u.email FROM reading_read r"
            " JOIN accounts_user u ON u.id = r.reader_id"
            " UNION ALL SELECT id, email FROM accounts_user) AS own WHERE email = %s)",
            [f"{reader}@example.org"],
        )
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER insert_only")


def days_pass(server: Server, days: int, reader: str) -> None:
    change = f"signed_at = signed_at - interval '{days} days'"
    earlier(server, "accounts_signature", change, "signer_id", reader)


def sign_elsewhere(reader: Person, token: str) -> None:
    """The next read on another computer, without its pictures."""
    reader.get(f"/api/reading/reads/{token}")
    events = complete(0)
    reader.post(f"/api/reading/reads/{token}/events", {"events": events})
    body = {
        "password": PASSWORD,
        "meaning": "authored",
        "content_sha256": digest(0),
        "last_seq": len(events),
        "step": 1,
    }
    reader.post(f"/api/reading/reads/{token}/signature", body)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_from_the_first_read_of_a_day_to_the_day_on_which_the_next_session_opens(
    sessions: Server,
    sit_down: Callable[..., Page],
    person: Callable[[str], Person],
    pictures: Path,
    language: str,
) -> None:
    reader, says = READERS[language], SAYS[language]
    page, elsewhere = sit_down(reader, language=language, size=SIZES[0]), person(reader)

    def look(name: str) -> None:
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(200)
            page.screenshot(path=pictures / f"{name}-{width}x{height}-{language}.png")
        page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})

    def sign_here() -> None:
        keys.score(page, keys.STRESS)
        keys.score(page, keys.REST)
        keys.answer_all(page, language)
        keys.sign(page, language)

    page.goto("/reading")
    expect(page.get_by_test_id("next-place")).to_be_visible()
    look("start")

    # The second of two reads of the day: nothing further is opened, and one sentence says when.
    sign_elsewhere(elsewhere, sessions.next_of(SESSIONS, elsewhere))
    keys.opened(page, sessions.next_of(SESSIONS, elsewhere))
    keys.put_off_the_check(page)
    sign_here()
    expect(page.get_by_test_id("waiting")).to_be_visible()
    expect(page.get_by_test_id("next-case")).to_have_count(0)
    look("signed-last-of-the-day")
    page.goto("/reading")
    expect(page.get_by_test_id("waiting")).to_contain_text(says["enough"])
    expect(page.get_by_test_id("today")).to_have_text(says["today"])
    expect(page.get_by_test_id("continue-reading")).to_have_count(0)
    look("enough-for-today")

    # The next day, after an hour without a pause: a reminder that is confirmed and recorded, and bars nothing.
    days_pass(sessions, 1, reader)
    every = "received_at = now() - interval '3 minutes' * (seq %% 25)"
    earlier(sessions, "reading_event", every, "read_id", reader)
    page.goto("/reading")
    expect(page.locator(".banner.warn")).to_be_visible()
    look("time-for-a-break")
    token = sessions.next_of(SESSIONS, elsewhere)
    keys.opened(page, token)
    expect(page.get_by_test_id("break")).to_be_visible()
    look("break-before-a-read")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("break")).to_have_count(0)
    keys.score(page, [2, 1])
    keys.saved(page)
    views = [(act["name"], act["value"]) for act in sessions.ledger(token) if act["kind"] == "view"]
    assert ("break", "confirmed") in views

    # Where one stopped is told, and found, on another computer.
    page.context.close()
    page = sit_down(reader, language=language, size=SIZES[0])
    page.goto("/reading")
    expect(page.get_by_test_id("next-place")).to_contain_text(says["stopped"])
    look("stopped")
    page.get_by_test_id("continue-reading").click()
    page.wait_for_selector("canvas[data-technique]")
    # In the middle of a read nothing is asked of the screen.
    expect(page.get_by_test_id("display-check")).to_have_count(0)
    assert [score for _state, _segment, score in sessions.scored(token)] == [2, 1]
    for _back in range(2):
        page.keyboard.press("Backspace")
    sign_here()

    # The end of the session: its questions come before anything else.
    expect(page.get_by_test_id("waiting")).to_contain_text(says["questions"])
    look("signed-last-of-the-session")
    keys.go_on(page)
    form = page.get_by_test_id("session-questions")
    expect(form.get_by_role("status")).to_have_text(says["missing"])
    save = form.locator("button[type=submit]")
    expect(save).to_be_disabled()
    look("questions")
    form.get_by_label(says["yes"], exact=True).check()
    form.get_by_role("spinbutton").first.fill("1")
    form.get_by_label("2", exact=True).check()
    form.get_by_test_id("guess-1").get_by_label(says["forgotten"]).check()
    form.get_by_test_id("guess-2").get_by_label(says["cannot"]).check()
    guess = form.get_by_test_id("guess-3")
    guess.get_by_label(says["arm"], exact=True).check()
    expect(save).to_be_disabled()
    guess.get_by_label(says["confidence"]).fill("70")
    look("questions-answered")
    expect(save).to_be_enabled()
    save.click()

    # What was answered is kept; the next session waits for its washout, and opens after it.
    expect(page.get_by_test_id("waiting")).to_contain_text(says["washout"])
    look("washout")
    [end] = sessions.rows(
        "SELECT e.id, e.seen, e.seen_reads, e.seen_positions FROM reading_sessionend e"
        " JOIN accounts_user u ON u.id = e.reader_id WHERE u.email = %s",
        f"{reader}@example.org",
    )
    assert (end["seen"], end["seen_reads"], end["seen_positions"]) == ("yes", 1, [2])
    guesses = sessions.rows(
        "SELECT r.position, g.answer, g.arm, g.confidence FROM reading_armguess g"
        " JOIN reading_read r ON r.token = g.read_id WHERE g.end_id = %s ORDER BY 1",
        end["id"],
    )
    assert [tuple(guess.values()) for guess in guesses] == [
        (1, "not_remembered", "", None),
        (2, "cannot_tell", "", None),
        (3, "arm", "B", 70),
    ]
    questions = page.url.replace("/reading", f"/reading/questions/{sessions.studies[SESSIONS]}/1")
    page.goto(questions)
    expect(page.locator(".empty")).to_be_visible()
    assert not re.search("Virtual PET|70", page.locator("main").inner_text())
    look("answered-already")
    days_pass(sessions, 28, reader)
    page.goto("/reading")
    expect(page.get_by_test_id("continue-reading")).to_be_visible()
    look("next-session")
