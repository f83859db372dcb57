"""The model in this repository: it loads, it does something, and its card tells what was measured."""

import json
import re

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from inference.cohort.scans import simulate_patient
from inference.heart.neutral import neutral_volume
from inference.heart.polar import polar_map
from inference.heart.segments import segment_values
from inference.heart.ventricle import find_left_ventricle
from inference.translation.bundle import SHIPPED, Bundle, read_bundle
from inference.translation.card import card_text, limits
from inference.translation.network import Translator
from inference.translation.pairs import STATES
from inference.translation.predict import virtual_pet
from inference.translation.weights import network_of
from inference.volume import Volume
from tests.inference.translation.simulated import heart

FOLDER = SHIPPED / "heart-spect-to-pet"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return read_bundle(FOLDER)


@pytest.fixture(scope="module")
def network(bundle: Bundle) -> Translator:
    torch.set_num_threads(1)
    return network_of(bundle)


def test_it_changes_its_input_the_same_way_every_time(bundle: Bundle, network: Translator) -> None:
    source = heart(inferior=0.7)
    first, second = virtual_pet(network, source), virtual_pet(network_of(bundle), source)
    assert first.voxels.tobytes() == second.voxels.tobytes()
    assert np.abs(first.voxels - source.voxels).max() > 0.1 * source.voxels.max()


def test_a_heart_stays_a_heart_in_its_place(network: Translator) -> None:
    source = heart()
    before, after = (find_left_ventricle(volume) for volume in (source, virtual_pet(network, source)))
    assert np.linalg.norm(after.apex_mm - before.apex_mm) < 6
    assert abs(after.radius_mm - before.radius_mm) < 4


def test_activity_scales_out(network: Translator) -> None:
    source = heart(inferior=0.7)
    doubled = virtual_pet(network, Volume(source.voxels * np.float32(2), source.affine, source.kind))
    assert np.allclose(doubled.voxels, 2 * virtual_pet(network, source).voxels, rtol=1e-4, atol=0.5)


def test_a_patient_whom_it_never_saw_comes_nearer_to_his_pet(network: Translator) -> None:
    scans = simulate_patient(seed=1, index=1)
    errors = {"spect": 0.0, "virtual PET": 0.0}
    for state in STATES:
        target = _segments(scans.pet[state])
        errors["spect"] += np.abs(_segments(scans.spect[state]) - target).mean()
        errors["virtual PET"] += np.abs(_segments(virtual_pet(network, scans.spect[state])) - target).mean()
    assert errors["virtual PET"] < 0.8 * errors["spect"]


def _segments(volume: Volume) -> NDArray[np.float64]:
    return segment_values(polar_map(neutral_volume(volume, find_left_ventricle(volume))))


def test_the_cards_limits_and_text_follow_from_its_numbers(bundle: Bundle) -> None:
    assert bundle.card["limits"] == limits(bundle.card["held_out"])
    assert (FOLDER / "card.md").read_text(encoding="utf-8").endswith(card_text(bundle.card))


def test_the_card_says_what_nobody_may_overlook(bundle: Bundle) -> None:
    text = (FOLDER / "card.md").read_text(encoding="utf-8")
    for said in (
        "Research use only",
        "simulated patients only",
        "fill in real inferior defects",
        "simulated camera",
    ):
        assert said in text
    assert bundle.card["training"]["simulated"] is True
    assert re.search(r"--seed \d+", " ".join(bundle.card["training"]["commands"]))


def test_the_card_names_no_place_on_a_machine() -> None:
    assert not re.search(
        r"/(home|work|tmp|root|Users)/", json.dumps(json.loads((FOLDER / "card.json").read_text()))
    )
