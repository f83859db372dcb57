"""The tables of the report on the heart, each from its part of heart.json; lines of Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from inference.evaluation.images import SEXES, VIRTUAL
from inference.evaluation.markdown import (
    NONE,
    difference,
    interval,
    number,
    p_value,
    table,
    with_interval,
)
from inference.evaluation.scoring import READINGS
from inference.heart.segments import INFERIOR, SEGMENT_NAMES
from inference.physics.patient import STATES

Found = Mapping[str, Any]


def errors_table(found: Found, compared: Found, labels: Mapping[str, str]) -> list[str]:
    """found: differences by kind against one reference; compared: by kind, of the same reference."""
    rows = []
    for kind, one in found.items():
        scaled = one["segment_mae"]["least_squares"]
        less = compared.get(kind, {}).get("ctac", {})
        limits = one["limits"]
        rows.append(
            [
                labels[kind],
                with_interval(one["segment_mae"]["max"]["mean"], one["segment_mae"]["max"]["interval"]),
                with_interval(scaled["mean"], scaled["interval"]),
                *(_less(less.get(figure)) for figure in ("error_max", "error")),
                with_interval(one["inferior_bias"]["mean"], one["inferior_bias"]["interval"], 1, signed=True),
                number(one["inferior_bias"]["normal"], 1, signed=True),
                number(one["inferior_bias"]["abnormal"], 1, signed=True),
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
        "where normal",
        "where abnormal",
        "limits of agreement",
        "equivalent",
    ]
    return table(heads, rows)


def _less(one: Found | None) -> str:
    if one is None:
        return NONE
    return f"{difference(one)}, p {p_value(one['p'])}"


def association_table(found: Found, labels: Mapping[str, str]) -> list[str]:
    columns = ("correlation", "within_patient", "patient_specific", "auc")
    heads = ["image", "all segments", "within a patient", "patient's own", "AUC, all segments"]
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
    "refused",
    "missed, PET",
    "missed, truth",
    "false, all",
    "false, no RCA disease",
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
        f"{one['refused']} / {one['refused_studies']}",
        f"{one['missed']}/{one['of']}",
        of_truth,
        f"{one['false']}/{one['of_normal']}",
        f"{one['false_free']}/{one['of_normal_free']}",
        number(one.get("inferior_bias"), 1, signed=True),
        number(one.get("mae_pet_scaled")),
        number(one.get("mae_truth_scaled")),
        number(one.get("correlation_truth"), 3),
        f"{one['equivalent']}/34" if "equivalent" in one else "–",
    ]


def shifts_table(found: Mapping[str, Found], labels: Mapping[str, str]) -> list[str]:
    """Each image under shift, beside the same patients' image without it, and by how much its error grows."""
    rows = []
    for name, one in found.items():
        for kind, shifted in one["shifted"].items():
            held = one["held_out"]
            if held and kind == "spect":
                continue
            more = one["more_error"].get(kind, {})
            by_whom = ""
            if held and kind == VIRTUAL:
                by_whom = f", trained on {held['patients']} patients without {SEXES[held['sex']]}"
            rows.append(
                [
                    f"{name}: {labels[kind]}{by_whom}, {shifted['patients']} patients",
                    *summary_cells(shifted),
                    *(_less(more.get(reference)) for reference in ("pet", "truth")),
                ]
            )
            if kind in one["unshifted"]:
                same = "the same patients, model of this report" if held else "the same patients, unshifted"
                rows.append([same, *summary_cells(one["unshifted"][kind]), "", ""])
    return table(["", *SUMMARY_HEADS, "error grows, PET", "error grows, truth"], rows)


def members_table(ensemble: Found, members: Mapping[str, Found], labels: Mapping[str, str]) -> list[str]:
    """Each network alone, their mean ± standard deviation, and the ensemble of them."""
    columns = (
        "refused",
        "missed",
        "missed_truth",
        "false",
        "false_free",
        "inferior_bias",
        "mae_pet_scaled",
        "mae_truth_scaled",
    )
    spread = [_mean_and_spread([one.get(column) for one in members.values()]) for column in columns]
    spread.append(_mean_and_spread([one.get("correlation_truth") for one in members.values()], 3))
    spread.append(_mean_and_spread([one.get("equivalent") for one in members.values()]))
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
