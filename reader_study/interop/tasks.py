from reader_study.celery import app
from reader_study.interop import index


@app.task(name="interop.sweep")
def sweep() -> None:
    """Read the headers of files that came since, so that no search waits for it."""
    index.add_missing()
