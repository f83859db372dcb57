"""The worker's side of an upload: file after file, each with its own verdict in its own transaction."""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from reader_study.cases.actions import restart_derivation
from reader_study.cases.models import Case
from reader_study.intake import quarantine, quarantine_actions, queries, staging
from reader_study.intake.actions import Verdict, finish_upload
from reader_study.intake.deidentification import named
from reader_study.intake.examination import Examined, Known, describe, examine
from reader_study.intake.models import Upload, UploadedFile
from reader_study.intake.placing import Sender, case_of, place
from reader_study.intake.reasons import Quarantined, Refused
from reader_study.intake.sandbox import LONGEST_SECONDS, SandboxFailed
from reader_study.studies.queries import held_state, takes_files

logger = logging.getLogger(__name__)
# Extended after every file, so it has to outlast one: the examination, the description of a doubtful one, and then
# the wait for the locks of its place.
LEASE = timedelta(seconds=2 * LONGEST_SECONDS + 60)
FILE_ATTEMPTS = 3


class _LeaseLost(Exception):
    """Another worker has taken the upload over."""


@dataclass(frozen=True)
class _Outcome:
    """image: the one that a duplicate is a part of; known: of a file that is kept apart."""

    verdict: str
    code: str = ""
    case: Case | None = None
    image: UUID | None = None
    known: Known = Known()


@dataclass(frozen=True)
class _Candidate:
    """A file that passed the examination; with the finished file, if its case was known before."""

    examined: Examined
    case: Case | None = None
    result: bytes = b""


def process(upload_id: UUID) -> None:
    """Give every file of a completed upload its verdict. Sent again, it goes on where it stopped."""
    now = timezone.now()
    free = Upload.objects.filter(pk=upload_id, state=Upload.State.PROCESSING, lease_until__lte=now)
    if not free.update(attempts=F("attempts") + 1, lease_until=now + LEASE):
        return
    run = _Run(Upload.objects.select_related("study", "site").get(pk=upload_id))
    try:
        run.all_files()
    except _LeaseLost:
        logger.warning("upload %s was taken over by another worker", upload_id)
        return
    except SandboxFailed:
        # This machine is too busy. The next sweep sends the upload to a worker that may have more room.
        run.give_lease_back()
        raise
    finish_upload(upload_id=upload_id)


