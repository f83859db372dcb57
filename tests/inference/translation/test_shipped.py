"""The model in this repository: it loads, it does something, and its card tells what was measured."""

import json
import re

import numpy as np
import pytest
import torch

from inference.heart.ventricle import find_left_ventricle
from inference.translation.bundle import SHIPPED, Bundle, read_bundle
from inference.translation.card import card_text
from inference.translation.predict import Model, translate
from inference.translation.registry import task_named
from inference.translation.weights import model_of
from tests.inference.translation.simulated import heart

FOLDER = SHIPPED / "heart-spect-to-pet"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return read_bundle(FOLDER)


@pytest.fixture(scope="module")
def model(bundle: Bundle) -> Model:
    torch.set_num_threads(1)
    return model_of(bundle)


def test_it_changes_its_input_the_same_way_every_time(bundle: Bundle, model: Model) -> None:
    source = heart(inferior=0.7)
    first, second = translate(model, source), translate(model_of(bundle), source)
    assert first.image.voxels.tobytes() == second.image.voxels.tobytes()
    assert first.uncertainty.voxels.tobytes() == second.uncertainty.voxels.tobytes()
    placed = model.task.place(source).image.voxels
    assert np.abs(first.image.voxels - placed).max() > 0.1 * placed.max()


def test_it_has_the_members_of_its_card_and_they_differ(bundle: Bundle, model: Model) -> None:
    assert len(model.members) == bundle.card["members"]
    assert (translate(model, heart()).uncertainty.voxels.max() > 0) == (len(model.members) > 1)


def test_a_heart_stays_a_heart_in_its_place(model: Model) -> None:
    source = heart()
    placed, made = model.task.place(source).image, translate(model, source).image
    before, after = find_left_ventricle(placed), find_left_ventricle(made)
    assert np.linalg.norm(after.apex_mm - before.apex_mm) < 6
    assert abs(after.radius_mm - before.radius_mm) < 4


def test_on_its_validation_patients_it_came_nearer_to_pet_than_spect_did(bundle: Bundle) -> None:
    against = bundle.card["validation"]["report"]["against_pet"]
    assert against["virtual_pet"]["segment_mae"] < against["spect"]["segment_mae"]


def test_the_cards_text_and_its_comparison_with_what_was_wanted_follow_from_its_numbers(
    bundle: Bundle,
) -> None:
    assert (FOLDER / "card.md").read_text(encoding="utf-8").endswith(card_text(bundle.card))
    figures, wanted = bundle.card["validation"]["figures"], task_named(bundle.card["task"]).acceptance
    for one, compared in zip(wanted, bundle.card["validation"]["acceptance"], strict=True):
        assert compared["measured"] == figures.get(one.figure)
        assert compared["reached"] in (None, one.low <= figures.get(one.figure, np.nan) <= one.high)


def test_the_card_says_what_nobody_may_overlook(bundle: Bundle) -> None:
    text = (FOLDER / "card.md").read_text(encoding="utf-8")
    for said in (
        "Research use only",
        "simulated patients only",
        "fill in real inferior defects",
        "defects missed",
    ):
        assert said in text
    assert bundle.card["training"]["simulated"] is True
    assert re.search(r"--seed \d+", bundle.card["training"]["command"])


def test_the_card_names_no_place_on_a_machine(bundle: Bundle) -> None:
    assert not re.search(r"/(home|work|tmp|root|Users)/", json.dumps(bundle.card))
