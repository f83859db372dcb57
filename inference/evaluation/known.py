"""Whom a model has seen already: nobody tests it with the people it learned from, or was chosen on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from inference.translation.bundle import read_bundle
from inference.translation.card import seeds_of


def refuse_known_patients(bundle: Path, cohorts: Sequence[Path]) -> None:
    """A seed is its patients. Raises ValueError, in one sentence, if the card of the bundle names one of theirs.

    Folders without a manifest are nobody's simulated cohort, and pass.
    """
    card = read_bundle(bundle).card
    for seeds, purpose in ((seeds_of(card, "training"), "trained"), (seeds_of(card, "validation"), "chosen")):
        for cohort in cohorts:
            manifest = cohort / ".cohort.json"
            if manifest.exists() and _seed(manifest) in seeds:
                raise ValueError(
                    f"{cohort} holds patients that {bundle.name} was {purpose} on: simulate a cohort with another seed."
                )


def _seed(manifest: Path) -> object:
    found = json.loads(manifest.read_text(encoding="utf-8"))
    return found.get("seed") if isinstance(found, dict) else None
