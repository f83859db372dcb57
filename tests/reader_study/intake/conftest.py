from typing import Any

import pytest

from tests.reader_study.cases.world import World, client_of, work, world  # noqa: F401  # fixtures


@pytest.fixture
def browser(world: World, client_of: Any) -> Any:  # noqa: F811  # fixtures
    return client_of(world.coordinator_a)
