from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.cases import cines, queries
from reader_study.cases.findings import Seen, in_force, is_confirmed, record_findings
from reader_study.cases.messages import to_look_at, unproven
from reader_study.cases.models import Case, Image
from reader_study.cases.preparing import DERIVE_ATTEMPTS, DERIVE_LEASE, send_after_commit
from reader_study.cases.site_queries import unclosed_about
from reader_study.problems import Conflict, Invalid, Locked
from reader_study.studies.models import Participation, Role, Site, Study
from reader_study.studies.queries import takes_files
from reader_study.studies.screening import screened


@dataclass(frozen=True)
class DerivedUncertainty:
    """Object keys of the neutral volume and polar map of an uncertainty; values in points of % of the maximum.

    polar_key: empty of a brain.
    """

    neutral_key: str
    polar_key: str
    segments: Sequence[float]


@transaction.atomic
def case_for_subject(*, study: Study, site: Site, subject_key: bytes) -> Case:
    """The case of a subject, made with the site's next number when the subject is new."""
    # Locked: two workers that meet two new subjects of one site must not give out one number twice.
    Participation.objects.select_for_update().get(study=study, site=site)
    known = Case.objects.filter(study=study, subject_key=subject_key).first()
    if known is not None:
        return known
    last = Case.objects.filter(study=study, site=site).aggregate(last=Max("number"))["last"] or 0
    case = Case.objects.create(
        study=study,
        site=site,
        number=last + 1,
        subject=f"{site.code}-{last + 1:04d}",
        subject_key=subject_key,
    )
    record(
        action="cases.case_created",
        actor=None,
        study=study.id,
        subject=case.subject,
        detail={"case": str(case.id), "site": site.code},
    )
    return case


@transaction.atomic
def register_image(
    *,
    case: Case,
    image_set: str,
    state: str,
    dicom_keys: Sequence[str],
    source: str,
    provenance: Mapping[str, Any],
    actor: UUID | None,
    uncertainty_key: str = "",
) -> Image:
    """Give a case an image; it is prepared for reading after the commit. The same keys again change nothing.

    uncertainty_key: object key of the uncertainty that a model computed with the image; empty if it did not.
    An image that failed, that was rejected, or that was computed and nobody has accepted gives way to the new one and
    stays as superseded; so does what was computed from an image that gives way.

    Raises
    ------
    Conflict
        code "second_series": the place is taken by an image in use.
    """
    Case.objects.select_for_update().get(pk=case.pk)
    places = Image.objects.filter(case=case, image_set=image_set, state=state, superseded_at=None)
    current = places.select_for_update().first()  # nobody accepts it while it is replaced
    computed: list[Image] = []
    if current is not None:
        if (current.dicom_keys, current.source) == (list(dicom_keys), source):
            return current
        if not queries.gives_way(current):
            raise Conflict("second_series", _("The case already has this image."))
        computed = _supersede(current)
        cines.wait_again(current, actor=actor)
    image = Image.objects.create(
        case=case,
        image_set=image_set,
        state=state,
        source=source,
        dicom_keys=list(dicom_keys),
        provenance=dict(provenance),
        uncertainty_dicom_key=uncertainty_key,
        lease_until=timezone.now() + DERIVE_LEASE,
    )
    record(
        action="cases.image_registered",
        actor=actor,
        study=case.study_id,
        subject=case.subject,
        detail={
            "image": str(image.id),
            "image_set": image_set,
            "state": state,
            "source": source,
            "files": len(dicom_keys),
            **({"uncertainty": uncertainty_key} if uncertainty_key else {}),
            "replaces": str(current.id) if current else None,
        },
    )
    for gone in computed:
        _record(gone, "cases.image_superseded", actor, {"by": str(image.id)})
    send_after_commit("cases.derive", image.id)
    return image


def _supersede(image: Image) -> list[Image]:
    """Take an image out of use; returns what was computed from it and goes with it."""
    computed = list(queries.computed_from(image).select_for_update())
    now = timezone.now()
    for gone in (image, *computed):
        gone.superseded_at = now
        gone.save(update_fields=["superseded_at"])
    return computed


def start_derivation(*, image_id: UUID) -> Image | None:
    """Count a try to prepare an image; None if there is nothing to do, or if it was tried too often."""
    started = Image.objects.filter(
        pk=image_id, status=Image.Status.DERIVING, superseded_at=None, attempts__lt=DERIVE_ATTEMPTS
    ).update(attempts=F("attempts") + 1, lease_until=timezone.now() + DERIVE_LEASE)
    return Image.objects.select_related("case").get(pk=image_id) if started else None


