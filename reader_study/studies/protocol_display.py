"""What a reader may do with the picture, as a section of the protocol."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reader_study.studies import layouts as laying
from reader_study.studies.documents import Rule, each, expect, flag, made, text, texts
from reader_study.studies.layouts import Layout, layout_of
from reader_study.studies.organs import ImageSet, Organ

# Moving pictures are made of files that came with a case: kind of cine -> kind of file.
CINE_FILES = {"gated": "gated_spect", "projections": "projections"}
DISPLAY_OPTIONS = ("sums_when_complete", "click_scores", "show_time", "cine", "layouts", "default_layout")


@dataclass(frozen=True)
class Display:
    """What a reader may do with the picture.

    tables
        Allowed colour tables, the default among them.
    show_sums, sums_when_complete
        Whether summed scores are shown at all, and then only once everything is scored.
    click_scores
        Whether a click on a segment raises its score; otherwise it only chooses the segment.
    show_time
        Whether readers see how long they have been reading.
    cine
        Kinds of moving pictures that are shown where a case has them, in every arm alike. All are of the SPECT:
        beside SPECT they look like the slices, beside PET or virtual PET alone they do not, which tells the arm, and
        what they show goes into the scores of an arm that is to be read without it. Therefore only where every step
        of every arm shows SPECT. How many views or beats there are is the habit of a site, in every arm alike.
    layouts, default_layout
        Arrangements of the tiles; without them, those of `layouts.presets`.
    """

    tables: tuple[str, ...]
    default_table: str
    show_difference: bool
    show_sums: bool
    sums_when_complete: bool = False
    click_scores: bool = False
    show_time: bool = False
    cine: tuple[str, ...] = ()
    layouts: tuple[Layout, ...] = ()
    default_layout: str = ""


def display_of(document: Any) -> Display:
    expect(Display, document, "display", DISPLAY_OPTIONS)
    given: dict[str, Any] = {
        "tables": texts(document["tables"]),
        "default_table": text(document["default_table"]),
    }
    for name in ("show_difference", "show_sums", "sums_when_complete", "click_scores", "show_time"):
        if name in document:
            given[name] = flag(document[name])
    if "default_layout" in document:
        given["default_layout"] = text(document["default_layout"])
    return made(
        Display,
        document,
        cine=texts(document.get("cine", ())),
        layouts=tuple(map(layout_of, each(document.get("layouts", ())))),
        **given,
    )


def rules(
    display: Display,
    *,
    organ: Organ,
    states: Sequence[str],
    steps: Collection[Collection[ImageSet]],
    also: Collection[str],
    layouts: Sequence[Layout],
    default_layout: str,
) -> Iterator[Rule]:
    """steps: what each step of any arm shows; also: kinds of files that are kept; the layouts that there are."""
    yield (
        set(display.tables) <= set(organ.tables) and display.default_table in display.tables,
        _("display.tables must be known colour tables, the default among them."),
        "display.tables",
    )
    yield (
        len(states) == 2 or not display.show_difference,
        _("display.show_difference needs two states."),
        "display.show_difference",
    )
    yield (
        set(display.cine) <= set(organ.cine) and len(set(display.cine)) == len(display.cine),
        _("display.cine must name each kind of moving picture once, of those that this organ has."),
        "display.cine",
    )
    yield (
        all(CINE_FILES[kind] in also for kind in display.cine),
        _("display.cine shows what comes with a case only if intake.also takes its files in."),
        "display.cine",
    )
    yield (
        not display.cine or all(ImageSet.SPECT in step for step in steps),
        _(
            "display.cine can show gated SPECT and projections only where every step of every arm shows SPECT:"
            " beside other pictures they would tell readers the arm."
        ),
        "display.cine",
    )
    yield from laying.rules(layouts, organ=organ, states=states)
    yield (
        {len(step) for step in steps} <= {layout.sets for layout in layouts},
        _("Every step of an arm needs a layout that shows as many image sets."),
        "display.layouts",
    )
    yield (
        default_layout in {layout.name for layout in layouts},
        _("display.default_layout must be the name of a layout."),
        "display.default_layout",
    )
