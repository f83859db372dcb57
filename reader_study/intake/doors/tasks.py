from reader_study.celery import app
from reader_study.intake.doors import inbox


@app.task(name="intake.collect")
def collect() -> None:
    """What the DICOM receiver put down; every few seconds."""
    inbox.collect()
