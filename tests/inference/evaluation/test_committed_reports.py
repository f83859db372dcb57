"""What docs/image-science shows is what its numbers say."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from inference.bench import ablations_report
from inference.evaluation import brain_report, finder_report, heart_report, realism_report

RESULTS = Path(__file__).parents[3] / "docs" / "image-science"
RENDERED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "ablations": ablations_report.as_markdown,
    "brain": brain_report.as_markdown,
    "cohort": realism_report.as_markdown,
    "finder": finder_report.as_markdown,
    "heart": heart_report.as_markdown,
}
COMMITTED = sorted(path for name in RENDERED for path in RESULTS.glob(f"*/{name}.json"))


def test_every_kind_of_report_is_there() -> None:
    assert {path.stem for path in COMMITTED} == set(RENDERED)


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.parent.name)
def test_the_committed_report_is_the_rendering_of_the_committed_numbers(path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    text = path.with_name("report.md").read_text(encoding="utf-8")
    assert RENDERED[path.stem](data) == text
    assert all(figure.name in text for figure in path.parent.glob("*.svg"))
