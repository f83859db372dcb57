"""Bland-Altman plot: difference against mean, bias and limits of agreement with their intervals as bands."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, Rect, Shape
from reportlab.lib.colors import Color
from reportlab.lib.units import mm

from reader_study.agreement.figures.palette import INK, PAPER, QUIET, READERS, RULE, letters

LEFT, RIGHT, BOTTOM, TOP = 11 * mm, 14 * mm, 8 * mm, 7 * mm
LABEL = 15.0  # points between the labels of two lines


@dataclass(frozen=True)
class Level:
    """A horizontal line with the band of its interval."""

    value: float
    interval: tuple[float, float] | None
    name: str


@dataclass(frozen=True)
class Axes:
    """Common axes of plots that are compared."""

    low: float
    high: float
    reach: float  # differences from -reach to +reach

    @property
    def ticks(self) -> tuple[list[float], list[float]]:
        return _ticks(self.low, self.high), _ticks(-self.reach, self.reach)


def axes_of(points: Sequence[tuple[float, float]], levels: Sequence[Level]) -> Axes:
    """Axes that hold all points (mean, difference), levels and bands."""
    means = [mean for mean, _ in points] or [0.0]
    ends = [abs(difference) for _, difference in points]
    ends += [abs(end) for level in levels for end in (level.interval or (level.value,))]
    low, high = min(0.0, *means), max(4.0, *means)
    margin = 0.06 * (high - low)  # room for points that are spread
    return Axes(low=low - margin, high=high + margin, reach=max([2.0, *ends]) * 1.08)


def bland_altman(
    points: Sequence[tuple[float, float, int]],
    levels: Sequence[Level],
    *,
    axes: Axes,
    title: str,
    names: tuple[str, str],
    width: float,
    height: float = 66 * mm,
) -> Drawing:
    """points: (mean, difference, reader index); names: of the axes. Points at one place are spread."""
    drawing = Drawing(width, height)

    def x_of(value: float) -> float:
        return LEFT + (value - axes.low) / (axes.high - axes.low) * (width - LEFT - RIGHT)

    def y_of(value: float) -> float:
        return BOTTOM + (value + axes.reach) / (2 * axes.reach) * (height - BOTTOM - TOP)

    right = width - RIGHT
    for level in levels:
        if level.interval:
            low, high = (y_of(end) for end in level.interval)
            drawing.add(
                Rect(LEFT, low, right - LEFT, high - low, fillColor=RULE, fillOpacity=0.4, strokeColor=None)
            )
    across, upward = axes.ticks
    for value in upward:
        y = y_of(value)
        drawing.add(Line(LEFT - 1.5, y, LEFT, y, strokeColor=QUIET, strokeWidth=0.5))
        drawing.add(letters(LEFT - 3, y - 2.2, _plain(value), size=6.4, anchor="end", ink=QUIET))
    for value in across:
        x = x_of(value)
        drawing.add(Line(x, BOTTOM, x, BOTTOM - 1.5, strokeColor=QUIET, strokeWidth=0.5))
        drawing.add(letters(x, BOTTOM - 8.5, _plain(value), size=6.4, anchor="middle", ink=QUIET))
    drawing.add(Rect(LEFT, BOTTOM, right - LEFT, height - BOTTOM - TOP, fillColor=None, strokeColor=RULE))
    drawing.add(Line(LEFT, y_of(0), right, y_of(0), strokeColor=QUIET, strokeWidth=0.4))
    for level in levels:
        y = y_of(level.value)
        dashed = None if level.name == "bias" else [3, 2]
        drawing.add(Line(LEFT, y, right, y, strokeColor=INK, strokeWidth=0.9, strokeDashArray=dashed))
    for level, y in _apart([(level, y_of(level.value)) for level in levels]):
        drawing.add(letters(right + 1.5, y + 0.6, level.name, size=5.8, ink=QUIET))
        drawing.add(letters(right + 1.5, y - 5.8, _signed(level.value), size=6.8, bold=True))
    for mean, difference, reader, shift in _spread(points):
        drawing.add(_marker(x_of(mean) + shift, y_of(difference), reader))
    drawing.add(letters(LEFT, height - 4 * mm, title, size=9, bold=True))
    drawing.add(letters((LEFT + right) / 2, 1.2, names[0], size=6.8, anchor="middle", ink=QUIET))
    drawing.add(letters(right, height - 4 * mm, names[1], size=6.8, anchor="end", ink=QUIET))
    return drawing


def reader_legend(names: Sequence[str], *, width: float) -> Drawing:
    drawing = Drawing(width, 5 * mm)
    for index, name in enumerate(names):
        x = LEFT + index * min(26 * mm, (width - LEFT) / len(names))
        drawing.add(_marker(x, 2.4 * mm, index))
        drawing.add(letters(x + 2.5 * mm, 1.6 * mm, name, size=7, ink=QUIET))
    return drawing


def _spread(points: Sequence[tuple[float, float, int]]) -> list[tuple[float, float, int, float]]:
    """Equal scores would hide each other: the n-th point at a place moves n steps to the side, left and
    right.
    """
    seen: Counter[tuple[float, float]] = Counter()
    spread = []
    for mean, difference, reader in points:
        turn = seen[mean, difference]
        seen[mean, difference] += 1
        side = (turn + 1) // 2 * (1 if turn % 2 else -1)
        spread.append((mean, difference, reader, min(max(side * 2.2, -12.0), 12.0)))
    return spread


def _apart(labels: list[tuple[Level, float]]) -> list[tuple[Level, float]]:
    """Labels of lines that nearly meet move apart, the middle one staying."""
    ordered = sorted(labels, key=lambda label: label[1])
    middle = len(ordered) // 2
    heights = [y for _, y in ordered]
    for index in range(middle + 1, len(heights)):
        heights[index] = max(heights[index], heights[index - 1] + LABEL)
    for index in range(middle - 1, -1, -1):
        heights[index] = min(heights[index], heights[index + 1] - LABEL)
    return [(level, y) for (level, _), y in zip(ordered, heights, strict=True)]


def _marker(x: float, y: float, reader: int) -> Shape:
    """Colour and shape both tell the reader."""
    colour: Color = READERS[reader % len(READERS)]
    style = {"fillColor": colour, "strokeColor": PAPER, "strokeWidth": 0.4}
    size = 2.3
    corners = (0, 4, 3)[(reader + reader // len(READERS)) % 3]
    if not corners:
        return Circle(x, y, size, **style)
    turn = math.pi / 2
    places = [turn + 2 * math.pi * corner / corners for corner in range(corners)]
    return Polygon(
        [c for a in places for c in (x + 1.2 * size * math.cos(a), y + 1.2 * size * math.sin(a))], **style
    )


def _ticks(low: float, high: float) -> list[float]:
    raw = (high - low) / 6
    power = 10 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
    return [round(n * step, 9) for n in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "–")


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "–").replace("+0.0", "0.0").replace("–0.0", "0.0")
