"""Colours that people with any colour vision tell apart, and letters that the PDF's fonts have."""

from dataclasses import dataclass

from reportlab.graphics.shapes import String
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont

SANS, BOLD, JAPANESE = "Helvetica", "Helvetica-Bold", "HeiseiKakuGo-W5"
pdfmetrics.registerFont(UnicodeCIDFont(JAPANESE))

INK = HexColor("#1f2933")
QUIET = HexColor("#5f6c7b")
RULE = HexColor("#c9d1da")
PAPER = HexColor("#ffffff")
ABSENT = HexColor("#e4e7eb")
OVER = HexColor("#b35806")  # scored worse than the reference
UNDER = HexColor("#2166ac")  # scored better than the reference
READERS = tuple(HexColor(code) for code in ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#56b4e9"))

_DIVERGING = ("#2166ac", "#67a9cf", "#d1e5f0", "#f7f7f7", "#fee0b6", "#f1a340", "#b35806")
_SEQUENTIAL = ("#ffffff", "#fee0b6", "#fdb863", "#e08214", "#b35806")


@dataclass(frozen=True)
class Scale:
    """Numbers to colours between two ends; `stops` are evenly spaced."""

    low: float
    high: float
    stops: tuple[str, ...]

    def colour(self, value: float | None) -> Color:
        if value is None:
            return ABSENT
        place = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        place *= len(self.stops) - 1
        left = min(int(place), len(self.stops) - 2)
        first, second = HexColor(self.stops[left]), HexColor(self.stops[left + 1])
        share = place - left
        return Color(*(a + share * (b - a) for a, b in zip(first.rgb(), second.rgb(), strict=True)))


def diverging(limit: float) -> Scale:
    """Symmetric about 0: blue below, orange above."""
    return Scale(-limit, limit, _DIVERGING)


def sequential(high: float) -> Scale:
    """From white at 0."""
    return Scale(0.0, high, _SEQUENTIAL)


def readable_on(background: Color) -> Color:
    """Black or white ink, whichever stands out (relative luminance, WCAG 2)."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(channel) for channel in background.rgb())
    return INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.3 else PAPER


def has_latin_letters_only(text: str) -> bool:
    """Whether the standard fonts (Windows-1252) can print the text."""
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def letters(
    x: float, y: float, text: str, *, size: float, bold: bool = False, anchor: str = "start", ink: Color = INK
) -> String:
    """Text in a drawing; its baseline starts at (x, y) points. Japanese changes to a font that has it."""
    font = (BOLD if bold else SANS) if has_latin_letters_only(text) else JAPANESE
    return String(x, y, text, fontName=font, fontSize=size, textAnchor=anchor, fillColor=ink)
