"""A few steps of training on a handful of phantoms: enough to learn that everybody's inferior wall is dimmed."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.__main__ import main
from inference.translation.bundle import read_bundle
from inference.translation.network import Network
from inference.translation.pairs import patient_folders, read_pairs
from inference.translation.predict import translate
from inference.translation.registry import task_named
from inference.translation.task import ABNORMAL, ELSEWHERE, NEAR, LeftOut, Pair, Recipe
from inference.translation.train import Examples, Progress, examples_of, first_patients, joined, train
from inference.translation.weights import model_of
from inference.volume import Volume
from tests.inference.translation.simulated import heart, nm_bytes, write_cohort

TASK = task_named("heart/spect-to-pet")
SMALL = replace(TASK.network, channels=(8, 8, 8))
QUICK = replace(TASK.recipe, batch=4)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cohort(tmp_path_factory.mktemp("cohort"), patients=2)


@pytest.fixture(scope="module")
def pairs(cohort: Path) -> list[Pair]:
    return [pair for pair in TASK.pairs(cohort) if isinstance(pair, Pair)]


@pytest.fixture(scope="module")
def examples(pairs: list[Pair]) -> Examples:
    return examples_of(pairs)


@pytest.fixture(scope="module")
def made(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    validation = write_cohort(tmp_path_factory.mktemp("validation"), patients=2, seed=6)
    out = tmp_path_factory.mktemp("bundles") / "made"
    asked = ["train", f"--cohort={cohort}", f"--validation={validation}", f"--out={out}"]
    assert main([*asked, "--steps=4", "--seed=1", "--seed=2"]) == 0
    return out


def trained(examples: Examples, *, recipe: Recipe = QUICK, steps: int = 3, seed: int = 1) -> Network:
    return train(examples, shape=SMALL, recipe=recipe, steps=steps, seed=seed, tell=lambda progress: None)


def same(first: Network, second: Network) -> bool:
    other = second.state_dict()
    return all(torch.equal(value, other[name]) for name, value in first.state_dict().items())


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(examples: Examples) -> None:
    first = trained(examples)
    torch.manual_seed(99)  # whatever was drawn before changes nothing
    assert same(first, trained(examples))
    assert not same(first, trained(examples, seed=2))


@pytest.mark.parametrize(
    "change",
    [
        {"tau": 0.3},
        {"tau_abnormal": 0.3},
        {"abnormal": 1.0},
        {"oversampling": 9.0},
        {"gradient": 0.0},
        {"rotation": 0.0},
        {"zoom": 0.0},
        {"shift": 0.0},
        {"averaging": 0.9},
        {"side": 32},
        {"learning_rate": 1e-3},
    ],
)
def test_every_part_of_a_recipe_has_its_effect(examples: Examples, change: dict[str, float]) -> None:
    recipe = replace(QUICK, **change)  # type: ignore[arg-type]
    assert not same(trained(examples), trained(examples, recipe=recipe))


def test_a_low_quantile_promises_less_activity(examples: Examples) -> None:
    slices = torch.cat([examples.image[:, 16:21], torch.zeros_like(examples.image[:, :1])], dim=1).float()
    activity = []
    for tau in (0.1, 0.9):
        network = trained(examples, recipe=replace(QUICK, tau=tau), steps=25)
        with torch.inference_mode():
            activity.append(float(network(slices).mean()))
    assert activity[0] < activity[1]


def test_training_reduces_the_loss(examples: Examples) -> None:
    told: list[Progress] = []
    train(examples, shape=SMALL, recipe=TASK.recipe, steps=40, seed=1, tell=told.append)
    assert [progress.step for progress in told] == list(range(2, 41, 2))
    assert told[-1].loss < 0.8 * told[0].loss


def test_pet_is_put_in_the_frame_that_was_found_in_spect(pairs: list[Pair]) -> None:
    for pair in pairs:
        inner = (slice(6, 30), slice(14, 50), slice(14, 50))
        spect = pair.placed.image.voxels[inner] / pair.placed.scale
        assert np.corrcoef(spect.ravel(), pair.target[inner].ravel())[0, 1] > 0.9


def test_defects_are_found_where_pet_shows_them_and_are_drawn_more_often(pairs: list[Pair]) -> None:
    normal, defect = pairs[0], pairs[2]
    assert set(np.unique(normal.region)) == {ELSEWHERE, NEAR}
    where = np.argwhere(defect.region == ABNORMAL)
    assert len(where) > 20 and (where[:, 1] > 32).all()  # inferior


def test_only_the_first_patients_are_used(pairs: list[Pair]) -> None:
    refused = LeftOut("none", "no ventricle")
    assert [one.patient for one in first_patients([refused, *pairs], 2)] == ["none", "0000", "0000"]
    assert len(list(first_patients(pairs, None))) == 4


def test_a_patient_without_a_ventricle_is_left_out_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cohorts = {seed: write_cohort(tmp_path / str(seed), patients=2, seed=seed) for seed in (5, 6)}
    for cohort in cohorts.values():
        dark = heart()
        empty = Volume(np.zeros_like(dark.voxels), dark.affine, dark.kind)
        (cohort / "site-a/0001/SPECT/rest.dcm").write_bytes(nm_bytes(empty, state="rest", patient="0001"))
    out = tmp_path / "bundle"
    asked = ["train", f"--cohort={cohorts[5]}", f"--validation={cohorts[6]}", f"--out={out}"]
    assert main([*asked, "--steps=1", "--seed=1"]) == 0
    said = capsys.readouterr().err
    assert said.count("0001 is left out: ") == 2 and "whole left ventricle" in said
    card = read_bundle(out).card
    for part in ("training", "validation"):
        [found] = card[part]["cohorts"]
        assert (found["patients"], found["left_out"]) == (1, 1)
    assert "1 more left out" in (out / "card.md").read_text(encoding="utf-8")


def test_more_patients_than_there_are_and_heads_for_hearts_are_refused_before_training(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_cohort(tmp_path / "other", patients=2, seed=6)
    asked = ["train", f"--cohort={cohort}", f"--validation={other}", f"--out={tmp_path / 'bundle'}"]
    asked += ["--steps=1", "--seed=1"]
    assert main([*asked, "--patients=3"]) == 1
    assert "--patients 3: the cohorts hold 2" in capsys.readouterr().err
    assert main([*asked, "--task=brain/nac-to-ctac"]) == 1
    assert "no cohort of the brain; make one with cohort --organ brain" in capsys.readouterr().err
    (other / "site-a/0001/PET/rest/0.dcm").write_bytes(b"torn")
    assert main(asked) == 1
    told = capsys.readouterr()
    assert "not a DICOM file" in told.err and "step" not in told.out


def test_cohorts_are_joined_in_their_order(pairs: list[Pair], examples: Examples) -> None:
    both = joined([examples_of(pairs[:2]), examples_of(pairs[2:])])
    assert both.patients == examples.patients == ("0000", "0001")
    assert torch.equal(both.image, examples.image) and torch.equal(both.along_k, examples.along_k)


def test_contrast_is_raised_until_no_segment_is_far_from_pet(cohort: Path) -> None:
    calibrate = TASK.calibrate
    assert calibrate is not None

    shown = iter([heart(inferior=1.0)] * 2 + [heart(inferior=0.4)] * 2)  # PET of the cohort, in its order

    def flattened(_: Volume) -> Callable[[float], Volume]:
        pet = next(shown)
        highest = pet.voxels.max()
        flat = (pet.voxels / highest) ** np.float32(1 / 1.3)
        return lambda exponent: Volume(flat ** np.float32(exponent) * highest, pet.affine, pet.kind)

    assert abs(calibrate([cohort], flattened) - 1.3) < 0.1


def test_a_bundle_has_a_member_for_each_seed_and_they_differ(cohort: Path, made: Path) -> None:
    model = model_of(read_bundle(made))
    assert len(model.members) == 2 and not same(*model.members)
    spect = read_pairs(patient_folders(cohort)[0]).spect["stress"]
    translation = translate(model, spect)
    assert translation.uncertainty.voxels.max() > 0
    assert np.abs(translation.image.voxels - TASK.place(spect).image.voxels).max() > 0


def test_the_card_states_what_was_measured_and_how_to_do_it_again(made: Path) -> None:
    card = read_bundle(made).card
    training, validation = card["training"], card["validation"]
    assert (training["patients"], training["steps"], training["seeds"]) == (2, 4, [1, 2])
    assert "--steps 4 --seed 1 --seed 2" in training["command"]
    assert training["cohorts"][0]["claim"]["seed"] == 5 and validation["cohorts"][0]["claim"]["seed"] == 6
    assert Recipe(**training["recipe"]) == TASK.recipe
    assert card["contrast_exponent"] == model_of(read_bundle(made)).contrast_exponent
    inferior = validation["report"]["against_pet"]["virtual_pet"]["inferior"]
    assert inferior["normal"] + inferior["abnormal"] == 12
    assert any(f"of {inferior['abnormal']} inferior segments" in limit for limit in card["limits"])
    assert {one["figure"] for one in validation["acceptance"]} == {one.figure for one in TASK.acceptance}


def test_the_card_for_people_holds_every_limit_and_misses_come_before_all_other_figures(made: Path) -> None:
    card, text = read_bundle(made).card, (made / "card.md").read_text(encoding="utf-8")
    assert all(limit in text for limit in card["limits"])
    assert "Research use only" in text and card["digest"] in text and "simulated patients only" in text
    assert text.index("defects missed") < text.index("basal anterior")


def test_the_cards_numbers_are_json_that_any_reader_accepts(made: Path) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    json.loads((made / "card.json").read_text(encoding="utf-8"), parse_constant=refuse)


def test_validating_on_the_patients_of_the_training_is_refused(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["train", f"--cohort={cohort}", f"--validation={cohort}", f"--out={tmp_path / 'bundle'}"]
    assert main([*asked, "--steps=1", "--seed=1"]) == 1
    assert "same people" in capsys.readouterr().err and not (tmp_path / "bundle").exists()


def test_a_folder_that_is_no_cohort_is_refused_in_one_sentence(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "site-a").symlink_to(cohort / "site-a")
    asked = ["train", f"--cohort={tmp_path}", f"--validation={cohort}", f"--out={tmp_path / 'bundle'}"]
    assert main([*asked, "--steps=1", "--seed=1"]) == 1
    assert "no finished simulated cohort" in capsys.readouterr().err and not (tmp_path / "bundle").exists()
