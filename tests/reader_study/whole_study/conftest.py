"""The default worker and the GPU worker of these studies, without their processes; real messages, tasks and models."""

from collections.abc import Callable
from typing import Any

import pytest

from reader_study.accounts.models import User
from tests.reader_study.brain.worker import gpu
from tests.reader_study.cases.world import work  # noqa: F401  # fixture
from tests.reader_study.whole_study.browsers import PASSWORD, Browser


@pytest.fixture
def workers(work: Any) -> Callable[[], None]:  # noqa: F811  # fixture
    def run() -> None:
        work()
        while gpu():
            work()

    return run


@pytest.fixture
def administrator(db: None, django_capture_on_commit_callbacks: Any) -> Browser:
    """The one account that the command line makes."""
    User.objects.create_superuser("admin@example.org", PASSWORD, full_name="Ada Admin")
    browser = Browser("admin@example.org", django_capture_on_commit_callbacks)
    assert browser.client.login(username=browser.email, password=PASSWORD)
    return browser
