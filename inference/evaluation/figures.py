"""Figures of the report on the heart: misses, bias, limits of agreement, polar maps of error, uncertainty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from inference.evaluation.detection import columns
from inference.evaluation.differences import MARGIN
from inference.evaluation.drawing import (
    COLOURS,
    DIVERGING,
    INK,
    MARKERS,
    QUIET,
    colour_of,
    figure,
    style,
    svg,
)
from inference.evaluation.images import Values
from inference.evaluation.markdown import number
from inference.evaluation.segments import Measured
from inference.heart.segments import INFERIOR, segment_index
from inference.physics.patient import STATES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.projections.polar import PolarAxes

_MAIN_KINDS = ("spect", "chang", "ctac", "virtual_pet")
_REFERENCES = {"pet": "PET", "truth": "truth"}


def heart_figures(data: Mapping[str, Any], sets: Mapping[str, Measured]) -> dict[str, bytes]:
    """{file name: SVG}; data: of heart.report_of."""
    main, pooled, labels = data["sets"][data["main"]], data["sets"][data["pooled"]], data["labels"]
    simulated = data["simulated"]
    of_pet = main["against"]["pet"]["differences"]
    with style():
        drawn = {
            "misses.svg": misses(pooled, labels, simulated=simulated),
            "bias.svg": bias(of_pet, labels, against="PET", simulated=simulated),
            "bland-altman.svg": limits(sets[data["main"]], of_pet, labels, simulated=simulated),
            "polar-error.svg": polar_error(of_pet, labels, against="PET", simulated=simulated),
        }
        if "truth" in main["against"]:
            found = main["against"]["truth"]["differences"]
            drawn["bias-truth.svg"] = bias(found, labels, against="truth", simulated=simulated)
            drawn["polar-error-truth.svg"] = polar_error(found, labels, against="truth", simulated=simulated)
        if main["against"]["pet"]["uncertainty"]:
            drawn["uncertainty.svg"] = uncertainty(pooled, labels, simulated=simulated)
    return drawn


def misses(found: Mapping[str, Any], labels: Mapping[str, str], *, simulated: bool) -> bytes:
    """Share of inferior defects missed and of normal inferior segments called, bars with patients' intervals."""
    against = found["against"]
    events = {
        "missed": "inferior defects missed",
        "false": "false, all patients",
        "false_without_disease": "false, no RCA disease",
    }
    drawing = figure(9.0, 1.2 + 1.6 * len(against), simulated=simulated)
    grid = drawing.subplots(len(against), len(events), squeeze=False, sharex="col", sharey="row")
    for row, (reference, one) in zip(grid, against.items(), strict=True):
        area = one["detection"]["inferior"]
        kinds = [kind for kind in area["images"] if kind != "ideal"]
        for axes, (event, title) in zip(row, events.items(), strict=True):
            _bars(axes, [area["images"][kind][event] for kind in kinds], kinds, labels)
            axes.set_title(f"{title} ({_REFERENCES[reference]})")
    for place, axes in enumerate(grid[-1]):
        axes.set_xlim(0, max(1.35 * max(each.dataLim.x1 for each in grid[:, place]), 5))
        axes.set_xlabel("% of segments, 95 % interval")
    return svg(drawing)


def _bars(
    axes: Axes, found: Sequence[Mapping[str, Any]], kinds: Sequence[str], labels: Mapping[str, str]
) -> None:
    models = [kind for kind in kinds if kind not in COLOURS]
    for place, (kind, one) in enumerate(zip(kinds, found, strict=True)):
        share = 100 * (one["share"] or 0)
        colour = colour_of(kind, models.index(kind) if kind in models else place)
        axes.barh(place, share, color=colour, height=0.62)
        low, high = (100 * end for end in (one["interval"] or (one["share"] or 0,) * 2))
        axes.plot([low, high], [place, place], color=INK, linewidth=1)
        axes.annotate(
            f"{one['count']}/{one['of']}", (max(share, high), place), (4, -3), textcoords="offset points"
        )
    axes.set_yticks(range(len(kinds)), [labels[kind] for kind in kinds])
    axes.set_ylim(len(kinds) - 0.4, -0.6)


