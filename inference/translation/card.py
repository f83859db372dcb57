"""The card of a model: what it was trained on, what was measured on patients it never saw, where it fails."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import Any

import torch

from inference.evaluation.report import as_text
from inference.translation.network import ARCHITECTURE, parameter_count
from inference.translation.pairs import Split
from inference.translation.train import RECIPE

_USE = "Research use only. Not a medical device; not for diagnosis or treatment."


@dataclass(frozen=True)
class Trained:
    """How a model came about. cohort: seed, version and sites of the simulated cohort, as its manifest says."""

    split: Split
    cohort: dict[str, int]
    seed: int
    seconds: float
    steps: int


def card_of(trained: Trained, *, validation: dict[str, Any], held_out: dict[str, Any]) -> dict[str, Any]:
    """Everything of card.json below the identity. validation, held_out: reports of evaluation.report.agreement."""
    patients = {name: len(getattr(trained.split, name)) for name in ("training", "validation", "held_out")}
    cohort = trained.cohort
    return {
        "task": "Short-axis myocardial perfusion SPECT without attenuation correction -> PET-like image",
        "use": _USE,
        "architecture": ARCHITECTURE,
        "parameters": parameter_count(),
        "training": {
            "simulated": True,
            "patients": patients,
            "split": "by patient, in the order of folder names",
            "commands": [
                f"python -m inference cohort --patients {sum(patients.values())} --sites {cohort['sites']} "
                f"--seed {cohort['seed']} --out COHORT",
                f"python -m inference train --cohort COHORT --out BUNDLE --seconds {trained.seconds:g} "
                f"--seed {trained.seed}",
            ],
            "cohort_version": cohort["version"],
            "recipe": RECIPE,
            "processor_seconds": trained.seconds,
            "steps": trained.steps,
            "torch": torch.__version__,
            "machine": platform.machine(),
        },
        "validation": validation,
        "held_out": held_out,
        "limits": limits(held_out),
    }


def limits(held_out: dict[str, Any]) -> list[str]:
    """What a person must know before looking at a virtual PET; the counts are those of the held-out patients."""
    model = held_out["against_pet"]["virtual_pet"]["inferior"]
    spect = held_out["against_pet"]["spect"]["inferior"]
    found = [
        "Trained on simulated patients only. It has never seen a real patient.",
        f"It can fill in real inferior defects: of {model['abnormal']} inferior segments below "
        f"{held_out['abnormal_below']:.0f} % in PET (in {model['patients_with_abnormal']} of "
        f"{held_out['patients']} held-out patients), {model['missed']} were not below it in virtual PET "
        f"(SPECT: {spect['missed']}).",
        f"It leaves false inferior defects: {model['over_called']} of {model['normal']} inferior segments that "
        f"are normal in PET (SPECT: {spect['over_called']}).",
    ]
    if held_out["against_truth"]:
        truth = {
            kind: held_out["against_truth"][kind]["inferior"] for kind in ("virtual_pet", "spect", "pet")
        }
        found.append(
            f"Against the simulated truth, of {truth['pet']['abnormal']} abnormal inferior segments virtual PET "
            f"misses {truth['virtual_pet']['missed']}, SPECT {truth['spect']['missed']}, "
            f"PET {truth['pet']['missed']}."
        )
    return [
        *found,
        "These counts are small; their uncertainty is large.",
        "One simulated camera, orbit, reconstruction and tracer: other equipment is outside of what it knows.",
        "It imitates PET as simulated here, with the errors of that PET.",
        "The heart must lie near the middle of the volume; the network does not look for it.",
        "It gives no measure of its own uncertainty. The SPECT must always be at hand beside it.",
    ]


def card_text(card: dict[str, Any]) -> str:
    """The body of card.md, made from the same numbers."""
    training = card["training"]
    patients = training["patients"]
    return "\n".join(
        [
            f"**{card['use']}**",
            "",
            f"{card['task']}. {card['architecture']}; {card['parameters']:,} parameters.",
            "",
            "## Limits",
            "",
            *[f"- {limit}" for limit in card["limits"]],
            "",
            "## Training",
            "",
            f"{patients['training']} simulated patients for training, {patients['validation']} for validation, "
            f"{patients['held_out']} held out ({training['split']}). {training['recipe']}. "
            f"{training['processor_seconds']:g} seconds of one processor, {training['steps']:,} steps.",
            "",
            *[f"    {command}" for command in training["commands"]],
            "",
            "## Held-out patients",
            "",
            as_text(card["held_out"]),
        ]
    )
