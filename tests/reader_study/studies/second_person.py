"""Two people unblind a study of the tests, through the verbs."""

from reader_study.accounts.models import User
from reader_study.agreement.models import Lock
from reader_study.studies.models import Study
from reader_study.studies.unblinding import answer_request, request_unblinding
from tests.reader_study.allocation.drafts import PASSWORD, user

NO_LOCK = "0" * 64  # of a study that a test locked by its state alone


def second_person() -> User:
    """An administrator, who needs no role in the study."""
    return user("Sigrid Second", is_staff=True)


def unblind(study: Study, *, investigator: User) -> None:
    """A locked study: its investigator asks, and a second person approves."""
    second = second_person()
    lock = Lock.objects.filter(study=study).first()
    asked = request_unblinding(
        actor=investigator,
        study=study,
        password=PASSWORD,
        reason="The data are locked",
        lock_sha256=lock.sha256 if lock else NO_LOCK,
    )
    answer_request(actor=second, request_id=asked.id, approved=True, reason="So be it", password=PASSWORD)
    study.refresh_from_db()
