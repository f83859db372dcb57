"""What a reader does with the keyboard, and nothing else."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.reader_study.allocation.drafts import PASSWORD

# An inferior defect, a segment that cannot be judged, and every score at least once.
STRESS = [0, 0, 0, 3, 1, 0, 0, 0, 0, 4, 2, 0, 0, 0, 3, 0, "NE"]
REST = [0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, "NE"]
CODES = {"NE": ("KeyN", "NumpadDecimal")} | {n: (f"Digit{n}", f"Numpad{n}") for n in range(5)}
WORDS = {
    "en": {"password": "Your password", "again": "Sign in and go on", "comment": "Attenuation, not a scar"},
    "ja": {"password": "パスワード", "again": "サインインして続ける", "comment": "下壁は減弱と考える"},
}
PROCESS = 229  # what a browser reports of every key while an input method listens


def go_to(page: Page, target: Locator, *, most: int = 80) -> None:
    """By the Tab key until it has the focus."""
    expect(target.first).to_be_visible()
    for _press in range(most):
        if target.first.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by keyboard")


def press_process(page: Page, code: str) -> None:
    """A key as it comes from the browser itself while a Japanese input method is on."""
    keys = page.context.new_cdp_session(page)
    same: dict[str, Any] = {"key": "Process", "code": code, "windowsVirtualKeyCode": PROCESS}
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **same})
    keys.send("Input.dispatchKeyEvent", {"type": "keyUp", **same})
    keys.detach()


def press_figure(page: Page, code: str, key: str) -> None:
    """A key of the number pad while Num Lock is on: by itself the number pad here has arrows."""
    keys = page.context.new_cdp_session(page)
    keys.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": key, "code": code})
    keys.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key, "code": code})
    keys.detach()


def compose(page: Page, text: str) -> None:
    """Text through an input method: first as a composition, then as what was chosen."""
    keys = page.context.new_cdp_session(page)
    given = {"text": text[:2], "selectionStart": 2, "selectionEnd": 2}
    keys.send("Input.imeSetComposition", given)
    keys.send("Input.insertText", {"text": text})
    keys.detach()


def put_off_the_check(page: Page) -> None:
    check = page.get_by_test_id("display-check")
    expect(check).to_be_visible()
    page.keyboard.press("Escape")
    expect(check).to_have_count(0)


def put_off_any_check(page: Page) -> None:
    """Nothing is asked where the read was seen before, or since the screen was checked."""
    page.wait_for_load_state("networkidle")  # the check comes after the page, by itself
    if page.get_by_test_id("display-check").count():
        put_off_the_check(page)


def pass_the_check(page: Page) -> None:
    """Four times yes; it is not asked again until the next time of signing in."""
    check = page.get_by_test_id("display-check")
    expect(check).to_be_visible()
    for _question in range(4):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(check).to_have_count(0)


def saved(page: Page) -> None:
    """What waits is sent again every few seconds."""
    says(page, "saved")


def says(page: Page, state: str) -> None:
    expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", state)


def opened(page: Page, token: str) -> None:
    """The reading page with its first picture."""
    page.goto(f"/reading/{token}")
    page.wait_for_selector("canvas[data-technique]")


def score(page: Page, values: list[Any], press: Callable[[str], None] | None = None) -> None:
    """One after the other, now from the row of digits, now from the number pad."""
    for place, value in enumerate(values):
        code = CODES[value][place % 2]
        if press or not code.startswith("Numpad"):
            (press or page.keyboard.press)(code)
        else:
            press_figure(page, code, "." if value == "NE" else str(value))


def answer_all(page: Page, language: str) -> dict[str, Any]:
    """Every question that is asked after an abnormal inferior wall, from the last score on; what was answered."""
    page.keyboard.press("4")  # quality
    page.keyboard.press("3")  # artefacts: diaphragm
    page.keyboard.press("Enter")
    page.keyboard.press("4")  # overall: probably abnormal, which asks for territories
    page.keyboard.press("2")  # RCA
    page.keyboard.press("Enter")
    page.keyboard.press("2")  # the inferior wall has a score: attenuation
    page.keyboard.type("80")  # confidence
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    compose(page, WORDS[language]["comment"])
    page.keyboard.press("Escape")
    return {
        "quality": 4,
        "artefacts": ["diaphragm"],
        "overall": "probably_abnormal",
        "territories": ["RCA"],
        "inferior": "attenuation",
        "confidence": 80,
        "comment": WORDS[language]["comment"],
    }


def sign(page: Page, language: str) -> None:
    page.keyboard.press("Control+Enter")
    go_to(page, page.get_by_label(WORDS[language]["password"]))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("signed")).to_be_visible()


def go_on(page: Page) -> None:
    """From a signed read to what follows; an Enter that comes at once is taken for the signature's."""
    page.wait_for_timeout(350)
    page.keyboard.press("Enter")
