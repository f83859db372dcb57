"""Opening the key for a reason: of the whole study after its lock, or of one case in an emergency.

The rule of the two people is in studies.unblinding; here is what their approval opens. Whatever is opened, the readers'
side learns nothing of it: a case that was opened is read on, and its reads are named in the lock.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.agreement.models import Lock
from reader_study.allocation.queries import allocated_cases, assignments
from reader_study.audit.actions import record
from reader_study.cases.models import Case
from reader_study.problems import Conflict, NotFound
from reader_study.reading.signed import signing_times
from reader_study.studies.models import Role, Study, UnblindingAnswer, UnblindingRequest
from reader_study.studies.protocol import Protocol
from reader_study.studies.queries import protocol_of, study_for
from reader_study.studies.unblinding import request_unblinding, requests_of


@dataclass(frozen=True)
class KeyOfRead:
    """What one read of a case shows, by the words of the protocol. ``signed_at``: None until it is signed."""

    reader: str
    session: int
    position: int
    arm: str
    repetition: int
    signed_at: datetime | None


@dataclass(frozen=True)
class KeyOfCase:
    subject: str
    site_code: str
    site_name: str
    reads: list[KeyOfRead]


def ask_for_study(*, actor: User, study: Study, password: str, reason: str) -> UnblindingRequest:
    """Ask a second person to unblind the study whose data are locked. As `request_unblinding`."""
    lock = Lock.objects.filter(study=study).first()
    digest = lock.sha256 if lock else ""
    return request_unblinding(actor=actor, study=study, password=password, reason=reason, lock_sha256=digest)


def ask_for_case(
    *, actor: User, study: Study, case_id: UUID, password: str, reason: str
) -> UnblindingRequest:
    """Ask a second person to open the key of one case. As `request_unblinding`.

    Raises
    ------
    NotFound
        Also where the study has no such case.
    Conflict
        Also code "not_allocated": nobody reads the case, so there is no key of it.
    """
    study = study_for(actor, study.pk, Role.INVESTIGATOR)
    case = study.cases.filter(pk=case_id).first()
    if case is None:
        raise NotFound()
    if case.pk not in allocated_cases(study):
        raise Conflict("not_allocated", _("This case is in no read list: there is nothing to unblind."))
    return request_unblinding(
        actor=actor, study=study, password=password, reason=reason, case=case.pk, subject=case.subject
    )


@transaction.atomic
def show_key(*, actor: User, study: Study, request_id: UUID) -> KeyOfCase:
    """The key of a case, to who has asked for it and got the approval; journaled each time.

    Raises
    ------
    NotFound
        There is no such approved request of the actor's, or the actor does not run the study any more.
    """
    study = study_for(actor, study.pk, Role.INVESTIGATOR)
    asked = (
        requests_of(study)
        .filter(
            pk=request_id,
            scope=UnblindingRequest.Scope.CASE,
            requester=actor,
            answer__kind=UnblindingAnswer.Kind.APPROVED,
        )
        .first()
    )
    if asked is None:
        raise NotFound()
    record(
        action="agreement.emergency_key_shown",
        actor=actor.id,
        study=study.id,
        subject=str(asked.id),
        detail={"case": asked.subject},
    )
    return _key_of(study, protocol_of(study), study.cases.select_related("site").get(subject=asked.subject))


def _key_of(study: Study, protocol: Protocol, case: Case) -> KeyOfCase:
    labels = {arm.code: arm.label for arm in protocol.arms}
    keys = [key for key in assignments(study) if key.case_id == case.pk]
    names = dict(User.objects.filter(pk__in={key.reader_id for key in keys}).values_list("pk", "full_name"))
    signed = signing_times(study.id)
    reads = [
        KeyOfRead(
            reader=names[key.reader_id],
            session=key.session,
            position=key.position,
            arm=labels[key.arm],
            repetition=key.repetition,
            signed_at=signed.get(key.token),
        )
        for key in keys
    ]
    reads.sort(key=lambda read: (read.reader, read.session, read.position))
    return KeyOfCase(case.subject, case.site.code, case.site.name, reads)


def emergency_unblinded(study: Study) -> list[dict[str, Any]]:
    """The cases whose key was opened while the study was read, in that order, for the lock; JSON types only."""
    opened = requests_of(study).filter(
        scope=UnblindingRequest.Scope.CASE, answer__kind=UnblindingAnswer.Kind.APPROVED
    )
    return [
        {
            "case": str(asked.case),
            "subject": asked.subject,
            "reason": asked.reason,
            "requested_by": asked.requester.full_name,
            "approved_by": asked.answer.by.full_name,
            "at": asked.answer.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        }
        for asked in opened.order_by("answer__at")
    ]
