"""The simulated reader reads through the API, in every step, and answers what it is asked."""

import numpy as np
import pytest
from django.test import Client

from inference.heart.polar import encode
from inference.objects import ObjectStore
from reader_study.demonstration.observer import make_observer, read_all
from reader_study.reading.models import ScoreSheet
from reader_study.studies.templates import aided_sequential, kawakubo_replica
from tests.reader_study.allocation.drafts import PASSWORD, Draft
from tests.reader_study.reading.reads import opened


class Browser:
    """What `demonstration.person.Person` is, without a server."""

    password = PASSWORD

    def __init__(self, study: Draft) -> None:
        self.client = Client()
        self.client.force_login(study.readers[0])

    def get(self, path):
        return self._json(self.client.get(path))

    def get_bytes(self, path):
        answer = self.client.get(path)
        assert answer.status_code == 200
        return answer.content

    def post(self, path, body):
        return self._json(self.client.post(path, body, "application/json"))

    def _json(self, answer):
        assert answer.status_code < 300, answer.content
        return answer.json()


def polar(uptake):
    return encode(np.full((24, 72), uptake))


@pytest.mark.django_db
@pytest.mark.parametrize(("template", "sheets"), [(kawakubo_replica, 3), (aided_sequential, 3)])
@pytest.mark.parametrize(("uptake", "overall"), [(95.0, "definitely_normal"), (20.0, "definitely_abnormal")])
def test_every_step_of_every_read_is_signed(object_store, monkeypatch, template, sheets, uptake, overall):
    study = opened(template=template, per_site=(1,), readers=1)
    monkeypatch.setattr(ObjectStore, "get", lambda _store, _key: polar(uptake))
    list(read_all(Browser(study), make_observer("observer")))
    found = ScoreSheet.objects.all()
    assert len(found) == sheets
    assert {sheet.fields["overall"] for sheet in found} == {overall}
    assert all(("territories" in sheet.fields) == (uptake < 50) for sheet in found)
