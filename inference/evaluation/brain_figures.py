"""Figures of the brain report: errors by region, and the images of one head side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from inference.evaluation.drawing import COLOURS, OTHER_COLOURS, figure, style, svg
from inference.volume import Volume

_SHOWN_SLICES = (12, 20, 26)
_COLOURS = (COLOURS["chang"], OTHER_COLOURS[2], COLOURS["ctac"], COLOURS["virtual_pet"], OTHER_COLOURS[1])
NAMES = {
    "nac": "uncorrected",
    "chang": "Chang",
    "ctac": "CTAC",
    "short": "short scan (1/5), CTAC",
    "filtered": "short scan, filtered",
}


def brain_figures(data: dict[str, Any], example: Mapping[str, Volume]) -> dict[str, bytes]:
    with style():
        return {"regions.svg": _regions(data), "example.svg": _example(example)}


def example_of(images: Mapping[str, Volume]) -> dict[str, Volume]:
    """Those that the example shows: not each member."""
    return {kind: image for kind, image in images.items() if "#" not in kind}


def _regions(data: dict[str, Any]) -> bytes:
    """Mean error of each region against CTAC; raw above, scaled below."""
    found = data["against"]["ctac"]
    # Beside the 60 % that is missing from an uncorrected image nothing else could be seen.
    images = [image for image in found if image not in ("ctac", "nac") and "#" not in image]
    names = list(found[images[0]]["raw"]["by_region"])
    drawn = figure(7.5, 5.0, simulated=True)
    width = 0.8 / len(images)
    for axes, scale in zip(drawn.subplots(2, 1, sharex=True), ("raw", "scaled"), strict=True):
        for n, image in enumerate(images):
            places = np.arange(len(names)) + (n - (len(images) - 1) / 2) * width
            heights = [found[image][scale]["by_region"][name] for name in names]
            axes.bar(places, heights, width, color=_COLOURS[n % len(_COLOURS)], label=NAMES.get(image, image))
        axes.axhline(0, color="black", linewidth=0.6)
        axes.set_ylabel(f"error, {scale} (%)")
        axes.set_xticks(range(len(names)), names, rotation=60, ha="right")
    drawn.axes[0].legend(ncols=len(images), fontsize=7, loc="lower left", bbox_to_anchor=(0, 1))
    return svg(drawn)


def _example(images: Mapping[str, Volume]) -> bytes:
    """Three slices of one head; each image scaled to its own brightest hundredth, left of the patient on the right."""
    drawn = figure(1.4 * len(images), 1.5 * len(_SHOWN_SLICES), simulated=True)
    grid = drawn.subplots(len(_SHOWN_SLICES), len(images), squeeze=False)
    for column, (kind, image) in enumerate(images.items()):
        highest = float(np.quantile(image.voxels, 0.99))
        for row, k in enumerate(_SHOWN_SLICES):
            axes = grid[row][column]
            axes.imshow(image.voxels[k], cmap="inferno", vmin=0, vmax=highest, interpolation="bilinear")
            axes.set_axis_off()
            if row == 0:
                axes.set_title(NAMES.get(kind, kind), fontsize=7)
    return svg(drawn)