class _Run:
    """One worker's way through one upload, and what it has learned on the way."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.pseudonyms = queries.pseudonyms_of(upload.study, upload.site)
        self.kinds = queries.kinds_wanted(upload.study)
        self.open = takes_files(upload.study.state)
        files = upload.files.exclude(sha256="")
        concluded = files.exclude(verdict=Verdict.PENDING)
        # A digest that comes a second time, in this folder or from an earlier upload, is not looked at again.
        self.concluded = {file.sha256: _Outcome(file.verdict, file.code) for file in concluded}
        sha256s = list(files.values_list("sha256", flat=True))
        self.known = queries.known_files(study=upload.study, site=upload.site, sha256s=sha256s)
        self.kept_apart = queries.fingerprints_kept_apart(study=upload.study, site=upload.site)
        self.cases: dict[bytes, Case] = {}
        self.restarted: set[UUID] = set()

    def all_files(self) -> None:
        pending = self.upload.files.filter(verdict=Verdict.PENDING).order_by("number")
        for file in pending.iterator():
            self.one_file(file)

    def one_file(self, file: UploadedFile) -> None:
        # Counted before the bytes are touched: a file that kills its workers is refused in the end. What lost its
        # turn for another reason is not counted.
        this = UploadedFile.objects.filter(pk=file.pk)
        this.update(attempts=F("attempts") + 1)
        try:
            self.one_verdict(file)
        except (_LeaseLost, SandboxFailed):
            this.update(attempts=F("attempts") - 1)
            raise

    def one_verdict(self, file: UploadedFile) -> None:
        candidate = self.candidate(file)
        with transaction.atomic():
            self.hold_lease()
            outcome = self.placed(file, candidate) if isinstance(candidate, _Candidate) else candidate
            if outcome.image is not None and self.restarts(outcome.image):
                outcome = replace(outcome, code="prepared_again")
            if outcome.verdict == Verdict.QUARANTINED and not takes_files(held_state(self.upload.study)):
                outcome = _Outcome(Verdict.REFUSED, "study_locked")
            if outcome.verdict == Verdict.QUARANTINED:  # before the verdict stands: there is no other copy
                file.kept_apart = quarantine_actions.keep_apart(
                    file=file, code=outcome.code, known=outcome.known
                )
                if file.kept_apart is None:
                    outcome = _Outcome(Verdict.DUPLICATE, "duplicate")
            elif outcome.verdict == Verdict.ACCEPTED:
                self.close_kept_apart(file)
            file.verdict, file.code, file.case = outcome.verdict, outcome.code, outcome.case
            file.save(update_fields=["verdict", "code", "case", "kept_apart"])
        self.concluded[file.sha256] = outcome
        if outcome.case is not None:
            self.cases[bytes(outcome.case.subject_key)] = outcome.case
        if outcome.verdict != Verdict.QUARANTINED:
            quarantine.shred(quarantine.name_of(upload=self.upload.id, number=file.number))
        staging.discard(upload=self.upload.id, sha256=file.sha256)

    def close_kept_apart(self, file: UploadedFile) -> None:
        """The file may have been kept apart before, and was sent again instead of answered."""
        fingerprint = queries.fingerprint(self.upload.study, file.sha256)
        if fingerprint in self.kept_apart:
            quarantine_actions.close_taken(
                study=self.upload.study,
                site=self.upload.site,
                fingerprint=fingerprint,
                actor=self.upload.created_by_id,
            )

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

    def give_lease_back(self) -> None:
        mine = Upload.objects.filter(
            pk=self.upload.pk, attempts=self.upload.attempts, state=Upload.State.PROCESSING
        )
        mine.update(lease_until=timezone.now())

    def candidate(self, file: UploadedFile) -> _Candidate | _Outcome:
        """Everything that needs no lock: read, examine, and for a known subject give the name."""
        same = self.concluded.get(file.sha256)
        if same is not None and same.verdict in (Verdict.REFUSED, Verdict.QUARANTINED):
            return _Outcome(same.verdict, same.code, known=same.known)
        if same is not None or file.sha256 in self.known:
            return _Outcome(Verdict.DUPLICATE, "duplicate", image=self.known.get(file.sha256))
        source = staging.read(upload=self.upload.id, sha256=file.sha256)
        try:
            if source is None:
                here = staging.is_staged(upload=self.upload.id, sha256=file.sha256)
                raise Refused("damaged_in_staging" if here else "not_received")
            if not self.open:
                raise Refused("study_locked")
            if file.attempts >= FILE_ATTEMPTS:
                raise Refused("unreadable")
            examined = examine(source, pseudonyms=self.pseudonyms, kinds=self.kinds)
        except Refused as reason:
            return _Outcome(Verdict.REFUSED, reason.code)
        except Quarantined as reason:
            known = describe(source or b"", pseudonyms=self.pseudonyms)
            return _Outcome(Verdict.QUARANTINED, reason.code, known=known)
        case = self.cases.get(examined.subject.key) or case_of(examined, study=self.upload.study)
        if case is None:
            return _Candidate(examined)
        return _Candidate(examined, case, named(examined.data, subject=case.subject))

    def placed(self, file: UploadedFile, candidate: _Candidate) -> _Outcome:
        sender = Sender(
            upload=self.upload,
            fingerprint=queries.fingerprint(self.upload.study, file.sha256),
            sent_report=file.report_id,
            actor=self.upload.created_by_id,
        )
        try:
            found = place(candidate.examined, sender=sender, case=candidate.case, result=candidate.result)
        except Refused as reason:
            return _Outcome(Verdict.REFUSED, reason.code)
        except Quarantined as reason:
            known = quarantine_actions.known_by(candidate.examined)
            return _Outcome(Verdict.QUARANTINED, reason.code, known=known)
        if found.new:
            return _Outcome(Verdict.ACCEPTED, case=found.case)
        return _Outcome(Verdict.DUPLICATE, "duplicate", image=found.image)