@transaction.atomic
def restart_derivation(*, image_id: UUID, actor: UUID | None) -> bool:
    """Prepare a failed image again, from the first try; False if it did not fail or is not in use."""
    failed = Image.objects.filter(pk=image_id, status=Image.Status.FAILED, superseded_at=None)
    image = failed.select_for_update().first()
    if image is None:
        return False
    code, image.code = image.code, ""
    image.status, image.attempts = Image.Status.DERIVING, 0
    image.lease_until = timezone.now() + DERIVE_LEASE
    image.save(update_fields=["status", "code", "attempts", "lease_until"])
    _record(image, "cases.derivation_restarted", actor, {"code": code})
    send_after_commit("cases.derive", image.id)
    return True


@transaction.atomic
def derive_again(*, actor: User, image_id: UUID) -> Image:
    """Ask that a failed image is prepared again.

    Raises
    ------
    NotFound
        The image is absent, or the actor may not see its site.
    Locked
        The study is locked.
    Conflict
        code "not_failed".
    """
    image = queries.image_for(actor, image_id, *queries.MAY_DERIVE)
    _check_unlocked(image.case.study)
    if not restart_derivation(image_id=image.id, actor=actor.id):
        raise Conflict("not_failed", _("Only an image in use that failed can be prepared again."))
    image.refresh_from_db()
    return image


def _check_unlocked(study: Study) -> None:
    if not takes_files(study.state):
        raise Locked("locked", _("The study is locked; its images cannot change any more."))


@transaction.atomic
def record_derived(
    *,
    image_id: UUID,
    neutral_key: str,
    segments: Sequence[float],
    flags: Sequence[str],
    polar_key: str = "",
    contour_key: str = "",
    lv: Mapping[str, Any] | None = None,
    tracing: int | None = None,
    uncertainty: DerivedUncertainty | None = None,
) -> None:
    """Store what was derived; a second result for the same image changes nothing.

    polar_key, contour_key, lv: of a heart; tracing: the version of what traced its wall, kept as provenance.
    """
    image = Image.objects.select_for_update().get(pk=image_id)
    if image.status != Image.Status.DERIVING:
        return
    image.status = Image.Status.READY
    image.neutral_key, image.polar_key, image.contour_key = neutral_key, polar_key, contour_key
    image.lv = None if lv is None else dict(lv)
    image.segments, image.flags = list(segments), list(flags)
    changed = ["status", "neutral_key", "polar_key", "contour_key", "lv", "segments", "flags"]
    detail = {"neutral": neutral_key, "polar": polar_key, "contour": contour_key, "flags": image.flags}
    if tracing is not None:
        image.provenance = {**image.provenance, "tracing": tracing}
        changed.append("provenance")
        detail |= {"tracing": tracing}
    if uncertainty is not None:
        image.uncertainty_neutral_key, image.uncertainty_polar_key = (
            uncertainty.neutral_key,
            uncertainty.polar_key,
        )
        image.uncertainty_segments = list(uncertainty.segments)
        changed += ["uncertainty_neutral_key", "uncertainty_polar_key", "uncertainty_segments"]
        detail |= {"uncertainty": uncertainty.neutral_key}
    image.save(update_fields=changed)
    _record(image, "cases.image_derived", None, detail)
    if image.image_set in queries.COMPUTED_FROM:
        send_after_commit("translation.consider", image.case_id)


@transaction.atomic
def record_failure(*, image_id: UUID, code: str) -> None:
    """Say why an image cannot be used; `code` is one of `messages.FAILURES`."""
    image = Image.objects.select_for_update().get(pk=image_id)
    if image.status != Image.Status.DERIVING:
        return
    image.status, image.code = Image.Status.FAILED, code
    image.save(update_fields=["status", "code"])
    _record(image, "cases.image_failed", None, {"code": code})


def resend_overdue() -> int:
    """Send again what a lost message or a dead worker left; fail what was tried too often."""
    with transaction.atomic():
        overdue = Image.objects.filter(
            status=Image.Status.DERIVING, superseded_at=None, lease_until__lt=timezone.now()
        )
        images = list(overdue.select_for_update(skip_locked=True))
        for image in images:
            if image.attempts >= DERIVE_ATTEMPTS:
                record_failure(image_id=image.id, code="interrupted")
                continue
            image.lease_until = timezone.now() + DERIVE_LEASE
            image.save(update_fields=["lease_until"])
            send_after_commit("cases.derive", image.id)
    return len(images)


@transaction.atomic
def decide_quality(
    *, actor: User, image_id: UUID, decision: str, reason: str, seen: Seen | None = None
) -> Image:
    """Accept or reject an image for reading. It can be changed, with a reason, until the reads are allocated.

    Afterwards what was accepted stays so: it may be among the reads. Images that came later are decided on.
    seen: what the actor saw in it, written down with the decision.

    Raises
    ------
    NotFound
        The image is absent, or the actor may not decide about images of its site.
    Locked
        The study is locked.
    Conflict
        code "not_ready"; "in_reading": accepted, and the reads are allocated; of an acceptance:
        "geometry_unconfirmed": its header does not prove how the image lies, and nobody has confirmed it; "queried":
        a query about it is not closed; "unconfirmed": the study has a quality control, and contour and state are not
        confirmed.
    Invalid
        code "reason": a rejection or a change of mind without one; "identifiers"; "confirmed", "note": of `seen`.
    """
    image, study = _held(queries.image_to_decide_on(actor, image_id))
    if seen is not None:
        record_findings(actor=actor, image=image, seen=seen)
    if decision == Image.Decision.ACCEPTED and image.qc != Image.Decision.ACCEPTED:
        _check_acceptable(image, study)
    return _decide(actor, image, study, decision=decision, reason=reason)


