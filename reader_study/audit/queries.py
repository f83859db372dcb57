import hashlib
from uuid import UUID

from django.db.models import QuerySet

from reader_study.audit.models import Entry


def entries_of(study: UUID, *, after: int = 0) -> QuerySet[Entry]:
    """The acts of one study in order, from the one after number `after`."""
    return Entry.objects.filter(study=study, number__gt=after).order_by("number")


def first_broken() -> int | None:
    """The number of the first row where the chain does not hold; None when it holds to its end."""
    previous = b""
    for expected, entry in enumerate(Entry.objects.order_by("number").iterator(), start=1):
        digest = hashlib.sha256(previous + entry.payload.encode()).digest()
        if entry.number != expected or digest != bytes(entry.digest):
            return expected
        previous = digest
    return None
