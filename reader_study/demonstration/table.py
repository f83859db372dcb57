"""The result of the finished study as a table for a terminal, read from the report's JSON."""

import json
from pathlib import Path
from typing import Any


def result_table(report: Path) -> str:
    """Each segment at stress: how SPECT and virtual PET differ from PET in scores and in uptake."""
    result = json.loads(report.read_text())
    arms = [arm for arm in result["design"]["arms"] if not arm["reference"]]
    reference = next(arm["label"] for arm in result["design"]["arms"] if arm["reference"])
    scores = {
        (row["arm"], row["segment"]): row for row in result["score_differences"] if row["state"] == "stress"
    }
    uptake = {
        (row["arm"], row["segment"]): row for row in result["uptake_differences"] if row["state"] == "stress"
    }
    head = "".join(f" | {arm['label'] + ' vs ' + reference:^35}" for arm in arms)
    columns = " | ".join(["score  over under  uptake   (p adj)"] * len(arms))
    lines = [f"{'Stress':<27}{head}", f"{'segment':<27} | {columns}", "-" * (27 + 38 * len(arms))]
    for segment in [*range(1, 18), 0]:
        name = scores[arms[0]["code"], segment]["name"]
        cells = [_cell(scores[arm["code"], segment], uptake[arm["code"], segment]) for arm in arms]
        label = f"{segment:>2} {name}" if segment else "   All segments"
        lines.append(f"{label:<27} | " + " | ".join(cells))
    cases, readers = result["design"]["n_cases"], len(result["design"]["readers"])
    lines += [
        "",
        f"SIMULATED DATA. {cases} cases, {readers} simulated readers.",
        "score: mean difference of the 0-4 score; over, under: reads above and below the reference;",
        "uptake: mean difference in % of maximum; p adj: of the scores, Benjamini-Hochberg over 17 segments.",
    ]
    return "\n".join(lines)


def _cell(score: dict[str, Any], uptake: dict[str, Any]) -> str:
    mean, difference = score["mean_difference"]["estimate"], uptake["mean_difference"]["estimate"]
    p = score["p_adjusted"]
    return (
        f"{_signed(mean, 2)} {score['over']:5d} {score['under']:5d}  {_signed(difference, 1)}"
        f"  {'   -   ' if p is None else f'{p:7.3f}'}"
    )


def _signed(value: float | None, digits: int) -> str:
    return f"{'-':>5}" if value is None else f"{value:+6.{digits}f}"
