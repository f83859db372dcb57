"""The agreement report as PDF: a pure function of the result, so that the same lock gives the same bytes."""

from reader_study.agreement.report.document import render

__all__ = ["render"]
