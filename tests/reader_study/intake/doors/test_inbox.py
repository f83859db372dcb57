"""What the DICOM receiver put down becomes one delivery per peer, then cases; whatever else lies there does no harm."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reader_study.audit.models import Entry
from reader_study.cases.models import Image
from reader_study.intake import staging
from reader_study.intake.doors.actions import add_peer, revoke_peer
from reader_study.intake.doors.admission import peers_in
from reader_study.intake.doors.inbox import collect
from reader_study.intake.doors.models import Peer
from reader_study.intake.models import Instance, Upload
from reader_study.problems import Invalid, NotFound
from reader_study.studies.models import Study
from tests.reader_study.cases.world import World
from tests.reader_study.intake.doors.serving import work_once
from tests.reader_study.intake.sending import pet, spect
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def spool(settings: Any, tmp_path: Path) -> Path:
    settings.DICOM_SPOOL, settings.DICOM_QUIET_SECONDS = tmp_path / "spool", 3600
    (tmp_path / "spool" / "arrived").mkdir(parents=True)
    return tmp_path / "spool"


@pytest.fixture
def peer(world: World) -> Peer:
    return add_peer(
        actor=world.coordinator_a, study_id=world.study.id, site_id=world.site_a.id, calling="PACS-A"
    )


@pytest.fixture
def arrive(spool: Path, peer: Peer) -> Callable[..., list[Path]]:
    def put(*files: bytes, folder: str = str(peer.id), begin: int = 0) -> list[Path]:
        (spool / "arrived" / folder).mkdir(exist_ok=True)
        paths = [spool / "arrived" / folder / f"{begin + n:020d}.dcm" for n in range(len(files))]
        for path, data in zip(paths, files, strict=True):
            path.write_bytes(data)
        return paths

    return put


def test_what_arrived_over_several_associations_is_one_delivery(
    arrive: Any, peer: Peer, settings: Any
) -> None:
    arrive(spect(1), *pet(1)[:2])
    assert collect() == 3
    arrive(pet(1)[2], begin=9)
    assert collect() == 1
    upload = Upload.objects.get()
    assert (upload.door, upload.state, upload.peer, upload.created_by) == (
        "dicom",
        "receiving",
        "PACS-A",
        None,
    )
    assert (upload.site, upload.study) == (peer.site, peer.study)
    settings.DICOM_QUIET_SECONDS = 0
    work_once()
    upload.refresh_from_db()
    assert upload.state == "done"
    assert sorted(upload.files.values_list("verdict", flat=True)) == ["accepted"] * 4
    assert set(Image.objects.values_list("case__subject", "image_set")) == {
        ("A-0001", "spect"),
        ("A-0001", "pet"),
    }
    arrive(spect(2), begin=20)
    collect()
    assert Upload.objects.count() == 2


def test_files_go_from_the_folder_only_when_they_were_taken(arrive: Any, spool: Path) -> None:
    paths = arrive(spect(1))
    collect()
    assert not paths[0].exists()
    assert sum(path.is_file() for path in staging.staging().rglob("*")) == 1


def test_a_file_that_was_taken_twice_is_one(arrive: Any, settings: Any) -> None:
    """The collector died between taking a file and removing it."""
    settings.DICOM_QUIET_SECONDS = 0
    arrive(spect(1), spect(1))
    work_once()
    assert Instance.objects.count() == 1


def test_what_is_no_file_is_left_alone(arrive: Any, spool: Path, peer: Peer, tmp_path: Path) -> None:
    """A receiver that was taken over can put anything into its folder."""
    secret = tmp_path / "secret"
    secret.write_text("of another program")
    folder = spool / "arrived" / str(peer.id)
    arrive(spect(1))
    (folder / "link.dcm").symlink_to(secret)
    (folder / "folder.dcm").mkdir()
    os.mkfifo(folder / "pipe.dcm")
    (spool / "arrived" / "elsewhere").symlink_to(tmp_path)
    (spool / "arrived" / "no-id").mkdir()
    arrive(spect(2), folder="6f0f4b1e-0000-4000-8000-000000000001")  # nobody's
    assert collect() == 1
    assert Upload.objects.get().files.count() == 1 and secret.exists()


def test_a_study_that_takes_no_more_files_keeps_none_lying_here(arrive: Any, spool: Path, peer: Peer) -> None:
    paths = arrive(spect(1), spect(2))
    put_in_state(peer.study_id, Study.State.LOCKED)
    assert collect() == 0
    assert not any(path.exists() for path in paths) and not Upload.objects.exists()
    assert Entry.objects.get(action="intake.delivery_dropped").detail == {"site": "A", "files": 2}
    assert peers_in(spool) == {}


def test_one_process_collects_at_a_time(arrive: Any, spool: Path) -> None:
    import fcntl

    arrive(spect(1))
    with (spool / ".collecting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert collect() == 0
    assert collect() == 1


def test_an_installation_without_a_receiver_has_nothing_to_collect(settings: Any, tmp_path: Path) -> None:
    settings.DICOM_SPOOL = tmp_path / "absent"
    assert collect() == 0 and not (tmp_path / "absent").exists()


# --- who may send


def test_the_receiver_learns_its_peers_and_unlearns_them(spool: Path, peer: Peer, world: World) -> None:
    collect()
    assert [found.calling for found in peers_in(spool).values()] == ["PACS-A"]
    assert json.loads((spool / "peers.json").read_text()) == [
        {"id": str(peer.id), "called": peer.called, "calling": "PACS-A", "networks": [], "certificates": []}
    ]
    revoke_peer(actor=world.coordinator_a, peer_id=peer.id)
    collect()
    assert peers_in(spool) == {}
    acts = Entry.objects.filter(action__startswith="intake.peer").values_list("action", "actor")
    assert list(acts.order_by("number")) == [
        ("intake.peer_added", world.coordinator_a.id), ("intake.peer_revoked", world.coordinator_a.id)
    ]  # fmt: skip


def test_what_a_peer_sent_before_it_was_revoked_is_still_taken(arrive: Any, peer: Peer, world: World) -> None:
    arrive(spect(1))
    revoke_peer(actor=world.investigator, peer_id=peer.id)
    assert collect() == 1


def test_titles_are_made_here_and_never_twice(world: World) -> None:
    made = {
        add_peer(actor=world.investigator, study_id=world.study.id, site_id=site.id, calling="PACS").called
        for site in (world.site_a, world.site_b)
        for _ in range(3)
    }
    assert len(made) == 6 and all(len(title) <= 16 for title in made)


@pytest.mark.parametrize(
    ("code", "wrong"),
    [("calling", {"calling": "TOO-LONG-A-TITLE-"}), ("calling", {"calling": "A B"}), ("calling", {"calling": "A\\B"}),
     ("calling", {"calling": "病院"}), ("networks", {"networks": ["10.0.0.1/8"]}), ("networks", {"networks": ["all"]}),
     ("certificates", {"certificates": ["ab:cd"]})],
)  # fmt: skip
def test_a_peer_that_cannot_be_is_refused_with_a_reason(
    world: World, code: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        add_peer(
            actor=world.investigator, study_id=world.study.id, site_id=world.site_a.id,
            **{"calling": "PACS", **wrong},
        )  # fmt: skip
    assert refused.value.code == code and not Peer.objects.exists()


def test_a_coordinator_speaks_for_the_own_site_only(world: World, client_of: Any) -> None:
    path = f"/api/studies/{world.study.id}/peers"
    wish = {"site_id": str(world.site_a.id), "calling": "PACS-A", "networks": ["192.0.2.0/24"]}
    for user in (world.coordinator_b, world.monitor, world.reader, world.stranger):
        assert client_of(user).post(path, wish).status_code == 404
        with pytest.raises(NotFound):
            add_peer(actor=user, study_id=world.study.id, site_id=world.site_a.id, calling="PACS")
    made = client_of(world.coordinator_a).post(path, wish)
    assert made.status_code == 201 and made.json()["called"].startswith("RS-")
    peer = f"/api/peers/{made.json()['id']}"
    assert [found["calling"] for found in client_of(world.monitor).get(path).json()] == ["PACS-A"]
    assert client_of(world.coordinator_b).get(path).json() == []
    assert client_of(world.coordinator_b).delete(peer).status_code == 404
    assert client_of(world.monitor).delete(peer).status_code == 404
    assert client_of(world.coordinator_a).delete(peer).status_code == 204
    assert client_of(world.coordinator_a).get(path).json()[0]["revoked_at"]
