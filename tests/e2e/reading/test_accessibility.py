"""Every page and dialog of a reader in both languages: nothing that axe finds, nothing too small, names that say it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reader_study.demonstration.person import Person
from tests.e2e.reading import keys, looking
from tests.e2e.reading.server import Server
from tests.e2e.reading.studies_named import BRAINS, OVER, SIDE_BY_SIDE, STEPS
from tests.reader_study.allocation.drafts import PASSWORD

pytestmark = pytest.mark.browser
SMALL, LARGE = {"width": 1366, "height": 768}, {"width": 1920, "height": 1080}
LEAST_CONTRAST, LEAST_OF_LINES = 4.5, 3.0
LEAST_SECTOR = 21
READERS = {"en": "reader.1", "ja": "reader.2"}
# Exceptions of WCAG 2.5.8, each with its reason.
EXCEPTED = {
    "slider": "equivalent: two buttons or a field of figures beside it do the same",
    "sector": "equivalent: the cell of the table beside it does the same; its size follows from the map",
}


class Look:
    """Looks at one state of a page after another and keeps what was found wrong, so that a run tells all of it."""

    def __init__(self, page: Page, title: str) -> None:
        self.page, self.title = page, title
        self.wrong: list[str] = []
        self.seen: dict[str, dict[str, Any]] = {}

    def at(self, name: str) -> None:
        page = self.page
        found = looking.axe(page)
        self.wrong += [f"{name}: {v['id']} {v['target']}: {v['why']}" for v in found["violations"]]
        contrast = looking.contrasts(page)
        for limit, pairs in ((LEAST_CONTRAST, contrast["texts"]), (LEAST_OF_LINES, contrast["lines"])):
            self.wrong += [f"{name}: contrast {pair}" for pair in pairs if pair["ratio"] < limit]
        seen: dict[str, Any] = {
            "undecided": sorted({v["id"] for v in found["incomplete"]}),
            "contrasts": len(contrast["texts"]) + len(contrast["lines"]),
            "least contrast": min(pair["ratio"] for pair in contrast["texts"]),
        }
        for size in (SMALL, LARGE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.wait_for_timeout(300)
            targets = looking.targets(page)
            at = f"{name} at {size['width']}"
            counted = [target for target in targets if target["kind"] not in EXCEPTED]
            self.wrong += [f"{at}: {t['name']} {t['box']}" for t in counted if t["small"]]
            # A sector may be smaller only where it has its twin; what an open tool covers cannot be pressed at all.
            sectors = [target for target in targets if target["kind"] == "sector" and not target["covered"]]
            for sector in sectors:
                place = sector["name"].split(": ")[1]
                twins = [target for target in counted if f": {place}, " in target["name"]]
                if sector["size"] < LEAST_SECTOR or not twins:
                    self.wrong.append(f"{at}: {sector['name']} {sector['size']}, twins: {len(twins)}")
            seen[f"{size['width']}"] = {
                "targets": len(targets),
                "smallest": min((target["size"] for target in counted), default=None),
                "sectors": len(sectors),
                "smallest sector": min((sector["size"] for sector in sectors), default=None),
            }
        page.set_viewport_size(SMALL)  # type: ignore[arg-type]
        page.wait_for_timeout(200)
        self.seen[name] = seen
        if folder := os.environ.get("SCREENSHOTS"):
            kept = json.dumps({"seen": self.seen, "wrong": self.wrong}, indent=1, ensure_ascii=False)
            Path(folder, f"accessibility-{self.title}.json").write_text(kept)


@pytest.fixture(params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    chosen: str = request.param
    return chosen


@contextmanager
def dialog(page: Page, key: str, name: str) -> Iterator[None]:
    page.keyboard.press(key)
    expect(page.get_by_test_id(name)).to_be_visible()
    yield
    page.keyboard.press("Escape")
    expect(page.get_by_test_id(name)).to_have_count(0)


NAMES = {
    "en": {
        "Basal anterior: 0, normal",
        "Basal inferolateral: 1, mildly reduced or equivocal",
        "Mid inferolateral: 2, moderately reduced",
        "Basal inferior: 3, severely reduced",
        "Mid inferior: 4, absent",
        "Apex: NE, not evaluable",
    },
    "ja": {
        "心基部前壁: 0, 正常",
        "心基部下側壁: 1, 軽度低下または判定保留",
        "中部下側壁: 2, 中等度低下",
        "心基部下壁: 3, 高度低下",
        "中部下壁: 4, 欠損",
        "心尖: NE, 評価不能",
    },
}
CELLS = {
    "en": {"Mid inferior, Stress: 4, absent", "Mid inferior, Rest: 2, moderately reduced"},
    "ja": {"中部下壁, 負荷: 4, 欠損", "中部下壁, 安静: 2, 中等度低下"},
}


def test_a_read_of_hearts_with_all_its_dialogs(
    server: Server, sit_down: Callable[..., Page], person: Callable[[str], Person], language: str
) -> None:
    page = sit_down(READERS[language], language=language)
    look = Look(page, f"hearts-{language}")
    expect(page.get_by_test_id("continue-reading").first).to_be_visible()
    look.at("worklist")
    token = server.next_of(SIDE_BY_SIDE, person(READERS[language]))
    keys.opened(page, token)
    expect(page.get_by_test_id("display-check")).to_be_visible()
    look.at("display check")
    keys.put_off_the_check(page)
    look.at("read, nothing scored")
    for key, kind in (("Enter", "lightbox"), ("e", "cine"), ("m", "cine"), ("?", "key-sheet")):
        with dialog(page, key, kind):
            if kind == "cine":
                page.get_by_test_id("play").wait_for()
            look.at(f"{kind}, {key}")
    with dialog(page, "Shift+A", "all-normal"):
        look.at("all normal")
    with dialog(page, "Control+Enter", "sign-dialog"):
        look.at("sign sheet, answers missing")
    page.get_by_test_id("align").click()
    look.at("alignment")
    page.keyboard.press("Escape")

    keys.score(page, keys.STRESS)
    keys.score(page, keys.REST)
    keys.answer_all(page, language)
    keys.saved(page)
    look.at("read, everything scored")
    spoken = looking.names(page, "radio")
    assert NAMES[language] <= set(spoken)
    assert CELLS[language] <= set(looking.names(page, "button"))
    server.end_sessions()
    page.keyboard.press("c")
    keys.says(page, "signedOut")
    look.at("signed out")
    page.get_by_role("alert").locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    keys.saved(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("shown-digest")).not_to_be_empty()
    look.at("sign sheet, complete")
    page.keyboard.press("Escape")
    keys.sign(page, language)
    look.at("signed")

    person(READERS[language]).post(f"/api/reading/reads/{token}/unlock", {"reason": "A slip of the key"})
    look.page = page = sit_down("ivo.investigator", language=language)
    page.goto(f"/studies/{server.studies[SIDE_BY_SIDE]}/progress")
    asked = page.get_by_role("row").filter(has_text="A slip of the key").first
    expect(asked).to_be_visible()
    look.at("unlocks")
    asked.get_by_role("button").first.click()
    expect(page.locator("dialog:modal")).to_be_visible()
    look.at("answer to an unlock")
    assert look.wrong == []


def test_a_read_of_brains_and_one_of_a_single_set(
    server: Server, sit_down: Callable[..., Page], person: Callable[[str], Person], language: str
) -> None:
    page = sit_down(READERS[language], language=language)
    look = Look(page, f"brains-{language}")
    keys.opened(page, server.next_of(BRAINS, person(READERS[language])))
    keys.put_off_the_check(page)
    look.at("brain, nothing scored")
    for score in (0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0):
        page.keyboard.press(str(score))
    look.at("brain, scored")
    expected = {"en": "Right frontal: 2, moderately reduced", "ja": "右前頭葉: 2, 中等度低下"}
    assert expected[language] in looking.names(page, "radio")
    with dialog(page, "Control+Enter", "sign-dialog"):
        look.at("brain, sign sheet")
    keys.opened(page, server.next_of(STEPS, person(READERS[language])))
    look.at("one set")
    assert look.wrong == []


def test_what_is_asked_after_a_signature_and_a_read_seen_again(
    server: Server, sit_down: Callable[..., Page], person: Callable[[str], Person], language: str
) -> None:
    """The reader asks for a signed read, the investigator answers, and sees the reads of another study again."""
    reader = person("reader.1")
    [over] = [
        study
        for study in reader.get("/api/reading/worklist")["studies"]
        if study["id"] == server.studies[OVER]
    ]
    assert over["signed"]
    page = sit_down("reader.1", language=language)
    look = Look(page, f"after-{language}")
    page.locator("summary").first.click()
    look.at("worklist, signed reads")
    page.goto(f"/reading/{over['signed'][0]['token']}")
    expect(page.get_by_test_id("signed")).to_be_visible()
    page.locator("summary").click()
    look.at("signed before, asking for it")

    page = sit_down("ivo.investigator", language=language)
    look.page = page
    page.goto(f"/studies/{server.studies[OVER]}/replays")
    page.locator("tbody a").first.wait_for()
    look.at("replays")
    page.locator("tbody a").first.click()
    expect(page.get_by_test_id("replay")).to_be_visible()
    page.wait_for_selector("canvas[data-technique]")
    look.at("replay")
    assert look.wrong == []
