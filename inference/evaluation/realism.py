"""Whether simulated hearts look like published ones: our figure, theirs, the tolerance, pass or FAIL.

Figures are of patients without disease at stress, per cent of each image's own robust maximum, unless they say
otherwise. A FAIL is printed as one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.evaluation import published
from inference.evaluation.detection import ABNORMAL_BELOW, columns
from inference.evaluation.images import LABELS, Values
from inference.evaluation.pattern import SIGNIFICANT
from inference.evaluation.published import WALLS, Anchor
from inference.evaluation.segments import Measured
from inference.evaluation.statistics import Flags, bonferroni, wilcoxon
from inference.heart.scores import DEFAULT
from inference.heart.segments import INFERIOR
from inference.physics.patient import STATES

_STRESS = STATES.index("stress")
_LOW_RISK = 3  # summed stress score of a normal study, at most
_SEXES = {"M": "men", "F": "women", None: "all"}
_SUMMED_CLASSES = {"0 to 3": (0, 3), "4 to 8": (4, 8), "9 to 13": (9, 13), "14 and more": (14, 68)}


@dataclass(frozen=True)
class Group:
    """Patients without disease, of one sex or of both, at stress; values(kind): [patient, segment]."""

    measured: Measured
    sex: str | None

    @property
    def name(self) -> str:
        return _SEXES[self.sex]

    def values(self, kind: str) -> Values:
        return self.measured.images[kind][:, _STRESS]


def realism(measured: Measured, *, mix: str) -> dict[str, Any]:
    """Everything of cohort.json below its origin. mix: that the cohort was drawn with; some rows are about one only."""
    normal = np.array([not territories for territories in measured.territories], dtype=bool)
    men, women, everybody = (
        Group(measured.only(normal & _of_sex(measured, sex)), sex) for sex in ("M", "F", None)
    )
    rows = [
        *_walls(men, women, everybody),
        *_ratios(men, women),
        *_spreads(everybody),
        *_variation(everybody),
        *_correction(everybody),
        *_called(men),
        *_normalcy(everybody),
        *_whole_cohort(measured, mix),
    ]
    return {
        "patients": len(measured.patients),
        "without_disease": {group.name: len(group.measured.patients) for group in (men, women, everybody)},
        "kinds": [kind for kind in LABELS if kind in measured.images],
        "rows": rows,
        "walls": {
            f"{kind} {group.name}": _mean_walls(group, kind)
            for kind in LABELS
            if kind in measured.images
            for group in (men, women)
            if len(group.measured.patients)
        },
        "rich": _rich(measured, mix),
        "pattern": _pattern(measured),
        "scored_by": f"{DEFAULT.name}, version {DEFAULT.version}",
        "summed_stress_scores": _summed(measured),
        "doubted": measured.doubted,
        "left_out": measured.left_out,
    }


def _row(what: str, who: str, value: float, anchor: Anchor) -> dict[str, Any]:
    return {
        "what": what,
        "who": who,
        "value": value,
        "published": anchor.says,
        "allowed": list(anchor.allowed),
        "source": anchor.source,
        "confidence": anchor.confidence,
        "passes": anchor.holds(value),
    }


def _rows_of(
    groups: tuple[tuple[Group, str, str, Anchor], ...], figure: Callable[[Values], float]
) -> list[dict[str, Any]]:
    """One row for each (group, kind, what, anchor) that has the image and at least two patients."""
    return [
        _row(what, f"{group.name} ({len(group.measured.patients)})", figure(group.values(kind)), anchor)
        for group, kind, what, anchor in groups
        if kind in group.measured.images and len(group.measured.patients) > 1
    ]


def _walls(men: Group, women: Group, everybody: Group) -> list[dict[str, Any]]:
    by_sex = {"M": men, "F": women, None: everybody}

    def mean_of(wall: str) -> Callable[[Values], float]:
        return lambda values: float(values[:, columns(WALLS[wall])].mean())

    return [
        row
        for (kind, sex), targets in published.WALL_TARGETS.items()
        for wall, anchor in targets.items()
        for row in _rows_of(((by_sex[sex], kind, f"{LABELS[kind]}, {wall}", anchor),), mean_of(wall))
    ]


def _mean_walls(group: Group, kind: str) -> dict[str, float]:
    values = group.values(kind)
    return {wall: float(values[:, columns(segments)].mean()) for wall, segments in WALLS.items()}


def _ratios(men: Group, women: Group) -> list[dict[str, Any]]:
    return _rows_of(
        (
            (men, "spect", "SPECT, inferior / anterior", published.RATIO_MEN),
            (women, "spect", "SPECT, inferior / anterior", published.RATIO_WOMEN),
        ),
        inferior_to_anterior,
    )


def inferior_to_anterior(values: Values) -> float:
    """Mean over patients of the ratio of the walls; values [patient, segment]."""
    inferior, anterior = (values[:, columns(WALLS[wall])].mean(axis=1) for wall in ("inferior", "anterior"))
    return float((inferior / anterior).mean())


def _spreads(everybody: Group) -> list[dict[str, Any]]:
    return _rows_of(
        (
            (everybody, "spect", "SPECT, highest less lowest segment", published.SPREAD_SPECT),
            (everybody, "ctac", "CTAC, highest less lowest segment", published.SPREAD_CTAC),
        ),
        lambda values: float(np.ptp(values, axis=1).mean()),
    )


def _variation(everybody: Group) -> list[dict[str, Any]]:
    return _rows_of(
        (
            (everybody, "spect", "SPECT, SD of a segment between patients", published.SD_SPECT),
            (everybody, "pet", "PET, SD of a segment between patients", published.SD_PET),
        ),
        lambda values: float(values.std(axis=0, ddof=1).mean()),
    )


def _correction(everybody: Group) -> list[dict[str, Any]]:
    if not {"spect", "ctac"} <= set(everybody.measured.images) or len(everybody.measured.patients) < 2:
        return []
    less = everybody.values("spect") - everybody.values("ctac")
    who = f"all ({len(less)})"
    return [
        _row("SPECT less CTAC, mean of segments", who, float(less.mean()), published.SPECT_LESS_CTAC),
        _row("SPECT less CTAC, SD of segments", who, float(less.std()), published.SPECT_LESS_CTAC_SD),
    ]


def _called(men: Group) -> list[dict[str, Any]]:
    return _rows_of(
        ((men, "spect", "SPECT, % of inferior segments below 70 %", published.INFERIOR_CALLED_MEN),),
        lambda values: float(100 * (values[:, columns(INFERIOR)] < ABNORMAL_BELOW).mean()),
    )


def _normalcy(everybody: Group) -> list[dict[str, Any]]:
    return _rows_of(
        (
            (everybody, "spect", "SPECT, % with a summed stress score of 0 to 3", published.NORMALCY_SPECT),
            (everybody, "ctac", "CTAC, % with a summed stress score of 0 to 3", published.NORMALCY_CTAC),
        ),
        lambda values: float(100 * (_summed_scores(values) <= _LOW_RISK).mean()),
    )


def _whole_cohort(measured: Measured, mix: str) -> list[dict[str, Any]]:
    who = f"whole cohort ({len(measured.patients)})"
    rows = [
        _row(
            "SPECT, lowest segment at stress",
            who,
            float(measured.images["spect"][:, _STRESS].min()),
            published.LOWEST_STRESS,
        )
    ]
    if mix == "referred":
        low = _summed_scores(measured.images["pet"][:, _STRESS]) <= _LOW_RISK
        rows.append(
            _row(
                "PET, % with a summed stress score of 0 to 3",
                who,
                float(100 * low.mean()),
                published.LOW_RISK,
            )
        )
    return rows


def _summed_scores(values: Values) -> Values:
    return np.asarray(DEFAULT.scores(values).sum(axis=-1))


def _summed(measured: Measured) -> dict[str, dict[str, int]]:
    found = {}
    for kind in (kind for kind in LABELS if kind in measured.images):
        scores = _summed_scores(measured.images[kind][:, _STRESS])
        found[kind] = {
            name: int(((scores >= low) & (scores <= high)).sum())
            for name, (low, high) in _SUMMED_CLASSES.items()
        }
    return found


def _rich(measured: Measured, mix: str) -> dict[str, Any]:
    """Whether there are enough real inferior defects to judge misses on; asked of RCA-rich cohorts only."""
    positive = measured.images["pet"][..., columns(INFERIOR)] < ABNORMAL_BELOW
    segments, patients = int(positive.sum()), int(positive.any(axis=(1, 2)).sum())
    enough = segments >= published.RICH_SEGMENTS and patients >= published.RICH_PATIENTS
    return {
        "diseased": sum(bool(territories) for territories in measured.territories),
        "with_rca": sum("RCA" in territories for territories in measured.territories),
        "segments": segments,
        "patients": patients,
        "passes": enough if mix == "rca" else None,
    }


def _pattern(measured: Measured) -> dict[str, Any]:
    """Where SPECT differs from PET in the first 40 patients, as many as the paper had."""
    few = slice(0, published.PAPER_PATIENTS)
    p = bonferroni(wilcoxon(measured.images["spect"][few] - measured.images["pet"][few]))
    found: dict[str, Any] = {}
    for n, state in enumerate(STATES):
        here = [segment + 1 for segment in np.flatnonzero(p[n] < SIGNIFICANT)]
        paper = published.PAPER_DIFFERS[state]
        agreed = 17 - len(set(here) ^ set(paper))
        found[state] = {
            "patients": len(measured.patients[few]),
            "here": [int(segment) for segment in here],
            "paper": list(paper),
            **_row(f"segments of 17 as in the paper, {state}", "", float(agreed), published.PATTERN),
        }
    return found


def _of_sex(measured: Measured, sex: str | None) -> Flags:
    return np.array([sex in {None, one} for one in measured.sex], dtype=bool)
