"""Moving pictures of a case: how they come to be, wait for the SPECT that places them, and give way with it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.cases import queries
from reader_study.cases.models import Case, Cine, Image
from reader_study.cases.preparing import DERIVE_ATTEMPTS, DERIVE_LEASE, send_after_commit
from reader_study.problems import Conflict, Locked
from reader_study.studies.queries import takes_files


@transaction.atomic
def register_cine(
    *, case: Case, kind: str, state: str, dicom_keys: Sequence[str], actor: UUID | None
) -> Cine | None:
    """Give a case a cine; it is prepared after the commit, a beat when its SPECT is ready.

    The same keys again change nothing. The first that can be used stays, and None says that it is another; one that
    failed gives way.
    """
    Case.objects.select_for_update().get(pk=case.pk)  # nothing places a beat meanwhile
    current = _current().filter(case=case, kind=kind, state=state).first()
    if current is not None:
        if current.dicom_keys == list(dicom_keys):
            return current
        if current.status != Cine.Status.FAILED:
            return None
        _supersede(current)
    return _create(
        case=case,
        kind=kind,
        state=state,
        dicom_keys=list(dicom_keys),
        actor=actor,
        replaces=current,
        placed_by=_ready_spect(case.id, state) if kind == Cine.Kind.GATED else None,
    )


def wait_again(image: Image, *, actor: UUID | None) -> None:
    """A SPECT gives way: so does the beat on its grid, and waits for the next. The case's row is held."""
    for beat in _current().select_for_update().filter(placed_by=image):
        _supersede(beat)
        _create(
            case=image.case,
            kind=beat.kind,
            state=beat.state,
            dicom_keys=beat.dicom_keys,
            actor=actor,
            replaces=beat,
            placed_by=None,
        )


@transaction.atomic
def place_waiting(*, case_id: UUID) -> None:
    """Prepare the beats of a case that waited for a SPECT which is ready now."""
    Case.objects.select_for_update().get(pk=case_id)
    for beat in _current().filter(case=case_id, status=Cine.Status.WAITING):
        spect = _ready_spect(case_id, beat.state)
        if spect is None:
            continue
        beat.placed_by, beat.status = spect, Cine.Status.DERIVING
        beat.lease_until = timezone.now() + DERIVE_LEASE
        beat.save(update_fields=["placed_by", "status", "lease_until"])
        send_after_commit("cases.derive_cine", beat.id)


def start_cine(*, cine_id: UUID) -> Cine | None:
    """Count a try to prepare a cine; None if there is nothing to do, or if it was tried too often."""
    started = (
        _current()
        .filter(pk=cine_id, status=Cine.Status.DERIVING, attempts__lt=DERIVE_ATTEMPTS)
        .update(attempts=F("attempts") + 1, lease_until=timezone.now() + DERIVE_LEASE)
    )
    return Cine.objects.select_related("placed_by").get(pk=cine_id) if started else None


@transaction.atomic
def record_cine(*, cine_id: UUID, key: str, frames: int) -> None:
    """Store what was derived; a second result, or one for a cine that gave way, changes nothing."""
    cine = _being_prepared(cine_id)
    if cine is None:
        return
    cine.status, cine.key, cine.frames = Cine.Status.READY, key, frames
    cine.save(update_fields=["status", "key", "frames"])
    placed_by = str(cine.placed_by_id) if cine.placed_by_id else None
    _record(cine, "cases.cine_derived", None, {"key": key, "frames": frames, "placed_by": placed_by})


@transaction.atomic
def record_cine_failure(*, cine_id: UUID, code: str) -> None:
    """Say why a cine cannot be shown; `code` is known to `messages.cine_failure`."""
    cine = _being_prepared(cine_id)
    if cine is None:
        return
    cine.status, cine.code = Cine.Status.FAILED, code
    cine.save(update_fields=["status", "code"])
    _record(cine, "cases.cine_failed", None, {"code": code})


