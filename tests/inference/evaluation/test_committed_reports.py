"""What docs/image-science shows is what its numbers say."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from inference.evaluation import heart_report, realism_report

RESULTS = Path(__file__).parents[3] / "docs" / "image-science"
RENDERED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "cohort": realism_report.as_markdown,
    "heart": heart_report.as_markdown,
}


@pytest.mark.parametrize("name", [name for name in RENDERED if (RESULTS / name).is_dir()])
def test_the_committed_report_is_the_rendering_of_the_committed_numbers(name: str) -> None:
    data = json.loads((RESULTS / name / f"{name}.json").read_text(encoding="utf-8"))
    text = (RESULTS / name / "report.md").read_text(encoding="utf-8")
    assert RENDERED[name](data) == text
    assert all(figure.name in text for figure in (RESULTS / name).glob("*.svg"))
