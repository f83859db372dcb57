"""WADO-RS: the bytes of what was found, in the wrappings that clients ask for."""

import io
import json
import re
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from inference.dicom.write import nm_dataset, to_bytes, uid_from
from reader_study.interop.dicomweb.json_model import metadata_of
from tests.reader_study.interop import objects
from tests.reader_study.interop.conftest import Archive

pytestmark = pytest.mark.django_db
EXPLICIT = "1.2.840.10008.1.2.1"


def address(archive: Archive, data: bytes, *, below: str = "") -> str:
    ds = dcmread(io.BytesIO(data), stop_before_pixels=True)
    return (
        f"{archive.base}/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}"
        f"/instances/{ds.SOPInstanceUID}{below}"
    )


def parts_of(answer: Any) -> list[tuple[dict[str, str], bytes]]:
    """A strict reader of multipart/related: headers and content of every part, nothing before, between or after."""
    boundary = re.fullmatch(r'multipart/related; type="[^"]+"; boundary=(\w+)', answer["Content-Type"])
    assert boundary, answer["Content-Type"]
    body = b"".join(answer.streaming_content)
    mark = b"--" + boundary[1].encode()
    assert body.startswith(mark + b"\r\n")
    assert body.endswith(b"\r\n" + mark + b"--\r\n")
    found = []
    for part in body[: -len(mark + b"--\r\n")].split(mark + b"\r\n")[1:]:
        head, content = part.split(b"\r\n\r\n", 1)
        assert content.endswith(b"\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        assert int(headers["Content-Length"]) == len(content) - 2
        found.append((headers, content[:-2]))
    return found


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        'multipart/related; type="application/dicom"',
        "multipart/related; type=application/dicom",
        'multipart/related; type="application/dicom"; transfer-syntax=*',
        'multipart/related; type="application/dicom"; transfer-syntax="*"',
        f'multipart/related; type="application/dicom"; transfer-syntax={EXPLICIT}',
        'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.70, '
        'multipart/related; type="application/dicom"',
        "Multipart/Related; Type=Application/DICOM",
        "text/html;q=0.9, multipart/related;q=0.5",
    ],
)
def test_an_instance_is_the_stored_file(archive: Archive, coordinator: Any, accept: str) -> None:
    answer = coordinator.get(address(archive, archive.spect), headers={"Accept": accept})
    assert answer.status_code == 200
    ((headers, content),) = parts_of(answer)
    assert content == archive.spect
    assert headers["Content-Type"] == f"application/dicom; transfer-syntax={EXPLICIT}"
    assert headers["Content-Location"].startswith("http://testserver/api/studies/")


def test_one_instance_without_a_wrapping(archive: Archive, coordinator: Any) -> None:
    answer = coordinator.get(address(archive, archive.spect), headers={"Accept": "application/dicom"})
    assert answer["Content-Type"].startswith("application/dicom;")
    assert answer.content == archive.spect
    assert "no-store" in answer["Cache-Control"]
    by_query = coordinator.get(address(archive, archive.spect) + "?accept=application/dicom")
    assert by_query.content == archive.spect


@pytest.mark.parametrize(
    "accept",
    [
        "image/jpeg",
        'multipart/related; type="image/jpeg"',
        'multipart/related; type="application/dicom"; transfer-syntax=1.2.840.10008.1.2.4.50',
        "application/dicom+json",
    ],
)
def test_what_cannot_be_given_is_406(archive: Archive, coordinator: Any, accept: str) -> None:
    answer = coordinator.get(address(archive, archive.spect), headers={"Accept": accept})
    assert answer.status_code == 406
    assert answer.json()["code"] == "not_acceptable"


def test_a_series_and_a_study(archive: Archive, coordinator: Any) -> None:
    series, _, _ = address(archive, archive.pet[0]).partition("/instances")
    assert [content for _, content in parts_of(coordinator.get(series))] == archive.pet
    study, _, _ = series.partition("/series")
    whole = [content for _, content in parts_of(coordinator.get(study))]
    assert len(whole) == 6
    assert {*archive.pet, archive.spect, archive.virtual_pet} < set(whole)
    assert coordinator.get(study, headers={"Accept": "application/dicom"}).status_code == 406


@pytest.mark.parametrize(
    "accept",
    [
        'multipart/related; type="application/octet-stream"; transfer-syntax="*"',
        'multipart/related; type="*/*"',
        f"multipart/related; type=application/octet-stream; transfer-syntax={EXPLICIT}",
        'multipart/related; type="image/jls"; transfer-syntax=1.2.840.10008.1.2.4.80, */*;q=0.1',
    ],
)
def test_frames_are_counted_from_one_and_bit_equal(archive: Archive, coordinator: Any, accept: str) -> None:
    pixels = dcmread(io.BytesIO(archive.spect)).pixel_array
    answer = coordinator.get(
        address(archive, archive.spect, below="/frames/1,6,2"), headers={"Accept": accept}
    )
    parts = parts_of(answer)
    assert [content for _, content in parts] == [pixels[n].tobytes() for n in (0, 5, 1)]
    assert parts[0][0]["Content-Type"] == f"application/octet-stream; transfer-syntax={EXPLICIT}"
    assert parts[1][0]["Content-Location"].endswith("/frames/6")


