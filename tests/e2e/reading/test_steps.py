"""A read in two steps on the real server: signed steps stay, a reload keeps the place, a lost answer is found."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from reader_study.demonstration.person import Person
from tests.e2e.reading import keys
from tests.e2e.reading.server import Server
from tests.e2e.reading.studies_named import STEPS

pytestmark = pytest.mark.browser

SHEETS = "SELECT step, version, scores, fields FROM reading_scoresheet WHERE read_id = %s ORDER BY step"


def read(page: Page, token: str) -> dict[str, Any]:
    """Everything is scored and answered; what was answered."""
    keys.opened(page, token)
    keys.put_off_any_check(page)
    keys.score(page, keys.STRESS)
    keys.score(page, keys.REST)
    return keys.answer_all(page, "en")


def in_two_steps(server: Server, page: Page, reader: Person) -> str:
    """The first read of a reader that has a second step; those before it are read and signed."""
    while True:
        token = server.next_of(STEPS, reader)
        assert token, "This reader has no read in two steps."
        if server.rows("SELECT FROM reading_readvolume WHERE read_id = %s AND step = 2", token):
            return token
        read(page, token)
        keys.sign(page, "en")


def losing(route: Route) -> None:
    """The server signs, and nobody hears of it."""
    route.fetch()
    route.abort()


@pytest.mark.parametrize(("reader", "is_lost"), [("reader.1", False), ("reader.2", True)])
def test_both_steps_are_signed_with_a_reload_between_them(
    server: Server,
    sit_down: Callable[..., Page],
    person: Callable[[str], Person],
    reader: str,
    is_lost: bool,
) -> None:
    page = sit_down(reader)
    token = in_two_steps(server, page, person(reader))
    answers = read(page, token)
    if is_lost:
        page.route("**/signature", losing, times=1)
    keys.sign(page, "en")
    card = page.get_by_test_id("signed")
    expect(card).to_contain_text("Step 1 signed")
    keys.go_on(page)

    header = page.locator(".reader-header")
    expect(header).to_contain_text("step 2")
    page.wait_for_selector("canvas[data-technique]")
    keys.score(page, [2])
    keys.saved(page)
    page.reload()
    page.wait_for_selector("canvas[data-technique]")
    expect(header).to_contain_text("step 2")
    expect(page.get_by_role("alert")).to_have_count(0)
    if is_lost:
        page.route("**/signature", losing, times=1)
    keys.sign(page, "en")
    expect(card).to_contain_text("Read signed")

    first, second = server.rows(SHEETS, token)
    assert first == {
        "step": 1,
        "version": 1,
        "scores": {"stress": keys.STRESS, "rest": keys.REST},
        "fields": answers,
    }
    assert second["step"] == 2
    assert second["scores"] == {"stress": [2, *keys.STRESS[1:]], "rest": keys.REST}
    assert second["fields"] == answers
    server.ledger(token)
