"""17-segment bullseye: apex in the middle, anterior on top, septum left, as the polar map is displayed."""

import math
from collections.abc import Sequence

from reportlab.graphics.shapes import Circle, Drawing, Group, Line, Rect, Wedge
from reportlab.lib.units import mm

from reader_study.agreement.figures.palette import INK, QUIET, RULE, Scale, letters, readable_on

# Outer radius of apex, apical, mid and basal ring; angles counter-clockwise from lateral.
RADII = (0.25, 0.5, 0.75, 1.0)
_BASAL = (60, 120, 180, 240, 300, 0)  # first angle of segments 1-6 (and 7-12), each 60 degrees wide
_APICAL = (45, 135, 225, 315)  # of segments 13-16, 90 degrees wide
WALLS = ((0, 1, "anterior"), (-1, 0, "septal"), (0, -1, "inferior"), (1, 0, "lateral"))


def bullseye(
    values: Sequence[float | None],
    *,
    labels: Sequence[str],
    scale: Scale,
    title: str,
    width: float = 86 * mm,
    marked: Sequence[bool] = (False,) * 17,
) -> Drawing:
    """values, labels, marked: 17, index 0 = segment 1. A marked segment has a heavy outline; None is grey."""
    height = width + 4 * mm
    radius = width / 2 - 5.5 * mm
    centre = (width / 2, radius + 4.5 * mm)
    drawing = Drawing(width, height)
    drawing.add(letters(width / 2, height - 3.2 * mm, title, size=9, bold=True, anchor="middle"))
    outlines = Group()
    for segment in range(1, 18):
        colour = scale.colour(values[segment - 1])
        drawing.add(_shape(segment, centre, radius, fillColor=colour, strokeColor=RULE, strokeWidth=0.6))
        x, y = _middle(segment, centre, radius)
        ink = readable_on(colour)
        drawing.add(letters(x, y + 1.4, str(segment), size=5.2, anchor="middle", ink=ink))
        drawing.add(letters(x, y - 6, labels[segment - 1], size=7.8, bold=True, anchor="middle", ink=ink))
        if marked[segment - 1]:
            outlines.add(
                _shape(segment, centre, radius * 0.992, fillColor=None, strokeColor=INK, strokeWidth=1.4)
            )
    drawing.add(outlines)
    for dx, dy, wall in WALLS:
        _name_wall(drawing, centre, radius, dx=dx, dy=dy, wall=wall)
    return drawing


def colour_bar(
    scale: Scale, *, width: float, ends: tuple[str, str], ticks: Sequence[tuple[float, str]]
) -> Drawing:
    """A horizontal legend: what both ends mean, and ticks as (value, text)."""
    bar, left, height, steps = width * 0.44, width * 0.28, 3.2 * mm, 64
    drawing = Drawing(width, 9 * mm)
    bottom = 4.6 * mm
    for step in range(steps):
        value = scale.low + (scale.high - scale.low) * (step + 0.5) / steps
        drawing.add(
            Rect(
                left + bar * step / steps, bottom, bar / steps + 0.3, height,
                fillColor=scale.colour(value), strokeColor=None,
            )
        )  # fmt: skip
    drawing.add(Rect(left, bottom, bar, height, fillColor=None, strokeColor=RULE, strokeWidth=0.5))
    for value, text in ticks:
        x = left + bar * (value - scale.low) / (scale.high - scale.low)
        drawing.add(Line(x, bottom, x, bottom - 1.5, strokeColor=QUIET, strokeWidth=0.5))
        drawing.add(letters(x, bottom - 8, text, size=6.5, anchor="middle", ink=QUIET))
    drawing.add(letters(left - 2 * mm, bottom + 0.8 * mm, ends[0], size=7, anchor="end", ink=QUIET))
    drawing.add(letters(left + bar + 2 * mm, bottom + 0.8 * mm, ends[1], size=7, ink=QUIET))
    return drawing


def _ring(segment: int) -> tuple[int, int, int]:
    """(ring from the apex, first angle, width in degrees)."""
    if segment == 17:
        return 0, 0, 360
    if segment >= 13:
        return 1, _APICAL[segment - 13], 90
    return (2 if segment >= 7 else 3), _BASAL[(segment - 1) % 6], 60


def _shape(segment: int, centre: tuple[float, float], radius: float, **style: object) -> Wedge | Circle:
    ring, start, width = _ring(segment)
    outer = RADII[ring] * radius
    if ring == 0:
        return Circle(*centre, outer, **style)
    return Wedge(*centre, outer, start, start + width, radius1=RADII[ring - 1] * radius, **style)


def _middle(segment: int, centre: tuple[float, float], radius: float) -> tuple[float, float]:
    ring, start, width = _ring(segment)
    if ring == 0:
        return centre
    angle = math.radians(start + width / 2)
    distance = (RADII[ring] + RADII[ring - 1]) / 2 * radius - 0.6 * mm
    return centre[0] + distance * math.cos(angle), centre[1] + distance * math.sin(angle)


def _name_wall(
    drawing: Drawing, centre: tuple[float, float], radius: float, *, dx: int, dy: int, wall: str
) -> None:
    name = letters(0, 0, wall, size=6.2, anchor="middle", ink=QUIET)
    at = Group(name)
    away = radius + (1.4 * mm if dy > 0 else 3.2 * mm if dy < 0 else 1.6 * mm)
    if dx:
        turn = (0, -dx, dx, 0)  # read along the rim
        at.transform = (*turn, centre[0] + dx * away, centre[1])
    else:
        at.translate(centre[0], centre[1] + dy * away)
    drawing.add(at)
