"""The worker's side of an upload: file after file, each with its own verdict in its own transaction."""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from inference.objects import digest_of
from reader_study.cases.actions import case_for_subject, register_image, restart_derivation
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
from reader_study.studies.queries import protocol_of

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=30)
FILE_ATTEMPTS = 3


class _LeaseLost(Exception):
    """Another worker has taken the upload over."""


@dataclass(frozen=True)
class _Outcome:
    """image: the one that a duplicate is a part of."""

    verdict: str
    code: str = ""
    case: Case | None = None
    image: UUID | None = None


@dataclass(frozen=True)
class _Candidate:
    """A file that passed the examination; with the finished file, if its case was known before."""

    source: bytes
    examined: Examined
    case: Case | None = None
    result: bytes = b""


def process(upload_id: UUID) -> None:
    """Give every file of a completed upload its verdict. Sent again, it goes on where it stopped."""
    now = timezone.now()
    free = Upload.objects.filter(pk=upload_id, state=Upload.State.PROCESSING, lease_until__lte=now)
    if not free.update(attempts=F("attempts") + 1, lease_until=now + LEASE):
        return
    try:
        _Run(Upload.objects.select_related("study", "site").get(pk=upload_id)).all_files()
    except _LeaseLost:
        logger.warning("upload %s was taken over by another worker", upload_id)
        return
    finish_upload(upload_id=upload_id)


