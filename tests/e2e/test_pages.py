"""Every page of every role, in both languages and at two sizes: it opens, quietly, and asks nobody but us."""

import os
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
    "translations",
    "allocation",
    "progress",
    "report",
    "journal",
)


def pages_of(demo: Demo, email: str) -> dict[str, str]:
    finished, waiting = demo.study("finished study"), demo.study("open study")
    if email.startswith("reader"):
        token = demo.person(email).get("/api/reading/worklist")["studies"][0]["next"]
        return {"worklist": "/reading", "read": f"/reading/{token}"}
    if email.startswith("coordinator"):
        case = demo.person(email).get(f"/api/studies/{waiting}/cases")[0]["id"]
        sections = {name: f"/studies/{waiting}/{name}" for name in ("upload", "cases", "translations")}
        return {"studies": "/studies", **sections, "case": f"/studies/{waiting}/cases/{case}"}
    return {
        "studies": "/studies",
        **{f"finished-{name or 'overview'}": f"/studies/{finished}/{name}" for name in INVESTIGATOR},
        **{f"open-{name or 'overview'}": f"/studies/{waiting}/{name}" for name in ("", "progress", "report")},
    }


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("role", ["reader", "coordinator.a", "pi", "admin"])
def test_every_page_opens_without_an_error(
    demo: Demo, browse: Callable[..., Page], role: str, size: str, language: str, tmp_path: Path
) -> None:
    email = f"{role}@demo.example"
    pictures = Path(os.environ.get("SCREENSHOTS", tmp_path))
    pictures.mkdir(parents=True, exist_ok=True)
    page = browse(email, language=language, size=SIZES[size])
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
        page.wait_for_timeout(700)
        page.screenshot(path=pictures / f"{role}-{name}-{size}-{language}.png")
        wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, f"{path} must be scrolled sideways at {size}"
    assert complaints == []
