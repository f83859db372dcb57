import logging
from functools import partial
from uuid import UUID

from reader_study.cases.storage import store
from reader_study.celery import app
from reader_study.interop import exporting, index, score_exports

logger = logging.getLogger(__name__)


@app.task(name="interop.sweep")
def sweep() -> None:
    """Order the scores of unblinded studies; read headers of files that came since, so that no search waits for it."""
    score_exports.order_missing()
    index.add_missing()


@app.task(name="interop.export_scores")
def export_scores(lock_id: str) -> None:
    """Make the scores of a lock for other systems. Sent again, it finds the work done or makes the same bytes."""
    lock = score_exports.start(lock_id=UUID(lock_id))
    if lock is None:
        return
    objects = store()
    try:
        alive = partial(score_exports.extend, lock_id=lock.pk)
        files = exporting.made(objects.get(lock.sha256), objects, alive=alive)
    except Exception:
        logger.exception("the scores of lock %s cannot be prepared", lock_id)
        score_exports.record_failure(lock_id=lock.pk)
        return
    score_exports.record_files(lock_id=lock.pk, files=files)
