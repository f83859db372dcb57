"""The page around the contents: banner of simulated data, footer with lock and page numbers."""

from io import BytesIO
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from reader_study.agreement.figures.palette import (
    BOLD,
    JAPANESE,
    PAPER,
    QUIET,
    RULE,
    SANS,
    has_latin_letters_only,
)
from reader_study.agreement.report.style import WIDTH

LEFT = (A4[0] - WIDTH) / 2
BANNER = HexColor("#7b341e")
SIMULATED = "SIMULATED DATA – not from patients"


class _NumberedCanvas(Canvas):
    """Pages are kept until their number is known, for "page 3 of 12"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for page in self._pages:
            self.__dict__.update(page)
            self.setFont(SANS, 7)
            self.setFillColor(QUIET)
            self.drawRightString(A4[0] - LEFT, 11 * mm, f"Page {self._pageNumber} of {len(self._pages)}")
            super().showPage()
        super().save()


def build(story: list[Flowable], *, title: str, simulated: bool, lock: str, model: str | None) -> bytes:
    """Set the story on A4 pages. Nothing in the file depends on the time: same story, same bytes.

    lock: its digest; model: what made the virtual images, printed on every page.
    """

    def page(canvas: Canvas, _document: BaseDocTemplate) -> None:
        canvas.saveState()
        if simulated:
            canvas.setFillColor(BANNER)
            canvas.rect(0, A4[1] - 9 * mm, A4[0], 9 * mm, stroke=0, fill=1)
            canvas.setFillColor(PAPER)
            canvas.setFont(BOLD, 9.5)
            canvas.drawCentredString(A4[0] / 2, A4[1] - 6 * mm, SIMULATED)
        canvas.setStrokeColor(RULE)
        canvas.line(LEFT, 15 * mm, A4[0] - LEFT, 15 * mm)
        canvas.setFillColor(QUIET)
        shown = title if len(title) <= 70 else title[:69].rstrip() + "…"
        canvas.setFont(SANS if has_latin_letters_only(shown) else JAPANESE, 7)
        canvas.drawString(LEFT, 11 * mm, shown)
        canvas.setFont(SANS, 7)
        canvas.drawString(LEFT, 7.6 * mm, f"Data lock {lock[:16]}" + (f"  ·  {model}" if model else ""))
        canvas.restoreState()

    out = BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        title=f"Agreement report: {title}",
        author="Reader study platform",
        subject=f"Data lock {lock}",
        keywords="SIMULATED DATA" if simulated else "",
        creator="reader_study.agreement",
        lang="en",
        invariant=1,
    )
    frame = Frame(LEFT, 18 * mm, WIDTH, A4[1] - 18 * mm - 15 * mm, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=page))
    document.build(story, canvasmaker=_NumberedCanvas)
    return out.getvalue()
