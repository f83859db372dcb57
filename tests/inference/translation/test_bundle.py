"""A bundle is used only if its weights are those of its card."""

import json
from pathlib import Path

import pytest
import torch

from inference.translation.bundle import BundleProblem, installed_bundle, read_bundle, write_bundle
from inference.translation.network import Translator
from inference.translation.weights import network_of, weights_of


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    folder = tmp_path / "a-model"
    write_bundle(
        folder, weights=weights_of(Translator()), name="a-model", version="3", card={"n": 1}, text="Text.\n"
    )
    return folder


def test_what_was_written_is_read_and_found_by_its_digest(bundle: Path) -> None:
    read = read_bundle(bundle)
    assert (read.model.name, read.model.version, read.card["n"]) == ("a-model", "3", 1)
    assert installed_bundle(read.model.digest, shelf=bundle.parent) == read
    restored = network_of(read).state_dict()
    torch.manual_seed(1)
    assert all(torch.equal(restored[name], value) for name, value in Translator().state_dict().items())


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


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    network = Translator()
    del network.head
    write_bundle(tmp_path, weights=weights_of(network), name="x", version="1", card={}, text="")
    with pytest.raises(BundleProblem, match="do not fit"):
        network_of(read_bundle(tmp_path))
