"""Which simulated scanners the test heads come from, whether the models know them, and what their CTAC does wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inference.cohort.brain import CALIBRATIONS
from inference.evaluation.markdown import listed, number
from inference.physics.head_patient import CT_DRIFT, SCATTER_DRIFT


def scanners_of(cohort: Mapping[str, Any], trained: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """cohort: claim of the test heads; trained: by model. Every cohort takes its scanners from the first on.

    own: errors of attenuation and scatter of each test scanner, as shares. residue: their sd from head to head.
    known_to: how many of the test scanners each model was trained on.
    """
    test = int(cohort["sites"])
    seen = {
        kind: max((int(one["claim"]["sites"]) for one in how.get("cohorts", ())), default=0)
        for kind, how in trained.items()
    }
    return {
        "test": test,
        "own": [{"attenuation": one.ct - 1, "scatter": one.scatter - 1} for one in CALIBRATIONS[:test]],
        "residue": {"attenuation": CT_DRIFT, "scatter": SCATTER_DRIFT},
        "known_to": {kind: min(test, sites) for kind, sites in seen.items()},
    }


def scanners_in_words(found: Mapping[str, Any]) -> list[str]:
    test, residue = found["test"], found["residue"]
    attenuation, scatter = (
        listed([f"{number(100 * one[what], 1, signed=True)} %" for one in found["own"]])
        for what in ("attenuation", "scatter")
    )
    known = listed([f"{kind} was trained on {sites}" for kind, sites in found["known_to"].items()])
    same = all(sites == test for sites in found["known_to"].values())
    begin = "**The test scanners are the training scanners.** " if same else ""
    return [
        f"{begin}Of the {test} simulated scanners of the test, {known}. CTAC's own errors belong to the scanner, fixed "
        f"for all its heads: attenuation {attenuation}, estimate of scatter {scatter}; from head to head they differ "
        f"by {number(100 * residue['attenuation'], 1)} % and {number(100 * residue['scatter'], 1)} % (sd), and noise "
        "and place of the CT are drawn for each head. What a scanner always does wrong can be learned from its heads"
        + ("; nothing here was measured on a scanner that the models do not know." if same else "."),
        "",
    ]
