import hashlib
import json
from datetime import UTC
from uuid import UUID

from django.db.models import QuerySet

from reader_study.audit.models import Entry


def entries_of(study: UUID, *, after: int = 0) -> QuerySet[Entry]:
    """The acts of one study in order, from the one after number `after`."""
    return Entry.objects.filter(study=study, number__gt=after).order_by("number")


def head() -> tuple[int, str]:
    """Number and digest (hex) of the newest row: kept elsewhere, they show that no row before it went missing.

    (0, "") while the journal is empty.
    """
    newest = Entry.objects.order_by("number").last()
    return (newest.number, bytes(newest.digest).hex()) if newest else (0, "")


def holds(*, number: int, digest: str) -> bool:
    """Whether a former `head` is still in the chain. Says something only where `first_broken` finds nothing."""
    entry = Entry.objects.filter(number=number).first()
    return entry is not None and bytes(entry.digest).hex() == digest.lower()


def first_broken() -> int | None:
    """The number of the first row that is not as it was written; None when the chain holds to its end.

    What is shown are the columns, what the digest covers is `payload`: both must say the same. Rows that were
    cut off the end are not seen here, see `holds`.
    """
    previous = b""
    for expected, entry in enumerate(Entry.objects.order_by("number").iterator(), start=1):
        digest = hashlib.sha256(previous + entry.payload.encode()).digest()
        if entry.number != expected or digest != bytes(entry.digest) or not _shows_its_payload(entry):
            return expected
        previous = digest
    return None


def _shows_its_payload(entry: Entry) -> bool:
    columns = {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "action": entry.action,
        "actor": entry.actor and str(entry.actor),
        "study": entry.study and str(entry.study),
        "subject": entry.subject,
        "detail": entry.detail,
    }
    try:
        written = json.loads(entry.payload)
    except ValueError:
        return False
    # As text, because to Python 1, 1.0 and True are equal.
    return json.dumps(written, sort_keys=True) == json.dumps(columns, sort_keys=True)
