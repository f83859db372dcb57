"""The query of a search (PS3.18 8.3.4): what is asked for, and the same as conditions on the index."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Left
from django.http import QueryDict
from django.utils.translation import gettext as _
from pydicom.datadict import dictionary_VR, tag_for_keyword

from reader_study.interop.models import IndexedFile
from reader_study.problems import Invalid

LIMIT, MOST = 100, 1000
LONGEST = 8192  # a list of a hundred UIDs
MOST_WILDCARDS = 16  # the time of a search grows with each of them
ALL = "all"
_WILDCARD = re.compile(r"\*+|\?")  # a row of stars is one star, and takes the time of one
_COLUMNS = {
    "0020000D": "study_uid",
    "0020000E": "series_uid",
    "00080018": "sop_uid",
    "00080016": "sop_class",
    "00080060": "modality",
    "00100020": "patient_id",
    "00080020": "study_date",
}
_MODALITIES_IN_STUDY = "00080061"
_RANGES, _NO_WILDCARD = (
    {"DA", "TM", "DT"},
    {"DA", "TM", "DT", "UI", "IS", "DS", "US", "UL", "SS", "SL", "FD", "FL"},
)
_UNMATCHED = {"SQ", "OB", "OW", "OF", "OD", "OL", "OV", "UN", "AT"}
_NOT_ATTRIBUTES = {"limit", "offset", "fuzzymatching", "includefield", "accept", "charset"}


@dataclass(frozen=True)
class Query:
    """One search. matching: tag -> what it must be; include: tags to give beyond the usual, or {"all"}."""

    matching: Mapping[str, str]
    include: frozenset[str]
    limit: int
    offset: int
    warnings: Sequence[str] = field(default=())


def parsed(parameters: QueryDict, allowed: Iterable[str]) -> Query:
    """allowed: the tags that can be matched at this level. What cannot be is passed over, with a warning.

    Raises
    ------
    Invalid
        code "query": limit or offset is no number, or a value is too long or has too many wildcards.
    """
    matching, ignored, include = {}, [], set()
    allowed = set(allowed)
    for name, values in parameters.lists():
        if name in _NOT_ATTRIBUTES:
            continue
        tag = tag_of(name)
        if tag is None or tag not in allowed or _vr(tag) in _UNMATCHED:
            ignored.append(name)
        elif text := ",".join(value for value in values if value and value != "*"):
            if "\0" in text or len(text) > LONGEST:
                raise Invalid("query", _("%(name)s cannot be matched with this value.") % {"name": name})
            if _vr(tag) not in _NO_WILDCARD and len(_WILDCARD.findall(text)) > MOST_WILDCARDS:
                raise Invalid(
                    "query",
                    _("%(name)s has more wildcards (* and ?) than the %(most)d that a search may have.")
                    % {"name": name, "most": MOST_WILDCARDS},
                )
            matching[tag] = text
    for name in ",".join(parameters.getlist("includefield")).split(","):
        tag = ALL if name == ALL else tag_of(name)
        if tag is not None:
            include.add(tag)
    warnings = []
    if ignored:
        names = ", ".join(sorted(re.sub(r"[^\w.]", "?", name, flags=re.ASCII)[:40] for name in ignored)[:20])
        warnings.append(f"These parameters cannot be matched here and were ignored: {names}")
    if parameters.get("fuzzymatching", "").lower() == "true":
        warnings.append(
            "The fuzzymatching parameter is not supported. Only literal matching has been performed."
        )
    limit = min(_count(parameters, "limit", LIMIT), MOST)
    return Query(matching, frozenset(include), limit, _count(parameters, "offset", 0), tuple(warnings))


def tag_of(name: str) -> str | None:
    """ "00100020" or "PatientID" -> "00100020"; None for what is neither, and for paths into sequences."""
    if re.fullmatch(r"[0-9A-Fa-f]{8}", name):
        return name.upper()
    tag = tag_for_keyword(name) if name.isascii() and name.isalnum() else None
    return f"{tag:08X}" if tag is not None else None


def matched(files: QuerySet[IndexedFile], query: Query) -> QuerySet[IndexedFile]:
    """The files that fit the query; of ModalitiesInStudy, those of every study that has such a file."""
    found = files
    for tag, text in query.matching.items():
        if tag == _MODALITIES_IN_STUDY:
            of_modality = files.filter(_condition("modality", "CS", text)).values("study_uid")
            found = found.filter(study_uid__in=of_modality)
            continue
        column = _COLUMNS.get(tag) or f"value_{tag}"
        if tag not in _COLUMNS:
            inner = ["Alphabetic"] if _vr(tag) == "PN" else []
            path = [Value(step) for step in (tag, "Value", "0", *inner)]
            value = Func(F("metadata"), *path, function="jsonb_extract_path_text", output_field=TextField())
            found = found.annotate(**{column: value})
        if _vr(tag) in _RANGES and "-" in text:
            found = _between(found, column, text)
        else:
            found = found.filter(_condition(column, _vr(tag), text))
    return found


def _between(files: QuerySet[IndexedFile], column: str, text: str) -> QuerySet[IndexedFile]:
    """A range of dates or times, open on either side: "20260101-", "-1030" up to the end of that minute."""
    first, last = text.split("-", 1)
    files = files.filter(**{f"{column}__gt": ""})
    if first:
        files = files.filter(**{f"{column}__gte": first})
    if last:
        start = f"start_{column}"
        files = files.annotate(**{start: Left(column, len(last))}).filter(**{f"{start}__lte": last})
    return files


def _condition(column: str, vr: str, text: str) -> Q:
    if vr == "UI":
        return Q(**{f"{column}__in": [uid for uid in re.split(r"[,\\]", text) if uid]})
    if vr not in _NO_WILDCARD and re.search(r"[*?]", text):
        return Q(**{f"{column}__iregex" if vr == "PN" else f"{column}__regex": _pattern(text)})
    return Q(**{f"{column}__iexact" if vr == "PN" else column: text})


def _pattern(text: str) -> str:
    """A regular expression of PostgreSQL: everything literal but * and ?."""
    parts = re.sub(r"\*+", "*", text)
    return (
        "^" + "".join({"*": ".*", "?": "."}.get(c, rf"\{c}" if not c.isalnum() else c) for c in parts) + "$"
    )


def _count(parameters: QueryDict, name: str, default: int) -> int:
    text = parameters.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Invalid("query", _("%(name)s must be a number from 0.") % {"name": name})
    return int(text)


def _vr(tag: str) -> str:
    try:
        return dictionary_VR(int(tag, 16)).split(" ")[0]
    except KeyError:
        return "UN"
