"""Over- and under-scores per segment as diverging bars, one panel an arm: the reference paper's figure."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing, Line, Rect
from reportlab.lib.units import mm

from reader_study.agreement.figures.palette import INK, OVER, QUIET, RULE, UNDER, letters

ROW, BAR = 4.7 * mm, 3.1 * mm
HEAD, FOOT = 12 * mm, 5 * mm
NAMES = 42 * mm


@dataclass(frozen=True)
class Bar:
    """Per cent of a segment's reads over and under the reference; `marked`: adjusted p below the level."""

    over: float | None
    under: float | None
    marked: bool


def over_under(
    panels: Sequence[tuple[str, Sequence[Bar]]], *, names: Sequence[str], limit: float, width: float
) -> Drawing:
    """panels: (title, a bar a segment); names: a label a segment; limit: per cent at the end of both axes."""
    height = HEAD + ROW * len(names) + FOOT
    drawing = Drawing(width, height)
    panel = (width - NAMES) / len(panels)
    for row, name in enumerate(names):
        y = _row(height, row)
        if row % 2 == 0:
            drawing.add(Rect(0, y - ROW / 2, width, ROW, fillColor=RULE, fillOpacity=0.25, strokeColor=None))
        drawing.add(letters(0.8 * mm, y - 2.4, name, size=7.2))
    for index, (title, bars) in enumerate(panels):
        middle = NAMES + panel * (index + 0.5)
        _panel(drawing, title, bars, middle=middle, reach=panel / 2 - 11 * mm, limit=limit)
    return drawing


def _row(height: float, row: int) -> float:
    return height - HEAD - ROW * (row + 0.5)


def _panel(
    drawing: Drawing, title: str, bars: Sequence[Bar], *, middle: float, reach: float, limit: float
) -> None:
    top, bottom = drawing.height - HEAD, FOOT
    drawing.add(letters(middle, top + 6.2 * mm, title, size=9, bold=True, anchor="middle"))
    drawing.add(letters(middle - 2 * mm, top + 2 * mm, "under", size=7, anchor="end", ink=UNDER))
    drawing.add(letters(middle + 2 * mm, top + 2 * mm, "over", size=7, ink=OVER))
    for share in (-1.0, -0.5, 0.5, 1.0):
        x = middle + share * reach
        drawing.add(Line(x, bottom, x, top, strokeColor=RULE, strokeWidth=0.4, strokeDashArray=[1, 1.5]))
        drawing.add(
            letters(x, bottom - 3 * mm, f"{abs(share) * limit:g} %", size=6.2, anchor="middle", ink=QUIET)
        )
    drawing.add(Line(middle, bottom, middle, top, strokeColor=INK, strokeWidth=0.7))
    drawing.add(letters(middle, bottom - 3 * mm, "0", size=6.2, anchor="middle", ink=QUIET))
    for row, bar in enumerate(bars):
        y = _row(drawing.height, row)
        for sign, value, colour in ((1, bar.over, OVER), (-1, bar.under, UNDER)):
            if value is None:
                continue
            length = min(value, limit) / limit * reach
            start = middle if sign > 0 else middle - length
            drawing.add(Rect(start, y - BAR / 2, length, BAR, fillColor=colour, strokeColor=None))
            text = f"{value:.0f}" + (" *" if sign > 0 and bar.marked else "")
            drawing.add(
                letters(
                    middle + sign * (length + 1 * mm), y - 2.2, text,
                    size=6.6, bold=bar.marked and sign > 0, anchor="start" if sign > 0 else "end",
                )
            )  # fmt: skip
