"""A study from its first read to its last: order, washout, and what the analysis is given."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from reader_study.accounts.models import Signature
from reader_study.reading.actions import sign_read
from reader_study.reading.models import Event, Read
from reader_study.reading.signed import signed_reads
from tests.reader_study.allocation.drafts import PASSWORD
from tests.reader_study.reading.reads import ANSWERS, Desk, complete, digest, event, opened


@pytest.mark.django_db
def test_a_reader_reads_everything_in_order_and_is_then_done(signed_in):
    study = opened(per_site=(2,), readers=1)
    desk = Desk(signed_in(study.readers[0]))
    done = []
    while token := desk.next():
        assert desk.read(token).json()["position"]["number"] == len(done) % 2 + 1
        assert desk.finish(token, score=len(done) % 5).json()["next"] == desk.next()
        done.append(token)
    ordered = Read.objects.order_by("session", "position").values_list("token", flat=True)
    assert done == [str(token) for token in ordered]
    assert [s["state"] for s in desk.worklist()["studies"][0]["sessions"]] == ["finished"] * 3


@pytest.mark.django_db
def test_the_washout_is_kept_to_the_minute(signed_in, monkeypatch):
    study = opened(per_site=(1,), readers=1, washout_days=28)
    reader = study.readers[0]
    desk = Desk(signed_in(reader))
    waiting = str(Read.objects.get(session=2).token)
    assert desk.finish(desk.next()).json()["next"] is None
    due = Signature.objects.get(signer=reader).signed_at + timedelta(days=28)
    second = desk.worklist()["studies"][0]["sessions"][1]
    assert (second["state"], datetime.fromisoformat(second["opens_at"])) == ("waiting", due)

    monkeypatch.setattr(timezone, "now", lambda: due - timedelta(minutes=1))
    desk = Desk(signed_in(reader))
    assert desk.next() is None
    assert desk.read(waiting).status_code == desk.volume(waiting).status_code == 404
    assert desk.send(waiting, event(1)).status_code == 404

    monkeypatch.setattr(timezone, "now", lambda: due)
    assert desk.next() == waiting
    assert desk.read(waiting).status_code == 200


@pytest.mark.django_db
def test_the_analysis_gets_every_signed_read_as_it_was_signed(signed_in):
    study = opened(per_site=(1,), readers=2)
    before = datetime.now(UTC)
    for score, reader in enumerate(study.readers):
        desk = Desk(signed_in(reader))
        desk.finish(desk.next(), score="NE" if score else 0)
        desk.send(desk.next(), event(1))
    found = {read.reader_id: read for read in signed_reads(study.study.id)}
    assert len(found) == 2
    for score, reader in zip((0, "NE"), study.readers, strict=True):
        read = found[reader.id]
        signature = Signature.objects.get(pk=read.signature_id)
        assert (read.session, read.position, read.version, read.form_version) == (1, 1, 1, 2)
        assert read.scores == {"stress": [score] * 17, "rest": [score] * 17}
        assert read.fields == ANSWERS
        assert (read.signer, read.meaning) == (reader.full_name, "authored")
        assert read.content_sha256 == signature.content_sha256
        assert before < read.signed_at == signature.signed_at
        assert read.seconds == 37.0
    assert signed_reads(opened(title="Another").study.id) == []


@pytest.mark.django_db(transaction=True)
def test_two_computers_that_send_at_once_write_one_ledger():
    study = opened(per_site=(1,), readers=1)
    token = str(Read.objects.get(session=1).token)
    clients = [Client() for _ in range(6)]
    for client in clients:
        client.force_login(study.readers[0])
    answers: list[int] = []
    start = threading.Barrier(len(clients))

    def send(client: Client) -> None:
        start.wait()
        answers.append(Desk(client).send(token, event(1), event(2)).status_code)
        connection.close()

    threads = [threading.Thread(target=send, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] + [409] * 5
    assert list(Event.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_an_act_waits_for_a_signature_that_is_being_written_and_is_then_refused():
    study = opened(per_site=(1,), readers=1)
    reader = study.readers[0]
    token = Read.objects.get(session=1).token
    desk = Desk(Client())
    desk.client.force_login(reader)
    desk.send(str(token), *complete())
    answers: list[int] = []

    def act() -> None:
        answers.append(desk.send(str(token), event(38)).status_code)
        connection.close()

    late = threading.Thread(target=act)
    with transaction.atomic():
        sign_read(
            reader=reader,
            token=token,
            password=PASSWORD,
            meaning="authored",
            content_sha256=digest(0),
            last_seq=37,
            step=1,
        )
        late.start()
        late.join(timeout=0.5)
        assert answers == []
    late.join()
    assert answers == [423]
    assert Event.objects.count() == 37
