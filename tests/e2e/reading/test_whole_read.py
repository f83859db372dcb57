"""A whole read by keyboard alone, and whatever happens in the middle of one: the database has every score, once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from reader_study.demonstration.person import Person
from tests.e2e.reading import keys
from tests.e2e.reading.server import Server
from tests.e2e.reading.studies_named import HEARTS, STEPS
from tests.reader_study.allocation.drafts import PASSWORD

pytestmark = pytest.mark.browser


def places(values: list, *, state: str = "stress", first: int = 1) -> list[tuple]:
    return [(state, segment, value) for segment, value in enumerate(values, start=first)]


@pytest.mark.parametrize(("reader", "language"), [("reader.1", "en"), ("reader.2", "ja")])
def test_a_whole_read_by_keyboard_alone(
    server: Server,
    sit_down: Callable[..., Page],
    person: Callable[[str], Person],
    reader: str,
    language: str,
) -> None:
    page = sit_down(reader, language=language)
    token = server.next_of(HEARTS, person(reader))
    keys.go_to(page, page.locator(f"a[href='/reading/{token}']"))
    page.keyboard.press("Enter")
    keys.put_off_the_check(page)
    page.wait_for_selector("canvas[data-technique]")

    press = (lambda code: keys.press_process(page, code)) if language == "ja" else None
    keys.score(page, keys.STRESS, press)
    keys.score(page, keys.REST, press)
    page.keyboard.press("Escape")  # the last score leads to the questions; back
    for _back in range(34):
        page.keyboard.press("z")
    blanks = page.locator(".reader-scores td.score button.blank")
    expect(blanks).to_have_count(34)
    for _forth in range(34):
        page.keyboard.press("Shift+Z")
    expect(blanks).to_have_count(0)
    page.keyboard.press("q")
    answers = keys.answer_all(page, language)
    keys.sign(page, language)

    everything = places(keys.STRESS) + places(keys.REST, state="rest")
    taken_back = [(state, segment, None) for state, segment, _value in reversed(everything)]
    assert server.scored(token) == everything + taken_back + everything
    sheet = server.sheet(token)
    assert (sheet["scores"], sheet["fields"]) == ({"stress": keys.STRESS, "rest": keys.REST}, answers)
    assert page.locator("html").get_attribute("lang") == language

    keys.go_to(page, page.get_by_test_id("next-case"))
    keys.go_on(page)
    page.wait_for_selector("canvas[data-technique]")
    assert not page.url.endswith(token)


def test_in_the_middle_of_a_read_everything_goes_wrong_and_nothing_is_lost_or_doubled(
    server: Server, sit_down: Callable[..., Page], person: Callable[[str], Person]
) -> None:
    reader, language = "reader.3", "en"
    page = sit_down(reader)
    token = server.next_of(HEARTS, person(reader))
    keys.opened(page, token)
    keys.pass_the_check(page)
    alert = page.get_by_role("alert")

    keys.score(page, keys.STRESS[:2])
    keys.saved(page)
    page.reload()
    page.wait_for_selector("canvas[data-technique]")

    # The network goes away and comes back; then it goes away, and the page with it.
    page.context.set_offline(True)
    keys.score(page, keys.STRESS[2:4])
    keys.says(page, "offline")
    expect(page.get_by_test_id("save-state")).to_contain_text("kept on this computer")
    page.context.set_offline(False)
    keys.saved(page)
    page.context.set_offline(True)
    keys.score(page, keys.STRESS[4:6])
    keys.says(page, "offline")
    page.close(run_before_unload=False)
    page.context.set_offline(False)
    page = page.context.new_page()
    keys.opened(page, token)
    alert = page.get_by_role("alert")
    keys.saved(page)

    # A second tab looks on until it takes the read; then the first one looks on, and goes on when the second is closed.
    second = page.context.new_page()
    keys.opened(second, token)
    notice = second.get_by_role("alert").filter(has_text="another tab")
    expect(notice).to_be_visible()
    second.keyboard.press("4")
    keys.go_to(second, notice.get_by_role("button"))
    second.keyboard.press("Enter")
    expect(notice).to_have_count(0)
    second.wait_for_selector("canvas[data-technique]")
    keys.saved(second)
    keys.score(second, keys.STRESS[6:7])
    keys.saved(second)
    expect(alert.filter(has_text="another tab")).to_be_visible()
    page.bring_to_front()
    page.keyboard.press("4")
    second.bring_to_front()
    page.context.set_offline(True)
    keys.score(second, keys.STRESS[7:8])
    keys.says(second, "offline")
    second.close(run_before_unload=False)
    page.wait_for_timeout(500)  # it has the read now, but no server to ask
    page.keyboard.press("4")
    expect(alert.filter(has_text="another tab")).to_be_visible()
    page.context.set_offline(False)
    regained = alert.filter(has_text="The other tab is done with this read")
    expect(regained).to_be_visible(timeout=30_000)
    page.wait_for_selector("canvas[data-technique]")
    keys.saved(page)
    keys.go_to(page, regained.get_by_role("button"))
    page.keyboard.press("Enter")
    expect(alert).to_have_count(0)

    # The server stops in the middle of an answer, is killed, and comes back.
    with server.away():
        with server.hanging():
            keys.score(page, keys.STRESS[8:10])
            keys.says(page, "saving")
        keys.score(page, keys.STRESS[10:11])
        keys.says(page, "offline")
    keys.saved(page)

    # The session is over: the same page asks for the password and goes on.
    assert server.end_sessions() > 0
    keys.score(page, keys.STRESS[11:14])
    keys.says(page, "signedOut")
    expect(alert.filter(has_text="signed out")).to_be_visible()
    keys.score(page, keys.STRESS[14:15])
    keys.go_to(page, alert.locator("input[type=password]"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    keys.saved(page)
    expect(alert).to_have_count(0)
    keys.score(page, keys.STRESS[15:])
    keys.score(page, keys.REST)
    answers = keys.answer_all(page, language)
    keys.sign(page, language)

    # As it was meant, each score once, in order, in one chain.
    assert server.scored(token) == places(keys.STRESS) + places(keys.REST, state="rest")
    sheet = server.sheet(token)
    assert (sheet["scores"], sheet["fields"]) == ({"stress": keys.STRESS, "rest": keys.REST}, answers)


def test_another_computer_goes_on_with_the_read_and_the_reader_says_what_counts(
    server: Server, sit_down: Callable[..., Page], person: Callable[[str], Person]
) -> None:
    reader = "reader.3"
    token = server.next_of(STEPS, person(reader))
    here, there = sit_down(reader), sit_down(reader)
    for page in (here, there):
        keys.opened(page, token)
        keys.put_off_any_check(page)
    keys.score(there, [1, 1])
    keys.saved(there)
    there.close()
    here.wait_for_timeout(2_000)  # whatever that page says as it goes has arrived
    keys.score(here, [2])
    keys.says(here, "conflict")
    notice = here.get_by_role("alert").filter(has_text="another place")
    expect(notice).to_contain_text("2, moderately reduced")
    keys.go_to(here, notice.get_by_role("button", name="Save mine on top"))
    here.keyboard.press("Enter")
    keys.saved(here)
    assert server.scored(token) == [("stress", 1, 1), ("stress", 2, 1), ("stress", 1, 2)]
