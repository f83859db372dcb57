"""The report on the heart as a folder: text from its JSON, the same bytes twice, figures, and nothing overwritten."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.evaluation.drawing import style
from inference.evaluation.figures import heart_figures, misses
from inference.evaluation.heart import report_of
from inference.evaluation.heart_report import as_markdown
from inference.evaluation.images import LABELS, Values
from inference.evaluation.segments import Measured, Unread, values_csv
from inference.evaluation.writing import NotAReport, csv_text, rounded, write_report
from tests.inference.evaluation.values import heart_set, measured, people

MODEL = {"name": "m", "version": "1", "digest": "0123456789abcdef", "members": 3}
MADE = {"cohorts": {}, "models": {"virtual_pet": MODEL}}
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
    assert heads[:3] == ["## In short", "## How to read this", "## Misses and false positives"]
    assert "## Under shift" in heads and "| the same patients, unshifted |" in text
    assert "nan" not in text.lower().replace("cannot", "")


def test_the_conclusion_follows_the_numbers_and_a_point_estimate_is_no_verdict() -> None:
    """CTAC misses the defects of all but one; in the second report virtual PET differs from it by noise alone."""
    noise = people(24, seed=7) - 85
    pet = measured(count=24, diseased=6).images["pet"]
    healed = people(24, seed=1)
    healed[0] = pet[0]
    better, same = (
        as_markdown(report_of({"a": heart_set(one)}, {}, main="a", labels=LABELLED, made_from=MADE))
        for one in (
            with_ctac(measured(count=24, diseased=6), healed),
            with_ctac(measured(count=24, diseased=6, model=pet + noise), pet - noise),
        )
    )
    of_ctac = [
        next(line for line in text.splitlines() if "Virtual PET beside CTAC" in line)
        for text in (better, same)
    ]
    groups = [line.split("**not distinguishable**") for line in of_ctac]
    assert "misses at 70 %" in groups[0][0].split("**worse**")[0]
    assert "misses at 70 %" in groups[1][1] and "AUC" in groups[1][1]
    assert "14 of 14 targets are reached" in better
    assert "by the whole 95 % interval, 2 by the one-sided bound, 2 by equivalence tests)" in better
    assert "virtual PET 0 of 18, 0 of 126; CTAC 15 of 18, 0 of 126" in better


def test_what_another_set_or_one_sex_does_not_reach_is_said_in_short() -> None:
    women = np.array([sex == "F" for sex in measured(count=24).sex])
    high = measured(count=24).images["pet"] + np.random.default_rng(3).normal(0, 0.5, (24, 2, 17))
    high[women] += 12
    sets = {"a": heart_set(measured(count=24)), "b": heart_set(measured(count=24, model=high))}
    text = as_markdown(report_of(sets, {}, main="a", labels=LABELLED, made_from=MADE))
    short = text.split("## How to read this")[0]
    assert "equivalence of 17 segments (PET), judged in a (not reached: b 0 of 17" in short
    alone = as_markdown(report_of({"b": sets["b"]}, {}, main="b", labels=LABELLED, made_from=MADE))
    assert "limit ±2: **not kept in women**; segments equivalent at stress and rest 0 and 34 of 34" in alone


def test_defects_that_one_sex_alone_loses_are_said_in_short_with_the_verdict() -> None:
    """Every woman's defects are filled in, no man's: beside CTAC, which keeps all."""
    everybody = measured(count=40, diseased=20)
    women = np.array([sex == "F" for sex in everybody.sex])
    filled = everybody.images["virtual_pet"].copy()
    filled[women] = people(40)[women]
    one = replace(everybody, images={**everybody.images, "virtual_pet": filled})
    data = report_of({"a": heart_set(one)}, {}, main="a", labels=LABELLED, made_from=MADE)
    beside = {sex: found["pet"]["ctac"] for sex, found in data["sets"]["a"]["missed_in_sexes"].items()}
    assert (beside["F"]["difference"], beside["M"]["difference"]) == (1.0, 0.0)
    short = as_markdown(data).split("## How to read this")[0]
    assert "against PET: virtual PET 30 of 30 and 0 of 30" in short
    assert "in women beside CTAC (PET) +100" in short and "in men beside CTAC (PET) +0" in short


def with_ctac(one: Measured, values: Values) -> Measured:
    return replace(one, images={**one.images, "ctac": values})


def test_a_refused_patient_stays_in_the_first_table_and_is_named_with_the_reason() -> None:
    everybody = measured(count=20)
    values = everybody.images["virtual_pet"].copy()
    values[0, 0] = np.nan
    unread = Unread("000", "virtual_pet", "stress", "Nothing looks like a ventricle; give the whole heart.")
    one = replace(everybody, images={**everybody.images, "virtual_pet": values}, unread=(unread,))
    data = report_of({"a": heart_set(one)}, {}, main="a", labels=LABELLED, made_from=MADE)
    text = as_markdown(data)
    found = data["sets"]["a"]
    image = found["against"]["pet"]["detection"]["inferior"]["images"]["virtual_pet"]
    assert found["patients"] == 20 and found["patients_readable"] == 19
    assert (image["missed"]["count"], image["missed"]["of"]) == (3, 12)
    assert image["missed_read"] == {"count": 0, "of": 9} and image["false"]["of"] == 120 - 12
    assert "| virtual PET | 1 / 1 | 3/12, 25 % |" in text and "not refused: virtual PET 0/9" in text
    assert "No virtual PET in 1 of them (1 of 40 studies)" in text
    assert (
        "| 000 | a | stress | woman | RCA | 3 / 3 | Nothing looks like a ventricle; give the whole heart |"
        in text
    )
    assert ".." not in text and "nan" not in text.lower().replace("cannot", "").replace("nant", "")
    assert "000,F,RCA,stress,1," in values_csv({"a": one}) and "nan" not in values_csv({"a": one})


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
