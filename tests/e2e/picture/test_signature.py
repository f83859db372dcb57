"""A signature of which nobody heard: the page asks what became of it before it says anything."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from inference.heart.neutral import Neutral
from tests.bench.one_read import PAGE, TOKEN
from tests.bench.pages import Site
from tests.e2e.picture.test_at_the_desk import ROLES, Read, says

pytestmark = pytest.mark.browser
SIGNED = {"code": "signed", "message": "This read is signed and can no longer be changed."}


@dataclass
class Signing:
    """The server signs what it is given, or something else, and its answer is lost."""

    page: Page
    read: Read
    asked: int = 0
    signed: dict[str, Any] | None = None
    takes: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda given: given
    more: bool = False  # a further step follows

    def sign(self, route: Route) -> None:
        self.asked += 1
        given = self.takes(json.loads(route.request.post_data or ""))
        if given is not None:
            self.signed = {
                "full_name": "Reader",
                "signed_at": "2026-11-21T12:00:00Z",
                "meaning": "authored",
                "content_sha256": given["content_sha256"],
            }
        route.abort()

    def after(self, route: Route) -> None:
        if self.signed is None:
            return route.fallback()
        if route.request.url.endswith("/events") and not self.more:
            return route.fulfill(status=423, json=SIGNED)
        if route.request.url.endswith("/worklist"):
            return route.fulfill(json={"studies": [], "display_check_due": False})
        open_read = self.read.answer(f"api/reading/reads/{TOKEN}", route.request)
        assert open_read is not None
        if self.more:
            return route.fulfill(json=open_read | {"step": {"number": 2}, "step_before": self.signed})
        route.fulfill(json=open_read | {"state": "signed", "draft": None, "signature": self.signed})

    def confirm(self) -> None:
        self.page.get_by_label("Your password").fill("x")
        self.page.keyboard.press("Enter")


@pytest.fixture
def signing(built: Path, chromium: Browser, hearts: Mapping[str, Neutral]) -> Iterator[Signing]:
    """Everything is answered, and the dialog is open."""
    site = Site(built)
    read = Read(site, {key: hearts[key] for key in ("1 stress", "1 rest")})
    context = chromium.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    page = site.open(context, PAGE)
    page.wait_for_function(ROLES)
    page.keyboard.press("Shift+A")
    page.get_by_role("button", name="Stress and Rest").click()
    expect(page.get_by_test_id("all-normal")).to_have_count(0)
    page.wait_for_timeout(200)
    page.keyboard.press("Digit3")
    says(page, "saved")
    made = Signing(page, read)
    context.route(f"**/reads/{TOKEN}", made.after)
    context.route(f"**/reads/{TOKEN}/events", made.after)
    context.route("**/api/reading/worklist", made.after)
    context.route("**/signature", made.sign)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("sign-dialog")).to_be_visible()
    yield made
    context.close()


def test_what_was_signed_as_it_is_shown_is_signed(signing: Signing) -> None:
    shown = signing.page.get_by_test_id("shown-digest").inner_text()
    signing.confirm()
    expect(signing.page.get_by_test_id("signed")).to_contain_text(shown)
    assert signing.asked == 1


def test_a_step_that_was_signed_as_it_is_shown_is_followed_by_the_next(signing: Signing) -> None:
    signing.more = True
    shown = signing.page.get_by_test_id("shown-digest").inner_text()
    signing.confirm()
    card = signing.page.get_by_test_id("signed")
    expect(card).to_contain_text("Step 1 signed")
    expect(card).to_contain_text(shown)
    signing.page.wait_for_timeout(350)  # an Enter that comes at once is taken for the signature's
    signing.page.keyboard.press("Enter")
    expect(signing.page.locator(".reader-header")).to_contain_text("step 2")
    assert signing.asked == 1


def test_what_was_not_signed_says_so_and_can_be_signed_again(signing: Signing) -> None:
    signing.takes = lambda given: None
    signing.confirm()
    dialog = signing.page.get_by_test_id("sign-dialog")
    expect(dialog).to_contain_text("No answer came, and nothing was signed.")
    signing.takes = lambda given: given
    signing.confirm()
    expect(signing.page.get_by_test_id("signed")).to_be_visible()
    assert signing.asked == 2


def test_another_content_that_was_signed_closes_the_dialog_and_is_told(signing: Signing) -> None:
    signing.takes = lambda given: given | {"content_sha256": "0" * 64}
    signing.confirm()
    expect(signing.page.get_by_test_id("sign-dialog")).to_have_count(0)
    expect(signing.page.locator(".reader-notice")).to_contain_text("signed in another place")


def test_the_dialog_stays_and_no_key_scores_while_the_signature_is_on_its_way(signing: Signing) -> None:
    before = len(signing.read.scores)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    signing.page.context.route("**/signature", hold)
    signing.confirm()
    signing.page.wait_for_timeout(500)
    for key in ("Escape", "Escape", "Digit4"):
        signing.page.keyboard.press(key)
    signing.page.wait_for_timeout(300)
    expect(signing.page.get_by_test_id("sign-dialog")).to_be_visible()
    assert signing.page.get_by_test_id("sign-dialog").evaluate("dialog => dialog.open")
    assert len(signing.read.scores) == before
    signing.sign(held[0])
    expect(signing.page.get_by_test_id("signed")).to_be_visible()


def test_a_key_to_sign_while_something_is_being_saved_waits_for_it(signing: Signing) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page = signing.page
    page.keyboard.press("Escape")
    page.context.route(f"**/reads/{TOKEN}/events", hold, times=1)
    page.keyboard.press("Shift+Digit1")
    page.keyboard.press("Digit1")
    says(page, "saving")
    page.keyboard.press("Control+Enter")
    signing.confirm()
    page.wait_for_timeout(300)
    assert signing.asked == 0
    held[0].fallback()
    expect(page.get_by_test_id("signed")).to_be_visible()
    assert signing.asked == 1
