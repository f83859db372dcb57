"""SVG figures that are the same bytes for the same numbers; matplotlib is loaded when the first is drawn."""

from __future__ import annotations

import io
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Told apart with any colour vision and in grey (Okabe & Ito 2008, darkest where lines are thin).
COLOURS = {
    "spect": "#d55e00",
    "chang": "#999999",
    "ctac": "#0072b2",
    "virtual_pet": "#009e73",
    "pet": "#555555",
}
MARKERS = {"spect": "s", "chang": "x", "ctac": "^", "virtual_pet": "o", "pet": "D"}
OTHER_COLOURS = ("#cc79a7", "#e69f00", "#56b4e9")
DIVERGING = "PuOr_r"
INK, QUIET = "#1f2933", "#8a94a0"


def colour_of(kind: str, place: int) -> str:
    return COLOURS.get(kind, OTHER_COLOURS[place % len(OTHER_COLOURS)])


def figure(width: float, height: float, *, simulated: bool) -> Figure:
    """An empty figure, in inches, in which nothing overlaps; it says if what it shows is simulated."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    drawn = Figure(figsize=(width, height), layout="constrained")
    if simulated:
        drawn.suptitle("simulated patients", fontsize=7, color=QUIET, x=0.01, ha="left")
    return drawn


def style() -> AbstractContextManager[None]:
    """Small sans letters as outlines, so that a figure looks the same everywhere."""
    from matplotlib import rc_context  # noqa: PLC0415

    return rc_context(
        {
            "font.size": 8,
            "axes.titlesize": 9,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": INK,
            "legend.frameon": False,
            "svg.hashsalt": "inference",
            "svg.fonttype": "path",
            "savefig.dpi": 150,
        }
    )


def svg(drawn: Figure) -> bytes:
    out = io.BytesIO()
    drawn.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return out.getvalue()
