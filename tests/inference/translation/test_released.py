"""The figures of the test patients go on the card of the model that was tested, and on no other."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from inference.translation import released
from inference.translation.bundle import SHIPPED, Bundle, read_bundle, write_bundle
from inference.translation.card import card_text


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    """The shipped model as it was before its test."""
    shipped = read_bundle(SHIPPED / "heart-spect-to-pet")
    card = {
        key: value for key, value in shipped.card.items() if key not in ("name", "version", "digest", "test")
    }
    write_bundle(
        tmp_path / "model", weights=shipped.weights, name="m", version="1", card=card, text=card_text(card)
    )
    return read_bundle(tmp_path / "model")


def counted(missed: int, false: int) -> dict[str, Any]:
    return {"missed": {"count": missed, "of": 41}, "false": {"count": false, "of": 200}}


def hearts(digest: str) -> dict[str, Any]:
    """The parts of heart.json that a card takes, of two models."""
    images = {"spect": counted(4, 60), "virtual_pet": counted(17, 3), "virtual_pet@31": counted(23, 5)}
    return {
        "made_from": {"models": {"virtual_pet": {"digest": digest}, "virtual_pet@31": {"digest": "f" * 64}}},
        "labels": {"spect": "SPECT", "virtual_pet": "virtual PET", "virtual_pet@31": "virtual PET (31)"},
        "pooled": "all",
        "sets": {
            "all": {"patients": 65, "against": {"truth": {"detection": {"inferior": {"images": images}}}}}
        },
        "targets": [
            {"says": "no more missed than CTAC", "set": "all", "value": 17, "reached": False},
            {"says": "bias within 2", "set": "referred", "value": 0.4, "reached": True},
        ],
    }


def put(bundle: Path, report: dict[str, Any]) -> int:
    path = bundle.parent / "heart.json"
    path.write_text(json.dumps(report))
    parser = argparse.ArgumentParser()
    released.add_parser(parser.add_subparsers())
    chosen = parser.parse_args(["card", f"--bundle={bundle}", f"--report={path}"])
    return int(chosen.run(chosen))


def test_misses_of_the_test_stand_above_everything_that_was_measured_before(
    bundle: Bundle, tmp_path: Path
) -> None:
    before = (tmp_path / "model" / "card.md").read_text(encoding="utf-8")
    assert "No test patients have been looked at yet" in before
    assert put(tmp_path / "model", hearts(bundle.model.digest)) == 0
    after, text = (
        read_bundle(tmp_path / "model"),
        (tmp_path / "model" / "card.md").read_text(encoding="utf-8"),
    )
    assert after.model == bundle.model and after.weights == bundle.weights
    assert after.card["test"]["patients"] == 65
    assert (
        "| this model | truth | 17 of 41 | 3 of 200 |" in text
        and "| SPECT | truth | 4 of 41 | 60 of 200 |" in text
    )
    assert "23 of 41" not in text  # of the other model
    assert "| no more missed than CTAC (all) | 17 | **not reached** |" in text
    assert text.index("this model") < text.index("for validation") and "not been looked at" not in text
    assert {key: after.card[key] for key in bundle.card} == bundle.card


def test_a_second_model_of_the_report_gets_its_own_misses(bundle: Bundle) -> None:
    found = released.test_of(hearts(bundle.model.digest), digest="f" * 64)
    assert [one["missed"][0] for one in found["misses"]] == [4, 23] and found["targets"] == []


def test_brains_bring_their_targets(bundle: Bundle) -> None:
    report = {
        "cohort": {"heads": {"perfusion": 20, "dat": 10}},
        "models": {"nac_ctac": {"digest": bundle.model.digest}},
        "targets": {"nac_ctac": {"largest": {"value": 3.1, "wanted": 4.0, "reached": True}}},
    }
    found = released.test_of(report, digest=bundle.model.digest)
    assert found["patients"] == 30
    assert found["targets"] == [{"says": "largest, at most 4", "value": 3.1, "reached": True}]


def test_a_report_about_other_weights_is_refused(
    bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert put(tmp_path / "model", hearts("0" * 64)) == 1
    assert "other weights" in capsys.readouterr().err
    assert read_bundle(tmp_path / "model").card == bundle.card
