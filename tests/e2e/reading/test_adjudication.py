"""A round of adjudication with a decoy, from the investigator's button to the last signature, on the real server."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.reading import keys
from tests.e2e.reading.server import Server
from tests.e2e.reading.studies_named import ADJUDICATED

pytestmark = pytest.mark.browser
INVESTIGATOR, JUDGE = "ivo.investigator", "judge.1"
SEATS = """
    SELECT seat.token::text, decoy, arm, EXISTS (
        SELECT FROM reading_scoresheet sheet WHERE sheet.read_id = seat.token
    ) AS signed
    FROM allocation_key.adjudication_seat seat ORDER BY position
"""
# "PET 20 steps" and "S Pet" are colour tables that every read offers.
TELLING = re.compile(
    r"\bSPECT\b|(?<!S )\bPET\b(?! 20 steps)|virtual|[AB]-0001|Hospital|decoy|Differing|discord", re.IGNORECASE
)


def progress(server: Server, page: Page) -> None:
    page.goto(f"/studies/{server.studies[ADJUDICATED]}/progress")


def test_discordant_reads_and_a_decoy_are_adjudicated_and_nobody_is_told_which_is_which(
    server: Server, sit_down: Callable[..., Page], tmp_path: Path
) -> None:
    investigator = sit_down(INVESTIGATOR)
    investigator.goto("/due")
    waiting = investigator.get_by_role("listitem").filter(has_text="2 discordant pairs of reads")
    waiting.get_by_role("link", name="Make a round").click()
    expect(investigator.get_by_text("2 pairs of a case and an arm wait for adjudicators.")).to_be_visible()
    investigator.screenshot(path=tmp_path / "waiting.png", full_page=True)
    investigator.get_by_role("button", name="Make a round").click()
    dialog = investigator.get_by_role("dialog")
    expect(dialog).to_contain_text("can no longer be corrected")
    dialog.get_by_role("button", name="Make the round").click()
    expect(investigator.get_by_text("Nothing waits for adjudicators now.")).to_be_visible()
    row = investigator.get_by_role("row").filter(has_text="Judge 1")
    expect(row).to_contain_text("0 of 3")

    seats = server.rows(SEATS)
    assert sorted(seat["decoy"] for seat in seats) == [False, False, True]

    page = sit_down(JUDGE)
    page.goto("/reading")
    expect(page.get_by_text("Adjudication", exact=True)).to_be_visible()
    page.screenshot(path=tmp_path / "worklist.png", full_page=True)
    page.get_by_test_id("continue-reading").click()
    keys.put_off_the_check(page)
    looks = []
    for number, seat in enumerate(seats, start=1):
        assert page.url.endswith(seat["token"])
        page.wait_for_selector("canvas[data-technique]")
        header = page.locator(".reader-header").inner_text()
        looks.append(re.sub(rf"\b{number} of 3\b", "n of 3", header))
        assert not TELLING.search(page.locator("body").inner_text())
        keys.score(page, keys.STRESS)
        keys.score(page, keys.REST)
        keys.answer_all(page, "en")
        keys.sign(page, "en")
        if number < len(seats):
            page.get_by_test_id("next-case").click()
    assert len(set(looks)) == 1  # but for its number, a decoy looks like the others
    assert all(seat["signed"] for seat in server.rows(SEATS))
    page.goto("/reading")
    expect(page.get_by_text("All reads are signed. Thank you.")).to_be_visible()

    progress(server, investigator)
    expect(row).to_contain_text("3 of 3")
    assert not re.search("decoy A|arm [ABC]", investigator.get_by_role("main").inner_text())


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_pages_of_an_adjudication_fit(
    server: Server, sit_down: Callable[..., Page], tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    page = sit_down(INVESTIGATOR, language=language, size=size)
    progress(server, page)
    expect(
        page.get_by_role("heading", name={"en": "Adjudication", "ja": "裁定"}[language], exact=True)
    ).to_be_visible()
    page.screenshot(path=tmp_path / "progress.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    judge = sit_down(JUDGE, language=language, size=size)
    judge.goto("/reading")
    expect(
        judge.get_by_text({"en": "Read each as if nobody had", "ja": "初めての症例として"}[language])
    ).to_be_visible()
    judge.screenshot(path=tmp_path / "worklist.png", full_page=True)
