"""The investigator, the monitor and an administrator before a real server, with an open study and a locked one."""

from collections.abc import Iterator

import pytest

from tests.e2e.reading.conftest import person, sit_down  # noqa: F401  # fixtures
from tests.e2e.reading.server import Server, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving("tests.e2e.unblinding.studies", tmp_path_factory.mktemp("unblinding")) as made:
        yield made
