from functools import partial

import pytest

from reader_study.agreement import files
from reader_study.agreement.analysis import analyse
from reader_study.celery import app
from tests.reader_study.agreement.studies import finished, lock


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """A hundred resamples of two patients say as much here as ten thousand."""
    monkeypatch.setattr(files, "analyse", partial(analyse, replicates=100))


@pytest.fixture
def sent(monkeypatch):
    """The messages that would go to a worker."""
    messages = []
    monkeypatch.setattr(app, "send_task", lambda name, args: messages.append((name, args)))
    return messages


@pytest.fixture
def locked(db, signed_in, sent, django_capture_on_commit_callbacks):
    """A finished study, locked by its investigator."""
    study = finished()
    with django_capture_on_commit_callbacks(execute=True):
        response = lock(signed_in(study.investigator), study)
    assert response.status_code == 202, response.content
    return study
