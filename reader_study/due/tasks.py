from reader_study.celery import app
from reader_study.due import actions


@app.task(name="due.remind")
def remind() -> None:
    """Once a day. Sent again, it finds who was reminded already."""
    actions.remind()
