from typing import Any
from uuid import UUID

from reader_study.celery import app
from reader_study.translation import actions


@app.task(name="translation.consider")
def consider(case_id: str) -> None:
    """Order what is computed for a case of which an image became ready."""
    actions.consider(case_id=UUID(case_id))


@app.task(name="translation.started")
def started(job_id: str, fence: int) -> None:
    """From the GPU worker: it has begun."""
    actions.record_started(job_id=UUID(job_id), fence=fence)


@app.task(name="translation.record_manifest")
def record_manifest(job_id: str, fence: int, manifest: dict[str, Any]) -> None:
    """From the GPU worker: what it made, and where it lies."""
    actions.record_manifest(job_id=UUID(job_id), fence=fence, manifest=manifest)


@app.task(name="translation.record_failure")
def record_failure(job_id: str, fence: int, code: str, message: str) -> None:
    """From the GPU worker: why it gave up."""
    actions.record_failure(job_id=UUID(job_id), fence=fence, code=code, message=message)


@app.task(name="translation.sweep")
def sweep() -> None:
    """Every few seconds: send again what is overdue."""
    actions.sweep()
