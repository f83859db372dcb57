"""The report of `evaluate finder`: how often the ventricle was right but flagged, or silently wrong, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from inference.evaluation.drawing import COLOURS, INK, figure, style, svg
from inference.evaluation.finder import APEX_MM, AXIS_MM, BASE_MM, POINTS
from inference.evaluation.markdown import interval, number, table
from inference.evaluation.statistics import resampled, share_interval, wilson

OUTCOMES = ("right", "right but flagged", "wrong and flagged", "wrong and silent")
_ACTIVITIES = (
    ("liver and gut as in the cohort", 0.0, 0.8),
    ("80 to 120 % of muscle", 0.8, 1.2),
    ("120 to 170 %", 1.2, 1.7),
    ("170 to 220 %", 1.7, 9.9),
)
_ORDINARY, _HARD = "no organ added, usual defect or none", "an organ added or a dense defect"
_LIMITS = (0.0, 0.25, 0.5, 0.75, 0.9, 0.97, 1.0)


def summary(hearts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts of outcomes by class of heart, errors, what each flag was worth, and calibration of the confidence."""
    placed = [heart for heart in hearts if heart["evidence"] is not None]
    return {
        "hearts": len(hearts),
        "wrong_if_more_than": {
            "axis_mm": AXIS_MM,
            "apex_mm": APEX_MM,
            "base_mm": BASE_MM,
            "points": POINTS,
        },
        "place_right_or_flagged": _without(hearts, _misplaced),
        "place_and_values_right_or_flagged": _without(hearts, _silent),
        "values_off": {
            "all": sum(heart["values_off"] for heart in hearts),
            "without_a_flag": sum(heart["values_off"] and not heart["flags"] for heart in hearts),
            "only_segment_17": sum(heart["values_off"] and heart["only_segment_17"] for heart in hearts),
        },
        "outcomes": {
            "all": _counts(hearts),
            "by_activity": {
                name: _counts([heart for heart in hearts if low <= heart["activity"] < high])
                for name, low, high in _ACTIVITIES
            },
            "by_kind": {
                _ORDINARY: _counts([h for h in hearts if _ordinary(h)]),
                _HARD: _counts([h for h in hearts if not _ordinary(h)]),
            },
            "by_defect": _by(hearts, "defect"),
            "by_place": {
                "centred": _counts([heart for heart in hearts if heart["off_centre_mm"] == 0]),
                "5 to 25 mm off": _counts([heart for heart in hearts if heart["off_centre_mm"] > 0]),
            },
        },
        "errors": {name: _spread([heart[name] for heart in placed]) for name in _ERRORS},
        "flags": _flags(hearts),
        "confidence": _calibration(placed),
    }


_ERRORS = {
    "axis_mm": "axis, mm",
    "apex_mm": "apex, mm",
    "base_mm": "base, mm",
    "points": "worst of 17 values, points",
}


def _misplaced(heart: Mapping[str, Any]) -> bool:
    """And nobody is told."""
    return bool(heart["outcome"] == "wrong and silent")


def _silent(heart: Mapping[str, Any]) -> bool:
    """Misplaced or with a value that is off, and nobody is told."""
    return _misplaced(heart) or (heart["values_off"] and not heart["flags"])


def _without(
    hearts: Sequence[Mapping[str, Any]], event: Callable[[Mapping[str, Any]], bool]
) -> dict[str, Any]:
    """Share of hearts without the event, and of persons without it in any study.

    Two studies of a person are not independent, so the interval of hearts resamples persons; of rare events samples
    know too little, so it is Wilson's where that is wider. That of persons is Wilson's.
    """
    persons = sorted({heart["person"] for heart in hearts})
    of_person = [[not event(heart) for heart in hearts if heart["person"] == person] for person in persons]
    right = np.array([sum(one) for one in of_person], dtype=np.float64)
    studies = np.array([len(one) for one in of_person], dtype=np.float64)
    both = sum(all(one) for one in of_person)
    known = (
        share_interval(right, studies, resampled(len(persons))),
        wilson(int(right.sum()), int(studies.sum())),
    )
    ends = [end for interval in known if interval is not None for end in interval]
    return {
        "hearts": int(right.sum()),
        "share": float(right.sum() / studies.sum()),
        "interval": [min(ends), max(ends)] if ends else None,
        "persons": both,
        "of_persons": len(persons),
        "persons_interval": wilson(both, len(persons)),
    }


