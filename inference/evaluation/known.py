"""Whom a model has seen already: nobody tests it with the people it learned from, or was chosen on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from inference.translation.bundle import read_bundle


def refuse_known_patients(bundle: Path, cohorts: Sequence[Path]) -> None:
    """A seed is its patients. Raises ValueError, in one sentence, if the card of the bundle names one of theirs.

    Folders without a manifest are nobody's simulated cohort, and pass.
    """
    card = read_bundle(bundle).card
    for part, purpose in (("training", "trained"), ("validation", "chosen")):
        try:
            seeds = {cohort["claim"]["seed"] for cohort in card.get(part, {}).get("cohorts", [])}
        except (AttributeError, KeyError, TypeError) as problem:
            raise ValueError(
                f"The card of {bundle.name} does not say on whom it was {purpose}: train it again."
            ) from problem
        for cohort in cohorts:
            manifest = cohort / ".cohort.json"
            if manifest.exists() and _seed(manifest) in seeds:
                raise ValueError(
                    f"{cohort} holds patients that {bundle.name} was {purpose} on: simulate a cohort with another seed."
                )


def _seed(manifest: Path) -> object:
    found = json.loads(manifest.read_text(encoding="utf-8"))
    return found.get("seed") if isinstance(found, dict) else None