def bias(found: Mapping[str, Any], labels: Mapping[str, str], *, against: str, simulated: bool) -> bytes:
    """Mean difference of each segment with its 95 % interval over patients; the band is the margin."""
    kinds = [kind for kind in _MAIN_KINDS if kind in found]
    drawing = figure(7.0, 5.4, simulated=simulated)
    rows = drawing.subplots(len(STATES), 1, sharex=True, sharey=True)
    for axes, state in zip(rows, STATES, strict=True):
        axes.axhspan(-MARGIN, MARGIN, color="#eef1f4")
        axes.axhline(0, color=QUIET, linewidth=0.8)
        for place, kind in enumerate(kinds):
            one = found[kind]["segments"][state]
            at = np.arange(1, 18) + (place - (len(kinds) - 1) / 2) * 0.17
            mean = np.array(one["bias"])
            reach = np.abs(np.array([one["low"], one["high"]]) - mean)
            axes.errorbar(
                at,
                mean,
                yerr=reach,
                fmt=MARKERS[kind],
                color=colour_of(kind, place),
                markersize=3.5,
                linewidth=1,
                label=labels[kind],
            )
        axes.set_xlim(0.5, 17.5)
        axes.set_xticks(range(1, 18))
        axes.set_ylabel(f"less {against}, points")
        axes.set_title(state)
    rows[-1].set_xlabel("segment (4, 10, 15 are inferior)")
    drawing.legend(*rows[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(kinds))
    return svg(drawing)


def limits(
    measured: Measured, found: Mapping[str, Any], labels: Mapping[str, str], *, simulated: bool
) -> bytes:
    """Bland-Altman plots of single segments against PET; inferior ones stand out."""
    kinds = [kind for kind in _MAIN_KINDS if kind in found]
    drawing = figure(2.0 * len(kinds) + 0.6, 2.7, simulated=simulated)
    row = drawing.subplots(1, len(kinds), sharex=True, sharey=True, squeeze=False)[0]
    pet = measured.images["pet"]
    inferior = np.zeros(pet.shape, dtype=bool)
    inferior[..., columns(INFERIOR)] = True
    for axes, kind in zip(row, kinds, strict=True):
        values = measured.images[kind]
        mean, less = (values + pet) / 2, values - pet
        for chosen, colour, name in (
            (~inferior, QUIET, "other segments"),
            (inferior, "#d55e00", "inferior segments"),
        ):
            axes.scatter(
                mean[chosen], less[chosen], s=3, color=colour, linewidths=0, label=name, rasterized=True
            )
        one = found[kind]["limits"]
        for height, dashes in ((one["bias"], "-"), (one["low"], "--"), (one["high"], "--")):
            axes.axhline(height, color=INK, linewidth=0.9, linestyle=dashes)
        axes.set_title(labels[kind])
        axes.set_xlabel("mean with PET, %")
    row[0].set_ylabel("less PET, points")
    drawing.legend(*row[0].get_legend_handles_labels(), loc="outside upper center", ncols=2, markerscale=3)
    return svg(drawing)


def polar_error(
    found: Mapping[str, Any], labels: Mapping[str, str], *, against: str, simulated: bool
) -> bytes:
    """Mean difference by segment on the polar map, stress above rest."""
    kinds = [kind for kind in _MAIN_KINDS if kind in found]
    drawing = figure(1.7 * len(kinds) + 0.8, 3.9, simulated=simulated)
    grid = drawing.subplots(len(STATES), len(kinds), squeeze=False, subplot_kw={"projection": "polar"})
    reach = 20.0
    for row, state in zip(grid, STATES, strict=True):
        for axes, kind in zip(row, kinds, strict=True):
            _polar(axes, np.array(found[kind]["segments"][state]["bias"]), reach)
            axes.set_title(f"{labels[kind]}, {state}", pad=-2)
    drawing.colorbar(
        grid[0, 0].collections[0], ax=grid, shrink=0.6, extend="both", label=f"less {against}, points"
    )
    return svg(drawing)


def _polar(axes: PolarAxes, values: Values, reach: float) -> None:
    segments = segment_index()
    rings, angles = segments.shape
    theta = np.linspace(0, 2 * np.pi, angles + 1) + np.pi / 2  # anterior at the top, septum to the left
    axes.pcolormesh(
        theta,
        np.linspace(0, 1, rings + 1),
        values[segments - 1],
        cmap=DIVERGING,
        vmin=-reach,
        vmax=reach,
        rasterized=True,
    )
    degrees = (np.arange(angles) + 0.5) * 2 * np.pi / angles
    for segment in range(1, 18):
        ring, angle = np.nonzero(segments == segment)
        place = np.angle(np.exp(1j * degrees[angle]).mean()) + np.pi / 2
        radius = 0.0 if segment == 17 else (ring.mean() + 0.5) / rings
        strong = abs(values[segment - 1]) > 0.65 * reach
        axes.text(
            place,
            radius,
            number(values[segment - 1], 0, signed=True),
            ha="center",
            va="center",
            fontsize=6,
            color="white" if strong else INK,
        )
    axes.set_axis_off()


def uncertainty(found: Mapping[str, Any], labels: Mapping[str, str], *, simulated: bool) -> bytes:
    """Mean absolute error of segments in tenths of growing spread of the ensemble's members."""
    kinds = list(found["against"]["pet"]["uncertainty"])
    drawing = figure(2.9 * len(kinds) + 0.4, 2.9, simulated=simulated)
    row = drawing.subplots(1, len(kinds), sharey=True, squeeze=False)[0]
    for axes, kind in zip(row, kinds, strict=True):
        for reference, colour, marker in (("pet", "#0072b2", "o"), ("truth", "#d55e00", "s")):
            one = found["against"].get(reference, {}).get("uncertainty", {}).get(kind)
            if one is None:
                continue
            tenths = one["deciles"]
            axes.plot(
                [tenth["spread"] for tenth in tenths],
                [tenth["error"] for tenth in tenths],
                color=colour,
                marker=marker,
                markersize=4,
                linewidth=1,
                label=f"against {_REFERENCES[reference]}",
            )
        axes.set_title(labels[kind])
        axes.set_xlabel("spread of members, points (tenths of segments)")
    row[0].set_ylim(0, 1.05 * max(axes.dataLim.y1 for axes in row))
    row[0].set_ylabel("mean absolute error, points")
    row[0].legend()
    return svg(drawing)
