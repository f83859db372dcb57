import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inference.model import ModelIdentity
from reader_study.translation import actions, queries
from reader_study.translation.models import TranslationJob
from tests.reader_study.cases.world import World, client_of, work, world  # noqa: F401  # fixtures
from tests.reader_study.intake.files import Secrets, heart, nm_file
from tests.reader_study.intake.sending import send
from tests.reader_study.translation.worker import MODEL


@pytest.fixture(autouse=True)
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[ModelIdentity], None]:
    """The card of an installed model; call it to install another one in its place."""

    def write(model: ModelIdentity) -> None:
        card = {"name": model.name, "version": model.version, "digest": model.digest}
        bundle = tmp_path / "shelf" / "heart-spect-to-pet"
        bundle.mkdir(parents=True, exist_ok=True)
        (bundle / "card.json").write_text(json.dumps(card))

    write(MODEL)
    monkeypatch.setattr(queries, "SHELF", tmp_path / "shelf")
    return write


@pytest.fixture
def job(world: World, client_of: Any, work: Any) -> TranslationJob:  # noqa: F811  # fixtures
    """A SPECT came in; its virtual PET is ordered and lies in the GPU queue."""
    send(client_of(world.coordinator_a), world.study, [nm_file(heart(), state="stress", secrets=Secrets(1))])
    work()
    return TranslationJob.objects.get()


@pytest.fixture
def sweep(django_capture_on_commit_callbacks: Any) -> Any:
    def run() -> int:
        with django_capture_on_commit_callbacks(execute=True):
            return actions.sweep()

    return run
