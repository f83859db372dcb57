"""The first part of the report on the heart: misses, false positives, and who was refused; from heart.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inference.evaluation.detection import ABNORMAL_BELOW
from inference.evaluation.images import NAMES
from inference.evaluation.markdown import (
    NONE,
    difference,
    number,
    p_value,
    per_cent,
    share,
    table,
    with_interval,
)

Found = Mapping[str, Any]


def misses(data: Found) -> list[str]:
    labels = data["labels"]
    lines = [
        "## Misses and false positives",
        "",
        "Refused: patients / studies whose image the model would not make, or in which no ventricle was found. Every "
        "defect of such a study counts as missed by that image (intention to diagnose); its normal segments are not "
        "counted as false. p: of the difference from CTAC, from the bootstrap, not adjusted for the number of tests.",
        "",
        f"An image that deepens defects misses fewer below {ABNORMAL_BELOW:.0f} % and calls more that is normal. So a "
        "second table takes the threshold away: AUC asks for none (a defect of a refused study counts as the least "
        "suspect of all); and misses are counted where each image calls as many normal inferior segments as CTAC does "
        "(those thresholds were found on these patients, to compare images "
        "by; they are not for use). Its intervals are of patients.",
        "",
    ]
    for name in [data["pooled"], *(name for name in data["sets"] if name != data["pooled"])]:
        one = data["sets"][name]
        for reference, found in one["against"].items():
            area = found["detection"]["inferior"]
            who = f"{one['patients']} patients" if name == data["pooled"] else f"the {name} patients alone"
            lines += [
                f"Inferior segments (4, 10, 15) against {NAMES[reference]}, {who}: "
                f"{area['reference']['segments']} abnormal, in {area['reference']['patients']} patients.",
                "",
                *inferior_table(area, found["compared"], one["refused"], labels),
                *_per_protocol(area, one["refused"], labels),
                *free_of_threshold_table(area, found["compared"], labels),
            ]
        if name == data["pooled"]:
            lines += ["![Misses and false positives](misses.svg)", "", *_by_territory(one, labels)]
    return lines


def _by_territory(one: Found, labels: Mapping[str, str]) -> list[str]:
    lines = []
    for reference, found in one["against"].items():
        lines += [
            f"By territory (standard assignment of segments), against {NAMES[reference]}:",
            "",
            *territory_table(found["detection"], labels),
        ]
    return lines


def inferior_table(area: Found, compared: Found, refused: Found, labels: Mapping[str, str]) -> list[str]:
    """area: detection of one reference, inferior; compared: of the same reference."""
    heads = [
        "image",
        "refused, patients / studies",
        "missed",
        "segments, %",
        "patients, %",
        "less CTAC's, points, p",
        "false, all patients",
        "patients, %",
        "false, no RCA disease",
        "patients, %",
    ]
    rows = []
    for kind, one in area["images"].items():
        free = one["false_without_disease"]
        rows.append(
            [
                labels[kind],
                fraction_refused(refused.get(kind)),
                share(one["missed"]),
                per_cent(one["missed"]["wilson"]),
                per_cent(one["missed"]["interval"]),
                _less(compared.get(kind, {}).get("ctac", {}).get("missed"), 100, 0),
                share(one["false"]),
                per_cent(one["false"]["interval"]),
                share(free),
                per_cent(free["interval"]) if free["of"] else NONE,
            ]
        )
    return table(heads, rows)


def _per_protocol(area: Found, refused: Found, labels: Mapping[str, str]) -> list[str]:
    """Of the studies alone that an image has; only images of which a study was refused."""
    counts = [
        f"{labels[kind]} {one['missed_read']['count']}/{one['missed_read']['of']}"
        for kind, one in area["images"].items()
        if refused.get(kind, {}).get("studies")
    ]
    if not counts:
        return []
    return [f"Missed per protocol, in studies alone that were not refused: {', '.join(counts)}.", ""]


def free_of_threshold_table(area: Found, compared: Found, labels: Mapping[str, str]) -> list[str]:
    """What does not depend on where an image happens to cross 70 %: AUC, and misses at one rate of false segments."""
    if not any("matched" in one for one in area["images"].values()):
        return []
    heads = [
        "image",
        "AUC, inferior",
        "less CTAC's, p",
        "threshold at CTAC's false rate",
        "missed there, %",
        "less CTAC's, points, p",
    ]
    rows = []
    for kind, one in area["images"].items():
        beside, matched = compared.get(kind, {}).get("ctac", {}), one["matched"]
        rows.append(
            [
                labels[kind],
                with_interval(one["auc"]["estimate"], one["auc"]["interval"], 3),
                _less(beside.get("auc"), 1, 3),
                f"{number(matched['threshold'], 1)} %" if matched["threshold"] is not None else NONE,
                _percentages(matched),
                _less(beside.get("matched"), 100, 0),
            ]
        )
    return ["The same, at one operating point:", "", *table(heads, rows)]


def _percentages(one: Found) -> str:
    if one["estimate"] is None:
        return NONE
    return f"{number(100 * one['estimate'], 0)} ({per_cent(one['interval'])})"


def _less(one: Found | None, factor: float, digits: int) -> str:
    if one is None or one["difference"] is None:
        return NONE
    text = difference(one, factor, digits)
    return text if one["p"] is None else f"{text}, {p_value(one['p'])}"


def territory_table(found: Found, labels: Mapping[str, str]) -> list[str]:
    """found: detection of one reference. Misses, then false positives, in each territory."""
    areas = [area for area in found if area != "inferior"]
    heads = ["image", *(f"{area}: missed" for area in areas), *(f"{area}: false" for area in areas)]
    kinds = found[areas[0]]["images"]
    return table(
        heads,
        (
            [
                labels[kind],
                *(
                    _fraction(found[area]["images"][kind][event])
                    for event in ("missed", "false")
                    for area in areas
                ),
            ]
            for kind in kinds
        ),
    )


def _fraction(one: Found) -> str:
    return f"{one['count']}/{one['of']}"


def fraction_refused(one: Found | None) -> str:
    return NONE if one is None else f"{one['patients']} / {one['studies']}"


def refusals(data: Found) -> list[str]:
    """Who was refused, by whom, and why: one row for each study and reason."""
    grouped: dict[tuple[str, ...], list[str]] = {}
    pooled = data["sets"][data["pooled"]]
    for name, one in data["sets"].items():
        if name == data["pooled"] and len(data["sets"]) > 1:
            continue
        for study in one["unread"]:
            key = (
                study["patient"],
                name,
                study["state"],
                {"F": "woman", "M": "man"}.get(study["sex"], NONE),
                ", ".join(study["territories"]) or "none",
                f"{study['inferior']} / {study['all']}",
                study["reason"].rstrip("."),
            )
            grouped.setdefault(key, []).append(data["labels"][study["kind"]])
    lines = ["## Who was refused", ""]
    if not grouped:
        return [*lines, f"Nobody of {pooled['patients']} patients.", ""]
    heads = [
        "patient",
        "set",
        "study",
        "",
        "disease",
        "abnormal in PET, inferior / all",
        "why",
        "images without values",
    ]
    return [
        *lines,
        f"In {len({key[0] for key in grouped})} of {pooled['patients']} patients an image could not be made or read. "
        "Tables of errors, equivalence, correlation, scores and uncertainty are of the "
        f"{pooled['patients_readable']} others.",
        "",
        *table(heads, ([*key, ", ".join(kinds)] for key, kinds in grouped.items())),
    ]


def doubts(data: Found) -> list[str]:
    """Images whose ventricle a person should check, and patients without PET."""
    every = {**data["sets"], **{f"shift {name}": one for name, one in data["shifts"].items()}}
    lines = ["## Doubts about position", ""]
    for name, one in every.items():
        doubted = ", ".join(
            f"{data['labels'].get(kind, kind)} {count}" for kind, count in one["doubted"].items()
        )
        left = "; ".join(f"{patient}: {reason.rstrip('.')}" for patient, reason in one["left_out"].items())
        without = f" Without PET, and so in no table: {left}." if left else ""
        lines.append(f"- {name}: images whose ventricle a person should check: {doubted}.{without}")
    return [*lines, ""]


def points(one: Found, factor: float, digits: int) -> str:
    """A comparison as a cell: difference, interval, p, verdict."""
    if one["difference"] is None:
        return "cannot be judged"
    said = difference(one, factor, digits)
    return f"{said}, p {p_value(one['p'])}: {one['verdict']}" if one["p"] is not None else said
