"""Words are kept while they are written: whatever happens to the page, at most the last moment of them is lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from reader_study.demonstration.person import Person
from tests.e2e.reading import keys
from tests.e2e.reading.server import Server
from tests.e2e.reading.studies_named import HEARTS

pytestmark = pytest.mark.browser
WORDS = "inferior defect, attenuation likely"


def test_words_outlive_the_page_in_which_they_are_written(
    server: Server, sit_down: Callable[..., Page], person: Callable[[str], Person]
) -> None:
    page = sit_down("reader.3")
    token = server.next_of(HEARTS, person("reader.3"))
    keys.opened(page, token)
    keys.pass_the_check(page)
    comment = page.locator("textarea[data-text=comment]")

    # The page is opened again between two keys: every letter is there.
    page.keyboard.press("t")
    page.keyboard.type(WORDS, delay=60)
    page.reload()
    page.wait_for_selector("canvas[data-technique]")
    expect(comment).to_have_value(WORDS)

    # Without a network, what is kept on this computer has to do: in the middle of a word, without a rest.
    page.context.set_offline(True)
    comment.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("; compare with rest", delay=60)
    page.wait_for_timeout(400)
    page.keyboard.type(" im", delay=20)
    other = page.context.new_page()
    page.close()
    page.context.set_offline(False)
    keys.opened(other, token)
    expect(other.locator("textarea[data-text=comment]")).to_have_value(f"{WORDS}; compare with rest im")
    keys.saved(other)
    comments = [event["value"] for event in server.ledger(token) if event["name"] == "comment"]
    assert comments[-1] == f"{WORDS}; compare with rest im"
