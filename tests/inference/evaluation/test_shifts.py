"""Patients under shift beside themselves, and a model that never saw their sex beside a fair comparator."""

import argparse
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.evaluation.shifts import COMPARATOR, beside_unshifted, held_out
from inference.translation.bundle import SHIPPED
from tests.inference.evaluation.values import measured, people

SHIPPED_HEART = SHIPPED / "heart-spect-to-pet"


def test_a_held_out_model_may_come_with_a_comparator() -> None:
    alone, beside = held_out("no women=F:a/men"), held_out("no women=F:a/men:a/mixed")
    assert (alone.name, alone.sex, alone.bundles) == ("no women", "F", (Path("a/men"),))
    assert beside.bundles == (Path("a/men"), Path("a/mixed"))
    for wrong in ("no women=F", "no women=X:a", "=F:a", "no women=F:a:", "no women=F:a:b:c"):
        with pytest.raises(argparse.ArgumentTypeError, match="must be NAME=F:BUNDLE"):
            held_out(wrong)


def test_a_comparator_that_was_trained_otherwise_is_refused(tmp_path: Path) -> None:
    for name in ("men", "mixed"):
        shutil.copytree(SHIPPED_HEART, tmp_path / name)
    card = json.loads((tmp_path / "mixed" / "card.json").read_text(encoding="utf-8"))
    card["training"]["steps"] += 1
    card["training"]["cohorts"][0]["patients"] += 1
    (tmp_path / "mixed" / "card.json").write_text(json.dumps(card), encoding="utf-8")
    one = held_out(f"no women=F:{tmp_path / 'men'}:{tmp_path / 'mixed'}")
    with pytest.raises(ValueError, match=r"more than whom it saw \(steps, patients\): train both alike"):
        one.read()
    assert replace(one, bundles=one.bundles[:1]).read().trained["sex"] == "F"


def test_errors_are_of_patients_who_are_read_with_and_without_shift_and_misses_of_all() -> None:
    before = measured(count=20, diseased=5)
    few = before.only([n < 12 for n in range(20)])
    values = few.images["virtual_pet"] + 3 * (people(12, seed=9) - 85)
    values[0, 0] = np.nan
    found = beside_unshifted(replace(few, images={**few.images, "virtual_pet": values}), before)
    shifted, unshifted = found["shifted"]["virtual_pet"], found["unshifted"]["virtual_pet"]
    assert found["patients_readable"] == 11 and shifted["patients"] == unshifted["patients"] == 12
    assert (shifted["refused"], shifted["missed"], unshifted["missed"]) == (1, 3, 0)
    grows = found["more_error"]["virtual_pet"]["pet"]
    assert grows["difference"] == pytest.approx(shifted["mae_pet_scaled"] - unshifted["mae_pet_scaled"])
    assert grows["interval"][0] > 0 and found["more_error"]["spect"]["pet"]["difference"] == 0


def test_where_a_comparator_is_the_error_grows_from_its() -> None:
    both = measured(count=12)
    worse = both.images["virtual_pet"] + 3 * (people(12, seed=9) - 85)
    images = {"pet": both.images["pet"], "virtual_pet": worse, COMPARATOR: both.images["virtual_pet"]}
    shifted = replace(both, images=images)
    better = replace(both, images={**both.images, "virtual_pet": both.images["pet"]})
    found = beside_unshifted(shifted, better)
    alike = found["shifted"][COMPARATOR]["mae_pet_scaled"]
    assert found["more_error"]["virtual_pet"]["pet"]["difference"] == pytest.approx(
        found["shifted"]["virtual_pet"]["mae_pet_scaled"] - alike
    )
