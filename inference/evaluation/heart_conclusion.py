"""What a report on the heart comes to, in plain words made from heart.json; verdicts and targets behind the words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inference.evaluation.comparisons import BETTER, FIGURES, SAME, WORSE
from inference.evaluation.heart_misses import points
from inference.evaluation.images import LABELS, NAMES, SEXES, VIRTUAL
from inference.evaluation.markdown import listed, number, table, with_interval
from inference.evaluation.statistics import RESAMPLES
from inference.evaluation.targets import BOUND, INFERIOR_BIAS, INTERVAL, TESTS

Found = Mapping[str, Any]
_RIVALS = ("spect", "chang", "ctac")
_SHORT = {
    "missed": "misses at 70 %",
    "false": "false segments at 70 %",
    "matched": "misses at CTAC's rate of false segments",
    "auc": "AUC",
    "error": "segment error",
    "correlation": "correlation",
}
_COUNTED = ("false", "equivalence")  # never below 0
_SEGMENTS = 34  # of stress and of rest
_BRIEF = {"pet": "PET", "truth": "truth"}


def conclusion(data: Found) -> list[str]:
    """For the first model of the report, on all patients together; where a single set says otherwise, it is named."""
    pooled = data["sets"][data["pooled"]]
    parts = [f"{one['patients']} {name}" for name, one in data["sets"].items() if name != data["pooled"]]
    who = f"{pooled['patients']} patients" + (f" ({listed(parts)})" if parts else "")
    simulated = (
        "All of it is simulated: nothing here says how the model does in people. "
        if data["simulated"]
        else ""
    )
    compared = pooled["against"]["pet"]["compared"].get(VIRTUAL, {})
    lines = [
        f"- {simulated}{who}. {_of_refusals(data)}",
        f"- {_counts(data)}",
        *(f"- {_beside(data, rival)}" for rival in _RIVALS if rival in compared),
        *(
            f"- {text}"
            for text in (
                _operating_point(data),
                _of_sexes(pooled["sexes"], data["labels"]),
                _missed_in_sexes(pooled["missed_in_sexes"], data["labels"]),
                _limits_in_sexes(pooled["sexes"]),
            )
            if text
        ),
        f"- {_of_targets(data)}",
    ]
    found = pooled["against"]["pet"]["uncertainty"].get(VIRTUAL)
    if found:
        lines.append(f"- {found['says']}")
    return ["## In short", "", *lines, ""]


def _counts(data: Found) -> str:
    """Whatever a verdict says, its direction is seen here."""
    said = []
    for reference, found in data["sets"][data["pooled"]]["against"].items():
        images = found["detection"]["inferior"]["images"]
        each = [
            f"{data['labels'][kind]} {one['missed']['count']} of {one['missed']['of']}, "
            f"{one['false']['count']} of {one['false']['of']}"
            for kind in (VIRTUAL, "ctac", "spect")
            if (one := images.get(kind))
        ]
        said.append(f"against {NAMES[reference]}: {'; '.join(each)}")
    return (
        f"Inferior defects missed, and normal segments called abnormal, at 70 %, {'. The same '.join(said)}."
    )


def _limits_in_sexes(sexes: Mapping[str, Found]) -> str | None:
    """The limits of the targets against PET, in each sex by itself."""
    ours = {
        says: one
        for sex, says in SEXES.items()
        if "equivalent" in (one := sexes.get(sex, {}).get(VIRTUAL, {}))
    }
    if len(ours) < 2:
        return None
    biased = [says for says, one in ours.items() if abs(one["inferior_bias"]) > INFERIOR_BIAS]
    unlike = [says for says, one in ours.items() if one["equivalent"] < _SEGMENTS]
    biases = {
        kind: " and ".join(number(sexes[sex][kind]["inferior_bias"], 1, signed=True) for sex in SEXES)
        for kind in (VIRTUAL, "spect", "ctac")
        if all("inferior_bias" in sexes[sex].get(kind, {}) for sex in SEXES)
    }
    others = "; ".join(f"{LABELS[kind]} {both}" for kind, both in biases.items() if kind != VIRTUAL)
    who = " and ".join(str(one["patients"]) for one in ours.values())
    equal = " and ".join(str(one["equivalent"]) for one in ours.values())
    return (
        f"Virtual PET beside PET, women and men ({who}): inferior bias {biases[VIRTUAL]} points"
        f"{f' ({others})' if others else ''}, limit ±{INFERIOR_BIAS:g}: "
        f"{_kept(biased)}; segments equivalent at stress and rest {equal} of {_SEGMENTS}, all of them wanted: "
        f"{_kept(unlike)}."
    )


def _kept(failing: list[str]) -> str:
    return f"**not kept in {listed(failing)}**" if failing else "kept in both"


def _of_sexes(sexes: Mapping[str, Found], labels: Mapping[str, str]) -> str | None:
    """Small hearts hide small defects from every image: whether a model helps women as it helps men must be seen."""
    if set(sexes) != set(SEXES):
        return None
    said = []
    for name, template in (("PET", "{missed} of {of}"), ("truth", "{missed_truth} of {of_truth}")):
        each = [
            f"{labels[kind]} {' and '.join(template.format(**sexes[sex][kind]) for sex in SEXES)}"
            for kind in (VIRTUAL, "ctac", "spect")
            if kind in sexes["F"]
            and kind in sexes["M"]
            and (name != "truth" or "of_truth" in sexes["F"][kind])
        ]
        said += [f"against {name}: {'; '.join(each)}"] if each else []
    return f"Inferior defects missed at 70 %, women and men, {'. The same '.join(said)}."


def _missed_in_sexes(sexes: Mapping[str, Found], labels: Mapping[str, str]) -> str | None:
    """A model that is no worse in all may be worse in the smaller hearts."""
    said = [
        f"in {words} beside {labels[rival]} ({_BRIEF[reference]}) {points(one, 100, 0)}"
        for sex, words in SEXES.items()
        for reference, by_rival in sexes.get(sex, {}).items()
        for rival, one in by_rival.items()
    ]
    if not said:
        return None
    return (
        f"Points of inferior defects that virtual PET misses more ({len(said)} comparisons, not adjusted): "
        f"{'; '.join(said)}."
    )


def _beside(data: Found, rival: str) -> str:
    groups: dict[str, list[str]] = {BETTER: [], WORSE: [], SAME: []}
    for figure, short in _SHORT.items():
        for verdict, where in _verdicts(data, rival, figure).items():
            groups[verdict].append(f"{short} ({'; '.join(where)})")
    said = "; ".join(f"**{verdict}**: {listed(items)}" for verdict, items in groups.items())
    return f"Virtual PET beside {data['labels'][rival]}: {said}."


def _verdicts(data: Found, rival: str, figure: str) -> dict[str, list[str]]:
    """{verdict on all patients: references in words, with the sets that say otherwise}."""
    found: dict[str, list[str]] = {}
    for reference in data["sets"][data["pooled"]]["against"]:
        by_set = {
            name: one["against"][reference]["compared"][VIRTUAL][rival].get(figure)
            for name, one in data["sets"].items()
        }
        pooled = by_set[data["pooled"]]
        if pooled is None or pooled["difference"] is None:
            continue
        other = [
            f"{name} {one['verdict']}"
            for name, one in by_set.items()
            if one is not None and one["difference"] is not None and one["verdict"] != pooled["verdict"]
        ]
        words = _BRIEF[reference] + (f", but {listed(other)}" if other else "")
        found.setdefault(pooled["verdict"], []).append(words)
    return found


def _operating_point(data: Found) -> str:
    found = data["sets"][data["pooled"]]["against"]["pet"]
    less = found["compared"].get(VIRTUAL, {}).get("ctac")
    if less is None or less["matched"]["difference"] is None:
        return ""
    images = found["detection"]["inferior"]["images"]
    ours, ctac = images[VIRTUAL], images["ctac"]
    return (
        f"At 70 % virtual PET calls {ours['false']['count']} of {ours['false']['of']} normal inferior segments "
        f"abnormal, CTAC {ctac['false']['count']} of {ctac['false']['of']} (PET). With as many false "
        f"segments as CTAC it misses {number(100 * ours['matched']['estimate'], 0)} % of the inferior defects, CTAC "
        f"{number(100 * ctac['matched']['estimate'], 0)} %: {points(less['matched'], 100, 0)}."
    )


def _of_targets(data: Found) -> str:
    rows = [(row, row["by_set"].get(row["set"])) for row in data["targets"]]
    reached = [row for row, one in rows if one and one["reached"]]
    shown = [one["shown_by"] for _, one in rows if one and one["reached"] and one["shown"]]
    kinds = [f"{shown.count(by)} by {by}" for by in (INTERVAL, BOUND, TESTS) if by in shown]
    how = f" ({', '.join(kinds)})" if kinds else ""
    missed = [row["brief"] for row, one in rows if one and one["reached"] is False]
    failed = f" Not reached: {listed(missed)}." if missed else ""
    return (
        f"{len(reached)} of {len(rows)} targets are reached where they are judged, {len(shown)} of them shown"
        f"{how}.{failed}{_elsewhere(reached)}"
    )


def _elsewhere(reached: list[Found]) -> str:
    """Targets reached where they are judged, which another set does not reach."""
    said = []
    for row in reached:
        other = [
            f"{name} {number(one['value'], _digits(row['unit']))}{' ' + row['unit'] if row['unit'] else ''}"
            for name, one in row["by_set"].items()
            if one["reached"] is False
        ]
        if other:
            said.append(f"{row['brief']}, judged in {row['set']} (not reached: {listed(other)})")
    return f" Reached there, but not in every set: {'; '.join(said)}." if said else ""


def _of_refusals(data: Found) -> str:
    pooled = data["sets"][data["pooled"]]
    one = pooled["refused"][VIRTUAL]
    if not one["patients"]:
        return "Virtual PET was made and read in all of them."
    return (
        f"No virtual PET in {one['patients']} of them ({one['studies']} of {2 * pooled['patients']} studies): the "
        "model refused, or no ventricle was found in what it made; those defects count as missed."
    )


def how_to_read(data: Found) -> list[str]:
    truth = (
        [
            "- **Truth**: the blood flow that the simulator put into each of 17 segments. No camera sees it; PET "
            "misses some of it too.",
        ]
        if data["simulated"]
        else []
    )
    return [
        "## How to read this",
        "",
        *truth,
        "- **PET**: the image the model was taught to imitate, with its own errors. **SPECT**: not corrected for "
        "attenuation. **Chang**: corrected as if the body were uniform. **CTAC**: corrected by a CT. **Virtual PET**: "
        "made by the model from SPECT alone.",
        "- **Missed**: a segment below 70 % in the reference and not in the image: a defect filled in. **False**: the "
        "other way round.",
        f'- **Intervals** are 95 %. Those called "patients" ({RESAMPLES:,} bootstrap samples of patients) are the ones '
        'to trust; those called "segments" (Wilson) take segments of one heart as independent and are too narrow.',
        "- **Better**, **worse**: the interval of the difference has a width and leaves out 0 and p is below .05; else "
        "**not distinguishable**, whatever the estimate is. p is not adjusted: of 20 comparisons without any "
        "difference one would be called one.",
        "- **Least squares**: after the one factor that brings an image closest to the reference. **Per cent of the "
        "maximum**: of each image's own robust maximum, as images are shown.",
        "",
    ]


def verdicts(data: Found) -> list[str]:
    """Every comparison that the conclusion rests on, set by set."""
    names = list(data["sets"])
    lines = [
        "## Better, worse, or not distinguishable",
        "",
        "Differences (virtual PET less the other image) with 95 % interval over patients; p from the bootstrap, of "
        "errors Wilcoxon's over patients. Misses and false segments in points of per cent. Of patients all images of "
        "whom could be read: errors and correlation; of everybody: the others. The least p that the bootstrap can give "
        "is .001.",
        "",
    ]
    pooled = data["sets"][data["pooled"]]["against"]
    for reference, found in pooled.items():
        for kind, rivals in found["compared"].items():
            if kind not in data["made_from"]["models"]:
                continue
            rows = [
                [
                    f"{data['labels'][rival]}: {FIGURES[figure].says}",
                    *(
                        points(
                            data["sets"][name]["against"][reference]["compared"][kind][rival][figure],
                            FIGURES[figure].factor,
                            FIGURES[figure].digits,
                        )
                        for name in names
                    ),
                ]
                for rival in rivals
                if kind == VIRTUAL or rival == "ctac"
                for figure in FIGURES
                if figure in rivals[rival]
            ]
            lines += [
                f"{data['labels'][kind]} beside other images, against {NAMES[reference]}:",
                "",
                *table(["beside", *names], rows),
            ]
    return lines


def targets_section(data: Found) -> list[str]:
    rows, names = data["targets"], list(data["sets"])
    judged = [row["by_set"].get(row["set"]) for row in rows]
    missed = sum(bool(one) and one["reached"] is False for one in judged)
    lines = [
        "## Targets",
        "",
        f"Stated before these patients were looked at; {missed} of {len(rows)} are not reached in the set where they "
        "are judged (in bold). Reached: the estimate reaches it; shown: the whole 95 % interval does (of false "
        "segments the wider of the two), or what is judged is itself an upper bound or counts tests of equivalence; an "
        "interval without width shows nothing. In the other sets the same is told for comparison.",
        "",
        *table(
            ["target", "limit", *names],
            (
                [
                    row["says"],
                    row["limit"],
                    *(
                        _target_cell(
                            row["by_set"].get(name),
                            row["unit"],
                            signed=row["figure"] not in _COUNTED,
                            bold=name == row["set"],
                        )
                        for name in names
                    ),
                ]
                for row in rows
            ),
        ),
    ]
    why = [
        f"- {row['says'][0].upper()}{row['says'][1:]}, {listed(groups)}: {text}"
        for row in rows
        for text, groups in _reasons(row).items()
    ]
    return [*lines, *(["Why not, in each set that does not reach it:", "", *why, ""] if why else [])]


def _reasons(row: Found) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, one in row["by_set"].items():
        if one["why"]:
            found.setdefault(one["why"], []).append(name)
    return found


def _target_cell(one: Found | None, unit: str, *, signed: bool, bold: bool) -> str:
    if one is None or one["value"] is None:
        return "cannot be judged"
    value = with_interval(one["value"], one["interval"], _digits(unit), signed=signed)
    said = f"{value}{' ' + unit if unit else ''}{', ' + one['note'] if one['note'] else ''}"
    words = "not reached" if not one["reached"] else "reached, shown" if one["shown"] else "reached"
    return f"{said}: **{words}**" if bold else f"{said}: {words}"


def _digits(unit: str) -> int:
    return {"%": 1, "points": 2, "of 17": 0}.get(unit, 3)
