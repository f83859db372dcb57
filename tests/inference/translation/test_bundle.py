"""A bundle is used only if its weights are those of its card."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from inference.translation.bundle import BundleProblem, installed_bundle, read_bundle, write_bundle
from inference.translation.network import Network
from inference.translation.registry import task_named
from inference.translation.task import NetworkShape
from inference.translation.weights import model_of, trained_of, weights_of

SHAPE = NetworkShape(coordinates=1, channels=(8, 8, 16))
TASK = task_named("heart/spect-to-pet")
CARD = {"task": TASK.name, "task_version": TASK.version, "network": asdict(SHAPE)}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "a-model"
    write_bundle(
        folder,
        weights=weights_of(members(), contrast_exponent=1.25),
        name="a-model",
        version="3",
        card=CARD,
        text="Text.\n",
    )
    return folder


def members() -> list[Network]:
    torch.manual_seed(1)
    return [Network(SHAPE).eval() for _ in range(3)]


def test_what_was_written_is_read_and_found_by_its_digest(bundle: Path) -> None:
    read = read_bundle(bundle)
    assert (read.model.name, read.model.version, read.card["task"]) == ("a-model", "3", CARD["task"])
    assert installed_bundle(read.model.digest, shelf=bundle.parent) == read
    restored = trained_of(read)
    assert restored.task.name == CARD["task"] and restored.contrast_exponent == 1.25
    for one, other in zip(restored.members, members(), strict=True):
        assert all(torch.equal(one.state_dict()[name], value) for name, value in other.state_dict().items())


def test_the_card_for_people_names_the_digest(bundle: Path) -> None:
    text = (bundle / "card.md").read_text(encoding="utf-8")
    assert text.startswith("# a-model 3\n") and read_bundle(bundle).model.digest in text


def test_changed_weights_are_refused(bundle: Path) -> None:
    weights = bytearray((bundle / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (bundle / "model.safetensors").write_bytes(weights)
    digest = json.loads((bundle / "card.json").read_text())["digest"]
    with pytest.raises(BundleProblem, match="not those of its card"):
        read_bundle(bundle)
    with pytest.raises(BundleProblem, match="not those of its card"):
        installed_bundle(digest, shelf=bundle.parent)


def test_an_unknown_digest_is_refused(bundle: Path) -> None:
    with pytest.raises(BundleProblem, match="No model with digest"):
        installed_bundle("0" * 64, shelf=bundle.parent)


@pytest.mark.parametrize("card", ["", "[]", "{}", '{"name": "x", "version": "1"}'])
def test_a_broken_neighbour_neither_passes_nor_hides_the_model(bundle: Path, card: str) -> None:
    broken = bundle.parent / "a-broken-one"
    broken.mkdir()
    (broken / "card.json").write_text(card)
    with pytest.raises(BundleProblem, match="incomplete"):
        read_bundle(broken)
    digest = read_bundle(bundle).model.digest
    assert installed_bundle(digest, shelf=bundle.parent).model.digest == digest


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"network": {**asdict(SHAPE), "channels": [8, 8, 8]}}, "do not fit"),
        ({"network": {**asdict(SHAPE), "offset_head": False}}, "do not fit"),
        ({"network": {"layers": 3}}, "do not fit"),
        ({"task": "heart/pet-to-spect"}, "There is no task heart/pet-to-spect"),
        ({"task_version": 1}, "another version of heart/spect-to-pet"),
    ],
)
def test_a_card_that_its_weights_do_not_fit_is_refused(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    card = {**CARD, **change}
    write_bundle(tmp_path, weights=weights_of(members()), name="x", version="1", card=card, text="")
    with pytest.raises(BundleProblem, match=reason):
        model_of(read_bundle(tmp_path))
