"""Search results (QIDO-RS, PS3.18 10.6): rows of the index as studies, series and instances."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Min, QuerySet
from pydicom.datadict import dictionary_VR, tag_for_keyword

from reader_study.interop.dicomweb.matching import ALL, Query, matched
from reader_study.interop.models import IndexedFile


def _tags(*keywords: str) -> tuple[str, ...]:
    return tuple(f"{tag_for_keyword(keyword):08X}" for keyword in keywords)


# Tables 10.6.3-3 to 10.6.3-5; each level can also be matched by what stands above it.
STUDY = _tags(
    "SpecificCharacterSet",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "ModalitiesInStudy",
    "ReferringPhysicianName",
    "TimezoneOffsetFromUTC",
    "StudyDescription",
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyID",
)
SERIES = _tags(
    "Modality",
    "SeriesDate",
    "SeriesTime",
    "SeriesDescription",
    "BodyPartExamined",
    "Manufacturer",
    "ManufacturerModelName",
    "FrameOfReferenceUID",
    "SeriesInstanceUID",
    "SeriesNumber",
    "PerformedProcedureStepStartDate",
    "PerformedProcedureStepStartTime",
)
INSTANCE = _tags(
    "SOPClassUID",
    "SOPInstanceUID",
    "InstanceNumber",
    "ImageType",
    "ContentDate",
    "ContentTime",
    "AcquisitionDate",
    "AcquisitionTime",
    "SyntheticData",
    "Rows",
    "Columns",
    "BitsAllocated",
    "NumberOfFrames",
)
# What a result has although the file says nothing of it; the rest only where there is something to say.
_ALWAYS = {
    *_tags("StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName", "PatientName", "PatientID"),
    *_tags("PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyID", "Modality", "SeriesInstanceUID"),
    *_tags("SeriesNumber", "SOPClassUID", "SOPInstanceUID", "InstanceNumber"),
}


@dataclass(frozen=True)
class Page:
    """results: data sets as JSON; more: how many fit and come after them."""

    results: Sequence[dict[str, Any]]
    more: int


def studies(files: QuerySet[IndexedFile], query: Query, *, base: str) -> Page:
    """base: the address under which `/studies` lies; of everything that `files` holds and no more."""
    # Counted over the whole study, whichever of its files the query fits.
    found = files.filter(study_uid__in=_uids(files, query, "study_uid")) if query.matching else files
    rows = (
        found.values("study_uid")
        .annotate(
            first=Min("object_key"),
            who=Min("patient_id"),
            modalities=ArrayAgg("modality", distinct=True),
            series=Count("series_uid", distinct=True),
            instances=Count("object_key"),
        )
        .order_by("who", "study_uid")
    )
    page = list(rows[query.offset : query.offset + query.limit])
    headers = _headers(row["first"] for row in page)
    results = [
        _result(
            headers[row["first"]],
            (STUDY,),
            query,
            {
                "ModalitiesInStudy": sorted(filter(None, row["modalities"])),
                "NumberOfStudyRelatedSeries": [row["series"]],
                "NumberOfStudyRelatedInstances": [row["instances"]],
                "InstanceAvailability": ["ONLINE"],
                "RetrieveURL": [f"{base}/studies/{row['study_uid']}"],
            },
        )
        for row in page
    ]
    return Page(results, _more(rows, page, query))


def series(files: QuerySet[IndexedFile], query: Query, *, base: str, of_one_study: bool) -> Page:
    found = files.filter(series_uid__in=_uids(files, query, "series_uid")) if query.matching else files
    rows = (
        found.values("study_uid", "series_uid")
        .annotate(
            first=Min("object_key"),
            who=Min("patient_id"),
            number=Min("series_number"),
            instances=Count("object_key"),
        )
        .order_by("who", "study_uid", "number", "series_uid")
    )
    page = list(rows[query.offset : query.offset + query.limit])
    headers = _headers(row["first"] for row in page)
    levels = (_tags("StudyInstanceUID"), SERIES) if of_one_study else (STUDY, SERIES)
    results = [
        _result(
            headers[row["first"]],
            levels,
            query,
            {
                "NumberOfSeriesRelatedInstances": [row["instances"]],
                "InstanceAvailability": ["ONLINE"],
                "RetrieveURL": [f"{base}/studies/{row['study_uid']}/series/{row['series_uid']}"],
            },
        )
        for row in page
    ]
    return Page(results, _more(rows, page, query))


def instances(files: QuerySet[IndexedFile], query: Query, *, base: str, above: str) -> Page:
    """above: "", "study" or "series": what the address names, so that a result need not repeat it."""
    rows = matched(files, query).order_by(
        "patient_id", "study_uid", "series_number", "series_uid", "instance_number", "sop_uid"
    )
    page = list(rows[query.offset : query.offset + query.limit])
    levels = {
        "": (STUDY, SERIES, INSTANCE),
        "study": (_tags("StudyInstanceUID"), SERIES, INSTANCE),
        "series": (_tags("StudyInstanceUID", "SeriesInstanceUID", "Modality"), INSTANCE),
    }[above]
    results = [
        _result(
            file.metadata,
            levels,
            query,
            {"InstanceAvailability": ["ONLINE"], "RetrieveURL": [instance_address(base, file)]},
        )
        for file in page
    ]
    return Page(results, _more(rows, page, query))


def instance_address(base: str, file: IndexedFile) -> str:
    return f"{base}/studies/{file.study_uid}/series/{file.series_uid}/instances/{file.sop_uid}"


def _uids(files: QuerySet[IndexedFile], query: Query, column: str) -> QuerySet[IndexedFile, Any]:
    return matched(files, query).order_by().values(column).distinct()


def _more(rows: QuerySet[Any, Any], page: Sequence[Any], query: Query) -> int:
    if len(page) < query.limit and (page or not query.offset):
        return 0
    return max(0, rows.count() - query.offset - len(page))


def _headers(keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    rows = IndexedFile.objects.filter(object_key__in=list(keys))
    return dict(rows.values_list("object_key", "metadata"))


def _result(
    metadata: dict[str, Any], levels: Iterable[Sequence[str]], query: Query, counted: dict[str, list[Any]]
) -> dict[str, Any]:
    """The attributes of the levels and those asked for, without bulk data; `counted` by keyword."""
    wanted = {tag for level in levels for tag in level} | (query.include - {ALL})
    if ALL in query.include:
        wanted |= set(metadata)
    found = {tag: metadata[tag] for tag in wanted if tag in metadata and "BulkDataURI" not in metadata[tag]}
    found |= {tag: {"vr": _vr(tag)} for tag in wanted & _ALWAYS if tag not in found}
    for word, values in counted.items():
        (tag,) = _tags(word)
        found[tag] = {"vr": _vr(tag), "Value": values} if values else {"vr": _vr(tag)}
    return {tag: found[tag] for tag in sorted(found)}


def _vr(tag: str) -> str:
    return dictionary_VR(int(tag, 16)).split(" ")[0]
