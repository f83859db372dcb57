"""Every event gets the hash of itself and all before it in its read.

Events from before there was a chain are chained as they stand. The trigger that keeps the table insert-only is off
for that, within this transaction; this proves what they say from now on, not what they said before.

The hash is computed here as it was when this was written, so that the migration stays what it is.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

BATCH = 2000


def chain(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Event = apps.get_model("reading", "Event")
    schema_editor.execute("ALTER TABLE reading_event DISABLE TRIGGER insert_only")
    for batch in _batches(_chained(Event.objects.order_by("read_id", "seq").iterator())):
        Event.objects.bulk_update(batch, ["hash"])
    schema_editor.execute("ALTER TABLE reading_event ENABLE TRIGGER insert_only")


def _chained(events: Iterator[models.Model]) -> Iterator[models.Model]:
    for token, of_one_read in groupby(events, key=lambda event: event.read_id):
        after = _first_hash(token)
        for event in of_one_read:
            event.hash = after = _next_hash(after, event)
            yield event


def _first_hash(token: UUID) -> str:
    return hashlib.sha256(str(token).encode()).hexdigest()


def _next_hash(after: str, event: Any) -> str:
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


def _milliseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _batches(events: Iterator[models.Model]) -> Iterator[list[models.Model]]:
    batch: list[models.Model] = []
    for event in events:
        batch.append(event)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class Migration(migrations.Migration):
    dependencies = [("reading", "0003_workstation")]
    operations = [
        migrations.RunPython(chain, migrations.RunPython.noop),
        migrations.AddConstraint(
            "event", models.UniqueConstraint(fields=["read", "hash"], name="event_hash_once")
        ),
    ]
