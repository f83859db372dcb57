"""The certificate of a case as A4 pages, in the language in force; the same certificate gives the same bytes."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.fonts import addMapping
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from reader_study.cases.models import Image
from reader_study.intake.certificate import CHECK, digest_of, words
from reader_study.intake.certificate_words import decided, origin, statement, where_removed
from reader_study.intake.models import Kind, Pixels, Upload

SANS, BOLD, JAPANESE = "Helvetica", "Helvetica-Bold", "HeiseiKakuGo-W5"
pdfmetrics.registerFont(UnicodeCIDFont(JAPANESE))
for _bold, _italic in ((0, 0), (0, 1), (1, 0), (1, 1)):  # the font has one weight
    addMapping(JAPANESE, _bold, _italic, JAPANESE)
INK, QUIET, RULE, SHADE = (HexColor(code) for code in ("#1f2933", "#5f6c7b", "#c9d1da", "#f3f5f7"))
BANNER, PAPER = HexColor("#7b341e"), HexColor("#ffffff")
WIDTH = 174 * mm
LEFT = (A4[0] - WIDTH) / 2
_FOREIGN = re.compile(r"[^\x00-\xff–—‘’“”•…†‡€™]+")

BODY = ParagraphStyle("body", fontName=SANS, fontSize=9.2, leading=12.8, textColor=INK, spaceAfter=2.2 * mm)
TITLE = ParagraphStyle("title", BODY, fontName=BOLD, fontSize=17, leading=23, spaceAfter=2 * mm)
SECTION = ParagraphStyle(
    "section", BODY, fontName=BOLD, fontSize=12, leading=16, spaceBefore=4 * mm, keepWithNext=1
)
CELL = ParagraphStyle("cell", BODY, fontSize=7.6, leading=9.6, spaceAfter=0)
HEAD = ParagraphStyle("head", CELL, fontName=BOLD)
RIGHT = ParagraphStyle("right", CELL, alignment=TA_RIGHT)
SMALL = ParagraphStyle("small", CELL, fontSize=6.2, leading=7.8)
DIGEST = ParagraphStyle("digest", SMALL, fontName="Courier", fontSize=5.9)
MONO = ParagraphStyle("mono", CELL, fontName="Courier", fontSize=6.6, leading=9.6)


def render(certificate: Mapping[str, Any]) -> bytes:
    said = words(certificate)
    story: list[Flowable] = [
        _text(_("Certificate of de-identification (pseudonymised data)"), TITLE),
        _facts(certificate),
        Spacer(1, 4 * mm),
        _statement(certificate),
        *_doors(certificate),
        *_options(certificate, said["options"]),
        *_people(certificate),
        *_acts(certificate),
        *_files(certificate),
        *_attributes(
            _("What became of the attributes at the site"),
            _(
                "As the sender's own program reported it before the files left the site. The server did not rely on "
                "it: every file was rebuilt there again."
            ),
            certificate["attributes"]["site"],
            said["reasons"],
        ),
        *_attributes(
            _("What became of the attributes on the server"),
            _(
                "As the server rebuilt each file from the allow-list and looked through the result afterwards."
            ),
            certificate["attributes"]["server"],
            said["reasons"],
        ),
    ]
    return _set(story, certificate)


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    """Text as a paragraph: escaped, letters that the standard fonts lack in a font that has them."""
    markup = _FOREIGN.sub(lambda run: f'<font name="{JAPANESE}">{run.group()}</font>', escape(text))
    if markup == escape(text):
        return Paragraph(markup, style)
    return Paragraph(markup, ParagraphStyle(f"{style.name}-cjk", style, wordWrap="CJK"))


def _when(text: str) -> str:
    moment = parse_datetime(text)
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else text


def _facts(certificate: Mapping[str, Any]) -> Table:
    files = certificate["files"]
    senders = sorted({(f["sender"], f["door"]) for f in files if f["door"]})
    received = [f["received_at"] for f in files]
    rows = [
        (_("Study"), certificate["study"]["title"]),
        (_("Site"), f"{certificate['site']['code']} · {certificate['site']['name']}"),
        (_("Subject"), certificate["subject"]),
        (
            _("Files"),
            _("%(files)s files, %(megabytes)s MB")
            % {"files": len(files), "megabytes": f"{sum(f['size'] for f in files) / 1e6:.1f}"},
        ),
        (_("Received"), f"{_when(min(received))} – {_when(max(received))}" if received else "–"),
        (_("Sent by"), _("; ").join(f"{name} ({Upload.Door(door).label})" for name, door in senders) or "–"),
        (_("Procedure"), ", ".join(certificate["procedures"]) or "–"),
        (
            _("As of"),
            _("%(when)s, the last of these facts. All times are UTC.")
            % {"when": _when(certificate["as_of"])},
        ),
        (
            _("Keys"),
            _(
                "Held by the server, that is by who runs it. The coordinators of a site are handed the key of their "
                "own site only; which patient has which ID is known at the site alone."
            ),
        ),
    ]
    cells: list[list[Flowable]] = [[_text(name, HEAD), _text(value, CELL)] for name, value in rows]
    cells.append(
        [
            _text(_("SHA-256 of the JSON document"), HEAD),
            [
                _text(digest_of(certificate), MONO),
                _text(
                    _(
                        "The digest is that of this certificate's facts as data, the same in every language: take the "
                        "JSON form from the page of the case, and compare with what this command prints:"
                    ),
                    CELL,
                ),
                _text(CHECK, MONO),
            ],
        ]
    )
    table = Table(cells, colWidths=[40 * mm, WIDTH - 40 * mm], hAlign="LEFT")
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


def _statement(certificate: Mapping[str, Any]) -> Table:
    said = [_text(sentence, BODY) for sentence in statement(certificate)]
    table = Table([[said]], colWidths=[WIDTH], hAlign="LEFT")
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


def _doors(certificate: Mapping[str, Any]) -> list[Flowable]:
    files = Counter((f["door"], f["sealed_by_sender"]) for f in certificate["files"])
    rows = [
        [
            _text(str(Upload.Door(door).label) if door else "–", CELL),
            _text(where_removed(door, sealed=sealed), CELL),
            _text(str(count), RIGHT),
        ]
        for (door, sealed), count in sorted(files.items())
    ]
    head = [_text(_("Came by"), HEAD), _text(_("Where the identifiers were removed"), HEAD)]
    return [
        _text(_("Where the identifiers were removed"), SECTION),
        _grid([*head, _text(_("Files"), RIGHT)], rows, [34 * mm, WIDTH - 54 * mm, 20 * mm]),
    ]


def _options(certificate: Mapping[str, Any], meanings: Mapping[str, str]) -> list[Flowable]:
    rows = [
        [
            _text(option["code"], CELL),
            _text(meanings[option["code"]], CELL),
            _text(str(option["files"]), RIGHT),
        ]
        for option in certificate["options"]
    ]
    head = [
        _text(_("Code"), HEAD),
        _text(_("Option of DICOM PS3.15 Annex E"), HEAD),
        _text(_("Files"), RIGHT),
    ]
    return [
        _text(_("What the files claim"), SECTION),
        _grid(head, rows, [24 * mm, WIDTH - 44 * mm, 20 * mm]),
    ]


def _people(certificate: Mapping[str, Any]) -> list[Flowable]:
    people = certificate["people"]
    sentences = [
        (people["pixels_seen"], _("Picture looked at by a person: there is no text in it")),
        (people["pixels_blanked"], _("Picture looked at by a person: text was blanked out")),
        (people["pixels_unseen"], _("Picture checked by a program only")),
        (people["state_decided"], _("Stress or rest said by a person, because the file did not")),
        (people["view_decided"], _("View said by a person, because the file did not")),
        (people["released_from_quarantine"], _("Kept apart at first, and taken after a person's answer")),
    ]
    rows = [[_text(sentence, CELL), _text(str(files), RIGHT)] for files, sentence in sentences if files]
    head = [_text(_("Looked at, decided"), HEAD), _text(_("Files"), RIGHT)]
    return [
        _text(_("What persons looked at and decided"), SECTION),
        _grid(head, rows, [WIDTH - 20 * mm, 20 * mm]),
    ]


def _acts(certificate: Mapping[str, Any]) -> list[Flowable]:
    """One row for each minute, person and act, with the number of files."""
    files: Counter[tuple[str, str, str]] = Counter()
    for act in certificate["acts"]:
        role = _("coordinator of site %(site)s") % {"site": certificate["site"]["code"]}
        who = ", ".join(filter(None, (act["person"], role if act["role"] == "coordinator" else _("sender"))))
        files[_when(act["at"]), who, decided(act)] += len(act["files"])
    rows = [
        [_text(when, CELL), _text(who, CELL), _text(what, CELL), _text(str(count), RIGHT)]
        for (when, who, what), count in files.items()
    ]
    if not rows:
        rows = [
            [
                _text("–", CELL),
                _text("–", CELL),
                _text(_("No person looked at a file."), CELL),
                _text("", CELL),
            ]
        ]
    head = [_text(name, HEAD) for name in (_("When"), _("Who"), _("What was looked at or decided"))]
    widths = [30 * mm, 48 * mm, WIDTH - 92 * mm, 14 * mm]
    return [_text(_("Who looked"), SECTION), _grid([*head, _text(_("Files"), RIGHT)], rows, widths)]


def _files(certificate: Mapping[str, Any]) -> list[Flowable]:
    head = [
        _text(name, HEAD)
        for name in ("#", _("Shows"), _("From"), _("Picture"), _("Received"), _("SHA-256 of the stored file"))
    ]
    rows = [
        [
            _text(str(n), SMALL),
            _text(f"{Kind(f['kind']).label} {Image.State(f['state']).label if f['state'] else ''}", SMALL),
            _text(origin(f["state_from"]), SMALL),
            _text(str(Pixels(f["pixels"]).label), SMALL),
            _text(_when(f["received_at"]).removesuffix(" UTC"), SMALL),
            _text(f["sha256"], DIGEST),
        ]
        for n, f in enumerate(certificate["files"], start=1)
    ]
    widths = [7 * mm, 20 * mm, 29 * mm, 17 * mm, 19 * mm]
    return [_text(_("Files"), SECTION), _grid(head, rows, [*widths, WIDTH - sum(widths)])]


def _attributes(
    title: str, lead: str, attributes: Sequence[Mapping[str, Any]], reasons: Mapping[str, str]
) -> list[Flowable]:
    if not attributes:
        return []
    others = {
        "0002,xxxx": _("File header (group 0002)"),
        "private": _("private attribute"),
        "unknown": _("attribute that no standard knows"),
        "preamble": _("preamble of the file"),
        "trailing": _("bytes behind the image"),
    }
    actions = {"removed": _("removed"), "changed": _("changed"), "kept": _("kept")}
    head = [
        _text(name, style)
        for name, style in (
            (_("Attribute"), HEAD),
            (_("Tag"), HEAD),
            (_("Action"), HEAD),
            (_("Reason"), HEAD),
            (_("Files"), RIGHT),
        )
    ]
    rows = [
        [
            _text(a["name"] or next((name for word, name in others.items() if word in a["path"]), "–"), CELL),
            _text(a["path"].replace(".", " ."), MONO),  # so that a long path breaks between its tags
            _text(actions[a["action"]], CELL),
            _text(reasons[a["reason"]], CELL),
            _text(str(a["files"]), RIGHT),
        ]
        for a in attributes
    ]
    widths = [46 * mm, 38 * mm, 15 * mm, 60 * mm]
    return [_text(title, SECTION), _text(lead, BODY), _grid(head, rows, [*widths, WIDTH - sum(widths)])]


def _grid(head: Sequence[Flowable], rows: Sequence[Sequence[Flowable]], widths: Sequence[float]) -> Table:
    table = Table([list(head), *map(list, rows)], colWidths=list(widths), repeatRows=1, hAlign="LEFT")
    table.setStyle(
        TableStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEABOVE", (0, 0), (-1, 0), 0.9, INK),
                ("LINEBELOW", (0, 0), (-1, 0), 0.5, INK),
                ("LINEBELOW", (0, 1), (-1, -2), 0.25, RULE),
                ("LINEBELOW", (0, -1), (-1, -1), 0.9, INK),
                ("TOPPADDING", (0, 0), (-1, -1), 1.7),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 2.3),
                ("LEFTPADDING", (0, 0), (-1, -1), 2),
                ("RIGHTPADDING", (0, 0), (-1, -1), 2),
            ]
        )
    )
    return table


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
            text = _("Page %(page)s of %(pages)s") % {"page": self._pageNumber, "pages": len(self._pages)}
            self.setFont(_font(text), 7)
            self.setFillColor(QUIET)
            self.drawRightString(A4[0] - LEFT, 11 * mm, text)
            super().showPage()
        super().save()


def _font(text: str, latin: str = SANS) -> str:
    return JAPANESE if _FOREIGN.search(text) else latin


def _set(story: list[Flowable], certificate: Mapping[str, Any]) -> bytes:
    """Nothing in the file depends on the time."""
    name = f"{certificate['study']['title']} · {certificate['subject']}"
    banner = _("SIMULATED DATA – not from patients") if certificate["simulated"] else ""

    def page(canvas: Canvas, _document: BaseDocTemplate) -> None:
        canvas.saveState()
        if banner:
            canvas.setFillColor(BANNER)
            canvas.rect(0, A4[1] - 9 * mm, A4[0], 9 * mm, stroke=0, fill=1)
            canvas.setFillColor(PAPER)
            canvas.setFont(_font(banner, BOLD), 9.5)
            canvas.drawCentredString(A4[0] / 2, A4[1] - 6 * mm, banner)
        canvas.setStrokeColor(RULE)
        canvas.line(LEFT, 15 * mm, A4[0] - LEFT, 15 * mm)
        canvas.setFillColor(QUIET)
        shown = name if len(name) <= 80 else name[:79].rstrip() + "…"
        canvas.setFont(_font(shown), 7)
        canvas.drawString(LEFT, 11 * mm, shown)
        canvas.setFont(SANS, 7)
        canvas.drawString(LEFT, 7.6 * mm, f"SHA-256 {digest_of(certificate)[:16]}")
        canvas.restoreState()

    out = BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        title=_("Certificate of de-identification (pseudonymised data)") + f": {certificate['subject']}",
        author="Reader study platform",
        subject=digest_of(certificate),
        creator="reader_study.intake",
        lang=get_language() or "en",
        invariant=1,
    )
    frame = Frame(LEFT, 18 * mm, WIDTH, A4[1] - 18 * mm - 15 * mm, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate("page", [frame], onPage=page))
    document.build(story, canvasmaker=_NumberedCanvas)
    return out.getvalue()
