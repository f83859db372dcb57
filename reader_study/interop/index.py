"""The index of stored DICOM files: which there are, and what their headers say."""

import io
import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from inference.objects import ObjectCorrupt, ObjectMissing
from reader_study.cases.models import Case, Image
from reader_study.cases.storage import store
from reader_study.intake.models import Instance
from reader_study.interop.dicomweb.json_model import metadata_of
from reader_study.interop.models import IndexedFile

logger = logging.getLogger(__name__)
AT_ONCE = 500  # rows written together


def stored_keys(cases: QuerySet[Case]) -> list[QuerySet[Any, Any]]:
    """The object keys of what may be shown of the cases, one query for each kind of file.

    What sites sent, whether or not it is an image yet, and what was computed from it. What was replaced is not shown.
    """
    in_use = Q(image=None) | Q(image__superseded_at=None)
    computed = Image.objects.filter(case__in=cases, source=Image.Source.TRANSLATION, superseded_at=None)
    return [
        Instance.objects.filter(in_use, case__in=cases).values(key=F("object_key")),
        computed.annotate(key=KeyTextTransform("0", "dicom_keys")).values("key"),
        computed.exclude(uncertainty_dicom_key="").values(key=F("uncertainty_dicom_key")),
    ]


def files_of(cases: QuerySet[Case], *, study_uid: str = "") -> QuerySet[IndexedFile]:
    """The indexed files of the cases; those that the index does not know yet are read first.

    study_uid: only the cases with files of this DICOM study, which is far quicker than asking for all of them. What
    was computed stays in the study that it was computed from.
    """
    if study_uid:
        cases = cases.filter(pk__in=Instance.objects.filter(study_uid=study_uid).values("case"))
    sources = stored_keys(cases)
    known = IndexedFile.objects.filter(object_key=OuterRef("key"))
    missing: set[str] = set()
    for source in sources:
        missing.update(source.filter(~Exists(known)).values_list("key", flat=True))
    if missing:
        add(sorted(missing))
    within = Q()
    for source in sources:
        within |= Q(object_key__in=source)
    return IndexedFile.objects.filter(within)


def add(keys: Iterable[str]) -> int:
    """Read the headers of objects and keep them; returns how many. What cannot be read is logged and left out."""
    rows: list[IndexedFile] = []
    count = 0
    for key in keys:
        row = _row(key)
        if row is not None:
            rows.append(row)
        if len(rows) == AT_ONCE:
            count += _kept(rows)
            rows = []
    return count + _kept(rows)


def add_missing() -> int:
    """Index what no search has asked for yet, so that the first one need not wait for it."""
    before = IndexedFile.objects.count()
    files_of(Case.objects.all())
    return IndexedFile.objects.count() - before


def _kept(rows: list[IndexedFile]) -> int:
    with transaction.atomic():
        IndexedFile.objects.bulk_create(rows, ignore_conflicts=True)  # another request may be at the same
    return len(rows)


def _row(key: str) -> IndexedFile | None:
    try:
        data = store().get(key)
        ds = dcmread(io.BytesIO(data), stop_before_pixels=True)
        metadata = metadata_of(ds)
    except (ObjectMissing, ObjectCorrupt, InvalidDicomError, ValueError, TypeError, AttributeError) as error:
        # Of the error only its kind: its text may quote the file.
        logger.error("object %s cannot be indexed as DICOM: %s", key, type(error).__name__)
        return None
    if "Rows" in ds and "BitsAllocated" in ds:  # where the pixels were not read, their place is still known
        metadata["7FE00010"] = {"vr": "OW", "BulkDataURI": "bulkdata/7FE00010"}
    return IndexedFile(
        object_key=key,
        study_uid=str(ds.get("StudyInstanceUID", "")),
        series_uid=str(ds.get("SeriesInstanceUID", "")),
        sop_uid=str(ds.get("SOPInstanceUID", "")),
        sop_class=str(ds.get("SOPClassUID", "")),
        transfer_syntax=str(ds.file_meta.get("TransferSyntaxUID", "")),
        modality=str(ds.get("Modality", ""))[:16],
        patient_id=str(ds.get("PatientID", ""))[:64],
        study_date=str(ds.get("StudyDate") or "")[:8],
        series_number=_number(ds, "SeriesNumber"),
        instance_number=_number(ds, "InstanceNumber"),
        metadata=metadata,
    )


def _number(ds: Dataset, keyword: str) -> int | None:
    value = ds.get(keyword)
    return int(value) if value not in (None, "") else None