def test_one_frame_without_a_wrapping(archive: Archive, coordinator: Any) -> None:
    octets = {"Accept": "application/octet-stream"}
    one = coordinator.get(address(archive, archive.pet[1], below="/frames/1"), headers=octets)
    assert one.content == dcmread(io.BytesIO(archive.pet[1])).PixelData
    assert (
        coordinator.get(address(archive, archive.spect, below="/frames/1,2"), headers=octets).status_code
        == 406
    )


@pytest.mark.parametrize(
    ("frames", "status"), [("0", 404), ("7", 404), ("1,7", 404), ("x", 400), ("1,", 400), ("-1", 400)]
)
def test_frames_that_there_are_not(archive: Archive, coordinator: Any, frames: str, status: int) -> None:
    answer = coordinator.get(address(archive, archive.spect, below=f"/frames/{frames}"))
    assert answer.status_code == status


def test_metadata_is_the_whole_header_and_bulk_data_come_by_their_address(
    archive: Archive, coordinator: Any
) -> None:
    answer = coordinator.get(address(archive, archive.spect, below="/metadata"))
    assert answer["Content-Type"] == "application/dicom+json"
    (header,) = json.loads(answer.content, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    ds = dcmread(io.BytesIO(archive.spect))
    assert set(header) == {f"{element.tag:08X}" for element in ds}
    assert all("vr" in element for element in header.values())
    assert header["00280009"]["Value"] == ["00540080"]  # Frame Increment Pointer is a tag
    detector = header["00540022"]["Value"][0]
    item = ds.DetectorInformationSequence[0]
    assert detector["00200037"]["Value"] == [float(value) for value in item.ImageOrientationPatient]
    pixels = header["7FE00010"]["BulkDataURI"]
    assert pixels == "http://testserver" + address(archive, archive.spect, below="/bulkdata/7FE00010")
    path = pixels.removeprefix("http://testserver")
    assert parts_of(coordinator.get(path))[0][1] == ds.PixelData
    assert coordinator.get(path, headers={"Accept": "application/octet-stream;q=0.9"}).content == ds.PixelData
    series, _, _ = address(archive, archive.pet[0]).partition("/instances")
    slices = coordinator.get(f"{series}/metadata").json()
    assert [one["00200013"]["Value"] for one in slices] == [[1], [2], [3]]
    study, _, _ = series.partition("/series")
    assert len(coordinator.get(f"{study}/metadata").json()) == 6


@pytest.mark.parametrize(
    "path", ["00100010", "00540022", "00540022/0/00200037", "00540022/9/7FE00010", "7FE0", "..", "7FE00010/0"]
)
def test_bulk_data_that_there_are_not(archive: Archive, coordinator: Any, path: str) -> None:
    assert coordinator.get(address(archive, archive.spect, below=f"/bulkdata/{path}")).status_code == 404


def test_addresses_name_the_host_and_port_that_the_client_used(archive: Archive, coordinator: Any) -> None:
    answer = coordinator.get(
        address(archive, archive.spect, below="/metadata"), headers={"Host": "localhost:8443"}
    )
    assert answer.json()[0]["7FE00010"]["BulkDataURI"].startswith("http://localhost:8443/api/")


def test_an_address_must_be_right_at_every_step(archive: Archive, coordinator: Any) -> None:
    spect, pet = address(archive, archive.spect), address(archive, archive.pet[0])
    mixed = spect.split("/instances")[0] + "/instances" + pet.split("/instances")[1]
    assert coordinator.get(mixed).status_code == 404
    assert coordinator.get(f"{mixed}/metadata").status_code == 404
    assert coordinator.get(f"{mixed}/rendered").status_code == 404


def test_the_json_model_has_no_word_for_what_json_has_none_for() -> None:
    ds = Dataset()
    ds.PatientName = "Yamada^Tarou=山田^太郎=やまだ^たろう"
    ds.SpecificCharacterSet = ["ISO 2022 IR 6", "ISO 2022 IR 87"]
    ds.PatientID = ""
    ds.add_new(0x00181041, "DS", "")
    ds.add_new(0x00089459, "FL", float("nan"))
    ds.add_new(0x00540081, "US", 3)
    ds.add_new(0x00200037, "DS", ["1", "0", "0"])
    ds.add_new(0x00091001, "LO", "private")
    ds.add_new(0x00420011, "OB", b"\0" * 2000)
    ds.add_new(0x00281201, "OW", b"\1\2")
    assert metadata_of(ds) == {
        "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]},
        "00089459": {"vr": "FL"},
        "00100010": {
            "vr": "PN",
            "Value": [
                {"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}
            ],
        },
        "00100020": {"vr": "LO"},
        "00181041": {"vr": "DS"},
        "00200037": {"vr": "DS", "Value": [1.0, 0.0, 0.0]},
        "00281201": {"vr": "OW", "InlineBinary": "AQI="},
        "00420011": {"vr": "OB", "BulkDataURI": "bulkdata/00420011"},
        "00540081": {"vr": "US", "Value": [3]},
    }


def test_bulk_data_below_a_sequence(archive: Archive, coordinator: Any) -> None:
    from reader_study.cases.storage import store

    given = objects.header(archive.case, SeriesInstanceUID=uid_from("nested"))
    ds = nm_dataset(objects.volume(5), header=given, state=None)
    inner = Dataset()
    inner.add_new(0x00420011, "OB", bytes(range(256)) * 8)
    ds.add_new(0x0040A730, "SQ", [Dataset(), inner])
    data = to_bytes(ds)
    objects.instance_of(archive.case, None, store().put(data), ds, 1)
    (header,) = coordinator.get(address(archive, data, below="/metadata")).json()
    uri = header["0040A730"]["Value"][1]["00420011"]["BulkDataURI"]
    assert uri.endswith("/bulkdata/0040A730/1/00420011")
    answer = coordinator.get(uri.removeprefix("http://testserver"))
    assert parts_of(answer)[0][1] == bytes(range(256)) * 8


# --- who


EVERYWHERE = ("/studies", "/series", "/instances")
OF_AN_INSTANCE = ("", "/metadata", "/frames/1", "/bulkdata/7FE00010")


@pytest.mark.parametrize("who", ["reader", "stranger", "staff"])
def test_readers_and_strangers_get_the_answer_for_what_is_absent(
    archive: Archive, client_of: Any, who: str
) -> None:
    browser = client_of(getattr(archive.world, who))
    uid = "/studies/" + address(archive, archive.spect).split("/studies/")[2].split("/")[0]
    paths = [archive.base + end for end in (*EVERYWHERE, uid, f"{uid}/metadata", f"{uid}/series")]
    paths += [address(archive, archive.spect, below=end) for end in OF_AN_INSTANCE]
    for path in paths:
        answer = browser.get(path)
        absent = browser.get(
            path.replace(str(archive.world.study.id), "0" * 8 + "-0000-0000-0000-" + "0" * 12)
        )
        assert answer.status_code == absent.status_code == 404, path
        assert answer.content == absent.content
        assert browser.client.options(path).status_code == 405


def test_nobody_gets_anything_without_signing_in(archive: Archive, client: Any) -> None:
    assert client.get(f"{archive.base}/studies").status_code == 401
    assert client.get(address(archive, archive.spect)).status_code == 401


def test_a_coordinator_gets_nothing_of_another_site_or_study(archive: Archive, client_of: Any) -> None:
    at_b = client_of(archive.world.coordinator_b)
    for below in OF_AN_INSTANCE:
        foreign = at_b.get(address(archive, archive.spect, below=below))
        absent = at_b.get(re.sub(r"/studies/2\.25\.\d+", "/studies/2.25.1", address(archive, archive.spect)))
        assert foreign.status_code == 404
        assert foreign.content == absent.content
        assert at_b.get(address(archive, archive.other_site, below=below)).status_code == 200
        # The person is a coordinator of the other study too, whose files are not below this one's address.
        assert at_b.get(address(archive, archive.other_study, below=below)).status_code == 404
    found = at_b.get(f"{archive.base}/studies").json()
    assert [one["00100020"]["Value"] for one in found] == [["B-0001"]]


def test_a_monitor_sees_what_there_is_and_no_pixels(archive: Archive, client_of: Any) -> None:
    monitor = client_of(archive.world.monitor)
    assert len(monitor.get(f"{archive.base}/studies").json()) == 2
    assert monitor.get(address(archive, archive.spect, below="/metadata")).status_code == 200
    for below in ("", "/frames/1", "/bulkdata/7FE00010"):
        assert monitor.get(address(archive, archive.spect, below=below)).status_code == 404


def test_a_reader_of_another_study_may_be_a_coordinator_here_and_sees_only_here(
    archive: Archive, client_of: Any
) -> None:
    assert (
        client_of(archive.world.reader)
        .get(f"/api/studies/{archive.world.other_study.id}/dicomweb/studies")
        .status_code
        == 404
    )


def test_nothing_can_be_changed_by_these_addresses(archive: Archive, coordinator: Any) -> None:
    for verb in ("put", "patch", "delete"):
        assert getattr(coordinator, verb)(address(archive, archive.spect)).status_code == 405
