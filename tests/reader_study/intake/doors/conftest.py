import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.reader_study.intake.doors.serving import granian


@pytest.fixture(scope="module")
def web_server(tmp_path_factory: Any, django_db_setup: None) -> Iterator[tuple[str, Path]]:
    """One for the tests of a module; each of them empties its folders."""
    folder = tmp_path_factory.mktemp("server")
    with granian(folder) as address:
        yield address, folder


@pytest.fixture
def url(web_server: tuple[str, Path], settings: Any) -> str:
    """Address of a real web server that works on this test's database and folders. Needs real transactions."""
    address, folder = web_server
    for name in ("objects", "staging"):
        shutil.rmtree(folder / name, ignore_errors=True)
    settings.OBJECT_STORE, settings.STAGING = folder / "objects", folder / "staging"
    return address
