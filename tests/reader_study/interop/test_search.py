"""QIDO-RS: what is found, by whom, and in which words."""

import io
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset

from reader_study.cases.models import Image
from reader_study.interop.dicomweb import matching
from reader_study.interop.tasks import sweep
from tests.reader_study.interop import objects
from tests.reader_study.interop.conftest import Archive

pytestmark = pytest.mark.django_db


def parsed(data: bytes) -> Dataset:
    return dcmread(io.BytesIO(data), stop_before_pixels=True)


def value(result: dict[str, Any], tag: str) -> Any:
    return result[tag]["Value"][0]


def test_studies_of_the_own_site_with_their_counts(archive: Archive, coordinator: Any) -> None:
    answer = coordinator.get(f"{archive.base}/studies")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/dicom+json"
    assert "no-store" in answer["Cache-Control"]
    (found,) = answer.json()
    assert value(found, "00100020") == "A-0001"
    assert found["00100010"] == {"vr": "PN", "Value": [{"Alphabetic": "A-0001"}]}
    assert found["00080061"] == {"vr": "CS", "Value": ["NM", "PT"]}
    assert (value(found, "00201206"), value(found, "00201208")) == (4, 6)
    assert found["00080050"] == {"vr": "SH"}  # known to be empty: no Value at all
    uid = parsed(archive.spect).StudyInstanceUID
    assert value(found, "00081190") == f"http://testserver{archive.base}/studies/{uid}"
    assert list(found) == sorted(found)


def test_the_investigator_finds_all_sites_of_the_study_and_no_other_study(
    archive: Archive, client_of: Any
) -> None:
    found = client_of(archive.world.investigator).get(f"{archive.base}/studies").json()
    assert [value(study, "00100020") for study in found] == ["A-0001", "B-0001"]


def test_series_and_instances_at_every_level(archive: Archive, coordinator: Any) -> None:
    ds = parsed(archive.pet[0])
    series = coordinator.get(f"{archive.base}/studies/{ds.StudyInstanceUID}/series").json()
    assert sorted(value(one, "00080060") for one in series) == ["NM", "NM", "NM", "PT"]
    assert {value(one, "0020000E"): value(one, "00201209") for one in series}[ds.SeriesInstanceUID] == 3
    assert coordinator.get(f"{archive.base}/series").json()[0]["00100020"]["Value"] == ["A-0001"]
    address = f"{archive.base}/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}/instances"
    slices = coordinator.get(address).json()
    assert [value(one, "00200013") for one in slices] == [1, 2, 3]
    assert value(slices[0], "00280010") == 16
    assert len(coordinator.get(f"{archive.base}/studies/{ds.StudyInstanceUID}/instances").json()) == 6
    assert len(coordinator.get(f"{archive.base}/instances").json()) == 6


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        ("PatientID=A-0001", 1),
        ("00100020=A-0001", 1),
        ("PatientID=*-0001", 2),
        ("PatientID=?-000?", 2),
        ("PatientID=A*", 1),
        ("PatientID=A.0001", 0),
        ("PatientID=*", 2),
        ("PatientID=", 2),
        ("PatientName=a-0001", 1),
        ("PatientName=a*", 1),
        ("PatientName=%25", 0),
        ("StudyDate=20240229", 2),
        ("StudyDate=20240101-20240301", 2),
        ("StudyDate=20240301-", 0),
        ("StudyDate=-20240229", 2),
        ("StudyDate=-2023", 0),
        ("StudyTime=1000-1011", 2),
        ("StudyTime=1012-", 0),
        ("ModalitiesInStudy=PT", 1),
        ("00080061=NM", 2),
        ("ModalitiesInStudy=CT", 0),
        ("AccessionNumber=1", 0),
        ("PatientSex=F", 2),
        ("limit=1", 1),
        ("offset=1", 1),
        ("offset=7", 0),
    ],
)
def test_matching(archive: Archive, client_of: Any, query: str, found: int) -> None:
    answer = client_of(archive.world.investigator).get(f"{archive.base}/studies?{query}")
    assert answer.status_code == 200, answer.content
    assert len(answer.json()) == found


def test_lists_of_uids_by_comma_and_backslash(archive: Archive, client_of: Any) -> None:
    one, other = (parsed(data).StudyInstanceUID for data in (archive.spect, archive.other_site))
    browser = client_of(archive.world.investigator)
    for between in (",", "\\", "%5C"):
        answer = browser.get(f"{archive.base}/studies?StudyInstanceUID={one}{between}{other}")
        assert len(answer.json()) == 2, between
    foreign = parsed(archive.other_study).StudyInstanceUID
    assert browser.get(f"{archive.base}/studies?StudyInstanceUID={foreign}").json() == []


def test_the_query_of_ohif(archive: Archive, coordinator: Any) -> None:
    """OHIF 3.13: names by tag with stars around, fuzzymatching, two ways to name attributes that are wanted."""
    answer = coordinator.get(
        f"{archive.base}/studies?limit=101&offset=0&fuzzymatching=true&includefield=00081030%2C00080060"
        "&00100020=*A-0001*&ModalitiesInStudy=PT"
    )
    (found,) = answer.json()
    assert "fuzzymatching parameter is not supported" in answer["Warning"]
    assert answer["Warning"].startswith("299 testserver ")
    assert value(found, "00080060") in ("NM", "PT")


