"""The quality control and two sites before a real server, with a study whose images wait to be checked."""

from collections.abc import Iterator

import pytest

from tests.e2e.reading.conftest import person, sit_down  # noqa: F401  # fixtures
from tests.e2e.reading.server import Server, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving("tests.e2e.quality.study", tmp_path_factory.mktemp("quality")) as made:
        yield made
