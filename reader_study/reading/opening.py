"""Opening a study for reading: the one place where the key meets the readers' world.

Only the pictures' names and the ventricle's place cross over; arm, case and site stay behind.
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reader_study.accounts.actions import sign
from reader_study.accounts.models import User
from reader_study.allocation.models import Allocation
from reader_study.allocation.queries import assignments, images_of
from reader_study.audit.actions import record
from reader_study.cases.queries import readable_cases
from reader_study.problems import Conflict
from reader_study.reading.form import Form, Question
from reader_study.reading.models import Read, ReadingStudy, ReadVolume
from reader_study.studies.actions import transition
from reader_study.studies.models import Role, Study
from reader_study.studies.protocol import Protocol
from reader_study.studies.queries import current_protocol, protocol_of, study_for_update

MEANING = "opened for reading"


@transaction.atomic
def open_study(*, actor: User, study: Study, password: str, reason: str) -> ReadingStudy:
    """Open an allocated study: its reads are laid out, and the investigator signs the sealed list's digest.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study.
    Conflict
        Not a draft; not allocated; or the protocol or an image is not the one that was allocated.
    Forbidden
        code "password".
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    allocation = Allocation.objects.filter(study=study).select_related("protocol_version").first()
    if allocation is None:
        raise Conflict("not_allocated", _("Allocate the reads before you open the study."))
    if current_protocol(study).sha256 != allocation.protocol_version.sha256:
        raise Conflict("protocol_changed", _("The protocol was changed after the reads were allocated."))
    _check_images(study, allocation)
    study = transition(study=study, to=Study.State.OPEN, actor=actor, reason=reason)
    signature = sign(signer=actor, password=password, meaning=MEANING, content_sha256=allocation.digest)
    protocol = protocol_of(study)
    opened = ReadingStudy.objects.create(
        study=study,
        title=protocol.reader_title,
        simulated=protocol.simulated,
        form=_form(protocol).as_document(),
        display=protocol.as_document()["display"],
        washout_days=protocol.washout_days,
    )
    reads = _lay_out(study, opened, protocol)
    record(
        action="reading.study_opened",
        actor=actor.id,
        study=study.id,
        subject=str(study.id),
        detail={"allocation": allocation.digest, "reads": reads, "signature": signature.id, "reason": reason},
    )
    return opened


def _check_images(study: Study, allocation: Allocation) -> None:
    """What was sealed is what will be read: every allocated case still has the same images."""
    sealed = allocation.inputs["images"]
    allocated = {UUID(image["case"]) for image in sealed}
    now = images_of(case for case in readable_cases(study) if case.case_id in allocated)
    if not allocated <= {UUID(image["case"]) for image in now}:
        raise Conflict(
            "case_incomplete",
            _("An allocated case is no longer complete. Restore its images before you open the study."),
        )
    changed = {image["case"] for image in sealed if image not in now}
    if changed:
        subjects = study.cases.filter(pk__in=changed).order_by("subject").values_list("subject", flat=True)
        raise Conflict(
            "images_changed",
            _("Images were replaced after the reads were allocated: %(subjects)s.")
            % {"subjects": ", ".join(subjects)},
        )


def _lay_out(study: Study, opened: ReadingStudy, protocol: Protocol) -> int:
    """Write every read with its pictures; returns how many."""
    cases = {case.case_id: case for case in readable_cases(study)}
    keys = assignments(study)
    Read.objects.bulk_create(
        Read(
            token=key.token,
            study=opened,
            reader_id=key.reader_id,
            session=key.session,
            position=key.position,
        )
        for key in keys
    )
    ReadVolume.objects.bulk_create(
        ReadVolume(
            read_id=key.token,
            slot=state,
            neutral_key=image.neutral_key,
            polar_key=image.polar_key,
            **{name: ventricle[name] for name in ("apex_k", "base_k", "radius_mm")},
        )
        for key in keys
        for state in protocol.states
        for image in [cases[key.case_id].images[key.image_set, state]]
        for ventricle in [image.lv or {}]
    )
    return len(keys)


def _form(protocol: Protocol) -> Form:
    questions = (
        Question(name=field.name, kind=field.kind.value, values=field.values, required=field.required)
        for field in protocol.form.fields
    )
    return Form(
        version=protocol.form.version,
        segments=protocol.form.segments,
        states=protocol.states,
        scores=protocol.form.scores,
        fields=tuple(questions),
    )
