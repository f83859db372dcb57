"""The report of `bench ablations`: one row a variant, and the scatter of seeds beside every difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inference.evaluation.drawing import COLOURS, INK, figure, style, svg
from inference.evaluation.images import LABELS
from inference.evaluation.markdown import number, share, table

SEEDS = ("recipe as shipped", "another seed", "a third seed")
_REFERENCES = {"pet": "PET", "truth": "the simulated truth"}
_HEADS = (
    "",
    "missed",
    "false",
    "missed at CTAC's rate of false",
    "AUC",
    "inferior bias",
    "segment error",
    "correlation",
)
_FIGURE = "ablations.svg"


def as_markdown(data: Mapping[str, Any]) -> str:
    """Two tables, against PET and against the truth, and how to read them."""
    training, variants = data["training"], data["variants"]
    everybody, few = (
        variants[name]["patients"] for name in ("recipe as shipped", "fewer patients, every camera")
    )
    left_out = f" ({training['left_out']} left out)" if training["left_out"] else ""
    lines = [
        "# Ablations of virtual PET (simulated patients)",
        "",
        f"Networks of {data['steps']:,} steps, first seed {data['seed']}, trained on {everybody} simulated patients"
        f"{left_out} of cohort seed {training['seed']} and judged on {data['validation_patients']} others (validation, "
        f"cohort seeds {' and '.join(str(one['seed']) for one in data['validation'])}). Test patients were not used. "
        f"The rows of cameras have {few} patients each. Training is far shorter than that of the shipped model, so "
        "only differences between rows mean anything.",
        "",
        "Each row differs from the first in what it names. The contrast exponent is 1 except in the row that fits it "
        f"(to {number(variants['contrast exponent fitted']['contrast_exponent'])}, on these very patients). Inferior "
        "segments (4, 10, 15) below 70 % count as defects. A row that calls more segments abnormal misses fewer and "
        "has more false ones: that is an operating point and no gain. Missed at CTAC's rate of false segments, and the "
        "AUC, do not depend on it.",
        "",
        _scatter(data),
        "",
        "Stress and rest of a patient as one input is not among the rows: that network is not built.",
        "",
    ]
    for against, name in _REFERENCES.items():
        rows = [[LABELS[kind], *_cells(found[against])] for kind, found in data["others"].items()]
        rows += [[variant, *_cells(found[against])] for variant, found in variants.items()]
        lines += [f"## Against {name}", "", *table(_HEADS, rows)]
    lines += [
        f"![Inferior defects missed at CTAC's rate of false segments, and AUC, by variant]({_FIGURE})",
        "",
        "Bars: 95 % intervals (bootstrap over patients). They hold for one network; another seed moves a row too.",
    ]
    return "\n".join(lines) + "\n"


def figures(data: Mapping[str, Any]) -> dict[str, bytes]:
    """By file name."""
    rows = {LABELS[kind]: found for kind, found in data["others"].items()} | dict(data["variants"])
    with style():
        drawn = figure(8.0, 0.32 * len(rows) + 1.0, simulated=data["simulated"])
        for place, (what, title) in enumerate(
            (
                ("matched", "missed at CTAC's rate of false, %"),
                ("auc", "AUC, inferior segments"),
            )
        ):
            axes = drawn.add_subplot(1, 2, place + 1)
            for step, (against, colour) in enumerate((("pet", INK), ("truth", COLOURS["virtual_pet"]))):
                for row, found in enumerate(rows.values()):
                    _dot(
                        axes, found[against][what], row + 0.24 * step - 0.12, colour, 100 if place == 0 else 1
                    )
                axes.plot([], [], "o-", color=colour, label=f"against {_REFERENCES[against]}", markersize=3)
            axes.set_title(title)
            axes.set_yticks(range(len(rows)), list(rows) if place == 0 else [""] * len(rows))
            axes.invert_yaxis()
        drawn.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
        return {_FIGURE: svg(drawn)}


def _dot(axes: Any, found: Mapping[str, Any], height: float, colour: str, times: float) -> None:
    if found["estimate"] is None:
        return
    axes.plot(times * found["estimate"], height, "o", color=colour, markersize=3)
    if found["interval"] is not None:
        axes.plot([times * end for end in found["interval"]], [height, height], color=colour, linewidth=1)


def _cells(found: Mapping[str, Any]) -> list[str]:
    matched = found["matched"]["estimate"]
    return [
        share(found["missed"]),
        share(found["false"]),
        f"{number(None if matched is None else 100 * matched, 1)} %",
        number(found["auc"]["estimate"], 3),
        number(found["inferior_bias"], 1, signed=True),
        number(found["segment_error"]),
        number(found["correlation"], 3),
    ]


def _scatter(data: Mapping[str, Any]) -> str:
    """How far apart three networks are that differ in nothing but their seed."""
    of = [data["variants"][name]["pet"] for name in SEEDS]
    missed = [found["missed"]["count"] for found in of]
    matched = [100 * (found["matched"]["estimate"] or 0) for found in of]
    auc = [found["auc"]["estimate"] or 0 for found in of]
    error = [found["segment_error"] for found in of]
    return (
        f"Three seeds of the same recipe, against PET: missed {min(missed)} to {max(missed)} of "
        f"{of[0]['missed']['of']}, at CTAC's rate {min(matched):.1f} to {max(matched):.1f} %, "
        f"AUC {min(auc):.3f} to {max(auc):.3f}, segment error {min(error):.2f} to {max(error):.2f}. "
        "A difference inside these ranges is no finding."
    )
