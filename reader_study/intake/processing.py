"""The worker's side of an upload: file after file, each with its own verdict in its own transaction."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from inference.objects import digest_of
from reader_study.cases.actions import case_for_subject, register_image
from reader_study.cases.models import Case, Image
from reader_study.cases.queries import gives_way
from reader_study.cases.storage import store
from reader_study.intake import queries, staging
from reader_study.intake.actions import Verdict, finish_upload
from reader_study.intake.deidentification import METHOD
from reader_study.intake.examination import Examined, examine
from reader_study.intake.models import Instance, Upload, UploadedFile
from reader_study.intake.reasons import NotTaken, Quarantined, Refused
from reader_study.intake.verification import left_over
from reader_study.studies.protocol import ImageSet
from reader_study.studies.queries import protocol_of

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=30)
FILE_ATTEMPTS = 3


class _LeaseLost(Exception):
    """Another worker has taken the upload over."""


@dataclass(frozen=True)
class _Outcome:
    verdict: str
    code: str = ""
    case: Case | None = None


@dataclass(frozen=True)
class _Candidate:
    """A file that passed the examination. `result` is the finished file, if its subject was known before."""

    source: bytes
    examined: Examined
    subject: str = ""
    result: bytes = b""


def process(upload_id: UUID) -> None:
    """Give every file of a completed upload its verdict. Sent again, it goes on where it stopped."""
    now = timezone.now()
    free = Upload.objects.filter(pk=upload_id, state=Upload.State.PROCESSING, lease_until__lte=now)
    if not free.update(attempts=F("attempts") + 1, lease_until=now + LEASE):
        return
    upload = Upload.objects.select_related("study", "site").get(pk=upload_id)
    image_sets = [arm.image_set for arm in protocol_of(upload.study).arms]
    pending = upload.files.filter(verdict=Verdict.PENDING).order_by("number")
    try:
        for file in pending.iterator():
            _process_file(upload, file, image_sets)
    except _LeaseLost:
        logger.warning("upload %s was taken over by another worker", upload_id)
        return
    finish_upload(upload_id=upload_id)


def _process_file(upload: Upload, file: UploadedFile, image_sets: Sequence[ImageSet]) -> None:
    _hold_lease(upload)
    # Counted before the bytes are touched: a file that kills its workers is refused in the end.
    UploadedFile.objects.filter(pk=file.pk).update(attempts=F("attempts") + 1)
    candidate = _candidate(upload, file, image_sets)
    with transaction.atomic():
        _hold_lease(upload)
        outcome = _placed(upload, file, candidate) if isinstance(candidate, _Candidate) else candidate
        file.verdict, file.code, file.case = outcome.verdict, outcome.code, outcome.case
        file.save(update_fields=["verdict", "code", "case"])
        Upload.objects.filter(pk=upload.pk).update(revision=F("revision") + 1)
    if outcome.verdict == Verdict.QUARANTINED:
        staging.set_apart(upload=upload.id, sha256=file.sha256, number=file.number)
    staging.discard(upload=upload.id, sha256=file.sha256)


def _hold_lease(upload: Upload) -> None:
    mine = Upload.objects.filter(pk=upload.pk, attempts=upload.attempts, state=Upload.State.PROCESSING)
    if not mine.update(lease_until=timezone.now() + LEASE):
        raise _LeaseLost


def _candidate(upload: Upload, file: UploadedFile, image_sets: Sequence[ImageSet]) -> _Candidate | _Outcome:
    """Everything that needs no lock: read, examine, and for a known subject rebuild and verify."""
    same = upload.files.filter(sha256=file.sha256).exclude(verdict=Verdict.PENDING).first()
    if same is not None and same.verdict in (Verdict.REFUSED, Verdict.QUARANTINED):
        return _Outcome(same.verdict, same.code)
    if same is not None or queries.known_files(study=upload.study, site=upload.site, sha256s=[file.sha256]):
        return _Outcome(Verdict.DUPLICATE, "duplicate")
    source = staging.read(upload=upload.id, sha256=file.sha256)
    try:
        if source is None:
            here = staging.is_staged(upload=upload.id, sha256=file.sha256)
            raise Refused("damaged_in_staging" if here else "not_received")
        if file.attempts >= FILE_ATTEMPTS:
            raise Refused("unreadable")
        pseudonyms = queries.pseudonyms_of(upload.study)
        examined = examine(source, pseudonyms=pseudonyms, site=upload.site_id, image_sets=image_sets)
        case = Case.objects.filter(study=upload.study, subject_key=examined.subject).first()
        if case is None:
            return _Candidate(source, examined)
        return _Candidate(source, examined, case.subject, _finished(source, examined, case.subject))
    except NotTaken as reason:
        return _not_taken(reason)


def _not_taken(reason: NotTaken) -> _Outcome:
    return _Outcome(Verdict.QUARANTINED if isinstance(reason, Quarantined) else Verdict.REFUSED, reason.code)


def _finished(source: bytes, examined: Examined, subject: str) -> bytes:
    """The file that may be stored: rebuilt, named by the study, and looked through for what had to go."""
    result = examined.rebuilt.finished(subject=subject, description=examined.description)
    if left_over(source, result, own_words=(subject, examined.description)):
        raise Quarantined("left_over")
    return result


def _placed(upload: Upload, file: UploadedFile, candidate: _Candidate) -> _Outcome:
    """Store the file in its case, and make an image of the series if it is complete now."""
    try:
        with transaction.atomic():  # a case that was made for a file that cannot stay goes with it
            return _stored(upload, file, candidate)
    except NotTaken as reason:
        return _not_taken(reason)


def _stored(upload: Upload, file: UploadedFile, candidate: _Candidate) -> _Outcome:
    examined = candidate.examined
    case = case_for_subject(study=upload.study, site=upload.site, subject_key=examined.subject)
    result = candidate.result
    if candidate.subject != case.subject:
        result = _finished(candidate.source, examined, case.subject)
    of_site = Instance.objects.filter(study=upload.study, site=upload.site)
    if of_site.filter(study_uid=examined.study_uid).exclude(case=case).exists():
        raise Quarantined("patient_mixed")
    same = of_site.filter(sop_uid=examined.sop_uid).first()
    if same is not None:
        if same.object_key != digest_of(result):
            raise Quarantined("conflicting_copy")
        return _Outcome(Verdict.DUPLICATE, "duplicate")
    current = Image.objects.filter(
        case=case, image_set=examined.image_set, state=examined.state, superseded_at=None
    ).first()
    if current is not None and not gives_way(current):
        raise Quarantined("second_series")
    Instance.objects.create(
        study=upload.study,
        site=upload.site,
        case=case,
        image_set=examined.image_set,
        state=examined.state,
        state_source=examined.state_source,
        study_uid=examined.study_uid,
        series_uid=examined.series_uid,
        sop_uid=examined.sop_uid,
        slices=examined.slices,
        object_key=store().put(result),
        fingerprint=queries.fingerprint(upload.study, file.sha256),
    )
    _complete_series(case, examined, upload)
    return _Outcome(Verdict.ACCEPTED, case=case)


def _complete_series(case: Case, examined: Examined, upload: Upload) -> None:
    """When the last file of a series has come, however many uploads that took: one image."""
    series = Instance.objects.filter(
        case=case,
        image_set=examined.image_set,
        state=examined.state,
        series_uid=examined.series_uid,
        image=None,
    )
    if series.count() != examined.slices:
        return
    image = register_image(
        case=case,
        image_set=examined.image_set,
        state=examined.state,
        dicom_keys=sorted(series.values_list("object_key", flat=True)),
        source=Image.Source.UPLOAD,
        provenance={"upload": str(upload.id), "state_source": examined.state_source, "method": METHOD},
        actor=upload.created_by_id,
    )
    series.update(image=image)
