"""The tables of the report on the heart, each from its part of heart.json; lines of Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from inference.evaluation.markdown import (
    interval,
    number,
    p_value,
    per_cent,
    share,
    table,
    with_interval,
)
from inference.evaluation.scoring import READINGS
from inference.heart.segments import INFERIOR, SEGMENT_NAMES
from inference.physics.patient import STATES

Found = Mapping[str, Any]


def inferior_table(found: Found, labels: Mapping[str, str]) -> list[str]:
    """found: detection of one reference, area inferior."""
    heads = [
        "image",
        "missed",
        "segments, %",
        "patients, %",
        "less CTAC's, points",
        "false, all",
        "false, no RCA disease",
        "patients, %",
    ]
    rows = []
    for kind, one in found["images"].items():
        less = one.get("missed_less_ctac")
        free = one["false_without_disease"]
        rows.append(
            [
                labels[kind],
                share(one["missed"]),
                per_cent(one["missed"]["wilson"]),
                per_cent(one["missed"]["interval"]),
                "–" if less is None else _points(less),
                share(one["false"]),
                share(free),
                per_cent(free["interval"]),
            ]
        )
    return table(heads, rows)


def _points(less: Found) -> str:
    return with_interval(
        100 * less["difference"],
        None if less["interval"] is None else [100 * end for end in less["interval"]],
        0,
        signed=True,
    )


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


def targets_table(found: Sequence[Found], sets: Mapping[str, str]) -> list[str]:
    return table(
        ["target", "patients", "value", "limit", "", "short by"],
        (
            [
                row["says"],
                sets[row["set"]],
                " ".join(filter(None, (number(row["value"]), row["note"] and f"({row['note']})"))),
                number(row["limit"]),
                {True: "reached", False: "**not reached**", None: "cannot be judged"}[row["reached"]],
                number(row["short_by"]) if row["reached"] is False else "",
            ]
            for row in found
        ),
    )


def errors_table(found: Found, less_ctac: Found, labels: Mapping[str, str]) -> list[str]:
    """found: differences by kind against one reference."""
    rows = []
    for kind, one in found.items():
        scaled = one["segment_mae"]["least_squares"]
        less = less_ctac.get(kind)
        limits = one["limits"]
        rows.append(
            [
                labels[kind],
                with_interval(one["segment_mae"]["max"]["mean"], one["segment_mae"]["max"]["interval"]),
                with_interval(scaled["mean"], scaled["interval"]),
                *(_less(None if less is None else less[scaling]) for scaling in ("max", "least_squares")),
                with_interval(one["inferior_bias"]["mean"], one["inferior_bias"]["interval"], 1, signed=True),
                f"{number(limits['low'], 1, signed=True)} to {number(limits['high'], 1, signed=True)}",
                f"{one['equivalent']}/34",
            ]
        )
    heads = [
        "image",
        "error, % of maximum",
        "error, least squares",
        "less CTAC's, % of maximum",
        "less CTAC's, least squares",
        "inferior bias",
        "limits of agreement",
        "equivalent",
    ]
    return table(heads, rows)


def _less(one: Found | None) -> str:
    if one is None:
        return "–"
    return f"{number(one['difference'], signed=True)}, p {p_value(one['p'])}"


def association_table(found: Found, labels: Mapping[str, str]) -> list[str]:
    columns = ("correlation", "within_patient", "patient_specific", "auc", "auc_inferior")
    heads = ["image", "all segments", "within a patient", "patient's own", "AUC", "AUC, inferior"]
    return table(
        heads,
        (
            [
                labels[kind],
                *(with_interval(one[column]["estimate"], one[column]["interval"], 3) for column in columns),
            ]
            for kind, one in found.items()
        ),
    )


def segments_table(found: Found, kinds: Sequence[str], labels: Mapping[str, str], state: str) -> list[str]:
    """The paper's table for one state: bias with 95 % interval, error, p in three ways."""
    heads = ["segment"]
    for kind in kinds:
        heads += [f"{labels[kind]}: bias", "error", "p", "Bonferroni", "Holm"]
    rows = []
    for n, name in enumerate(SEGMENT_NAMES):
        row = [f"{n + 1} {name}"]
        for kind in kinds:
            one = found[kind]["segments"][state]
            row += [
                with_interval(one["bias"][n], (one["low"][n], one["high"][n]), 1, signed=True),
                number(one["absolute"][n], 1),
                *(p_value(one[test][n]) for test in ("p", "bonferroni", "holm")),
            ]
        rows.append(row)
    return table(heads, rows)


def equivalence_table(found: Found, kinds: Sequence[str], labels: Mapping[str, str]) -> list[str]:
    """90 % intervals; those within the margin are marked."""
    heads = ["segment", *(f"{labels[kind]}, {state}" for kind in kinds for state in STATES)]
    rows = []
    for n, name in enumerate(SEGMENT_NAMES):
        row = [f"{n + 1} {name}"]
        for kind in kinds:
            for state in STATES:
                one = found[kind]["segments"][state]
                ends = interval((one["tost_low"][n], one["tost_high"][n]), 1, signed=True)
                row.append(f"{ends} {'=' if one['equivalent'][n] else '≠'}")
        rows.append(row)
    counts = [f"{sum(found[kind]['segments'][state]['equivalent'])}/17" for kind in kinds for state in STATES]
    return table(heads, [*rows, ["equivalent", *counts]])


