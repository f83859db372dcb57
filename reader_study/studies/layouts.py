"""How the pictures of a read are laid out on the page, as data: strips of tiles on a grid.

A layout shows the image sets of one step of a read together; it fits a step that has as many. Slices of a view are
paired by anatomy: slice n of one strip and slice n of another lie at the same place of the organ.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reader_study.studies.documents import Rule, each, expect, made, text, whole, written
from reader_study.studies.organs import Organ

MOST_COLUMNS, MOST_ROWS, MOST_SETS = 24, 12, 2
LONGEST_NAME = 20


@dataclass(frozen=True)
class Strip:
    """`count` neighbouring slices of one view, from slice `first` on (0 is the first of the view); grid from 0."""

    view: str
    state: str
    set: int
    row: int
    column: int
    count: int
    first: int

    @property
    def cells(self) -> frozenset[tuple[int, int]]:
        return frozenset((self.row, self.column + n) for n in range(self.count))


@dataclass(frozen=True)
class Layout:
    name: str
    columns: int
    rows: int
    strips: tuple[Strip, ...]

    @property
    def sets(self) -> int:
        """How many image sets it shows; 0 if these are not numbered 1 to n."""
        shown = {strip.set for strip in self.strips}
        return len(shown) if shown == set(range(1, len(shown) + 1)) else 0

    def as_document(self) -> dict[str, Any]:
        return written(self)


def layout_of(document: Any) -> Layout:
    expect(Layout, document, "display.layouts")
    return made(
        Layout,
        document,
        name=text(document["name"]),
        columns=whole(document["columns"]),
        rows=whole(document["rows"]),
        strips=tuple(map(_strip, each(document["strips"]))),
    )


def _strip(document: Any) -> Strip:
    expect(Strip, document, "display.layouts.strips")
    numbers = {name: whole(document[name]) for name in ("set", "row", "column", "count", "first")}
    return made(Strip, document, view=text(document["view"]), state=text(document["state"]), **numbers)


def fitting(layouts: Iterable[Mapping[str, Any]], *, sets: int) -> list[Mapping[str, Any]]:
    """Those documents of layouts that show so many image sets together."""
    return [layout for layout in layouts if layout_of(layout).sets == sets]


def rules(layouts: Sequence[Layout], *, organ: Organ, states: Sequence[str]) -> Iterator[Rule]:
    names = [layout.name for layout in layouts]
    yield (
        all(0 < len(name.strip()) <= LONGEST_NAME for name in names) and len(set(names)) == len(names),
        _("Each layout needs a name of its own, of at most %(longest)s characters.")
        % {"longest": LONGEST_NAME},
        "display.layouts",
    )
    for number, layout in enumerate(layouts):
        at = f"display.layouts.{number}"
        said = {"layout": layout.name}
        yield (
            1 <= layout.columns <= MOST_COLUMNS and 1 <= layout.rows <= MOST_ROWS,
            _("The layout %(layout)s must have 1 to %(columns)s columns and 1 to %(rows)s rows.")
            % {**said, "columns": MOST_COLUMNS, "rows": MOST_ROWS},
            at,
        )
        yield (
            all(strip.view in organ.views and strip.state in states for strip in layout.strips),
            _("The layout %(layout)s shows a view or a state that this organ does not have.") % said,
            at,
        )
        yield (
            1 <= layout.sets <= MOST_SETS,
            _("The strips of the layout %(layout)s must show set 1, or sets 1 and 2.") % said,
            at,
        )
        yield (
            all(_is_on(strip, layout) for strip in layout.strips),
            _("A strip of the layout %(layout)s is empty or leaves the grid.") % said,
            at,
        )
        yield (_are_apart(layout), _("Two strips of the layout %(layout)s lie on the same tile.") % said, at)


def _is_on(strip: Strip, layout: Layout) -> bool:
    return (
        strip.first >= 0
        and 0 <= strip.row < layout.rows
        and strip.column >= 0
        and 1 <= strip.count <= layout.columns - strip.column
    )


def _are_apart(layout: Layout) -> bool:
    tiles = [cell for strip in layout.strips if _is_on(strip, layout) for cell in strip.cells]
    return len(set(tiles)) == len(tiles)


def presets(organ: str, *, sets: int) -> tuple[Layout, ...]:
    """The layouts of an organ for steps with so many image sets, the usual one first."""
    return _PRESETS[organ, sets]


def _long(
    columns: int, runs: Sequence[tuple[str, int]], states: Sequence[str], sets: int = 1
) -> tuple[Strip, ...]:
    """Strips over whole rows. runs: (view, how many rows each state needs); the states of a row pair lie together.

    With two sets, each has half of the columns: `columns` counts those of one set.
    """
    strips, row = [], 0
    for view, lines in runs:
        for line in range(lines):
            for state in states:
                strips += [
                    Strip(view, state, set + 1, row, set * columns, columns, line * columns)
                    for set in range(sets)
                ]
                row += 1
    return tuple(strips)


_HEART, _BRAIN = ("stress", "rest"), ("perfusion",)
_CARDIAC = (("SA", 2), ("VLA", 1), ("HLA", 1))
_PRESETS: dict[tuple[str, int], tuple[Layout, ...]] = {
    ("heart", 1): (
        Layout("8x12", 12, 8, _long(12, _CARDIAC, _HEART)),
        Layout("8x10", 10, 8, _long(10, _CARDIAC, _HEART)),
        Layout("6x16", 16, 6, _long(16, (("SA", 1), ("VLA", 1), ("HLA", 1)), _HEART)),
        Layout("2x6", 6, 2, _long(6, (("SA", 1),), _HEART)),
    ),
    ("heart", 2): (
        Layout("8x6+6", 12, 8, _long(6, _CARDIAC, _HEART, 2)),
        Layout("8x7+7", 14, 8, _long(7, _CARDIAC, _HEART, 2)),
    ),
    ("brain", 1): (
        Layout("8x12", 12, 8, _long(12, (("TRA", 4), ("COR", 2), ("SAG", 2)), _BRAIN)),
        Layout("5x12", 12, 5, _long(12, (("TRA", 3), ("COR", 1), ("SAG", 1)), _BRAIN)),
    ),
    ("brain", 2): (Layout("8x6+6", 12, 8, _long(6, (("TRA", 4), ("COR", 2), ("SAG", 2)), _BRAIN, 2)),),
}
