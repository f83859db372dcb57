"""Locking a study's data, and what becomes of the report that follows."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts.actions import sign
from reader_study.accounts.models import User
from reader_study.agreement.analysis.compute import canonical, digest_of
from reader_study.agreement.models import Lock, Report
from reader_study.agreement.snapshot import missing_reads, snapshot, unfinished_readers
from reader_study.audit.actions import record
from reader_study.cases.storage import store
from reader_study.celery import app
from reader_study.problems import Conflict, Invalid, NotFound
from reader_study.studies.actions import transition
from reader_study.studies.models import Role, Study
from reader_study.studies.queries import study_for_update

MEANING = "locked for analysis"
QUEUE_LEASE = timedelta(minutes=5)  # how long a message may wait for a worker
WORK_LEASE = timedelta(minutes=15)  # how long a worker may compute
ATTEMPTS = 3


@transaction.atomic
def lock_data(
    *, actor: User, study: Study, password: str, reason: str, missing_reads_reason: str = ""
) -> Lock:
    """End the reading: store the data as one hashed snapshot, sign its digest, and order the report.

    `missing_reads_reason` lets a study end although reads are not signed or adjudicated (a reader has left); it
    stands with the list of these reads in the snapshot, the journal and the report. Where nothing is missing it is
    not kept.
    Questions about a session that nobody answered hinder nothing; they are named alike.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study.
    Conflict
        The study is not open ("state"), or no reason is given although reads are not signed ("unsigned", with
        `missing`) or not adjudicated ("unadjudicated").
    Forbidden
        code "password".
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    if not reason.strip():
        raise Invalid("reason", _("Please give a reason."))
    if study.state != Study.State.OPEN:
        raise Conflict("state", _("Only a study that is open for reading can be locked."))
    missing = missing_reads(study, reason=missing_reads_reason.strip())
    if missing and not missing["reason"]:
        unfinished = unfinished_readers(study)
        if unfinished:
            raise Conflict("unsigned", _("Some reads are not signed yet."), missing=unfinished)
        raise Conflict("unadjudicated", _("Some discordant reads are not adjudicated yet."), missing=[])
    now = timezone.now()
    document = snapshot(study=study, actor=actor, reason=reason, at=now, missing=missing)
    unanswered = document.get("session_ends", {}).get("unanswered")
    digest = digest_of(document)
    signature = sign(signer=actor, password=password, meaning=MEANING, content_sha256=digest)
    store().put(canonical(document))
    lock = Lock.objects.create(
        study=study, sha256=digest, locked_by=actor, signature=signature, reason=reason, locked_at=now
    )
    Report.objects.create(lock=lock, lease_until=now + QUEUE_LEASE)
    transition(study=study, to=Study.State.LOCKED, actor=actor, reason=reason)
    record(
        action="agreement.locked",
        actor=actor.id,
        study=study.id,
        subject=str(lock.id),
        detail={
            "sha256": digest,
            "signature": signature.id,
            "reason": reason,
            **({"missing_reads": missing} if missing else {}),
            **({"unanswered_sessions": unanswered} if unanswered else {}),
        },
    )
    transaction.on_commit(partial(_send, lock.pk), robust=True)
    return lock


@transaction.atomic
def compute_again(*, actor: User, study: Study) -> Report:
    """Order a report anew that could not be computed.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study, or the study has no lock.
    Conflict
        code "state": the report has not failed.
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    report = Report.objects.select_for_update().filter(lock__study=study).first()
    if report is None:
        raise NotFound()
    if report.state != Report.State.FAILED:
        raise Conflict("state", _("Only a report that could not be computed can be ordered again."))
    report.state, report.attempts, report.claimed = Report.State.COMPUTING, 0, False
    report.lease_until, report.finished_at = timezone.now() + QUEUE_LEASE, None
    report.save(update_fields=["state", "attempts", "claimed", "lease_until", "finished_at"])
    record(
        action="agreement.report_ordered_again",
        actor=actor.id,
        study=study.id,
        subject=str(report.lock_id),
        detail={},
    )
    transaction.on_commit(partial(_send, report.pk), robust=True)
    return report


@transaction.atomic
def start_report(*, lock_id: UUID) -> tuple[Lock, int] | None:
    """Claim a report for computing, under a new fence; None when it is done or another worker is at it."""
    now = timezone.now()
    report = Report.objects.select_for_update().filter(pk=lock_id, state=Report.State.COMPUTING).first()
    if report is None or report.attempts >= ATTEMPTS or (report.claimed and report.lease_until > now):
        return None
    report.attempts += 1
    report.fence += 1
    report.claimed, report.lease_until = True, now + WORK_LEASE
    report.save(update_fields=["attempts", "fence", "claimed", "lease_until"])
    return report.lock, report.fence


@transaction.atomic
def record_report(*, lock_id: UUID, fence: int, files: dict[str, dict[str, str | int]]) -> None:
    """Keep what was computed, which nobody sees before the study is unblinded. files: name -> {"key", "size"}. A second
    call changes nothing, nor does one under an old fence; one that comes after the giving up still counts.
    """
    report = Report.objects.select_for_update(of=("self",)).select_related("lock__study").get(pk=lock_id)
    if report.state == Report.State.READY or report.fence != fence:
        return
    report.state, report.files, report.finished_at = Report.State.READY, files, timezone.now()
    report.claimed = False
    report.save(update_fields=["state", "files", "finished_at", "claimed"])
    lock = report.lock
    record(
        action="agreement.report_computed",
        actor=None,
        study=lock.study_id,
        subject=str(lock.id),
        detail={"lock": lock.sha256, "files": {name: file["key"] for name, file in files.items()}},
    )


@transaction.atomic
def record_failure(*, lock_id: UUID, fence: int) -> None:
    """A try has failed: let it be tried again at once, or give up after the last."""
    report = Report.objects.select_for_update(of=("self",)).select_related("lock").get(pk=lock_id)
    if report.state != Report.State.COMPUTING or report.fence != fence:
        return
    if report.attempts < ATTEMPTS:
        report.claimed, report.lease_until = False, timezone.now()
        report.save(update_fields=["claimed", "lease_until"])
        return
    _give_up(report)


@transaction.atomic
def sweep() -> int:
    """Send again what is overdue, give up what was tried too often; returns how many were sent."""
    now = timezone.now()
    overdue = Report.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=Report.State.COMPUTING, lease_until__lte=now
    )
    sent = 0
    for report in overdue.select_related("lock"):
        if report.attempts >= ATTEMPTS:
            _give_up(report)
            continue
        report.claimed, report.lease_until = False, now + QUEUE_LEASE
        report.save(update_fields=["claimed", "lease_until"])
        transaction.on_commit(partial(_send, report.pk), robust=True)
        sent += 1
    return sent


def _give_up(report: Report) -> None:
    report.state, report.finished_at, report.claimed = Report.State.FAILED, timezone.now(), False
    report.save(update_fields=["state", "finished_at", "claimed"])
    record(
        action="agreement.report_failed",
        actor=None,
        study=report.lock.study_id,
        subject=str(report.lock_id),
        detail={"attempts": report.attempts},
    )


def _send(lock_id: UUID) -> None:
    app.send_task("agreement.compute", [str(lock_id)])
