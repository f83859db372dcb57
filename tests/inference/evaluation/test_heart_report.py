"""The report on the heart as a folder: text from its JSON, the same bytes twice, figures, and nothing overwritten."""

import json
from pathlib import Path
from typing import Any

import pytest

from inference.evaluation.drawing import style
from inference.evaluation.figures import heart_figures, misses
from inference.evaluation.heart import report_of
from inference.evaluation.heart_report import as_markdown
from inference.evaluation.images import LABELS
from inference.evaluation.segments import values_csv
from inference.evaluation.writing import NotAReport, csv_text, rounded, write_report
from tests.inference.evaluation.values import heart_set, measured

MODEL = {"name": "m", "version": "1", "digest": "0123456789abcdef", "members": 3}
LABELLED = {**LABELS, **{f"virtual_pet#{n}": f"virtual PET, member {n} alone" for n in (1, 2, 3)}}


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    one = heart_set(measured(count=20))
    return report_of(
        {"referred": one},
        {"orbit": one.measured.only([n < 6 for n in range(20)])},
        main="referred",
        labels=LABELLED,
        made_from={"cohorts": {"referred": {"seed": 4}}, "models": {"virtual_pet": MODEL}},
    )


def test_the_text_begins_with_what_is_simulated_and_then_misses(data: dict[str, Any]) -> None:
    text = as_markdown(data)
    assert "every image here is simulated" in text.splitlines()[2]
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    assert heads[:2] == ["## Misses and false positives", "## Targets"]
    assert "## Under shift" in heads and "| the same, unshifted |" in text
    assert "nan" not in text.lower().replace("cannot", "")


def test_text_figures_and_json_belong_together(data: dict[str, Any], tmp_path: Path) -> None:
    write_report(
        tmp_path / "out",
        name="heart",
        data=data,
        text=as_markdown(data),
        tables={"values.csv": values_csv({"referred": measured(count=3)})},
        figures=heart_figures(data, {"referred": measured(count=20)}),
        started=0.0,
    )
    written = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    assert as_markdown(json.loads(written["heart.json"])) == written["report.md"].decode()
    figures = {name for name in written if name.endswith(".svg")}
    assert len(figures) == 7 and all(name in written["report.md"].decode() for name in figures)
    heads = written["values.csv"].decode().splitlines()[0]
    assert heads == "set,patient,sex,territories,state,segment,spect,ctac,pet,virtual_pet,truth"


def test_the_same_numbers_draw_the_same_bytes(data: dict[str, Any]) -> None:
    with style():
        first, second = (misses(data["sets"]["referred"], LABELLED, simulated=True) for _ in range(2))
    assert first == second and b"<dc:date>" not in first


def test_a_report_replaces_a_report_and_nothing_else(tmp_path: Path) -> None:
    def write() -> None:
        write_report(
            tmp_path / "out", name="x", data={"a": 1}, text="# x\n", tables={}, figures={}, started=0.0
        )

    write()
    (tmp_path / "out" / "old.svg").write_text("left from a former report")
    write()
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "report.md",
        "timing.json",
        "x.json",
    ]
    (tmp_path / "out" / "report.md").unlink()
    with pytest.raises(NotAReport, match="name another folder"):
        write()


def test_numbers_are_rounded_so_that_json_gives_them_back() -> None:
    assert rounded({"a": (1.23456789, -0.00001), "b": None, "c": True}) == {
        "a": [1.2346, 0.0],
        "b": None,
        "c": True,
    }
    assert csv_text(("a", "b"), [(1, "x")]) == "a,b\n1,x\n"
