import logging
from uuid import UUID

from reader_study.agreement import actions
from reader_study.agreement.files import files_of
from reader_study.cases.storage import store
from reader_study.celery import app

logger = logging.getLogger(__name__)


@app.task(name="agreement.compute")
def compute(lock_id: str) -> None:
    """Compute the report of a lock. Sent again, it finds the work done or taken, or makes the same bytes."""
    claim = actions.start_report(lock_id=UUID(lock_id))
    if claim is None:
        return
    lock, fence = claim
    objects = store()
    try:
        made = files_of(objects.get(lock.sha256))
    except Exception:
        logger.exception("the report of lock %s cannot be computed", lock_id)
        actions.record_failure(lock_id=lock.pk, fence=fence)
        return
    files: dict[str, dict[str, str | int]] = {
        name: {"key": objects.put(data), "size": len(data)} for name, data in made.items()
    }
    actions.record_report(lock_id=lock.pk, fence=fence, files=files)


@app.task(name="agreement.sweep")
def sweep() -> None:
    """What a lost message or a dead worker left behind."""
    actions.sweep()
