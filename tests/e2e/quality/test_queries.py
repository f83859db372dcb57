"""The quality control checks a case by keyboard and asks the site; the coordinator answers; the image is accepted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reader_study.demonstration.person import Person
from tests.e2e.reading.server import Server

pytestmark = pytest.mark.browser
QUESTION = "Is this the rest image? The inferior wall takes up less than at stress."
ANSWER = "It is the rest image; the patient lay differently."


@pytest.fixture
def shot(pictures: Path) -> Callable[[Page, str], None]:
    def take(page: Page, name: str) -> None:
        page.wait_for_timeout(1_200)  # pictures are painted a moment after they are there
        page.screenshot(path=pictures / f"quality-{name}.png", full_page=True)

    return take


def count(page: Page, tab: str) -> Any:
    return page.get_by_role("navigation", name="Pages of this study").get_by_role("link", name=tab)


def test_a_case_is_checked_by_keyboard_queried_answered_and_accepted(
    server: Server,
    sit_down: Callable[..., Page],
    person: Callable[[str], Person],
    shot: Callable[[Page, str], None],
) -> None:
    study, case = server.studies["study"], server.studies["case"]
    images = {
        (image["image_set"], image["state"]): image["id"]
        for image in person("quinn.quality").get(f"/api/cases/{case}")["images"]
    }
    checks = sit_down("quinn.quality", size=(1366, 768))
    expect(checks.get_by_text("24 images whose quality is to be decided")).to_be_visible()
    checks.get_by_role("link", name="Check images").click()
    expect(count(checks, "Quality")).to_contain_text("24")
    expect(checks.get_by_role("row")).to_have_count(25)
    shot(checks, "list-en")
    checks.get_by_role("link", name="Begin with the first").click()
    expect(checks.locator(".qc-canvas")).to_be_visible()
    expect(checks.get_by_role("heading", name="Case A-0001")).to_be_visible()

    # Nothing is accepted before everything is confirmed.
    accept = checks.get_by_role("button", name="Accept A")
    expect(accept).to_be_disabled()
    checks.keyboard.press("a")
    for key in "123":
        checks.keyboard.press(key)
    expect(checks.get_by_text("To accept it, there is still missing: stress or rest.")).to_be_visible()
    shot(checks, "case-en")
    checks.keyboard.press("4")
    expect(checks.get_by_text("Everything is confirmed.")).to_be_visible()
    checks.keyboard.press("a")

    # The next image comes by itself; about it the site is asked.
    rest = checks.get_by_role("button", name="SPECT · rest")
    expect(rest).to_have_attribute("aria-pressed", "true")
    expect(checks.locator(".qc-canvas")).to_be_visible()
    for key in ("1", "2", "3", "Shift+Digit1", "q"):
        checks.keyboard.press(key)
    dialog = checks.get_by_role("dialog")
    dialog.get_by_label("What is it about?").select_option("state")
    dialog.get_by_label("Question").fill(f"{QUESTION} It was sent on 2026-01-02.")
    dialog.get_by_role("button", name="Ask the site").click()
    expect(dialog.get_by_text("“2026-01-02” looks like a date.")).to_be_visible()
    shot(checks, "refused-en")
    dialog.get_by_label("Question").fill(QUESTION)
    checks.keyboard.press("Control+Enter")
    expect(dialog).to_have_count(0)
    expect(rest).to_contain_text("Queried")
    expect(count(checks, "Quality")).to_contain_text("22")

    # The site sees its question, and only its own.
    assert person("doris.coordinator").get(f"/api/studies/{study}/site-queries") == []
    site = sit_down("carl.coordinator", size=(1366, 768))
    expect(site.get_by_text("1 query about your site’s images, to answer")).to_be_visible()
    site.get_by_role("link", name="Answer", exact=True).click()
    expect(site.get_by_text(QUESTION)).to_be_visible()
    expect(count(site, "Queries")).to_contain_text("1")
    shot(site, "coordinator-en")
    site.get_by_label("Answer", exact=True).fill(ANSWER)
    site.get_by_role("button", name="Answer", exact=True).click()
    expect(site.get_by_text(ANSWER)).to_be_visible()
    expect(site.get_by_role("button", name="Answer", exact=True)).to_have_count(0)
    site.goto(f"/studies/{study}/cases/{case}?image={images['spect', 'rest']}")
    expect(site.get_by_text("This study has an image quality control")).to_be_visible()
    expect(site.get_by_role("button", name="Accept", exact=True)).to_have_count(0)
    shot(site, "coordinator-case-en")

    # The answer is looked at, the query closed, the image accepted.
    checks.goto(f"/studies/{study}/quality")
    expect(checks.get_by_role("row").nth(1)).to_contain_text("Site has answered")
    checks.get_by_role("link", name="A-0001").first.click()
    expect(checks.get_by_text(ANSWER)).to_be_visible()
    expect(checks.get_by_role("checkbox", name="The apex is where the line says")).to_be_checked()
    expect(checks.get_by_role("button", name="Accept A")).to_be_disabled()
    shot(checks, "answered-en")
    checks.get_by_role("button", name="Close the query").click()
    expect(checks.get_by_text("To accept it, there is still missing: stress or rest.")).to_be_visible()
    checks.keyboard.press("4")
    checks.keyboard.press("a")
    expect(rest).to_contain_text("Accepted")

    # By keyboard a rejection asks why; arrows go from image to image.
    checks.keyboard.press("r")
    expect(dialog.get_by_text("The case will not be read")).to_be_visible()
    dialog.get_by_label("Why").fill("Made from another acquisition")
    checks.keyboard.press("Control+Enter")
    expect(checks.get_by_role("button", name="Virtual PET · stress")).to_contain_text("Rejected")
    checks.keyboard.press("ArrowLeft")
    states = {
        (image["image_set"], image["state"]): image["qc"]
        for image in person("mona.monitor").get(f"/api/cases/{case}")["images"]
    }
    assert states["spect", "stress"] == states["spect", "rest"] == "accepted"
    assert states["virtual_pet", "stress"] == "rejected"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_pages_in_both_languages_and_sizes(
    server: Server,
    sit_down: Callable[..., Page],
    person: Callable[[str], Person],
    shot: Callable[[Page, str], None],
    language: str,
) -> None:
    study = server.studies["study"]
    quality = person("quinn.quality")
    case = next(one for one in quality.get(f"/api/studies/{study}/cases") if one["subject"] == "A-0002")
    image = next(
        one["id"] for one in case["images"] if (one["image_set"], one["state"]) == ("spect", "stress")
    )
    asked = {query["case"]["id"] for query in quality.get(f"/api/studies/{study}/site-queries")}
    if case["id"] not in asked:
        text = "肝臓の集積が下壁に重なっています。再構成をやり直せますか。"
        quality.post(f"/api/cases/{case['id']}/site-queries", {
            "image_id": image, "category": "artefact", "text": text,
            "seen": {"confirmed": ["apex", "base"], "artefacts": ["extracardiac"]},
        })  # fmt: skip
        quality.post(
            f"/api/cases/{case['id']}/site-queries",
            {"category": "missing", "text": "Is there an earlier PET?"},
        )
    for name, size in (("small", (1366, 768)), ("large", (1920, 1080))):
        checks = sit_down("quinn.quality", language=language, size=size)
        checks.goto(f"/studies/{study}/quality")
        expect(checks.get_by_role("row").nth(1)).to_be_visible()
        shot(checks, f"list-{language}-{name}")
        checks.goto(f"/studies/{study}/quality/{case['id']}?image={image}")
        expect(checks.locator(".qc-canvas")).to_be_visible()
        shot(checks, f"case-{language}-{name}")
        checks.keyboard.press("ArrowRight")
        checks.keyboard.press("q")
        expect(checks.get_by_role("dialog")).to_be_visible()
        shot(checks, f"ask-{language}-{name}")
        site = sit_down("carl.coordinator", language=language, size=size)
        site.goto(f"/studies/{study}/queries")
        expect(site.locator(".query").first).to_be_visible()
        shot(site, f"queries-{language}-{name}")
        empty = sit_down("doris.coordinator", language=language, size=size)
        empty.goto(f"/studies/{study}/queries")
        expect(empty.locator(".empty")).to_be_visible()
        shot(empty, f"empty-{language}-{name}")