class _Run:
    """One worker's way through one upload, and what it has learned on the way."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.pseudonyms = queries.pseudonyms_of(upload.study, upload.site)
        self.image_sets = [arm.image_set for arm in protocol_of(upload.study).arms]
        files = upload.files.exclude(sha256="")
        concluded = files.exclude(verdict=Verdict.PENDING)
        # A digest that comes a second time, in this folder or from an earlier upload, is not looked at again.
        self.concluded = {file.sha256: _Outcome(file.verdict, file.code) for file in concluded}
        sha256s = list(files.values_list("sha256", flat=True))
        self.known = queries.known_files(study=upload.study, site=upload.site, sha256s=sha256s)
        self.cases: dict[bytes, Case] = {}
        self.restarted: set[UUID] = set()

    def all_files(self) -> None:
        pending = self.upload.files.filter(verdict=Verdict.PENDING).order_by("number")
        for file in pending.iterator():
            self.one_file(file)

    def one_file(self, file: UploadedFile) -> None:
        # Counted before the bytes are touched: a file that kills its workers is refused in the end.
        UploadedFile.objects.filter(pk=file.pk).update(attempts=F("attempts") + 1)
        candidate = self.candidate(file)
        with transaction.atomic():
            self.hold_lease()
            outcome = self.placed(file, candidate) if isinstance(candidate, _Candidate) else candidate
            if outcome.image is not None and self.restarts(outcome.image):
                outcome = replace(outcome, code="prepared_again")
            if outcome.verdict == Verdict.QUARANTINED:  # before the verdict stands: there is no other copy
                staging.set_apart(upload=self.upload.id, sha256=file.sha256, number=file.number)
            file.verdict, file.code, file.case = outcome.verdict, outcome.code, outcome.case
            file.save(update_fields=["verdict", "code", "case"])
        self.concluded[file.sha256] = outcome
        if outcome.case is not None:
            self.cases[bytes(outcome.case.subject_key)] = outcome.case
        if outcome.verdict != Verdict.QUARANTINED:
            staging.take_back(upload=self.upload.id, number=file.number)
        staging.discard(upload=self.upload.id, sha256=file.sha256)

    def restarts(self, image: UUID) -> bool:
        """Whether the image is prepared again: it failed, and its files were sent again. Once an upload."""
        if image not in self.restarted and not restart_derivation(
            image_id=image, actor=self.upload.created_by_id
        ):
            return False
        self.restarted.add(image)
        return True

    def hold_lease(self) -> None:
        """Extend the lease, and say that something changed; or stop, if the upload is another worker's now."""
        mine = Upload.objects.filter(
            pk=self.upload.pk, attempts=self.upload.attempts, state=Upload.State.PROCESSING
        )
        if not mine.update(lease_until=timezone.now() + LEASE, revision=F("revision") + 1):
            raise _LeaseLost

    def candidate(self, file: UploadedFile) -> _Candidate | _Outcome:
        """Everything that needs no lock: read, examine, and for a known subject rebuild and verify."""
        same = self.concluded.get(file.sha256)
        if same is not None and same.verdict in (Verdict.REFUSED, Verdict.QUARANTINED):
            return _Outcome(same.verdict, same.code)
        if same is not None or file.sha256 in self.known:
            return _Outcome(Verdict.DUPLICATE, "duplicate", image=self.known.get(file.sha256))
        source = staging.read(upload=self.upload.id, sha256=file.sha256)
        try:
            if source is None:
                here = staging.is_staged(upload=self.upload.id, sha256=file.sha256)
                raise Refused("damaged_in_staging" if here else "not_received")
            if file.attempts >= FILE_ATTEMPTS:
                raise Refused("unreadable")
            examined = examine(
                source, pseudonyms=self.pseudonyms, site=self.upload.site_id, image_sets=self.image_sets
            )
            case = (
                self.cases.get(examined.subject)
                or Case.objects.filter(study=self.upload.study, subject_key=examined.subject).first()
            )
            if case is None:
                return _Candidate(source, examined)
            return _Candidate(source, examined, case, _finished(source, examined, case.subject))
        except NotTaken as reason:
            return _not_taken(reason)

    def placed(self, file: UploadedFile, candidate: _Candidate) -> _Outcome:
        """Store the file in its case, and make an image of the series if it is complete now."""
        try:
            with transaction.atomic():  # a case that was made for a file that cannot stay goes with it
                return self.stored(file, candidate)
        except NotTaken as reason:
            return _not_taken(reason)

    def stored(self, file: UploadedFile, candidate: _Candidate) -> _Outcome:
        examined, case, result = candidate.examined, candidate.case, candidate.result
        if case is None:
            key = examined.subject
            case = case_for_subject(study=self.upload.study, site=self.upload.site, subject_key=key)
            result = _finished(candidate.source, examined, case.subject)
        Case.objects.select_for_update().get(pk=case.pk)  # two uploads of one series take turns
        known = self.collision(examined, case)
        if known is not None:
            if known.case_id != case.id:
                raise Quarantined("patient_mixed")
            if known.object_key != digest_of(result):
                raise Quarantined("conflicting_copy")
            return _Outcome(Verdict.DUPLICATE, "duplicate", image=known.image_id)
        current = Image.objects.filter(
            case=case, image_set=examined.image_set, state=examined.state, superseded_at=None
        ).first()
        if current is not None and not gives_way(current):
            raise Quarantined("second_series")
        Instance.objects.create(
            study=self.upload.study,
            site=self.upload.site,
            case=case,
            image_set=examined.image_set,
            state=examined.state,
            state_from=examined.state_source,
            kind=examined.image_set,
            upload=self.upload,
            size=len(result),
            study_uid=examined.study_uid,
            series_uid=examined.series_uid,
            sop_uid=examined.sop_uid,
            slices=examined.slices,
            object_key=store().put(result),
            fingerprint=queries.fingerprint(self.upload.study, file.sha256),
        )
        _complete_series(case, examined, self.upload)
        return _Outcome(Verdict.ACCEPTED, case=case)

    def collision(self, examined: Examined, case: Case) -> Instance | None:
        """A file of this site with the same SOP UID, or of the same examination under another patient ID."""
        same = Q(sop_uid=examined.sop_uid) | (Q(study_uid=examined.study_uid) & ~Q(case=case))
        of_site = Instance.objects.filter(study=self.upload.study, site=self.upload.site)
        return of_site.filter(same).first()


def _not_taken(reason: NotTaken) -> _Outcome:
    return _Outcome(Verdict.QUARANTINED if isinstance(reason, Quarantined) else Verdict.REFUSED, reason.code)


def _finished(source: bytes, examined: Examined, subject: str) -> bytes:
    """The file that may be stored: rebuilt, named by the study, and looked through for what had to go."""
    result = examined.rebuilt.finished(subject=subject, description=examined.description)
    if left_over(source, result, own_words=(subject, examined.description)):
        raise Quarantined("left_over")
    return result


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
