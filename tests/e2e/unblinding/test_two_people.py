"""In the browser: one asks, another approves; in an emergency one case, after the lock the whole study."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.reading.server import Server
from tests.e2e.unblinding.studies_named import LOCKED, OPEN
from tests.reader_study.allocation.drafts import PASSWORD


def sign(page: Page, reason: str, button: str) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_label("Your password").fill(PASSWORD)
    dialog.get_by_role("button", name=button).click()
    expect(dialog).to_have_count(0)


def test_a_locked_study_is_unblinded_by_its_investigator_and_the_monitor(
    server: Server, sit_down: Callable[..., Page]
) -> None:
    here = f"/studies/{server.studies[LOCKED]}"
    investigator = sit_down("ivo.investigator", size=(1920, 1080))
    investigator.goto(f"{here}/report")
    expect(investigator.get_by_role("heading", name="The report is computed and sealed")).to_be_visible()
    expect(investigator.get_by_role("link", name="report.pdf")).to_have_count(0)
    investigator.get_by_role("link", name="To unblinding").click()
    expect(investigator.get_by_text("Can approve: Mona Monitor, Stan Statistician, or")).to_be_visible()
    investigator.get_by_role("button", name="Ask to unblind the study…").click()
    sign(investigator, "The data are locked", "Sign and ask")
    expect(investigator.get_by_role("row", name="The whole study")).to_contain_text("waits")

    monitor = sit_down("mona.monitor")
    monitor.goto("/due")
    expect(monitor.get_by_text("1 request to unblind that needs your approval")).to_be_visible()
    monitor.get_by_role("link", name="Answer").click()
    expect(monitor.get_by_text("The data are locked")).to_be_visible()
    monitor.get_by_role("button", name="Approve…").click()
    sign(monitor, "I have compared the lock with the journal", "Sign and approve")
    expect(monitor.get_by_text("Approved. Ivo Investigator")).to_be_visible()
    expect(monitor.get_by_role("heading", name="No request waits for you")).to_be_visible()

    expect(investigator.get_by_text("The study is unblinded.")).to_be_visible(timeout=30_000)
    investigator.goto(f"{here}/report")
    expect(investigator.get_by_role("link", name="report.pdf")).to_be_visible()


def test_in_an_emergency_the_key_of_one_case_goes_to_who_asked(
    server: Server, sit_down: Callable[..., Page]
) -> None:
    here = f"/studies/{server.studies[OPEN]}/unblinding"
    investigator = sit_down("ivo.investigator")
    investigator.goto(here)
    investigator.get_by_role("button", name="Ask to unblind one case…").click()
    dialog = investigator.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Sign and ask")).to_be_disabled()
    dialog.get_by_label("Case").select_option("A-0003")
    sign(investigator, "Chest pain after the scan", "Sign and ask")

    administrator = sit_down("anna.administrator")
    administrator.goto("/due")
    administrator.get_by_role("link", name="Answer").click()
    expect(administrator.get_by_text("Emergency: one case")).to_be_visible()
    expect(administrator.get_by_text("A-0003")).to_have_count(0)  # who sees no cases is told no name
    administrator.get_by_role("button", name="Approve…").click()
    sign(administrator, "The site has called me", "Sign and approve")

    investigator.reload()
    investigator.get_by_role("button", name="Show the key…").click()
    key = investigator.get_by_role("table", name="Key of A-0003")
    expect(key).to_have_count(0)
    investigator.get_by_role("button", name="Show the key", exact=True).click()
    expect(key.get_by_role("row")).to_have_count(1 + 9)  # three readers, three arms
    expect(investigator.get_by_text("Site A, Hospital A")).to_be_visible()
    investigator.get_by_role("button", name="Close").click()
    expect(key).to_have_count(0)

    monitor = sit_down("mona.monitor")
    monitor.goto(here)
    expect(monitor.get_by_role("row", name="A-0003")).to_contain_text("approved")
    expect(monitor.get_by_role("button", name="Show the key…")).to_have_count(0)


def test_a_monitor_refuses_and_sees_how_far_the_reading_is(
    server: Server, sit_down: Callable[..., Page]
) -> None:
    study = f"/studies/{server.studies[OPEN]}"
    investigator = sit_down("ivo.investigator")
    investigator.goto(f"{study}/unblinding")
    investigator.get_by_role("button", name="Ask to unblind one case…").click()
    investigator.get_by_role("dialog").get_by_label("Case").select_option("B-0001")
    sign(investigator, "I am curious", "Sign and ask")
    monitor = sit_down("mona.monitor", size=(1920, 1080))
    monitor.goto("/unblinding")
    monitor.get_by_role("button", name="Refuse…").click()
    monitor.get_by_role("dialog").get_by_label("Reason").fill("This is no emergency")
    monitor.get_by_role("dialog").get_by_role("button", name="Refuse").click()
    expect(monitor.get_by_text("Refused. Ivo Investigator is told by mail.")).to_be_visible()
    monitor.goto(f"{study}/progress")
    expect(monitor.get_by_role("row", name="A Hospital A")).to_contain_text("of 126")
    monitor.get_by_role("button", name="Show the charts").click()
    expect(monitor.get_by_role("img", name="Reader 2")).to_be_visible()
    expect(monitor.get_by_text("outside the limits").first).to_be_visible()
    monitor.get_by_text("The same as a table").first.click()
    expect(monitor.get_by_role("columnheader", name="Mean absolute difference").first).to_be_visible()