@pytest.mark.parametrize("pattern", ["a*" * 3000, "a*" * 17, "?" * 17, "*?" * 9])
def test_a_search_that_would_take_long_is_refused(archive: Archive, coordinator: Any, pattern: str) -> None:
    for name in ("PatientID", "PatientName", "ModalitiesInStudy"):
        answer = coordinator.get(f"{archive.base}/studies?{name}={pattern}")
        assert (answer.status_code, answer.json()["code"]) == (400, "query")
        assert name in answer.json()["message"] and "16" in answer.json()["message"]


def test_sixteen_wildcards_and_a_row_of_stars_are_searched(archive: Archive, coordinator: Any) -> None:
    for pattern in ("A-????", "*" * 3000 + "A-0001", "*A" + "*" * 40 + "0*1" + "*" * 20):
        assert len(coordinator.get(f"{archive.base}/studies?PatientID={pattern}").json()) == 1, pattern


def test_what_cannot_be_matched_is_ignored_and_said(archive: Archive, coordinator: Any) -> None:
    answer = coordinator.get(f"{archive.base}/studies?Nonsense=1&00400275.00401001=2&Rows=3")
    assert answer.status_code == 200
    assert len(answer.json()) == 1
    assert "Nonsense" in answer["Warning"]
    assert "Rows" in answer["Warning"]
    broken = coordinator.get(f"{archive.base}/studies?%22%0d%0aX-Evil%3a=1")
    assert "\n" not in broken["Warning"]


def test_pages_say_how_many_are_left(
    archive: Archive, coordinator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = coordinator.get(f"{archive.base}/instances?limit=4")
    assert len(first.json()) == 4
    assert "There are 2 additional results that can be requested" in first["Warning"]
    last = coordinator.get(f"{archive.base}/instances?limit=4&offset=4")
    assert len(last.json()) == 2
    assert "Warning" not in last
    uids = {value(one, "00080018") for one in first.json() + last.json()}
    assert len(uids) == 6
    monkeypatch.setattr(matching, "LIMIT", 3)
    assert len(coordinator.get(f"{archive.base}/instances").json()) == 3


@pytest.mark.parametrize(
    "query", ["limit=-1", "limit=ten", "offset=1.5", "PatientID=%00", "limit=9999999999"]
)
def test_a_query_that_is_no_query_is_one_sentence(archive: Archive, coordinator: Any, query: str) -> None:
    answer = coordinator.get(f"{archive.base}/studies?{query}")
    assert answer.status_code == 400
    assert answer.json()["code"] == "query"


def test_includefield_by_tag_by_word_and_all(archive: Archive, coordinator: Any) -> None:
    ds = parsed(archive.spect)
    address = f"{archive.base}/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}/instances"
    (plain,) = coordinator.get(address).json()
    assert "00540022" not in plain
    (named,) = coordinator.get(f"{address}?includefield=00540022&includefield=PixelSpacing").json()
    assert named["00280030"]["Value"] == pytest.approx([6.4, 6.4], rel=1e-3)
    assert "00540022" in named
    (whole,) = coordinator.get(f"{address}?includefield=all").json()
    assert len(whole) > len(named)
    assert "7FE00010" not in whole


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/dicom+json", 200),
        ("application/json", 200),
        ("*/*", 200),
        ("application/*;q=0.5", 200),
        ("", 200),
        ("text/html, application/dicom+json;q=0.1", 200),
        ('multipart/related; type="application/dicom+xml"', 406),
        ("application/dicom+json;q=0", 406),
        ("text/html", 406),
        ('"', 200),
        (";;;,,,;q=a", 200),
    ],
)
def test_accept(archive: Archive, coordinator: Any, accept: str, status: int) -> None:
    answer = coordinator.get(f"{archive.base}/studies", headers={"Accept": accept})
    assert answer.status_code == status
    if status == 406:
        assert answer.json()["code"] == "not_acceptable"


def test_an_unknown_study_in_the_path_is_absent(archive: Archive, coordinator: Any) -> None:
    assert coordinator.get(f"{archive.base}/studies/1.2.3/series").status_code == 404
    assert coordinator.get(f"{archive.base}/studies/1.2.3/instances").status_code == 404


def test_what_was_replaced_is_not_found(archive: Archive, coordinator: Any) -> None:
    from django.utils import timezone

    assert len(coordinator.get(f"{archive.base}/instances").json()) == 6
    Image.objects.filter(image_set__in=["spect", "virtual_pet"]).update(superseded_at=timezone.now())
    found = coordinator.get(f"{archive.base}/instances").json()
    assert {value(one, "00080060") for one in found} == {"PT"}


def test_a_companion_without_an_image_is_found(archive: Archive, coordinator: Any) -> None:
    from inference.dicom.write import nm_dataset, to_bytes, uid_from
    from reader_study.cases.storage import store

    more = objects.header(archive.case, SeriesInstanceUID=uid_from("companion"))
    data = to_bytes(nm_dataset(objects.volume(9), header=more, state=None))
    objects.instance_of(archive.case, None, store().put(data), parsed(data), 1)
    assert len(coordinator.get(f"{archive.base}/instances").json()) == 7


def test_the_sweep_reads_headers_before_anybody_asks(
    archive: Archive, coordinator: Any, django_assert_max_num_queries: Any
) -> None:
    sweep()
    with django_assert_max_num_queries(20):
        assert len(coordinator.get(f"{archive.base}/instances").json()) == 6


def test_a_lost_object_costs_only_itself(archive: Archive, coordinator: Any) -> None:
    from inference.objects import digest_of
    from reader_study.cases.storage import store

    store().path(digest_of(archive.pet[1])).unlink()
    assert len(coordinator.get(f"{archive.base}/instances").json()) == 5