def scores_table(found: Found, kinds: Sequence[str], labels: Mapping[str, str]) -> list[str]:
    """found: of one set of thresholds. Patients overscored and underscored, inferior segments, then all 17."""
    heads = ["segment"]
    for kind in kinds:
        heads += [f"{labels[kind]}, {reading}: over / under, p" for reading in READINGS]
    rows = []
    for segment in INFERIOR:
        row = [f"{segment} {SEGMENT_NAMES[segment - 1]}"]
        for kind in kinds:
            for reading in READINGS:
                one = found[kind][reading]
                n = segment - 1
                row.append(f"{one['over'][n]} / {one['under'][n]}, {p_value(one['holm'][n])}")
        rows.append(row)
    totals = ["all 17"]
    for kind in kinds:
        totals += [
            f"{sum(found[kind][reading]['over'])} / {sum(found[kind][reading]['under'])}"
            for reading in READINGS
        ]
    return table(heads, [*rows, totals])


def summed_table(found: Found, labels: Mapping[str, str]) -> list[str]:
    """Summed stress, rest and difference scores beside PET's."""
    heads = ["image", *(f"{name}, less PET's, p" for name in ("SSS", "SRS", "SDS"))]
    return table(
        heads,
        (
            [
                labels[kind],
                *(
                    f"{number(one['summed'][reading]['image'], 1)}, "
                    f"{number(one['summed'][reading]['difference'], 1, signed=True)}, "
                    f"{p_value(one['summed'][reading]['p'])}"
                    for reading in READINGS
                ),
            ]
            for kind, one in found.items()
        ),
    )


def likeness_table(found: Found, labels: Mapping[str, str]) -> list[str]:
    return table(
        ["image", "NMAE, %", "PSNR, dB", "SSIM"],
        (
            [
                labels[kind],
                *(
                    f"{number(one[metric]['mean'], digits)} ± {number(one[metric]['sd'], digits)}"
                    for metric, digits in (("nmae", 2), ("psnr", 1), ("ssim", 3))
                ),
            ]
            for kind, one in found.items()
        ),
    )


SUMMARY_HEADS = (
    "missed, PET",
    "missed, truth",
    "false",
    "inferior bias",
    "error, PET",
    "error, truth",
    "correlation, truth",
    "equivalent",
)


def summary_cells(one: Found) -> list[str]:
    """Of analysis.summary, under SUMMARY_HEADS."""
    of_truth = f"{one['missed_truth']}/{one['of_truth']}" if "of_truth" in one else "–"
    return [
        f"{one['missed']}/{one['of']}",
        of_truth,
        f"{one['false']}/{one['of_normal']}",
        number(one["inferior_bias"], 1, signed=True),
        number(one["mae_pet_scaled"]),
        number(one.get("mae_truth_scaled")),
        number(one.get("correlation_truth"), 3),
        f"{one['equivalent']}/34",
    ]


def members_table(ensemble: Found, members: Mapping[str, Found], labels: Mapping[str, str]) -> list[str]:
    """Each network alone, their mean ± standard deviation, and the ensemble of them."""
    columns = ("missed", "missed_truth", "false", "inferior_bias", "mae_pet_scaled", "mae_truth_scaled")
    spread = [_mean_and_spread([one.get(column) for one in members.values()]) for column in columns]
    spread.append(_mean_and_spread([one.get("correlation_truth") for one in members.values()], 3))
    spread.append(_mean_and_spread([one["equivalent"] for one in members.values()]))
    return table(
        ["", *SUMMARY_HEADS],
        [
            *([labels[member], *summary_cells(one)] for member, one in members.items()),
            ["mean ± SD", *spread],
            ["ensemble", *summary_cells(ensemble)],
        ],
    )


def _mean_and_spread(values: Sequence[float | None], digits: int = 2) -> str:
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return "–"
    return f"{number(float(np.mean(known)), digits)} ± {number(float(np.std(known, ddof=1)), digits)}"


def uncertainty_table(against: Mapping[str, Found], labels: Mapping[str, str]) -> list[str]:
    """against: {what: calibration by kind}."""
    rows = [
        [
            f"{labels[kind]}, {reference}",
            with_interval(one["rank_correlation"], one["interval"]),
            number(one["mean_error"]),
            number(one["deciles"][0]["error"]),
            number(one["deciles"][-1]["error"]),
            number(one["missed"]),
            number(one["found"]),
        ]
        for reference, by_kind in against.items()
        for kind, one in by_kind.items()
    ]
    heads = [
        "",
        "rank correlation of spread and error",
        "error, all",
        "error, least spread tenth",
        "error, most spread tenth",
        "median spread, defects missed",
        "defects found",
    ]
    return table(heads, rows)
