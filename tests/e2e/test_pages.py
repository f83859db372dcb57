"""Every page of every role, in both languages and at two sizes: it opens, quietly, and asks nobody but us."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Demo

pytestmark = pytest.mark.browser
SIZES = {"desktop": (1920, 1080), "laptop": (1366, 768)}
INVESTIGATOR = (
    "",
    "protocol",
    "people",
    "cases",
    "queries",
    "translations",
    "allocation",
    "progress",
    "report",
    "replays",
    "journal",
)


def pages_of(demo: Demo, email: str) -> dict[str, str]:
    finished, waiting = demo.study("finished study"), demo.study("open study")
    if email.startswith("reader"):
        token = demo.person(email).get("/api/reading/worklist")["studies"][0]["next"]
        return {"worklist": "/reading", "read": f"/reading/{token}"}
    if email.startswith("coordinator"):
        case = demo.person(email).get(f"/api/studies/{waiting}/cases")[0]["id"]
        sections = {
            name: f"/studies/{waiting}/{name}" for name in ("upload", "cases", "queries", "translations")
        }
        return {"due": "/due", "studies": "/studies", **sections, "case": f"/studies/{waiting}/cases/{case}"}
    return {
        "due": "/due",
        "studies": "/studies",
        **{f"finished-{name or 'overview'}": f"/studies/{finished}/{name}" for name in INVESTIGATOR},
        **{f"open-{name or 'overview'}": f"/studies/{waiting}/{name}" for name in ("", "progress", "report")},
    }


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("role", ["reader", "coordinator.a", "pi", "admin"])
def test_every_page_opens_without_an_error(
    demo: Demo, browse: Callable[..., Page], role: str, language: str, pictures: Path
) -> None:
    email = f"{role}@demo.example"
    page = browse(email, language=language)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((demo.base, "data:", "blob:")) else complaints.append(request.url)
        ),
    )
    pages = {"home": "/", "new-study": "/studies/new"} if role == "admin" else pages_of(demo, email)
    for name, path in pages.items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(400)
            page.screenshot(path=pictures / f"{role}-{name}-{size}-{language}.png")
            wide = page.evaluate(
                "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            )
            assert not wide, f"{path} must be scrolled sideways at {size}"
    assert complaints == []
