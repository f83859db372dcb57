"""Simulated hearts beside published figures: what passes, what fails, and that a FAIL is printed."""

from dataclasses import replace

import numpy as np
import pytest

from inference.evaluation.published import SPREAD_SPECT, WALL_TARGETS, WALLS
from inference.evaluation.realism import inferior_to_anterior, realism
from inference.evaluation.realism_report import as_markdown
from inference.evaluation.segments import Measured
from inference.evaluation.writing import rounded
from tests.inference.evaluation.values import measured, with_inferior_defects


def as_published(count: int = 40) -> Measured:
    """Every wall in the middle of its target; noise as between patients."""
    one = measured(count=count, diseased=count // 4)
    noise = np.random.default_rng(1).normal(0, 3, (count, 2, 17))
    images = {}
    for kind in ("spect", "ctac", "pet"):
        values = noise.copy()
        for n, sex in enumerate(one.sex):
            targets = WALL_TARGETS.get((kind, sex)) or WALL_TARGETS[kind, None]
            for wall, anchor in targets.items():
                values[n, :, [segment - 1 for segment in WALLS[wall]]] += (anchor.low + anchor.high) / 2
        images[kind] = with_inferior_defects(values, count // 4)
    return replace(one, images=images)


def test_hearts_as_published_pass_each_wall_and_flat_ones_do_not() -> None:
    rows = {(row["what"], row["who"]): row for row in realism(as_published(), mix="referred")["rows"]}
    walls = [row for (what, _), row in rows.items() if what.split(", ")[-1] in WALLS]
    assert len(walls) == 20 and all(row["passes"] for row in walls)
    assert rows["SPECT, inferior / anterior", "men (15)"]["passes"]
    flat = measured(count=40, diseased=0)
    failed = {row["what"] for row in realism(flat, mix="referred")["rows"] if not row["passes"]}
    assert {"SPECT, inferior", "SPECT, inferior / anterior", "SPECT, highest less lowest segment"} <= failed


def test_a_figure_passes_up_to_its_tolerance_and_not_beyond() -> None:
    assert SPREAD_SPECT.holds(25.1) and SPREAD_SPECT.holds(46.5)
    assert not SPREAD_SPECT.holds(24.9) and not SPREAD_SPECT.holds(46.7)


def test_the_ratio_of_walls_is_a_mean_over_patients() -> None:
    values = np.full((2, 17), 80.0)
    values[0, [3, 9, 14]] = 40
    values[1, [3, 9, 14]] = 80
    assert inferior_to_anterior(values) == pytest.approx(0.75)


def test_only_a_cohort_rich_in_inferior_defects_is_asked_for_enough_of_them() -> None:
    few, many = measured(count=40, diseased=4), measured(count=40, diseased=30)
    assert realism(few, mix="referred")["rich"]["passes"] is None
    assert realism(few, mix="rca")["rich"]["passes"] is False
    rich = realism(many, mix="rca")["rich"]
    assert rich["passes"] and (rich["segments"], rich["patients"], rich["with_rca"]) == (90, 30, 30)


def test_the_report_prints_failures_sources_and_low_confidence() -> None:
    data = rounded({"made_from": {"seed": 7}, **realism(measured(count=40, diseased=0), mix="referred")})
    text = as_markdown(data)
    assert "simulated** (seed 7)" in text and "**FAIL**" in text
    assert "| working target | no publication |" in text and "| source | 35 normals" in text
    failed = sum(not row["passes"] for row in (*data["rows"], *data["pattern"].values()))
    assert f"{failed} of {len(data['rows']) + 2} rows FAIL" in text and text.count("**FAIL**") == failed
