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
    told = shipped.card.get("test", {}).get("limits", [])
    card["limits"] = [one for one in card["limits"] if one not in told]
    write_bundle(
        tmp_path / "model", weights=shipped.weights, name="m", version="1", card=card, text=card_text(card)
    )
    return read_bundle(tmp_path / "model")


def counted(missed: int, false: int) -> dict[str, Any]:
    return {
        "missed": {"count": missed, "of": 41},
        "false": {"count": false, "of": 200},
        "false_without_disease": {"count": 1, "of": 90},
        "auc": {"estimate": 0.9123, "interval": [0.8, 1.0]},
    }


def hearts(digest: str, *, seed: int = 9999) -> dict[str, Any]:
    """The parts of heart.json that a card takes, of two models."""
    says = "The spread of the networks hardly tells where the error is."
    images = {"spect": counted(4, 60), "virtual_pet": counted(17, 3), "virtual_pet@31": counted(23, 5)}
    women = {"refused": 1, "missed": 9, "of": 12, "false": 2, "of_normal": 60, "false_free": 1}
    women |= {"of_normal_free": 30, "missed_truth": 6, "of_truth": 10}
    return {
        "made_from": {
            "cohorts": {"all": {"seed": seed}},
            "models": {"virtual_pet": {"digest": digest}, "virtual_pet@31": {"digest": "f" * 64}},
        },
        "labels": {"spect": "SPECT", "virtual_pet": "virtual PET", "virtual_pet@31": "virtual PET (31)"},
        "pooled": "all",
        "sets": {
            "all": {
                "patients": 65,
                "refused": {"virtual_pet": {"patients": 2, "studies": 3}},
                "sexes": {"F": {"virtual_pet": women}, "M": {"spect": women}},
                "against": {
                    "truth": {
                        "detection": {"inferior": {"images": images}},
                        "uncertainty": {"virtual_pet": {"says": says}},
                    }
                },
            }
        },
        "targets": [
            target("missed less CTAC's", "all", value=17, interval=[8, 26], reached=False),
            target("bias", "referred", value=0.4, interval=[-1, 1], reached=True),
        ],
    }


def target(says: str, where: str, **judged: Any) -> dict[str, Any]:
    by_set = {where: {**judged, "shown": judged["reached"]}}
    return {"says": says, "limit": "at most 0", "unit": "%", "set": where, "by_set": by_set}


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
        "| this model | truth | 2 | 17 of 41 | 3 of 200 | 1 of 90 | 0.912 |" in text
        and "| SPECT | truth | – | 4 of 41 | 60 of 200 | 1 of 90 | 0.912 |" in text
    )
    assert "| this model, women | pet | 1 | 9 of 12 | 2 of 60 | 1 of 30 | – |" in text
    assert "| this model, women | truth | 1 | 6 of 10 | – | – | – |" in text and "this model, men" not in text
    assert "23 of 41" not in text  # of the other model
    assert "| missed less CTAC's: at most 0 (all patients) | 17 (8 to 26) % | **not reached** |" in text
    assert text.index("this model") < text.index("for validation") and "not been looked at" not in text
    assert after.card["limits"] == [
        *bundle.card["limits"],
        "The spread of the networks hardly tells where the error is.",
    ]
    assert {key: after.card[key] for key in bundle.card if key != "limits"} == {
        key: value for key, value in bundle.card.items() if key != "limits"
    }
    assert put(tmp_path / "model", hearts(bundle.model.digest)) == 0
    assert read_bundle(tmp_path / "model").card["limits"] == after.card["limits"]


@pytest.mark.parametrize("part", ["training", "validation"])
def test_a_report_about_patients_whom_the_model_knows_is_refused(
    bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str], part: str
) -> None:
    seed = bundle.card[part]["cohorts"][0]["claim"]["seed"]
    assert put(tmp_path / "model", hearts(bundle.model.digest, seed=seed)) == 1
    assert f"(seed {seed}); evaluate it on others" in capsys.readouterr().err
    assert read_bundle(tmp_path / "model").card == bundle.card


def test_a_second_model_of_the_report_gets_its_own_misses(bundle: Bundle) -> None:
    found = released.test_of(hearts(bundle.model.digest), digest="f" * 64)
    assert [one["missed"][0] for one in found["misses"]] == [4, 23] and found["targets"] == []


def test_brains_bring_their_targets(bundle: Bundle) -> None:
    lesions = {"kept": 9, "of": 11, "made_up": 2, "filled_in": 1, "recovery_truth": 0.8}
    report = {
        "cohort": {"heads": {"perfusion": 20, "dat": 10}},
        "models": {"nac_ctac": {"digest": bundle.model.digest}, "other": {"digest": "0" * 64}},
        "lesions": {
            "clear": 216,
            "images": dict.fromkeys(("nac", "nac_ctac", "nac_ctac#1", "other"), lesions),
        },
        "targets": {"nac_ctac": {"largest": {"value": 3.1, "wanted": 4.0, "reached": True}}},
    }
    found = released.test_of(report, digest=bundle.model.digest)
    assert found["patients"] == 30
    assert found["targets"] == [{"says": "largest, at most 4", "value": 3.1, "reached": True}]
    assert [(one["image"], one["missed"], one["false"]) for one in found["misses"]] == [
        ("nac", [2, 11], [2, 216]),
        ("this model", [2, 11], [2, 216]),
    ]
    text = card_text({**bundle.card, "test": {"report": "brain.json", **found}})
    assert "| this model | truth | 2 of 11 | 2 of 216 | 0.800 |" in text and "| lesions | against |" in text


def test_a_report_about_other_weights_is_refused(
    bundle: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert put(tmp_path / "model", hearts("0" * 64)) == 1
    assert "other weights" in capsys.readouterr().err
    assert read_bundle(tmp_path / "model").card == bundle.card
