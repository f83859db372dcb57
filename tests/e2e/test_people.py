"""The investigator invites somebody into a role, who takes it, sees what is due, and leaves it again."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Demo

pytestmark = pytest.mark.browser
INVESTIGATOR = "pi@demo.example"
NAME, EMAIL, PASSWORD = "Monitor Hayashi (demo)", "hayashi@demo.example", "a password of a monitor"
REASON = "Leaves the hospital at the end of the month."


def people_page(page: Page, demo: Demo) -> str:
    address = f"/studies/{demo.study('open study')}/people"
    page.goto(address)
    expect(page.get_by_role("heading", name="Sites and people")).to_be_visible()
    return address


def test_somebody_is_invited_takes_the_role_and_leaves_it(
    demo: Demo, browse: Callable[..., Page], chromium: Browser, tmp_path: Path
) -> None:
    investigator = browse(INVESTIGATOR, size=(1366, 768))
    expect(investigator).to_have_url(f"{demo.base}/due")
    expect(investigator.get_by_role("heading", name="What is due for you")).to_be_visible()
    people_page(investigator, demo)
    investigator.get_by_label("Full name").fill(NAME)
    investigator.get_by_label("E-mail address").fill(EMAIL)
    investigator.get_by_label("Language of the mail").select_option("en")
    investigator.get_by_label("Role", exact=True).select_option("monitor")
    expect(investigator.get_by_text("Looks on; changes nothing.").first).to_be_visible()
    investigator.get_by_role("button", name="Invite", exact=True).click()
    link = investigator.get_by_label("Link of the invitation").input_value()
    offered = investigator.get_by_role("row").filter(has_text=EMAIL)
    expect(offered.get_by_text("Waiting")).to_be_visible()

    # A later link is the one that holds.
    offered.get_by_role("button", name="Send again").click()
    shown = investigator.get_by_label("Link of the invitation").last
    expect(shown).not_to_have_value(link)

    person = chromium.new_context(base_url=demo.base, viewport={"width": 1366, "height": 768}, locale="en")
    page = person.new_page()
    page.goto(link)
    expect(page.get_by_role("button", name="Accept the invitation")).to_have_count(0)
    page.goto(shown.input_value())
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_again").fill(PASSWORD)
    page.get_by_role("button", name="Accept the invitation").click()
    expect(page.get_by_role("heading", name="Nothing is due")).to_be_visible()
    expect(page).to_have_url(f"{demo.base}/due")
    expect(page.get_by_role("main").get_by_text("Monitor", exact=True)).to_be_visible()

    # One's own mails are switched in the menu, and stay as they were switched.
    page.get_by_label(f"Account of {NAME}").click()
    page.get_by_role("switch", name="Remind me by e-mail").click()
    expect(page.get_by_role("switch", name="Remind me by e-mail")).not_to_be_checked()
    page.reload()
    page.get_by_label(f"Account of {NAME}").click()
    expect(page.get_by_role("switch", name="Remind me by e-mail")).not_to_be_checked()

    address = people_page(page, demo)
    expect(page.get_by_role("heading", name="Invite somebody into a role")).to_have_count(0)
    expect(page.get_by_role("button", name="End role…")).to_have_count(0)

    investigator.reload()
    investigator.get_by_role("button", name=f"End role… ({NAME}").click()
    dialog = investigator.get_by_role("dialog")
    expect(dialog.get_by_text("cannot become a reader")).to_be_visible()
    expect(dialog.get_by_role("button", name="End the role")).to_be_disabled()
    dialog.get_by_label("Reason").fill(REASON)
    dialog.get_by_role("button", name="End the role").click()
    expect(investigator.get_by_text(f"The role of {NAME} (Monitor) has ended.")).to_be_visible()
    expect(investigator.get_by_role("row").filter(has_text=REASON)).to_contain_text(NAME)
    with investigator.expect_download() as waiting:
        investigator.get_by_role("link", name="Download as CSV").click()
    waiting.value.save_as(tmp_path / "log.csv")
    with (tmp_path / "log.csv").open(newline="") as log:
        [row] = [row for row in csv.DictReader(log) if row["email"] == EMAIL]
    assert row["role"] == "monitor" and row["ended_reason"] == REASON

    page.goto(address)
    expect(page.get_by_role("heading", name="There is nothing here that you may see")).to_be_visible()
    person.close()
