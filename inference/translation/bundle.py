"""Model bundles: what a trained model is called, what it was trained on, what was measured. No torch here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelIdentity:
    """Names one set of weights. digest: SHA-256 of model.safetensors, 64 hex digits."""

    name: str
    version: str
    digest: str
