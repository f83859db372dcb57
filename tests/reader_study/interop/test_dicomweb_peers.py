"""Real clients of the DICOMweb service, over HTTP: dicomweb-client (as 3D Slicer uses it) and Orthanc."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from dicomweb_client.api import DICOMwebClient
from pydicom import dcmread
from pydicom.dataset import Dataset
from requests.exceptions import HTTPError

from reader_study.accounts.actions import make_token
from reader_study.accounts.models import TokenScope, User
from reader_study.studies.models import Study
from tests.reader_study.intake.files import Secrets, nm_file, noise
from tests.reader_study.interop.conftest import Archive
from tests.reader_study.interop.peers import orthanc

pytestmark = pytest.mark.django_db(transaction=True)
EXPLICIT = "1.2.840.10008.1.2.1"
OCTETS = (("application/octet-stream", EXPLICIT),)


def token_of(user: User, study: Study, scope: TokenScope = TokenScope.DICOMWEB) -> str:
    made = make_token(owner=user, password=None, scope=scope, study=study.id, label="a peer", days=1)
    return made[1]


def client(live_server: Any, archive: Archive, token: str) -> DICOMwebClient:
    session = requests.Session()
    # Closed after each request: a thread that waits for another keeps its connection to the test's database.
    session.headers.update({"Authorization": f"Bearer {token}", "Connection": "close"})
    return DICOMwebClient(f"{live_server.url}{archive.base}", session=session)


@pytest.fixture
def slicer(live_server: Any, archive: Archive, settings: Any) -> DICOMwebClient:
    settings.PUBLIC_URL = live_server.url  # its Host header has no port
    return client(live_server, archive, token_of(archive.world.coordinator_a, archive.world.study))


def parsed(data: bytes) -> Dataset:
    return dcmread(io.BytesIO(data))


def uids(ds: Dataset) -> tuple[str, str, str]:
    return ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID


def written(ds: Dataset) -> dict[str, Any]:
    """A data set as plain values, to be compared with another."""
    model: dict[str, Any] = ds.to_json_dict()
    return model


def test_dicomweb_client_searches(archive: Archive, slicer: DICOMwebClient) -> None:
    (study,) = slicer.search_for_studies(search_filters={"PatientID": "A*"}, fuzzymatching=True)
    assert Dataset.from_json(study).PatientID == "A-0001"
    series = slicer.search_for_series(study["0020000D"]["Value"][0])
    assert sorted(Dataset.from_json(one).Modality for one in series) == ["NM", "NM", "NM", "PT"]
    assert len(slicer.search_for_instances(limit=4, get_remaining=True)) == 6


def test_dicomweb_client_retrieves_what_is_stored_bit_by_bit(
    archive: Archive, slicer: DICOMwebClient
) -> None:
    spect = parsed(archive.spect)
    study, series, instance = uids(spect)
    fetched = slicer.retrieve_instance(study, series, instance)
    assert fetched.PixelData == spect.PixelData
    assert written(fetched) == written(spect)
    _, pet_series, _ = uids(parsed(archive.pet[0]))
    slices = slicer.retrieve_series(study, pet_series)
    assert [one.PixelData for one in slices] == [parsed(data).PixelData for data in archive.pet]
    assert len(slicer.retrieve_study(study)) == 6


def test_dicomweb_client_retrieves_frames_metadata_and_bulk_data(
    archive: Archive, slicer: DICOMwebClient
) -> None:
    spect = parsed(archive.spect)
    study, series, instance = uids(spect)
    frames = slicer.retrieve_instance_frames(study, series, instance, [1, 6], media_types=OCTETS)
    assert frames == [spect.pixel_array[0].tobytes(), spect.pixel_array[5].tobytes()]
    by_itself = slicer.retrieve_instance_frames(study, series, instance, [2])  # asks for */*
    assert by_itself == [spect.pixel_array[1].tobytes()]
    metadata = slicer.retrieve_instance_metadata(study, series, instance)
    header = Dataset.from_json(metadata, bulk_data_uri_handler=lambda _tag, _vr, _uri: None)
    del header.PixelData, spect.PixelData
    assert written(header) == written(spect)
    (pixels,) = slicer.retrieve_bulkdata(metadata["7FE00010"]["BulkDataURI"])
    assert np.frombuffer(pixels, "<u2").max() == parsed(archive.spect).pixel_array.max()
    assert len(slicer.retrieve_series_metadata(study, uids(parsed(archive.pet[0]))[1])) == 3


def test_a_token_opens_one_study_for_one_purpose(live_server: Any, archive: Archive) -> None:
    world = archive.world
    foreign = client(live_server, archive, token_of(world.coordinator_a, world.other_study))
    with pytest.raises(HTTPError, match="404"):
        foreign.search_for_studies()
    sender = client(live_server, archive, token_of(world.coordinator_a, world.study, TokenScope.INTAKE))
    with pytest.raises(HTTPError, match="403"):
        sender.search_for_studies()
    reader = client(live_server, archive, token_of(world.reader, world.study))
    with pytest.raises(HTTPError, match="404"):
        reader.search_for_studies()
    unknown = client(live_server, archive, "rst_" + "x" * 43)
    with pytest.raises(HTTPError, match="401"):
        unknown.search_for_studies()


def test_orthanc_finds_and_pulls_a_study(live_server: Any, archive: Archive, tmp_path: Path) -> None:
    token = token_of(archive.world.coordinator_a, archive.world.study)
    here = {
        "Url": f"{live_server.url}{archive.base}/",
        "HttpHeaders": {"Authorization": f"Bearer {token}"},
    }
    with orthanc(tmp_path / "orthanc", DicomWeb={"Enable": True, "Servers": {"here": here}}) as peer:
        found = peer.post("/dicom-web/servers/here/qido", {"Uri": "/studies"})
        study = uids(parsed(archive.spect))[0]
        assert [one["0020000D"]["Value"] for one in found] == [study]
        peer.post("/dicom-web/servers/here/retrieve", {"Resources": [{"Study": study}], "Synchronous": True})
        assert len(peer.get("/instances")) == 6
        for data in (archive.spect, archive.virtual_pet, *archive.pet):
            sent = parsed(data)
            kept = parsed(peer.file(sent.SOPInstanceUID))
            assert kept.PixelData == sent.PixelData
            assert written(kept) == written(sent)


def test_what_a_site_stores_comes_back_without_names_and_with_its_pixels(
    live_server: Any, archive: Archive, slicer: DICOMwebClient
) -> None:
    world, secrets = archive.world, Secrets(21)
    raw = parsed(nm_file(noise(seed=21), state="rest", secrets=secrets))
    sender = client(live_server, archive, token_of(world.coordinator_a, world.study, TokenScope.INTAKE))
    answer = sender.store_instances([raw])
    assert len(answer.ReferencedSOPSequence) == 1
    found = {one["0020000D"]["Value"][0]: Dataset.from_json(one) for one in slicer.search_for_studies()}
    known = uids(parsed(archive.spect))[0]
    (study,) = set(found) - {known}
    assert study != raw.StudyInstanceUID
    assert found[study].PatientID == "A-0002"
    (kept,) = slicer.retrieve_study(study)
    assert (kept.pixel_array == raw.pixel_array).all()
    assert secrets.planted and kept.PatientIdentityRemoved == "YES"
    said = json.dumps(slicer.retrieve_study_metadata(study), ensure_ascii=False)
    for place, secret in secrets.planted.items():
        assert secret not in said, place
    with pytest.raises(HTTPError, match="403"):
        slicer.store_instances([raw])  # a token to read does not store
    with pytest.raises(HTTPError, match="403"):
        sender.search_for_studies()
