"""The life of a score export: ordered when a study is unblinded, made by a worker, tried three times."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.agreement.models import Lock
from reader_study.audit.actions import record
from reader_study.celery import app
from reader_study.interop.exporting import File
from reader_study.interop.models import ScoreExport
from reader_study.problems import Conflict, NotFound
from reader_study.studies.models import Role, Study
from reader_study.studies.queries import study_for_update

QUEUE_LEASE = timedelta(minutes=5)  # how long a message may wait for a worker
WORK_LEASE = timedelta(minutes=2)  # how long one report may take
ATTEMPTS = 3
State = ScoreExport.State


def order_missing() -> int:
    """Order what unblinded studies lack, and what a lost message or a dead worker left; returns how many."""
    now = timezone.now()
    unblinded = Lock.objects.filter(study__state=Study.State.UNBLINDED, score_export=None)
    for lock in unblinded:
        ScoreExport.objects.get_or_create(lock=lock, defaults={"lease_until": now})
    sent = 0
    with transaction.atomic():
        waiting = ScoreExport.objects.filter(state=State.COMPUTING, lease_until__lte=now)
        for export in waiting.select_for_update(skip_locked=True, of=("self",)).select_related("lock"):
            if export.attempts >= ATTEMPTS:
                _finish(export, State.FAILED, {})
                continue
            export.lease_until = now + QUEUE_LEASE
            export.save(update_fields=["lease_until"])
            _send_after_commit(export.pk)
            sent += 1
    return sent


@transaction.atomic
def order_again(*, actor: User, study: Study) -> ScoreExport:
    """Order an export anew that failed.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study, or nothing was ordered.
    Conflict
        code "state": it has not failed.
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    export = ScoreExport.objects.select_for_update(of=("self",)).filter(lock__study=study).first()
    if export is None:
        raise NotFound()
    if export.state != State.FAILED:
        raise Conflict("state", _("Only scores that could not be prepared can be ordered again."))
    export.state, export.attempts, export.finished_at = State.COMPUTING, 0, None
    export.lease_until = timezone.now() + QUEUE_LEASE
    export.save(update_fields=["state", "attempts", "finished_at", "lease_until"])
    record(
        action="interop.scores_ordered_again",
        actor=actor.id,
        study=study.id,
        subject=str(export.pk),
        detail={},
    )
    _send_after_commit(export.pk)
    return export


@transaction.atomic
def start(*, lock_id: UUID) -> Lock | None:
    """Count a try; None when it is done or was tried too often. Two tries at once make the same bytes."""
    exports = ScoreExport.objects.select_for_update(of=("self",)).filter(
        lock__study__state=Study.State.UNBLINDED, state=State.COMPUTING, attempts__lt=ATTEMPTS
    )
    found = exports.filter(pk=lock_id).select_related("lock").first()
    if found is None:
        return None
    found.attempts = F("attempts") + 1
    found.lease_until = timezone.now() + WORK_LEASE
    found.save(update_fields=["attempts", "lease_until"])
    return found.lock


def extend(*, lock_id: UUID) -> None:
    """The worker is alive and has made another report."""
    ScoreExport.objects.filter(pk=lock_id, state=State.COMPUTING).update(
        lease_until=timezone.now() + WORK_LEASE
    )


@transaction.atomic
def record_files(*, lock_id: UUID, files: dict[str, File]) -> None:
    """Keep what was made; a second result changes nothing."""
    export = ScoreExport.objects.select_for_update(of=("self",)).select_related("lock").get(pk=lock_id)
    if export.state != State.READY:
        _finish(export, State.READY, files)


@transaction.atomic
def record_failure(*, lock_id: UUID) -> None:
    """Let it be tried again by the next sweep, or give up after the last try."""
    export = ScoreExport.objects.select_for_update(of=("self",)).select_related("lock").get(pk=lock_id)
    if export.state != State.COMPUTING:
        return
    if export.attempts >= ATTEMPTS:
        _finish(export, State.FAILED, {})
        return
    export.lease_until = timezone.now()
    export.save(update_fields=["lease_until"])


def _finish(export: ScoreExport, state: ScoreExport.State, files: dict[str, File]) -> None:
    export.state, export.files, export.finished_at = state, files, timezone.now()
    export.save(update_fields=["state", "files", "finished_at"])
    ready = state == State.READY
    record(
        action="interop.scores_prepared" if ready else "interop.scores_failed",
        actor=None,
        study=export.lock.study_id,
        subject=str(export.pk),
        detail={
            "lock": export.lock.sha256,
            "reports": sum("subject" in file for file in files.values()),
            "files": {name: file["key"] for name, file in files.items() if "subject" not in file},
        },
    )


def _send_after_commit(lock_id: UUID) -> None:
    transaction.on_commit(partial(_send, lock_id), robust=True)


def _send(lock_id: UUID) -> None:
    app.send_task("interop.export_scores", [str(lock_id)])