@transaction.atomic
def derive_cine_again(*, actor: User, cine_id: UUID) -> Cine:
    """Prepare a failed cine again, from the first try.

    Raises
    ------
    NotFound
        The cine is absent, or the actor may not decide about images of its site.
    Locked
        The study is locked.
    Conflict
        code "not_failed".
    """
    cine = queries.cine_for(actor, cine_id, *queries.MAY_DERIVE)
    if not takes_files(cine.case.study.state):
        raise Locked("locked", _("The study is locked; its images cannot change any more."))
    failed = _current().select_for_update().filter(pk=cine_id, status=Cine.Status.FAILED).first()
    if failed is None:
        raise Conflict("not_failed", _("Only an image in use that failed can be prepared again."))
    code, failed.code = failed.code, ""
    failed.status, failed.attempts = Cine.Status.DERIVING, 0
    failed.lease_until = timezone.now() + DERIVE_LEASE
    failed.save(update_fields=["status", "code", "attempts", "lease_until"])
    _record(failed, "cases.cine_restarted", actor.id, {"code": code})
    send_after_commit("cases.derive_cine", failed.id)
    return failed


def resend_overdue_cines() -> int:
    """Send again what a lost message or a dead worker left; fail what was tried too often; place what waits."""
    for case_id in _placeable().values_list("case", flat=True).distinct():
        place_waiting(case_id=case_id)
    with transaction.atomic():
        overdue = _current().filter(status=Cine.Status.DERIVING, lease_until__lt=timezone.now())
        cines = list(overdue.select_for_update(skip_locked=True))
        for cine in cines:
            if cine.attempts >= DERIVE_ATTEMPTS:
                record_cine_failure(cine_id=cine.id, code="interrupted")
                continue
            cine.lease_until = timezone.now() + DERIVE_LEASE
            cine.save(update_fields=["lease_until"])
            send_after_commit("cases.derive_cine", cine.id)
    return len(cines)


def _current() -> QuerySet[Cine]:
    return Cine.objects.filter(superseded_at=None)


def _placeable() -> QuerySet[Cine]:
    ready = _ready_spects().filter(case=OuterRef("case"), state=OuterRef("state"))
    return _current().filter(Exists(ready), status=Cine.Status.WAITING)


def _ready_spects() -> QuerySet[Image]:
    return Image.objects.filter(image_set=Image.Set.SPECT, status=Image.Status.READY, superseded_at=None)


def _ready_spect(case_id: UUID, state: str) -> Image | None:
    return _ready_spects().filter(case=case_id, state=state).first()


def _being_prepared(cine_id: UUID) -> Cine | None:
    return _current().select_for_update().filter(pk=cine_id, status=Cine.Status.DERIVING).first()


def _supersede(cine: Cine) -> None:
    cine.superseded_at = timezone.now()
    cine.save(update_fields=["superseded_at"])


def _create(
    *,
    case: Case,
    kind: str,
    state: str,
    dicom_keys: list[str],
    actor: UUID | None,
    replaces: Cine | None,
    placed_by: Image | None,
) -> Cine:
    waits = kind == Cine.Kind.GATED and placed_by is None
    cine = Cine.objects.create(
        case=case,
        kind=kind,
        state=state,
        dicom_keys=dicom_keys,
        placed_by=placed_by,
        status=Cine.Status.WAITING if waits else Cine.Status.DERIVING,
        lease_until=timezone.now() + DERIVE_LEASE,
    )
    detail = {"files": len(dicom_keys), "replaces": str(replaces.id) if replaces else None}
    _record(cine, "cases.cine_registered", actor, detail)
    if not waits:
        send_after_commit("cases.derive_cine", cine.id)
    return cine


def _record(cine: Cine, action: str, actor: UUID | None, detail: dict[str, Any]) -> None:
    case = Case.objects.only("study_id", "subject").get(pk=cine.case_id)
    record(
        action=action,
        actor=actor,
        study=case.study_id,
        subject=case.subject,
        detail={"cine": str(cine.id), "kind": cine.kind, "state": cine.state, **detail},
    )
