"""Two people open the key: the investigator asks, and somebody who does not run the study approves.

Planned: the whole study, once its data are locked. Emergency: one case, while the study is read; its key goes to who
asked and to nobody else. Both sign the same statement. Who may approve: an administrator of accounts, or a monitor or
statistician whom nobody that runs or ran the study has named: an administrator names a monitor when the study is
founded. Whom the investigator names could be the investigator again, under an account that an invitation has opened.
Never who runs, reads or adjudicates, or has done so. The database holds the same rules (migrations 0005 and 0006).
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts.actions import sign
from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.problems import Conflict, Invalid, NotFound
from reader_study.studies import queries
from reader_study.studies.actions import transition
from reader_study.studies.models import (
    BLIND,
    Role,
    Study,
    UnblindingAnswer,
    UnblindingRequest,
)
from reader_study.studies.protocol import digest
from reader_study.studies.screening import screened
from reader_study.studies.unblinding_mail import tell_of_answer, tell_of_request

Scope, State, Kind = UnblindingRequest.Scope, UnblindingRequest.State, UnblindingAnswer.Kind
HOLDS = {Scope.STUDY: timedelta(days=7), Scope.CASE: timedelta(hours=24)}
STATE_OF = {Scope.STUDY: Study.State.LOCKED, Scope.CASE: Study.State.OPEN}
APPROVERS = (Role.MONITOR, Role.STATISTICIAN)
REQUESTED, APPROVED = "unblinding requested", "unblinding approved"


def approvers(study: Study, *, requester: User) -> QuerySet[User]:
    """Who may approve what the requester asks, now."""
    leads = study.memberships.filter(role=Role.INVESTIGATOR)
    excluded = study.memberships.filter(role__in=[*BLIND, Role.INVESTIGATOR])
    oversee = queries.members(study, *APPROVERS).exclude(began_by__in=leads.values("user"))
    return (
        User.objects.filter(Q(pk__in=oversee.values("user")) | Q(is_staff=True), is_active=True)
        .exclude(pk=requester.pk)
        .exclude(pk__in=excluded.values("user"))
        .order_by("full_name", "id")
    )


def waiting_for(user: User) -> list[UnblindingRequest]:
    """The requests that somebody may answer now, over all studies, those that expire first before the others."""
    waiting = UnblindingRequest.objects.filter(answer=None, expires_at__gt=timezone.now())
    if not user.is_staff:
        overseen = queries.memberships_of(user).filter(role__in=APPROVERS)
        waiting = waiting.filter(study__in=overseen.values("study"))
    return [
        asked
        for asked in waiting.select_related("study", "requester").order_by("expires_at")
        if approvers(asked.study, requester=asked.requester).filter(pk=user.pk).exists()
    ]


def requests_of(study: Study) -> QuerySet[UnblindingRequest]:
    """All of a study, newest first."""
    found = study.unblinding_requests.select_related(
        "study", "requester", "signature", "answer__by", "answer__signature"
    )
    return found.order_by("-requested_at")


@transaction.atomic
def request_unblinding(
    *,
    actor: User,
    study: Study,
    password: str,
    reason: str,
    lock_sha256: str = "",
    case: UUID | None = None,
    subject: str = "",
) -> UnblindingRequest:
    """Ask a second person: for the whole study, whose lock is named, or for one case. It waits for a time.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study.
    Conflict
        code "state": the study is not locked, for a case not open; code "waiting": the same was asked already; code
        "nobody": there is no second person.
    Invalid
        code "reason"; "identifiers": it is shown to people who do not learn of which case.
    Forbidden
        code "password".
    """
    study = queries.study_for_update(actor, study.pk, Role.INVESTIGATOR)
    scope = Scope.STUDY if case is None else Scope.CASE
    reason = _given(reason)
    _require_state(study, scope)
    asked = study.unblinding_requests.filter(scope=scope, case=case, answer=None)
    if asked.filter(expires_at__gt=timezone.now()).exists():
        raise Conflict("waiting", _("This was asked already, and waits for the second person."))
    if not approvers(study, requester=actor).exists():
        raise Conflict(
            "nobody",
            _(
                "There is nobody who could approve: it takes an administrator of this server who never ran the"
                " study or read in it, or a monitor whom an administrator named when the study was founded."
                " Whom an investigator names is not independent of who asks."
            ),
        )
    now = timezone.now()
    content = statement(
        study=study.pk,
        subject=subject,
        lock_sha256=lock_sha256,
        requester=actor.pk,
        reason=reason,
        requested_at=now,
    )
    signature = sign(signer=actor, password=password, meaning=REQUESTED, content_sha256=content)
    made = UnblindingRequest.objects.create(
        study=study,
        scope=scope,
        case=case,
        subject=subject,
        lock_sha256=lock_sha256,
        requester=actor,
        reason=reason,
        requested_at=now,
        expires_at=now + HOLDS[scope],
        sha256=content,
        signature=signature,
    )
    record(
        action="studies.unblinding_requested",
        actor=actor.id,
        study=study.id,
        subject=str(made.id),
        detail={**_told(made), "reason": reason, "signature": signature.id, "expires_at": made.expires_at},
    )
    tell_of_request(made, to=approvers(study, requester=actor))
    return made


def statement(
    *, study: UUID, subject: str, lock_sha256: str, requester: UUID, reason: str, requested_at: datetime
) -> str:
    """SHA-256 of what both people sign: who asks for which key, when and why."""
    return digest(
        {
            "study": str(study),
            "subject": subject,
            "lock": lock_sha256,
            "requester": str(requester),
            "reason": reason,
            "requested_at": requested_at.isoformat(timespec="microseconds"),
        }
    )


@transaction.atomic
def answer_request(
    *, actor: User, request_id: UUID, approved: bool, reason: str, password: str = ""
) -> UnblindingAnswer:
    """Approve or refuse as the second person. An approved request for the whole study unblinds it at once.

    password: of who approves; a refusal is not signed.

    Raises
    ------
    NotFound
        There is no such request, or the actor may not answer it: the same answer.
    Conflict
        code "answered"; code "expired"; code "state": the study is not in the state any more in which it was asked;
        code "requester": who asked does not run the study any more.
    Invalid
        code "reason"; "identifiers".
    Forbidden
        code "password".
    """
    asked = UnblindingRequest.objects.select_related("requester").filter(pk=request_id).first()
    if asked is None:
        raise NotFound()
    # The study's row orders everything that is done to it: of two answers at once, one waits here.
    study = Study.objects.select_for_update().get(pk=asked.study_id)
    if not approvers(study, requester=asked.requester).filter(pk=actor.pk).exists():
        raise NotFound()
    reason = _given(reason)
    _require_waiting(asked)
    signature = None
    if approved:
        _require_state(study, Scope(asked.scope))
        if Role.INVESTIGATOR not in queries.roles_of(asked.requester, study):
            raise Conflict(
                "requester",
                _("Who asked for it is not the principal investigator any more: it can only be refused."),
            )
        signature = sign(signer=actor, password=password, meaning=APPROVED, content_sha256=asked.sha256)
    answer = UnblindingAnswer.objects.create(
        request=asked,
        kind=Kind.APPROVED if approved else Kind.REFUSED,
        by=actor,
        reason=reason,
        at=timezone.now(),
        signature=signature,
    )
    detail = {**_told(asked), "reason": reason}
    if signature is None:
        record(
            action="studies.unblinding_refused",
            actor=actor.id,
            study=study.id,
            subject=str(asked.id),
            detail=detail,
        )
    else:
        record(
            action="studies.unblinding_approved",
            actor=actor.id,
            study=study.id,
            subject=str(asked.id),
            detail={**detail, "signature": signature.id},
        )
    if approved and asked.scope == Scope.STUDY:
        people = {"requested_by": str(asked.requester_id), "approved_by": str(actor.id)}
        transition(
            study=study,
            to=Study.State.UNBLINDED,
            actor=None,
            reason=asked.reason,
            detail={"request": str(asked.id), **people},
        )
    tell_of_answer(asked, answer)
    return answer


@transaction.atomic
def withdraw_request(*, actor: User, study: Study, request_id: UUID, reason: str) -> UnblindingAnswer:
    """Take back what one has asked for, before it is answered.

    Raises
    ------
    NotFound
        There is no such request of the actor's, or the actor does not run the study any more.
    Conflict
        code "answered"; code "expired".
    Invalid
        code "reason"; "identifiers".
    """
    study = queries.study_for_update(actor, study.pk, Role.INVESTIGATOR)
    asked = study.unblinding_requests.filter(pk=request_id, requester=actor).first()
    if asked is None:
        raise NotFound()
    reason = _given(reason)
    _require_waiting(asked)
    answer = UnblindingAnswer.objects.create(
        request=asked, kind=Kind.WITHDRAWN, by=actor, reason=reason, at=timezone.now()
    )
    record(
        action="studies.unblinding_withdrawn",
        actor=actor.id,
        study=study.id,
        subject=str(asked.id),
        detail={**_told(asked), "reason": reason},
    )
    return answer


def _require_waiting(asked: UnblindingRequest) -> None:
    if UnblindingAnswer.objects.filter(pk=asked.pk).exists():
        raise Conflict("answered", _("This request was answered or withdrawn already."))
    if timezone.now() >= asked.expires_at:
        raise Conflict("expired", _("This request has expired: it has to be made anew."))


def _require_state(study: Study, scope: UnblindingRequest.Scope) -> None:
    if study.state == STATE_OF[scope]:
        return
    if scope == Scope.CASE:
        raise Conflict(
            "state",
            _("A single case is unblinded only while the study is open for reading."),
        )
    raise Conflict("state", _("A study is unblinded once, after its data are locked."))


def _told(asked: UnblindingRequest) -> dict[str, str]:
    """What the journal says of a request in every act: its monitors know the cases' names."""
    return {"scope": asked.scope, **({"case": asked.subject} if asked.subject else {})}


def _given(reason: str) -> str:
    if not reason.strip():
        raise Invalid("reason", _("Please give a reason."))
    return screened(reason)
