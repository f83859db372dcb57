from typing import Any

import pytest

from tests.reader_study.cases.world import World, client_of, work, world  # noqa: F401  # fixtures
from tests.reader_study.intake.sending import send
from tests.reader_study.intake.waiting import only, untold


@pytest.fixture
def browser(world: World, client_of: Any) -> Any:  # noqa: F811  # fixtures
    return client_of(world.coordinator_a)


@pytest.fixture
def kept(browser: Any, world: World, work: Any) -> str:  # noqa: F811  # fixtures
    """A file that does not say whether it shows stress or rest."""
    send(browser, world.study, [untold()])
    work()
    return only(browser, world.study)
