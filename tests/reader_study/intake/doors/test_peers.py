"""Other people's software sends to us, each as a real process: dcmtk, Orthanc (C-STORE and STOW), dicomweb-client."""

import io
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from dicomweb_client.api import DICOMwebClient
from pydicom import dcmread
from pydicom.dataset import Dataset

from reader_study.accounts.actions import make_token
from reader_study.accounts.models import TokenScope
from reader_study.cases.models import Image
from reader_study.cases.storage import store
from reader_study.intake.doors import queries
from reader_study.intake.doors.actions import add_peer
from reader_study.intake.models import Instance, Upload
from tests.reader_study.cases.world import World
from tests.reader_study.intake.doors.receiving import CALLING, receiver, storescu
from tests.reader_study.intake.doors.serving import work_once
from tests.reader_study.intake.sending import pet, spect
from tests.reader_study.interop.peers import orthanc

pytestmark = pytest.mark.django_db(transaction=True)


def written(folder: Path, *files: bytes) -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{n}.dcm" for n in range(len(files))]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    return paths


def pixels(data: bytes) -> bytes:
    ds = dcmread(io.BytesIO(data))
    return bytes(ds.PixelData)[: ds.Rows * ds.Columns * 2 * int(ds.get("NumberOfFrames") or 1)]


def arrived_as_sent(files: list[bytes]) -> None:
    """One case, with the pixels of the files and not one of their UIDs."""
    assert set(Image.objects.values_list("case__subject", "image_set", "state")) == {
        ("A-0001", "spect", "stress"), ("A-0001", "pet", "rest"),
    }  # fmt: skip
    stored = [store().get(key) for key in Instance.objects.values_list("object_key", flat=True)]
    assert sorted(map(pixels, stored)) == sorted(map(pixels, files))
    originals = {str(dcmread(io.BytesIO(data)).SOPInstanceUID) for data in files}
    assert not originals & set(Instance.objects.values_list("sop_uid", flat=True))
    assert set(Upload.objects.values_list("state", flat=True)) == {"done"}


def token(world: World) -> str:
    made = make_token(
        owner=world.coordinator_a,
        password=None,
        scope=TokenScope.INTAKE,
        study=world.study.id,
        label="x",
        days=1,
    )
    return made[1]


@pytest.fixture
def running(world: World, settings: Any, tmp_path: Path) -> Any:
    """A receiver that knows a peer of site A, whose deliveries end at once."""
    settings.DICOM_SPOOL, settings.DICOM_QUIET_SECONDS = tmp_path / "spool", 0
    peer = add_peer(
        actor=world.coordinator_a, study_id=world.study.id, site_id=world.site_a.id, calling=CALLING,
        networks=["127.0.0.0/8"],
    )  # fmt: skip
    with receiver(settings.DICOM_SPOOL, peers=queries.admitted()) as found:
        yield found, peer


def test_dcmtk_storescu(running: Any, tmp_path: Path) -> None:
    found, peer = running
    files = [spect(1), *pet(1)]
    written(tmp_path / "out", *files)
    sent = storescu(found.port, tmp_path / "out", called=peer.called)
    assert sent.returncode == 0, sent.stderr
    work_once()
    arrived_as_sent(files)
    upload = Upload.objects.get()
    assert (upload.door, upload.peer) == ("dicom", CALLING)
    assert upload.files.filter(verdict="accepted").count() == len(files)
    assert found.arrived() == []


def test_orthanc_pushes_by_c_store(running: Any, tmp_path: Path) -> None:
    found, peer = running
    files = [spect(1), *pet(1)]
    modalities = {"us": {"AET": peer.called, "Host": "127.0.0.1", "Port": found.port}}
    with orthanc(tmp_path / "orthanc", DicomAet=CALLING, DicomModalities=modalities) as pacs:
        for data in files:
            assert httpx.post(f"{pacs.http}/instances", content=data).status_code == 200
        assert httpx.post(f"{pacs.http}/modalities/us/echo", json={}).status_code == 200
        result = pacs.post("/modalities/us/store", {"Resources": pacs.get("/studies"), "Synchronous": True})
        assert (result["InstancesCount"], result["FailedInstancesCount"]) == (len(files), 0)
        stranger = httpx.put(f"{pacs.http}/modalities/stranger", json={
            "AET": peer.called, "Host": "127.0.0.1", "Port": found.port, "LocalAet": "STRANGER"})  # fmt: skip
        assert stranger.status_code == 200
        assert httpx.post(f"{pacs.http}/modalities/stranger/echo", json={}).status_code != 200
    work_once()
    arrived_as_sent(files)


def test_orthanc_pushes_by_stow_in_chunks(world: World, url: str, tmp_path: Path) -> None:
    files = [spect(1), *pet(1)]
    server = {
        "Url": f"{url}/api/studies/{world.study.id}/dicomweb/",
        "HttpHeaders": {"Authorization": f"Bearer {token(world)}"},
        "ChunkedTransfers": True,
    }
    with orthanc(tmp_path / "orthanc", DicomWeb={"Servers": {"us": server}}) as pacs:
        for data in files:
            httpx.post(f"{pacs.http}/instances", content=data)
        result = pacs.post(
            "/dicom-web/servers/us/stow", {"Resources": pacs.get("/studies"), "Synchronous": True}
        )
        assert int(result["InstancesCount"]) == len(files), result
    arrived_as_sent(files)
    assert set(Upload.objects.values_list("door", flat=True)) == {"stow"}


def test_dicomweb_client_stores(world: World, url: str, tmp_path: Path) -> None:
    files = [spect(1), *pet(1)]
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token(world)}"
    session.trust_env = False
    client = DICOMwebClient(f"{url}/api/studies/{world.study.id}/dicomweb", session=session)
    answer = client.store_instances([dcmread(io.BytesIO(data)) for data in files])
    stored = [item.ReferencedSOPInstanceUID for item in answer.ReferencedSOPSequence]
    assert stored == [dcmread(io.BytesIO(data)).SOPInstanceUID for data in files]
    arrived_as_sent(files)
    held = dcmread(io.BytesIO(spect(2, BurnedInAnnotation="YES")))
    answer = client.store_instances([held], study_instance_uid=str(held.StudyInstanceUID))
    assert isinstance(answer, Dataset) and answer.ReferencedSOPSequence[0].WarningReason == 0xB007
    with pytest.raises(requests.HTTPError) as refused:
        client.store_instances([held], study_instance_uid="1.2.3")
    assert refused.value.response.status_code == 409


def test_a_program_that_stops_in_the_middle_leaves_nothing(world: World, url: str, tmp_path: Path) -> None:
    import socket

    head = (
        f"POST /api/studies/{world.study.id}/dicomweb/studies HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {token(world)}\r\nContent-Length: 1000000\r\n"
        'Content-Type: multipart/related; type="application/dicom"; boundary=x\r\n\r\n'
    ).encode()
    with socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1]))) as line:
        line.sendall(head + b"--x\r\nContent-Type: application/dicom\r\n\r\n" + spect(1)[:20_000])
        time.sleep(0.5)
    until = time.monotonic() + 20
    while time.monotonic() < until and Upload.objects.exclude(state="done").exists():
        time.sleep(0.1)
    assert set(Upload.objects.values_list("state", flat=True)) == {"done"}
    assert not Instance.objects.exists()
