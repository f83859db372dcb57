"""report.md of `evaluate heart`, from heart.json alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inference.evaluation.detection import ABNORMAL_BELOW
from inference.evaluation.differences import MARGIN
from inference.evaluation.heart_conclusion import conclusion, how_to_read, targets_section, verdicts
from inference.evaluation.heart_misses import doubts, misses, refusals
from inference.evaluation.heart_tables import (
    SUMMARY_HEADS,
    association_table,
    equivalence_table,
    errors_table,
    likeness_table,
    members_table,
    scores_table,
    segments_table,
    shifts_table,
    summary_cells,
    summed_table,
    uncertainty_table,
)
from inference.evaluation.images import NAMES, SEXES
from inference.evaluation.markdown import number, origin, table
from inference.evaluation.pattern import in_words as pattern_in_words
from inference.physics.patient import STATES

_SCALING = {
    "pet": "Bias, limits and equivalence: per cent of the maximum.",
    "truth": "Bias, limits and equivalence: after least squares, because no camera blurs the truth.",
}


def as_markdown(data: Mapping[str, Any]) -> str:
    sections = (
        _opening,
        conclusion,
        how_to_read,
        misses,
        refusals,
        targets_section,
        verdicts,
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
        doubts,
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
        f"{ABNORMAL_BELOW:.0f} %.",
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
        "These patients were looked at for these models only. No choice was made on them.",
        "",
    ]
    return lines


def _errors(data: Mapping[str, Any]) -> list[str]:
    lines = ["## Errors of segments", ""]
    for name in _sets(data):
        for reference, found in data["sets"][name]["against"].items():
            lines += [
                f"Mean absolute error of the {name} patients against {NAMES[reference]}, in points, "
                "each image in per cent of its own maximum, and after the one factor that brings it "
                "closest to the reference (least squares); p from Wilcoxon's test over patients. "
                f"Equivalent: segments of 34 within ±{MARGIN:g} points. {_SCALING[reference]}",
                "",
                *errors_table(found["differences"], found["compared"], data["labels"]),
            ]
    return [*lines, "![Bland-Altman](bland-altman.svg)", ""]


def _information(data: Mapping[str, Any]) -> list[str]:
    lines = ["## What an image knows of the patient", ""]
    for reference, found in data["sets"][data["main"]]["against"].items():
        lines += [
            f"Correlation with {NAMES[reference]} over all segments; within a patient (each image less "
            "its mean); and of the patient's own pattern (less the mean of each segment over patients "
            f"too). AUC: telling segments that are abnormal in {NAMES[reference]} from the others.",
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
            f"Equivalence to {NAMES[reference]}: 90 % interval of the bias; = lies within ±{MARGIN:g} "
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
        "Mean score less PET's in the inferior segments, * where p < .05 after Holm; others: segments elsewhere that "
        "are scored worse so. In the paper SPECT is in 4, 10, 15 (numbers from memory, medium confidence) and virtual "
        "PET is not:",
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
    return [*lines, *(f"{sentence}\n" for sentence in pattern_in_words(data["pattern"], data["labels"]))]


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
    "Refused: patients / studies, whose defects count as missed. Missed and false: inferior segments. Errors after "
    "least-squares scaling, of patients of whom every image could be read."
)


def _uncertainty(data: Mapping[str, Any]) -> list[str]:
    pooled = data["sets"][data["pooled"]]["against"]
    found = {f"against {NAMES[reference]}": one["uncertainty"] for reference, one in pooled.items()}
    if not any(found.values()):
        return []
    return [
        "## Uncertainty",
        "",
        "Spread: standard deviation of a segment's value over the networks of the ensemble. An uncertainty "
        "that is worth showing is larger where the error is larger, above all at defects that are missed.",
        "",
        *uncertainty_table(found, data["labels"]),
        *(
            f"{data['labels'][kind]}: {one['uncertainty'][kind]['says']}\n"
            for reference, one in pooled.items()
            for kind in one["uncertainty"]
        ),
        "![Error by spread](uncertainty.svg)",
        "",
    ]


def _sexes(data: Mapping[str, Any]) -> list[str]:
    found = data["sets"][data["pooled"]]["sexes"]
    rows = [
        [f"{data['labels'][kind]}, {one['patients']} {SEXES[sex]}", *summary_cells(one)]
        for sex, by_kind in found.items()
        for kind, one in by_kind.items()
    ]
    return ["## Women and men", "", _SUMMARY, "", *table(["", *SUMMARY_HEADS], rows)] if rows else []


def _shifts(data: Mapping[str, Any]) -> list[str]:
    if not data["shifts"]:
        return []
    return [
        "## Under shift",
        "",
        "Some of the same patients, seen by a camera or in a body unlike those of training, or by a model "
        f"that never saw their sex; PET is as before. {_SUMMARY} Error grows: least squares, with 95 % interval over "
        "patients and Wilcoxon's p, from the same image unshifted, or from the model that was trained on as many "
        "patients of both sexes, where there is one.",
        "",
        *shifts_table(data["shifts"], data["labels"]),
    ]


def _sets(data: Mapping[str, Any]) -> list[str]:
    return [name for name in data["sets"] if name != data["pooled"] or name == data["main"]]


def _spect_and_models(data: Mapping[str, Any]) -> list[str]:
    return ["spect", *data["made_from"]["models"]]


def _listed(segments: list[int]) -> str:
    return ", ".join(map(str, segments)) or "none"
