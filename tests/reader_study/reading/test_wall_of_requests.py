"""The database wall round a request: a reader's view is behind it, and the connection is itself again afterwards."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import force_authenticate

from reader_study.audit.models import Entry
from reader_study.reading import wall
from reader_study.reading.models import Read
from tests.reader_study.allocation.drafts import Draft
from tests.reader_study.reading.reads import Desk, event, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Draft:
    return opened(per_site=(2,), readers=2)


def current_role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


class ForgetfulView(wall.ReaderView):
    """A view as a careless colleague might write it."""

    def get(self, request: Request) -> Response:
        return Response(
            {"role": current_role(), "reads": Read.objects.count(), "broken": self._broken(request)}
        )

    def _broken(self, request: Request) -> None:
        if "key" in request.query_params:
            Entry.objects.count()


def ask(study: Draft, address: str = "/") -> Response:
    request = RequestFactory().get(address)
    force_authenticate(request, study.readers[0])
    with transaction.atomic():
        return ForgetfulView.as_view()(request)


def test_a_careless_reader_view_still_serves_only_own_reads(study):
    assert ask(study).data == {"role": "reading_reader", "reads": 6, "broken": None}
    assert Read.objects.count() == 12


def test_a_reader_view_that_asks_for_the_key_fails_and_the_connection_is_itself_again(study):
    own = current_role()
    with pytest.raises(DatabaseError, match="permission denied"):
        ask(study, "/?key=1")
    assert current_role() == own
    assert Read.objects.count() == 12


def test_after_every_answer_the_connection_is_itself_again(study, signed_in):
    own = current_role()
    desk = Desk(signed_in(study.readers[0]))
    for answered in (
        desk.read(desk.next()),
        desk.read(str(uuid.uuid4())),
        desk.send(desk.next(), event(9)),
        desk.send(desk.next(), event(1, value="x")),
        desk.client.options("/api/reading/worklist"),
    ):
        assert current_role() == own, answered.content
    assert Read.objects.count() == 12


def test_the_readers_role_lives_only_in_a_transaction(transactional_db):
    with pytest.raises(RuntimeError):
        wall.enter(uuid.uuid4())
    with transaction.atomic():
        wall.enter(uuid.uuid4())
        assert current_role() == "reading_reader"
    assert current_role() != "reading_reader"
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.reader', true)")
        assert not cursor.fetchone()[0]
