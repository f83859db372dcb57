"""How much the place of a ventricle deserves to be believed: one number from what was measured while finding it.

A logistic model of being well placed, within half of the limits beyond which a place is wrong (evaluation.finder),
fitted to simulated hearts whose true place is known by
`python -m inference evaluate finder --hearts 300 --seed 11 --out REPORT --calibrate`, which writes
REPORT/confidence.json; a copy of it lies beside this module. It has seen no real heart.
"""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.heart.axis import Axis
from inference.heart.frame import APEX_K, NEUTRAL_SPACING_MM, base_k
from inference.heart.sampling import RINGS_A_BAND, ROBUST_QUANTILE, PolarMap, ray_maxima
from inference.heart.search import Ring
from inference.heart.segments import segment_values
from inference.volume import Voxels

CONSTANTS = Path(__file__).with_name("confidence.json")
_USUAL_APEX_MM, _USUAL_BASE_MM = 4.0, 6.0
_SEEN = 0.5  # of the robust maximum: such a place shows the wall


@dataclass(frozen=True)
class Evidence:
    """ring, dome: mean contrasts of the wall with what lies inside and outside of it. apex_share, apex_depth_mm,
    base_uneven_mm, wobble_mm: see heart.axis. middle_complete, base_complete: share of the polar map's places that
    show a wall, in the apical and mid bands and in the basal one. cap: mean activity of the cap, of the robust
    maximum. shape: length over radius. neighbour: logarithm of the hottest neighbour over the wall's level.
    apex_unsteady, base_unsteady: by how many points the most affected of the 17 values would change, were the apex
    4 mm or the base 6 mm elsewhere on the axis, which are usual errors.
    """

    ring: float
    dome: float
    apex_share: float
    apex_depth_mm: float
    base_uneven_mm: float
    middle_complete: float
    base_complete: float
    cap: float
    shape: float
    wobble_mm: float
    neighbour: float
    tilt_degrees: float
    apex_unsteady: float
    base_unsteady: float

    def as_row(self) -> NDArray[np.float64]:
        return np.array(astuple(self))


NAMES = tuple(field.name for field in fields(Evidence))
# Beyond these a quantity says no more than at them: no single odd one may outvote the others.
_LEAST = np.array([0.0, -0.2, 0.0, -8.0, 0.0, 0.0, 0.0, 0.0, 1.5, 0.0, -1.0, 0.0, 0.0, 0.0])
_MOST = np.array([0.5, 0.7, 1.2, 15.0, 40.0, 1.0, 1.0, 1.2, 3.6, 6.0, 1.5, 20.0, 30.0, 30.0])


def evidence(
    ring: Ring, axis: Axis, maxima: PolarMap, *, on_grid: Voxels, length_mm: float, neighbour: float
) -> Evidence:
    """maxima: of the rays in `on_grid`, the image on the neutral grid. neighbour: the hottest activity beside the
    ventricle, in the units in which the axis was fitted.
    """
    shown = maxima / float(np.quantile(maxima, ROBUST_QUANTILE))
    cap, middle, base = np.split(shown, [RINGS_A_BAND, 3 * RINGS_A_BAND])
    return Evidence(
        ring=ring.score,
        dome=axis.apex.contrast,
        apex_share=axis.apex.share,
        apex_depth_mm=axis.apex.depth_mm,
        base_uneven_mm=axis.base.uneven_mm,
        middle_complete=float((middle >= _SEEN).mean()),
        base_complete=float((base >= _SEEN).mean()),
        cap=float(cap.mean()),
        shape=length_mm / axis.radius_mm,
        wobble_mm=axis.wobble_mm,
        neighbour=float(np.log(max(neighbour, 1e-6) / axis.level)),
        tilt_degrees=axis.tilt_degrees,
        apex_unsteady=_unsteady(on_grid, maxima, axis.radius_mm, length_mm, apex_mm=_USUAL_APEX_MM),
        base_unsteady=_unsteady(on_grid, maxima, axis.radius_mm, length_mm, base_mm=_USUAL_BASE_MM),
    )


def _unsteady(
    on_grid: Voxels,
    maxima: PolarMap,
    radius_mm: float,
    length_mm: float,
    *,
    apex_mm: float = 0,
    base_mm: float = 0,
) -> float:
    """The largest change of one of the 17 values with an end of the axis this far to either side."""
    found = _values(maxima)
    changes = []
    for side in (-1, 1):
        moved = ray_maxima(
            on_grid,
            base_k=base_k(length_mm + side * base_mm),
            radius_mm=radius_mm,
            apex_k=APEX_K + side * apex_mm / NEUTRAL_SPACING_MM,
        )
        changes.append(np.abs(_values(moved) - found).max())
    return float(max(changes))


def _values(maxima: PolarMap) -> NDArray[np.float64]:
    return segment_values(maxima * (100 / max(float(np.quantile(maxima, ROBUST_QUANTILE)), 1e-12)))


@dataclass(frozen=True, eq=False)
class Calibration:
    """mean, scale, weight: of each quantity of `Evidence`, in its order. doubt_below: less is a reason to look."""

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weight: NDArray[np.float64]
    intercept: float
    doubt_below: float

    def confidence(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """0 to 1 of evidence [..., quantity]: the share of simulated hearts like this one that were well placed."""
        standard = (np.clip(rows, _LEAST, _MOST) - self.mean) / self.scale
        return np.asarray(1 / (1 + np.exp(-(standard @ self.weight + self.intercept))))

    def as_json(self) -> dict[str, Any]:
        return {
            "quantities": {
                name: {"mean": float(m), "scale": float(s), "weight": float(w)}
                for name, m, s, w in zip(NAMES, self.mean, self.scale, self.weight, strict=True)
            },
            "intercept": self.intercept,
            "doubt_below": self.doubt_below,
        }


def fitted(rows: NDArray[np.float64], well: NDArray[np.bool_], *, ridge: float = 3.0) -> Calibration:
    """The logistic model of `well` [heart] on evidence [heart, quantity]; doubt_below is left at 0.

    ridge: penalty on squared weights of standardised quantities, so that few hearts do not decide one.
    Newton's method from zero; the penalised likelihood has one maximum.
    """
    clipped = np.clip(rows, _LEAST, _MOST)
    mean, scale = clipped.mean(axis=0), clipped.std(axis=0) + 1e-6
    design = np.column_stack([np.ones(len(rows)), (clipped - mean) / scale])
    penalty = np.diag([0.0, *[ridge] * rows.shape[1]])
    weight = np.zeros(design.shape[1])
    for _ in range(30):
        expected = 1 / (1 + np.exp(-(design @ weight)))
        slope = design.T @ (well - expected) - penalty @ weight
        curvature = (design.T * (expected * (1 - expected))) @ design + penalty + 1e-9 * np.eye(len(weight))
        weight = weight + np.linalg.solve(curvature, slope)
    return Calibration(mean, scale, weight[1:], float(weight[0]), doubt_below=0.0)


@cache
def calibration() -> Calibration:
    """The constants in use."""
    stored = json.loads(CONSTANTS.read_text(encoding="utf-8"))
    mean, scale, weight = (
        np.array([stored["quantities"][name][key] for name in NAMES]) for key in ("mean", "scale", "weight")
    )
    return Calibration(mean, scale, weight, stored["intercept"], stored["doubt_below"])
