"""No value of a patient leaves the site: not in what is stored, answered, queued, journaled or logged."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from reader_study.cases.models import Case, Image
from reader_study.cases.storage import store
from reader_study.intake.models import Instance
from tests.reader_study.cases.world import World
from tests.reader_study.intake.files import Secrets, heart, nm_file, noise, pt_files
from tests.reader_study.intake.hostile import DOUBTFUL, HOSTILE, SECRETS
from tests.reader_study.intake.sending import send
from tests.reader_study.intake.test_deidentification import traces

pytestmark = pytest.mark.django_db


def stored(root: Path) -> Iterator[tuple[str, bytes]]:
    for path in root.rglob("*"):
        if path.is_file():
            yield path.name, path.name.encode() + path.read_bytes()


def rows() -> Iterator[tuple[str, bytes]]:
    """Every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t")
            for (row,) in cursor.fetchall():
                yield table, row.encode()


def answers(world: World, client_of: Any) -> Iterator[tuple[str, bytes]]:
    paths = [
        f"/api/studies/{world.study.id}/{page}"
        for page in ("uploads", "cases", "translations", "journal", "members")
    ]
    paths += [f"/api/uploads/{pk}" for pk in world.study.uploads.values_list("pk", flat=True)]
    paths += [f"/api/cases/{pk}" for pk in Case.objects.values_list("pk", flat=True)]
    for pk in Image.objects.values_list("pk", flat=True):
        paths += [f"/api/images/{pk}/{what}" for what in ("volume", "polar", "dicom")]
    for user in (world.coordinator_a, world.investigator):
        browser = client_of(user)
        for path in paths:
            answer = browser.get(path)
            yield path, answer.content + str(dict(answer.headers)).encode()


@pytest.mark.parametrize("seed", [31, 32])
def test_nothing_that_was_planted_is_found_anywhere_again(
    world: World, client_of: Any, work: Any, caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = Secrets(seed)
    bad = [make() for make, _ in (*HOSTILE.values(), *DOUBTFUL.values()) if len(make()) < 100_000]
    files = [
        nm_file(heart(), state="stress", secrets=secrets),
        *pt_files(noise((4, 16, 16)), state="rest", secrets=secrets),
    ]
    send(client_of(world.coordinator_a), world.study, [*files, *bad])
    work()
    assert Instance.objects.count() == 5 and Image.objects.get(state="stress").status == "ready"
    needles = {**secrets.planted, **{f"hostile {place}": value for place, value in SECRETS.planted.items()}}
    places = [*stored(store().root), *rows(), *answers(world, client_of), ("log", caplog.text.encode())]
    found = {
        (place, where)
        for where, content in ((where, content.lower()) for where, content in places)
        for place, value in needles.items()
        for trace in traces(value)
        if len(trace) > 5 and trace in content
    }
    assert found == set()
    assert len(places) > 100


def test_the_only_copy_of_a_doubtful_file_is_in_quarantine_where_no_worker_of_models_reads(
    world: World, client_of: Any, work: Any, settings: Any, tmp_path: Path
) -> None:
    settings.OBJECT_STORE, settings.STAGING = tmp_path / "objects/here", tmp_path / "elsewhere"
    data = DOUBTFUL["letters in the image"][0]()
    taken = nm_file(noise(), state="rest", secrets=Secrets(1))
    send(client_of(world.coordinator_a), world.study, [data, taken])
    work()
    copies = [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes() == data]
    assert [path.is_relative_to(tmp_path / "elsewhere/quarantine") for path in copies] == [True]
    assert list((tmp_path / "objects").iterdir()) == [tmp_path / "objects/here"]
