import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from inference.dicom.read import Unreadable, read_header
from inference.model import ModelIdentity
from inference.objects import ObjectCorrupt, ObjectMissing
from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.cases.actions import register_image
from reader_study.cases.models import Image
from reader_study.cases.storage import store
from reader_study.celery import app
from reader_study.problems import Conflict
from reader_study.studies.models import Role
from reader_study.studies.queries import study_for
from reader_study.translation import queries
from reader_study.translation.messages import REFUSALS
from reader_study.translation.models import TranslationJob

logger = logging.getLogger(__name__)
STARTS = 3
DISPATCH_LEASE = timedelta(seconds=30)  # how long a queued job may stay unsent
RETRY_AFTER = timedelta(seconds=5)
State = TranslationJob.State


class _Unusable(Exception):
    """A reported result that must not enter the study."""


def consider(*, case_id: UUID) -> list[TranslationJob]:
    """Order what the protocol's arms need of a case and a model or a method can make of its ready images. Once each.

    The model is the study's own: a newer one on the shelf changes nothing in a study that has begun.
    """
    made: list[TranslationJob] = []
    for making in queries.MAKINGS:
        images = queries.translatable_images(making).filter(case=case_id).select_related("case__study")
        model = queries.model_of(images[0].case.study, making) if images else None
        if model is not None:
            for image in images:
                made += _ordered(image, making, model)
    return made


@transaction.atomic
def _ordered(image: Image, making: queries.Making, model: ModelIdentity) -> list[TranslationJob]:
    """The job, if it is new."""
    job, new = TranslationJob.objects.get_or_create(
        image=image,
        model_digest=model.digest,
        defaults={
            "image_set": making.image_set,
            "model_name": model.name,
            "model_version": model.version,
            "lease_until": timezone.now() + DISPATCH_LEASE,
        },
    )
    if not new:
        return []
    _record(job, "translation.queued", {"model": _model(job)})
    _dispatch_after_commit(job.id)
    return [job]


def dispatch(*, job_id: UUID) -> bool:
    """Claim a queued job under a new fence and send it to the GPU queue; False if it is not queued."""
    claimed = TranslationJob.objects.filter(pk=job_id, state=State.QUEUED).update(
        state=State.LEASED,
        attempts=F("attempts") + 1,
        lease_until=timezone.now() + timedelta(seconds=settings.TRANSLATION_QUEUE_SECONDS),
    )
    if not claimed:
        return False
    job = TranslationJob.objects.select_related("image").get(pk=job_id)
    message = [str(job.id), job.attempts, job.image.dicom_keys, job.model_digest, job.settings]
    try:
        app.send_task("inference.translate", message, queue="gpu")
    except Exception:
        _held(job.id, job.attempts).update(state=State.QUEUED, lease_until=timezone.now() + RETRY_AFTER)
        logger.exception("translation %s could not be sent; the sweep sends it again", job.id)
        return False
    return True


def _dispatch_after_commit(job_id: UUID) -> None:
    # A lambda, no `partial`: Django asks a callback that failed for its name.
    transaction.on_commit(lambda: dispatch(job_id=job_id), robust=True)


def _held(job_id: UUID, fence: int) -> Any:
    """The job, as long as it is leased under this fence."""
    return TranslationJob.objects.filter(pk=job_id, attempts=fence, state=State.LEASED)


def record_started(*, job_id: UUID, fence: int) -> bool:
    """A worker has begun: wait for it from now on. A worker with an old fence is ignored."""
    now = timezone.now()
    lease = now + timedelta(seconds=settings.TRANSLATION_LEASE_SECONDS)
    started = _held(job_id, fence).filter(starts__lt=STARTS)
    return bool(started.update(starts=F("starts") + 1, started_at=now, lease_until=lease))


@transaction.atomic
def record_manifest(*, job_id: UUID, fence: int, manifest: Mapping[str, Any]) -> Image | None:
    """Make the reported result an image of the case. The same report again gives the same image.

    Nothing is believed: the fence, the model, the inputs, the stored bytes and their AI marking are checked.
    """
    job = TranslationJob.objects.select_for_update().filter(pk=job_id).first()
    if job is None or job.attempts != fence:
        return None
    if job.state != State.LEASED:
        return job.output
    source = Image.objects.select_related("case").get(pk=job.image_id)
    if source.superseded_at is not None:
        _fail(job, "superseded", "")
        return None
    try:
        key, uncertainty_key = _checked_result(job, source, manifest)
    except _Unusable as reason:
        _retry_or_fail(job, str(reason), "")
        return None
    try:
        job.output = register_image(
            case=source.case,
            image_set=job.image_set,
            state=source.state,
            dicom_keys=[key],
            source=Image.Source.CORRECTION if _is_correction(job) else Image.Source.TRANSLATION,
            provenance={**manifest, "job": str(job.id), "source_image": str(source.id), "model": _model(job)},
            actor=None,
            uncertainty_key=uncertainty_key,
        )
    except Conflict:
        _fail(job, "in_use", "")
        return None
    job.state, job.manifest, job.finished_at = State.DONE, dict(manifest), timezone.now()
    job.code = job.detail = ""
    job.save(update_fields=["output", "state", "manifest", "finished_at", "code", "detail"])
    _record(job, "translation.recorded", {"output": str(job.output_id), "key": key, "model": _model(job)})
    return job.output


