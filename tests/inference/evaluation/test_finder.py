"""A finder's outcomes are decided by stated limits, and a report of simulated hearts goes on where it stopped."""

import argparse
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from inference.cohort.plan import VERSION
from inference.cohort.pool import claim
from inference.evaluation import finder
from inference.evaluation.finder_calibration import calibrated
from inference.evaluation.finder_cases import Heart, simulate, subject
from inference.evaluation.finder_report import as_markdown, summary
from inference.heart.confidence import NAMES
from inference.heart.ventricle import LeftVentricle, find_left_ventricle
from tests.inference.heart.phantom import volume


@cache
def found() -> LeftVentricle:
    return replace(find_left_ventricle(volume(background=0.1)), flags=())


@cache
def simulated() -> dict[str, Heart]:
    return {str(state): heart for state, heart in simulate(subject(seed=3, index=1), seed=3, index=1).items()}


@pytest.mark.parametrize(
    ("apex_mm", "base_mm", "points", "right", "well"),
    [
        ([7.0, 0, 0], [7.0, 0, 0], 0.0, True, False),
        ([9.0, 0, 0], [9.0, 0, 0], 0.0, False, False),
        ([9.0, 0, 0], [-9.0, 0, 0], 0.0, True, True),
        ([0, 0, 11.0], [0, 0, 0], 0.0, False, False),
        ([0, 0, 0], [0, 0, 14.0], 0.0, True, False),
        ([0, 0, 0], [0, 0, -16.0], 0.0, False, False),
        ([0, 0, 0], [0, 0, 7.0], 10.5, True, True),
    ],
)
def test_a_heart_is_wrong_beyond_the_limits_and_silent_without_a_flag(
    apex_mm: list[float], base_mm: list[float], points: float, right: bool, well: bool
) -> None:
    lv = found()
    true = finder.at(lv, lv.apex_mm - np.array(apex_mm), lv.base_mm - np.array(base_mm), lv.radius_mm)
    errors = np.zeros(17)
    errors[4] = -points
    heart = finder.judged(lv, true, errors)
    assert heart["outcome"] == ("right" if right else "wrong and silent")
    assert heart["well_placed"] is well
    doubted = finder.judged(replace(lv, flags=("hot_neighbour",)), true, errors)
    assert doubted["outcome"] == ("right but flagged" if right else "wrong and flagged")
    assert heart["values_off"] is (points > 10)
    assert not points or heart["segment"] == 5


def test_a_silently_wrong_value_counts_against_its_heart_and_its_person() -> None:
    lv, errors = found(), np.zeros(17)
    described = {"defect": "normal", "organ": "none", "activity": 0.0, "off_centre_mm": 0.0}
    hearts = [
        {**described, "person": person, **finder.judged(lv, lv, errors)} for person in (0, 0, 1, 1, 2, 2)
    ]
    errors[4] = 11.0
    hearts[0] |= finder.judged(lv, lv, errors)
    hearts[2] |= finder.judged(replace(lv, flags=("hot_neighbour",)), lv, errors)
    data = summary(hearts)
    place, values = data["place_right_or_flagged"], data["place_and_values_right_or_flagged"]
    assert (place["hearts"], place["persons"], place["share"]) == (6, 3, 1)
    assert (values["hearts"], values["persons"], values["of_persons"]) == (5, 2, 3)
    assert values["interval"][0] < values["share"] < 1
    assert "not true that a heart is never silently wrong" in as_markdown({"seed": 1, **data})


def test_simulated_hearts_know_where_their_wall_is() -> None:
    for heart in simulated().values():
        long_axis = heart.base_mm - heart.apex_mm
        middle = (heart.apex_mm + heart.base_mm) / 2
        out = np.cross(long_axis, [0, 1.0, 0])
        steps = np.arange(0, 40.0, 2.0)[:, None] * out / np.linalg.norm(out)
        i, j, k = np.rint((middle + np.concatenate([steps, -steps])) / 4).astype(int).T
        septal_and_lateral = heart.volume.voxels[k, j, i].reshape(2, 20)
        for profile in septal_and_lateral:
            assert abs(profile.argmax() * 2.0 - heart.radius_mm) <= 8
        assert 40 < np.linalg.norm(long_axis) < 110


def test_the_same_seed_gives_the_same_hearts_and_another_others() -> None:
    assert subject(seed=5, index=2) == subject(seed=5, index=2)
    assert subject(seed=5, index=2) != subject(seed=6, index=2)
    activities = [
        setting.activity for index in range(60) for setting in subject(seed=5, index=index).settings.values()
    ]
    added = [activity for activity in activities if activity > 0]
    assert 0.35 < len(added) / len(activities) < 0.65
    assert min(added) >= 0.8
    assert max(added) <= 2.2


def test_a_report_goes_on_from_the_hearts_that_are_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    claim(kept, {"finder": finder.code_digest(), "seed": 1, "version": VERSION})
    lv = found()
    for person in (0, 1):
        described = {
            "person": person,
            "defect": "normal",
            "organ": "none",
            "activity": 0.0,
            "off_centre_mm": 0.0,
        }
        hearts = [
            {**described, "state": state, **finder.judged(lv, lv, np.zeros(17))}
            for state in ("stress", "rest")
        ]
        (kept / f"{person:05d}.json").write_text(json.dumps(hearts))
    parser = argparse.ArgumentParser()
    finder.add_parser(parser.add_subparsers())
    arguments = ["finder", "--hearts", "4", "--seed", "1", "--out", str(tmp_path / "report")]
    arguments += ["--keep", str(kept)]
    parsed = parser.parse_args(arguments)
    assert parsed.run(parsed) == 0
    data = json.loads((tmp_path / "report" / "finder.json").read_text())
    assert data["outcomes"]["all"] == {
        "right": 4,
        "right but flagged": 0,
        "wrong and flagged": 0,
        "wrong and silent": 0,
    }
    assert data["place_right_or_flagged"]["share"] == 1
    assert "simulated" in (tmp_path / "report" / "report.md").read_text()
    rows = (tmp_path / "report" / "hearts.csv").read_text().splitlines()
    assert len(rows) == 5
    assert len({row.count(",") for row in rows}) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"kept", "report"}
    other = parser.parse_args([*arguments[:4], "2", *arguments[5:]])
    assert other.run(other) == 1
    assert "another cohort" in capsys.readouterr().err


def test_hearts_measured_with_other_constants_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = finder.code_digest()
    changed = tmp_path / "confidence.json"
    changed.write_bytes(finder.CONSTANTS.read_bytes() + b" ")
    monkeypatch.setattr(finder, "CONSTANTS", changed)
    assert finder.code_digest() != before


def test_calibration_doubts_what_would_be_silently_wrong() -> None:
    rng = np.random.default_rng(1)
    ring = NAMES.index("ring")
    hearts = []
    for person in range(300):
        evidence = rng.uniform(0.2, 0.4, size=len(NAMES))
        wrong = person % 6 == 0
        evidence[ring] = rng.normal(0.12 if wrong else 0.35, 0.03)
        hearts.append(
            {
                "person": person,
                "evidence": evidence.tolist(),
                "flags": [],
                "well_placed": not wrong,
                "outcome": "wrong and silent" if wrong else "right",
            }
        )
    constants = calibrated(hearts, seed=1)
    assert constants["simulated_hearts"] == 300
    assert 0.02 < constants["doubt_below"] < 0.98
    assert constants["quantities"]["ring"]["weight"] > 0
    assert constants["false_alarms"] < 0.1
