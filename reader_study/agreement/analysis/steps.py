"""What the arms of a lock showed, step by step, and which of its score sheets count. Of the plain snapshot."""

from collections.abc import Mapping
from typing import Any

Sheet = Mapping[str, Any]


def steps_of(arm: Mapping[str, Any]) -> list[list[str]]:
    """The image sets of each step of an arm, as its protocol document says."""
    steps: list[list[str]] = arm.get("steps") or [[arm["image_set"]]]
    return steps


def modality(step: list[str]) -> str:
    """What a step shows, in one word: "spect", or "spect+virtual_pet" side by side."""
    return "+".join(step)


def sheets_of(snapshot: Mapping[str, Any]) -> dict[tuple[str, int], Sheet]:
    """(token, step) -> the version in force."""
    return {(read["token"], read.get("step", 1)): read for read in snapshot["reads"] if read["in_force"]}


def final_sheets(snapshot: Mapping[str, Any]) -> dict[str, Sheet]:
    """token -> the version in force of the last step; a read of which only earlier steps were signed has none."""
    last = {arm["code"]: len(steps_of(arm)) for arm in snapshot["protocol"]["document"]["arms"]}
    sheets = sheets_of(snapshot)
    return {
        entry["token"]: sheets[place]
        for entry in snapshot["allocation"]["entries"]
        for place in [(entry["token"], last[entry["arm"]])]
        if place in sheets
    }
