"""No value of a patient leaves the site: not in what is stored, answered, queued, journaled or logged."""

import logging
import re
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
from tests.reader_study.intake.planted import KINDS, found, usual
from tests.reader_study.intake.sending import send
from tests.reader_study.intake.vectors import edited

_DATE = re.compile(r"(19|20)\d{6}")
_LARGE = 200_000  # bytes
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
        for page in ("uploads", "cases", "translations", "journal", "members", "quarantine")
    ]
    paths += [f"/api/uploads/{pk}" for pk in world.study.uploads.values_list("pk", flat=True)]
    for pk in Case.objects.values_list("pk", flat=True):
        paths += [f"/api/cases/{pk}{page}" for page in ("", "/certificate", "/certificate.pdf")]
    for pk in Image.objects.values_list("pk", flat=True):
        paths += [f"/api/images/{pk}/{what}" for what in ("volume", "polar", "dicom")]
    for user in (world.coordinator_a, world.investigator):
        browser = client_of(user)
        for path in paths:
            answer = browser.get(path)
            yield path, answer.content + str(dict(answer.headers)).encode()


@pytest.mark.parametrize("seed", [31])
def test_nothing_that_was_planted_is_found_anywhere_again(
    world: World, client_of: Any, work: Any, settings: Any, caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    """Not in what is stored, not even of what is kept apart; in no table, answer or log."""
    caplog.set_level(logging.DEBUG)
    secrets = Secrets(seed)
    planted = [usual(kind, seed * 10 + number) for number, kind in enumerate(KINDS)]
    bad = [make() for make, _ in (*HOSTILE.values(), *DOUBTFUL.values()) if len(make()) < 100_000]
    files = [
        nm_file(heart(), state="stress", secrets=secrets),
        *pt_files(noise((4, 16, 16)), state="rest", secrets=secrets),
        *(file.data for file in planted),
        *(edited(file.data, PatientID="") for file in planted),  # waits for an answer
    ]
    send(client_of(world.coordinator_a), world.study, [*files, *bad])
    work()
    assert Instance.objects.count() >= 8 and Image.objects.get(state="stress", status="ready")
    places = [
        *stored(store().root),
        *stored(Path(settings.STAGING)),
        *rows(),
        *answers(world, client_of),
        ("log", caplog.text.encode()),
    ]
    small = b"\n".join(content for _, content in places if len(content) < _LARGE)
    for known in (secrets, SECRETS, *(file.secrets for file in planted)):
        assert without_dates(known, found(known, small)) == set()
    # Volumes: nobody's but the one that became a case with an image.
    large = b"\n".join(content for _, content in places if len(content) >= _LARGE)
    assert without_dates(secrets, found(secrets, large)) == set()
    assert len(places) > 100


def without_dates(secrets: Secrets, places: set[str]) -> set[str]:
    """The site's key is another every time, so that a date may by chance be moved onto another planted one."""
    return {place for place in places if not _DATE.fullmatch(secrets.planted[place])}
