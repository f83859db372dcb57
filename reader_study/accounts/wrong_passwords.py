"""Wrong passwords are counted, so that guessing is slow and shows: at the sign-in page and at signatures."""

import hashlib
from datetime import timedelta
from functools import partial
from math import ceil

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from reader_study.accounts.models import User, WrongPassword
from reader_study.audit.actions import record
from reader_study.problems import Forbidden, TooMany

MOST = 5
WITHIN = timedelta(minutes=5)
_KEPT = timedelta(days=1)


def refuse_guessing(*, email: str, door: WrongPassword.Door) -> None:
    """Raises TooMany, code "passwords", while `MOST` wrong ones of the last minutes count.

    What is refused here does not count, so the wait ends by itself. The two doors count apart: a stranger at the
    sign-in page cannot keep somebody who is signed in from signing.
    """
    now = timezone.now()
    wrong = WrongPassword.objects.filter(address=_digest(email), door=door, at__gt=now - WITHIN)
    latest = list(wrong.order_by("-at").values_list("at", flat=True)[:MOST])
    if len(latest) < MOST:
        return
    seconds = ceil((latest[-1] + WITHIN - now).total_seconds())
    minutes = ceil(seconds / 60)
    sentence = ngettext(
        "There were too many wrong passwords. Please try again in %(count)s minute.",
        "There were too many wrong passwords. Please try again in %(count)s minutes.",
        minutes,
    )
    raise TooMany("passwords", sentence % {"count": minutes}, retry_after=seconds)


@transaction.atomic
def count_wrong_password(*, email: str, door: WrongPassword.Door) -> None:
    """Count and journal one. An address without an account counts too: a wait must not tell which exist."""
    now = timezone.now()
    WrongPassword.objects.filter(at__lt=now - _KEPT).delete()
    person = User.objects.filter(email=email.lower()).first()
    WrongPassword.objects.create(person=person, address=_digest(email), door=door, at=now)
    if person is not None:
        record(
            action="accounts.password_refused",
            actor=person.id if door == WrongPassword.Door.SIGNATURE else None,  # at sign-in it may be anybody
            study=None,
            subject=str(person.id),
            detail={"door": door},
        )


def wrong_at_signature(signer: User, message: str) -> Forbidden:
    """To raise. It is counted when the request is undone: before, it would be undone with it, and a reader's request
    may not write it.
    """
    count = partial(count_wrong_password, email=signer.email, door=WrongPassword.Door.SIGNATURE)
    return Forbidden("password", message, afterwards=count)


def _digest(email: str) -> str:
    return hashlib.sha256(email.lower().encode()).hexdigest()
