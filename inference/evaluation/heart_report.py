"""report.md of `evaluate heart`, from heart.json alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inference.evaluation.detection import ABNORMAL_BELOW
from inference.evaluation.differences import MARGIN
from inference.evaluation.heart_tables import (
    SUMMARY_HEADS,
    association_table,
    equivalence_table,
    errors_table,
    inferior_table,
    likeness_table,
    members_table,
    scores_table,
    segments_table,
    summary_cells,
    summed_table,
    targets_table,
    territory_table,
    uncertainty_table,
)
from inference.evaluation.markdown import number, origin, table
from inference.evaluation.statistics import RESAMPLES
from inference.physics.patient import STATES

_AGAINST = {"pet": "PET", "truth": "the simulated truth"}
_SCALING = {
    "pet": "Bias, limits and equivalence: per cent of the maximum.",
    "truth": "Bias, limits and equivalence: after least squares, because no camera blurs the truth.",
}


def as_markdown(data: Mapping[str, Any]) -> str:
    sections = (
        _opening,
        _misses,
        _targets,
        _errors,
        _information,
        _segments,
        _scores,
        _pattern,
        _voxels,
        _members,
        _uncertainty,
        _sexes,
        _shifts,
        _doubts,
    )
    return "\n".join(line for section in sections for line in section(data)).rstrip() + "\n"


def _opening(data: Mapping[str, Any]) -> list[str]:
    made = data["made_from"]
    lines = ["# Virtual PET of the heart against PET and against the truth", ""]
    if data["simulated"]:
        lines += [
            "**Every patient and every image here is simulated.** Nothing below says how the model does in "
            "people.",
            "",
        ]
    lines += [
        "Values are per cent of each image's own robust maximum, in 17 segments at stress and at rest, "
        "each image with the ventricle that was found in it. A segment is abnormal below "
        f"{ABNORMAL_BELOW:.0f} %. Intervals are 95 %: "
        f'"segments" as if segments were independent (Wilson), "patients" from {RESAMPLES:,} bootstrap '
        "samples of "
        "patients, which is the one to trust.",
        "",
        *table(
            ["patients", "number", "women", "with disease", "made by"],
            (
                [
                    name,
                    str(one["patients"]),
                    str(one["women"]),
                    str(one["diseased"]),
                    origin(made["cohorts"][name]) if name in made["cohorts"] else "all of the above",
                ]
                for name, one in data["sets"].items()
            ),
        ),
        *table(
            ["model", "name", "networks", "digest"],
            (
                [
                    data["labels"][kind],
                    f"{one['name']} {one['version']}",
                    str(one["members"]),
                    one["digest"][:16],
                ]
                for kind, one in made["models"].items()
            ),
        ),
        "These patients were looked at for these models only; when, stands in timing.json. No choice was "
        "made on them.",
        "",
    ]
    return lines


def _misses(data: Mapping[str, Any]) -> list[str]:
    labels, pooled = data["labels"], data["sets"][data["pooled"]]
    lines = ["## Misses and false positives", ""]
    for reference, found in pooled["against"].items():
        area = found["detection"]["inferior"]
        lines += [
            f"Inferior segments (4, 10, 15) against {_AGAINST[reference]}, {pooled['patients']} patients: "
            f"{area['reference']['segments']} abnormal, in {area['reference']['patients']} patients.",
            "",
            *inferior_table(area, labels),
        ]
    lines += ["![Misses and false positives](misses.svg)", ""]
    for reference, found in pooled["against"].items():
        lines += [
            f"By territory (standard assignment of segments), against {_AGAINST[reference]}:",
            "",
            *territory_table(found["detection"], labels),
        ]
    for name in (name for name in data["sets"] if name != data["pooled"]):
        for reference, found in data["sets"][name]["against"].items():
            lines += [
                f"Inferior segments of the {name} patients alone, against {_AGAINST[reference]}:",
                "",
                *inferior_table(found["detection"]["inferior"], labels),
            ]
    return lines


def _targets(data: Mapping[str, Any]) -> list[str]:
    counts = {name: f"{one['patients']} {name}" for name, one in data["sets"].items()}
    missed = sum(row["reached"] is False for row in data["targets"])
    return [
        "## Targets",
        "",
        f"Stated before these patients were looked at; {missed} of {len(data['targets'])} are not reached.",
        "",
        *targets_table(data["targets"], counts),
    ]


def _errors(data: Mapping[str, Any]) -> list[str]:
    lines = ["## Errors of segments", ""]
    for name in _sets(data):
        for reference, found in data["sets"][name]["against"].items():
            lines += [
                f"Mean absolute error of the {name} patients against {_AGAINST[reference]}, in points, "
                "each image in per cent of its own maximum, and after the one factor that brings it "
                "closest to the reference (least squares); p from Wilcoxon's test over patients. "
                f"Equivalent: segments of 34 within ±{MARGIN:g} points. {_SCALING[reference]}",
                "",
                *errors_table(found["differences"], found["less_ctac"], data["labels"]),
            ]
    return [*lines, "![Bland-Altman](bland-altman.svg)", ""]


def _information(data: Mapping[str, Any]) -> list[str]:
    lines = ["## What an image knows of the patient", ""]
    for reference, found in data["sets"][data["main"]]["against"].items():
        lines += [
            f"Correlation with {_AGAINST[reference]} over all segments; within a patient (each image less "
            "its mean); and of the patient's own pattern (less the mean of each segment over patients "
            f"too). AUC: telling segments that are abnormal in {_AGAINST[reference]} from the others.",
            "",
            *association_table(found["association"], data["labels"]),
        ]
    return lines


def _segments(data: Mapping[str, Any]) -> list[str]:
    found = data["sets"][data["main"]]["against"]
    kinds = _spect_and_models(data)
    lines = ["## 17 segments against PET", ""]
    for state in STATES:
        lines += [
            f"{state.capitalize()}: bias (95 % interval), mean absolute error, p of Wilcoxon's test over "
            "patients, as it is and adjusted for the 34 tests of an image.",
            "",
            *segments_table(found["pet"]["differences"], kinds, data["labels"], state),
        ]
    lines += ["![Bias against PET](bias.svg)", "", "![Mean error against PET](polar-error.svg)", ""]
    for reference, one in found.items():
        lines += [
            f"Equivalence to {_AGAINST[reference]}: 90 % interval of the bias; = lies within ±{MARGIN:g} "
            "points (two one-sided t tests at 5 %; all 17 together need no further correction), ≠ does not. "
            f"{_SCALING[reference]}",
            "",
            *equivalence_table(one["differences"], kinds, data["labels"]),
        ]
    if "truth" in found:
        lines += ["![Bias against truth](bias-truth.svg)", "", "![Mean error](polar-error-truth.svg)", ""]
    return lines


def _scores(data: Mapping[str, Any]) -> list[str]:
    found = data["sets"][data["main"]]["scores"]
    lines = [
        "## Scores",
        "",
        "Scores 0 to 4 from uptake. Over: patients in whom the image scores a segment higher (worse) than "
        "PET does. p is Wilcoxon's after Holm over the 51 tests of an image. Difference: score at stress "
        "less score at rest.",
        "",
    ]
    for thresholds, by_kind in found.items():
        lines += [
            f"By the thresholds {thresholds} (% of the maximum):",
            "",
            *scores_table(by_kind, _spect_and_models(data), data["labels"]),
            *summed_table(by_kind, data["labels"]),
        ]
    return lines


def _pattern(data: Mapping[str, Any]) -> list[str]:
    lines = [
        "## The paper's pattern (Kawakubo 2024, Ann Nucl Med 38:199)",
        "",
        "Segments that differ from PET (p < .05 after Bonferroni over 34 tests; the paper's correction is "
        "not known to us):",
        "",
    ]
    rows = []
    for kind, one in data["pattern"].items():
        for state, found in one["differs"].items():
            paper = found["paper"] if kind == "spect" else []
            rows.append(
                [
                    f"{data['labels'][kind]}, {state}",
                    _listed(paper),
                    _listed(found["here"]),
                    _listed(sorted(set(found["here"]) & set(paper))),
                    _listed(sorted(set(paper) - set(found["here"]))),
                    _listed(sorted(set(found["here"]) - set(paper))),
                ]
            )
    lines += table(["", "in the paper", "here", "appears", "does not appear", "here only"], rows)
    lines += [
        "Inferior segments that are scored worse than PET (p < .05 after Holm); in the paper SPECT in 4, "
        "10, 15 (numbers from memory, medium confidence) and virtual PET not:",
        "",
    ]
    rows = [
        [
            f"{data['labels'][kind]}, {reading}",
            thresholds,
            *(
                f"{number(found['mean'][n], 2, signed=True)}{' *' if int(n) in found['here'] else ''}"
                for n in found["mean"]
            ),
            _listed([n for n in found["here"] if n not in found["paper"]]),
        ]
        for kind, one in data["pattern"].items()
        for thresholds, readings in one["overscored"].items()
        for reading, found in readings.items()
    ]
    lines += table(["", "thresholds", "4", "10", "15", "others"], rows)
    return lines


def _voxels(data: Mapping[str, Any]) -> list[str]:
    found = data["sets"][data["main"]]
    return [
        "## Voxels inside the heart, against PET",
        "",
        "Inside the ventricle that was found in PET, its cavity included; each image in per cent of its "
        "own robust maximum. NMAE in per cent of PET's maximum; mean ± SD over patients.",
        "",
        *likeness_table(found["likeness"], data["labels"]),
    ]


def _members(data: Mapping[str, Any]) -> list[str]:
    lines = []
    for name in _sets(data):
        members = data["sets"][name]["members"]
        for kind, of_kind in members.items():
            lines += [
                f"{data['labels'][kind]}, {name} patients:",
                "",
                *members_table(data["sets"][name]["ensembles"][kind], of_kind, data["labels"]),
            ]
    return ["## Seeds: each network alone", "", _SUMMARY, "", *lines] if lines else []


_SUMMARY = (
    "Missed and false: inferior segments (false: in patients without RCA disease). Errors after "
    "least-squares scaling."
)


def _uncertainty(data: Mapping[str, Any]) -> list[str]:
    pooled = data["sets"][data["pooled"]]["against"]
    found = {f"against {_AGAINST[reference]}": one["uncertainty"] for reference, one in pooled.items()}
    if not any(found.values()):
        return []
    return [
        "## Uncertainty",
        "",
        "Spread: standard deviation of a segment's value over the networks of the ensemble. An uncertainty "
        "that is worth showing is larger where the error is larger, above all at defects that are missed.",
        "",
        *uncertainty_table(found, data["labels"]),
        "![Error by spread](uncertainty.svg)",
        "",
    ]


def _sexes(data: Mapping[str, Any]) -> list[str]:
    found = data["sets"][data["pooled"]]["sexes"]
    names = {"F": "women", "M": "men"}
    rows = [
        [f"{data['labels'][kind]}, {one['patients']} {names[sex]}", *summary_cells(one)]
        for sex, by_kind in found.items()
        for kind, one in by_kind.items()
    ]
    return ["## Women and men", "", _SUMMARY, "", *table(["", *SUMMARY_HEADS], rows)] if rows else []


def _shifts(data: Mapping[str, Any]) -> list[str]:
    rows = []
    for name, one in data["shifts"].items():
        for kind, shifted in one["shifted"].items():
            rows.append(
                [f"{name}: {data['labels'][kind]}, {shifted['patients']} patients", *summary_cells(shifted)]
            )
            if kind in one["unshifted"]:
                rows.append(["the same, unshifted", *summary_cells(one["unshifted"][kind])])
    if not rows:
        return []
    return [
        "## Under shift",
        "",
        "Some of the same patients, seen by a camera or in a body unlike those of training, or by a model "
        f"that never saw their sex; PET is as before. {_SUMMARY}",
        "",
        *table(["", *SUMMARY_HEADS], rows),
    ]


def _doubts(data: Mapping[str, Any]) -> list[str]:
    lines = ["## Doubts about position", ""]
    every = {**data["sets"], **{f"shift {name}": one for name, one in data["shifts"].items()}}
    for name, one in every.items():
        doubted = ", ".join(
            f"{data['labels'].get(kind, kind)} {count}" for kind, count in one["doubted"].items()
        )
        left = "; ".join(f"{patient}: {reason}" for patient, reason in one["left_out"].items())
        lines.append(
            f"- {name}: images whose ventricle a person should check: {doubted}. Left out: "
            f"{left or 'nobody'}."
        )
    return [*lines, ""]


def _sets(data: Mapping[str, Any]) -> list[str]:
    return [name for name in data["sets"] if name != data["pooled"] or name == data["main"]]


def _spect_and_models(data: Mapping[str, Any]) -> list[str]:
    return ["spect", *data["made_from"]["models"]]


def _listed(segments: list[int]) -> str:
    return ", ".join(map(str, segments)) or "none"
