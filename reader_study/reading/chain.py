"""The chain of a read's events: each hash covers its event and all before it, in the browser and here alike. Pure."""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID


class Link(Protocol):
    """What the chain covers of an event; see models.Event."""

    id: UUID
    seq: int
    kind: str
    state: str
    segment: int | None
    name: str
    value: Any
    elapsed_ms: int
    at: datetime


def first_hash(token: UUID) -> str:
    """What the first event of a read follows."""
    return hashlib.sha256(str(token).encode()).hexdigest()


def next_hash(after: str, event: Link) -> str:
    """SHA-256 of the event's canonical JSON (UTF-8, sorted keys, no spaces, no ASCII escapes) with `after`."""
    content = {
        "after": after,
        "id": str(event.id),
        "seq": event.seq,
        "kind": event.kind,
        "state": event.state,
        "segment": event.segment,
        "name": event.name,
        "value": event.value,
        "elapsed_ms": event.elapsed_ms,
        "at": _milliseconds(event.at),
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def first_broken(token: UUID, events: Iterable[Any]) -> int | None:
    """The number of the first of a read's events, in order, that is not as it was written; None when all are."""
    after = first_hash(token)
    for number, event in enumerate(events, start=1):
        if event.seq != number or event.hash != next_hash(after, event):
            return number
        after = event.hash
    return None


def _milliseconds(moment: datetime) -> str:
    """As a browser writes it: 2026-11-21T12:00:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
