"""Correcting a signed read: a reader asks and says why, the investigator answers; both versions stay."""

from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.problems import Conflict, Invalid, NotFound
from reader_study.reading import queries
from reader_study.reading.actions import hold, journal
from reader_study.reading.models import Presentation, Read, Unlock, UnlockAnswer
from reader_study.reading.qualification import QUALIFYING
from reader_study.reading.queries import ReadState
from reader_study.reading.standing import UnlockState, answer_to
from reader_study.studies.models import Role, Study
from reader_study.studies.queries import study_for_update
from reader_study.studies.screening import screened

GIVEN_TO_ADJUDICATION = (
    "RSADJ"  # raised below the application (migration 0013): the key cannot be asked from here
)


@transaction.atomic
def request_unlock(*, reader: User, token: UUID, reason: str) -> Unlock:
    """Ask to correct a signed read.

    Raises
    ------
    NotFound
        The read is not the reader's, or not due.
    Conflict
        code "unsigned": it can be changed as it is; code "unlock": it was asked for or allowed already; code
        "qualification": it trains or tests its reader; code "session_begun": its case would be seen again within the
        washout.
    Invalid
        code "reason".
    """
    reason = _given(reason)
    hold(token)
    due = queries.read_for(reader, token)
    if due.state == ReadState.AHEAD:
        raise NotFound()
    signed = due.standing.in_force
    if signed is None:
        raise Conflict("unsigned", _("This read is not signed yet; you can change it without asking."))
    if due.read.purpose in QUALIFYING:
        raise Conflict("qualification", _("Reads of the training and of the test are not corrected."))
    if due.standing.unlock_state in (UnlockState.REQUESTED, UnlockState.OPEN):
        raise Conflict("unlock", _("You have asked to correct this read already."))
    if _has_gone_on(due.read):
        raise Conflict(
            "session_begun",
            _(
                "You have begun a later session, in which the same cases are read. The pictures of this read would be"
                " seen again within the washout, so it can no longer be corrected."
            ),
        )
    unlock = Unlock.objects.create(read=due.read, version=signed.version, reason=reason)
    journal(
        "reading.unlock_requested",
        reader=reader,
        read=due.read,
        unlock=unlock.id,
        version=unlock.version,
        reason=reason,
    )
    return unlock


@transaction.atomic
def answer_unlock(*, actor: User, study: Study, unlock_id: UUID, approved: bool, reason: str) -> UnlockAnswer:
    """Allow a reader to correct a signed read, or refuse it.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study, or it has no such request.
    Conflict
        code "state": the study is not open for reading; code "answered"; code "session_begun": its case would be seen
        again within the washout; code "adjudicated": it would be allowed to change what a round of adjudication was
        made from.
    Invalid
        code "reason"; "identifiers": the reader is shown it.
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    reason = screened(_given(reason))
    unlock = (
        Unlock.objects.select_for_update(of=("self",))
        .select_related("read")
        .filter(pk=unlock_id, read__study=study.pk)
        .first()
    )
    if unlock is None:
        raise NotFound()
    if study.state != Study.State.OPEN:
        raise Conflict("state", _("Reading of this study has ended: no read can be corrected any more."))
    if answer_to(unlock) is not None:
        raise Conflict("answered", _("This request was answered already."))
    if approved and _has_gone_on(unlock.read):
        raise Conflict(
            "session_begun",
            _(
                "The reader has begun a later session. The pictures of this read would be seen again within the"
                " washout. Refuse the request."
            ),
        )
    try:
        with transaction.atomic():
            answer = UnlockAnswer.objects.create(unlock=unlock, approved=approved, reason=reason, by=actor)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", "") != GIVEN_TO_ADJUDICATION:
            raise
        raise Conflict(
            "adjudicated",
            _(
                "This read was given to adjudication as it was signed, and can no longer be corrected. Refuse the"
                " request."
            ),
        ) from None
    record(
        action="reading.unlock_answered",
        actor=actor.id,
        study=study.id,
        subject=str(unlock.read_id),
        detail={"unlock": unlock.id, "approved": approved, "reason": reason},
    )
    return answer


def _has_gone_on(read: Read) -> bool:
    """Whether a read of a later session was shown to the reader; adjudication keeps no washout."""
    return (
        read.purpose == Read.Purpose.STUDY
        and Presentation.objects.filter(
            read__study=read.study_id,
            read__reader=read.reader_id,
            read__purpose=read.purpose,
            read__session__gt=read.session,
        ).exists()
    )


def _given(reason: str) -> str:
    if not reason.strip():
        raise Invalid("reason", _("Please give a reason."))
    return reason.strip()