def _checked_result(job: TranslationJob, source: Image, manifest: Mapping[str, Any]) -> tuple[str, str]:
    """Object keys of the image and of its uncertainty; the latter empty if the worker made none."""
    model = manifest.get("model") or {}
    if model.get("digest") != job.model_digest or manifest.get("input_keys") != source.dicom_keys:
        raise _Unusable("manifest")
    key = _checked_object(job, source, manifest.get("output_key"))
    uncertainty = manifest.get("uncertainty_key")
    # One network alone differs from nobody: its spread is 0 and would pass for certainty.
    if not uncertainty or manifest.get("members") == 1:
        return key, ""
    if uncertainty == key:
        raise _Unusable("manifest")
    return key, _checked_object(job, source, uncertainty)


def _checked_object(job: TranslationJob, source: Image, key: object) -> str:
    try:
        header = read_header(store().get(str(key)))
    except (ObjectMissing, ObjectCorrupt, ValueError) as error:
        raise _Unusable("not_marked" if isinstance(error, Unreadable) else "result_missing") from error
    marked = header.attenuation_corrected if _is_correction(job) else header.ai_generated
    if not marked or header.modality != "NM" or header.patient_id != source.case.subject:
        raise _Unusable("not_marked")
    return str(key)


def _is_correction(job: TranslationJob) -> bool:
    """Whether the image is made by a method of physics, and not by a network."""
    return not queries.making_of(job).bundle


@transaction.atomic
def record_failure(*, job_id: UUID, fence: int, code: str, message: str) -> None:
    """A worker gave up: try again later, or fail for good after the third start. A refusal stands at once."""
    job = TranslationJob.objects.select_for_update().filter(pk=job_id).first()
    if job is None or job.attempts != fence or job.state != State.LEASED:
        return
    if code in REFUSALS:
        _fail(job, code, message)
    else:
        _retry_or_fail(job, code, message)


def _retry_or_fail(job: TranslationJob, code: str, detail: str) -> None:
    if job.starts >= STARTS:
        _fail(job, code, detail)
        return
    job.state, job.code, job.detail = State.QUEUED, code[:40], detail[:500]
    job.lease_until = timezone.now() + RETRY_AFTER
    job.save(update_fields=["state", "code", "detail", "lease_until"])


def _fail(job: TranslationJob, code: str, detail: str) -> None:
    job.state, job.code, job.detail = State.FAILED, code[:40] or "exhausted", detail[:500]
    job.finished_at = timezone.now()
    job.save(update_fields=["state", "code", "detail", "finished_at"])
    _record(job, "translation.failed", {"code": job.code, "starts": job.starts, "model": _model(job)})


@transaction.atomic
def start_again(*, actor: User, study_id: UUID, job_id: UUID) -> TranslationJob:
    """Give a failed job three more starts.

    Raises
    ------
    NotFound
        The actor is no investigator of the study, or the job is not one of it.
    Conflict
        code "not_failed"; or "not_wanted": the study is locked or uses another model, the source was replaced, or
        the image is there.
    """
    study = study_for(actor, study_id, Role.INVESTIGATOR)
    job = queries.job_of(study, job_id)
    if job.state != State.FAILED:
        raise Conflict("not_failed", _("Only a computation that failed can be started again."))
    making = queries.making_of(job)
    model = queries.model_of(study, making)
    wanted = queries.translatable_images(making).filter(pk=job.image_id).exists()
    if not wanted or model is None or model.digest != job.model_digest:
        raise Conflict("not_wanted", _("The study does not need this computation any more."))
    _record(job, "translation.restarted", {"code": job.code, "model": _model(job)}, actor=actor.id)
    job.state, job.starts, job.code, job.detail, job.finished_at = State.QUEUED, 0, "", "", None
    job.lease_until = timezone.now() + DISPATCH_LEASE
    job.save(update_fields=["state", "starts", "code", "detail", "finished_at", "lease_until"])
    _dispatch_after_commit(job.id)
    return job


def sweep() -> int:
    """Send again what is overdue: a message, a worker or the broker was lost. Returns how many jobs."""
    with transaction.atomic():
        waiting = Q(state__in=[State.QUEUED, State.LEASED], lease_until__lt=timezone.now())
        overdue = list(TranslationJob.objects.filter(waiting).select_for_update(skip_locked=True))
        for job in overdue:
            if job.starts >= STARTS:
                _fail(job, "exhausted", job.detail)
                continue
            job.state, job.lease_until = State.QUEUED, timezone.now() + DISPATCH_LEASE
            job.save(update_fields=["state", "lease_until"])
            _dispatch_after_commit(job.id)
    for case_id in queries.cases_without_job():
        consider(case_id=case_id)
    return len(overdue)


def _model(job: TranslationJob) -> dict[str, str]:
    return {"name": job.model_name, "version": job.model_version, "digest": job.model_digest}


def _record(job: TranslationJob, action: str, detail: dict[str, Any], *, actor: UUID | None = None) -> None:
    case = job.image.case
    record(
        action=action,
        actor=actor,
        study=case.study_id,
        subject=case.subject,
        detail={"job": str(job.id), "image_set": job.image_set, "state": job.image.state, **detail},
    )