def _ordinary(heart: Mapping[str, Any]) -> bool:
    return heart["organ"] == "none" and heart["defect"] in ("normal", "usual")


def _counts(hearts: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    found = Counter(heart["outcome"] for heart in hearts)
    return {name: found[name] for name in OUTCOMES}


def _by(hearts: Sequence[Mapping[str, Any]], key: str) -> dict[str, dict[str, int]]:
    kinds = sorted({str(heart[key]) for heart in hearts})
    return {kind: _counts([heart for heart in hearts if heart[key] == kind]) for kind in kinds}


def _spread(values: Sequence[float]) -> dict[str, float]:
    size = np.abs(values)
    return {
        "median": float(np.median(values)),
        "median_size": float(np.median(size)),
        "size_of_95_in_100": float(np.quantile(size, 0.95)),
        "largest_size": float(size.max()),
    }


def _flags(hearts: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """How many right and wrong hearts each flag was raised for."""
    raised: dict[str, Counter[str]] = {}
    for heart in hearts:
        for flag in heart["flags"]:
            raised.setdefault(flag, Counter())[heart["outcome"].split()[0]] += 1
    return {flag: {"right": raised[flag]["right"], "wrong": raised[flag]["wrong"]} for flag in sorted(raised)}


def _calibration(hearts: Sequence[Mapping[str, Any]]) -> list[dict[str, float | int | None]]:
    """Per range of confidence: hearts, mean confidence, and the share well placed."""
    rows: list[dict[str, float | int | None]] = []
    for low, high in zip(_LIMITS, _LIMITS[1:], strict=False):
        within = [h for h in hearts if low <= h["confidence"] < high or h["confidence"] == high == 1.0]
        well = sum(heart["well_placed"] for heart in within)
        rows.append(
            {
                "from": low,
                "to": high,
                "hearts": len(within),
                "mean": float(np.mean([heart["confidence"] for heart in within])) if within else None,
                "well_placed": well / len(within) if within else None,
            }
        )
    return rows


def _share(found: Mapping[str, Any]) -> str:
    return f"{100 * found['share']:.1f} % of hearts (95 % interval {_per_cent(found['interval'])})"


def _persons(found: Mapping[str, Any]) -> str:
    return f"{found['persons']} of {found['of_persons']} ({_per_cent(found['persons_interval'])} %)"


def _per_cent(ends: Sequence[float] | None) -> str:
    return interval(None if ends is None else [100 * end for end in ends], 1)


def _silently_wrong(data: Mapping[str, Any]) -> list[str]:
    misplaced = data["outcomes"]["all"]["wrong and silent"]
    silent = data["hearts"] - data["place_and_values_right_or_flagged"]["hearts"]
    if not silent:
        return []
    return [
        f"So it is not true that a heart is never silently wrong: without a flag, {misplaced} of {data['hearts']} is "
        f"misplaced, and {silent - misplaced} rightly placed ones have a value that is off.",
        "",
    ]


def _share_flagged(outcomes: Mapping[str, int]) -> str:
    needless, right = outcomes["right but flagged"], outcomes["right"]
    if not needless + right:
        return "none"
    return f"{needless} of {needless + right} ({100 * needless / (needless + right):.0f} %)"


def as_markdown(data: Mapping[str, Any]) -> str:
    wrong = data["wrong_if_more_than"]
    place, values = data["place_right_or_flagged"], data["place_and_values_right_or_flagged"]
    lines = [
        "# Is the left ventricle found?",
        "",
        f"{data['hearts']} simulated hearts (seed {data['seed']}), uncorrected SPECT; no real heart. Half have a liver "
        "lobe or a gut loop of 80 to 220 % of the muscle's activity beside the inferior wall; half have dense defects "
        "of the apex, the base or a whole territory; a third lies 5 to 25 mm off the middle.",
        "",
        f"Wrong, by limits set beforehand: axis off by more than {wrong['axis_mm']:.0f} mm, apex by more than "
        f"{wrong['apex_mm']:.0f} mm or base by more than {wrong['base_mm']:.0f} mm.",
        "",
        f"**Place right or flagged: {_share(place)}. Place and all 17 values right (within "
        f"{wrong['points']:.0f} points), or flagged: {_share(values)}.** Intervals resample "
        "persons, whose two studies are not independent. Both studies of "
        f"a person: {_persons(place)} and {_persons(values)} (Wilson).",
        "",
        *_silently_wrong(data),
        f"Flagging every heart would give 100 %: here {_share_flagged(data['outcomes']['all'])} rightly placed ones "
        f"carry a flag too, and {_share_flagged(data['outcomes']['by_kind'][_ORDINARY])} of those with {_ORDINARY}.",
        "",
    ]
    off = data["values_off"]
    lines += [
        f"In all, {off['all']} hearts have one of 17 values more than {wrong['points']:.0f} points from that "
        f"on the true frame, {off['without_a_flag']} of them without a flag; in {off['only_segment_17']} it is segment "
        "17 alone. That this is counted apart from place was decided on development hearts (seed 11).",
        "",
        "A heart is well placed within half of those limits; its confidence is the share of development hearts like it "
        "that were.",
        "",
        "timing.json counts the hearts that the last run itself simulated: those that `--keep` had from an earlier run "
        "of the same code are not in it.",
        "",
    ]
    found = data["outcomes"]
    groups = [("all", found["all"])]
    for key in ("by_kind", "by_activity", "by_defect", "by_place"):
        groups += list(found[key].items())
    rows = [[name, *[str(counts[kind]) for kind in OUTCOMES]] for name, counts in groups]
    lines += table(["hearts", *OUTCOMES], rows)
    lines += table(
        ["error", "median", "median size", "95 of 100 below", "largest"],
        [
            [label, *[number(one, 1) for one in data["errors"][name].values()]]
            for name, label in _ERRORS.items()
        ],
    )
    lines += ["Errors of apex and base are positive towards the base.", ""]
    lines += table(
        ["flag", "raised, right", "raised, wrong"],
        [[name, str(one["right"]), str(one["wrong"])] for name, one in data["flags"].items()],
    )
    lines += table(
        ["confidence", "hearts", "mean", "share well placed"],
        [
            [
                f"{row['from']:.2f} to {row['to']:.2f}",
                str(row["hearts"]),
                number(row["mean"]),
                number(row["well_placed"]),
            ]
            for row in data["confidence"]
        ],
    )
    lines += ["![Confidence and what it was worth](confidence.svg)", ""]
    return "\n".join(lines)


def confidence_figure(data: Mapping[str, Any]) -> bytes:
    """Share of hearts well placed against stated confidence; on the line it means what it says."""
    rows = [row for row in data["confidence"] if row["hearts"]]
    with style():
        drawing = figure(3.4, 3.2, simulated=True)
        axes = drawing.add_subplot()
        axes.plot([0, 1], [0, 1], color=INK, linewidth=0.6)
        for row in rows:
            ends = wilson(round(row["well_placed"] * row["hearts"]), row["hearts"])
            if ends is not None:
                axes.plot([row["mean"]] * 2, ends, color=COLOURS["ctac"], linewidth=1)
        axes.plot(
            [row["mean"] for row in rows], [row["well_placed"] for row in rows], "o", color=COLOURS["ctac"]
        )
        axes.set_xlabel("confidence")
        axes.set_ylabel("share well placed")
        return svg(drawing)
