import logging

from django.db import transaction
from django.utils import timezone

from reader_study.accounts import mail
from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.due.models import Reminder
from reader_study.due.queries import due_for
from reader_study.studies.due import Kind

logger = logging.getLogger(__name__)

UNHURRIED = (Kind.ALLOCATION,)
"""Not mailed: cases gather until an investigator thinks them enough, and a mail each day would call for haste."""


def remind() -> int:
    """Mail everybody for whom something is due, at most once a day; returns how many were mailed."""
    if not mail.is_sent():
        return 0
    wanted = User.objects.filter(is_active=True, reminders=True).order_by("email")
    return sum(_remind(user) for user in wanted if user.has_usable_password())


def _remind(user: User) -> bool:
    """One person: what goes wrong is tried again by the next run, and keeps nobody else from being reminded."""
    try:
        # Committed before the mail is sent: a slow server must not hold the journal, for which every act waits.
        today = timezone.now().date()
        with transaction.atomic():
            titles = list(
                dict.fromkeys(item.title for item in due_for(user) if item.due.kind not in UNHURRIED)
            )
            if not titles or not Reminder.objects.get_or_create(user=user, day=today)[1]:
                return False
        try:
            mail.send(
                to=user.email,
                language=user.language,
                template="due/reminder",
                context={"name": user.full_name, "titles": titles, "link": mail.link_to("/due")},
            )
        except Exception:
            Reminder.objects.filter(user=user, day=today).delete()
            raise
        with transaction.atomic():
            record(action="due.reminded", actor=None, study=None, subject=str(user.id), detail={})
        return True
    except Exception:
        logger.exception("the reminder of %s was not sent", user.id)
        return False
