"""The whole report."""

from collections.abc import Mapping
from typing import Any

from reader_study.agreement.report import conduct, readers, segments, summary
from reader_study.agreement.report.lookup import Result
from reader_study.agreement.report.pages import build
from reader_study.agreement.report.style import Numbering
from reader_study.agreement.report.words import ENGLISH, JAPANESE


def render(document: Mapping[str, Any]) -> bytes:
    """The result JSON (analysis.compute) as a PDF of A4 pages: English, after a summary page in both
    languages.

    Same result, same bytes.
    """
    result, numbering = Result(document), Numbering()
    return build(
        [
            *(page for words in (ENGLISH, JAPANESE) for page in summary.page(result, words)),
            *segments.pages(result, numbering),
            *readers.pages(result, numbering),
            *conduct.pages(result, numbering),
        ],
        title=document["study"]["title"],
        simulated=document["simulated"],
        lock=document["lock"]["sha256"],
        model=result.model,
    )
