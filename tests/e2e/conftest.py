"""One demo, as `./run demo` makes it, in a folder of its own; and a real browser to look at it."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from reader_study.demonstration.person import Person

LATE = 60_000
expect.set_options(timeout=LATE)  # a busy machine is late, not wrong

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 900
READY = "Ctrl-C ends the demo."


@dataclass(frozen=True)
class Demo:
    base: str
    var: Path
    pid: int
    output: str

    @property
    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.var / "record.json").read_text())
        return found

    def study(self, name: str) -> str:
        identifier: str = self.record["done"][name]
        return identifier

    def person(self, email: str) -> Person:
        return Person(self.base, email, self.record["passwords"][email])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def demo_environment(var: Path) -> dict[str, str]:
    """As ./run sets it; nothing of the tests' own database or queue."""
    ours = {k: v for k, v in os.environ.items() if k not in ("BROKER_URL", "BROKER_OPTIONS", "DATABASE_URL")}
    return ours | {"READER_STUDY_VAR": str(var), "PYTHONUNBUFFERED": "1", "TRANSLATION_LEASE_SECONDS": "15"}


class ByFolder(LoadScopeScheduling):
    """Several processes may share the browser tests; a folder stays in one, as its tests share one demo or server."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0].rpartition("/")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return ByFolder(config, log)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    var = tmp_path_factory.mktemp("demo with a space")
    port = free_port()
    command = [sys.executable, "manage.py", "demo", "--patients", "4", "--port", str(port)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=demo_environment(var),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    output = ""
    try:
        for line in process.stdout:
            output += line
            if READY in line:
                break
        else:
            logs = "".join(f"\n--- {p.name}\n{p.read_text()[-3000:]}" for p in (var / "log").glob("*.log"))
            pytest.fail(f"The demo ended before it was ready:\n{output}{logs}")
        yield Demo(f"http://127.0.0.1:{port}", var, process.pid, output)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def pytest_configure() -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go; with SCREENSHOTS=folder they stay there, to be looked at."""
    return Path(os.environ.get("SCREENSHOTS", tmp_path))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM")
    if not path:
        pytest.skip("No Chromium: ./run test says why.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def browse(demo: Demo, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A page in which somebody has signed in: browse("pi@demo.example", language="ja", size=(1366, 768))."""
    contexts: list[BrowserContext] = []

    def open_as(email: str, *, language: str = "en", size: tuple[int, int] = (1920, 1080)) -> Page:
        context = chromium.new_context(
            base_url=demo.base,
            viewport={"width": size[0], "height": size[1]},
            locale=language,
            timezone_id="Asia/Tokyo",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(LATE)
        page.goto("/accounts/sign-in")
        page.locator("#id_username").fill(email)
        page.locator("#id_password").fill(demo.record["passwords"][email])
        page.keyboard.press("Enter")
        page.wait_for_selector("main")
        shown = page.locator("html").get_attribute("lang")
        if shown != language:
            page.get_by_role("button", name={"en": "English", "ja": "日本語"}[language]).click()
            page.wait_for_function("language => document.documentElement.lang === language", arg=language)
        return page

    yield open_as
    for context in contexts:
        context.close()
