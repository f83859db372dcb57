"""Mails about unblinding: that something is asked or answered, and where; never of which case or why."""

import logging
from collections.abc import Iterable
from functools import partial
from smtplib import SMTPException

from django.db import transaction

from reader_study.accounts import mail
from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.studies import queries
from reader_study.studies.models import Role, UnblindingAnswer, UnblindingRequest

logger = logging.getLogger(__name__)


def tell_of_request(asked: UnblindingRequest, *, to: Iterable[User]) -> None:
    """Mail those who may approve, once the request is committed. Administrators only where nobody else may."""
    people = list(to)
    overseeing = [person for person in people if queries.roles_of(person, asked.study)]
    link = mail.link_to("/unblinding")
    _send_after_commit(asked, overseeing or people, template="studies/unblinding_requested", link=link)


def tell_of_answer(asked: UnblindingRequest, answer: UnblindingAnswer) -> None:
    """Mail the investigators and monitors of the study, once the answer is committed."""
    involved = queries.members(asked.study, Role.INVESTIGATOR, Role.MONITOR)
    people = User.objects.filter(pk__in=involved.values("user"), is_active=True).exclude(pk=answer.by_id)
    link = mail.link_to(f"/studies/{asked.study_id}/unblinding")
    template = f"studies/unblinding_{answer.kind}"
    _send_after_commit(asked, list(people.order_by("full_name", "id")), template=template, link=link)


def _send_after_commit(asked: UnblindingRequest, to: list[User], *, template: str, link: str) -> None:
    # Not before: a mail cannot be taken back.
    if mail.is_sent():
        for person in to:
            transaction.on_commit(partial(_send, asked, person, template, link), robust=True)


def _send(asked: UnblindingRequest, person: User, template: str, link: str) -> None:
    title = queries.protocol_of(asked.study).reader_title
    try:
        mail.send(
            to=person.email,
            language=person.language,
            template=template,
            context={"name": person.full_name, "title": title, "link": link},
        )
    except (SMTPException, OSError):
        logger.exception("the mail about request %s was not sent to %s", asked.id, person.id)
        return
    with transaction.atomic():
        record(
            action="studies.unblinding_mailed",
            actor=None,
            study=asked.study_id,
            subject=str(asked.id),
            detail={"to": str(person.id)},
        )
