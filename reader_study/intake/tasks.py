from uuid import UUID

from reader_study.celery import app
from reader_study.intake import actions, processing, quarantine_actions


@app.task(name="intake.process")
def process(upload_id: str) -> None:
    """Give every file of a completed upload its verdict."""
    processing.process(UUID(upload_id))


@app.task(name="intake.sweep")
def sweep() -> None:
    """What a lost message, a dead worker or a person who left has left behind; every few seconds."""
    actions.sweep()
    quarantine_actions.expire()
