"""What a step of a read may show and how, from the display of the study. Pure."""

from collections.abc import Mapping
from typing import Any

from reader_study.studies.layouts import fitting, presets

OFF_UNLESS_SAID = ("sums_when_complete", "click_scores", "show_time")


def display_of(document: Mapping[str, Any], *, sets: int | None = None) -> dict[str, Any]:
    """The display of a step that shows so many image sets: only the layouts that fit, one of them the default.

    document: as it was kept when the study was opened. Before layouts could be named, hearts were read in the
    usual ones. Without `sets`, the layouts of all steps.
    """
    named = document.get("layouts") or [layout.as_document() for layout in presets("heart", sets=1)]
    layouts = named if sets is None else fitting(named, sets=sets)
    wanted = document.get("default_layout")
    names = [layout["name"] for layout in layouts]
    return {
        **dict.fromkeys(OFF_UNLESS_SAID, False),
        **document,
        "layouts": layouts,
        "default_layout": wanted if wanted in names else names[0],
    }