@transaction.atomic
def withdraw_image(*, actor: User, image_id: UUID, reason: str) -> Image:
    """Reject an image for the site that sent it, which has a better one: that waits for its own check.

    Raises NotFound, Locked, Conflict, Invalid as `decide_quality`.
    """
    image, study = _held(queries.image_for(actor, image_id, Role.COORDINATOR))
    return _decide(actor, image, study, decision=Image.Decision.REJECTED, reason=reason)


def _check_acceptable(image: Image, study: Study) -> None:
    if queries.geometry(image) == queries.UNCONFIRMED:
        raise Conflict(
            "geometry_unconfirmed",
            _("The file does not prove how the image lies; please look, and confirm it, before accepting."),
        )
    if unclosed_about([image.id]):
        raise Conflict("queried", _("A query about this image is not closed yet."))
    confirmed = is_confirmed(in_force([image.id]).get(image.id), image.image_set)
    if queries.has_quality_control(study) and not confirmed:
        raise Conflict(
            "unconfirmed", _("Confirm the contour and the state of this image before accepting it.")
        )


def _decide(actor: User, image: Image, study: Study, *, decision: str, reason: str) -> Image:
    reason = screened(reason)
    changed = image.qc not in (Image.Decision.PENDING, decision)
    if not reason and (decision == Image.Decision.REJECTED or changed):
        raise Invalid("reason", _("Please give a reason."))
    if (image.qc, image.qc_reason) == (decision, reason):
        return image  # the same decision again
    if study.allocated_at is not None and image.qc == Image.Decision.ACCEPTED:
        raise Conflict("in_reading", _("The reads are allocated; an accepted image stays accepted."))
    image.qc, image.qc_reason = decision, reason
    image.qc_by, image.qc_at = actor, timezone.now()
    image.save(update_fields=["qc", "qc_reason", "qc_by", "qc_at"])
    _record(image, "cases.qc_decided", actor.id, {"decision": decision, "reason": image.qc_reason})
    return image


@transaction.atomic
def confirm_geometry(*, actor: User, image_id: UUID, confirmed: bool) -> Image:
    """State, having looked, that the organ lies as the image has it; or take it back.

    It cannot be taken back from an accepted image: the acceptance has to be changed first.

    Raises
    ------
    NotFound
        The image is absent, or the actor may not decide about images of its site.
    Locked
        The study is locked.
    Conflict
        code "not_ready"; "geometry_proven": there is nothing to confirm; or "accepted".
    """
    image, _study = _held(queries.image_to_decide_on(actor, image_id))
    if not to_look_at(image.flags, image_set=image.image_set):
        raise Conflict("geometry_proven", _("The file itself proves how the image lies."))
    if confirmed == (image.geometry_at is not None):
        return image  # the same again
    if not confirmed and image.qc == Image.Decision.ACCEPTED:
        raise Conflict("accepted", _("The image is accepted; reject it first."))
    image.geometry_by = actor if confirmed else None
    image.geometry_at = timezone.now() if confirmed else None
    image.save(update_fields=["geometry_by", "geometry_at"])
    action = "cases.geometry_confirmed" if confirmed else "cases.geometry_doubted"
    _record(image, action, actor.id, {"flags": unproven(image.flags, image_set=image.image_set)})
    return image


def _held(image: Image) -> tuple[Image, Study]:
    """The image, locked, if it is ready and in use, and its study."""
    # Locked: who opens the study looks at the decisions and must find them as they are.
    study = Study.objects.select_for_update(no_key=True).get(pk=image.case.study_id)
    _check_unlocked(study)
    Case.objects.select_for_update().get(pk=image.case_id)  # before the journal, as who registers an image
    image = Image.objects.select_for_update(of=("self",)).select_related("case").get(pk=image.pk)
    if image.status != Image.Status.READY or image.superseded_at is not None:
        raise Conflict("not_ready", _("Only an image that is ready can be accepted or rejected."))
    return image, study


def _record(image: Image, action: str, actor: UUID | None, detail: dict[str, Any]) -> None:
    case = Case.objects.only("study_id", "subject").get(pk=image.case_id)
    record(
        action=action,
        actor=actor,
        study=case.study_id,
        subject=case.subject,
        detail={"image": str(image.id), "image_set": image.image_set, "state": image.state, **detail},
    )
