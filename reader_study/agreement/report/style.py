"""Type, tables and figures with captions."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.fonts import addMapping
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table, TableStyle

from reader_study.agreement.figures.palette import (
    BOLD,
    INK,
    JAPANESE,
    QUIET,
    RULE,
    SANS,
    has_latin_letters_only,
)

WIDTH = 174 * mm  # of the text
KEPT = 250 * mm


@dataclass(frozen=True)
class Typeface:
    """The paragraph styles of one script."""

    body: ParagraphStyle
    small: ParagraphStyle
    title: ParagraphStyle
    subtitle: ParagraphStyle
    section: ParagraphStyle
    heading: ParagraphStyle
    caption: ParagraphStyle
    cell: ParagraphStyle
    cell_right: ParagraphStyle
    head: ParagraphStyle
    head_right: ParagraphStyle
    head_centre: ParagraphStyle


def _typeface(name: str, font: str, bold: str, **script: str) -> Typeface:
    def style(role: str, parent: ParagraphStyle | None = None, **change: object) -> ParagraphStyle:
        return ParagraphStyle(f"{name}-{role}", parent=parent, **change)

    body = style(
        "body", fontName=font, fontSize=9.2, leading=12.8, textColor=INK, spaceAfter=2.2 * mm, **script
    )
    small = style("small", body, fontSize=7.6, leading=10.2, textColor=QUIET, spaceAfter=1.6 * mm)
    cell = style("cell", body, fontSize=7.6, leading=9.4, spaceAfter=0)
    head = style("head", cell, fontName=bold)
    return Typeface(
        body=body,
        small=small,
        title=style("title", body, fontName=bold, fontSize=23, leading=28, spaceAfter=3 * mm),
        subtitle=style("subtitle", body, fontSize=13, leading=17, textColor=QUIET, spaceAfter=6 * mm),
        section=style(
            "section",
            body,
            fontName=bold,
            fontSize=14,
            leading=18,
            spaceBefore=6 * mm,
            spaceAfter=2.4 * mm,
        ),
        heading=style(
            "heading",
            body,
            fontName=bold,
            fontSize=10.2,
            leading=13,
            spaceBefore=2.6 * mm,
            spaceAfter=1.4 * mm,
        ),
        caption=style("caption", small, spaceBefore=1.2 * mm, spaceAfter=5 * mm),
        cell=cell,
        cell_right=style("cell-right", cell, alignment=TA_RIGHT),
        head=head,
        head_right=style("head-right", head, alignment=TA_RIGHT),
        head_centre=style("head-centre", head, alignment=TA_CENTER),
    )


LATIN = _typeface("latin", SANS, BOLD)
CJK = _typeface("cjk", JAPANESE, JAPANESE, wordWrap="CJK")
MONO = ParagraphStyle("mono", parent=LATIN.cell, fontName="Courier", fontSize=7.2)
for _bold, _italic in ((0, 0), (0, 1), (1, 0), (1, 1)):  # the font has one weight
    addMapping(JAPANESE, _bold, _italic, JAPANESE)
SHADE = HexColor("#f3f5f7")

_FOREIGN = re.compile(r"[^\x00-\xff–—‘’“”•…†‡€™]+")


def typeset(text: str) -> str:
    """Text of people (titles, names, reasons) as paragraph mark-up: escaped, other scripts in a font that has
    them.
    """
    return _FOREIGN.sub(lambda run: f'<font name="{JAPANESE}">{run.group()}</font>', escape(text))


def set_in(
    typeface: Typeface,
    markup: str,
    role: str,
    sized: Callable[[ParagraphStyle], ParagraphStyle] = lambda style: style,
) -> Paragraph:
    """A paragraph of a role; what has Latin letters only stays in the Latin face, whose figures line up."""
    chosen = LATIN if has_latin_letters_only(markup) else typeface
    return Paragraph(markup, sized(getattr(chosen, role)))


def facts(
    rows: Sequence[tuple[str, Flowable | str]], *, label_width: float = 40 * mm, typeface: Typeface = LATIN
) -> Table:
    """Two columns: what it is, and its value."""
    cells = [
        [
            set_in(typeface, name, "head"),
            value if isinstance(value, Flowable) else set_in(typeface, value, "cell"),
        ]
        for name, value in rows
    ]
    table = Table(cells, colWidths=[label_width, WIDTH - label_width], hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
                ("LEFTPADDING", (0, 0), (0, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 2.4),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ]
        )
    )
    return table


def grid(
    head: Sequence[Sequence[str]],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    left: int = 1,
    spans: Sequence[tuple[int, int]] = (),
    rules: Sequence[int] = (),
    strong_last: bool = False,
    typeface: Typeface = LATIN,
    dense: bool = False,
) -> Table:
    """A table with rules above and below, repeated head. Columns after the first `left` are right-aligned.

    spans: (first, last) columns joined in the first head row; rules: body rows with a rule above; widths in
    points.
    """

    size = {"fontSize": 6.9, "leading": 8.6} if dense else {}

    def sized(style: ParagraphStyle) -> ParagraphStyle:
        return ParagraphStyle(f"{style.name}-dense", parent=style, **size) if dense else style

    def line(cells: Sequence[str], normal: str, right: str) -> list[Paragraph]:
        return [set_in(typeface, cell, normal if n < left else right, sized) for n, cell in enumerate(cells)]

    top = [line(cells, "head", "head_right") for cells in head]
    for first, _last in spans:
        top[0][first] = set_in(typeface, head[0][first], "head_centre", sized)
    body = [line(cells, "cell", "cell_right") for cells in rows]
    depth = len(top)
    style: list[tuple[object, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("VALIGN", (0, 0), (-1, depth - 1), "BOTTOM"),
        ("LINEABOVE", (0, 0), (-1, 0), 0.9, INK),
        ("LINEBELOW", (0, depth - 1), (-1, depth - 1), 0.5, INK),
        ("LINEBELOW", (0, -1), (-1, -1), 0.9, INK),
        ("TOPPADDING", (0, 0), (-1, -1), 1.7),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.3),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]
    for first, last in spans:
        style += [("SPAN", (first, 0), (last, 0)), ("LINEBELOW", (first, 0), (last, 0), 0.4, QUIET)]
    style += [("LINEABOVE", (0, depth + row), (-1, depth + row), 0.4, RULE) for row in rules]
    if strong_last:
        style += [("LINEABOVE", (0, -1), (-1, -1), 0.5, INK), ("BACKGROUND", (0, -1), (-1, -1), SHADE)]
    table = Table([*top, *body], colWidths=list(widths), repeatRows=depth, hAlign="LEFT")
    table.setStyle(TableStyle(style))
    return table


def side_by_side(drawings: Sequence[Drawing], *, columns: int) -> Table:
    rows = [list(drawings[start : start + columns]) for start in range(0, len(drawings), columns)]
    rows[-1] += [""] * (columns - len(rows[-1]))
    table = Table(rows, colWidths=[WIDTH / columns] * columns, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("ALIGN", (0, 0), (-1, -1), "CENTER"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return table


@dataclass
class Numbering:
    """Counts figures and tables as they are set."""

    figures: int = 0
    tables: int = 0

    def figure(self, caption: str, *parts: Flowable) -> Flowable:
        self.figures += 1
        return _captioned(f"<b>Figure {self.figures}.</b> {caption}", parts)

    def table(self, caption: str, *parts: Flowable) -> Flowable:
        self.tables += 1
        return _captioned(f"<b>Table {self.tables}.</b> {caption}", parts)


def _captioned(caption: str, parts: Sequence[Flowable]) -> Flowable:
    """A figure or table that stays with its caption, unless it is longer than a page."""
    return KeepTogether([*parts, Paragraph(caption, LATIN.caption)], maxHeight=KEPT)


def box(paragraphs: Sequence[Paragraph]) -> Table:
    """A shaded box for what must not be overlooked."""
    table = Table([[list(paragraphs)]], colWidths=[WIDTH], hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, -1), SHADE),
                ("LINEBEFORE", (0, 0), (0, -1), 2.4, INK),
                ("LEFTPADDING", (0, 0), (-1, -1), 9),
                ("RIGHTPADDING", (0, 0), (-1, -1), 9),
                ("TOPPADDING", (0, 0), (-1, -1), 6),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return table


def gap(height: float) -> Spacer:
    return Spacer(1, height)
