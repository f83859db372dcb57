"""report.md and figure of `evaluate cohort`, from cohort.json alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from inference.evaluation.drawing import MARKERS, colour_of, figure, style, svg
from inference.evaluation.images import LABELS
from inference.evaluation.markdown import number, origin, table
from inference.evaluation.published import RICH_PATIENTS, RICH_SEGMENTS, WALL_TARGETS, WALLS


def as_markdown(data: Mapping[str, Any]) -> str:
    sections = (_opening, _rows, _walls, _pattern, _scores, _rich, _doubts)
    return "\n".join(line for section in sections for line in section(data)).rstrip() + "\n"


def _opening(data: Mapping[str, Any]) -> list[str]:
    judged = [*data["rows"], *data["pattern"].values()]
    failed = sum(not row["passes"] for row in judged)
    healthy = data["without_disease"]
    return [
        "# How real the simulated hearts look",
        "",
        f"**Every patient here is simulated** ({origin(data['made_from']) or 'no record of how'}): "
        f"{data['patients']} patients, {healthy['all']} of them without coronary disease ({healthy['men']} "
        f"men, {healthy['women']} women). {failed} of {len(judged)} rows FAIL.",
        "",
        "Values are per cent of each image's own robust maximum, of patients without disease, at stress, "
        "unless a row says otherwise. Tolerances stand in the code and were written before the cohort was "
        "looked at. Confidence: source = read in the publication; memory = quoted without it, to be "
        "verified before it is cited; working target = this project's assumption for simulation, of low to "
        "medium confidence, which cites nothing.",
        "",
        "While the simulator was made, on other patients, anatomy was adjusted until walls of uncorrected SPECT "
        "came near to such figures. Those rows say that this succeeded; they are no proof of realism.",
        "",
    ]


def _rows(data: Mapping[str, Any]) -> list[str]:
    return [
        "## Beside published figures",
        "",
        *table(
            ["figure", "patients", "here", "published", "allowed", "", "confidence", "source"],
            (
                [
                    row["what"],
                    row["who"],
                    number(row["value"], _digits(row)),
                    row["published"],
                    " to ".join(number(end, _digits(row)) for end in row["allowed"]),
                    _verdict(row["passes"]),
                    row["confidence"],
                    row["source"],
                ]
                for row in data["rows"]
            ),
        ),
    ]


def _digits(row: Mapping[str, Any]) -> int:
    return 2 if max(map(abs, row["allowed"])) < 3 else 1


def _verdict(passes: bool) -> str:
    return "pass" if passes else "**FAIL**"


def _walls(data: Mapping[str, Any]) -> list[str]:
    return [
        "## Walls",
        "",
        *table(
            ["", *WALLS],
            (
                [_group(name), *(number(mean, 1) for mean in walls.values())]
                for name, walls in data["walls"].items()
            ),
        ),
        "![Walls](walls.svg)",
        "",
    ]


def _group(name: str) -> str:
    kind, sex = name.split(" ")
    return f"{LABELS[kind]}, {sex}"


def _pattern(data: Mapping[str, Any]) -> list[str]:
    lines = [
        "## Where SPECT differs from PET",
        "",
        "Wilcoxon over as many patients as the paper had, p < .05 after Bonferroni over 34 tests. "
        "The pattern passes if 13 of 17 segments are as in the paper.",
        "",
    ]
    rows = [
        [
            f"{state}, {found['patients']} patients",
            ", ".join(map(str, found["paper"])),
            ", ".join(map(str, found["here"])) or "none",
            ", ".join(str(n) for n in found["paper"] if n not in found["here"]) or "none",
            f"{found['value']:.0f} of 17",
            _verdict(found["passes"]),
        ]
        for state, found in data["pattern"].items()
    ]
    return [*lines, *table(["", "paper", "here", "does not appear", "as in the paper", ""], rows)]


def _scores(data: Mapping[str, Any]) -> list[str]:
    found = data["summed_stress_scores"]
    classes = list(next(iter(found.values())))
    return [
        "## Summed stress scores",
        "",
        f"Patients, whole cohort, scores by the thresholds {data['scored_by']} (% of the maximum).",
        "",
        *table(["image", *classes], ([LABELS[kind], *map(str, one.values())] for kind, one in found.items())),
    ]


def _rich(data: Mapping[str, Any]) -> list[str]:
    rich = data["rich"]
    lines = [
        "## Disease",
        "",
        f"{rich['diseased']} of {data['patients']} patients have a lesion, {rich['with_rca']} in the "
        f"territory of the RCA. Inferior segments below 70 % in PET, stress and rest: {rich['segments']}, "
        f"in {rich['patients']} patients.",
        "",
    ]
    if rich["passes"] is not None:
        lines += [
            f"Misses can be judged with at least {RICH_SEGMENTS} such segments in {RICH_PATIENTS} patients: "
            f"{_verdict(rich['passes'])}.",
            "",
        ]
    return lines


def _doubts(data: Mapping[str, Any]) -> list[str]:
    doubted = ", ".join(f"{LABELS[kind]} {count}" for kind, count in data["doubted"].items())
    left = "; ".join(f"{patient}: {reason}" for patient, reason in data["left_out"].items())
    return [
        "## Doubts about position",
        "",
        f"Images whose ventricle a person should check: {doubted}. Left out: {left or 'nobody'}.",
        "",
    ]


def walls_figure(data: Mapping[str, Any]) -> bytes:
    """Mean of each wall in men and women; the bands are the working targets with their tolerance."""
    kinds = [kind for kind in data["kinds"] if kind != "ideal"]
    with style():
        drawing = figure(7.0, 1.5 + 1.2 * len(kinds), simulated=True)
        rows = drawing.subplots(len(kinds), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for place, (axes, kind) in enumerate(zip(rows, kinds, strict=True)):
            for shift, (sex, name) in zip((-0.14, 0.14), (("M", "men"), ("F", "women")), strict=True):
                at = np.arange(len(WALLS)) + shift
                targets = WALL_TARGETS.get((kind, sex), WALL_TARGETS.get((kind, None), {}))
                for x, anchor in zip(at, targets.values(), strict=False):
                    low, high = anchor.allowed
                    axes.fill_between([x - 0.11, x + 0.11], low, high, color="#dfe4e9", linewidth=0)
                found = data["walls"].get(f"{kind} {name}")
                if found:
                    axes.plot(
                        at,
                        list(found.values()),
                        MARKERS.get(kind, "o"),
                        color=colour_of(kind, place),
                        markerfacecolor=colour_of(kind, place) if sex == "M" else "white",
                        label=name,
                    )
            axes.set_title(LABELS[kind])
            axes.set_ylabel("% of maximum")
        rows[-1].set_xticks(range(len(WALLS)), list(WALLS))
        handles = rows[0].get_legend_handles_labels()
        drawing.legend(*handles, loc="outside upper center", ncols=2)
        return svg(drawing)
