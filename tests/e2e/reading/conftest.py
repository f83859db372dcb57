"""Readers before a real server with opened studies, without the minutes of a whole demo."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from reader_study.demonstration.person import Person
from tests.e2e.conftest import LATE
from tests.e2e.reading.server import Server, serving
from tests.reader_study.allocation.drafts import PASSWORD


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving("tests.e2e.reading.studies", tmp_path_factory.mktemp("reading")) as made:
        yield made


@pytest.fixture
def person(server: Server) -> Callable[[str], Person]:
    """Somebody's own client, who asks the API what a page would ask: person("reader.1")."""
    return lambda name: Person(server.base, f"{name}@example.org", PASSWORD)


@pytest.fixture
def sit_down(server: Server, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Signed in by keyboard: sit_down("reader.1", language="ja", size=(1366, 768))."""
    contexts: list[BrowserContext] = []

    def opened(name: str, *, language: str = "en", size: tuple[int, int] = (1366, 768)) -> Page:
        context = chromium.new_context(
            base_url=server.base,
            viewport={"width": size[0], "height": size[1]},
            locale=language,
            timezone_id="Asia/Tokyo",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(LATE)
        page.goto("/accounts/sign-in")
        page.locator("#id_username").focus()
        page.keyboard.type(f"{name}@example.org")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("main")
        if page.locator("html").get_attribute("lang") != language:
            page.get_by_role("button", name={"en": "English", "ja": "日本語"}[language]).click()
            page.wait_for_function("language => document.documentElement.lang === language", arg=language)
        return page

    yield opened
    for context in contexts:
        context.close()
