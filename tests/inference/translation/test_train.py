"""A few seconds of training on a handful of phantoms: enough to learn that everybody's inferior wall is dimmed."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.__main__ import main
from inference.evaluation.segments import read_truth
from inference.translation.bundle import read_bundle
from inference.translation.pairs import patient_folders, read_pairs
from inference.translation.predict import virtual_pet
from inference.translation.train import examples_of, train
from inference.translation.weights import network_of
from tests.inference.translation.simulated import write_cohort


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort(tmp_path_factory.mktemp("cohort"), patients=3)


@pytest.fixture(scope="module")
def made(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bundles") / "made"
    assert main(["train", f"--cohort={cohort}", f"--out={out}", "--seconds=3", "--seed=1"]) == 0
    return out


def test_training_makes_a_bundle_that_loads_and_changes_its_input(cohort: Path, made: Path) -> None:
    spect = read_pairs(patient_folders(cohort)[0]).spect["stress"]
    predicted = virtual_pet(network_of(read_bundle(made)), spect)
    assert np.abs(predicted.voxels - spect.voxels).max() > 1e-4 * spect.voxels.max()


def test_the_card_states_what_was_measured_and_how_to_do_it_again(made: Path) -> None:
    card = read_bundle(made).card
    assert card["training"]["patients"] == {"training": 2, "validation": 0, "held_out": 1}
    assert "--seconds 3 --seed 1" in card["training"]["commands"][1]
    assert "--patients 3 --sites 1 --seed 5" in card["training"]["commands"][0]
    inferior = card["held_out"]["against_pet"]["virtual_pet"]["inferior"]
    assert inferior["normal"] + inferior["abnormal"] == 6
    assert any(f"of {inferior['abnormal']} inferior segments" in limit for limit in card["limits"])
    assert "simulated patients only" in card["limits"][0]


def test_the_card_for_people_holds_every_limit_and_the_use(made: Path) -> None:
    card, text = read_bundle(made).card, (made / "card.md").read_text(encoding="utf-8")
    assert all(limit in text for limit in card["limits"])
    assert "Research use only" in text and card["digest"] in text


def test_defects_count_more_and_are_drawn_more_often(cohort: Path) -> None:
    normal, defect = (examples_of([read_pairs(folder)]) for folder in patient_folders(cohort)[:2])
    assert normal.weight.max() < defect.weight.max()
    assert (normal.chance == 1).all()
    doubled = torch.nonzero(defect.chance.view(2, -1)[0] == 2).ravel()
    assert len(doubled) >= 4
    where = torch.nonzero(defect.weight[0] == defect.weight.max())
    assert (where[:, 1] > 32).all()  # inferior


def test_training_reduces_the_loss(cohort: Path) -> None:
    examples = examples_of(read_pairs(folder) for folder in patient_folders(cohort)[:2])
    losses = []
    train(examples, seconds=3, seed=1, tell=lambda progress: losses.append(progress.loss))
    assert losses[-1] < 0.7 * losses[0]


def test_a_cohort_without_truth_is_refused_in_one_sentence(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "site-a").symlink_to(cohort / "site-a")
    out = tmp_path / "bundle"
    assert main(["train", f"--cohort={tmp_path}", f"--out={out}", "--seconds=1", "--seed=1"]) == 1
    assert "no truth.json" in capsys.readouterr().err and not out.exists()
    assert read_truth(tmp_path) is None


def test_the_cards_numbers_are_json_that_any_reader_accepts(made: Path) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    json.loads((made / "card.json").read_text(encoding="utf-8"), parse_constant=refuse)
