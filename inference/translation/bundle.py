"""Model bundles: what a trained model is called, what it was trained on, what was measured. No torch here.

A bundle is a folder: model.safetensors (weights), card.json (who the model is and what was measured; the digest of
the weights is in it), card.md (the same for people).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from inference.model import ModelIdentity
from inference.objects import digest_of

SHIPPED = Path(__file__).parent / "bundles"
_WEIGHTS, _CARD, _CARD_FOR_PEOPLE = "model.safetensors", "card.json", "card.md"


class BundleProblem(RuntimeError):
    """The bundle is missing, incomplete, or not what its card says."""


@dataclass(frozen=True)
class Bundle:
    """weights: the bytes of model.safetensors, whose digest has been checked."""

    model: ModelIdentity
    card: dict[str, Any]
    weights: bytes


def read_bundle(folder: Path) -> Bundle:
    """Reads a bundle and checks its weights against its card. Raises BundleProblem."""
    try:
        card = json.loads((folder / _CARD).read_text(encoding="utf-8"))
        weights = (folder / _WEIGHTS).read_bytes()
        model = ModelIdentity(name=card["name"], version=card["version"], digest=card["digest"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleProblem(f"The model bundle {folder.name} is missing or incomplete.") from error
    if digest_of(weights) != model.digest:
        raise BundleProblem(f"The weights of the model bundle {folder.name} are not those of its card.")
    return Bundle(model, card, weights)


def installed_bundle(digest: str, *, shelf: Path = SHIPPED) -> Bundle:
    """The bundle on the shelf whose card has this digest. Raises BundleProblem."""
    for card in sorted(shelf.glob(f"*/{_CARD}")):
        try:
            found = json.loads(card.read_text(encoding="utf-8")).get("digest") == digest
        except (ValueError, AttributeError):
            continue  # a broken neighbour must not hide the model that is asked for
        if found:
            return read_bundle(card.parent)
    raise BundleProblem(f"No model with digest {digest[:12]}… is installed on this worker.")


def write_bundle(
    folder: Path, *, weights: bytes, name: str, version: str, card: dict[str, Any], text: str
) -> ModelIdentity:
    """Writes a bundle. card: everything that follows the identity; text: the body of card.md below its title."""
    model = ModelIdentity(name=name, version=version, digest=digest_of(weights))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _WEIGHTS).write_bytes(weights)
    whole = json.dumps({**asdict(model), **card}, indent=1, ensure_ascii=False)
    (folder / _CARD).write_text(whole + "\n", encoding="utf-8")
    title = f"# {name} {version}\n\nDigest (SHA-256 of {_WEIGHTS}): `{model.digest}`\n\n"
    (folder / _CARD_FOR_PEOPLE).write_text(title + text, encoding="utf-8")
    return model
