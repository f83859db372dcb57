"""A name stands for one output: whatever decides the bytes is in it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from inference.translation import files
from inference.translation.files import output_name
from inference.translation.predict import Model
from tests.inference.translation.simulated import TASK, gains

MODEL = gains(0.0)


def name_of(model: Model = MODEL, *, key: str = "a" * 64) -> str:
    return output_name(input_keys=[key], model=model, settings={})


@pytest.mark.parametrize(
    "other",
    [
        lambda: name_of(key="b" * 64),
        lambda: name_of(replace(MODEL, identity=replace(MODEL.identity, digest="1" * 64))),
        lambda: name_of(replace(MODEL, task=replace(TASK, version=TASK.version + 1))),
        lambda: name_of(replace(MODEL, task=replace(TASK, placing=TASK.placing + 1))),
    ],
    ids=["input", "weights", "task", "finder"],
)
def test_another_input_model_task_or_finder_gives_another_name(other: Callable[[], str]) -> None:
    assert name_of() == name_of() != other()


def test_another_way_of_writing_files_gives_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    before = name_of()
    monkeypatch.setattr(files, "WRITTEN", files.WRITTEN + 1)
    assert name_of() != before
