"""Files as a hospital has them come through STOW and C-STORE: nothing of a patient is found behind the doors."""

import io
import logging
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from pydicom import dcmread

from reader_study.cases.storage import store
from reader_study.intake.doors.actions import add_peer
from reader_study.intake.models import Instance
from reader_study.studies.models import Site
from tests.reader_study.cases.world import World
from tests.reader_study.intake.doors.receiving import CALLING, peer, receiver, storescu
from tests.reader_study.intake.doors.serving import work_once
from tests.reader_study.intake.doors.test_stow import Sender
from tests.reader_study.intake.planted import KINDS, found, usual
from tests.reader_study.intake.test_privacy import rows, stored
from tests.reader_study.intake.vectors import edited

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(db: None) -> None:
    """The site's key comes of its id and the study's key: fixed, no shifted date and no new UID happens to hold
    a planted date."""
    Site.objects.create(id=UUID(int=1), code="A", name="Hospital A")


@pytest.fixture(autouse=True)
def key(site: None, world: World) -> None:
    assert world.site_a.id == UUID(int=1)
    world.study.pseudonym_key = b"\1" * 32
    world.study.save(update_fields=["pseudonym_key"])


def search(planted: list[Any], places: list[tuple[str, bytes]]) -> dict[str, set[str]]:
    assert len(places) > 20
    return {
        name: leaked for name, data in places for file in planted if (leaked := found(file.secrets, data))
    }


def behind(settings: Any) -> list[tuple[str, bytes]]:
    return [*stored(store().root), *stored(Path(settings.STAGING)), *rows()]


@pytest.mark.parametrize("seed", [7])
def test_nothing_is_found_behind_stow(
    world: World, settings: Any, caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    caplog.set_level(logging.DEBUG)
    planted = [usual(kind, seed * 100 + number) for number, kind in enumerate(KINDS)]
    files = [file.data for file in planted]
    answer = Sender(world.coordinator_a, world.study).store(
        *files, edited(files[0], PatientID=""), b"x", files[1][:-9]
    )
    assert answer.status_code == 202 and Instance.objects.count() >= 2
    # The answer names the sender's files to the sender by their SOP Instance UIDs, and by nothing else.
    said = answer.content
    for data in files:
        said = said.replace(str(dcmread(io.BytesIO(data), force=True).SOPInstanceUID).encode(), b"")
    assert search(planted, [*behind(settings), ("answer", said), ("log", caplog.text.encode())]) == {}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [8])
def test_nothing_is_found_behind_the_dicom_receiver(
    world: World, settings: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    caplog.set_level(logging.DEBUG)
    settings.DICOM_SPOOL, settings.DICOM_QUIET_SECONDS = tmp_path / "spool", 0
    known = add_peer(
        actor=world.coordinator_a, study_id=world.study.id, site_id=world.site_a.id, calling=CALLING
    )
    planted = [usual(kind, seed * 100 + number) for number, kind in enumerate(KINDS)]
    (tmp_path / "out").mkdir()
    for n, file in enumerate(planted):
        (tmp_path / "out" / f"{n}.dcm").write_bytes(file.data)
    peers = [peer(id=str(known.id), called=known.called)]
    with receiver(settings.DICOM_SPOOL, peers=peers) as running:
        storescu(running.port, tmp_path / "out", called=known.called, options=["-nh"])
        arrived = [path.read_bytes() for path in running.arrived()]
        assert len(arrived) >= 3 and search(
            planted, [("arrived", data) for data in arrived * 9]
        )  # the search finds
        work_once()
        log = running.log().encode()
    assert Instance.objects.count() >= 2
    spooled = [
        (path.name, path.name.encode() + path.read_bytes()) for path in settings.DICOM_SPOOL.rglob("*.*")
    ]
    places = [*behind(settings), *spooled, ("receiver", log), ("log", caplog.text.encode())]
    assert search(planted, places) == {}
    connection.close()
